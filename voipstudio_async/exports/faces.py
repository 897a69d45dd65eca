"""One piece of work on the pages of a listing, for both faces: awaited with `AsyncPages`, at once with `Pages`.

What a listing asks for is read off its insides: no checkpoint tells it.
"""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from contextlib import AbstractContextManager, aclosing, closing
from typing import Any, Protocol, TypeVar, overload

from ..columns.batches import Batches
from ..entities.base import Entity
from ..errors import ConfigurationError
from ..pagination.pagers import AsyncPages, Pages

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
AnyPages = AsyncPages[Any] | Pages[Any]
P = TypeVar("P", AsyncPages[Any], Pages[Any])


class Job(AbstractContextManager[Any], Protocol[T_co]):
    """What is done with a listing, page by page."""

    def begin(self, pages: P) -> P | None:
        """Say which pages to walk: these, these from a checkpoint on, or none."""
        ...

    def take(self, items: Sequence[Entity]) -> None:
        """Work on the rows of one page."""
        ...

    @property
    def wanted(self) -> float:
        """How many rows are wanted still; infinitely many for all."""
        ...

    @property
    def made(self) -> Batches | None:
        """What makes record batches of its pages; None where it works on entities."""
        ...

    @property
    def conceals(self) -> bool:
        """Whether the client's own credentials are hidden where a row repeats them."""
        ...

    def done(self) -> T_co:
        """Finish after the last page."""
        ...


def entity_of(pages: AnyPages) -> type[Entity]:
    """Return the class of the rows of a listing, or refuse what is none."""
    if not isinstance(pages, (AsyncPages, Pages)):
        raise ConfigurationError(f"a listing is wanted, like client.cdrs.list(), got {type(pages).__name__}")
    entity: type[Entity] = pages.entity
    return entity


def listing_of(pages: AnyPages) -> dict[str, Any]:
    """Describe what a listing asks for, in plain words."""
    query = (pages._pages if isinstance(pages, Pages) else pages)._query
    return {
        "path": query.path,
        "filters": query.codec.filter_text(query.filters),
        "order": query.order_by,
        "page size": query.rows,
        "strategy": query.strategy,
    }


@overload
def drive(pages: AsyncPages[Any], job: Job[T]) -> Coroutine[Any, Any, T]: ...
@overload
def drive(pages: Pages[Any], job: Job[T]) -> T: ...
@overload
def drive(pages: AnyPages, job: Job[T]) -> Coroutine[Any, Any, T] | T: ...
def drive(pages: AnyPages, job: Job[T]) -> Coroutine[Any, Any, T] | T:
    """Do a job on all pages of a listing."""
    return _at_once(pages, job) if isinstance(pages, Pages) else _awaited(pages, job)


async def _awaited(pages: AsyncPages[Any], job: Job[T]) -> T:
    with job:
        if (rest := job.begin(pages)) is not None:
            async with aclosing(rest._pages_for(job.wanted, job.made, conceals=job.conceals)) as walk:
                async for page in walk:
                    job.take(page.items)
                    if job.wanted == 0:
                        break
        return job.done()


def _at_once(pages: Pages[Any], job: Job[T]) -> T:
    with job:
        if (rest := job.begin(pages)) is not None:
            with closing(rest._pages_for(job.wanted, job.made, conceals=job.conceals)) as walk:
                for page in walk:
                    job.take(page.items)
                    if job.wanted == 0:
                        break
        return job.done()
