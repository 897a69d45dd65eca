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

**From one to the other**, where the server refuses pages that reach too deep (others of this kind answer 400 beyond
some 10,000 rows): a walk in the order of ids goes on by id from the last row that it gave. What the proof says of a
pass, it says of its first pages too: as long as the totals agree and nothing repeats, they have skipped nothing. Where
they did not, all is gone through again by id, from the beginning, and what was given already is left out.

``total`` may overstate what pages deliver. So an empty page ends a pass only where `total` agrees or where the next one
is empty as well. It may understate: what came already is no reason to end while it says less. A server that repeats
itself is a `PaginationError`, not a loop without end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeVar

import attrs

from ..columns.rows import rows_at, values_of
from ..entities.base import Entity
from ..errors import PaginationError
from ..wire.exchange import Exchange
from .checkpoints import Checkpoint, check_order, fingerprint
from .failures import is_refusal
from .keyset import KeysetStrategy, Switch
from .order import OrderedValues, Seen
from .page import NOTHING_YET, Page, PageQuery, PageReport
from .sizes import Sizes, Window

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

    @property
    def under_way(self) -> int:
        """How many pages are under way: none that were asked for before it fell to 0 are to be taken."""
        ...

    @property
    def expected(self) -> int:
        """How many rows the pages under way may bring."""
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

    def after(self, error: Exception) -> WalkStrategy[E_inv] | None:
        """Return what goes on after the page failed whose turn it is; None where that is the end of it."""
        ...


def begin(query: PageQuery[E], point: Checkpoint | None = None) -> WalkStrategy[E]:
    """Begin the walk that a query asks for, or go on with one."""
    by_key = query.strategy == "keyset" or (point is not None and point.report.by_key)
    return KeysetStrategy(query, point) if by_key else OffsetStrategy(query, point)


class _Pass:
    """One pass through the pages, and whether it was steady."""

    def __init__(self, start: int, query: PageQuery[Any], sizes: Sizes) -> None:
        self.position = start
        """Where the next window begins."""
        self.windows: deque[Window] = deque()
        """What is under way."""
        self.asked = 0
        self.rows = 0
        self.total: int | None = None
        self.begun = False
        """The first page came: only then are others asked for side by side."""
        self.dry = 0
        self.stale = 0
        self.steady = True
        """Every page told the same total, and no row repeated."""
        self.over = False
        self.seen = Seen(query.descending)
        self._sizes = sizes
        self._by_id = query.by_id
        self._values = OrderedValues(query)
        self._filled = 0
        self._before: Sequence[Any] = ()

    @property
    def proves(self) -> bool:
        """Whether a skip would have left a trace: one answer is all of a piece, several need their order."""
        ordered = self.seen.ordered if self._by_id else self._values.ordered
        return self._filled <= 1 or (ordered and not self.seen.nameless)

    def ask(self) -> Window | None:
        """Return the next window; side by side once it is known how many rows there are, beyond the last one by one."""
        if self.over or (self.windows and not (self.begun and self.total is not None and self.position < self.total)):
            return None
        if self.windows and self._sizes.trial:
            return None
        window = self._sizes.window(self.position)
        self._sizes.grow()
        self.windows.append(window)
        self.position = window.end
        self.asked += 1
        return window

    def rewind(self, window: Window) -> None:
        """Ask again for a window and all behind it: what is under way is not taken."""
        self.windows.clear()
        self.position = window.start

    def is_cut(self, page: Page[Any], window: Window) -> bool:
        """Tell whether a page may be cut, and then hold other rows than it should."""
        count = len(page.items)
        if not 0 < self._sizes.proven <= count < window.span:
            return False
        expected = window.span if page.total is None else min(window.span, page.total - window.start)
        return count < expected or self.seen.knows(page.items)

    def take(self, page: Page[E], window: Window) -> Sequence[E]:
        """Count a page, and return its rows that are new to this pass."""
        fresh = self.seen.new(page.items)
        self.rows += len(fresh)
        told_otherwise = self.begun and page.total != self.total
        self.steady = self.steady and len(fresh) == len(page.items) and not told_otherwise
        self._filled += bool(page.items)
        self._values.take(page.items)
        self.dry = 0 if page.items else self.dry + 1
        self.stale = self.stale + 1 if page.items and not (fresh and self._differs(page.items)) else 0
        self._measure(page, window)
        self.total = page.total
        return fresh

    def _measure(self, page: Page[Any], window: Window) -> None:
        count = len(page.items)
        if not self.begun and count and self._is_measure(page, window):
            # A server may give fewer rows than asked for: then its own page is the measure.
            self._sizes.settle(count)
            self.position = window.page * count
        self._sizes.took(count, window.span)
        self.begun = True

    def _is_measure(self, page: Page[Any], window: Window) -> bool:
        count = len(page.items)
        if window.start == 0:
            return count < window.span
        # After a checkpoint, what is left may be less than a page.
        if self._sizes.given is None or page.total is None:
            return False
        return count < min(window.span, page.total - window.start)

    def _differs(self, rows: Sequence[Any]) -> bool:
        """Tell whether rows are not those of the page before: without ids, they look new whenever they come."""
        if not self.seen.nameless:
            return True
        before, self._before = self._before, rows
        return list(rows) != list(before)

    def is_last(self, page: Page[Any]) -> bool:
        """Tell whether a page that was taken reaches the end, by its total."""
        return page.total is not None and self.reached >= page.total

    def runs_dry(self, page: Page[E]) -> bool:
        """Tell whether an empty page is the end."""
        return not page.items and (page.total is None or self.dry >= _MAX_DRY or self.is_last(page))

    @property
    def reached(self) -> int:
        """How far the pages reach that were taken."""
        return self.windows[0].start if self.windows else self.position


