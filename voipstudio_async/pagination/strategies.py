"""Walks: which page to ask for next, which rows are new, and when an end can be trusted. They decide and do no I/O.

**By offset** (`OffsetStrategy`), the way that the API offers everywhere: ``page`` 1, 2, 3... While pages are read, rows
come and go, and shift what is behind them: rows repeat, or are skipped. Rows that repeat are dropped by their id. A
skip does not show by itself, but it leaves a trace. The default order is newest first (``-id``): there, new rows come
in at the front and push others back, which repeats rows; only deletions pull others forward, which skips rows and
lowers ``total``. The first page is read before all others. Then, if every page told the same total and no row repeated,
nothing was skipped, even when pages were read side by side and rows were inserted and deleted at the same time: a pass
of that kind is *clean*. After one that is not, the walk takes a second look, which gives the rows that are missing, up
to three times. (In another order an insertion and a deletion can hide each other.)

**By key** (`KeysetStrategy`), where the server filters by id: each request asks for what lies beyond the last id.
Nothing shifts, whatever changes: every row that is there from beginning to end is given exactly once.

``total`` may overstate what pages deliver. So an empty page ends a pass only where `total` agrees or where the next one
is empty as well. A server that repeats itself is a `PaginationError`, not a loop without end.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Generic, Protocol, TypeVar

import attrs

from ..entities.base import Entity
from ..errors import ConfigurationError, PaginationError
from ..wire.exchange import Exchange
from .page import Page, PageQuery, PageReport

E = TypeVar("E", bound=Entity)
E_inv = TypeVar("E_inv", bound=Entity)

_MAX_STALE = 3
"""Pages in a row without a single new row before a pass is given up: rows may shift by a page, but a server that
ignores ``page`` repeats itself for ever."""
_MAX_DRY = 2
"""Empty pages in a row that end a pass although ``total`` promises more."""
_MAX_PASSES = 4
"""The first look, and three more."""


@attrs.frozen
class Checkpoint:
    """Where a walk stands: enough to go on from there, in another process too."""

    listing: str
    """A fingerprint of what is listed: a checkpoint fits its own listing only."""
    page: int
    """The page to ask for next (by offset)."""
    last: int | None
    """The last id that was given out."""
    report: PageReport
    steady: bool = True
    """Nothing was noticed that may have skipped a row."""

    def dump(self) -> str:
        """Return it as a small JSON text."""
        return json.dumps({"v": 1, **attrs.asdict(self)})

    @classmethod
    def load(cls, text: str, query: PageQuery[Any]) -> Checkpoint:
        """Read one, and check that it belongs to `query`."""
        try:
            fields = json.loads(text)
            if fields.pop("v") != 1:
                raise ConfigurationError("this checkpoint was made by another version")
            values: dict[str, Any] = {**fields, "report": PageReport(**fields["report"])}
            point = cls(**values)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ConfigurationError("this is not the text of a checkpoint") from error
        if point.listing != fingerprint(query):
            raise ConfigurationError(f"this checkpoint belongs to another listing than {query.path} with these filters")
        return point


def check_order(query: PageQuery[Any]) -> None:
    """Refuse a checkpoint where ids do not say what came before."""
    if not query.by_id:
        raise ConfigurationError(f"a checkpoint needs order_by='id' or '-id', not {query.order_by!r}")


def fingerprint(query: PageQuery[Any]) -> str:
    """Name a listing: its path, filters, order, page size, strategy, and what else it sends."""
    filters = query.codec.filter_text(query.filters)
    parts = [query.path, filters, query.order_by, query.page_size, query.strategy, *query.parameters]
    return sha256(json.dumps(parts).encode()).hexdigest()[:16]


class Seen:
    """A set of ids: exact, and small where ids only grow, or only shrink.

    As long as every page lies beyond the one before, its ids are kept as packed integers (8 bytes each) and nothing has
    to be looked up. The first page that does not turns them into a set.
    """

    def __init__(self, descending: bool) -> None:
        self._sign = -1 if descending else 1
        self._packed: list[array[int]] = []
        self._edge: int | None = None
        self._set: set[int | None] | None = None

    def new(self, rows: Sequence[E]) -> Sequence[E]:
        """Return the rows that were not there before, and remember them. Rows without an id are always new."""
        ids: list[Any] = [getattr(row, "id", None) for row in rows]
        if self._set is None and self._pack(ids):
            return rows
        seen = self._unpacked()
        fresh: list[E] = []
        for row, key in zip(rows, ids, strict=True):
            if key is None or key not in seen:
                fresh.append(row)
                seen.add(key)
        return fresh if len(fresh) < len(rows) else rows

    def _pack(self, ids: list[Any]) -> bool:
        if not ids:
            return True
        if None in ids or (self._edge is not None and ids[0] * self._sign <= self._edge * self._sign):
            return False
        # Sorting what is sorted already is one pass in C, where comparing neighbours here would be many steps.
        if ids != sorted(set(ids), reverse=self._sign < 0):
            return False
        try:
            self._packed.append(array("q", ids))
        except OverflowError:
            return False
        self._edge = ids[-1]
        return True

    def _unpacked(self) -> set[int | None]:
        if self._set is None:
            self._set = {key for part in self._packed for key in part}
            self._packed.clear()
        return self._set


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

    def __init__(self, first: int, descending: bool) -> None:
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
        self.seen = Seen(descending)

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
        self.dry = 0 if page.items else self.dry + 1
        self.stale = self.stale + 1 if page.items and not fresh else 0
        if self.size is None:
            # A server may give fewer rows than asked for: then its own page is the measure.
            self.size = min(len(page.items) or page_size, page_size)
        self.total = page.total
        if page.total is not None:
            self.last_page = -(-page.total // self.size)
        return fresh

    def runs_dry(self, page: Page[E]) -> bool:
        """Tell whether an empty page is the end."""
        return not page.items and (page.total is None or self.dry >= _MAX_DRY or page.number >= self.last_page)


class OffsetStrategy(Generic[E]):
    """A walk by page numbers."""

    def __init__(self, query: PageQuery[E], point: Checkpoint | None = None) -> None:
        self._query = query
        self._before = point.report if point else PageReport()
        self._steady_before = point.steady if point else True
        self._floor = point.last if point else None
        # After a checkpoint, the page before is read again: rows may have moved there since.
        self._pass = _Pass(max(1, point.page - 1) if point else 1, query.descending)
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
        current.over = current.over or (page.total is not None and seen >= page.total) or current.runs_dry(page)
        if current.over and not current.under_way:
            self._end_pass(seen == page.total)

    def _end_pass(self, agreed: bool) -> None:
        current = self._pass
        resumed = self._before.requests > 0
        # What was skipped before a checkpoint leaves no trace in what comes after it but the total.
        undisturbed = self._steady_before and (
            not resumed or self._before.total_first == self._before.total_last == current.total
        )
        self._clean = agreed and current.steady and undisturbed
        if current.steady or resumed or current.total is None or self._passes >= _MAX_PASSES:
            self.ended = True
            return
        self._passes += 1
        if self._passes == 2:
            self._seen = current.seen
        self._pass = _Pass(1, self._query.descending)

    def _remember(self, page: Page[E], fresh: Sequence[E]) -> None:
        if self._passes == 1:
            self._next = page.number + 1
            if fresh:
                self._last = getattr(fresh[-1], "id", None)

    def checkpoint(self) -> Checkpoint:
        """Say where the walk stands, everything that was given out included."""
        check_order(self._query)
        steady = self._steady_before and self._passes == 1 and self._pass.steady
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
        self._complete = False
        self.ended = False

    @property
    def report(self) -> PageReport:
        """What was seen so far."""
        return PageReport(self._requests, self._rows, 0, self._total_first, self._total, self.ended and self._complete)

    def ask(self) -> Exchange[Page[E]] | None:
        """Return the next page to ask for, or None while that depends on one that is under way."""
        if self.ended or self._under_way:
            return None
        self._under_way = True
        return self._query.beyond(self._last, self._requests + 1)

    def take(self, page: Page[E]) -> Page[E]:
        """Take a page in; all of its rows are new, or the server does not filter by id."""
        self._under_way = False
        self._requests += 1
        self._check(page)
        # What is told with a page is the number of rows beyond the last id.
        self._total = None if page.total is None else self._rows + page.total
        if self._total_first is None:
            self._total_first = self._total
        self._rows += len(page.items)
        if page.items:
            self._last = page.items[-1].id  # type: ignore[attr-defined]
        # More rows than the total says is a total that cannot be trusted: the walk goes on until nothing comes.
        self._odd = self._odd or (page.total is not None and len(page.items) > page.total)
        everything = page.total is not None and len(page.items) == page.total
        self.ended = everything or not page.items
        self._complete = everything and not self._odd
        return page

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
        return Checkpoint(fingerprint(self._query), self._requests + 1, self._last, self.report, not self._odd)
