"""Listings without a setting: pages that grow, and are fetched ahead as soon as more than one is wanted."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from faces import every, leave, opened, settle, step
from leaks import check_no_tasks

from voipstudio_async import AsyncVoipStudio, Cdr, Limits, VoipStudio
from voipstudio_async.pagination.ahead import Ahead
from voipstudio_async.pagination.page import Page, PageQuery
from voipstudio_async.pagination.strategies import begin
from voipstudio_async.reports import export
from voipstudio_async.sandbox import Sandbox
from voipstudio_async.wire.codec import codec
from voipstudio_async.wire.exchange import Exchange, Reply

CALLS = 1500


@pytest.fixture
def many() -> Any:
    # One for each test: a request of the test before that was given up may still be on its way.
    with Sandbox(users=3, calls=CALLS) as sandbox:
        yield sandbox


@pytest.fixture
async def calls(face: type[Any], many: Sandbox) -> Any:
    async with opened(face, many.token, base_url=many.url) as client:
        yield client.cdrs


def windows(sandbox: Sandbox) -> list[tuple[int, int]]:
    asked = [(int(each.query["page"]), int(each.query["limit"])) for each in sandbox.requests]
    return sorted(((page - 1) * limit, page * limit) for page, limit in asked)


async def test_a_plain_loop_asks_for_pages_that_double_and_adjoin(calls: Any, many: Sandbox) -> None:
    pages = calls.list()
    ids = [row.id for row in await every(pages)]

    assert windows(many) == [(0, 100), (100, 200), (200, 400), (400, 800), (800, 1600)]
    assert ids == sorted(set(ids), reverse=True)
    assert (len(ids), pages.report.complete, pages.report.duplicates) == (CALLS, True, 0)


async def test_a_keyset_walk_grows_as_well(calls: Any, many: Sandbox) -> None:
    pages = calls.list(strategy="keyset")

    assert len(await every(pages)) == CALLS
    assert [int(each.query["limit"]) for each in many.requests] == [100, 200, 400, 800]
    assert pages.report.complete


async def test_who_stops_after_a_page_has_cost_no_more_and_after_two_one_more(calls: Any, many: Sandbox) -> None:
    for taken, most in ((1, 1), (2, 3)):
        many.requests.clear()
        walk = calls.list().pages()
        for _ in range(taken):
            await step(walk)
        await leave(walk)
        assert taken <= len(many.requests) <= most


async def test_what_is_said_is_obeyed_to_the_letter(calls: Any, many: Sandbox) -> None:
    walk = calls.list(page_size=150, prefetch=0).pages()
    for taken in range(1, 5):
        await step(walk)
        assert windows(many) == [(150 * index, 150 * (index + 1)) for index in range(taken)]
    await leave(walk)


async def test_who_wants_all_begins_with_the_largest_page(calls: Any, many: Sandbox, tmp_path: Path) -> None:
    assert len(await settle(calls.list().collect())) == CALLS
    assert (await settle(export(calls.list(), tmp_path / "calls.csv"))).rows == CALLS
    assert windows(many) == [(0, 5000)] * 2


async def test_a_bulk_run_over_a_listing_begins_with_the_largest_page(face: type[Any]) -> None:
    with Sandbox(users=3, calls=150) as sandbox:
        async with opened(face, sandbox.token, base_url=sandbox.url) as client:
            done = await settle(client.bulk.run(lambda cdr: client.users.get(cdr.user_id), client.cdrs.list()))

        assert len(done) == 150
        listings = [each for each in sandbox.requests if each.path.endswith("/cdrs")]
        assert [(each.query["page"], each.query["limit"]) for each in listings] == [("1", "5000")]


@pytest.mark.parametrize(("wanted", "asked"), [(7, 100), (250, 300), (1200, 1200)])
async def test_who_wants_so_many_asks_for_no_more_pages(calls: Any, many: Sandbox, wanted: int, asked: int) -> None:
    assert len(await settle(calls.list().collect(wanted))) == wanted
    assert windows(many) == [(0, asked)]


async def test_a_checkpoint_between_pages_that_grow_goes_on_with_every_row(calls: Any) -> None:
    pages = calls.list()
    walk = pages.pages()
    ids = [row.id for _ in range(3) for row in (await step(walk)).items]
    point = pages.checkpoint()
    await leave(walk)

    rest = await every(calls.list(resume=point))
    ids += [row.id for row in rest]
    assert ids == sorted(set(ids), reverse=True)
    assert len(ids) == CALLS


async def test_a_checkpoint_of_pages_of_100_fits_a_plain_listing(calls: Any) -> None:
    pages = calls.list(page_size=100)
    walk = pages.pages()
    for _ in range(3):
        await step(walk)
    point = pages.checkpoint()
    await leave(walk)

    assert len(await every(calls.list(resume=point))) == CALLS - 300


async def test_a_client_of_one_request_at_a_time_is_walked_all_the_same(face: type[Any], many: Sandbox) -> None:
    async with opened(face, many.token, base_url=many.url, limits=Limits(concurrency=1)) as client:
        assert len(await every(client.cdrs.list())) == CALLS


async def test_leaving_in_the_middle_leaves_nothing_running(many: Sandbox) -> None:
    async with AsyncVoipStudio(many.token, base_url=many.url) as client:
        walk = client.cdrs.list().pages()
        for _ in range(3):
            await anext(walk)
        await walk.aclose()
        check_no_tasks()


async def test_what_waits_ahead_is_bounded_by_bytes() -> None:
    row = b'{"id": %d, "dst": "' + b"4" * 10_000 + b'"}'

    async def fetch(exchange: Exchange[Any]) -> Any:
        asked = dict(exchange.request.query)
        page, limit = int(asked["page"]), int(asked["limit"])
        rows = [row % (100_000 - index) for index in range((page - 1) * limit, page * limit)]
        body = b'{"data": [' + b", ".join(rows) + b'], "total": 90000}'
        return partial(asyncio.to_thread, exchange.read, Reply(200, {}, body))

    query = PageQuery(Cdr, "/cdrs", codec(UTC), page_size=100)
    walk = begin(query)
    ahead: Ahead[Cdr] = Ahead(fetch, 5_000_000)
    ahead.fill(walk, 1)
    walk.take(await ahead.pop())
    ahead.fill(walk, 50)
    held = len(ahead)
    await ahead.close()

    assert held == 5


async def test_pages_come_while_the_caller_is_busy(many: Sandbox) -> None:
    def busy() -> tuple[Page[Cdr], int]:
        with VoipStudio(many.token, base_url=many.url) as client:
            walk = client.cdrs.list().pages()
            pages = [next(walk), next(walk)]
            third = walk_is_ahead(many)
            walk.close()
        return pages[1], third

    page, requests = await asyncio.to_thread(busy)
    assert (len(page), requests) == (100, 3)


def walk_is_ahead(many: Sandbox) -> int:
    """Wait until the page after the one in hand was asked for, with nobody asking."""
    until = time.monotonic() + 20
    while len(many.requests) < 3 and time.monotonic() < until:
        time.sleep(0.001)
    return len(many.requests)
