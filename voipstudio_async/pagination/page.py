"""One page of a listing, what is asked for it, and what is reported about many: pure values."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from functools import partial
from math import ceil
from typing import Any, Generic, Literal, TypeVar

import attrs

from ..columns.reading import Read
from ..entities.arguments import count, is_text, is_whole_text, told, whole
from ..entities.base import Entity
from ..entities.fields import field_specs
from ..entities.notebook import records
from ..errors import ConfigurationError, PaginationError
from ..hints import misspelt
from ..wire.bounds import LARGEST_PAGE, finished
from ..wire.codec import Codec
from ..wire.exchange import Exchange, Reply, Request
from ..wire.filters import Filter

E = TypeVar("E", bound=Entity)

MAX_PAGE_SIZE = LARGEST_PAGE
"""The most rows that the API gives in a page (as the vendor's introduction is read, and its connector uses)."""
DEFAULT_PAGE_SIZE = 100
_ENDLESS = 10**18
"""No listing has so many pages."""
DEFAULT_ORDER = "-id"
"""Newest first, as the vendor's own command line lists: see `pagination.strategies` for why it is the safest."""

Strategy = Literal["offset", "keyset"]


@attrs.frozen(repr=False)
class Page(Generic[E]):
    """One page of a listing."""

    items: Sequence[E]
    """The rows."""
    number: int
    """Counted from 1, as the API does; for a keyset walk, the number of the request."""
    total: int | None
    """How many rows the listing has, as told with this page; None when it was not told."""
    weight: int = attrs.field(default=0, eq=False)
    """The bytes of the answer that it came in; 0 for a page that came in none."""

    def __len__(self) -> int:
        return len(self.items)

    def _repr_html_(self) -> str:
        return records(repr(self), self.items)

    def __repr__(self) -> str:
        what = f"{len(self.items)} x {type(self.items[0]).__name__}" if self.items else "no rows"
        of = "" if self.total is None else f" of {self.total}"
        return f"<Page {self.number}: {what}{of}>"

    def __iter__(self) -> Iterator[E]:
        return iter(self.items)


@attrs.frozen
class PageReport:
    """What a walk has seen so far.

    The last two say how it went through where the API does not give every page. They came later than the others, and
    have defaults: a report, or a checkpoint, that was made without them is read as before.
    """

    requests: int = 0
    """How many pages were asked for."""
    rows: int = 0
    """Rows given out: each id once."""
    duplicates: int = 0
    """Rows that came again within a pass and were dropped."""
    total_first: int | None = None
    """The total that the first page told."""
    total_last: int | None = None
    """The total that the last page told."""
    complete: bool = False
    """The walk reached its end, and nothing was missed: see `pagination.strategies` for what that rests on."""
    smaller_pages: int | None = None
    """The rows that were asked for at a time after a larger page had failed; None when none did."""
    by_key: bool = False
    """The API refused pages that reach so deep, and the walk went on by id from there."""


NOTHING_YET = PageReport()
"""What a walk has seen that has yet to ask for its first page."""


def _check_order(query: PageQuery[Any], _: object, order: Any) -> None:
    if order is None or is_text(order, DEFAULT_ORDER):
        return
    if not (is_whole_text(order) and order.removeprefix("-").strip()):
        raise ConfigurationError(f"order_by names a field, 'calldate' or '-calldate', got {told(order)}")
    check_field(query.entity, order.removeprefix("-"))


def check_field(entity: type[Entity], name: str) -> None:
    """Refuse a name that is a misspelling of a declared field. Any other passes: the API may know it.

    :raises ConfigurationError: with the name that was meant
    """
    if name in _declared(entity):
        return
    found = misspelt(name, _declared(entity))
    # What another entity has is spelt as it is meant: perhaps this one has it, too.
    if found is not None and not any(name in _declared_elsewhere(each) for each in _entities(Entity)):
        raise ConfigurationError(f"{entity.__name__} has no field {name!r}; did you mean {found!r}?")


_NAMES: dict[type, frozenset[str]] = {}


def _declared(entity: type[Entity]) -> frozenset[str]:
    names = _NAMES.get(entity)
    if names is None:
        names = _NAMES[entity] = frozenset(spec.wire for spec in field_specs(entity))
    return names


def _declared_elsewhere(entity: type[Entity]) -> frozenset[str]:
    try:
        return _declared(entity)
    except TypeError:
        # It was refused when it was declared, and lives on until it is collected as garbage.
        return frozenset()


def _entities(base: type[Entity]) -> Iterator[type[Entity]]:
    for entity in base.__subclasses__():
        yield entity
        yield from _entities(entity)


def _check_filters(query: PageQuery[Any], _: object, filters: tuple[Filter, ...]) -> None:
    for each in filters:
        check_field(query.entity, each.property)


def _page_size(size: Any) -> int | None:
    return None if size is None else count("page_size", size, 1, MAX_PAGE_SIZE)


def _check_strategy(query: PageQuery[Any], _: object, strategy: Strategy) -> None:
    if not isinstance(strategy, str) or strategy not in ("offset", "keyset"):
        raise ConfigurationError(f"strategy is 'offset' or 'keyset', got {told(strategy)}")
    if strategy == "keyset" and not query.by_id:
        raise ConfigurationError(
            f"a keyset walk goes by id: order_by must be 'id' or '-id', got {told(query.order_by)}"
        )


@attrs.frozen
class PageQuery(Generic[E]):
    """What a listing asks for: everything but the page."""

    entity: type[E]
    path: str
    codec: Codec = attrs.field(repr=False)
    filters: tuple[Filter, ...] = attrs.field(default=(), validator=_check_filters)
    order_by: str | None = attrs.field(default=DEFAULT_ORDER, validator=_check_order)
    page_size: int | None = attrs.field(default=None, converter=_page_size)
    """The rows of every page; None for pages that grow."""
    strategy: Strategy = attrs.field(default="offset", validator=_check_strategy)
    parameters: tuple[tuple[str, str], ...] = ()
    """What the listing sends besides: ``include``, for instance."""
    smallest: int = DEFAULT_PAGE_SIZE
    """What pages that grow begin with."""
    largest: int = MAX_PAGE_SIZE
    """What pages grow to."""
    read: Read[Any] | None = attrs.field(default=None, eq=False, repr=False)
    """Reads the answers in another way than as entities, where it can."""
    conceals: bool = attrs.field(default=False, eq=False, repr=False)
    """Whether the client's own credentials are hidden where an answer repeats them."""
    whole: bool = False
    """Whether all rows are wanted: then pages are as large as can be from the first one on."""

    @property
    def rows(self) -> int:
        """The rows of a page by itself."""
        return self.page_size or self.smallest

    @property
    def first(self) -> int:
        """The rows of the first page of a walk."""
        return self.page_size or (self.largest if self.whole else self.smallest)

    @property
    def by_id(self) -> bool:
        """Whether the rows come in the order of their ids."""
        return self.order_by in ("id", "-id")

    @property
    def descending(self) -> bool:
        """Whether the largest comes first."""
        return self.order_by is not None and self.order_by.startswith("-")

    @property
    def compared(self) -> frozenset[str]:
        """The fields whose values a walk may compare, beside the id: what is sorted by, and bounded."""
        order = () if self.order_by is None else (self.order_by.removeprefix("-"),)
        return frozenset((*order, *(each.property for each in self.filters)))

    def page(self, number: int, size: int | None = None) -> Exchange[Page[E]]:
        """Ask for one page."""
        asked = whole(number)
        if asked is None or not 1 <= asked < _ENDLESS:
            raise ConfigurationError(f"pages are counted from 1, got {told(number)}")
        return self._exchange(asked, asked, size or self.rows, self.filters)

    def window(self, page: int, limit: int, number: int) -> Exchange[Page[E]]:
        """Ask for one page of any size; `number` is what to call it."""
        return self._exchange(page, number, limit, self.filters)

    def beyond(self, last: int | None, number: int, size: int | None = None) -> Exchange[Page[E]]:
        """Ask for the rows that come after an id; `number` is what to call the page."""
        if last is None:
            return self._exchange(1, number, size or self.rows, self.filters)
        bound = Filter("id", "lt" if self.descending else "gt", last)
        return self._exchange(1, number, size or self.rows, (*self.filters, bound))

    def total(self) -> Exchange[int | None]:
        """Ask for the total alone: the smallest page there is."""
        bare = attrs.evolve(self, order_by=None, strategy="offset")
        return Exchange(bare._request(1, 1, self.filters), lambda reply: self.codec.total(reply.body))

    def count(self) -> Exchange[int]:
        """Ask for the total, which has to be told."""
        asked = self.total()

        def read(reply: Reply) -> int:
            total = asked.read(reply)
            if total is None:
                raise PaginationError(f"{self.path}: the API does not tell how many there are")
            return total

        return Exchange(asked.request, read)

    def _exchange(self, asked: int, number: int, size: int, filters: tuple[Filter, ...]) -> Exchange[Page[E]]:
        read: Read[E] = self.read or partial(self.codec.steps, self.entity)

        def steps(reply: Reply) -> Generator[None, None, Page[E]]:
            try:
                rows = yield from read(reply.concealed() if self.conceals else reply.body)
            except PaginationError as error:
                raise PaginationError(f"{self.path}: {size} rows were asked for, and {error}") from None
            return Page(rows.items, number, rows.total, len(reply.body))

        return Exchange(self._request(asked, size, filters), lambda reply: finished(steps(reply)), steps=steps)

    def wanted(self, rows: float) -> PageQuery[E]:
        """Return the same listing for a caller who wants that many rows: its first page is as large as they need."""
        if self.page_size is not None:
            return self
        units = min(rows, self.largest) / self.smallest
        return attrs.evolve(self, whole=True, largest=max(1, ceil(units)) * self.smallest)

    def _request(self, number: int, size: int, filters: tuple[Filter, ...]) -> Request:
        query = [("page", str(number)), ("limit", str(size))]
        if self.order_by is not None:
            query += [("sort", self.order_by.removeprefix("-")), ("dir", "DESC" if self.descending else "ASC")]
        if filters:
            query.append(("filter", self.codec.filter_text(filters)))
        return Request("GET", self.path, (*query, *self.parameters))
