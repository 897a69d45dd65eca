"""Logging in: an e-mail address and a password become a session, with a mailed code in between where one is asked for.

Each login mails a code on accounts with a second factor. So it is sent once, whatever happens, and never by itself.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from ..entities import Login
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

Code = Callable[[], str | Awaitable[str]]
"""A function that is asked for the mailed code."""


class NoCredentials:
    """Nothing: the way of a client that has yet to log in."""

    def headers(self) -> Mapping[str, str]:
        """Return no header."""
        return {}


def without_credentials(options: ClientOptions) -> ClientOptions:
    """Return the options of a client that is about to log in."""
    for name in ("token", "auth"):
        if name in options:
            raise ConfigurationError(f"a login makes the token: {name} cannot be given as well")
    return cast("ClientOptions", {**options, "auth": NoCredentials()})


async def ask(caller: Caller, email: str, password: str, more: Mapping[str, Any], *, keep_alive: bool) -> str | None:
    """Send the address and the password; return the nonce of the second factor, or None when none is asked for."""
    login = await caller.call(Logins.login.exchange(caller.codec, "", email=email, password=password, **more))
    # Whatever the status: an account with a second factor answers with a nonce, and with no token.
    if login.user_token is None and login.nonce is not None:
        return login.nonce.reveal()
    _begin(caller, login, keep_alive)
    return None


async def answer(caller: Caller, nonce: str, code: str, *, keep_alive: bool) -> None:
    """Send the mailed code."""
    login = await caller.call(Logins.confirm.exchange(caller.codec, "", nonce=nonce, code=code))
    _begin(caller, login, keep_alive)


def _begin(caller: Caller, login: Login, keep_alive: bool) -> None:
    if login.user_token is None:
        raise DecodeError("user_token", "the login was accepted, but its answer holds no token")
    caller.begin_session(SessionAuth(login.user_token.reveal(), keep_alive=keep_alive))


async def asked_for(code: Code | None, nonce: str) -> str:
    """Return the mailed code; a plain function is asked in a thread, since it may wait for a person."""
    if code is None:
        raise TwoFactorRequired(nonce)
    if inspect.iscoroutinefunction(code):
        return str(await code())
    given = await in_thread(code, leave=True)
    return await given if inspect.isawaitable(given) else given


def plainly_asked_for(code: Callable[[], str] | None, nonce: str) -> str:
    """Return the mailed code, asked for in this thread."""
    if code is None:
        raise TwoFactorRequired(nonce)
    given = code()
    if inspect.isawaitable(given):
        getattr(given, "close", lambda: None)()
        raise ConfigurationError(
            "VoipStudio.login asks a plain function for the code; AsyncVoipStudio.login awaits one"
        )
    return given
