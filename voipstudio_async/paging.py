"""Listings: what to ask for next, and when a walk has reached an end that can be trusted.

Three stations, from pure to busy:

* `PageQuery` is what a listing asks for, without the page; it makes the `Exchange` for any page.
* `Walk` decides: which page to ask for next, which rows are new, whether this was the end. It does no I/O.
* `AsyncPages` drives a walk, with a bounded look-ahead; `Pages` is its blocking face and crosses the thread once per page.

When a walk ends. The API tells a ``total`` with every page, but it may overstate it, and rows come and go while pages are walked.
A walk is over when `total` rows were seen, or when pages run dry: an empty page ends it only where ``total`` agrees or where the next
one is empty too. Rows that come twice are dropped by their id. A server that repeats itself is a `PaginationError`, not a loop
without end.
"""

from __future__ import annotations

import asyncio
from array import array
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Any, Generic, Protocol, TypeVar

import attrs

from .entities.base import Entity
from .errors import ConfigurationError, PaginationError
from .exchange import Exchange, Reply, Request
from .filters import Filter
from .wire import Codec

E = TypeVar("E", bound=Entity)
T = TypeVar("T")

MAX_PAGE_SIZE = 5000
"""The most rows that the API gives in a page (as the vendor's introduction is read, and its connector uses)."""
DEFAULT_PAGE_SIZE = 100

_MAX_STALE = 3
"""Pages in a row without a single new row before a walk is given up: rows may shift by a page, a server that
ignores ``page`` repeats itself for ever."""
_MAX_DRY = 2
"""Empty pages in a row that end a walk although ``total`` promises more."""


@attrs.frozen
class Page(Generic[E]):
    """One page of a listing."""

    items: Sequence[E]
    number: int
    """Counted from 1, as the API does."""
    total: int | None
    """How many rows the whole listing has, as told with this page; None when it was not told."""

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[E]:
        return iter(self.items)


@attrs.frozen
class PageReport:
    """What a walk has seen so far."""

    requests: int = 0
    rows: int = 0
    """Rows given out: each id once."""
    duplicates: int = 0
    """Rows that came again and were dropped."""
    total_first: int | None = None
    """The total that the first page told."""
    total_last: int | None = None
    """The total that the last page told."""
    complete: bool = False
    """The walk reached its end, and the rows that it gave are as many as the first and the last page promised."""


@attrs.frozen
class PageQuery(Generic[E]):
    """What a listing asks for: everything but the page."""

    entity: type[E]
    path: str
    codec: Codec = attrs.field(repr=False)
    filters: tuple[Filter, ...] = ()
    order_by: str | None = "id"
    page_size: int = attrs.field(default=DEFAULT_PAGE_SIZE)

    @page_size.validator
    def _check_page_size(self, _: Any, size: Any) -> None:
        if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= MAX_PAGE_SIZE:
            raise ConfigurationError(f"page_size must be from 1 to {MAX_PAGE_SIZE}, got {size!r}")

    def page(self, number: int, size: int | None = None) -> Exchange[Page[E]]:
        """Ask for one page."""
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise ConfigurationError(f"pages are counted from 1, got {number!r}")

        def read(reply: Reply) -> Page[E]:
            rows = self.codec.rows(self.entity, reply.body)
            return Page(rows.items, number, rows.total)

        return Exchange(self._request(number, size or self.page_size), read)

    def count(self) -> Exchange[int | None]:
        """Ask for the total alone: the smallest page there is."""
        return Exchange(self._request(1, 1), lambda reply: self.codec.total(reply.body))

    def _request(self, number: int, size: int) -> Request:
        query = [("page", str(number)), ("limit", str(size)), *self._order()]
        if self.filters:
            query.append(("filter", self.codec.filter_text(self.filters)))
        return Request("GET", self.path, tuple(query))

    def _order(self) -> list[tuple[str, str]]:
        if self.order_by is None:
            return []
        name = self.order_by.removeprefix("-")
        return [("sort", name), ("dir", "DESC" if self.order_by != name else "ASC")]


