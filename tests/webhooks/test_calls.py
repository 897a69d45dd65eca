"""Calls put together from events, and calls that no event told of."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from webhooks.deliveries import GOOD, deliver, until

from voipstudio_async import AsyncVoipStudio, ConfigurationError, field
from voipstudio_async.sandbox import Sandbox
from voipstudio_async.webhooks import (
    CallConnected,
    CallEvent,
    CallHangup,
    CallMissed,
    MemorySeen,
    Receiver,
    SmsReceived,
    calls_of,
    reconcile,
    webhook_url,
)

T0 = datetime(2026, 6, 1, tzinfo=UTC)


def at(seconds: int, cls: type[Any] = CallHangup, **fields: Any) -> Any:
    return cls(event_time=T0 + timedelta(seconds=seconds), **fields)


def test_the_legs_of_a_ring_group_are_one_call() -> None:
    events = [
        at(9, CallHangup, call_id=12, root_call_id=10),
        at(0, CallMissed, call_id=11, root_call_id=10, final=False),
        at(4, CallConnected, call_id=12, root_call_id=10),
        at(5, CallMissed, call_id=20, final=True),
        SmsReceived(id="s"),
    ]

    group, plain = calls_of(events)

    assert (group.root_call_id, group.legs, group.is_answered, group.is_missed) == (10, (11, 12), True, False)
    assert (plain.root_call_id, plain.legs, plain.is_answered, plain.is_missed) == (20, (20,), False, True)


async def test_a_call_that_no_event_told_of_is_found_once() -> None:
    seen = MemorySeen()
    async with (
        Sandbox(users=3, calls=120, seed=4) as sandbox,
        AsyncVoipStudio(sandbox.token, base_url=sandbox.url) as client,
    ):
        records = [cdr async for cdr in client.cdrs.list(order_by="id")]
        roots = {cdr.root_live_id or cdr.live_id or cdr.call_id for cdr in records}
        heard = set(sorted(roots, key=str)[::3])
        async with Receiver(credentials=GOOD, seen=seen) as hooks:
            for root in heard:
                await deliver(hooks, CallHangup(id=f"e{root}", call_id=root))
            await until(lambda: not hooks._pending)
        since = min(cdr.calldate for cdr in records if cdr.calldate)

        found = [event async for event in reconcile(client, since, seen)]
        again = [event async for event in reconcile(client, since, seen)]

    assert {event.root for event in found} == roots - heard
    assert len(found) == len(roots - heard)
    assert all(event.source == "reconciled" for event in found)
    assert {type(event) for event in found} == {CallHangup, CallMissed}
    assert all(event.final for event in found if isinstance(event, CallMissed))
    assert again == []


async def test_what_was_reconciled_is_known_to_the_next_run(tmp_path: Path) -> None:
    async with (
        Sandbox(users=3, calls=30, seed=4) as sandbox,
        AsyncVoipStudio(sandbox.token, base_url=sandbox.url) as client,
    ):
        found = [await runs(sandbox, tmp_path, 2 if run == 0 else 1000) for run in range(3)]
        count = len({cdr.root_live_id or cdr.call_id async for cdr in client.cdrs.list()})
    # The first broke off at its second call, which the next one finds again.
    assert found == [2, count - 1, 0]


async def runs(sandbox: Sandbox, folder: Path, most: int) -> int:
    """Reconcile in a process of its own, which handles so many calls at most; gives how many it saw."""
    code = """
import asyncio, os, sys
from datetime import UTC, datetime
from voipstudio_async import AsyncVoipStudio
from voipstudio_async.webhooks import SqliteSeen, reconcile
async def main():
    found = 0
    async with AsyncVoipStudio(sys.argv[1], base_url=sys.argv[2]) as client:
        async for event in reconcile(client, datetime(2020, 1, 1, tzinfo=UTC), SqliteSeen(sys.argv[3])):
            found += 1
            if found == int(sys.argv[4]):
                break
    print(found, flush=True)
    os._exit(0)
asyncio.run(main())
"""
    command = [sys.executable, "-c", code, sandbox.token, sandbox.url, str(folder / "seen.db"), str(most)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    return int(out)


async def test_only_the_range_is_asked_for() -> None:
    async with (
        Sandbox(users=3, calls=60, seed=4) as sandbox,
        AsyncVoipStudio(sandbox.token, base_url=sandbox.url) as client,
    ):
        last = await client.cdrs.list(order_by="-calldate").first()
        assert last is not None
        newest = last.calldate
        assert newest is not None
        late = await client.cdrs.count(field("calldate") >= newest)
        found = [event async for event in reconcile(client, newest, MemorySeen())]
    assert 1 <= len(found) <= late


async def test_reconciling_needs_a_client() -> None:
    with pytest.raises(ConfigurationError, match="client is an AsyncVoipStudio"):
        [event async for event in reconcile("client", T0, MemorySeen())]


@pytest.mark.parametrize("since", ["yesterday", None, 5])
async def test_reconciling_needs_a_date(since: Any) -> None:
    async with AsyncVoipStudio("token") as client:
        with pytest.raises(ConfigurationError, match="since is a date or a date-time"):
            [event async for event in reconcile(client, since, MemorySeen())]


async def test_what_is_reconciled_goes_to_the_same_handlers() -> None:
    taken: list[CallEvent] = []
    hooks = Receiver(credentials=GOOD)
    hooks.on(CallMissed, final=True)(taken.append)
    await hooks.dispatch(CallMissed(call_id=1, final=True))
    await hooks.dispatch(CallHangup(call_id=2))
    assert [event.call_id for event in taken] == [1]


def test_the_url_to_register_does_not_show_its_password() -> None:
    url = webhook_url("https://example.com/hooks?a=b", GOOD)

    assert url.reveal() == "https://voip:s3cret-of-the-hook@example.com/hooks?a=b"
    assert "s3cret" not in f"{url} {url!r}"


@pytest.mark.parametrize(
    "base",
    [
        "http://example.com",
        "example.com",
        "https://",
        "https://a:b@example.com",
        "https://a@example.com",
        "wss://a",
        None,
        7,
    ],
)
def test_a_url_that_cannot_be_registered_is_refused(base: Any) -> None:
    with pytest.raises(ConfigurationError):
        webhook_url(base, GOOD)
