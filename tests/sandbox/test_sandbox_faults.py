"""Each fault on demand: what a client sees of it, and that it is over afterwards."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Any

import aiohttp
import pytest
from plain_http import ask_at

from voipstudio_async.sandbox import Sandbox

CUT = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)


@pytest.mark.parametrize(("retry_after", "header"), [(1, "1"), ("soon", "soon"), (None, None)])
async def test_the_next_request_meets_a_status(
    ask: Any, sandbox: Sandbox, retry_after: Any, header: str | None
) -> None:
    sandbox.faults.next(429, retry_after=retry_after)
    refused = await ask("POST", "/usergroups", json={"name": "never"})
    assert (refused.status, refused.json) == (429, {"message": "Too Many Requests", "errors": []})
    assert refused.headers.get("Retry-After") == header
    assert "never" not in {row["name"] for row in sandbox.store.rows("usergroups")}
    assert (await ask("GET", "/users")).status == 200
    assert [record.status for record in sandbox.requests] == [429, 200]


async def test_faults_come_in_order_and_to_whom_they_are_meant(ask: Any, sandbox: Sandbox) -> None:
    sandbox.faults.next(500, count=2, method="POST")
    sandbox.faults.next(502, path="/me")
    statuses = [(await ask("GET", "/users")).status, (await ask("GET", "/me")).status, (await ask("GET", "/me")).status]
    assert statuses == [200, 502, 200]
    posts = [(await ask("POST", "/usergroups", json={"name": "x"})).status for _ in range(3)]
    assert posts == [500, 500, 201]


async def test_a_cut_connection_does_nothing(ask: Any, sandbox: Sandbox) -> None:
    before = sandbox.store.count("usergroups")
    sandbox.faults.drop()
    with pytest.raises(CUT):
        await ask("POST", "/usergroups", json={"name": "x"})
    assert sandbox.store.count("usergroups") == before
    assert sandbox.requests[-1].status is None


async def test_a_write_that_is_done_but_not_answered(ask: Any, sandbox: Sandbox) -> None:
    sandbox.faults.drop_after_commit()
    assert (await ask("GET", "/users")).status == 200
    with pytest.raises(CUT):
        await ask("POST", "/usergroups", json={"name": "kept"})
    assert sandbox.store.rows("usergroups")[-1]["name"] == "kept"
    assert (await ask("POST", "/usergroups", json={"name": "next"})).status == 201
    assert [record.status for record in sandbox.requests] == [200, None, 201]


async def test_headers_that_are_no_headers(ask: Any, sandbox: Sandbox) -> None:
    sandbox.faults.malformed_headers(path="/users")
    with pytest.raises(aiohttp.ClientResponseError):
        await ask("GET", "/users")
    assert (await ask("GET", "/users")).status == 200


async def test_half_a_body(ask: Any, sandbox: Sandbox) -> None:
    sandbox.faults.truncated_body()
    with pytest.raises(aiohttp.ClientPayloadError):
        await ask("GET", "/users")
    sandbox.faults.truncated_body()
    with pytest.raises(aiohttp.ClientPayloadError):
        await ask("GET", "/nothing")
    assert (await ask("GET", "/users")).status == 200


async def test_latency_lasts_until_it_is_ended(ask: Any, sandbox: Sandbox) -> None:
    sandbox.faults.latency(0.15)
    began = time.monotonic()
    await ask("GET", "/users")
    assert time.monotonic() - began >= 0.15
    sandbox.faults.latency(0)
    began = time.monotonic()
    assert (await ask("GET", "/users")).status == 200
    assert time.monotonic() - began < 0.15


async def test_an_outage_ends_by_itself(ask: Any, sandbox: Sandbox) -> None:
    sandbox.faults.outage(0.3)
    assert (await ask("GET", "/users")).status == 503
    await asyncio.sleep(0.35)
    assert (await ask("GET", "/users")).status == 200


async def test_an_outage_that_cuts_connections_and_is_ended(ask: Any, sandbox: Sandbox) -> None:
    sandbox.faults.outage(60, drop=True)
    with pytest.raises(CUT):
        await ask("GET", "/users")
    sandbox.faults.outage(0)
    assert (await ask("GET", "/users")).status == 200


async def walk(ask: Any, path: str, pages: int = 6) -> list[int]:
    answers = [(await ask("GET", f"{path}?limit=50&page={number}")).json["data"] for number in range(1, pages + 1)]
    return [row["id"] for page in answers for row in page]


async def test_rows_are_added_while_a_listing_is_walked(ask: Any, sandbox: Sandbox) -> None:
    sandbox.faults.insert_during_walk(3, every=2, collection="cdrs")
    await ask("GET", "/users")
    assert sandbox.faults.changes == []
    await walk(ask, "/cdrs")
    changes = sandbox.faults.changes
    assert [(change.kind, change.collection, change.owner) for change in changes] == [("insert", "cdrs", None)] * 9
    assert sandbox.store.count("cdrs") == 309
    for change in changes:
        assert sandbox.store.row("cdrs", change.row["id"]) == change.row
        assert sandbox.store.owner("cdrs", change.row["id"]) == change.row["user_id"]


async def test_rows_are_removed_while_a_listing_is_walked(ask: Any, sandbox: Sandbox) -> None:
    before = {row["id"] for row in sandbox.store.rows("cdrs")}
    sandbox.faults.delete_during_walk(2)
    seen = await walk(ask, "/cdrs", pages=5)
    gone = {change.row["id"] for change in sandbox.faults.changes}
    assert before - {row["id"] for row in sandbox.store.rows("cdrs")} == gone
    assert len(gone) == 10
    # This is what a walk by page numbers has to live with: rows that are there, and were not seen.
    assert {row["id"] for row in sandbox.store.rows("cdrs")} - set(seen)


async def test_only_the_rows_of_the_walked_listing_change(ask: Any, sandbox: Sandbox) -> None:
    sandbox.faults.insert_during_walk(2)
    sandbox.faults.delete_during_walk(1)
    await walk(ask, f"/users/{sandbox.user_id}/cdrs", pages=3)
    assert {change.row["user_id"] for change in sandbox.faults.changes} == {sandbox.user_id}
    assert Counter(change.kind for change in sandbox.faults.changes) == {"insert": 6, "delete": 3}
    sandbox.store.delete_owned(["cdrs"], sandbox.user_id)
    sandbox.faults.changes.clear()
    await walk(ask, f"/users/{sandbox.user_id}/cdrs", pages=1)
    assert sandbox.faults.changes == []


async def test_the_mix_is_the_share_that_was_asked_for_and_depends_on_the_seed() -> None:
    first, again, other = [await mixed(seed) for seed in (1, 1, 2)]
    assert first == again != other
    faults = 200 - first[200]
    assert 200 * 0.3 < faults < 200 * 0.7
    assert {429, 500, 502, 503, None} < first.keys()


async def mixed(seed: int) -> Counter[int | None]:
    async with Sandbox(users=1, calls=0, seed=seed, faults=0.6) as sandbox:
        for _ in range(200):
            try:
                reply = await ask_at(sandbox, "GET", "/me")
            except aiohttp.ClientError:
                continue
            if reply.status in (429, 503):
                assert reply.headers["Retry-After"] == "0"
        return Counter(record.status for record in sandbox.requests)


async def test_clear_ends_everything(ask: Any, sandbox: Sandbox) -> None:
    sandbox.faults.next(500, count=100)
    sandbox.faults.latency(5)
    sandbox.faults.outage(100)
    sandbox.faults.mix(1)
    sandbox.faults.insert_during_walk()
    sandbox.faults.clear()
    assert (await ask("GET", "/users")).status == 200
    assert sandbox.faults.changes == []


@pytest.mark.parametrize(
    "plan",
    [
        lambda faults: faults.next(500, count=0),
        lambda faults: faults.drop_after_commit(count=-1),
        lambda faults: faults.insert_during_walk(0),
        lambda faults: faults.delete_during_walk(every=0),
        lambda faults: faults.latency(-1),
        lambda faults: faults.mix(1.5),
    ],
)
def test_what_cannot_be_planned(plan: Any) -> None:
    with pytest.raises(ValueError, match=r"must be|from 0 to 1"):
        plan(Sandbox().faults)
