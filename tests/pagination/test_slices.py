"""A walk in slices of time: each row once, a report of all slices together, checkpoints, and nothing left running."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from faces import every, settle
from hypothesis import given, settings
from hypothesis import strategies as st
from recorder import Recorder
from replies import unread

from voipstudio_async import (
    AsyncPages,
    AsyncVoipStudio,
    Cdr,
    ClientClosedError,
    ConfigurationError,
    PageReport,
    PaginationError,
    VoipStudioError,
)
from voipstudio_async.pagination.page import PageQuery
from voipstudio_async.pagination.slices import cut, sliced
from voipstudio_async.sandbox import Sandbox
from voipstudio_async.wire.codec import codec
from voipstudio_async.wire.exchange import Exchange

START = datetime(2026, 3, 1)
CODEC = codec(UTC)


@attrs.define
class Server:
    """Call records by the minute at which they began, counted from `START`."""

    minutes: list[int]
    broken_from: str = "9"
    """Slices that begin at this moment or later cannot be read."""
    asked: int = 0
    under_way: int = 0
    most_under_way: int = 0

    async def fetch(self, exchange: Exchange[Any]) -> Any:
        parameters = dict(exchange.request.query)
        self.asked += 1
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await asyncio.sleep(0)
            if json.loads(parameters["filter"])[0]["value"] >= self.broken_from:
                raise VoipStudioError("out of order")
            return unread(exchange, self.body(parameters))
        finally:
            self.under_way -= 1

    def body(self, parameters: dict[str, str]) -> bytes:
        low, high = (entry["value"] for entry in json.loads(parameters["filter"]))
        rows = [
            {"id": number, "calldate": text}
            for number, minute in enumerate(self.minutes, 1)
            if low <= (text := str(START + timedelta(minutes=minute))) < high
        ]
        rows.reverse()
        page, limit = int(parameters["page"]), int(parameters["limit"])
        return json.dumps({"data": rows[(page - 1) * limit : page * limit], "total": len(rows)}).encode()


def walk(server: Server, hours: int = 24, step: int = 6, concurrency: int = 2, **options: Any) -> AsyncPages[Cdr]:
    cuts = cut(START, START + timedelta(hours=hours), timedelta(hours=step), UTC)
    query = PageQuery(Cdr, "/cdrs", CODEC, page_size=options.pop("page_size", 3))
    return sliced(query, "calldate", cuts, server.fetch, concurrency, **options)


def bounds_of(*range: Any) -> list[str]:
    """Return where a range is cut: the beginning of each slice, and the end of the last."""
    cuts = list(cut(*range).slices())
    assert all(end == begin for (_, _, end), (_, begin, _) in pairwise(cuts))
    return [low for _, low, _ in cuts] + [cuts[-1][2]]


def run(function: Callable[..., Any], *args: Any) -> Any:
    async def once() -> Any:
        result = await function(*args)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return result

    return asyncio.run(once())


@settings(deadline=None)
@given(
    minutes=st.lists(st.integers(0, 2 * 24 * 60), max_size=40),
    hours=st.integers(1, 40),
    step=st.integers(1, 13),
    concurrency=st.integers(1, 5),
)
def test_every_row_of_the_range_is_given_once(minutes: list[int], hours: int, step: int, concurrency: int) -> None:
    server = Server(minutes)
    slices = walk(server, hours, step, concurrency)

    rows = run(slices.collect)

    wanted = [number for number, minute in enumerate(minutes, 1) if minute < hours * 60]
    assert sorted(row.id for row in rows) == wanted
    report = slices.report
    assert (report.rows, report.total_first, report.total_last) == (len(wanted),) * 3
    assert report.complete
    assert report.requests == server.asked
    assert server.most_under_way <= concurrency


@settings(deadline=None)
@given(minutes=st.lists(st.integers(0, 24 * 60), max_size=40), stop=st.integers(1, 6), concurrency=st.integers(1, 3))
def test_a_walk_goes_on_from_its_checkpoint(minutes: list[int], stop: int, concurrency: int) -> None:
    server = Server(minutes)

    async def stopped() -> tuple[list[int], str]:
        slices, seen = walk(server, concurrency=concurrency), []
        pages = slices.pages()
        async for page in pages:
            seen += [row.id for row in page]
            if page.number == stop:
                break
        await pages.aclose()
        return seen, slices.checkpoint()

    seen, checkpoint = run(stopped)
    rest = run(walk(server, concurrency=concurrency).resumed(checkpoint).collect)

    wanted = [number for number, minute in enumerate(minutes, 1) if minute < 24 * 60]
    assert sorted(seen + [row.id for row in rest]) == wanted


def test_slices_come_in_the_order_of_time() -> None:
    server = Server([5, 400, 800, 1200])

    rows = run(walk(server, concurrency=4).collect)

    assert [row.id for row in rows] == [1, 2, 3, 4]


def test_a_report_in_between_is_not_complete() -> None:
    async def look() -> tuple[PageReport, PageReport]:
        slices = walk(Server([5, 400, 800]))
        pages = slices.pages()
        await anext(pages)
        between = slices.report
        await pages.aclose()
        return between, slices.report

    for report in run(look):
        assert report.rows == 1
        assert not report.complete


def test_an_error_of_a_slice_reaches_the_caller_and_the_report_tells_what_came_before() -> None:
    server = Server([5, 400, 800], broken_from="2026-03-01 12")
    slices = walk(server, concurrency=1)

    async def attempt() -> None:
        with pytest.raises(VoipStudioError, match="out of order"):
            await slices.collect()

    run(attempt)
    assert server.under_way == 0
    assert slices.report == PageReport(2, 2, 0, 2, 2, complete=False)


def test_a_second_walk_counts_from_the_beginning() -> None:
    async def twice() -> list[int]:
        slices = walk(Server([5, 400, 800]))
        await slices.collect()
        pages = slices.pages()
        seen = [slices.report.rows async for _ in pages]
        return [*seen, slices.report.rows]

    assert run(twice) == [1, 2, 3, 3]


def test_leaving_early_leaves_nothing_running() -> None:
    server = Server(list(range(0, 1400, 10)))

    async def leave() -> None:
        pages = walk(server, concurrency=4).pages()
        await anext(pages)
        await pages.aclose()

    run(leave)
    assert server.under_way == 0
    assert server.asked < 20


def test_a_checkpoint_fits_its_own_walk_only() -> None:
    checkpoint = walk(Server([])).checkpoint()

    with pytest.raises(ConfigurationError, match="belongs to another walk"):
        walk(Server([]), step=5).resumed(checkpoint)
    for text in ("", "{}", "[]", "null", '{"v": 1}', checkpoint.replace('"slice"', '"slise"')):
        with pytest.raises(ConfigurationError, match="checkpoint"):
            walk(Server([])).resumed(text)


# --- servers that give other rows than a slice asks for -----------------------------------------------------


class Sloppy(Server):
    """The end of a range belongs to it, as the API's ``lte`` would have it."""

    def body(self, parameters: dict[str, str]) -> bytes:
        low, high = (entry["value"] for entry in json.loads(parameters["filter"]))
        wider = str(datetime.fromisoformat(high) + timedelta(seconds=1))
        bounds = [{"value": low}, {"value": wider}]
        return super().body({**parameters, "filter": json.dumps(bounds)})


