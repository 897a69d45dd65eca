"""Listings as iterators: `AsyncPages` drives a walk, with a bounded look-ahead; `Pages` is its blocking face.

What to ask for and when to stop is decided in `strategies`. Here pages are fetched ahead, given out in
order, and nothing is left running when the caller stops. The blocking face crosses the thread once per page, never per
row.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterator, Sequence
from contextlib import closing
from datetime import tzinfo
from functools import partial
from html import escape
from math import inf
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Protocol, Self, TypeVar, TypeVarTuple

import attrs

from ..copies import Uncopied
from ..deprecation import deprecated
from ..entities.arguments import count
from ..entities.base import Entity
from ..errors import ConfigurationError, PaginationError, VoipStudioError
from ..extras import needed
from ..hints import NotThere
from ..tasks import end
from ..wire.exchange import Exchange
from ..wire.filters import Filter
from .ahead import BUDGET, MOST, Ahead, Fetch
from .checkpoints import Checkpoint
from .failures import is_too_much
from .page import Page, PageQuery, PageReport
from .strategies import WalkStrategy, begin

if TYPE_CHECKING:
    from ..columns.batches import Batches
    from ..columns.money import Money
    from ..columns.table import Secrets

E = TypeVar("E", bound=Entity)
T = TypeVar("T")
Adapt = Callable[[PageQuery[Any]], PageQuery[Any]]
"""Returns the same query, whose answers are read in another way."""
Ts = TypeVarTuple("Ts")


_AWAITED = "read it with 'async for', or 'await ....collect()' for a list"


def _told(pages: object) -> str:
    # Nothing is sent because a notebook shows something.
    return f"<code>{escape(repr(pages))}</code>: nothing is sent before it is iterated, or .first() is asked for"


class Walk(Protocol[E]):
    """One way through a listing, from its beginning or from a checkpoint. It is gone once."""

    @property
    def report(self) -> PageReport:
        """What it has seen so far."""
        ...

    def checkpoint(self) -> str:
        """Say where it stands, as a small JSON text."""
        ...

    def pages(self) -> AsyncGenerator[Page[E], None]:
        """Go through the listing; pages without a new row are left out."""
        ...


class PageWalk(Generic[E]):
    """A walk page by page, some of which are fetched ahead.

    How many is said by `prefetch`, to the letter. Without it, nothing is fetched ahead before the caller has asked for
    the second page: many want no more than one. From there on it is one page, then two, four, and so on, and twice as
    many again where the caller has to wait for one.
    """

    def __init__(
        self,
        query: PageQuery[E],
        fetch: Fetch,
        prefetch: int | None = None,
        resume: str | None = None,
        *,
        width: Callable[[], int] = lambda: MOST,
        wanted: float | None = None,
    ) -> None:
        """Begin.

        :param width: how many requests may be under way at once just now
        :param wanted: how many rows the caller will take, if that is known
        """
        if wanted is not None:
            query = query.wanted(wanted)
        self._fetch = fetch
        self._grows = prefetch is None
        self._ahead = prefetch or 0 if wanted is None or prefetch is not None else MOST
        self._width = width
        self._wanted = inf if wanted is None else wanted
        self._failure: VoipStudioError | None = None
        """Why a smaller page is tried out."""
        self._walk: WalkStrategy[E] = begin(query, None if resume is None else Checkpoint.load(resume, query))
        self._is_begun = resume is not None and self._walk.report.requests > 0
        """A page was taken: only then is it known how many more there are."""

    @property
    def report(self) -> PageReport:
        """What it has seen so far."""
        return self._walk.report

    def checkpoint(self) -> str:
        """Say where it stands, as a small JSON text."""
        return self._walk.checkpoint().dump()

    async def pages(self) -> AsyncGenerator[Page[E], None]:
        """Go through the listing; pages without a new row are left out."""
        ahead: Ahead[E] = Ahead(self._fetch, BUDGET if self._grows else inf)
        try:
            while not self._walk.ended:
                page = await self._take(ahead)
                if page is None:
                    continue
                if not self._walk.ended:
                    self._fill(ahead, self._ahead)
                if page.items:
                    yield page
                    self._grow()
                # Not held while the next one is awaited: a page can be large.
                del page
        finally:
            await ahead.close()

    async def _take(self, ahead: Ahead[E]) -> Page[E] | None:
        """Take the next page in; None after one that failed, and is asked for in another way."""
        try:
            page = await self._next(self._walk, ahead)
        except VoipStudioError as error:
            walk = self._walk.after(error)
            if walk is None:
                if self._failure is not None and is_too_much(error, tried=False):
                    # It came after all attempts, and says more than the failure of a smaller page.
                    raise self._failure from None
                raise
            self._walk, self._failure = walk, self._failure or error
            await ahead.close()
            return None
        self._failure = None
        page = self._walk.take(page)
        self._is_begun = True
        if self._walk.under_way < len(ahead):
            await ahead.close()
        return page

    async def _next(self, walk: WalkStrategy[E], ahead: Ahead[E]) -> Page[E]:
        if self._grows and self._ahead and self._is_begun:
            if ahead.is_waited_for:
                self._grow()  # the caller is faster than the pages
            self._fill(ahead, self._ahead + 1)
        if ahead:
            return await ahead.pop()
        exchange = walk.ask()
        assert exchange is not None, "a walk that has not ended and waits for nothing has a page to ask for"
        page = await (await self._fetch(exchange))()
        ahead.weigh(page)
        return page

    def _fill(self, ahead: Ahead[E], most: int) -> None:
        if most and (left := self._wanted - self._walk.report.rows) > 0:
            ahead.fill(self._walk, min(most, self._width()) if self._grows else most, left)

    def _grow(self) -> None:
        """Fetch more ahead: the caller has come back for another page."""
        if self._grows:
            self._ahead = min(MOST, 2 * self._ahead or 1)


def _as_it_is(query: PageQuery[Any]) -> PageQuery[Any]:
    return query


class AsyncPages(Uncopied, Generic[E]):
    """A listing: iterate it for all rows, or use its methods for less. Nothing is sent before that.

    Each iteration is a walk of its own; `report` is about the latest.
    """

    def __init__(
        self,
        query: PageQuery[E],
        fetch: Fetch,
        prefetch: int | None = None,
        resume: str | None = None,
        *,
        walk: Callable[[str | None, Adapt], Walk[E]] | None = None,
        width: Callable[[], int] = lambda: MOST,
    ) -> None:
        ahead = None if prefetch is None else count("prefetch", prefetch, 0, unit="pages")
        self._width = width
        self._query = query
        self._fetch = fetch
        self._prefetch = ahead
        self._resume = resume
        self._begin = walk
        """Begins a walk, from a checkpoint if there is one; None goes page by page."""
        # A checkpoint may be refused, and then at once. Others begin when they are iterated or asked where they stand.
        self._is_partly_taken = False
        """Not all rows of the page that was taken last have been given out."""
        self._latest: Walk[E] | None = None if resume is None else self._new_walk()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._query.entity.__name__}, {self._query.path!r})"

    def _repr_html_(self) -> str:
        return _told(self)

    if not TYPE_CHECKING:
        # For the error alone; a listing that is awaited is the mistake that is made most often.
        def __await__(self) -> NoReturn:
            raise TypeError(f"a listing is not awaited: {_AWAITED}")

        def __getattribute__(self, name: str) -> Any:
            if name == "__await__":
                raise AttributeError(name)
            return super().__getattribute__(name)

        __getitem__ = NotThere(
            f"a listing of AsyncVoipStudio is no list: {_AWAITED}, and 'await ....first()' for its first row"
        )
        __len__ = NotThere("a listing does not know its length: ask with 'await ....count()'")

        def __bool__(self) -> bool:
            return True

    def _new_walk(self, wanted: float | None = None, made: Batches | None = None, *, conceals: bool = False) -> Walk[E]:
        self._is_partly_taken = False
        adapt: Adapt = _as_it_is
        if made is not None or conceals:
            read = None if made is None else made.reader(self._query.codec, self._query.compared)
            adapt = partial(attrs.evolve, read=read, conceals=conceals)
        walk: Walk[E]
        if self._begin is None:
            query = adapt(self._query)
            walk = PageWalk(query, self._fetch, self._prefetch, self._resume, width=self._width, wanted=wanted)
        else:
            walk = self._begin(self._resume, adapt)
        self._latest = walk
        return walk

    @property
    def _walk(self) -> Walk[E]:
        return self._latest or self._new_walk()

    @property
    def entity(self) -> type[E]:
        """The class of the rows."""
        return self._query.entity

    @property
    def tz(self) -> tzinfo:
        """The client's zone, in which the date-times of the rows are read."""
        return self._query.codec.tz

    @property
    def report(self) -> PageReport:
        """What the latest walk has seen."""
        return self._walk.report

    def checkpoint(self) -> str:
        """Say where the latest walk stands, as a small JSON text for ``list(..., resume=text)`` or `resumed`.

        It covers every page that was given out, the current one included: take it in a loop over `pages`, when a page
        is done with. It needs the order ``id`` or ``-id``. What comes after it is complete as far as nothing changed in
        between; a walk with ``strategy="keyset"`` misses nothing.

        :raises ConfigurationError: it would skip rows, because a loop over rows, or ``collect(max_items=...)``, took
            only some of the current page; or the listing has another order
        """
        if self._is_partly_taken:
            raise ConfigurationError(
                "a checkpoint covers whole pages, and only some rows of this one were taken: the others would be "
                "skipped; take it in a loop over pages()"
            )
        return self._walk.checkpoint()

    def resumed(self, checkpoint: str) -> Self:
        """Return the same listing, to be gone on with from a checkpoint."""
        return type(self)(self._query, self._fetch, self._prefetch, checkpoint, walk=self._begin, width=self._width)

    def _narrowed(self, filters: Sequence[Filter]) -> Self:
        """Return the same listing, to be walked anew, without the rows that do not meet some more filters.

        It is only as narrow as it was where that would ask for something else: a walk in slices has its own bounds, a
        checkpoint belongs to one set of filters, and groups are made of the rows that are left.
        """
        query = self._query
        if self._begin is None and self._resume is None and not query.parameters:
            query = attrs.evolve(query, filters=(*query.filters, *filters))
        return type(self)(query, self._fetch, self._prefetch, self._resume, walk=self._begin, width=self._width)

    def __aiter__(self) -> AsyncIterator[E]:
        return self._rows_for(None)

    async def _rows_for(self, wanted: float | None) -> AsyncGenerator[E, None]:
        pages = self._pages_for(wanted)
        try:
            async for page in pages:
                self._is_partly_taken = True
                for item in page.items:
                    yield item
                self._is_partly_taken = False
                del page  # see `PageWalk.pages`
        finally:
            await pages.aclose()

    def pages(self, *, whole: bool = False) -> AsyncGenerator[Page[E], None]:
        """Walk the listing page by page; pages without a new row are left out.

        Where no `page_size` is given, a walk begins with small pages that grow.

        :param whole: all rows will be taken: begin with the largest pages
        """
        # Given as it is: a loop that ends closes all generators at once, and one inside another would be closed twice.
        return self._pages_for(inf if whole else None)

    def batches(
        self,
        *,
        whole: bool = False,
        extras: bool = False,
        tz: tzinfo | None = None,
        money: Money = "exact",
        secrets: Secrets = "mask",
        columns: Sequence[str] | None = None,
    ) -> AsyncGenerator[Any, None]:
        """Walk the listing as `pyarrow.RecordBatch`: one for each page that has a new row, all with the same schema.

        They are the parts of what `reports.to_arrow` gives, and are typed as `Any`: pyarrow has no types that a
        checker could read. As with `pages`, `report` tells in the end whether the listing was complete, and a
        `checkpoint` covers the batch that was given out last.

        :param whole: all rows will be taken: begin with the largest pages
        :param extras: add a column ``extra``, JSON with the fields that the SDK does not know
        :param tz: the zone of the date-times; the client's without it
        :param money: ``"round"`` rounds money with more than 12 digits behind the point
        :param secrets: ``"reveal"`` gives passwords and tokens in the clear; they are ``***`` else
        :param columns: the fields that are columns, in this order; all without it
        :raises ConfigurationError: pyarrow is missing (extra ``arrow``), or `tz` has no name
        :raises DecodeError: a value does not fit its column without loss; it names the row, the field and the value
        """
        return self._batches_for(inf if whole else None, self._batches_as(extras, tz, money, secrets, columns))

    async def _batches_for(self, wanted: float | None, made: Batches) -> AsyncGenerator[Any, None]:
        pages = self._pages_for(wanted, made, conceals=made.conceals)
        try:
            async for page in pages:
                batch = made.of(page.items)
                del page  # see `PageWalk.pages`
                yield batch
        finally:
            await pages.aclose()

    def _batches_as(self, *options: Any) -> Batches:
        # Not imported with the package, but with the first batch.
        from ..columns.batches import batches_of  # noqa: PLC0415

        return batches_of(self.entity, self.tz, *options)

    def _pages_for(
        self, wanted: float | None, made: Batches | None = None, *, conceals: bool = False
    ) -> AsyncGenerator[Page[E], None]:
        """Walk for a caller who stops after so many rows; None where that is not known.

        :param made: makes record batches of the pages, of which entities are made only where somebody asks for one
        :param conceals: hide the client's own credentials where a row repeats them
        """
        return self._new_walk(wanted, made, conceals=conceals).pages()

    async def _read(self, exchange: Exchange[T]) -> T:
        return await (await self._fetch(exchange))()

    async def page(self, number: int) -> Page[E]:
        """Fetch one page, counted from 1. A page past the end is empty."""
        return await self._read(self._query.page(number))

    async def first(self) -> E | None:
        """Fetch the first row alone, or None when there is none."""
        page = await self._read(self._query.page(1, size=1))
        return page.items[0] if page.items else None

    async def count(self) -> int:
        """Ask how many rows there are, with one small request.

        :raises PaginationError: the API does not tell
        """
        return await self._read(self._query.count())

    @deprecated("total() goes in 0.3: use count(), which raises PaginationError where the API does not tell")
    async def total(self) -> int | None:
        """Ask how many rows there are: the old name of `count`. None when the API does not tell."""
        return await self._total()

    async def _total(self) -> int | None:
        return await self._read(self._query.total())

    async def collect(self, max_items: int | None = None, require_complete: bool = False) -> list[E]:
        """Fetch all rows, or the first `max_items`, into a list.

        With `require_complete` the list is everything, or there is a `PaginationError` with the report: the API must
        have told the same total from first to last, and have given as many rows.
        """
        if max_items is not None:
            max_items = count("max_items", max_items, 0)
        items: list[E] = []
        if max_items == 0:
            return items
        pages = self._pages_for(inf if max_items is None else max_items)
        try:
            async for page in pages:
                items += page.items
                if max_items is not None and len(items) >= max_items:
                    self._is_partly_taken = len(items) > max_items
                    return items[:max_items]
        finally:
            await pages.aclose()
        if require_complete and not self.report.complete:
            raise PaginationError(f"{self._query.path}: the listing is not complete: {self.report}", self.report)
        return items


