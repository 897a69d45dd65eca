"""Listings, and what is made of them: a count, and a walk through a range of time."""

from __future__ import annotations

import inspect
from datetime import date, timedelta
from typing import Any, Generic, Protocol, TypeVar

from ..entities.base import Entity
from ..entities.fields import field_specs
from ..errors import ConfigurationError
from ..pagination.page import DEFAULT_ORDER, MAX_PAGE_SIZE, PageQuery, Strategy
from ..pagination.pagers import AsyncPages, Pages
from ..pagination.plans import DEFAULT_ACCOUNT, Slice, asked, planned
from ..pagination.slices import cut
from ..wire.codec import Codec
from ..wire.exchange import Exchange
from ..wire.filters import Condition, flatten
from .base import A_co, Awaited, B_co, Derived, Operation, R_co, Resource, join
from .description import Answers
from .keys import ID, Key
from .signatures import call_signature

E = TypeVar("E", bound=Entity)


class Lister(Protocol[R_co]):
    """A listing of a collection."""

    def __call__(
        self,
        *filters: Condition,
        order_by: str | None = DEFAULT_ORDER,
        page_size: int | None = None,
        prefetch: int | None = None,
        strategy: Strategy = "offset",
        resume: str | None = None,
    ) -> R_co: ...


class ListerOf(Protocol[R_co]):
    """A listing of what belongs to one thing."""

    def __call__(
        self,
        id: int,
        /,
        *filters: Condition,
        order_by: str | None = DEFAULT_ORDER,
        page_size: int | None = None,
        prefetch: int | None = None,
        strategy: Strategy = "offset",
        resume: str | None = None,
    ) -> R_co: ...


_OTHER_WORDS = {
    **dict.fromkeys(("limit", "max_items", "max_results", "top"), "take so many rows with .collect(max_items=...)"),
    **dict.fromkeys(("per_page", "size", "batch_size", "pagesize"), "write page_size=..."),
    **dict.fromkeys(("page", "page_number"), "take one page with .page(...)"),
    **dict.fromkeys(("order", "sort", "sort_by", "ordering"), "write order_by='-calldate', newest first"),
    **dict.fromkeys(("filter", "filters", "where", "query", "q"), "filters stand first, field('duration') > 60"),
    **dict.fromkeys(("offset", "skip", "cursor"), "go on where a walk stood with resume=checkpoint"),
}
"""What other libraries call an option, and what is written here."""


def unknown_option(operation: Operation[Any, Any], entity: type[Entity], name: str) -> str | None:
    """Say that a listing has no such option, where it is known what is written instead. A field is filtered by."""
    if name in _OTHER_WORDS and name not in operation.signature().parameters:
        return f"got an unexpected keyword argument {name!r}; {_OTHER_WORDS[name]}"
    if any(spec.name == name for spec in field_specs(entity)):
        return f"got an unexpected keyword argument {name!r}; to filter by it, write field({name!r}) == ..."
    return None


class Counter(Protocol[R_co]):
    """A question for a number of rows."""

    def __call__(self, *filters: Condition) -> R_co: ...


class Walker(Protocol[R_co]):
    """A listing of a range of time."""

    def __call__(
        self,
        start: date,
        end: date,
        *filters: Condition,
        slice: timedelta = timedelta(days=1),
        concurrency: int = 4,
        order_by: str | None = DEFAULT_ORDER,
        page_size: int = MAX_PAGE_SIZE,
        strategy: Strategy = "offset",
        resume: str | None = None,
    ) -> R_co: ...


class Planner(Protocol):
    """A range of time, cut into slices that others read."""

    def __call__(
        self,
        start: date,
        end: date,
        *filters: Condition,
        slice: timedelta = timedelta(days=1),
        account: str = DEFAULT_ACCOUNT,
    ) -> tuple[Slice, ...]: ...


class _Rows(Operation[A_co, B_co], Generic[A_co, B_co, E]):
    """What both kinds of listing share."""

    method = "GET"
    answers = Answers.MANY
    success = (200,)
    statuses = (401,)

    def __init__(self, entity: type[E], summary: str, below: str, key: Key[int] | None = None) -> None:
        super().__init__(summary, below, key)
        self.entity = self._entity = entity

    def returns(self) -> str:
        return f"a pager over `{self._entity.__name__}`; nothing is sent before it is used."

    def unknown(self, name: str) -> str:
        return unknown_option(self, self._entity, name) or super().unknown(name)

    def _begin(
        self,
        resource: Resource[Any],
        path: str,
        filters: tuple[Condition, ...],
        *,
        prefetch: int | None = None,
        resume: str | None = None,
        **options: Any,
    ) -> Any:
        caller = resource._caller
        query = PageQuery(self._entity, path, caller.codec, flatten(filters), **options)
        return caller.pages(query, prefetch=prefetch, resume=resume)


class Listing(_Rows[Lister[AsyncPages[E]], Lister[Pages[E]], E], Generic[E]):
    """All things of a collection: ``client.users.list()``."""

    def __init__(self, entity: type[E], summary: str, suffix: str = "") -> None:
        super().__init__(entity, summary, suffix)

    def signature(self) -> inspect.Signature:
        return call_signature(Lister)

    def start(self, resource: Resource[Any], *filters: Condition, **options: Any) -> Any:
        return self._begin(resource, join(resource._path, self.below), filters, **options)


