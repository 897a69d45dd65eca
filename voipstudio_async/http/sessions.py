"""Credentials that change or end: the token of a login, which idles out, and tokens that are fetched anew.

Source of the times: the vendor's introduction (a session ends after 30 minutes without a request; the page on
authentication says 15, and advises a ping every 5) and its own browser connector, which pings.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import weakref
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ..entities.secret import Secret
from ..errors import AuthenticationError, ConfigurationError, VoipStudioError
from . import forks
from .auth import HeaderValue, check_token

logger = logging.getLogger("voipstudio_async")

PING_AFTER = 300.0
"""Seconds without a request after which a session that is kept alive is used by a ping."""

Ping = Callable[[], Awaitable[Any]]


class SessionAuth:
    """The token of a login. It ends when it was idle too long: 15 or 30 minutes, the vendor's pages differ.

    With `keep_alive`, a client that has made a first request pings the API whenever nothing was sent for 5 minutes, as
    long as it is open. A session that has ended stays ended: each login mails a code on accounts with a second factor,
    so none is ever made by itself, and requests raise `AuthenticationError`.

    :param token: the token that a login answered
    :param keep_alive: whether to ping
    :raises ConfigurationError: the token cannot be one
    """

    def __init__(self, token: str, *, keep_alive: bool = False) -> None:
        hidden = Secret(token)
        del token  # no frame of an error that is raised here holds it
        self.keep_alive = keep_alive
        check_token(hidden.reveal())
        if not isinstance(keep_alive, bool):
            raise ConfigurationError(f"keep_alive is True or False, got {type(keep_alive).__name__}")
        self._value = HeaderValue(hidden.reveal())
        self._pings: weakref.WeakMethod[Any] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._used = 0.0
        forks.renew_after(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(keep_alive={self.keep_alive})"

    def headers(self) -> Mapping[str, str]:
        """Return the header, and note that the session is in use."""
        if self.keep_alive and self._pings is not None:
            loop = asyncio.get_running_loop()
            self._used = loop.time()
            if self._timer is None:
                self._timer = loop.call_later(PING_AFTER, self._check, loop)
        return {"X-Auth-Token": self._value}

    def attach(self, ping: Any) -> None:
        """Say how to ping: a bound method of a client, which this does not keep alive."""
        self._pings = weakref.WeakMethod(ping)

    def detach(self) -> None:
        """Stop pinging: the client is closed."""
        self._pings = None
        timer, self._timer = self._timer, None
        task, self._task = self._task, None
        if timer is not None:
            timer.cancel()
        if task is not None:
            task.cancel()

    def renew(self) -> None:
        """Begin afresh in a child process: the timer belongs to the parent's loop."""
        forks.keep(self._timer, self._task)
        self._timer = self._task = None

    def _check(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        ping = self._pings() if self._pings is not None else None
        if ping is None:
            return
        idle = loop.time() - self._used
        # A timer may ring a moment early.
        if idle >= PING_AFTER - 1:
            self._task = loop.create_task(self._ping(ping))
        else:
            self._timer = loop.call_later(PING_AFTER - idle, self._check, loop)

    async def _ping(self, ping: Ping) -> None:
        try:
            await ping()
        except AuthenticationError:
            logger.warning("the session has ended: log in again")
            self._pings = None
        except VoipStudioError as error:
            # The token may still be good: the next request, or the next ping, will tell.
            logger.info("a ping failed (%s)", type(error).__name__)
            self.headers()
        finally:
            self._task = None


class RenewingAuth:
    """A token that changes: from a vault, or of a service that rotates it.

    `fetch` is asked for a token when the first request needs one, and again when the API refuses the one that it gave
    (401): that request is then sent once more with the new token. Requests that need a token at the same time share
    one call of `fetch`. Do not log in with a password there: each login mails a code on accounts with a second factor.

    :param fetch: a function without arguments, awaited or plain, that returns a token
    """

    def __init__(self, fetch: Callable[[], str | Awaitable[str]]) -> None:
        if not callable(fetch):
            raise ConfigurationError(f"fetch is a function that returns a token, got {type(fetch).__name__}")
        self._fetch = fetch
        self._value: HeaderValue | None = None
        self._fetching: asyncio.Task[HeaderValue] | None = None
        forks.renew_after(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({getattr(self._fetch, '__name__', type(self._fetch).__name__)})"

    async def headers(self) -> Mapping[str, str]:
        """Return the header, once there is a token."""
        return {"X-Auth-Token": self._value or await self._renewed()}

    async def refused(self, headers: Mapping[str, str]) -> bool:
        """Return whether there are other credentials than these, which the API has refused; fetch them if need be."""
        old = headers.get("X-Auth-Token")
        if self._value is None or self._value == old:
            await self._renewed()
        return self._value != old

    async def _renewed(self) -> HeaderValue:
        loop = asyncio.get_running_loop()
        if self._fetching is None or self._fetching.get_loop() is not loop:
            self._fetching = loop.create_task(self._fetched())
            self._fetching.add_done_callback(self._done)
        # Whoever gives up waiting does not end it for the others.
        return await asyncio.shield(self._fetching)

    async def _fetched(self) -> HeaderValue:
        given = self._fetch()
        hidden = Secret(await given if inspect.isawaitable(given) else given)
        del given
        check_token(hidden.reveal())
        self._value = HeaderValue(hidden.reveal())
        return self._value

    def _done(self, task: asyncio.Task[HeaderValue]) -> None:
        if self._fetching is task:
            self._fetching = None
        if not task.cancelled():
            task.exception()  # whoever waited has heard it

    def renew(self) -> None:
        """Begin afresh in a child process: what is being fetched is fetched in the parent."""
        forks.keep(self._fetching)
        self._fetching = None