class Runner(Protocol):
    """How the blocking face runs a piece of the asynchronous one and waits for it."""

    def __call__(self, function: Callable[[*Ts], Awaitable[T]], /, *args: *Ts) -> T:
        """Run `function` on the loop's thread."""
        ...

    def finish(self, function: Callable[[], Awaitable[None]], /) -> None:
        """Run what ends an iteration, also when the client is closed or garbage is being collected."""
        ...


class Pages(Uncopied, Generic[E]):
    """The blocking face of `AsyncPages`: the same walk, one page handed over at a time."""

    def __init__(self, pages: AsyncPages[E], run: Runner) -> None:
        self._pages = pages
        self._run = run

    def __repr__(self) -> str:
        return repr(self._pages).removeprefix("Async")

    def _repr_html_(self) -> str:
        return _told(self)

    if not TYPE_CHECKING:
        # For the error alone, as above.
        def __aiter__(self) -> NoReturn:
            raise TypeError(
                "a listing of VoipStudio is read with 'for', or .collect() for a list; 'async for' is AsyncVoipStudio's"
            )

        def __getattribute__(self, name: str) -> Any:
            if name == "__aiter__":
                raise AttributeError(name)
            return super().__getattribute__(name)

        __getitem__ = NotThere(
            "a listing is no list: .first() gives its first row, and .collect(max_items=10) a list of ten"
        )
        __len__ = NotThere("a listing does not know its length: ask with .count()")

        def __bool__(self) -> bool:
            return True

    @property
    def entity(self) -> type[E]:
        """The class of the rows."""
        return self._pages.entity

    @property
    def tz(self) -> tzinfo:
        """The client's zone, in which the date-times of the rows are read."""
        return self._pages.tz

    @property
    def report(self) -> PageReport:
        """What the latest walk has seen."""
        return self._pages.report

    def checkpoint(self) -> str:
        """Say where the latest walk stands; see `AsyncPages.checkpoint`."""
        return self._pages.checkpoint()

    def resumed(self, checkpoint: str) -> Self:
        """Return the same listing, to be gone on with from a checkpoint."""
        return type(self)(self._pages.resumed(checkpoint), self._run)

    def _narrowed(self, filters: Sequence[Filter]) -> Self:
        """Return the same listing, walked anew, with some more filters; see `AsyncPages`."""
        return type(self)(self._pages._narrowed(filters), self._run)

    def __iter__(self) -> Iterator[E]:
        return self._rows_for(None)

    def _rows_for(self, wanted: float | None) -> Iterator[E]:
        for page in self._pages_for(wanted):
            self._pages._is_partly_taken = True
            yield from page.items
            self._pages._is_partly_taken = False
            del page  # see `PageWalk.pages`

    def pages(self, *, whole: bool = False) -> Generator[Page[E], None, None]:
        """Walk the listing page by page; see `AsyncPages.pages`."""
        return self._pages_for(inf if whole else None)

    def batches(
        self,
        *,
        whole: bool = False,
        extras: bool = False,
        tz: tzinfo | None = None,
        money: Money = "exact",
        secrets: Secrets = "mask",
        columns: Sequence[str] | None = None,
    ) -> Generator[Any, None, None]:
        """Walk the listing as `pyarrow.RecordBatch`, one for each page; see `AsyncPages.batches`."""
        made = self._pages._batches_as(extras, tz, money, secrets, columns)
        return self._batches_for(inf if whole else None, made)

    def _batches_for(self, wanted: float | None, made: Batches) -> Generator[Any, None, None]:
        with closing(self._pages_for(wanted, made, conceals=made.conceals)) as pages:
            for page in pages:
                batch = made.of(page.items)
                del page  # see `PageWalk.pages`
                yield batch

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Give the rows to whatever reads Arrow streams: ``pyarrow.table(pages)``, ``polars.DataFrame(pages)``.

        Pages are fetched as the reader asks for them, so one that takes three rows costs one page. A failure on the way
        is an error of the reader's, with our message.

        :raises ConfigurationError: pyarrow is missing (extra ``arrow``), or the client's zone has no name
        """
        made = self._pages._batches_as()
        reader = needed("pyarrow", "arrow").RecordBatchReader
        stream = reader.from_batches(made.schema, self._batches_for(None, made))
        capsule: object = stream.__arrow_c_stream__(requested_schema)
        return capsule

    def _pages_for(
        self, wanted: float | None, made: Batches | None = None, *, conceals: bool = False
    ) -> Generator[Page[E], None, None]:
        steps = _Steps(self._pages._pages_for(wanted, made, conceals=conceals))
        try:
            while (page := self._run(steps.next)) is not None:
                yield page
                del page
        finally:
            self._run.finish(steps.close)

    def page(self, number: int) -> Page[E]:
        """Fetch one page, counted from 1. A page past the end is empty."""
        return self._run(self._pages.page, number)

    def first(self) -> E | None:
        """Fetch the first row alone, or None when there is none."""
        return self._run(self._pages.first)

    def count(self) -> int:
        """Ask how many rows there are, with one small request; see `AsyncPages.count`."""
        return self._run(self._pages.count)

    @deprecated("total() goes in 0.3: use count(), which raises PaginationError where the API does not tell")
    def total(self) -> int | None:
        """Ask how many rows there are: the old name of `count`. None when the API does not tell."""
        return self._run(self._pages._total)

    def collect(self, max_items: int | None = None, require_complete: bool = False) -> list[E]:
        """Fetch all rows, or the first `max_items`, into a list; see `AsyncPages.collect`."""
        return self._run(self._pages.collect, max_items, require_complete)


class _Steps(Generic[E]):
    """A walk on the loop's thread, step by step; it can be ended in the middle of one, whose caller was interrupted."""

    def __init__(self, walk: AsyncGenerator[Page[E], None]) -> None:
        self._walk = walk
        self._step: asyncio.Task[Any] | None = None

    async def next(self) -> Page[E] | None:
        self._step = asyncio.current_task()
        try:
            # The end is a value: an exception that ends iteration must not cross the thread.
            return await anext(self._walk, None)
        finally:
            self._step = None

    async def close(self) -> None:
        if self._step is not None and self._step.get_loop() is asyncio.get_running_loop():
            await end([self._step])
        if self._step is None:
            await self._walk.aclose()
