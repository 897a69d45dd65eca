"""What makes two deliveries one event, and what does not; and what becomes of keys when handling fails."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from webhooks.deliveries import GOOD, deliver, hangup, until

from voipstudio_async.webhooks import (
    CallDtmf,
    CallHangup,
    CallRinging,
    Event,
    MemorySeen,
    Receiver,
    RecordingReady,
    SmsReceived,
    UnknownEvent,
)
from voipstudio_async.webhooks.keys import keys_of

AT = datetime(2026, 6, 1, tzinfo=UTC)


async def handled(*events: Event) -> int:
    """Deliver events, each of which is answered with 200, and count those that reach a handler."""
    taken: list[Event] = []
    async with Receiver(credentials=GOOD) as hooks:
        hooks.on(Event)(taken.append)
        for event in events:
            assert await deliver(hooks, event) == 200
    return len(taken)


@pytest.mark.parametrize(
    "pair",
    [
        (CallRinging(id="a", call_id=1, event_time=AT), CallHangup(id="a", call_id=1, event_time=AT)),
        (
            CallDtmf(id="a", call_id=1, event_time=AT, dtmf_tag="1"),
            CallDtmf(id="b", call_id=1, event_time=AT, dtmf_tag="1"),
        ),
        (
            RecordingReady(id="a", call_id=1, event_time=AT, monitor_id=1),
            RecordingReady(id="b", call_id=1, event_time=AT, monitor_id=2),
        ),
        (SmsReceived(id="a", from_no="1", text="Yes"), SmsReceived(id="b", from_no="1", text="Yes")),
        (CallHangup(id="a", call_id=1), CallHangup(id="b", call_id=1)),
        (
            UnknownEvent(id="a", event_name="queue.wrap_up", call_id=1, event_time=AT, dst_id=1),
            UnknownEvent(id="b", event_name="queue.wrap_up", call_id=1, event_time=AT, dst_id=2),
        ),
    ],
    ids=["names", "keys", "recordings", "texts", "no times", "unknown"],
)
async def test_two_events_that_look_alike_are_two(pair: tuple[Event, Event]) -> None:
    assert await handled(*pair) == 2


@pytest.mark.parametrize(
    "event",
    [
        CallHangup(id="a", call_id=1, event_time=AT),
        CallDtmf(id="a", call_id=1, event_time=AT, dtmf_tag="1"),
        RecordingReady(id="a", call_id=1, event_time=AT, monitor_id=1),
        SmsReceived(id="a", text="Yes"),
        UnknownEvent(id="a", event_name="queue.wrap_up"),
        UnknownEvent(id="a" * 10_000),
        SmsReceived(text="Yes"),
    ],
    ids=lambda event: type(event).__name__,
)
async def test_a_repeat_of_any_event_is_one(event: Event) -> None:
    assert await handled(event, event, event) == 1


@pytest.mark.parametrize("change", [{"id": "b"}, {"id": None}, {"duration": 9}, {"event_time": datetime.max}])
async def test_a_repeat_is_recognized_by_what_it_keeps(change: dict[str, Any]) -> None:
    event = CallHangup(id="a", call_id=1, event_time=AT)
    assert await handled(event, attrs.evolve(event, **change)) == 1


async def test_a_repeat_does_not_keep_a_key_that_the_failure_of_the_first_gives_back() -> None:
    first = hangup(1, event_time=AT)
    again = attrs.evolve(first, event_time=datetime(2026, 6, 1, 0, 0, 1, tzinfo=UTC))
    seen, tries = MemorySeen(), list[Event]()
    async with Receiver(credentials=GOOD, seen=seen) as hooks:

        @hooks.on(CallHangup)
        async def fails_first(event: CallHangup) -> None:
            tries.append(event)
            if len(tries) == 1:
                assert await deliver(hooks, again) == 200
                raise RuntimeError

        await deliver(hooks, first)
        await until(lambda: len(seen) == 0)
        await deliver(hooks, again)
    assert [event.event_time for event in tries] == [first.event_time, again.event_time]


@pytest.mark.parametrize("order", [("good", "bad"), ("bad", "good")])
async def test_a_call_stays_heard_of_when_another_of_its_events_fails(order: tuple[str, str]) -> None:
    seen, taken = MemorySeen(), list[str]()
    async with Receiver(credentials=GOOD, seen=seen) as hooks:

        @hooks.on(CallHangup)
        async def work(event: CallHangup) -> None:
            if event.id == "bad":
                await until(lambda: order[0] == "bad" or "good" in taken)
                raise RuntimeError
            taken.append("good")

        for id in order:
            await deliver(hooks, CallHangup(id=id, call_id=1 if id == "good" else 2, root_call_id=1))
    assert not seen.claim("call:1")


async def test_a_call_whose_only_event_failed_is_not_heard_of() -> None:
    seen = MemorySeen()
    async with Receiver(credentials=GOOD, seen=seen) as hooks:

        @hooks.on(CallHangup)
        async def fails(event: CallHangup) -> None:
            raise RuntimeError

        await deliver(hooks, hangup(1))
    assert len(seen) == 0


def test_what_a_store_keeps_of_an_event_is_short_whatever_its_name() -> None:
    events = [UnknownEvent(id="a", event_name=letter * 60_000, event_time=AT) for letter in "nm"]
    keys = [keys_of(event, b"body %d" % number) for number, event in enumerate(events)]
    assert max(len(key) for each in keys for key in each) < 300
    assert keys[0].isdisjoint(keys[1])