class Seen:
    """The ids that a walk has given out: exact, and small where ids only grow.

    As long as every page lies above the one before, its ids are kept as packed integers (8 bytes each) and nothing has to be
    looked up. The first page that does not turns them into a set.
    """

    def __init__(self) -> None:
        self._packed: list[array[int]] = []
        self._top: int | None = None
        self._set: set[int] | None = None

    def new(self, rows: Sequence[E]) -> Sequence[E]:
        """Give the rows that were not there before, and remember them. Rows without an id are always new."""
        ids: list[Any] = [getattr(row, "id", None) for row in rows]
        if self._set is None and self._pack(ids):
            return rows
        seen = self._unpacked()
        fresh: list[E] = []
        for row, key in zip(rows, ids, strict=True):
            if key is None or key not in seen:
                fresh.append(row)
                seen.add(key)
        return fresh

    def _pack(self, ids: list[Any]) -> bool:
        if not ids:
            return True
        if None in ids or (self._top is not None and ids[0] <= self._top):
            return False
        if any(left >= right for left, right in zip(ids, ids[1:], strict=False)):
            return False
        try:
            self._packed.append(array("q", ids))
        except OverflowError:
            return False
        self._top = ids[-1]
        return True

    def _unpacked(self) -> set[int]:
        if self._set is None:
            self._set = {key for part in self._packed for key in part}
            self._packed.clear()
        return self._set


class Walk(Generic[E]):
    """Decides about one walk through the pages of a listing."""

    def __init__(self, query: PageQuery[E]) -> None:
        self._query = query
        self._seen = Seen()
        self._asked = 0
        self._taken = 0
        self._rows = 0
        self._duplicates = 0
        self._total_first: int | None = None
        self._total: int | None = None
        self._last_page = 1
        self._dry = 0
        self._stale = 0
        self.ended = False

    @property
    def report(self) -> PageReport:
        """What was seen so far."""
        agreed = self._rows == self._total == self._total_first
        return PageReport(
            self._taken, self._rows, self._duplicates, self._total_first, self._total, self.ended and agreed
        )

    def ask(self) -> Exchange[Page[E]] | None:
        """Give the next page to ask for, or None while that depends on one that is still under way."""
        if self.ended or (self._asked > self._taken and self._asked >= self._last_page):
            return None
        self._asked += 1
        return self._query.page(self._asked)

    def take(self, page: Page[E]) -> Page[E]:
        """Take a page in, in the order in which pages were asked for, and give it back with its new rows only."""
        self._taken += 1
        fresh = self._seen.new(page.items)
        self._rows += len(fresh)
        self._duplicates += len(page.items) - len(fresh)
        self._total = page.total
        if self._taken == 1:
            self._total_first = page.total
        self._foresee(page)
        self._judge(page, fresh)
        return page if fresh is page.items else attrs.evolve(page, items=fresh)

    def _foresee(self, page: Page[E]) -> None:
        # A server may give fewer rows than asked for: then its own page is the measure.
        size = len(page.items) if self._taken == 1 and page.items else self._query.page_size
        size = min(size, self._query.page_size)
        if self._taken == 1:
            self._size = size
        if page.total is not None:
            self._last_page = -(-page.total // self._size)

    def _judge(self, page: Page[E], fresh: Sequence[E]) -> None:
        self._dry = 0 if page.items else self._dry + 1
        self._stale = self._stale + 1 if page.items and not fresh else 0
        if self._stale >= _MAX_STALE:
            raise PaginationError(
                f"{self._query.path}: page {page.number} and those before it bring no new rows; the server seems to"
                f" ignore 'page' ({self._rows} rows of {page.total} seen)",
                self.report,
            )
        everything = page.total is not None and self._rows >= page.total
        if everything or (not page.items and self._runs_dry(page)):
            self.ended = True

    def _runs_dry(self, page: Page[E]) -> bool:
        return page.total is None or self._dry >= _MAX_DRY or page.number >= self._last_page


class SendPage(Protocol):
    """How a pager reaches the API."""

    def __call__(self, exchange: Exchange[T], /) -> Awaitable[T]:
        """Send one request and read its reply."""
        ...


class AsyncPages(Generic[E]):
    """A listing: iterate it for all rows, or use its methods for less. Nothing is sent before that.

    Each iteration is a walk of its own; `report` is about the latest.
    """

    def __init__(self, query: PageQuery[E], send: SendPage, prefetch: int = 0) -> None:
        if isinstance(prefetch, bool) or not isinstance(prefetch, int) or prefetch < 0:
            raise ConfigurationError(f"prefetch must be 0 or more pages, got {prefetch!r}")
        self._query = query
        self._send = send
        self._prefetch = prefetch
        self._walk: Walk[E] = Walk(query)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._query.entity.__name__}, {self._query.path!r})"

    @property
    def report(self) -> PageReport:
        """What the latest walk has seen."""
        return self._walk.report

    async def __aiter__(self) -> AsyncIterator[E]:
        pages = self.pages()
        try:
            async for page in pages:
                for item in page.items:
                    yield item
        finally:
            await pages.aclose()  # type: ignore[attr-defined]

    async def pages(self) -> AsyncIterator[Page[E]]:
        """Walk the listing page by page; pages without a new row are left out."""
        self._walk = walk = Walk(self._query)
        ahead: _Ahead[E] = _Ahead(self._send)
        try:
            while not walk.ended:
                page = walk.take(await self._next(walk, ahead))
                ahead.fill(walk, self._prefetch)
                if page.items:
                    yield page
        finally:
            await ahead.close()

    async def _next(self, walk: Walk[E], ahead: _Ahead[E]) -> Page[E]:
        if ahead:
            return await ahead.pop()
        exchange = walk.ask()
        assert exchange is not None, "a walk that has not ended and waits for nothing has a page to ask for"
        return await self._send(exchange)

    async def page(self, number: int) -> Page[E]:
        """Fetch one page, counted from 1. A page past the end is empty."""
        return await self._send(self._query.page(number))

    async def first(self) -> E | None:
        """Fetch the first row alone, or None when there is none."""
        page = await self._send(self._query.page(1, size=1))
        return page.items[0] if page.items else None

    async def total(self) -> int | None:
        """Ask how many rows there are, with one small request. None when the API does not tell."""
        return await self._send(self._query.count())

    async def collect(self, max_items: int | None = None, require_complete: bool = False) -> list[E]:
        """Fetch all rows, or the first `max_items`, into a list.

        With `require_complete` the list is everything, or there is a `PaginationError` with the report: the API must have told
        the same total from first to last, and have given as many rows.
        """
        if max_items is not None and (isinstance(max_items, bool) or not isinstance(max_items, int) or max_items < 0):
            raise ConfigurationError(f"max_items must be 0 or more, got {max_items!r}")
        items: list[E] = []
        if max_items == 0:
            return items
        pages = self.pages()
        try:
            async for page in pages:
                items += page.items
                if max_items is not None and len(items) >= max_items:
                    return items[:max_items]
        finally:
            await pages.aclose()  # type: ignore[attr-defined]
        if require_complete and not self.report.complete:
            raise PaginationError(f"{self._query.path}: the listing is not complete: {self.report}", self.report)
        return items