class Deaf(Server):
    """The filter is not heeded at all."""

    def body(self, parameters: dict[str, str]) -> bytes:
        return super().body({**parameters, "filter": json.dumps([{"value": "0"}, {"value": "9"}])})


def test_a_row_that_two_slices_give_is_given_once() -> None:
    slices = walk(Sloppy([5, 360, 361, 800]), page_size=9)

    assert sorted(row.id for row in run(slices.collect)) == [1, 2, 3, 4]
    assert (slices.report.rows, slices.report.complete) == (4, False)


def test_a_page_of_nothing_but_strays_is_found_out() -> None:
    with pytest.raises(PaginationError, match="does not filter by calldate"):
        run(walk(Deaf([5, 400, 800])).collect)


@settings(deadline=None)
@given(
    minutes=st.lists(st.integers(0, 24 * 60), max_size=30), page_size=st.integers(1, 9), concurrency=st.integers(1, 3)
)
def test_a_server_that_does_not_filter_never_makes_a_complete_walk(
    minutes: list[int], page_size: int, concurrency: int
) -> None:
    slices = walk(Deaf(minutes), page_size=page_size, concurrency=concurrency)
    try:
        rows = run(slices.collect)
    except PaginationError:
        return
    assert len(rows) == len({row.id for row in rows}) == slices.report.rows
    assert not slices.report.complete or not minutes


def test_a_checkpoint_knows_of_the_rows_that_were_left_out() -> None:
    server = Sloppy([5, 6, 360, 361])

    async def stopped() -> str:
        slices = walk(server, page_size=2, concurrency=1)
        pages = slices.pages()
        await anext(pages)
        await pages.aclose()
        return slices.checkpoint()

    again = walk(server, page_size=2, concurrency=1).resumed(run(stopped))
    rows = run(again.collect)
    assert sorted(row.id for row in rows) == [1, 3, 4]
    assert (again.report.rows, again.report.complete) == (4, False)


def test_rows_without_a_date_are_kept() -> None:
    async def fetch(exchange: Exchange[Any]) -> Any:
        return unread(exchange, b'{"data": [{"id": 1}], "total": 1}')

    cuts = cut(START, START + timedelta(hours=1), timedelta(hours=1), UTC)
    slices = sliced(PageQuery(Cdr, "/cdrs", CODEC), "calldate", cuts, fetch, 1)
    assert [row.id for row in run(slices.collect, None, True)] == [1]


# --- where it is cut -----------------------------------------------------------------------------------------


