"""`AsyncVoipStudio`: the asynchronous client. It binds the catalogue to the transport."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable
from contextlib import nullcontext
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

import attrs

from ..bulk.runs import AsyncBulk
from ..entities.secret import Secret
from ..errors import DecodeError
from ..hints import NotThere
from ..http.auth import TokenAuth
from ..http.gates import Shared
from ..http.limiter import Limiter
from ..http.retry import Budget, RetryPolicy
from ..http.sender import Sender
from ..http.sessions import SessionAuth
from ..http.settings import Timeouts
from ..operations import Async, Bound, as_it_is
from ..operations.files import FileKind, Saved, Target
from ..operations.outcomes import BulkResult, Progress
from ..pagination.page import E, PageQuery
from ..pagination.pagers import AsyncPages
from ..pagination.slices import Cuts, sliced
from ..resources import Catalogue
from ..tasks import in_turns
from ..unset import UNSET, Unset
from ..wire.codec import Codec
from ..wire.exchange import Exchange, Reply, Request, describe
from ..wire.redaction import conceal, secrets_of
from .base import BaseClient, ClientOptions, Setup, check_kinds
from .logins import Code, answer, ask, asked_for, client_of
from .saving import FileSink

T = TypeVar("T")

_LONG = 1 << 15
"""Bytes; to read fewer never takes so long that others should get their turn meanwhile."""


class AsyncCaller:
    """The asynchronous way to send: the caller of every resource of an `AsyncVoipStudio`."""

    def __init__(self, codec: Codec, sender: Sender) -> None:
        self.codec = codec
        self.sender = sender

    async def call(self, exchange: Exchange[T]) -> T:
        """Send one request and read its reply."""
        return await self._read(exchange, await self.sender.send(exchange.request))

    async def fetch(self, exchange: Exchange[T]) -> Callable[[], Awaitable[T]]:
        """Send one request; return what reads its reply, which until then takes the memory that it had on the way."""
        return partial(self._read, exchange, await self.sender.send(exchange.request))

    async def ping(self) -> None:
        """Use the session, so that it does not end."""
        await self.call(Catalogue.ping.exchange(self.codec, ""))

    async def close(self) -> None:
        """Close the connections, and let the session be."""
        if isinstance(self.sender.auth, SessionAuth):
            self.sender.auth.detach()
        await self.sender.transport.close()

    def begin_session(self, auth: SessionAuth) -> None:
        """Go on with the credentials of a login."""
        self.sender = attrs.evolve(self.sender, auth=auth)
        if auth.keep_alive:
            auth.attach(self.ping)

    async def download(self, request: Request, target: Target, kind: FileKind) -> Saved:
        """Save the body of one GET: with flat memory, whole or not at all.

        :param target: the path of a file, which appears when it is complete; a folder; or an open binary file
        :raises ConfigurationError: the target cannot be written to; nothing was sent
        :raises OSError: the disk is full, for instance
        :raises DecodeError: the answer is not the file that is meant
        """
        sink = FileSink(target, kind)
        reply: Reply | None = None
        try:
            async with kind.places or nullcontext():
                reply = await self.sender.stream(request, sink)
            return await sink.finish(reply)
        except DecodeError as error:
            failure = self._decode_error(request, reply, error.path, error.message)
        finally:
            await sink.discard()
        raise failure

    async def _read(self, exchange: Exchange[T], reply: Reply) -> T:
        try:
            if exchange.steps is None or len(reply.body) < _LONG:
                read = exchange.read(reply)
            else:
                read = await in_turns(exchange.steps(reply))
            asked = exchange.id
            if asked is not None and (found := getattr(read, "id", asked)) != asked:
                raise DecodeError("id", f"the answer is about {found}, and {asked} was asked for")
            return read
        except DecodeError as error:
            failure = self._decode_error(exchange.request, reply, error.path, error.message)
        except RecursionError:
            failure = self._decode_error(exchange.request, reply, "", "the JSON is nested too deep")
        # Without the frames of the decoder: their local variables are the answer, with whatever secrets are in it.
        failure.__context__ = None
        raise failure

    def _decode_error(self, request: Request, reply: Reply | None, path: str, message: str) -> DecodeError:
        known = secrets_of({} if reply is None else reply.credentials)
        told = conceal(message, known | request.secrets)
        return DecodeError(path, told, request=describe(request, self.sender.base, known))

    def pages(self, query: PageQuery[E], *, prefetch: int | None = None, resume: str | None = None) -> AsyncPages[E]:
        """Begin a listing."""
        return AsyncPages(query, self.fetch, prefetch, resume, width=lambda: self.sender.limiter.width)

    def slices(
        self, query: PageQuery[E], field: str, cuts: Cuts, *, concurrency: int, resume: str | None = None
    ) -> AsyncPages[E]:
        """Begin a listing that is walked in slices of time."""
        return sliced(query, field, cuts, self.fetch, concurrency, resume)

    async def many(
        self,
        operation: Bound,
        inputs: Iterable[Any] | AsyncIterable[Any],
        *,
        concurrency: int,
        finish: Callable[[BulkResult[Any, Any]], BulkResult[Any, Any]] = as_it_is,
        progress: Progress | None = None,
    ) -> BulkResult[Any, Any]:
        """Do an operation on many inputs."""
        return finish(await AsyncBulk().run(operation, inputs, concurrency=concurrency, progress=progress))

    async def work(self, function: Callable[[AsyncCaller], Awaitable[T]]) -> T:
        """Run a coroutine function with this caller."""
        return await function(self)


def make_caller(setup: Setup, owner: str) -> AsyncCaller:
    """Make the asynchronous caller that both faces stand on."""
    # Not imported with the package: aiohttp takes most of the time, and a program may never make a client.
    from ..http.transport import Transport  # noqa: PLC0415

    transport = Transport(
        owner,
        setup.limits,
        session=setup.session,
        proxy=setup.proxy,
        ssl=setup.ssl,
    )
    limiter = Limiter(setup.limits)
    caller = AsyncCaller(
        setup.codec,
        Sender(
            setup.base,
            setup.auth,
            setup.timeouts,
            setup.retry,
            transport,
            limiter if setup.gate is None else Shared(limiter, setup.gate),
            Budget(setup.retry.budget),
            setup.hooks,
        ),
    )
    if isinstance(setup.auth, SessionAuth):
        caller.begin_session(setup.auth)
    return caller


def view_of(
    caller: AsyncCaller, timeouts: Timeouts | None, retry: RetryPolicy | None, token: Secret | None
) -> AsyncCaller:
    """Return a caller with other options on the same connections, limiter and budget."""
    old = caller.sender
    timeouts = old.timeouts if timeouts is None else timeouts
    retry = old.policy if retry is None else retry
    check_kinds(timeouts=(timeouts, Timeouts), retry=(retry, RetryPolicy))
    sender = attrs.evolve(
        old,
        timeouts=timeouts,
        policy=retry,
        auth=TokenAuth(token.reveal()) if token is not None else old.auth,
    )
    return AsyncCaller(caller.codec, sender)


class AsyncVoipStudio(BaseClient[Async]):
    """The asynchronous client. One client serves one event loop, and any number of tasks on it."""

    _caller: AsyncCaller

    def _start(self, setup: Setup) -> None:
        self._attach(make_caller(setup, f"{type(self).__name__}({setup.base!r})"))

    def _attach(self, caller: AsyncCaller) -> None:
        self._bind(caller)
        self.bulk = AsyncBulk()

    @classmethod
    async def login(
        cls,
        email: str,
        password: str,
        code: Code | None = None,
        *,
        keep_alive: bool = False,
        remember_me: bool | Unset = UNSET,
        device_fingerprint: str | Unset = UNSET,
        **options: Unpack[ClientOptions],
    ) -> Self:
        """Log in, and return a client of the session.

        The password is sent once and not kept. On an account with a second factor every login mails a code: nothing is
        tried again by itself.

        :param email: the address of the user
        :param password: the user's password
        :param code: a function, awaited or plain, that is asked once for the mailed code, if one is asked for
        :param keep_alive: ping when nothing was sent for 5 minutes, so that the session does not end
        :param remember_me: whether this device need not give a code again
        :param device_fingerprint: what the device is known by
        :param options: those of a client, but `token` and `auth`
        :raises TwoFactorRequired: there is a second factor and no `code`; go on with `confirm`
        :raises ValidationError: the address, the password or the code is wrong
        """
        hidden = Secret(password)
        del password  # no frame of an error that is raised here holds it
        client = client_of(options, cls)
        given = {"remember_me": remember_me, "device_fingerprint": device_fingerprint}
        try:
            nonce = await ask(client._caller, email, hidden, given, keep_alive=keep_alive)
            if nonce is not None:
                await answer(client._caller, nonce, await asked_for(code, nonce), keep_alive=keep_alive)
        except BaseException:
            await client.close()
            raise
        return client

    @classmethod
    async def confirm(
        cls, nonce: str, code: str, *, keep_alive: bool = False, **options: Unpack[ClientOptions]
    ) -> Self:
        """Log in with the second half of a login: the nonce of `TwoFactorRequired`, and the code that was mailed.

        :raises ValidationError: the code is wrong, or too old
        """
        first, second = Secret(nonce), Secret(code)
        del nonce, code
        client = client_of(options, cls)
        try:
            await answer(client._caller, first, second, keep_alive=keep_alive)
        except BaseException:
            await client.close()
            raise
        return client

    @property
    def base_url(self) -> str:
        """Where the API is, with its version: what was given, or what the environment said."""
        return self._caller.sender.base

    def __repr__(self) -> str:
        # Whoever prints the frames of its constructor's errors may meet one that is not made yet.
        name = type(self).__name__
        return f"{name}({self._caller.sender.base!r})" if "_caller" in self.__dict__ else f"<{name}, not made>"

    def with_options(
        self, *, timeouts: Timeouts | None = None, retry: RetryPolicy | None = None, token: str | None = None
    ) -> Self:
        """Return a view of this client with other options, on the same connections.

        A view never owns them: closing it does nothing, and it ends when its client is closed.
        """
        hidden = None if token is None else Secret(token)
        del token
        return self._view(self, view_of(self._caller, timeouts, retry, hidden))

    async def close(self) -> None:
        """Close the connections. Calling it again does nothing; every other use is then a `ClientClosedError`."""
        if not self._is_view:
            await self._caller.close()

    if not TYPE_CHECKING:
        __enter__ = __exit__ = NotThere("AsyncVoipStudio is used with 'async with'; 'with' is for VoipStudio")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
