"""Listings against servers made of a function: honest ones, and those that clamp, repeat, shift, or ignore `page`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC
from typing import Any

import attrs
import pytest
from faces import settle
from hypothesis import given, settings
from hypothesis import strategies as st
from recorder import Recorder
from replies import unread

from voipstudio_async import AsyncPages, PageReport, Pages, PaginationError, User, VoipStudioError
from voipstudio_async.pagination.page import PageQuery
from voipstudio_async.wire.codec import codec
from voipstudio_async.wire.exchange import Exchange

CODEC = codec(UTC)
Total = Callable[[int, int], int | None]
"""What the server says that there are, from what there are and the number of the request."""


@attrs.define
class Server:
    """A collection behind a function, and the requests that it has seen."""

    ids: list[int]
    most: int = 5000
    """No page has more rows than this."""
    total: Total = lambda count, _: count
    repeats: int = 0
    """The first rows of each page are the last ones of the page before."""
    ignores_page: bool = False
    shift_after: int | None = None
    """After this many requests a row comes in at the front."""
    asked: list[dict[str, str]] = attrs.field(factory=list)
    under_way: int = 0
    most_under_way: int = 0

    async def fetch(self, exchange: Exchange[Any]) -> Any:
        parameters = dict(exchange.request.query)
        self.asked.append(parameters)
        number = len(self.asked)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await asyncio.sleep(0)
            return unread(exchange, self.body(parameters, number))
        finally:
            self.under_way -= 1

    def body(self, parameters: dict[str, str], number: int) -> bytes:
        if number == self.shift_after:
            self.ids.append(max(self.ids, default=0) + 1)
        page = 1 if self.ignores_page else int(parameters["page"])
        limit = min(int(parameters["limit"]), self.most)
        rows = sorted(self.ids, reverse=parameters.get("dir") == "DESC")
        start = max(0, (page - 1) * limit - (self.repeats if page > 1 else 0))
        data = [{"id": id} for id in rows[start : page * limit]]
        total = self.total(len(rows), number)
        return json.dumps({"data": data} | ({} if total is None else {"total": total})).encode()


def listing(server: Server, prefetch: int = 0, **options: Any) -> AsyncPages[User]:
    return AsyncPages(PageQuery(User, "/users", CODEC, **options), server.fetch, prefetch)


def walk(pages: AsyncPages[User]) -> list[int]:
    async def everything() -> list[int]:
        rows = [user.id async for user in pages]
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return rows

    return asyncio.run(everything())


def run(function: Callable[..., Any], *args: Any, **options: Any) -> Any:
    async def once() -> Any:
        return await function(*args, **options)

    return asyncio.run(once())


sizes = st.integers(1, 12)
collections = st.sets(st.integers(1, 200), max_size=40).map(sorted)
honest: st.SearchStrategy[Total] = st.just(lambda count, _: count)
untold: st.SearchStrategy[Total] = st.just(lambda _count, _: None)
overstated: st.SearchStrategy[Total] = st.integers(1, 80).map(lambda more: lambda count, _: count + more)


# --- properties ----------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(ids=collections, size=sizes, most=sizes, prefetch=st.integers(0, 4), order=st.sampled_from(["id", "-id", None]))
def test_an_honest_server_gives_every_row_once(ids: Any, size: int, most: int, prefetch: int, order: Any) -> None:
    server = Server(ids, most=most)
    pages = listing(server, prefetch, page_size=size, order_by=order)

    assert walk(pages) == sorted(ids, reverse=order == "-id")

    needed = max(1, -(-len(ids) // min(size, most)))
    assert pages.report == PageReport(needed, len(ids), 0, len(ids), len(ids), complete=True)
    assert [int(asked["page"]) for asked in server.asked] == list(range(1, needed + 1))
    assert server.most_under_way <= max(1, prefetch)


@settings(deadline=None)
@given(ids=collections, size=sizes, prefetch=st.integers(0, 4), total=untold | overstated, most=sizes)
def test_a_total_that_is_missing_or_too_high_loses_no_row(
    ids: Any, size: int, prefetch: int, total: Total, most: int
) -> None:
    server = Server(ids, most=most, total=total)
    pages = listing(server, prefetch, page_size=size)

    assert walk(pages) == sorted(ids, reverse=True)

    assert pages.report.rows == len(ids)
    assert not pages.report.complete
    told = total(len(ids), 1) or len(ids)
    assert len(server.asked) <= 4 * (-(-told // min(size, most)) + 2)


@settings(deadline=None)
@given(ids=collections, size=st.integers(3, 12), repeats=st.integers(1, 2), prefetch=st.integers(0, 4))
def test_rows_that_come_twice_are_given_once_and_counted(ids: Any, size: int, repeats: int, prefetch: int) -> None:
    server = Server(ids, repeats=repeats)
    pages = listing(server, prefetch, page_size=size)

    assert walk(pages) == sorted(ids, reverse=True)

    assert pages.report.rows == len(ids)
    assert (pages.report.duplicates > 0) == (len(ids) > size)


@settings(deadline=None)
@given(ids=collections, size=sizes, when=st.integers(1, 6), prefetch=st.integers(0, 4))
def test_rows_that_come_in_while_walking_repeat_none_and_lose_none(
    ids: Any, size: int, when: int, prefetch: int
) -> None:
    before = set(ids)
    server = Server(list(ids), shift_after=when)
    pages = listing(server, prefetch, page_size=size)

    rows = walk(pages)

    assert len(rows) == len(set(rows)) == pages.report.rows
    assert before <= set(rows) <= set(server.ids)


@settings(deadline=None)
@given(ids=collections.filter(lambda ids: len(ids) > 1), size=sizes, prefetch=st.integers(0, 4), total=honest | untold)
def test_a_server_that_ignores_the_page_is_found_out(ids: Any, size: int, prefetch: int, total: Total) -> None:
    server = Server(ids, ignores_page=True, total=total)
    pages = listing(server, prefetch, page_size=size)

    if total(1, 1) is not None and len(ids) <= size:
        assert walk(pages) == sorted(ids, reverse=True)
        return
    with pytest.raises(PaginationError, match="seems to ignore 'page'") as caught:
        walk(pages)

    assert caught.value.report.rows == min(size, len(ids))
    assert len(server.asked) <= 4 + prefetch


@settings(deadline=None)
@given(ids=collections, size=sizes, less=st.integers(1, 40))
def test_a_total_that_is_too_low_gives_no_row_twice(ids: Any, size: int, less: int) -> None:
    server = Server(ids, total=lambda count, _: max(0, count - less))
    pages = listing(server, page_size=size)

    rows = walk(pages)

    assert rows == sorted(ids, reverse=True)[: len(rows)]
    assert len(rows) >= max(0, len(ids) - less)
    assert pages.report.complete == (len(rows) == max(0, len(ids) - less))


@settings(deadline=None)
@given(ids=collections, size=sizes, most=st.integers(0, 50), prefetch=st.integers(0, 4))
def test_collect_takes_the_first_ones_and_asks_for_no_more(ids: Any, size: int, most: int, prefetch: int) -> None:
    server = Server(ids)

    rows = run(listing(server, prefetch, page_size=size).collect, max_items=most)

    assert [row.id for row in rows] == sorted(ids, reverse=True)[:most]
    assert len(server.asked) <= -(-most // size) + prefetch


# --- one by one ----------------------------------------------------------------------------------------------


def test_nothing_is_sent_before_a_listing_is_used() -> None:
    server = Server([1, 2])

    pages = listing(server)

    assert server.asked == []
    assert pages.report == PageReport()
    assert repr(pages) == "AsyncPages(User, '/users')"


def test_each_iteration_is_a_walk_of_its_own() -> None:
    server = Server([1, 2, 3])
    pages = listing(server, page_size=2)

    assert walk(pages) == walk(pages) == [3, 2, 1]
    assert pages.report.requests == 2
    assert len(server.asked) == 4


def test_pages_say_their_number_and_the_total() -> None:
    async def seen() -> list[tuple[int, int | None, list[int]]]:
        pages = listing(Server([1, 2, 3]), page_size=2)
        return [(page.number, page.total, [row.id for row in page]) async for page in pages.pages()]

    assert run(seen) == [(1, 3, [3, 2]), (2, 3, [1])]


def test_single_requests() -> None:
    server = Server([1, 2, 3])
    pages = listing(server, page_size=2)

    assert [row.id for row in run(pages.page, 2).items] == [1]
    assert len(run(pages.page, 9)) == 0
    assert run(pages.first).id == 3
    assert run(pages.count) == 3
    assert run(listing(Server([])).first) is None


def test_a_count_that_is_not_told_is_an_error() -> None:
    with pytest.raises(PaginationError, match="/users: the API does not tell how many there are"):
        run(listing(Server([1], total=lambda *_: None)).count)


async def test_the_old_name_of_count_warns_and_works(recorded: Any, recorder: Recorder) -> None:
    for told in (7, None):
        recorder.answer(200, {"data": [], "total": told})
        with pytest.warns(DeprecationWarning, match=r"count\(\)") as caught:
            assert await settle(recorded.users.list().total()) == told
        assert caught[0].filename == __file__
    faces: tuple[Any, ...] = (AsyncPages, Pages)
    assert all("count()" in face.total.__deprecated__ for face in faces)


def test_leaving_early_stops_what_is_under_way() -> None:
    server = Server(list(range(1, 100)))

    async def leave() -> None:
        async for page in listing(server, 4, page_size=5).pages():
            assert page.number == 1
            break
        await asyncio.sleep(0)

    async def leave_in_order() -> int:
        pages = listing(server, 4, page_size=5).pages()
        await anext(pages)
        await pages.aclose()
        return len(asyncio.all_tasks())

    run(leave)
    assert run(leave_in_order) == 1
    assert server.under_way == 0
    assert len(server.asked) <= 10


def test_pages_are_fetched_ahead_within_the_bound() -> None:
    server = Server(list(range(1, 100)))

    walk(listing(server, 3, page_size=5))

    assert server.most_under_way == 3


def test_a_page_that_was_fetched_ahead_is_read_when_its_turn_comes() -> None:
    server = Server(list(range(1, 100)))
    read: list[str] = []

    async def fetch(exchange: Exchange[Any]) -> Any:
        given = await server.fetch(exchange)

        async def when_asked() -> Any:
            read.append(dict(exchange.request.query)["page"])
            return await given()

        return when_asked

    async def attempt() -> None:
        pages = AsyncPages(PageQuery(User, "/users", CODEC, page_size=5), fetch, 4).pages()
        await anext(pages)
        await anext(pages)
        await asyncio.sleep(0.01)
        assert len(server.asked) == 6
        assert read == ["1", "2"]
        await pages.aclose()

    run(attempt)


def test_an_error_of_a_page_reaches_the_caller_and_leaves_nothing_running() -> None:
    server = Server(list(range(1, 100)))

    async def fetch(exchange: Exchange[Any]) -> Any:
        if dict(exchange.request.query)["page"] == "3":
            raise VoipStudioError("page 3 is broken")
        return await server.fetch(exchange)

    async def attempt() -> None:
        pages = AsyncPages(PageQuery(User, "/users", CODEC, page_size=5), fetch, 4)
        with pytest.raises(VoipStudioError, match="page 3 is broken"):
            await pages.collect()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert pages.report.rows == 10
        assert not pages.report.complete

    run(attempt)


def test_a_listing_that_must_be_complete_says_when_it_is_not() -> None:
    pages = listing(Server([1, 2], total=lambda count, _: count + 5))

    with pytest.raises(PaginationError, match="not complete") as caught:
        run(pages.collect, require_complete=True)

    assert caught.value.report == pages.report
    assert [row.id for row in run(listing(Server([1, 2])).collect, require_complete=True)] == [2, 1]


def test_rows_without_an_id_are_all_given() -> None:
    from voipstudio_async import UserAudio

    async def fetch(exchange: Exchange[Any]) -> Any:
        return unread(exchange, b'{"data": [{"active": true}, {"active": true}], "total": 2}')

    async def rows() -> int:
        return len(await AsyncPages(PageQuery(UserAudio, "/audio", CODEC), fetch).collect())

    assert run(rows) == 2
