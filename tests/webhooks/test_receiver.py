"""What a receiver answers to which request, and what its handlers see."""

from __future__ import annotations

import asyncio
import base64
import inspect
import logging
import time
from typing import Any

import attrs
import pytest
from webhooks.deliveries import GOOD, WRONG, deliver, hangup, until

from voipstudio_async import ConfigurationError
from voipstudio_async.webhooks import (
    ANYONE,
    CallDtmf,
    CallEvent,
    CallHangup,
    CallMissed,
    Credentials,
    Event,
    MemorySeen,
    Receiver,
    SmsReceived,
    UnknownEvent,
)
from voipstudio_async.webhooks.testing import request


class Noted:
    """A handler that keeps what it sees."""

    def __init__(self, hooks: Receiver, kind: Any = Event, **fields: Any) -> None:
        self.events: list[Event] = []
        hooks.on(kind, **fields)(self.take)

    async def take(self, event: Event) -> None:
        self.events.append(event)


def basic(pair: bytes) -> str:
    return "Basic " + base64.b64encode(pair).decode()


# --- who may deliver -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [None, (), [], "user:password", [("user", "password")]])
def test_a_receiver_without_credentials_is_refused(given: Any) -> None:
    with pytest.raises(ConfigurationError, match="a receiver needs credentials"):
        Receiver(credentials=given)


async def test_anyone_is_accepted_only_where_that_is_spelled_out() -> None:
    async with Receiver(credentials=ANYONE) as hooks:
        assert await deliver(hooks, hangup(1), None) == 200


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", "")],
        [("Authorization", "Basic")],
        [("Authorization", "Basic !!!")],
        [("Authorization", "Basic \u00e9")],
        [("Authorization", basic(b"voip"))],
        [("Authorization", basic(b"voip:another-secret"))],
        [("Authorization", basic(b"other:s3cret-of-the-hook"))],
        [("Authorization", basic(b"voip:s3cret-of-the-hook "))],
        [("Authorization", basic(b"voip:s3cret-of-the-hoo"))],
        [("Authorization", basic(b"voip:\xff\xfe"))],
        [("Authorization", basic(b":"))],
        [("Authorization", "Bearer s3cret-of-the-hook")],
        [("Authorization", "Basic " + "A" * 100_000)],
        [("Authorization", basic(b"voip:s3cret-of-the-hook")), ("authorization", basic(b"voip:s3cret-of-the-hook"))],
        [("X-Auth-Token", "s3cret-of-the-hook")],
    ],
)
async def test_wrong_credentials_never_reach_a_handler(headers: list[tuple[str, str]]) -> None:
    async with Receiver(credentials=GOOD) as hooks:
        noted = Noted(hooks)
        assert await hooks.receive("POST", headers, request(hangup(1)).body) == 401
    assert noted.events == []


@pytest.mark.parametrize(
    "name",
    ["Authorization", "authorization", "AUTHORIZATION", b"authorization"],
    ids=["title", "small", "big", "bytes"],
)
@pytest.mark.parametrize("scheme", ["Basic ", "basic ", "BASIC  "])
async def test_good_credentials_are_accepted_in_every_form(name: str | bytes, scheme: str) -> None:
    value = scheme + basic(b"voip:s3cret-of-the-hook").removeprefix("Basic ")
    async with Receiver(credentials=GOOD) as hooks:
        headers = [(name, value.encode() if isinstance(name, bytes) else value)]
        assert await hooks.receive("POST", headers, request(hangup(1)).body) == 200


async def test_while_a_password_is_changed_both_are_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOIPSTUDIO_WEBHOOK_CREDENTIALS", "voip:s3cret-of-the-hook voip:another-secret")
    async with Receiver(credentials=Credentials.from_env()) as hooks:
        assert [await deliver(hooks, hangup(each), pair) for each, pair in ((1, GOOD), (2, WRONG))] == [200, 200]
        assert await deliver(hooks, hangup(3), Credentials("voip", "third")) == 401


