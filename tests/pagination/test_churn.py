"""Rows come and go all the time while a listing is walked: what was there throughout is given exactly once."""

from __future__ import annotations

from typing import Any

import pytest

from voipstudio_async import AsyncVoipStudio
from voipstudio_async.sandbox import Sandbox
from voipstudio_async.sandbox.store import checksum

PAGE = 50


async def churned(strategy: Any, prefetch: int) -> tuple[Any, list[dict[str, Any]], list[dict[str, Any]]]:
    """Walk 3,000 rows while some come and go after every page; return the report, what came, what stayed."""
    async with Sandbox(users=5, calls=3000, seed=9) as sandbox:
        before = {row["id"]: row for row in sandbox.store.rows("cdrs")}
        sandbox.faults.insert_during_walk(2, collection="cdrs")
        sandbox.faults.delete_during_walk(1, collection="cdrs")
        async with AsyncVoipStudio(sandbox.token, base_url=sandbox.url) as client:
            pages = client.cdrs.list(page_size=PAGE, strategy=strategy, prefetch=prefetch)
            rows = [row.to_dict() async for row in pages]
        stayed = [row for row in sandbox.store.rows("cdrs") if row["id"] in before]
        assert len(stayed) < 3000
        return pages.report, rows, stayed


@pytest.mark.parametrize("prefetch", [0, 1])
async def test_a_keyset_walk_is_complete_whatever_changes(prefetch: int) -> None:
    report, rows, stayed = await churned("keyset", prefetch)
    known = {row["id"] for row in stayed}
    assert len(rows) == len({row["id"] for row in rows})
    assert checksum(row for row in rows if row["id"] in known) == checksum(stayed)
    assert report.complete


@pytest.mark.parametrize("prefetch", [0, 4])
async def test_an_offset_walk_repeats_nothing_and_claims_nothing_that_it_cannot_prove(prefetch: int) -> None:
    report, rows, stayed = await churned("offset", prefetch)
    given, known = {row["id"] for row in rows}, {row["id"] for row in stayed}
    assert len(rows) == len(given) == report.rows
    assert known <= given or not report.complete
    # Nothing was ever clean: the walk has looked again, which finds what a single look leaves out.
    assert report.requests > 2 * len(stayed) // PAGE
    assert len(known - given) <= len(known) // 1000
