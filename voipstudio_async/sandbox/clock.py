"""The time of a sandbox: that of the machine, and a test can move it forward."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the sandbox what time it is. What waits in the sandbox waits by this clock."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self.listeners: list[Callable[[], None]] = []
        """Told when it was moved, by whoever moved it."""

    def __repr__(self) -> str:
        return f"<Clock {self.now():%Y-%m-%d %H:%M:%S} UTC>"

    def now(self) -> datetime:
        """Return the moment, in UTC."""
        return datetime.now(UTC) + timedelta(seconds=self._ahead)

    def monotonic(self) -> float:
        """Return seconds that never go back, to measure with."""
        return time.monotonic() + self._ahead

    def advance(self, by: float | timedelta) -> None:
        """Move the clock forward by so many seconds: what was due until then is due at once.

        :raises ValueError: it would go back, or not to a moment that there is
        """
        seconds = by.total_seconds() if isinstance(by, timedelta) else by
        if not (seconds >= 0 and math.isfinite(seconds)):
            raise ValueError(f"a clock goes forward by 0 or more seconds, got {by!r}")
        try:
            _ = self.now() + timedelta(seconds=seconds)
        except OverflowError:
            raise ValueError(f"{by!r} seconds lead to a year that there is not") from None
        self._ahead += seconds
        for listener in list(self.listeners):
            listener()