class ListingOf(_Rows[ListerOf[AsyncPages[E]], ListerOf[Pages[E]], E], Generic[E]):
    """All things that belong to one thing: ``client.users.cdrs(7206)``."""

    def __init__(self, entity: type[E], summary: str, suffix: str) -> None:
        super().__init__(entity, summary, f"{{id}}/{suffix}", ID)

    def signature(self) -> inspect.Signature:
        return call_signature(ListerOf)

    def start(self, resource: Resource[Any], *args: Any, **options: Any) -> Any:
        if not args and "id" in options:
            args = (options.pop("id"),)
        if not args:
            raise ConfigurationError(f"{self.name} needs an id: {self.name}(7206)")
        id, *filters = args
        return self._begin(resource, self.place(resource._path, id), tuple(filters), **options)


class Count(Derived[Counter[Awaited[int]], Counter[int]]):
    """How many rows a listing has, for one small request: ``client.cdrs.count(field("duration") > 60)``."""

    def __init__(self, listing: _Rows[Any, Any, Any], summary: str) -> None:
        super().__init__(summary)
        self.statuses = listing.statuses
        self.listing = listing

    def returns(self) -> str:
        return "the total that the API tells; `PaginationError` when it tells none."

    def unknown(self, name: str) -> str:
        return unknown_option(self, self.listing._entity, name) or super().unknown(name)

    def signature(self) -> inspect.Signature:
        return call_signature(Counter)

    def exchange(self, codec: Codec, path: str, /, *filters: Condition) -> Exchange[int]:
        return PageQuery(self.listing._entity, join(path, self.listing.below), codec, flatten(filters)).count()


class DatedWalk(Derived[Walker[AsyncPages[E]], Walker[Pages[E]]], Generic[E]):
    """A listing of a range of time, cut into slices that are each walked to a complete end, some side by side.

    `start` belongs to the range, `end` does not. Dates are midnights in the client's time zone.
    """

    def __init__(self, listing: _Rows[Any, Any, E], summary: str, *, by: str) -> None:
        super().__init__(summary)
        self.statuses = listing.statuses
        self.listing = listing
        self.by = by

    def returns(self) -> str:
        return f"a pager over `{self.listing._entity.__name__}`; nothing is sent before it is used."

    def signature(self) -> inspect.Signature:
        return call_signature(Walker)

    def start(self, resource: Resource[Any], *args: Any, **options: Any) -> Any:
        given = self.signature().bind(*args, **options).arguments
        return self._begin(resource, given.pop("start"), given.pop("end"), given.pop("filters", ()), **given)

    def _begin(
        self,
        resource: Resource[Any],
        start: date,
        end: date,
        filters: tuple[Condition, ...],
        *,
        slice: timedelta = timedelta(days=1),
        concurrency: int = 4,
        page_size: int = MAX_PAGE_SIZE,
        resume: str | None = None,
        **options: Any,
    ) -> Any:
        caller = resource._caller
        place = join(resource._path, self.listing.below)
        query = PageQuery(self.listing._entity, place, caller.codec, flatten(filters), page_size=page_size, **options)
        cuts = cut(start, end, slice, caller.codec.tz)
        return caller.slices(query, self.by, cuts, concurrency=concurrency, resume=resume)


class Plan(Derived[Planner, Planner], Generic[E]):
    """A range of time as slices for others to read: other processes, other machines, an engine. Nothing is sent."""

    def __init__(self, listing: _Rows[Any, Any, E], summary: str, *, by: str) -> None:
        super().__init__(summary)
        self.listing = listing
        self.by = by

    @property
    def doc(self) -> str:
        """The documentation of the bound operation."""
        said = super().doc.partition("\n\nRaises: ")[0]
        return f"{said}\n\nRaises: ConfigurationError when the range is none, or a filter cannot be written."

    def returns(self) -> str:
        return "a tuple of `Slice`, oldest first; nothing is sent."

    def signature(self) -> inspect.Signature:
        return call_signature(Planner)

    def start(self, resource: Resource[Any], *args: Any, **options: Any) -> Any:
        given = self.signature().bind(*args, **options).arguments
        return self._cut(resource, given.pop("start"), given.pop("end"), given.pop("filters", ()), **given)

    def _cut(
        self,
        resource: Resource[Any],
        start: date,
        end: date,
        filters: tuple[Condition, ...],
        *,
        slice: timedelta = timedelta(days=1),
        account: str = DEFAULT_ACCOUNT,
    ) -> tuple[Slice, ...]:
        codec = resource._caller.codec
        query = PageQuery(self.listing._entity, self._place(resource), codec, flatten(filters))
        cuts = cut(start, end, slice, codec.tz)
        return planned(query, resource._called.removeprefix("client."), cuts, account)

    def pages(self, resource: Resource[Any], part: Slice) -> Any:
        """Begin to read a slice, on either face."""
        caller = resource._caller
        query, piece = asked(part, self.listing._entity, self._place(resource), strict=caller.codec.strict)
        return caller.slices(query, self.by, piece, concurrency=1, resume=None)

    def _place(self, resource: Resource[Any]) -> str:
        return join(resource._path, self.listing.below)