def test_the_last_slice_may_be_short() -> None:
    bounds = bounds_of(date(2026, 3, 1), datetime(2026, 3, 3, 6, tzinfo=UTC), timedelta(days=1), UTC)

    assert bounds == ["2026-03-01 00:00:00", "2026-03-02 00:00:00", "2026-03-03 00:00:00", "2026-03-03 06:00:00"]


def test_dates_are_midnights_in_the_zone_of_the_client() -> None:
    warsaw = ZoneInfo("Europe/Warsaw")

    assert bounds_of(date(2026, 3, 1), date(2026, 3, 2), timedelta(days=1), warsaw) == [
        "2026-03-01 00:00:00",
        "2026-03-02 00:00:00",
    ]
    assert (
        bounds_of(datetime(2026, 3, 1, tzinfo=UTC), date(2026, 3, 2), timedelta(days=2), warsaw)[0]
        == "2026-03-01 01:00:00"
    )


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_change_of_the_clock_leaves_no_gap(day: date) -> None:
    bounds = bounds_of(day, day + timedelta(days=1), timedelta(hours=1), ZoneInfo("Europe/Warsaw"))

    assert bounds == sorted(set(bounds))
    assert (bounds[0], bounds[-1]) == (f"{day} 00:00:00", f"{day + timedelta(days=1)} 00:00:00")
    assert len(bounds) - 1 in (23, 24)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((date(2026, 1, 2), date(2026, 1, 1)), {}, "start must be before end"),
        ((date(2026, 1, 1), date(2026, 1, 1)), {}, "start must be before end"),
        (("2026-01-01", "2026-02-01"), {}, "from a date or date-time"),
        ((date(2026, 1, 1), date(2026, 2, 1)), {"slice": timedelta(0)}, "slice must be a timedelta"),
        ((date(2026, 1, 1), date(2026, 2, 1)), {"slice": 5}, "slice must be a timedelta"),
        ((date(2026, 1, 1), date(2026, 2, 1)), {"concurrency": 0}, "concurrency must be 1 or more"),
        ((date(2026, 1, 1), date(2026, 2, 1)), {"concurrency": True}, "concurrency must be 1 or more"),
        ((date(2026, 1, 1), date(2026, 2, 1)), {"page_size": 0}, "page_size must be"),
    ],
)
async def test_arguments_are_checked(
    arguments: Any, options: Any, message: str, recorded: Any, recorder: Recorder
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        await every(recorded.cdrs.walk(*arguments, **options))
    assert recorder.requests == []


async def test_a_sliced_walk_offers_what_a_listing_does(client: Any) -> None:
    days = sorted({row.calldate.date() for row in await every(client.cdrs.list())})
    slices = client.cdrs.walk(days[0], days[-1] + timedelta(days=1), slice=timedelta(days=7))

    assert await settle(slices.count()) == 60
    assert len(await settle(slices.collect(require_complete=True))) == 60
    assert slices.report.complete
    assert (await settle(slices.first())) is not None
    assert len(await settle(slices.collect(max_items=7))) == 7


@pytest.mark.parametrize("calls", [0, 50])
async def test_slices_may_come_in_any_order(calls: int) -> None:
    async with (
        Sandbox(users=2, calls=calls, seed=1) as sandbox,
        AsyncVoipStudio(sandbox.token, base_url=sandbox.url) as client,
    ):
        walk = client.cdrs.walk(date(2026, 1, 1), date(2027, 1, 1), slice=timedelta(days=100), order_by="-calldate")
        async with asyncio.timeout(20):
            assert len(await walk.collect(require_complete=True)) == calls
        with pytest.raises(ConfigurationError, match="order_by"):
            walk.checkpoint()


@pytest.mark.parametrize("fold", [0, 1])
def test_a_range_does_not_begin_or_end_in_an_hour_that_is_told_twice(fold: int) -> None:
    warsaw = ZoneInfo("Europe/Warsaw")
    twice = datetime(2026, 10, 25, 2, 15, tzinfo=warsaw, fold=fold)
    for start, end in ((twice, datetime(2026, 11, 1, tzinfo=warsaw)), (datetime(2026, 10, 1, tzinfo=warsaw), twice)):
        with pytest.raises(ConfigurationError, match="clocks of"):
            cut(start, end, timedelta(days=1), warsaw)


def test_a_walk_that_goes_on_in_another_loop_is_told_so() -> None:
    with Sandbox(users=2, calls=50, seed=1) as sandbox:
        client = AsyncVoipStudio(sandbox.token, base_url=sandbox.url)
        pages = client.cdrs.walk(date(2026, 1, 1), date(2027, 1, 1), slice=timedelta(days=30), page_size=5).pages()

        async def step() -> None:
            await anext(pages)

        with asyncio.Runner() as first, asyncio.Runner() as second:
            first.run(step())
            with pytest.raises(ClientClosedError, match="another process or event loop"):
                second.run(step())
            first.run(client.close())
