"""`Traffic`: when calls began and how long they lasted, for the most calls at once."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from heapq import heappop, heappush

from ..entities import Cdr
from .figures import Peak

_FIRST = datetime.min.replace(tzinfo=UTC)
_BITS = 24
_LONGEST = (1 << _BITS) - 1
"""Seconds that a call can last at most, half a year: so a span fits into eight bytes."""
_DAY = 24 * 60 * 60


def span_of(cdr: Cdr) -> int:
    """Return when a leg began and how long it lasted, in one number, larger the later it began; 0 without a date.

    It lasted for its `duration`, ringing included; where that is missing, for its billed seconds.
    """
    if cdr.calldate is None:
        return 0
    since = cdr.calldate - _FIRST
    start = since.days * _DAY + since.seconds
    seconds = cdr.billsec if cdr.duration is None else cdr.duration
    if start <= 0 or not seconds or seconds < 0:
        return max(start, 0) << _BITS
    return start << _BITS | min(seconds, _LONGEST)


def start_of(span: int) -> int:
    """Return the second in which a span begins."""
    return span >> _BITS


class Traffic:
    """Keeps the spans of calls, eight bytes each, by the day on which they began."""

    def __init__(self) -> None:
        self._days: defaultdict[int, array[int]] = defaultdict(lambda: array("q"))

    def add(self, span: int) -> None:
        """Keep the span of a call."""
        if span & _LONGEST:
            self._days[start_of(span) // _DAY].append(span)

    def add_call(self, spans: Iterable[int]) -> None:
        """Keep the spans of a call's legs: where several overlap or touch, the call goes on once."""
        begun, ended = 0, -1
        for span in sorted(spans):
            start, end = start_of(span), start_of(span) + (span & _LONGEST)
            if start > ended:
                self._keep(begun, ended)
                begun = start
            ended = max(ended, end)
        self._keep(begun, ended)

    def merge(self, other: Traffic) -> None:
        """Take in what another one keeps."""
        for day, spans in other._days.items():
            self._days[day].extend(spans)

    def most_at_once(self, tz: tzinfo) -> Peak | None:
        """Return the most calls that went on in one second, and the first second of the peak; None without any.

        A call goes on from the second in which it began, for as many seconds as it lasted: one that ends when another
        begins is not beside it.
        """
        most, moment = 0, 0
        ends: list[int] = []
        for span in self._in_order():
            start = start_of(span)
            while ends and ends[0] <= start:
                heappop(ends)
            heappush(ends, start + (span & _LONGEST))
            if len(ends) > most:
                most, moment = len(ends), start
        return Peak(at=(_FIRST + timedelta(seconds=moment)).astimezone(tz), calls=most) if most else None

    def _keep(self, start: int, end: int) -> None:
        if end > start:
            self.add(start << _BITS | min(end - start, _LONGEST))

    def _in_order(self) -> Iterator[int]:
        for day in sorted(self._days):
            yield from sorted(self._days[day])
