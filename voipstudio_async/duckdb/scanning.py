"""How an engine reads a listing: page after page as it asks for them, through filters of the API, whole or an error."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import closing
from typing import Any

from .. import ConfigurationError, Pages, PaginationError, VoipStudioError
from ..columns.batches import Batches
from ..columns.money import Money
from ..pagination.failures import is_refusal
from .pushing import Comparison, certain, filters_of


def blocking(pages: Pages[Any]) -> Pages[Any]:
    """Return a listing that an engine can read, or refuse what is none, whatever its type says."""
    if not isinstance(pages, Pages):
        raise ConfigurationError(
            "an engine reads in threads of its own: give it a listing of VoipStudio, like client.cdrs.list(), "
            f"got {type(pages).__name__}"
        )
    return pages


def scan(
    pages: Pages[Any],
    comparisons: Iterable[Comparison],
    made: Batches,
    money: Money = "exact",
) -> Generator[Any, None, None]:
    """Walk a listing, and give the record batch of each page; the engine looks at each row again.

    Nothing is asked for before the engine asks, and where it stops, no page more. Where the API refuses a filter, the
    listing is read with fewer of them.

    :param comparisons: what every wanted row meets
    :param money: what `made` does with money of too many digits
    :raises PaginationError: the walk came to its end, and may not have seen everything
    """
    *narrowed, whole = _listings(pages, comparisons, money)
    for listing in narrowed:
        walk = _walked(listing, made)
        try:
            first = next(walk, None)
        except VoipStudioError as error:
            if is_refusal(error):
                continue
            raise
        with closing(walk):
            if first is not None:
                yield first
                yield from walk
        return
    yield from _walked(whole, made)


def _listings(pages: Pages[Any], comparisons: Iterable[Comparison], money: Money) -> list[Pages[Any]]:
    """Return the listing with all filters, with those that are certain, and with none but its own."""
    filters = filters_of(pages.entity, comparisons, pages.tz, money)
    return [pages._narrowed(each) for each in dict.fromkeys((filters, certain(pages.entity, filters), ()))]


def _walked(pages: Pages[Any], made: Batches) -> Generator[Any, None, None]:
    # How many rows the engine wants is not known.
    with closing(pages._batches_for(None, made)) as batches:
        yield from batches
    if not pages.report.complete:
        raise PaginationError(f"{pages!r} is not complete, read it again: {pages.report}", pages.report)
