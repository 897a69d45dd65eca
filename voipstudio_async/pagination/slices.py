"""A dated listing, cut into slices of time that are each walked on their own, some side by side.

A slice of the past does not change, so each can be complete by itself; and many small walks go faster than a long one.
The bounds are wall-clock texts, as the API compares them: where clocks are set back, an hour is told twice, and slices
follow the text.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Generic, Self, TypeVar

import attrs

from ..entities.base import Entity
from ..entities.scalars import moment_text
from ..errors import ClientClosedError, ConfigurationError
from ..wire.filters import Filter
from .page import Page, PageQuery, PageReport
from .pagers import ELSEWHERE, AsyncPages, Fetch
from .strategies import check_order, fingerprint

E = TypeVar("E", bound=Entity)

_BUFFER = 2
"""Pages of a slice that wait for those before them."""
_NOTHING = PageReport(total_first=0, total_last=0)


def cut(start: date, end: date, step: timedelta, tz: tzinfo) -> list[str]:
    """Return the bounds of the slices from `start` up to but without `end`, as the API writes moments."""
    if not isinstance(step, timedelta) or step < timedelta(seconds=1):
        raise ConfigurationError(f"slice must be a timedelta of a second or more, got {step!r}")
    first, last = _moment(start, tz), _moment(end, tz)
    if first >= last:
        raise ConfigurationError(f"start must be before end, got {start} and {end}")
    count = -(-(last - first) // step)
    moments = [first + index * step for index in range(count)]
    return sorted({moment_text(moment, tz, "gte") for moment in [*moments, last]})


def _moment(value: date, tz: tzinfo) -> datetime:
    if not isinstance(value, date):
        raise ConfigurationError(f"a walk goes from a date or date-time to another, got {value!r}")
    moment = value if isinstance(value, datetime) else datetime.combine(value, time.min)
    wall = moment.astimezone(tz) if moment.tzinfo is not None else moment.replace(tzinfo=tz)
    if wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset():
        raise ConfigurationError(
            f"{wall} lies where the clocks of {tz} are changed, and the API's date-times cannot tell which hour is"
            " meant: begin and end a walk outside of it"
        )
    return wall.astimezone(UTC)


def between(query: PageQuery[E], field: str, low: str, high: str) -> PageQuery[E]:
    """Narrow a query to one slice: its beginning belongs to it, its end to the next."""
    bounds = (Filter(field, "gte", low), Filter(field, "lt", high))
    return attrs.evolve(query, filters=(*query.filters, *bounds))


@attrs.frozen
class _Given(Generic[E]):
    """A page of a slice with what was true when it was made; without a page, the slice's end."""

    page: Page[E] | None
    checkpoint: str | None
    report: PageReport
    error: Exception | None = None


class _Slice(Generic[E]):
    """One slice that is being walked ahead of the caller."""

    def __init__(self, pager: AsyncPages[E], by_id: bool) -> None:
        self._pager = pager
        self._by_id = by_id
        self._queue: asyncio.Queue[_Given[E]] = asyncio.Queue(_BUFFER)
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._walk())

    async def _walk(self) -> None:
        pager = self._pager
        try:
            async for page in pager.pages():
                await self._queue.put(_Given(page, self._checkpoint(), pager.report))
            end: _Given[E] = _Given(None, None, pager.report)
        except Exception as error:
            end = _Given(None, None, pager.report, error)
        await self._queue.put(end)

    def _checkpoint(self) -> str | None:
        # Only an order by id has one; whoever asks for it in another order is told when asking.
        return self._pager.checkpoint() if self._by_id else None

    async def next(self) -> _Given[E]:
        if self._loop is not asyncio.get_running_loop():
            raise ClientClosedError(ELSEWHERE)
        given = await self._queue.get()
        if given.error is not None:
            raise given.error
        return given

    async def close(self) -> None:
        if self._loop is not asyncio.get_running_loop():
            return  # after a fork: what the parent's loop was doing goes on there alone
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