def _first_row(point: Checkpoint | None, sizes: Sizes) -> int:
    if point is None:
        return 0
    # The page before is read again: rows may have moved there since. Without an order, what was given does not show.
    return (point.page - 1 if point.last is None else max(0, point.page - 2)) * sizes.unit


class OffsetStrategy(Generic[E]):
    """A walk by page numbers."""

    def __init__(self, query: PageQuery[E], point: Checkpoint | None = None) -> None:
        self._query = query
        self._before = point.report if point else NOTHING_YET
        self._steady_before = point.steady if point else True
        self._floor = point.last if point else None
        self._sizes = Sizes(query, point)
        self._pass = _Pass(_first_row(point, self._sizes), query, self._sizes)
        self._passes = 1
        self._seen = self._pass.seen
        """What earlier passes gave: of the first one, what it gives itself."""
        self._requests = self._before.requests
        self._rows = self._before.rows
        self._duplicates = self._before.duplicates
        self._total_first = self._before.total_first
        self._total = self._before.total_last
        self._next = (point.page - 1) * self._sizes.unit if point else 0
        self._last = self._floor
        self._newest: int | None = None
        self._clean = False
        self.ended = False

    @property
    def _resumed(self) -> bool:
        return self._before.requests > 0

    @property
    def report(self) -> PageReport:
        """What was seen so far."""
        complete = self.ended and self._clean
        seen = (self._requests, self._rows, self._duplicates, self._total_first, self._total, complete)
        return PageReport(*seen, self._sizes.shrunk)

    @property
    def under_way(self) -> int:
        """How many pages are under way."""
        return len(self._pass.windows)

    @property
    def expected(self) -> int:
        """How many rows the pages under way may bring."""
        return sum(window.span for window in self._pass.windows)

    def ask(self) -> Exchange[Page[E]] | None:
        """Return the next page to ask for, or None while that depends on one that is under way."""
        window = None if self.ended else self._pass.ask()
        if window is None:
            return None
        number = window.page if self._sizes.given is not None else self._pass.asked
        return self._sizes.tried(self._query.window(window.page, window.limit, number))

    def take(self, page: Page[E]) -> Page[E]:
        """Take a page in, in the order in which pages were asked for, and give it back with its new rows only."""
        self._requests += 1
        self._total = page.total
        if self._requests == 1:
            self._total_first = page.total
        window = self._pass.windows.popleft()
        if self._pass.is_cut(page, window):
            self._sizes.cut(len(page.items))
            self._pass.rewind(window)
            return attrs.evolve(page, items=[])
        new_in_pass = self._pass.take(page, window)
        self._duplicates += len(page.items) - len(new_in_pass)
        fresh = self._unknown(new_in_pass)
        self._rows += len(fresh)
        self._remember(fresh)
        self._judge(page)
        return page if fresh is page.items else attrs.evolve(page, items=fresh)

    def _unknown(self, rows: Sequence[E]) -> Sequence[E]:
        """Leave out what an earlier pass gave, and what was given before a checkpoint: all ids up to its last one."""
        if self._floor is not None:
            sign = -1 if self._query.descending else 1
            floor, ids = self._floor * sign, values_of(rows, "id")
            rows = rows_at(rows, [place for place, key in enumerate(ids) if key is None or key * sign > floor])
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
        told = seen == page.total and (not self._resumed or current.is_last(page))
        current.over = current.over or told or current.runs_dry(page)
        if current.over and not current.windows:
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
        self._pass = _Pass(0, self._query, self._sizes)

    def _remember(self, fresh: Sequence[E]) -> None:
        if self._passes == 1:
            if fresh and self._next == 0 and self._query.by_id:
                self._newest = values_of(fresh[:1], "id")[0]
            self._next = self._pass.reached
            if not self._pass.seen.ordered:
                self._last = None
            elif fresh:
                self._last = self._pass.seen.edge

    def checkpoint(self) -> Checkpoint:
        """Say where the walk stands, everything that was given out included."""
        check_order(self._query)
        steady = self._steady_before and self._passes == 1 and self._pass.steady and self._pass.proves
        sizes = self._sizes
        own = (None, None) if sizes.given is not None else (sizes.unit, sizes.most)
        page = self._next // sizes.unit + 1
        return Checkpoint(fingerprint(self._query), page, self._last, self.report, steady, False, *own)

    def after(self, error: Exception) -> WalkStrategy[E] | None:
        """Return what goes on after a page failed: this walk, in smaller pages, or by id; None where nothing can."""
        if not self._pass.windows:
            return None
        window = self._pass.windows[0]
        if self._sizes.after(error, window.span, window.start):
            self._pass.rewind(window)
            return self
        if window.start > 0 and is_refusal(error):
            return self._by_key(error)
        return None

    def _by_key(self, error: Exception) -> WalkStrategy[E] | None:
        seen = self._pass.seen
        if not (self._query.by_id and seen.ordered and not seen.nameless) or self._last is None:
            return None
        point = self.checkpoint()
        again = None if point.steady or self._resumed else self._seen
        return KeysetStrategy(self._query, point, Switch(error, self._duplicates, self._newest, again))