class _Ahead(Generic[E]):
    """The pages that are fetched ahead: in order, at most so many, none left running."""

    def __init__(self, send: SendPage) -> None:
        self._send = send
        self._tasks: deque[asyncio.Task[Page[E]]] = deque()

    def __bool__(self) -> bool:
        return bool(self._tasks)

    def fill(self, walk: Walk[E], most: int) -> None:
        while len(self._tasks) < most and (exchange := walk.ask()) is not None:
            self._tasks.append(asyncio.ensure_future(self._send(exchange)))

    async def pop(self) -> Page[E]:
        task = self._tasks[0]
        page = await task
        self._tasks.popleft()
        return page

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class Runner(Protocol):
    """How the blocking face runs a piece of the asynchronous one and waits for it."""

    def __call__(self, function: Callable[..., Awaitable[T]], /, *args: Any) -> T:
        """Run `function` on the loop's thread."""
        ...


class Pages(Generic[E]):
    """The blocking face of `AsyncPages`: the same walk, one page handed over at a time."""

    def __init__(self, pages: AsyncPages[E], run: Runner) -> None:
        self._pages = pages
        self._run = run

    def __repr__(self) -> str:
        return repr(self._pages).removeprefix("Async")

    @property
    def report(self) -> PageReport:
        """What the latest walk has seen."""
        return self._pages.report

    def __iter__(self) -> Iterator[E]:
        for page in self.pages():
            yield from page.items

    def pages(self) -> Iterator[Page[E]]:
        """Walk the listing page by page; pages without a new row are left out."""
        walk = self._pages.pages()
        try:
            while (page := self._run(_step, walk)) is not None:
                yield page
        finally:
            self._run(walk.aclose)  # type: ignore[attr-defined]

    def page(self, number: int) -> Page[E]:
        """Fetch one page, counted from 1. A page past the end is empty."""
        return self._run(self._pages.page, number)

    def first(self) -> E | None:
        """Fetch the first row alone, or None when there is none."""
        return self._run(self._pages.first)

    def total(self) -> int | None:
        """Ask how many rows there are, with one small request. None when the API does not tell."""
        return self._run(self._pages.total)

    def collect(self, max_items: int | None = None, require_complete: bool = False) -> list[E]:
        """Fetch all rows, or the first `max_items`, into a list; see `AsyncPages.collect`."""
        return self._run(self._pages.collect, max_items, require_complete)


async def _step(walk: AsyncIterator[Page[E]]) -> Page[E] | None:
    # The end is a value: an exception that ends iteration must not cross the thread.
    return await anext(walk, None)
