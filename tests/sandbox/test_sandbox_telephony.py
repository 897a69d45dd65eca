"""Calls at the sandbox: they ring, are answered or not, end, and leave a record and a recording."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from faces import every, settle

from voipstudio_async import NotFoundError, PreconditionFailedError, ValidationError, field
from voipstudio_async.sandbox import Sandbox

OUTSIDE = "442071838000"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(users=4, calls=0, seed=5) as started:
        yield started


@pytest.fixture
def agent(sandbox: Sandbox) -> int:
    return int(sandbox.store.rows("users")[0]["id"])


async def records(client: Any, call: Any) -> list[Any]:
    return await every(client.cdrs.list(field("call_id") == call.id))


async def test_a_placed_call_rings_talks_and_ends(client: Any, sandbox: Sandbox, agent: int) -> None:
    call = await settle(client.calls.place(to=OUTSIDE, from_user=agent))
    assert (call.state, call.dst, call.src_id, call.connected_at) == ("RINGING", OUTSIDE, agent, None)
    assert call.id > 2**32
    sandbox.clock.advance(2)
    talking = await settle(client.calls.get(call.id))
    assert talking.state == "CONNECTED"
    assert (talking.connected_at - talking.start_time).total_seconds() == pytest.approx(2, abs=1)
    sandbox.clock.advance(30)
    with pytest.raises(NotFoundError):
        await settle(client.calls.get(call.id))


async def test_a_call_becomes_a_record_and_a_recording_of_its_size(
    client: Any, sandbox: Sandbox, agent: int, tmp_path: Path
) -> None:
    call = await settle(client.calls.place(to=OUTSIDE, from_user=agent))
    sandbox.clock.advance(60)
    (record,) = await records(client, call)
    assert (record.type, record.disposition, record.billsec, record.user_id) == ("O", "CONNECTED", 30, agent)
    (recording,) = await every(client.recordings.list(field("call_id") == call.id))
    saved = await settle(client.recordings.download(recording.id, tmp_path, size=recording.size))
    assert recording.size == saved.size == saved.path.stat().st_size > 0


async def test_a_call_that_nobody_answers_is_no_recording(client: Any, sandbox: Sandbox, agent: int) -> None:
    sandbox.telephony.rings = None
    call = await settle(client.calls.place(to=OUTSIDE, from_user=agent))
    sandbox.clock.advance(sandbox.telephony.gives_up)
    (record,) = await records(client, call)
    assert (record.type, record.disposition, record.billsec) == ("O", "NO ANSWER", 0)
    assert await every(client.recordings.list(field("call_id") == call.id)) == []


async def test_a_call_is_hung_up(client: Any, sandbox: Sandbox, agent: int) -> None:
    call = await settle(client.calls.place(to=OUTSIDE, from_user=agent))
    sandbox.clock.advance(7)
    await settle(client.calls.hang_up(call.id))
    (record,) = await records(client, call)
    assert record.billsec == pytest.approx(5, abs=1)
    with pytest.raises(NotFoundError):
        await settle(client.calls.hang_up(call.id))


async def test_a_call_is_transferred_and_shows_a_link(client: Any, sandbox: Sandbox, agent: int) -> None:
    call = await settle(client.calls.place(to=OUTSIDE, from_user=agent))
    sandbox.clock.advance(2)
    assert (await settle(client.calls.transfer(call.id, to="101"))).dst == "101"
    link = {"url": "https://crm.example.com/7", "text": "Ann Lee"}
    assert (await settle(client.calls.attach_link(call.id, **link))).id == call.id
    sandbox.clock.advance(60)
    (record,) = await records(client, call)
    assert record.dst == "101"


async def test_a_call_from_outside_is_missed_unless_it_is_answered(client: Any, sandbox: Sandbox, agent: int) -> None:
    missed, taken = (sandbox.telephony.ring(agent, OUTSIDE)["id"] for _ in range(2))
    assert (await settle(client.calls.answer(taken))).state == "CONNECTED"
    sandbox.clock.advance(60)
    found = {record.call_id: record for record in await every(client.cdrs.list())}
    assert (found[missed].type, found[missed].disposition, found[missed].src) == ("M", "NO ANSWER", OUTSIDE)
    assert (found[taken].type, found[taken].disposition) == ("I", "CONNECTED")


async def test_an_agent_without_a_phone_is_412_after_a_while(client: Any, sandbox: Sandbox, agent: int) -> None:
    sandbox.telephony.offline.add(agent)
    sandbox.telephony.refuses_after = 0.3
    before = sandbox.store.count("calls")
    began = time.monotonic()
    with pytest.raises(PreconditionFailedError, match="No VoIP clients registered"):
        await settle(client.calls.place(to=OUTSIDE, from_user=agent))
    assert time.monotonic() - began >= 0.3
    assert [seen.status for seen in sandbox.requests] == [412]
    assert sandbox.store.count("calls") == before


async def test_who_is_nobody_places_no_call(client: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        await settle(client.calls.place(to=OUTSIDE, from_user=1))
    assert [(error.field, error.code) for error in caught.value.errors] == [("from", "SF0010")]


async def test_listeners_are_told_of_each_event(client: Any, sandbox: Sandbox, agent: int) -> None:
    told: list[Any] = []
    sandbox.telephony.listeners.append(told.append)
    missed = sandbox.telephony.ring(agent, OUTSIDE)["id"]
    call = await settle(client.calls.place(to=OUTSIDE, from_user=agent))
    sandbox.clock.advance(60)
    await records(client, call)
    of_missed, of_placed = ([event for event in told if event["call_id"] == id] for id in (missed, call.id))
    assert [(event["event_name"], event["state"], event.get("final")) for event in of_missed] == [
        ("call.initial", "INITIAL", None),
        ("call.ringing", "RINGING", None),
        ("call.missed", "RINGING", False),
        ("call.missed", "HANGUP", True),
    ]
    assert [event["event_name"] for event in of_placed] == [
        *("call.initial", "call.ringing", "call.connected", "call.hangup", "monitor.audio_ready")
    ]
    assert len({event["id"] for event in told}) == len(told)
