"""Walks: which page to ask for next, which rows are new, and when an end can be trusted. They decide and do no I/O.

**By offset** (`OffsetStrategy`), the way that the API offers everywhere: ``page`` 1, 2, 3... While pages are read, rows
come and go, and shift what is behind them: rows repeat, or are skipped. Rows that repeat are dropped by their id. A
skip does not show by itself, but it leaves a trace. The default order is newest first (``-id``): there, new rows come
in at the front and push others back, which repeats rows; only deletions pull others forward, which skips rows and
lowers ``total``. The first page is read before all others. Then, if every page told the same total and no row repeated,
nothing was skipped, even when pages were read side by side and rows were inserted and deleted at the same time: a pass
of that kind is *clean*. After one that is not, the walk takes a second look, which gives the rows that are missing, up
to three times. (In another order an insertion and a deletion can hide each other.)

What that rests on is looked at as far as the answers show it. Over more than one page, the ids have to come in the
order that was asked for (a server may ignore ``sort``), and every row needs an id (or a repetition does not show).
Where they do not, the walk is not complete; a second look could not be clean either, and is not taken.

**By key** (`KeysetStrategy`), where the server filters by id: each request asks for what lies beyond the last id.
Nothing shifts, whatever changes: every row that is there from beginning to end is given exactly once. Where more rows
vanish from ``total`` than were given, they were deleted, or skipped by a server that does not sort: at the end such a
walk asks for a page in the one order and a page in the other, which a server that does not sort answers alike; and
what was deleted is not counted there any more.

``total`` may overstate what pages deliver. So an empty page ends a pass only where `total` agrees or where the next one
is empty as well. It may understate: what came already is no reason to end while it says less. A server that repeats
itself is a `PaginationError`, not a loop without end.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeVar

import attrs

from ..entities.base import Entity
from ..errors import PaginationError
from ..wire.exchange import Exchange
from ..wire.filters import Filter
from .checkpoints import Checkpoint, check_order, fingerprint
from .order import OrderedValues, Seen, is_sorted
from .page import Page, PageQuery, PageReport

__all__ = ("Checkpoint", "KeysetStrategy", "OffsetStrategy", "Seen", "WalkStrategy", "begin")

E = TypeVar("E", bound=Entity)
E_inv = TypeVar("E_inv", bound=Entity)

_MAX_STALE = 3
"""Pages in a row without a single new row before a pass is given up: rows may shift by a page, but a server that
ignores ``page`` repeats itself for ever."""
_MAX_DRY = 2
"""Empty pages in a row that end a pass although ``total`` promises more."""
_MAX_PASSES = 4
"""The first look, and three more."""


class WalkStrategy(Protocol[E_inv]):
    """What drives a pager."""

    ended: bool

    @property
    def report(self) -> PageReport:
        """What was seen so far."""
        ...

    def ask(self) -> Exchange[Page[E_inv]] | None:
        """Return the next page to ask for, or None while that depends on one that is under way."""
        ...

    def take(self, page: Page[E_inv]) -> Page[E_inv]:
        """Take a page in, in the order in which pages were asked for, and give it back with its new rows only."""
        ...

    def checkpoint(self) -> Checkpoint:
        """Say where the walk stands, everything that was given out included."""
        ...


def begin(query: PageQuery[E], point: Checkpoint | None = None) -> WalkStrategy[E]:
    """Begin the walk that a query asks for, or go on with one."""
    return KeysetStrategy(query, point) if query.strategy == "keyset" else OffsetStrategy(query, point)


class _Pass:
    """One pass through the pages, and whether it was steady."""

    def __init__(self, first: int, query: PageQuery[Any]) -> None:
        self.asked = first - 1
        self.under_way = 0
        self.rows = 0
        self.total: int | None = None
        self.size: int | None = None
        """How many rows the server gives with a page; None before the first page."""
        self.last_page = first
        self.dry = 0
        self.stale = 0
        self.steady = True
        """Every page told the same total, and no row repeated."""
        self.over = False
        self.seen = Seen(query.descending)
        self._by_id = query.by_id
        self._values = OrderedValues(query)
        self._filled = 0
        self._before: Sequence[Any] = ()

    @property
    def proves(self) -> bool:
        """Whether a skip would have left a trace: one answer is all of a piece, several need their order."""
        ordered = self.seen.ordered if self._by_id else self._values.ordered
        return self._filled <= 1 or (ordered and not self.seen.nameless)

    def may_ask(self) -> bool:
        """Pages are asked for side by side once it is known how many there are; beyond the last, one by one."""
        if self.over:
            return False
        return not self.under_way or (self.size is not None and self.total is not None and self.asked < self.last_page)

    def take(self, page: Page[E], page_size: int) -> Sequence[E]:
        """Count a page, and give its rows that are new to this pass."""
        self.under_way -= 1
        fresh = self.seen.new(page.items)
        self.rows += len(fresh)
        told_otherwise = self.size is not None and page.total != self.total
        self.steady = self.steady and len(fresh) == len(page.items) and not told_otherwise
        self._filled += bool(page.items)
        self._values.take(page.items)
        self.dry = 0 if page.items else self.dry + 1
        self.stale = self.stale + 1 if page.items and not (fresh and self._differs(page.items)) else 0
        if self.size is None:
            # A server may give fewer rows than asked for: then its own page is the measure.
            self.size = min(len(page.items) or page_size, page_size)
        self.total = page.total
        if page.total is not None:
            self.last_page = -(-page.total // self.size)
        return fresh

    def _differs(self, rows: Sequence[Any]) -> bool:
        """Tell whether rows are not those of the page before: without ids, they look new whenever they come."""
        if not self.seen.nameless:
            return True
        before, self._before = self._before, rows
        return list(rows) != list(before)

    def runs_dry(self, page: Page[E]) -> bool:
        """Tell whether an empty page is the end."""
        return not page.items and (page.total is None or self.dry >= _MAX_DRY or page.number >= self.last_page)


def _first_page(point: Checkpoint | None) -> int:
    if point is None:
        return 1
    # The page before is read again: rows may have moved there since. Without an order, what was given does not show.
    return point.page if point.last is None else max(1, point.page - 1)


class OffsetStrategy(Generic[E]):
    """A walk by page numbers."""

    def __init__(self, query: PageQuery[E], point: Checkpoint | None = None) -> None:
        self._query = query
        self._before = point.report if point else PageReport()
        self._steady_before = point.steady if point else True
        self._floor = point.last if point else None
        self._pass = _Pass(_first_page(point), query)
        self._passes = 1
        self._seen = Seen(query.descending)
        self._requests = self._before.requests
        self._rows = self._before.rows
        self._duplicates = self._before.duplicates
        self._total_first = self._before.total_first
        self._total = self._before.total_last
        self._next = point.page if point else 1
        self._last = self._floor
        self._clean = False
        self.ended = False

    @property
    def _resumed(self) -> bool:
        return self._before.requests > 0

    @property
    def report(self) -> PageReport:
        """What was seen so far."""
        return PageReport(
            self._requests, self._rows, self._duplicates, self._total_first, self._total, self.ended and self._clean
        )

    def ask(self) -> Exchange[Page[E]] | None:
        """Return the next page to ask for, or None while that depends on one that is under way."""
        if self.ended or not self._pass.may_ask():
            return None
        self._pass.asked += 1
        self._pass.under_way += 1
        return self._query.page(self._pass.asked)

    def take(self, page: Page[E]) -> Page[E]:
        """Take a page in, in the order in which pages were asked for, and give it back with its new rows only."""
        self._requests += 1
        self._total = page.total
        if self._requests == 1:
            self._total_first = page.total
        new_in_pass = self._pass.take(page, self._query.page_size)
        self._duplicates += len(page.items) - len(new_in_pass)
        fresh = self._unknown(new_in_pass)
        self._rows += len(fresh)
        self._remember(page, fresh)
        self._judge(page)
        return page if fresh is page.items else attrs.evolve(page, items=fresh)

    def _unknown(self, rows: Sequence[E]) -> Sequence[E]:
        """Leave out what an earlier pass gave, and what was given before a checkpoint: all ids up to its last one."""
        if self._floor is not None:
            sign = -1 if self._query.descending else 1
            ids = [getattr(row, "id", None) for row in rows]
            rows = [row for row, key in zip(rows, ids, strict=True) if key is None or key * sign > self._floor * sign]
        # The first pass has asked its own memory already; a second look needs what the first one gave.
        return self._seen.new(rows) if self._passes > 1 else rows

    def _judge(self, page: Page[E]) -> None:
        current = self._pass
        if current.stale >= _MAX_STALE:
            raise PaginationError(
                f"{self._query.path}: page {page.number} and those before it bring no new rows; the server seems to"
                f" ignore 'page' ({self._rows} rows of {page.total} seen)",
                self.report,
            )
        seen = self._rows if self._passes == 1 else current.rows
        # After a checkpoint, some of what was given may have gone since: then the number of rows says nothing.
        told = seen == page.total and (not self._resumed or page.number >= current.last_page)
        current.over = current.over or told or current.runs_dry(page)
        if current.over and not current.under_way:
            self._end_pass(seen == page.total)

    def _end_pass(self, agreed: bool) -> None:
        current = self._pass
        resumed = self._resumed
        # What was skipped before a checkpoint leaves no trace in what comes after it but the total.
        undisturbed = self._steady_before and (
            not resumed or self._before.total_first == self._before.total_last == current.total
        )
        self._clean = agreed and current.steady and current.proves and undisturbed
        hopeless = resumed or current.total is None or current.seen.nameless
        if current.steady or hopeless or self._passes >= _MAX_PASSES:
            self.ended = True
            return
        self._passes += 1
        if self._passes == 2:
            self._seen = current.seen
        self._pass = _Pass(1, self._query)

    def _remember(self, page: Page[E], fresh: Sequence[E]) -> None:
        if self._passes == 1:
            self._next = page.number + 1
            if not self._pass.seen.ordered:
                self._last = None
            elif fresh:
                self._last = getattr(fresh[-1], "id", None)

    def checkpoint(self) -> Checkpoint:
        """Say where the walk stands, everything that was given out included."""
        check_order(self._query)
        steady = self._steady_before and self._passes == 1 and self._pass.steady and self._pass.proves
        return Checkpoint(fingerprint(self._query), self._next, self._last, self.report, steady)


class KeysetStrategy(Generic[E]):
    """A walk by id."""

    def __init__(self, query: PageQuery[E], point: Checkpoint | None = None) -> None:
        self._query = query
        before = point.report if point else PageReport()
        self._requests = before.requests
        self._rows = before.rows
        self._total_first = before.total_first
        self._total = before.total_last
        self._last: int | None = point.last if point else None
        self._under_way = False
        self._odd = bool(point and not point.steady)
        self._doubt = bool(point and point.doubt)
        self._probes: list[PageQuery[E]] = []
        self._newest = 0
        # Where a walk that began with the newest is gone on with, nobody knows any more which that was.
        self._knows_newest = point is None or not query.descending
        self._proven = False
        self.ended = False

    @property
    def report(self) -> PageReport:
        """What was seen so far."""
        complete = self.ended and self._proven and not self._odd
        return PageReport(self._requests, self._rows, 0, self._total_first, self._total, complete)

    def ask(self) -> Exchange[Page[E]] | None:
        """Return the next page to ask for, or None while that depends on one that is under way."""
        if self.ended or self._under_way:
            return None
        self._under_way = True
        if self._probes:
            # Two rows at least: of one, nobody can tell how it is sorted.
            return self._probes[0].page(1, max(2, self._query.page_size))
        return self._query.beyond(self._last, self._requests + 1)

    def take(self, page: Page[E]) -> Page[E]:
        """Take a page in; all of its rows are new, or the server does not filter by id."""
        self._under_way = False
        self._requests += 1
        if self._probes:
            return self._take_probe(page)
        self._check(page)
        self._count(page)
        everything = page.total is not None and len(page.items) == page.total
        if everything or not page.items:
            self._end(everything)
        return page

    def _count(self, page: Page[E]) -> None:
        # What is told with a page is the number of rows beyond the last id.
        total = None if page.total is None else self._rows + page.total
        self._doubt = self._doubt or total is None or (self._total is not None and total < self._total)
        self._total = total
        if self._total_first is None:
            self._total_first = self._total
        self._rows += len(page.items)
        if page.items:
            self._last = page.items[-1].id  # type: ignore[attr-defined]
            self._newest = max(self._newest, page.items[0].id, page.items[-1].id)  # type: ignore[attr-defined]
        # More rows than the total says is a total that cannot be trusted: the walk goes on until nothing comes.
        self._odd = self._odd or (page.total is not None and len(page.items) > page.total)

    def _end(self, everything: bool) -> None:
        self._proven = everything
        if everything and self._doubt and not self._odd:
            self._probes = [attrs.evolve(self._query, order_by=order) for order in ("-id", "id")]
        self.ended = not self._probes

    def _take_probe(self, page: Page[E]) -> Page[E]:
        probe = self._probes.pop(0)
        ids: list[Any] = [getattr(row, "id", None) for row in page.items]
        self._odd = self._odd or None in ids or not is_sorted(ids, descending=probe.descending)
        if probe.descending and self._knows_newest and not self._odd:
            self._odd = self._are_missed(probe, page, ids)
        self.ended = self._odd or not self._probes
        return attrs.evolve(page, items=[])

    def _are_missed(self, probe: PageQuery[E], page: Page[E], ids: list[int]) -> bool:
        """Tell whether more is there than was given: then what vanished from the total was not deleted."""
        newer = sum(id > self._newest for id in ids)
        if newer and newer == len(ids) and probe.filters == self._query.filters:
            # How much came in since does not show in this page: it is asked for what there was before.
            before = Filter("id", "lt", self._newest + 1)
            self._probes.append(attrs.evolve(probe, filters=(*probe.filters, before)))
            return False
        return page.total is None or page.total - newer > self._rows

    def _check(self, page: Page[E]) -> None:
        sign = -1 if self._query.descending else 1
        edge = None if self._last is None else self._last * sign
        for row in page.items:
            key = getattr(row, "id", None)
            if key is None or (edge is not None and key * sign <= edge):
                raise PaginationError(
                    f"{self._query.path}: the server does not filter or sort by id; use strategy='offset'", self.report
                )
            edge = key * sign

    def checkpoint(self) -> Checkpoint:
        """Say where the walk stands, everything that was given out included."""
        last = self._requests + 1
        return Checkpoint(fingerprint(self._query), last, self._last, self.report, not self._odd, self._doubt)