@pytest.mark.parametrize("value", [None, "", "  ", "password-alone", "user:", ":password"])
def test_a_variable_that_holds_no_credentials_is_refused(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VOIPSTUDIO_WEBHOOK_CREDENTIALS", raising=False)
    if value is not None:
        monkeypatch.setenv("VOIPSTUDIO_WEBHOOK_CREDENTIALS", value)

    with pytest.raises(ConfigurationError) as caught:
        Credentials.from_env()
    assert "password-alone" not in str(caught.value)


# --- statuses ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "status"), [("GET", 200), ("HEAD", 200), ("post", 200), ("PUT", 405), ("DELETE", 405)]
)
async def test_the_probe_of_a_new_url_is_answered(method: str, status: int) -> None:
    async with Receiver(credentials=GOOD) as hooks:
        noted = Noted(hooks)
        assert await hooks.receive(method, {}, b"") == status
    assert noted.events == []


async def test_a_probe_with_the_wrong_password_says_so() -> None:
    async with Receiver(credentials=GOOD) as hooks:
        assert await hooks.receive("GET", request(hangup(1), WRONG).headers, b"") == 401


async def test_a_body_that_is_too_large_is_refused() -> None:
    async with Receiver(credentials=GOOD) as hooks:
        headers = request(hangup(1), GOOD).headers
        assert await hooks.receive("POST", headers, b" " * (64 * 1024 + 1)) == 413
        assert await hooks.receive("POST", headers, b" " * 10_000_000) == 413
        sent = request(hangup(1), GOOD)
        assert await hooks.receive("POST", headers, sent.body.ljust(64 * 1024)) == 200


