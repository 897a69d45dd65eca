"""Pages that are too deep or too large for a server, at the wire, on both faces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from faces import every, opened, settle

from voipstudio_async import RetryPolicy, ServerError, ValidationError
from voipstudio_async.reports import export
from voipstudio_async.sandbox import Sandbox

ONCE = RetryPolicy(attempts=1)


@pytest.mark.parametrize("prefetch", [0, 3])
async def test_a_listing_that_cannot_be_paged_to_its_end_is_walked_by_id(face: type[Any], prefetch: int) -> None:
    with Sandbox(users=3, calls=500, deepest=200) as sandbox:
        async with opened(face, sandbox.token, base_url=sandbox.url) as client:
            pages = client.cdrs.list(page_size=60, prefetch=prefetch)
            ids = [row.id for row in await every(pages)]
            with pytest.raises(ValidationError):
                await every(client.cdrs.list(page_size=60, order_by="-calldate"))

    assert ids == sorted(set(ids), reverse=True)
    assert (len(ids), pages.report.by_key, pages.report.complete) == (500, True, True)


async def test_an_export_goes_on_beyond_the_deepest_page(face: type[Any], tmp_path: Path) -> None:
    with Sandbox(users=3, calls=300, deepest=200) as sandbox:
        async with opened(face, sandbox.token, base_url=sandbox.url) as client:
            done = await settle(export(client.cdrs.list(page_size=100), tmp_path / "calls.csv"))

    assert (done.rows, done.report.by_key, done.report.complete) == (300, True, True)


@pytest.mark.parametrize("strategy", ["offset", "keyset"])
async def test_a_large_page_that_fails_is_asked_for_in_halves(face: type[Any], strategy: str) -> None:
    with Sandbox(users=3, calls=500) as sandbox:
        async with opened(face, sandbox.token, base_url=sandbox.url, retry=ONCE) as client:
            sandbox.faults.next(504, count=2, path="/cdrs")
            pages = client.cdrs.list(page_size=400, strategy=strategy)
            ids = [row.id for row in await every(pages)]
            limits = [int(each.query["limit"]) for each in sandbox.requests]

    assert limits == [400, 200, *[100] * 5]
    assert ids == sorted(set(ids), reverse=True)
    assert (len(ids), pages.report.smaller_pages, pages.report.complete) == (500, 100, True)


async def test_a_small_page_that_fails_is_an_error_at_once(face: type[Any]) -> None:
    with Sandbox(users=3, calls=500) as sandbox:
        async with opened(face, sandbox.token, base_url=sandbox.url, retry=ONCE) as client:
            sandbox.faults.next(500, path="/cdrs")
            with pytest.raises(ServerError):
                await every(client.cdrs.list(page_size=100))
            assert len(sandbox.requests) == 1


async def test_an_outage_is_an_error_after_one_request_for_each_smaller_page(face: type[Any]) -> None:
    with Sandbox(users=3, calls=500) as sandbox:
        patience = RetryPolicy(attempts=3, base=0.001)
        async with opened(face, sandbox.token, base_url=sandbox.url, retry=patience) as client:
            sandbox.faults.next(500, count=50, path="/cdrs")
            with pytest.raises(ServerError, match="after 3 attempts"):
                await every(client.cdrs.list(page_size=1000))
            limits = [int(each.query["limit"]) for each in sandbox.requests]

    assert limits == [1000, 1000, 1000, 500, 250, 125, 62]


async def test_a_page_that_is_throttled_while_it_is_tried_out_is_asked_for_again(face: type[Any]) -> None:
    with Sandbox(users=3, calls=500) as sandbox:
        patience = RetryPolicy(attempts=2, base=0.001)
        async with opened(face, sandbox.token, base_url=sandbox.url, retry=patience) as client:
            sandbox.faults.next(500, count=2, path="/cdrs")
            sandbox.faults.next(429, count=1, path="/cdrs")
            pages = client.cdrs.list(page_size=400)
            assert len(await every(pages)) == 500

    assert (pages.report.smaller_pages, pages.report.complete) == (200, True)


async def test_a_server_that_asks_to_come_later_is_not_asked_for_less(face: type[Any]) -> None:
    with Sandbox(users=3, calls=500) as sandbox:
        async with opened(face, sandbox.token, base_url=sandbox.url, retry=ONCE) as client:
            sandbox.faults.next(503, retry_after=300, path="/cdrs")
            with pytest.raises(ServerError):
                await every(client.cdrs.list(page_size=400))
            assert len(sandbox.requests) == 1
