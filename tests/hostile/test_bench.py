"""Every hostile server, met by both faces: the right error or the right result, and nothing left behind."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from faces import opened, settle
from hostile.case import MOST_BYTES, Case
from hostile.cases import CASES, SIZES
from hostile.certificates import serving
from hostile.servers import Hostile
from leaks import check_idle, check_no_tasks, nothing_left

from voipstudio_async import Limits, RetryPolicy, Timeouts, VoipStudioError

TOKEN = "0123456789abcdef0123456789abcdef01234567"
PATIENCE: dict[str, Any] = {
    "timeouts": Timeouts(connect=1.0, read=0.4, total=3.0),
    "retry": RetryPolicy(attempts=2, base=0.001, cap=0.002),
    "limits": Limits(concurrency=4, max_response_bytes=MOST_BYTES),
}


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    with nothing_left():
        yield


async def outcome(client: Any, case: Case) -> Any:
    """Return the ids that a call returns, or the error that it ends in."""
    try:
        found = await settle(case.act(client))
    except VoipStudioError as error:
        return error
    return [] if found is None else [row.id for row in getattr(found, "items", found)]


def check(case: Case, server: Hostile, seen: Any) -> None:
    if case.raises is not None:
        assert isinstance(seen, case.raises), f"{seen!r}"
        assert re.search(case.match, str(seen)), str(seen)
        assert TOKEN not in str(seen)
    else:
        assert not isinstance(seen, Exception), f"{seen!r}"
        assert sorted(seen) == case.gives
    if case.requests is not None:
        assert len(server.asked) == case.requests
    if case.check is not None:
        case.check(server, seen)


@pytest.mark.parametrize("case", SIZES, ids=lambda case: case.name)
async def test_memory_stays_bounded_whatever_is_sent(case: Case, face: type[Any]) -> None:
    with Hostile(case.script) as server:
        async with opened(face, TOKEN, base_url=server.url, **PATIENCE) as client:
            tracemalloc.start()
            try:
                await outcome(client, case)
                _, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
    assert peak < 8 * MOST_BYTES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_hostile_server(case: Case, face: type[Any]) -> None:
    tls = serving(case.tls) if case.tls else None
    with Hostile(case.script, tls) as server:
        options = {"base_url": server.url} | PATIENCE | case.options(server)
        async with opened(face, TOKEN, **options) as client:
            seen = await outcome(client, case)
            check_idle(client)
        check(case, server, seen)
    check_no_tasks()
