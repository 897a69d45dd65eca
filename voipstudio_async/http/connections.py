"""Connections: made within the time of the request that wants one, and used again only when nothing is left on them."""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable
from functools import partial
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler

from .timers import Timer, Timers


class SpokeFirst(aiohttp.ClientConnectionError):
    """The server sent something before it was asked: whatever it is, it is no answer."""


class Connector(aiohttp.TCPConnector):
    """Makes connections within ``Timeouts.connect`` of the request that wants one.

    That is to look the host up, to be let through by a proxy, and the handshakes; aiohttp bounds only the last of them.
    """

    def share(self, timers: Timers) -> None:
        """Have the connections wait by these timers."""
        if IS_OURS:
            self._factory: Any = partial(Connection, timers)

    async def _create_connection(self, req: Any, traces: Any, timeout: aiohttp.ClientTimeout) -> Any:
        async with asyncio.timeout(timeout.sock_connect):
            made = await super()._create_connection(req, traces, timeout)
        # A TLS server may send tickets for later sessions before it is asked: there, only what was read counts.
        if made.should_close or (not req.is_ssl() and _watch(made.transport)()):
            made.close()
            raise SpokeFirst
        return made


class Connection(ResponseHandler):
    """A connection whose wait for the next piece is counted by a timer that all share.

    aiohttp sets a timer of the loop for every request, and again for every piece of its answer: that is a tenth of the
    time of a call. When and how long is waited stays aiohttp's own affair.
    """

    def __init__(self, timers: Timers) -> None:
        super().__init__(timers.loop)
        self._shared = timers
        self._patience: Timer | None = None
        self._awaits = False
        self._has_unread: Callable[[], object] | None = None

    def is_connected(self) -> bool:
        """Whether the connection can be used for a request.

        The pool asks this of a connection that it is about to give out again. What has come in since the last answer
        ended, all of it or a part, read or still in the system's buffer, would be taken for the next answer: such a
        connection is of no use, and neither is one whose end has not been noticed yet.
        """
        transport = self.transport
        if transport is None or self._awaits or self.should_close or transport.is_closing():
            return False
        if self._has_unread is None:
            self._has_unread = _watch(transport)
        return not self._has_unread()

    def _reschedule_timeout(self) -> None:
        # Whenever a request has gone out, or something has come in.
        seconds = self.read_timeout
        patience = self._patience
        if patience is not None and patience.seconds != seconds:
            self._drop_timeout()
            patience = None
        if patience is None and seconds:
            patience = self._patience = self._shared.of(seconds)
        if patience is not None:
            patience.start(self)
        self._awaits = True

    def _drop_timeout(self) -> None:
        # At the end of an answer, among others.
        self._awaits = False
        patience, self._patience = self._patience, None
        if patience is not None:
            patience.stop(self)

    def resume_reading(self, *args: Any, **kwargs: Any) -> None:
        # aiohttp asks twice for every answer, and goes a long way each time. Most of them never had to be paused.
        if self._reading_paused:
            super().resume_reading(*args, **kwargs)

    def connection_lost(self, exc: BaseException | None) -> None:
        # aiohttp takes a body that goes on until the connection ends for complete also when it ends by a reset.
        payload = getattr(self, "_payload", None)
        if exc is not None and payload is not None and not payload.is_eof():
            payload.set_exception(aiohttp.ClientPayloadError(type(exc).__name__))
        super().connection_lost(exc)

    def expire(self) -> None:
        self._patience = None
        self._on_read_timeout()


# These are aiohttp's own. Should a release of it do without one, its connections are used as they come: with slower
# timers, and looked through before each request, as those of somebody else's session are.
IS_OURS = all(
    hasattr(ResponseHandler, name)
    for name in (
        "read_timeout",
        "resume_reading",
        "_drop_timeout",
        "_on_read_timeout",
        "_reading_paused",
        "_reschedule_timeout",
    )
)


def leave_out(connector: Any) -> None:
    """Close what must not be used again in the pool of somebody else's session, see `Connection.is_connected`."""
    for pooled in getattr(connector, "_conns", {}).values():
        for connection, _ in pooled:
            if connection.should_close or _watch(connection.transport)():
                connection.close()


def _watch(transport: Any) -> Callable[[], object]:
    """Return what tells whether a connection has something to read, its end included, that the loop has not seen."""
    plug = None if transport is None else transport.get_extra_info("socket")
    if plug is None or (number := plug.fileno()) < 0:
        return list
    if not hasattr(select, "poll"):  # Windows
        return lambda: select.select([number], [], [], 0)[0]
    watch = select.poll()
    watch.register(number, select.POLLIN)
    return partial(watch.poll, 0)
