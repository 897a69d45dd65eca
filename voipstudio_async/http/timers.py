"""Timers that many share: starting one costs an entry of a dict, where a timer of the loop costs its heap.

Every request waits against two clocks, the deadline of its call and the next piece of its answer, and hardly any of
them runs out. All that wait equally long would run out in the order in which they began. So one timer of the loop, set
for the first of them, serves them all.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextvars import Context
from typing import Protocol

_EARLY = 0.001
"""Seconds that a loop may wake up too early: uvloop counts in whole milliseconds."""


class Expiring(Protocol):
    """What has so much time, and no more."""

    def expire(self) -> None:
        """Hear that the time is over. It must not raise."""
        ...


class Timer:
    """Counts the same seconds for any number of things."""

    __slots__ = ("_alarm", "_context", "_loop", "_since", "_timers", "seconds")

    def __init__(self, seconds: float, timers: Timers) -> None:
        self.seconds = seconds
        self._timers = timers
        self._loop = timers.loop
        # Of its own: that of the call that happens to be the first would be kept alive as long as calls follow it.
        self._context = Context()
        self._since: OrderedDict[Expiring, float] = OrderedDict()
        self._alarm: asyncio.TimerHandle | None = None

    def start(self, thing: Expiring) -> float:
        """Begin to count for a thing, or begin anew; return the time on the loop's clock."""
        now = self._loop.time()
        self._since[thing] = now
        self._since.move_to_end(thing)
        if self._alarm is None:
            self._alarm = self._loop.call_at(now + self.seconds, self._ring, context=self._context)
        return now

    def stop(self, thing: Expiring) -> None:
        """Count no longer for a thing."""
        self._since.pop(thing, None)

    def rest(self) -> None:
        """Take the alarm off the loop, unless something is still counted for."""
        if self._alarm is not None and not self._since:
            self._alarm.cancel()
            self._alarm = None

    def _ring(self) -> None:
        self._alarm = None
        began = self._loop.time() - self.seconds + _EARLY
        while self._since:
            thing, since = next(iter(self._since.items()))
            if since > began:
                self._alarm = self._loop.call_at(since + self.seconds, self._ring, context=self._context)
                return
            del self._since[thing]
            thing.expire()
        self._timers.forget(self.seconds)


class Timers:
    """The timers of one client in one loop, by their seconds."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._timers: dict[float, Timer] = {}

    def of(self, seconds: float) -> Timer:
        """Return the timer of so many seconds."""
        timer = self._timers.get(seconds)
        if timer is None:
            timer = self._timers[seconds] = Timer(seconds, self)
        return timer

    def forget(self, seconds: float) -> None:
        """Let go of a timer that counts for nothing. Whoever holds it may start it all the same."""
        self._timers.pop(seconds, None)

    def rest(self) -> None:
        """Leave nothing on the loop but what is still counted for."""
        for timer in self._timers.values():
            timer.rest()