class AsyncSlices(AsyncPages[E]):
    """A listing of a range of time that is walked in slices; otherwise like any other."""

    def __init__(
        self,
        query: PageQuery[E],
        field: str,
        bounds: list[str],
        fetch: Fetch,
        concurrency: int,
        resume: str | None = None,
    ) -> None:
        if isinstance(concurrency, bool) or not isinstance(concurrency, int) or concurrency < 1:
            raise ConfigurationError(f"concurrency must be 1 or more slices, got {concurrency!r}")
        super().__init__(between(query, field, bounds[0], bounds[-1]), fetch)
        self._bare = query
        self._field = field
        self._bounds = bounds
        self._concurrency = concurrency
        self._current = _NOTHING
        self._index: int = 0
        self._inner: str | None = None
        self._done: PageReport = attrs.evolve(_NOTHING, complete=True)
        if resume is not None:
            self._index, self._inner, self._done = self._load(resume)
        self._beginning = (self._index, self._inner, self._done)

    @property
    def report(self) -> PageReport:
        """What the latest walk has seen, all slices together."""
        finished = self._index == len(self._bounds) - 1
        report = _sum(self._done, self._current) if not finished else self._done
        return report if finished else attrs.evolve(report, complete=False)

    async def pages(self) -> AsyncGenerator[Page[E], None]:
        """Walk the slices one after another, with the next ones under way."""
        (self._index, self._inner, self._done), self._current = self._beginning, _NOTHING
        ahead: deque[_Slice[E]] = deque()
        waiting = iter(range(self._index, len(self._bounds) - 1))
        try:
            while self._fill(ahead, waiting):
                given = await ahead[0].next()
                self._inner, self._current = given.checkpoint, given.report
                if given.page is not None:
                    yield given.page
                    del given
                    continue
                self._index, self._inner, self._done = self._index + 1, None, _sum(self._done, given.report)
                self._current = _NOTHING
                await ahead.popleft().close()
        finally:
            for one in ahead:
                await one.close()

    def _fill(self, ahead: deque[_Slice[E]], waiting: Iterator[int]) -> bool:
        while len(ahead) < self._concurrency and (index := next(waiting, None)) is not None:
            query = between(self._bare, self._field, self._bounds[index], self._bounds[index + 1])
            resume = self._inner if index == self._index else None
            ahead.append(_Slice(AsyncPages(query, self._fetch, resume=resume), query.by_id))
        return bool(ahead)

    def checkpoint(self) -> str:
        """Say where the latest walk stands; see `AsyncPages.checkpoint`."""
        check_order(self._query)
        state = {"slice": self._index, "inner": self._inner, "done": attrs.asdict(self._done)}
        return json.dumps({"v": 1, "listing": self._name(), **state})

    def _name(self) -> str:
        return f"{fingerprint(self._query)}/{len(self._bounds)}"

    def _load(self, text: str) -> tuple[int, str | None, PageReport]:
        try:
            fields = json.loads(text)
            state = (int(fields["slice"]), fields["inner"], PageReport(**fields["done"]))
            fits = fields["v"] == 1 and fields["listing"] == self._name()
        except (ValueError, TypeError, KeyError) as error:
            raise ConfigurationError("this is not the text of a checkpoint of such a walk") from error
        if not fits:
            raise ConfigurationError(f"this checkpoint belongs to another walk than {self._query.path} in these slices")
        return state

    def resumed(self, checkpoint: str) -> Self:
        """Return the same listing, to be gone on with from a checkpoint."""
        return type(self)(self._bare, self._field, self._bounds, self._fetch, self._concurrency, checkpoint)


def _sum(one: PageReport, other: PageReport) -> PageReport:
    return PageReport(
        one.requests + other.requests,
        one.rows + other.rows,
        one.duplicates + other.duplicates,
        _add(one.total_first, other.total_first),
        _add(one.total_last, other.total_last),
        one.complete and other.complete,
    )


def _add(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
