"""Logging in: an e-mail address and a password become a session, with a mailed code in between where one is asked for.

Each login mails a code on accounts with a second factor. So it is sent once, whatever happens, and never by itself.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from ..entities import Login
from ..entities.secret import Secret
from ..errors import ConfigurationError, DecodeError, TwoFactorRequired
from ..http.sessions import SessionAuth
from ..http.threads import in_thread
from ..resources.auth import Logins
from ..wire.codec import Codec
from ..wire.exchange import Exchange

if TYPE_CHECKING:
    from .base import ClientOptions


class Caller(Protocol):
    """What can send a login, and go on with its session."""

    codec: Codec

    async def call(self, exchange: Exchange[T]) -> T: ...

    def begin_session(self, auth: SessionAuth) -> None: ...


T = TypeVar("T")
C = TypeVar("C")

Code = Callable[[], str | Awaitable[str]]
"""A function that is asked for the mailed code."""


class NoCredentials:
    """Nothing: the way of a client that has yet to log in."""

    def headers(self) -> Mapping[str, str]:
        """Return no header."""
        return {}


def client_of(options: ClientOptions, make: Callable[..., C]) -> C:
    """Make a client that is about to log in. No frame of an error that is raised here holds the options."""
    given = cast("dict[str, Any]", options)
    wrong = [name for name in ("token", "auth") if name in given]
    hidden: Any = Secret(cast("Any", {**given, "auth": NoCredentials()}))
    given.clear()
    if wrong:
        raise ConfigurationError(f"a login makes the token: {wrong[0]} cannot be given as well")
    return make(**hidden.reveal())


async def ask(
    caller: Caller, email: str, password: Secret, more: Mapping[str, Any], *, keep_alive: bool
) -> Secret | None:
    """Send the address and the password; return the nonce of the second factor, or None when none is asked for."""
    token, nonce = await _told(caller, _request(Logins.login, caller, {"password": password}, email=email, **more))
    # Whatever the status: an account with a second factor answers with a nonce, and with no token.
    if token is None and nonce is not None:
        return nonce
    _begin(caller, token, keep_alive)
    return None


async def answer(caller: Caller, nonce: Secret, code: Secret, *, keep_alive: bool) -> None:
    """Send the mailed code."""
    token, _ = await _told(caller, _request(Logins.confirm, caller, {"nonce": nonce, "code": code}))
    _begin(caller, token, keep_alive)


def _request(step: Any, caller: Caller, secrets: Mapping[str, Secret], **more: Any) -> Exchange[Login]:
    try:
        made: Exchange[Login] = step.exchange(
            caller.codec, "", **{name: each.reveal() for name, each in secrets.items()}, **more
        )
        return made
    except ConfigurationError as error:
        failure = ConfigurationError(str(error))
    # Without the frames of what checks the arguments: they hold them.
    failure.__context__ = None
    raise failure


async def _told(caller: Caller, exchange: Exchange[Login]) -> tuple[Secret | None, Secret | None]:
    # The rest of the answer is not kept: it may repeat what was sent.
    login = await caller.call(exchange)
    return login.user_token, login.nonce


def _begin(caller: Caller, token: Secret | None, keep_alive: bool) -> None:
    if token is None:
        raise DecodeError("user_token", "the login was accepted, but its answer holds no token")
    caller.begin_session(SessionAuth(token.reveal(), keep_alive=keep_alive))


async def asked_for(code: Code | None, nonce: Secret) -> Secret:
    """Return the mailed code; a plain function is asked in a thread, since it may wait for a person."""
    if code is None:
        raise TwoFactorRequired(nonce.reveal())
    if inspect.iscoroutinefunction(code):
        return Secret(await code())
    given = await in_thread(code, leave=True)
    return Secret(await given if inspect.isawaitable(given) else given)


def plainly_asked_for(code: Callable[[], str] | None, nonce: Secret) -> Secret:
    """Return the mailed code, asked for in this thread."""
    if code is None:
        raise TwoFactorRequired(nonce.reveal())
    given = code()
    if inspect.isawaitable(given):
        getattr(given, "close", lambda: None)()
        raise ConfigurationError(
            "VoipStudio.login asks a plain function for the code; AsyncVoipStudio.login awaits one"
        )
    return Secret(given)
