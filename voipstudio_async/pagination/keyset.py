"""A walk by id: each request asks for what lies beyond the last one. See `strategies` for what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Self, TypeVar

import attrs

from ..columns.rows import values_of
from ..entities.base import Entity
from ..errors import PaginationError
from ..wire.exchange import Exchange
from ..wire.filters import Filter
from .checkpoints import Checkpoint, fingerprint
from .failures import is_refusal
from .order import Seen, is_sorted
from .page import NOTHING_YET, Page, PageQuery, PageReport
from .sizes import Sizes

E = TypeVar("E", bound=Entity)


@attrs.frozen
class Switch:
    """What a walk by page numbers hands over to one by id."""

    refusal: Exception
    """Why it could not go on."""
    duplicates: int
    newest: int | None
    """The largest id that it gave; None where it did not see the beginning."""
    again: Seen | None
    """What it gave, where rows may have been skipped: then all is gone through again from the beginning."""


class KeysetStrategy(Generic[E]):
    """A walk by id."""

    def __init__(self, query: PageQuery[E], point: Checkpoint | None = None, switch: Switch | None = None) -> None:
        self._query = query
        self._sizes = Sizes(query, point)
        self._switch = switch
        before = point.report if point else NOTHING_YET
        self._by_key = before.by_key or switch is not None
        self._duplicates = before.duplicates
        self._requests = before.requests
        self._rows = self._passed = before.rows
        self._total_first = before.total_first
        self._total = before.total_last
        self._last: int | None = point.last if point else None
        self._edge: int | None = None
        """How far a walk by page numbers came whose rows are gone through again."""
        self._limit = 0
        self._under_way = False
        self._odd = bool(point and not point.steady)
        self._doubt = bool(point and point.doubt)
        self._probes: list[PageQuery[E]] = []
        self._newest = (0 if query.descending else self._last) or 0
        # Where a walk that began with the newest is gone on with, nobody knows any more which that was.
        self._knows_newest = point is None or not query.descending
        self._proven = False
        self._again: Seen | None = None
        if switch is not None:
            self._take_over(switch)
        self.ended = False

    def _take_over(self, switch: Switch) -> None:
        self._again = switch.again
        if switch.newest is not None:
            self._knows_newest, self._newest = True, switch.newest
        if switch.again is not None:
            self._edge, self._last, self._total, self._passed, self._odd = self._last, None, None, 0, False
            self._knows_newest, self._newest = True, 0

    @property
    def report(self) -> PageReport:
        """What was seen so far."""
        complete = self.ended and self._proven and not self._odd
        seen = (self._requests, self._rows, self._duplicates, self._total_first, self._total, complete)
        return PageReport(*seen, self._sizes.shrunk, self._by_key)

    @property
    def under_way(self) -> int:
        """How many pages are under way."""
        return int(self._under_way)

    @property
    def expected(self) -> int:
        """How many rows the page under way may bring."""
        return self._limit if self._under_way else 0

    def ask(self) -> Exchange[Page[E]] | None:
        """Return the next page to ask for, or None while that depends on one that is under way."""
        if self.ended or self._under_way:
            return None
        self._under_way = True
        if self._probes:
            # Two rows at least: of one, nobody can tell how it is sorted.
            return self._probes[0].page(1, max(2, self._query.rows))
        self._limit = self._sizes.given or self._sizes.limit()
        self._sizes.grow()
        return self._sizes.tried(self._query.beyond(self._last, self._requests + 1, self._limit))

    def take(self, page: Page[E]) -> Page[E]:
        """Take a page in; all of its rows are new, or the server does not filter by id."""
        self._under_way = False
        self._requests += 1
        if self._probes:
            return self._take_probe(page)
        self._check(page)
        self._sizes.took(len(page.items), self._limit)
        fresh = self._count(page)
        everything = page.total is not None and len(page.items) == page.total
        if everything or not page.items:
            self._end(everything)
        return page if fresh is page.items else attrs.evolve(page, items=fresh)

    def _count(self, page: Page[E]) -> Sequence[E]:
        # What is told with a page is the number of rows beyond the last id.
        total = None if page.total is None else self._passed + page.total
        self._doubt = self._doubt or total is None or (self._total is not None and total < self._total)
        self._total = total
        if self._total_first is None:
            self._total_first = self._total
        self._passed += len(page.items)
        fresh = page.items if self._again is None else self._again.new(page.items)
        self._rows += len(fresh)
        if page.items:
            (first,), (last,) = values_of(page.items[:1], "id"), values_of(page.items[-1:], "id")
            self._last, self._newest = last, max(self._newest, first, last)
        # More rows than the total says is a total that cannot be trusted: the walk goes on until nothing comes.
        self._odd = self._odd or (page.total is not None and len(page.items) > page.total)
        return fresh

    def _end(self, everything: bool) -> None:
        self._proven = everything
        if everything and self._doubt and not self._odd:
            self._probes = [attrs.evolve(self._query, order_by=order) for order in ("-id", "id")]
        self.ended = not self._probes

    def _take_probe(self, page: Page[E]) -> Page[E]:
        probe = self._probes.pop(0)
        ids = values_of(page.items, "id")
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
        return page.total is None or page.total - newer > self._passed

    def _check(self, page: Page[E]) -> None:
        sign = -1 if self._query.descending else 1
        edge = None if self._last is None else self._last * sign
        for key in values_of(page.items, "id"):
            if key is None or (edge is not None and key * sign <= edge):
                raise PaginationError(
                    f"{self._query.path}: the server does not filter or sort by id; use strategy='offset'", self.report
                )
            edge = key * sign

    def checkpoint(self) -> Checkpoint:
        """Say where the walk stands, everything that was given out included."""
        behind = self._is_behind()
        last = self._edge if behind else self._last
        steady = not self._odd and not behind
        sizes = self._sizes
        own = (None, None) if sizes.given is not None else (sizes.unit, sizes.most)
        name = fingerprint(self._query)
        return Checkpoint(name, self._requests + 1, last, self.report, steady, self._doubt, *own)

    def _is_behind(self) -> bool:
        """Tell whether rows are gone through that were given already."""
        if self._edge is None or self._last is None:
            return self._edge is not None
        return self._last > self._edge if self._query.descending else self._last < self._edge

    def after(self, error: Exception) -> Self | None:
        """Return this walk, in smaller pages, or None where that is no help."""
        self._under_way = False
        if not self._probes and self._sizes.after(error, self._limit, 0):
            return self
        if self._switch is not None and is_refusal(error):
            # Not by id either: then it was not the depth that mattered.
            raise self._switch.refusal from error
        return None
