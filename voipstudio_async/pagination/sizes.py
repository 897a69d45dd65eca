"""How many rows to ask for next: page sizes that grow, are obeyed to the letter, or shrink where a page fails.

A walk by offset is made of windows of rows. Each begins where the one before ended, so the proof in `strategies` holds
for windows of any size. The API takes a page and a limit: the window behind row ``start`` can be asked for with a
`limit` that divides `start`, as ``page = start / limit + 1``. So a walk that begins with 100 rows goes on with
``page=2, limit=100``, then ``page=2, limit=200``, ``page=2, limit=400``... up to the largest page: it doubles at each
step.

Three things can go wrong with a larger page.

* It fails: the server answers 5xx, or not in time. The same rows are asked for again in halves, and no later page is
  larger than what went well. Each half is sent once only, so that an outage costs about twice what it costs elsewhere.
* It is cut: the server gives fewer rows than were asked for. Where it also reckons the page's beginning with its own
  limit, the rows are not those behind `start`. So a page that is larger than any that came whole, and is not whole
  itself, is not trusted: it is dropped, and asked for again at a size that the server gives.
* It reaches too deep: see `strategies`.

A first page that is cut is where it should be in any case, and the server's own page is the measure from there on. A
page size that was given is sent as it is, with every page, unless a page of it fails or is cut.
"""

from __future__ import annotations

from math import gcd
from typing import Any, TypeVar

import attrs

from ..entities.base import Entity
from ..wire.exchange import Exchange, Repeat
from .checkpoints import Checkpoint
from .failures import is_limit_refused, is_refusal, is_throttled, is_too_much
from .page import DEFAULT_PAGE_SIZE, Page, PageQuery

_FEWEST = 50
"""No page is made smaller than this: a few rows at a time are no way through a large listing."""
E = TypeVar("E", bound=Entity)


@attrs.frozen
class Window:
    """The rows that one request asks for."""

    start: int
    page: int
    limit: int
    span: int
    """How many rows are expected: less than `limit` where the server is known to cut."""

    @property
    def end(self) -> int:
        """Where the next window begins."""
        return self.start + self.span


class Sizes:
    """How many rows to ask for next."""

    def __init__(self, query: PageQuery[Any], point: Checkpoint | None = None) -> None:
        earlier = point is not None and point.size is None
        self.given = query.rows if query.page_size is not None or earlier else None
        """The limit that is sent with every page; None where it may change."""
        self.unit = query.rows
        """What each window's beginning and size are multiples of."""
        self.most = self.unit if self.given is not None else query.largest
        self._wanted = query.first
        self.proven = 0
        """The most rows that came when so many were asked for."""
        self.shrunk: int | None = None
        self.trial = False
        """A smaller page is tried out: it is sent once, and nothing beside it."""
        if point is not None and point.size is not None:
            self.given, self.unit, self.most = None, point.size, point.most or point.size
            self.shrunk = point.report.smaller_pages

    def window(self, start: int) -> Window:
        """Return the window that begins with a row, a multiple of `unit`."""
        span = self._span(start)
        return Window(start, start // span + 1, self.given or span, span)

    def _span(self, start: int) -> int:
        units = self.limit() // self.unit
        place = start // self.unit
        while place % units:
            units -= 1
        return self.unit * units

    def limit(self) -> int:
        """Return how many rows to ask for where any number will do."""
        return max(self.unit, min(self._wanted, self.most))

    def grow(self) -> None:
        """Let the next window be twice as large as this one might have been."""
        self._wanted = min(2 * self._wanted, self.most)

    def cut(self, rows: int) -> None:
        """Take the server's page as the largest one."""
        self.unit, self.most = min(self.unit, rows), rows

    def settle(self, rows: int) -> None:
        """Take the server's first page as the measure of all."""
        self.unit = self.most = rows
        self.given = None

    def tried(self, exchange: Exchange[Page[E]]) -> Exchange[Page[E]]:
        """Return how a page is asked for: one that is tried out is not asked for again after a failure."""
        if not self.trial:
            return exchange
        return attrs.evolve(exchange, request=attrs.evolve(exchange.request, repeat=Repeat.UNSENT))

    def took(self, rows: int, span: int) -> None:
        """Take in how many rows came when so many were asked for."""
        self.trial = False
        if rows == span:
            self.proven = max(self.proven, rows)

    def after(self, error: Exception, span: int, start: int) -> bool:
        """Ask for less after a page failed, where that may help; False where something else is the matter."""
        if self.trial and is_throttled(error):
            # This says nothing about the page: it is asked for once more, as patiently as any.
            self.trial = False
            return True
        if is_too_much(error, tried=self.trial):
            return self._shrink(span, start)
        return is_refusal(error) and self._withdraw(error, span)

    def _withdraw(self, error: Exception, span: int) -> bool:
        """Go back to a size that the server gave, where it refuses a larger one that nobody has chosen."""
        if self.given is not None or span <= max(self.unit, self.proven):
            return False
        if not (self.proven or is_limit_refused(error)):
            return False
        self.most = self._wanted = max(self.unit, self.proven)
        return True

    def _shrink(self, failed: int, start: int) -> bool:
        if failed <= DEFAULT_PAGE_SIZE:
            return False
        size = next((failed // part for part in range(2, failed // _FEWEST + 1) if failed % part == 0), 0)
        if not size and start == 0:
            size = failed // 2
        if size < _FEWEST:
            return False
        self.most = self.shrunk = size
        self.unit = gcd(self.unit, start, size) if start else size
        self.given = None
        self.trial = True
        return True
