"""`VoipStudio`: the blocking client. It binds the same catalogue to the portal.

It may be used from several threads at once, inside a running event loop (Jupyter), and after a fork; Ctrl-C ends a call
at once.
"""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

from ..bulk.runs import Bulk
from ..entities.secret import Secret
from ..errors import ConfigurationError
from ..hints import NotThere
from ..http.retry import RetryPolicy
from ..http.settings import Timeouts
from ..operations import Blocking, Bound, as_it_is
from ..operations.files import FileKind, Saved, Target
from ..operations.outcomes import BulkResult, Progress
from ..pagination.page import E, PageQuery
from ..pagination.pagers import Pages
from ..pagination.slices import Cuts
from ..unset import UNSET, Unset
from ..wire.exchange import Exchange, Request
from .awaited import AsyncCaller, AsyncVoipStudio, make_caller, view_of
from .base import BaseClient, ClientOptions, Setup
from .logins import answer, ask, client_of, plainly_asked_for
from .portal import Portal

T = TypeVar("T")


class BlockingCaller:
    """The blocking way to send: the caller of every resource of a `VoipStudio`."""

    def __init__(self, core: AsyncCaller, portal: Portal) -> None:
        self.core = core
        self.codec = core.codec
        self.portal = portal

    def call(self, exchange: Exchange[T]) -> T:
        """Send one request, and wait for its reply."""
        return self.portal.run(self.core.call, exchange)

    def download(self, request: Request, target: Target, kind: FileKind) -> Saved:
        """Save the body of one GET, and wait for it; see `AsyncCaller.download`."""
        return self.portal.run(self.core.download, request, target, kind)

    def pages(self, query: PageQuery[E], *, prefetch: int | None = None, resume: str | None = None) -> Pages[E]:
        """Begin a listing."""
        return Pages(self.core.pages(query, prefetch=prefetch, resume=resume), self.portal)

    def slices(
        self, query: PageQuery[E], field: str, cuts: Cuts, *, concurrency: int, resume: str | None = None
    ) -> Pages[E]:
        """Begin a listing that is walked in slices of time."""
        pages = self.core.slices(query, field, cuts, concurrency=concurrency, resume=resume)
        return Pages(pages, self.portal)

    def many(
        self,
        operation: Bound,
        inputs: Iterable[Any] | AsyncIterable[Any],
        *,
        concurrency: int,
        finish: Callable[[BulkResult[Any, Any]], BulkResult[Any, Any]] = as_it_is,
        progress: Progress | None = None,
    ) -> BulkResult[Any, Any]:
        """Do an operation on many inputs, which are read in this thread; progress is told in it, too."""
        if isinstance(inputs, AsyncIterable) and not isinstance(inputs, Pages):
            raise ConfigurationError(f"{type(inputs).__name__} is asynchronous: use it with AsyncVoipStudio")
        bulk = Bulk(self.core, self.portal)
        return finish(bulk.run(operation, inputs, concurrency=concurrency, progress=progress))

    def work(self, function: Callable[[AsyncCaller], Awaitable[T]]) -> T:
        """Run a coroutine function with the asynchronous caller, and wait for its result."""
        return self.portal.run(function, self.core)


class VoipStudio(BaseClient[Blocking]):
    """The blocking client, with the same arguments and resources as `AsyncVoipStudio`."""

    _caller: BlockingCaller

    def _start(self, setup: Setup) -> None:
        if setup.session is not None:
            raise ConfigurationError("a session belongs to one event loop; VoipStudio has its own: use AsyncVoipStudio")
        owner = f"{type(self).__name__}({setup.base!r})"
        self._attach(BlockingCaller(make_caller(setup, owner), Portal(owner)))

    def _attach(self, caller: BlockingCaller) -> None:
        self._bind(caller)
        self.bulk = Bulk(caller.core, caller.portal)

    @classmethod
    def login(
        cls,
        email: str,
        password: str,
        code: Callable[[], str] | None = None,
        *,
        keep_alive: bool = False,
        remember_me: bool | Unset = UNSET,
        device_fingerprint: str | Unset = UNSET,
        **options: Unpack[ClientOptions],
    ) -> Self:
        """Log in, and return a client of the session: see `AsyncVoipStudio.login`. `code` is called in this thread."""
        hidden = Secret(password)
        del password  # no frame of an error that is raised here holds it
        client = client_of(options, cls)
        given = {"remember_me": remember_me, "device_fingerprint": device_fingerprint}
        core, run = client._caller.core, client._caller.portal.run
        try:
            nonce = run(partial(ask, core, email, hidden, given, keep_alive=keep_alive))
            if nonce is not None:
                run(partial(answer, core, nonce, plainly_asked_for(code, nonce), keep_alive=keep_alive))
        except BaseException:
            client.close()
            raise
        return client

    @classmethod
    def confirm(cls, nonce: str, code: str, *, keep_alive: bool = False, **options: Unpack[ClientOptions]) -> Self:
        """Log in with the second half of a login: see `AsyncVoipStudio.confirm`."""
        first, second = Secret(nonce), Secret(code)
        del nonce, code
        client = client_of(options, cls)
        try:
            client._caller.portal.run(partial(answer, client._caller.core, first, second, keep_alive=keep_alive))
        except BaseException:
            client.close()
            raise
        return client

    @property
    def base_url(self) -> str:
        """Where the API is, with its version: what was given, or what the environment said."""
        return self._caller.core.sender.base

    def __repr__(self) -> str:
        # Whoever prints the frames of its constructor's errors may meet one that is not made yet.
        name = type(self).__name__
        return f"{name}({self._caller.core.sender.base!r})" if "_caller" in self.__dict__ else f"<{name}, not made>"

    def with_options(
        self, *, timeouts: Timeouts | None = None, retry: RetryPolicy | None = None, token: str | None = None
    ) -> Self:
        """Return a view of this client with other options, on the same connections.

        A view never owns them: closing it does nothing, and it ends when its client is closed.
        """
        hidden = None if token is None else Secret(token)
        del token
        core = view_of(self._caller.core, timeouts, retry, hidden)
        return self._view(self, BlockingCaller(core, self._caller.portal))

    def run(self, function: Callable[[AsyncVoipStudio], Awaitable[T]]) -> T:
        """Run a coroutine function on this client's own loop, and wait for its result.

        It is given the asynchronous face of this client, on the same connections: for work that is concurrent inside.
        """
        return self._caller.portal.run(function, AsyncVoipStudio._view(self, self._caller.core))

    def close(self) -> None:
        """Close the connections and end the thread.

        Calling it again does nothing; every other use is then a `ClientClosedError`.
        """
        if not self._is_view:
            self._caller.portal.close(self._caller.core.close)

    if not TYPE_CHECKING:
        __aenter__ = __aexit__ = NotThere("VoipStudio is used with 'with'; 'async with' is for AsyncVoipStudio")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        caller = self.__dict__.get("_caller")
        if caller is None or self._is_view or not caller.portal.started:
            return
        text = f"{self!r} was not closed: use 'with', or call close()"
        warnings.warn(text, ResourceWarning, stacklevel=2, source=self)
        caller.portal.drop(caller.core.close)
