"""What a row costs between the page and the loop over it: pages are ready, nothing is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from voipstudio_async import Cdr
from voipstudio_async.clients.portal import Portal
from voipstudio_async.pagination.page import Page, PageQuery
from voipstudio_async.pagination.pagers import AsyncPages, Pages
from voipstudio_async.wire.codec import codec
from voipstudio_async.wire.exchange import Exchange

from .measure import OURS, Plan, Result, compare, timed

PAGE = 5000
PAGES = 10
LISTS = "lists of rows"
GENERATOR = "a bare async generator"


def _pages() -> list[Page[Cdr]]:
    total = PAGE * PAGES
    return [
        Page([Cdr(id=total - number * PAGE - row) for row in range(PAGE)], number + 1, total) for number in range(PAGES)
    ]


class _Shelf:
    """Answers from pages that are there, one after another."""

    def __init__(self, pages: list[Page[Cdr]]) -> None:
        self._pages = pages
        self._next = 0

    async def fetch(self, _: Exchange[Any]) -> Any:
        """Return what gives the next page."""
        page = self._pages[self._next % PAGES]
        self._next += 1

        async def read() -> Page[Cdr]:
            return page

        return read


def results(plan: Plan) -> Iterator[Result]:
    """Measure."""
    pages = _pages()
    query = PageQuery(Cdr, "/cdrs", codec(UTC), page_size=PAGE)
    listing = AsyncPages(query, _Shelf(pages).fetch)
    portal = Portal("a benchmark")
    blocking = Pages(AsyncPages(query, _Shelf(pages).fetch), portal)
    with asyncio.Runner() as runner:
        ways = {
            OURS: timed(lambda: runner.run(_rows(listing)), items=PAGE * PAGES),
            f"{OURS}, by pages": timed(lambda: runner.run(_by_pages(listing)), items=PAGE * PAGES),
            f"{OURS}, blocking": timed(lambda: _blocking(blocking), items=PAGE * PAGES),
            GENERATOR: timed(lambda: runner.run(_rows(_generator(pages))), items=PAGE * PAGES),
            LISTS: timed(lambda: _lists(pages), items=PAGE * PAGES),
        }
        yield compare("iterate", "Iterate", ways, plan, unit="us", item="row", floor=LISTS)
    portal.close()


async def _rows(rows: Any) -> None:
    async for _ in rows:
        pass


async def _by_pages(listing: AsyncPages[Cdr]) -> None:
    async for page in listing.pages():
        for _ in page.items:
            pass


def _blocking(listing: Pages[Cdr]) -> None:
    for _ in listing:
        pass


async def _generator(pages: list[Page[Cdr]]) -> Any:
    for page in pages:
        for row in page.items:
            yield row


def _lists(pages: list[Page[Cdr]]) -> None:
    for page in pages:
        for _ in page.items:
            pass