def test_a_receiver_that_nobody_has_tuned_has_these_limits() -> None:
    parameters = inspect.signature(Receiver).parameters
    assert {name: parameters[name].default for name in ("queue", "workers", "budget", "drain", "max_body")} == {
        "queue": 1000,
        "workers": 8,
        "budget": 5.0,
        "drain": 10.0,
        "max_body": 65536,
    }


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"queue": 0}, "queue must be a whole number above 0, got 0"),
        ({"workers": 1.5}, "workers must be a whole number above 0, got 1.5"),
        ({"budget": 0}, "budget must be a number above 0, got 0"),
        ({"drain": float("inf")}, "drain must be a number above 0, got inf"),
        ({"drain": float("nan")}, "drain must be a number above 0, got nan"),
        ({"max_body": True}, "max_body must be a whole number above 0, got True"),
        ({"ack": "stored"}, "store and ack='stored' go together"),
        ({"ack": "accepted", "store": print}, "store and ack='stored' go together"),
        ({"ack": "done", "store": print}, "store and ack='stored' go together"),
    ],
)
def test_what_cannot_work_is_refused_when_the_receiver_is_made(options: Any, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Receiver(credentials=GOOD, **options)
    assert str(caught.value) == words


async def test_what_comes_while_a_receiver_closes_is_for_the_next_one() -> None:
    ready = asyncio.Event()
    handled: list[Any] = []
    hooks = Receiver(credentials=GOOD)

    @hooks.on(CallHangup)
    async def waits(event: CallHangup) -> None:
        await ready.wait()
        handled.append(event.call_id)

    assert await deliver(hooks, hangup(1)) == 200
    closing = asyncio.create_task(hooks.close())
    await asyncio.sleep(0)
    assert await deliver(hooks, hangup(2)) == 503
    ready.set()
    await closing
    assert handled == [1]


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"[" * 60_000, b'{"a":' * 10_000, b"call.missed"])
async def test_what_is_no_event_is_told_and_not_asked_for_again(body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    poison: list[bytes] = []
    async with Receiver(credentials=GOOD, on_poison=lambda body, _: poison.append(body)) as hooks:
        noted = Noted(hooks)
        assert await hooks.receive("POST", request(hangup(1), GOOD).headers, body) == 200
    assert poison == [body]
    assert noted.events == []
    assert "call.missed" not in caplog.text


async def test_a_hook_for_poison_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def fails(body: bytes, reason: str) -> None:
        raise RuntimeError(reason)

    async with Receiver(credentials=GOOD, on_poison=fails) as hooks:
        assert await hooks.receive("POST", request(hangup(1), GOOD).headers, b"{") == 200
    assert "on_poison failed" in caplog.text


async def test_an_unknown_event_is_a_success() -> None:
    async with Receiver(credentials=GOOD) as hooks:
        named, whole = Noted(hooks, "queue.wrap_up"), Noted(hooks, UnknownEvent)
        assert await deliver(hooks, UnknownEvent(event_name="queue.wrap_up", id="a")) == 200
    assert len(named.events) == len(whole.events) == 1


# --- which handlers ------------------------------------------------------------------------------------------


async def test_handlers_are_asked_by_class_by_name_and_by_field() -> None:
    async with Receiver(credentials=GOOD) as hooks:
        final = Noted(hooks, CallMissed, final=True)
        missed, named, calls = Noted(hooks, CallMissed), Noted(hooks, "call.missed"), Noted(hooks, CallEvent)
        for number, is_final in ((1, False), (2, True)):
            await deliver(hooks, CallMissed(id=f"m{number}", call_id=number, final=is_final))
        await deliver(hooks, SmsReceived(id="s"))
    assert [event.id for event in final.events] == ["m2"]
    assert [len(each.events) for each in (missed, named, calls)] == [2, 2, 2]


async def test_a_plain_handler_runs_in_a_thread_and_does_not_stop_the_loop() -> None:
    async with Receiver(credentials=GOOD, ack="done") as hooks:

        @hooks.on(CallHangup)
        def slow(event: CallHangup) -> None:
            time.sleep(0.2)

        began = time.monotonic()
        slow_one = asyncio.create_task(deliver(hooks, hangup(1)))
        await asyncio.sleep(0.01)
        assert time.monotonic() - began < 0.15
        assert await slow_one == 200


@pytest.mark.parametrize("wrong", [7, int, None, "CallMissed()"])
def test_a_handler_is_for_events(wrong: Any) -> None:
    hooks = Receiver(credentials=ANYONE)
    if isinstance(wrong, str):
        with pytest.raises(ConfigurationError, match="has no field 'colour'"):
            hooks.on(CallMissed, colour="red")
    else:
        with pytest.raises(ConfigurationError, match="a handler is for a class of events or a name"):
            hooks.on(wrong)


# --- repeats -------------------------------------------------------------------------------------------------

AT = {"event_time": None}


async def test_a_repeat_is_handled_once_whether_it_keeps_its_id_or_not() -> None:
    from datetime import UTC, datetime

    event = hangup(1, event_time=datetime(2026, 6, 1, tzinfo=UTC))
    async with Receiver(credentials=GOOD) as hooks:
        noted = Noted(hooks)
        again = [event, event, attrs.evolve(event, id="sip9-other"), attrs.evolve(event, id=None)]
        assert [await deliver(hooks, each) for each in again] == [200] * 4
    assert len(noted.events) == 1


async def test_a_repeat_without_an_id_and_a_time_is_known_by_its_body() -> None:
    async with Receiver(credentials=GOOD) as hooks:
        noted = Noted(hooks)
        for text in ("one", "one", "two"):
            await deliver(hooks, SmsReceived(text=text))
    assert [event.to_dict()["text"] for event in noted.events] == ["one", "two"]


async def test_two_events_of_one_call_in_one_second_are_two() -> None:
    from datetime import UTC, datetime

    at = datetime(2026, 6, 1, tzinfo=UTC)
    async with Receiver(credentials=GOOD) as hooks:
        noted = Noted(hooks)
        for final in (False, True):
            await deliver(hooks, CallMissed(id=f"m{final}", call_id=1, event_time=at, final=final))
        for key in "12":
            await deliver(hooks, CallDtmf(id=f"k{key}", call_id=1, event_time=at, dtmf_tag=key))
    assert len(noted.events) == 4


async def test_a_handler_that_fails_gives_the_event_back(caplog: pytest.LogCaptureFixture) -> None:
    tries: list[Event] = []
    async with Receiver(credentials=GOOD) as hooks:

        @hooks.on(CallHangup)
        async def fails_first(event: CallHangup) -> None:
            tries.append(event)
            if len(tries) == 1:
                raise RuntimeError("the CRM is down")

        await deliver(hooks, hangup(1))
        await until(lambda: not hooks._pending)
        assert await deliver(hooks, hangup(1)) == 200
    assert len(tries) == 2
    assert "a handler of call.hangup failed" in caplog.text


# --- when the answer comes -----------------------------------------------------------------------------------


async def test_accepted_means_before_the_handlers() -> None:
    ready = asyncio.Event()
    async with Receiver(credentials=GOOD) as hooks:

        @hooks.on(CallHangup)
        async def waits(event: CallHangup) -> None:
            await ready.wait()

        assert await deliver(hooks, hangup(1)) == 200
        assert len(hooks._pending) == 1
        ready.set()


async def test_done_means_after_the_handlers_and_a_failure_is_503() -> None:
    async with Receiver(credentials=GOOD, ack="done") as hooks:
        seen: list[int] = []

        @hooks.on(CallHangup)
        async def work(event: CallHangup) -> None:
            await asyncio.sleep(0)
            seen.append(1)
            if len(seen) == 1:
                raise RuntimeError

        assert await deliver(hooks, hangup(1)) == 503
        assert await deliver(hooks, hangup(1)) == 200
        assert seen == [1, 1]


async def test_done_has_a_budget_and_what_takes_longer_is_cancelled_and_given_back() -> None:
    ended: list[str] = []
    async with Receiver(credentials=GOOD, ack="done", budget=0.05) as hooks:

        @hooks.on(CallHangup)
        async def hangs(event: CallHangup) -> None:
            try:
                await asyncio.sleep(0 if ended else 60)
                ended.append("done")
            except asyncio.CancelledError:
                ended.append("cancelled")
                raise

        assert await deliver(hooks, hangup(1)) == 503
        await until(lambda: not hooks._pending)
        assert await deliver(hooks, hangup(1)) == 200
    assert ended == ["cancelled", "done"]


async def test_a_repeat_of_what_is_still_being_done_is_not_called_done() -> None:
    ready = asyncio.Event()
    async with Receiver(credentials=GOOD, ack="done") as hooks:

        @hooks.on(CallHangup)
        async def waits(event: CallHangup) -> None:
            await ready.wait()

        first = asyncio.create_task(deliver(hooks, hangup(1)))
        await until(lambda: bool(hooks._pending))
        assert await deliver(hooks, hangup(1)) == 503
        ready.set()
        assert await first == 200
        assert await deliver(hooks, hangup(1)) == 200


async def test_stored_means_after_the_store_and_a_store_that_fails_is_503() -> None:
    rows: list[Event] = []

    async def keep(event: Event) -> None:
        if not rows:
            rows.append(event)
            raise OSError("disk full")
        rows.append(event)

    async with Receiver(credentials=GOOD, ack="stored", store=keep) as hooks:
        assert await deliver(hooks, hangup(1)) == 503
        assert await deliver(hooks, hangup(1)) == 200
        assert await deliver(hooks, hangup(1)) == 200
    assert len(rows) == 2


@pytest.mark.parametrize(
    "options",
    [
        {"ack": "later"},
        {"ack": "stored"},
        {"store": print},
        {"queue": 0},
        {"workers": -1},
        {"budget": "5"},
        {"drain": True},
    ],
)
def test_options_that_cannot_work_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        Receiver(credentials=ANYONE, **options)


# --- bounds and the end --------------------------------------------------------------------------------------


async def test_a_flood_beyond_the_queue_is_asked_to_come_later() -> None:
    ready = asyncio.Event()
    async with Receiver(credentials=GOOD, queue=5, workers=2) as hooks:
        noted = Noted(hooks)

        @hooks.on(CallHangup)
        async def waits(event: CallHangup) -> None:
            await ready.wait()

        answers = await asyncio.gather(*(deliver(hooks, hangup(number)) for number in range(20)))
        assert sorted(answers) == [200] * 5 + [503] * 15
        ready.set()
        await until(lambda: not hooks._pending)
        assert await deliver(hooks, hangup(19)) == 200
    assert len(noted.events) == 6


async def test_no_more_handlers_run_at_once_than_there_are_workers() -> None:
    running: list[int] = [0, 0]
    async with Receiver(credentials=GOOD, workers=3) as hooks:

        @hooks.on(CallHangup)
        async def counts(event: CallHangup) -> None:
            running[0] += 1
            running[1] = max(running)
            await asyncio.sleep(0.001)
            running[0] -= 1

        for number in range(30):
            await deliver(hooks, hangup(number))
    assert running == [0, 3]


async def test_the_end_waits_for_what_was_accepted() -> None:
    done: list[Event] = []
    async with Receiver(credentials=GOOD, workers=1) as hooks:

        @hooks.on(CallHangup)
        async def work(event: CallHangup) -> None:
            await asyncio.sleep(0.001)
            done.append(event)

        for number in range(10):
            await deliver(hooks, hangup(number))
    assert len(done) == 10
    assert await deliver(hooks, hangup(11)) == 503


async def test_what_is_not_done_by_the_end_is_given_back(caplog: pytest.LogCaptureFixture) -> None:
    seen = MemorySeen()
    async with Receiver(credentials=GOOD, seen=seen, workers=1, drain=0.05) as hooks:

        @hooks.on(CallHangup)
        async def hangs(event: CallHangup) -> None:
            await asyncio.sleep(60)

        for number in range(3):
            await deliver(hooks, hangup(number))
    assert len(seen) == 0
    assert "3 events were not handled before the end" in caplog.text

    async with Receiver(credentials=GOOD, seen=seen) as again:
        noted = Noted(again)
        for number in range(3):
            await deliver(again, hangup(number))
    assert len(noted.events) == 3


async def test_a_handler_that_will_not_end_does_not_hold_the_end() -> None:
    stop = asyncio.Event()

    async def stubborn(event: CallHangup) -> None:
        while not stop.is_set():
            try:
                await stop.wait()
            except asyncio.CancelledError:
                continue

    hooks = Receiver(credentials=GOOD, drain=0.01)
    hooks.on(CallHangup)(stubborn)
    await deliver(hooks, hangup(1))
    async with asyncio.timeout(10):
        await hooks.close()
    stop.set()


async def test_a_store_that_fails_is_not_a_success(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(MemorySeen):
        def claim(self, key: str, /) -> bool:
            raise OSError("the database is locked")

    async with Receiver(credentials=GOOD, seen=Broken()) as hooks:
        noted = Noted(hooks)
        assert await deliver(hooks, hangup(1)) == 503
    assert noted.events == []


async def test_an_awaited_store_works_like_a_plain_one() -> None:
    class Service:
        def __init__(self) -> None:
            self.keys: set[str] = set()

        async def claim(self, key: str, /) -> bool:
            await asyncio.sleep(0)
            is_new = key not in self.keys
            self.keys.add(key)
            return is_new

        async def release(self, key: str, /) -> None:
            self.keys.discard(key)

    async with Receiver(credentials=GOOD, seen=Service()) as hooks:
        noted = Noted(hooks)
        await asyncio.gather(*(deliver(hooks, hangup(1)) for _ in range(10)))
    assert len(noted.events) == 1


async def test_nothing_of_a_password_or_a_body_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with Receiver(credentials=GOOD, workers=1, drain=0.01) as hooks:

        @hooks.on(CallHangup)
        async def fails(event: CallHangup) -> None:
            raise RuntimeError("no")

        for credentials in (GOOD, WRONG, None):
            await deliver(hooks, hangup(1, src_name="Ann Lee"), credentials)
        await hooks.receive("POST", request(hangup(1), GOOD).headers, b"s3cret in no JSON")
        assert "s3cret" not in repr(hooks) + repr(GOOD) + str(GOOD)
    assert "s3cret" not in caplog.text
    assert "another-secret" not in caplog.text
    assert "Ann Lee" not in "".join(record.getMessage() for record in caplog.records)
