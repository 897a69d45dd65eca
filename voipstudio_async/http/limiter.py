"""What all requests of a client pass: how many at once, how many a second, none while the API asks to wait."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from . import forks
from .settings import Limits

if TYPE_CHECKING:
    from aiolimiter import AsyncLimiter

_SPREAD = 0.02
"""Seconds between two requests that were held back together: they go out one by one, not all at once."""


Held = Callable[[float], None]
"""Hears how many seconds the limiter stays closed, before the wait; what it raises is raised instead of waiting."""


class Limiter:
    """Admission to the API, shared by a client and its views.

    When the API asks to slow down, the limiter closes for everybody, and the number of requests under way at once is
    halved; it grows again by one for every so many good answers as are under way.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._most = limits.concurrency
        self._fill()
        forks.renew_after(self)

    def renew(self) -> None:
        """Begin afresh, with all places free: in a child process those taken belong to the parent's requests."""
        forks.keep(self._queue, self._rate)
        self._fill()

    def _fill(self) -> None:
        self._inside = 0
        self._queue: deque[asyncio.Future[None]] = deque()
        self._width = float(self._most)
        self._rate = _limiter(self._limits.per_second)
        self._closed_until = 0.0
        self._held = 0

    @property
    def width(self) -> int:
        """How many requests may be under way at once just now."""
        return max(1, int(self._width))

    @property
    def pause(self) -> float:
        """How many seconds the limiter stays closed; 0 when it is open."""
        return max(0.0, self._closed_until - asyncio.get_running_loop().time()) if self._closed_until else 0.0

    def slow_down(self, seconds: float) -> None:
        """Hold every request back for some seconds (a longer pause stands), and let fewer out at once."""
        if self._limits.adaptive and self.pause == 0:
            self._resize(max(1.0, self._width / 2))
        until = asyncio.get_running_loop().time() + seconds
        self._closed_until = max(self._closed_until, until)

    def ease(self) -> None:
        """Count a good answer: the limiter widens slowly again."""
        if self._width < self._most:
            self._resize(min(float(self._most), self._width + 1 / self._width))

    def _resize(self, width: float) -> None:
        # Who is inside stays: a narrower limiter lets nobody in until enough have left.
        self._width = width
        self._admit()

    def _admit(self) -> None:
        while self._queue and self._inside < self.width:
            turn = self._queue.popleft()
            if not turn.done():
                self._inside += 1
                turn.set_result(None)

    async def opened(self, held: Held | None) -> None:
        """Wait until the limiter is open."""
        # Those who wait go through one after another.
        while (pause := self.pause) > 0:
            seconds = pause + (self._held + 1) * _SPREAD
            if held is not None:
                held(seconds)
            self._held += 1
            try:
                await asyncio.sleep(seconds)
            finally:
                self._held -= 1
        self._closed_until = 0.0

    def enter_at_once(self) -> bool:
        """Take a place if there is nothing to wait for, which is what nearly every request meets."""
        if self._closed_until or self._rate is not None or self._queue or self._inside + 1 > self._width:
            return False
        self._inside += 1
        return True

    async def enter(self, held: Held | None = None) -> None:
        """Wait for a place, in the order of asking; every entry is followed by a `leave`."""
        if self._queue or self._inside >= self.width:
            await self._stand_in_line()
        else:
            self._inside += 1
        try:
            # Whoever has waited for a place looks at the limiter only then: it may have closed meanwhile.
            if self._closed_until:
                await self.opened(held)
            if self._rate is not None:
                await self._rate.acquire()
        except BaseException:
            self.leave()
            raise

    async def _stand_in_line(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self.leave()  # the place was given in the same moment
            with suppress(ValueError):
                self._queue.remove(turn)
            raise

    def leave(self) -> None:
        """Release the place."""
        self._inside -= 1
        if self._queue:
            self._admit()


def _limiter(per_second: float | None) -> AsyncLimiter | None:
    if per_second is None:
        return None
    # Imported where it is wanted: it is slow to import, and few clients have a rate.
    from aiolimiter import AsyncLimiter  # noqa: PLC0415

    # The bucket holds one request: a limit of ten a second is one every tenth, never ten at once.
    return AsyncLimiter(1, 1 / per_second)
