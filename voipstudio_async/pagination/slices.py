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
from contextlib import aclosing
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Generic, TypeVar

import attrs

from ..columns.rows import rows_at, span_of, values_of
from ..entities.arguments import count, plain, told
from ..entities.base import Entity
from ..entities.fields import field_specs
from ..entities.scalars import day_text, moment_text
from ..entities.zones import aware, first_moment, is_repeated, seen_in, wall_clock, zone_name
from ..errors import ClientClosedError, ConfigurationError, PaginationError
from ..tasks import end
from ..wire.filters import Filter
from .ahead import ELSEWHERE, Fetch
from .checkpoints import check_order, fingerprint, is_count
from .page import Page, PageQuery, PageReport
from .pagers import Adapt, AsyncPages, PageWalk

E = TypeVar("E", bound=Entity)

_BUFFER = 2
"""Pages of a slice that wait for those before them."""
_NOTHING = PageReport(total_first=0, total_last=0)


@attrs.frozen
class Cuts:
    """Where a range of time is cut into slices: reckoned one after another, since a range may be long."""

    low: str
    """The beginning of the first slice, as the API writes moments."""
    high: str
    """The end of the last one, which does not belong to it."""
    step: timedelta
    tz: tzinfo
    _first: datetime
    _last: datetime

    @property
    def count(self) -> int:
        """The number of slices, some of which may be empty where the clock is changed."""
        return -(-(self._last - self._first) // self.step)

    def slices(self, begin: int = 0) -> Iterator[tuple[int, str, str]]:
        """Return the slices from one on: its number, its beginning, and its end, which belongs to the next.

        Where the clock is put back, what it showed already is not cut again.
        """
        low = self._high_water(begin)
        for index in range(begin, self.count):
            high = max(low, self._text(index + 1))
            if low < high:
                yield index, low, high
            low = high

    def _high_water(self, index: int) -> str:
        """Return the latest that the clock had shown when a slice began."""
        highest = self._text(index)
        while index > 0 and self._moment(index).fold:
            index -= 1
            highest = max(highest, self._text(index))
        return highest

    def _text(self, index: int) -> str:
        if index in (0, self.count):
            return self.high if index else self.low
        wall = self._moment(index).replace(tzinfo=None)
        return min(self.high, max(self.low, moment_text(wall, self.tz, "gte")))

    def _moment(self, index: int) -> datetime:
        return seen_in(self._first + index * self.step, self.tz)


def cut(start: date, end: date, step: timedelta, tz: tzinfo) -> Cuts:
    """Cut the range from `start` up to but without `end` into slices."""
    step = plain(step)
    if not isinstance(step, timedelta) or step < timedelta(seconds=1):
        raise ConfigurationError(f"slice must be a timedelta of a second or more, got {told(step)}")
    (low, first), (high, last) = _bound(start, tz), _bound(end, tz)
    if first > last or low > high or (low == high and first == last):
        raise ConfigurationError(f"start must be before end, got {told(start)} and {told(end)}")
    # A day that was left out as a whole has bounds, and takes no time.
    return Cuts(low, high, step, tz, first, max(last, first + timedelta(seconds=1)) if low < high else last)


def one_piece(low: str, high: str, tz: tzinfo) -> Cuts:
    """Return a range that is one slice, from what `Cuts.slices` gave."""
    first, last = (datetime.fromisoformat(bound).replace(tzinfo=UTC) for bound in (low, high))
    return Cuts(low, high, last - first, tz, first, last)


def _bound(value: date, tz: tzinfo) -> tuple[str, datetime]:
    """Return what a bound is on the clock of the zone, and when it is."""
    value = plain(value)
    if not isinstance(value, date):
        raise ConfigurationError(f"a walk goes from a date or date-time to another, got {told(value)}")
    if not isinstance(value, datetime):
        # A day is what is dated by it: its midnight need not be.
        return day_text(value, "gte"), _in_utc(first_moment(value, tz))
    moment = aware(value, tz)
    wall = wall_clock(moment, tz)
    if is_repeated(wall, tz):
        raise ConfigurationError(
            f"{wall} lies where the clocks of {zone_name(tz)} are changed, and the API's date-times cannot tell which"
            " hour is meant: begin and end a walk outside of it"
        )
    return moment_text(moment, tz, "gte"), _in_utc(moment)


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        # East of the first moment there is, or west of the last: the clock's own reading is near enough to count from.
        return moment.replace(tzinfo=UTC)


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
    error: BaseException | None = None
    strays: int = 0
    """Rows of the slice that were left out so far."""


class _Range(Generic[E]):
    """What a slice asks for, compared with what comes: the proof of a whole is that each slice keeps to its bounds."""

    def __init__(self, query: PageQuery[E], field: str, low: str, high: str) -> None:
        name = next((spec.name for spec in field_specs(query.entity) if spec.wire == field), None)
        self._field = name
        self._low, self._high = (datetime.fromisoformat(bound).replace(tzinfo=query.codec.tz) for bound in (low, high))
        self._what = f"{query.path}: the server does not filter by {field}"
        self.strays = 0
        """Rows that were left out: they belong to another slice, or to none."""

    def inside(self, page: Page[E]) -> Page[E]:
        """Leave out the rows of a page that were not asked for.

        :raises PaginationError: none of its rows was
        """
        if self._field is None or not page.items:
            return page
        span = span_of(page.items, self._field)
        if span is not None and self._low <= span[0] and span[1] < self._high:
            return page
        moments = enumerate(values_of(page.items, self._field))
        # A row without a date is in no slice by its date; where it is given, it is kept.
        rows = rows_at(page.items, [place for place, each in moments if each is None or self._holds(each)])
        if not rows:
            raise PaginationError(f"{self._what}: it gave rows of another time than {self._low} to {self._high}")
        self.strays += len(page.items) - len(rows)
        return attrs.evolve(page, items=rows)

    def _holds(self, moment: datetime) -> bool:
        return self._low <= moment < self._high


class _Slice(Generic[E]):
    """One slice that is being walked ahead of the caller."""

    def __init__(self, pager: PageWalk[E], by_id: bool, asked: _Range[E]) -> None:
        self._pager = pager
        self._range = asked
        self._by_id = by_id
        self._queue: asyncio.Queue[_Given[E]] = asyncio.Queue(_BUFFER)
        self._loop = asyncio.get_running_loop()
        self.task = self._loop.create_task(self._walk())

    async def _walk(self) -> None:
        pager = self._pager
        failure: BaseException | None = None
        try:
            async with aclosing(pager.pages()) as walk:
                async for page in walk:
                    inside = self._range.inside(page)
                    await self._queue.put(_Given(inside, self._checkpoint(), self._report(), strays=self._range.strays))
        except BaseException as error:
            if _is_being_cancelled():
                raise
            # Whatever it is, SystemExit and a cancellation from within too: the caller waits for it, and for nothing
            # else.
            failure = error
        await self._queue.put(_Given(None, None, self._report(), failure))

    def _report(self) -> PageReport:
        report, strays = self._pager.report, self._range.strays
        return attrs.evolve(report, rows=report.rows - strays, complete=False) if strays else report

    def _checkpoint(self) -> str | None:
        # Only an order by id has one; whoever asks for it in another order is told when asking.
        return self._pager.checkpoint() if self._by_id else None

    async def next(self) -> _Given[E]:
        if not self.is_here:
            raise ClientClosedError(ELSEWHERE)
        given = await self._queue.get()
        if given.error is not None:
            raise given.error
        return given

    @property
    def is_here(self) -> bool:
        """Whether it is walked by this loop. After a fork, what the parent's loop was doing goes on there alone."""
        return self._loop is asyncio.get_running_loop()


def _is_being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class SlicedWalk(Generic[E]):
    """A walk that is made of walks, one for each slice of a range of time."""

    def __init__(
        self,
        query: PageQuery[E],
        field: str,
        cuts: Cuts,
        fetch: Fetch,
        concurrency: int,
        resume: str | None = None,
    ) -> None:
        self._query = query
        self._field = field
        self._cuts = cuts
        self._fetch = fetch
        self._concurrency = concurrency
        self._current = _NOTHING
        self._strays = 0
        self._index: int = 0
        self._inner: str | None = None
        self._done: PageReport = attrs.evolve(_NOTHING, complete=True)
        if resume is not None:
            self._index, self._inner, self._done = self._load(resume)

    @property
    def report(self) -> PageReport:
        """What it has seen so far, all slices together."""
        if self._index == self._cuts.count:
            return self._done
        return attrs.evolve(_sum(self._done, self._current), complete=False)

    async def pages(self) -> AsyncGenerator[Page[E], None]:
        """Walk the slices one after another, with the next ones under way."""
        ahead: deque[tuple[int, _Slice[E]]] = deque()
        waiting = self._cuts.slices(self._index)
        try:
            while self._fill(ahead, waiting):
                self._index, first = ahead[0]
                given = await first.next()
                self._inner, self._current, self._strays = given.checkpoint, given.report, given.strays
                if given.page is not None:
                    if given.page.items:
                        yield given.page
                    del given
                    continue
                self._index, self._inner, self._done = self._index + 1, None, _sum(self._done, given.report)
                self._current = _NOTHING
                ahead.popleft()
            self._index = self._cuts.count
        finally:
            await end(one.task for _, one in ahead if one.is_here)

    def _fill(self, ahead: deque[tuple[int, _Slice[E]]], waiting: Iterator[tuple[int, str, str]]) -> bool:
        while len(ahead) < self._concurrency and (cut := next(waiting, None)) is not None:
            index, low, high = cut
            query = between(self._query, self._field, low, high)
            resume = self._inner if index == self._index else None
            asked = _Range(self._query, self._field, low, high)
            ahead.append((index, _Slice(PageWalk(query, self._fetch, 0, resume), query.by_id, asked)))
        return bool(ahead)

    def checkpoint(self) -> str:
        """Say where it stands, as a small JSON text."""
        check_order(self._query)
        done = self._done
        if self._inner is not None and self._strays:
            # The walk of the slice counts them, and knows nothing of this.
            done = attrs.evolve(done, rows=done.rows - self._strays, complete=False)
        state = {"slice": self._index, "inner": self._inner, "done": attrs.asdict(done)}
        return json.dumps({"v": 1, "listing": self._name(), **state})

    def _name(self) -> str:
        whole = between(self._query, self._field, self._cuts.low, self._cuts.high)
        return f"{fingerprint(whole)}/{self._cuts.count + 1}"

    def _load(self, text: str) -> tuple[int, str | None, PageReport]:
        try:
            fields = json.loads(text)
            state = (fields["slice"], fields["inner"], PageReport(**fields["done"]))
            if not is_count(state[0]) or state[0] > self._cuts.count or not isinstance(state[1], str | None):
                raise ValueError("a walk stands in one of its slices")
            fits = fields["v"] == 1 and fields["listing"] == self._name()
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise ConfigurationError("this is not the text of a checkpoint of such a walk") from error
        if not fits:
            raise ConfigurationError(f"this checkpoint belongs to another walk than {self._query.path} in these slices")
        return state


def sliced(
    query: PageQuery[E], field: str, cuts: Cuts, fetch: Fetch, concurrency: int, resume: str | None = None
) -> AsyncPages[E]:
    """Return a listing of a range of time that is walked in slices; otherwise it is like any other."""
    most = count("concurrency", concurrency, 1, unit="slices")

    def walk(point: str | None, adapt: Adapt) -> SlicedWalk[E]:
        return SlicedWalk(adapt(query), field, cuts, fetch, most, point)

    return AsyncPages(between(query, field, cuts.low, cuts.high), fetch, resume=resume, walk=walk)


def _sum(one: PageReport, other: PageReport) -> PageReport:
    return PageReport(
        one.requests + other.requests,
        one.rows + other.rows,
        one.duplicates + other.duplicates,
        _add(one.total_first, other.total_first),
        _add(one.total_last, other.total_last),
        one.complete and other.complete,
        min(filter(None, (one.smaller_pages, other.smaller_pages)), default=None),
        one.by_key or other.by_key,
    )


def _add(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
