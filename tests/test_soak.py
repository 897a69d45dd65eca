"""A long day: thousands of listings, one request in twenty with a fault, and no row is lost, changed or there twice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from leaks import check_idle, nothing_left

from voipstudio_async import AsyncVoipStudio, RetryPolicy, VoipStudio
from voipstudio_async.sandbox import Sandbox
from voipstudio_async.sandbox.store import checksum

PATIENT = RetryPolicy(attempts=12, base=0.001, cap=0.01, budget=10_000)


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    with nothing_left():
        yield


def unlike(sandbox: Sandbox) -> int:
    """Count the requests that met a fault which the sandbox recorded."""
    return sum(request.status != 200 for request in sandbox.requests)


async def all_rows(client: AsyncVoipStudio) -> AsyncIterator[dict[str, Any]]:
    """Fetch every user, then every user's call records, many users at once."""
    ids = [user.id async for user in client.users.list(page_size=100, prefetch=2)]
    async for outcome in client.bulk.stream(lambda id: client.users.cdrs(id, page_size=8), ids, concurrency=16):
        for row in outcome.unwrap():
            yield row.to_dict()


async def test_two_thousand_users_through_faults() -> None:
    with Sandbox(users=2000, calls=20_000, seed=3, faults=0.05) as sandbox:
        async with AsyncVoipStudio(sandbox.token, base_url=sandbox.url, retry=PATIENT) as client:
            rows = [row async for row in all_rows(client)]
            check_idle(client)
        assert len(rows) == len({row["id"] for row in rows}) == 20_000
        assert checksum(rows) == sandbox.store.checksum("cdrs")
        assert unlike(sandbox) > len(sandbox.requests) * 0.03


def test_the_blocking_face_through_faults() -> None:
    with Sandbox(users=200, calls=3000, seed=4, faults=0.05) as sandbox:
        with VoipStudio(sandbox.token, base_url=sandbox.url, retry=PATIENT) as client:
            ids = [user.id for user in client.users.list(page_size=20)]
            found = client.bulk.run(client.users.cdrs, ids)
            walked = [row.to_dict() for row in client.cdrs.list(page_size=50, prefetch=3)]
            check_idle(client)
        rows = [row.to_dict() for outcome in found for row in outcome.unwrap()]
        assert checksum(rows) == checksum(walked) == sandbox.store.checksum("cdrs")
        assert unlike(sandbox) > 0
