"""Receivers under hostile conditions: bodies, headers, handlers, stores, and ends at the wrong moment."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import logging
import threading
from typing import Any

import pytest
from renderers import by_python, by_walking
from webhooks.deliveries import GOOD, WRONG, deliver, hangup, until

from voipstudio_async import ConfigurationError
from voipstudio_async.webhooks import CallHangup, Credentials, Event, MemorySeen, Receiver, UnknownEvent
from voipstudio_async.webhooks.testing import request

BODIES = {
    "ten megabytes": b'{"a":"' + b"x" * 10_000_000 + b'"}',
    "nothing but blanks": b" " * 1000,
    "half": b'{"event_name":"call.hangup","id":',
    "no text": bytes(range(256)),
    "nested lists": b"[" * 60_000,
    "nested objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "a list": b'[{"event_name":"call.hangup"}]',
    "two objects": b'{"id":"a"}{"id":"b"}',
    "not a number": b'{"a":NaN}',
    "null": b"null",
}
ODD = [
    {"event_name": "call.hangup", "id": ["a"], "call_id": {"b": 1}, "event_time": [], "duration": "long"},
    {"event_name": ["call.hangup"], "id": 7},
    {"event_name": "call.hangup", "call_id": 10**300, "event_time": "9999-99-99"},
    {"event_name": "call.missed", "final": "maybe", "src": None, "dst": 5, "state": {}},
    {"event_name": "sms.received", "text": "\ud800", "id": "\ud800\0"},
    {"a": [[[[[[[[[[{}]]]]]]]]]]},
    {},
]


@pytest.mark.parametrize("name", BODIES)
async def test_a_hostile_body_is_answered_and_reaches_no_handler(name: str) -> None:
    taken: list[Event] = []
    async with Receiver(credentials=GOOD) as hooks:
        hooks.on(Event)(taken.append)
        status = await hooks.receive("POST", request(hangup(1), GOOD).headers, BODIES[name])
        assert status == (413 if name == "ten megabytes" else 200)
    assert taken == []


@pytest.mark.parametrize("record", ODD, ids=range(len(ODD)))
async def test_fields_of_wrong_types_are_an_event_all_the_same(record: dict[str, Any]) -> None:
    taken: list[Event] = []
    async with Receiver(credentials=GOOD) as hooks:
        hooks.on(Event)(taken.append)
        for _ in range(2):
            headers = request(hangup(1), GOOD).headers
            assert await hooks.receive("POST", headers, json.dumps(record).encode()) == 200
    assert len(taken) == 1


@pytest.mark.parametrize("shown", ["voip:s3cret-of-the-hook", "voip:another", "nobody:s3cret-of-the-hook", "x", None])
@pytest.mark.parametrize("accepted", [1, 2, 3])
async def test_both_parts_of_every_accepted_pair_are_always_compared(
    shown: str | None, accepted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[bytes, bytes]] = []
    compare = hmac.compare_digest

    def counted(left: bytes, right: bytes) -> bool:
        compared.append((left, right))
        return compare(left, right)

    monkeypatch.setattr(hmac, "compare_digest", counted)
    pairs = [GOOD, WRONG, Credentials("third", "pass")][:accepted]
    headers = {} if shown is None else {"Authorization": "Basic " + base64.b64encode(shown.encode()).decode()}
    status = await Receiver(credentials=pairs).receive("POST", headers, b"{}")

    assert status == (200 if shown == "voip:s3cret-of-the-hook" else 401)
    known = [part.encode() for pair in pairs for part in (pair.user, pair.password.reveal())]
    assert [right for _, right in compared] == known
    assert all(type(each) is bytes for pair in compared for each in pair)


@pytest.mark.parametrize("text", ["\ud800", "a\nb", "a\0", "\x7f"])
def test_credentials_that_no_header_can_hold_are_refused(text: str) -> None:
    for user, password in ((text, "password"), ("user", text)):
        with pytest.raises(ConfigurationError, match="cannot be sent"):
            Credentials(user, password)


@pytest.mark.parametrize("password", ["pässwörd", "密码", "a:b:c", "with space", "%41@/?#"])
async def test_a_password_may_hold_what_a_header_can(password: str) -> None:
    credentials = Credentials("üser", password)
    async with Receiver(credentials=credentials) as hooks:
        assert await deliver(hooks, hangup(1), credentials) == 200
        assert await deliver(hooks, hangup(1), GOOD) == 401


async def test_plain_handlers_that_hang_do_not_pile_up() -> None:
    stop = threading.Event()
    hooks = Receiver(credentials=GOOD, ack="done", workers=2, budget=0.02, drain=0.01)
    hooks.on(CallHangup)(lambda event: stop.wait())
    before = threading.active_count()
    try:
        for number in range(6):
            assert await deliver(hooks, hangup(number)) == 503
        assert threading.active_count() <= before + 2
    finally:
        stop.set()
    await until(lambda: threading.active_count() <= before)
    assert await deliver(hooks, hangup(7)) == 200
    await hooks.close()


async def test_a_thread_that_the_system_refuses_costs_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async with Receiver(credentials=GOOD, ack="done", workers=1) as hooks:
        hooks.on(CallHangup)(lambda event: None)
        with monkeypatch.context() as patched:
            patched.setattr(threading.Thread, "start", refused)
            assert await deliver(hooks, hangup(1)) == 503
        assert await deliver(hooks, hangup(1)) == 200


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, StopIteration, GeneratorExit, ValueError])
async def test_whatever_a_plain_handler_raises_is_a_failure(error: type[BaseException]) -> None:
    def fails(event: Event) -> None:
        raise error

    async with Receiver(credentials=GOOD, ack="done") as hooks:
        hooks.on(CallHangup)(fails)
        assert await deliver(hooks, hangup(1)) == 503
        assert not hooks._pending


async def test_a_handler_that_is_cancelled_gives_its_event_back() -> None:
    tries: list[Event] = []

    async def cancelled_first(event: Event) -> None:
        tries.append(event)
        if len(tries) == 1:
            raise asyncio.CancelledError

    async with Receiver(credentials=GOOD, ack="done") as hooks:
        hooks.on(CallHangup)(cancelled_first)
        assert [await deliver(hooks, hangup(1)) for _ in range(3)] == [503, 200, 200]
    assert len(tries) == 2


class Slow:
    """A store whose claims wait until they may go on."""

    def __init__(self) -> None:
        self.ready = asyncio.Event()
        self.keys = MemorySeen()

    async def claim(self, key: str, /) -> bool:
        await self.ready.wait()
        return self.keys.claim(key)

    def release(self, key: str, /) -> None:
        self.keys.release(key)


@pytest.mark.parametrize(("drain", "status"), [(5.0, 200), (0.01, 503)])
async def test_what_arrives_as_the_end_comes_is_waited_for_or_sent_back(drain: float, status: int) -> None:
    seen, taken = Slow(), list[Event]()
    hooks = Receiver(credentials=GOOD, seen=seen, drain=drain)
    hooks.on(CallHangup)(taken.append)
    arriving = asyncio.create_task(deliver(hooks, hangup(1)))
    await until(lambda: bool(hooks._pending))
    closing = asyncio.create_task(hooks.close())
    await asyncio.sleep(0.05)
    seen.ready.set()
    await closing

    assert await arriving == status
    assert len(taken) == (1 if status == 200 else 0)
    assert (len(seen.keys) == 0) == (status == 503)


async def test_a_request_that_is_cancelled_as_it_arrives_gives_its_event_back() -> None:
    seen = Slow()
    async with Receiver(credentials=GOOD, seen=seen) as hooks:
        arriving = asyncio.create_task(deliver(hooks, hangup(1)))
        await until(lambda: bool(hooks._pending))
        arriving.cancel()
        await asyncio.wait({arriving})
        assert not hooks._pending
        seen.ready.set()
        assert await deliver(hooks, hangup(1)) == 200


async def test_a_name_that_is_not_known_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def fails(event: Event) -> None:
        raise RuntimeError

    async with Receiver(credentials=GOOD) as hooks:
        hooks.on(Event)(fails)
        await deliver(hooks, UnknownEvent(event_name="a\nforged line"))
    assert "forged" not in caplog.text
    assert "a handler of an unknown event failed" in caplog.text


async def test_an_error_of_the_machine_shows_no_password_in_its_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Event:
        raise OSError("no memory")

    monkeypatch.setattr("voipstudio_async.webhooks.receiver.parse", broken)
    with pytest.raises(OSError, match="no memory") as caught:
        await Receiver(credentials=GOOD).receive("POST", request(hangup(1), GOOD).headers, b"{}")
    shown = by_walking(caught.value) + by_python(caught.value)
    assert "s3cret" not in shown
    assert base64.b64encode(b"voip:s3cret-of-the-hook").decode() not in shown


def test_one_receiver_serves_one_loop_after_another() -> None:
    taken: list[Event] = []
    hooks = Receiver(credentials=GOOD, ack="done", workers=1)

    @hooks.on(CallHangup)
    async def work(event: CallHangup) -> None:
        await asyncio.sleep(0)
        taken.append(event)

    async def some(first: int) -> None:
        async with hooks:
            assert await asyncio.gather(*(deliver(hooks, hangup(first + each)) for each in range(5))) == [200] * 5

    for first in (0, 10, 20):
        asyncio.run(some(first))
    assert len(taken) == 15


@pytest.mark.parametrize(
    "options",
    [{"workers": 1.5}, {"queue": 2.0}, {"budget": float("nan")}, {"drain": float("inf")}, {"tz": "UTC"}],
    ids=str,
)
def test_the_options_of_a_receiver_are_numbers_and_a_zone(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        Receiver(credentials=GOOD, **options)
