"""One call under way: what its attempts have in common, and what is known of them."""

from __future__ import annotations

import asyncio
import itertools

from ..errors import RequestInfo
from ..wire.exchange import Request, Sending, Sink, describe
from ..wire.redaction import secrets_of
from .auth import Headers
from .timers import Timer

_numbers = itertools.count(1)
_PACE = 2**16
"""Bytes that a download must bring within ``Timeouts.total``, again and again."""


class Call(Sending):
    """A call: what the transport sends of it, and what the timer of its deadline ends."""

    __slots__ = ("attempt", "credentials", "expired", "number", "renewed", "sent", "started", "task", "unsure")

    def __init__(self, request: Request, base: str, credentials: Headers, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(request, base)
        self.number = next(_numbers)
        self.credentials = credentials
        self.started = loop.time()
        self.task = asyncio.current_task(loop)
        self.attempt = 0
        self.sent = 0
        self.expired = False
        self.renewed = False
        """The credentials were refused and fetched anew, once."""
        self.unsure = False
        """An earlier attempt may have reached the server, and may have been carried out."""

    @property
    def info(self) -> RequestInfo:
        """The request for errors, hooks and logs, without the credentials that it is sent with."""
        if self._info is None:
            self._info = describe(self.request, self._base, secrets_of(self.credentials))
        return self._info

    def carry(self, credentials: Headers) -> None:
        """Go on with the credentials of another attempt."""
        self.credentials = credentials
        self._info = None

    @property
    def since(self) -> float:
        """When the time of the call began to count."""
        return self.started

    def expire(self) -> None:
        """End the call: its time is over."""
        self.expired = True
        if self.task is not None:
            self.task.cancel()


class Download(Call):
    """A call whose answer goes to a sink. It may take as long as it brings something."""

    __slots__ = ("_brought", "_since", "_timer", "sink")

    def __init__(
        self,
        request: Request,
        base: str,
        credentials: Headers,
        loop: asyncio.AbstractEventLoop,
        sink: Sink,
        timer: Timer | None,
    ) -> None:
        super().__init__(request, base, credentials, loop)
        self.sink = sink
        self._timer = timer
        self._since = self.started
        self._brought = 0

    @property
    def since(self) -> float:
        return self._since

    def flow(self, size: int) -> None:
        self._brought += size
        if self._brought >= _PACE and self._timer is not None and not self.expired:
            self._brought = 0
            self._since = self._timer.start(self)
