"""The sandbox as the sender of webhooks: what its phones do, what a test asks for, and repeats until it hears 200."""

from __future__ import annotations

import asyncio
import functools
import gc
import logging
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from webhooks.deliveries import GOOD, WRONG, behind_aiohttp, hangup, until

from voipstudio_async import AsyncVoipStudio, ConfigurationError, VoipStudio
from voipstudio_async.sandbox import Sandbox
from voipstudio_async.webhooks import (
    CallConnected,
    CallEvent,
    CallHangup,
    CallInitial,
    CallMissed,
    CallRinging,
    Event,
    Receiver,
    RecordingReady,
    SmsReceived,
    parse,
    webhook_url,
)


@asynccontextmanager
async def receiving(**options: Any) -> AsyncIterator[tuple[str, list[Event]]]:
    """Run a receiver on this loop; gives its URL and what its handler saw."""
    taken: list[Event] = []

    async def take(event: Event) -> None:
        taken.append(event)

    async with Receiver(credentials=GOOD, ack="done", **options) as hooks, behind_aiohttp(hooks) as url:
        hooks.on(Event)(take)
        yield url, taken


class Server(HTTPServer):
    """Answers with the statuses that it was given, the last for ever, and keeps what came."""

    def __init__(self, *statuses: int) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.statuses = list(statuses)
        self.bodies: list[bytes] = []
        self.url = f"http://127.0.0.1:{self.server_port}/hooks"


class Answers(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        statuses = self.server.statuses
        self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def answering(*statuses: int) -> Iterator[Server]:
    with Server(*statuses) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def names(events: list[Event]) -> list[str | None]:
    return [event.event_name for event in events]


@pytest.fixture
async def quiet() -> AsyncIterator[Sandbox]:
    async with Sandbox(users=2, calls=0, seed=3) as sandbox:
        yield sandbox


# --- what the phones do --------------------------------------------------------------------------------------


async def test_a_call_that_is_placed_is_told_of_from_its_ringing_to_its_recording(quiet: Sandbox) -> None:
    async with (
        receiving() as (url, taken),
        AsyncVoipStudio(quiet.token, base_url=quiet.url) as client,
    ):
        await quiet.webhooks.to(url, GOOD)
        call = await client.calls.place(to="442079460000")
        quiet.clock.advance(60)
        await quiet.webhooks.settled()
    told = ["call.connected", "call.hangup", "call.initial", "call.ringing", "monitor.audio_ready"]
    assert sorted(names(taken), key=str) == told
    assert {event.call_id for event in taken if isinstance(event, CallEvent)} == {call.id}
    by_class = {type(event): event for event in taken}
    rang, answered, ended = (by_class[cls].event_time for cls in (CallRinging, CallConnected, CallHangup))
    assert rang is not None
    assert answered is not None
    assert ended is not None
    assert 1 <= (answered - rang).total_seconds() <= 3
    assert 29 <= (ended - answered).total_seconds() <= 31
    recording = by_class[RecordingReady]
    assert isinstance(recording, RecordingReady)
    assert quiet.store.row("monitors", recording.monitor_id or 0) is not None


async def test_a_call_from_outside_that_nobody_answers_is_missed(quiet: Sandbox) -> None:
    async with receiving() as (url, taken):
        await quiet.webhooks.to(url, GOOD)
        quiet.telephony.ring(quiet.user_id, "442071838000")
        quiet.clock.advance(quiet.telephony.gives_up)
        await quiet.webhooks.settled()
    legs = {event.final: event for event in taken if isinstance(event, CallMissed)}
    assert legs.keys() == {False, True}
    missed = legs[True]
    assert (missed.final, missed.src, missed.connected_at, missed.root) == (True, "442071838000", None, missed.call_id)


async def test_what_is_due_happens_without_a_request_and_without_a_word_to_the_clock(quiet: Sandbox) -> None:
    quiet.telephony.rings, quiet.telephony.talks = 0.05, 0.05
    async with receiving() as (url, taken):
        await quiet.webhooks.to(url, GOOD)
        quiet.telephony.place("442071838000", quiet.user_id)
        await until(lambda: len(taken) == 5)


async def test_a_text_message_comes_in(quiet: Sandbox) -> None:
    async with receiving() as (url, taken):
        await quiet.webhooks.to(url, GOOD)
        row = quiet.telephony.receive_text(quiet.user_id, "BANK", "Code 1")
        await quiet.webhooks.settled()
    assert [(event.from_no, event.text) for event in taken if isinstance(event, SmsReceived)] == [("BANK", "Code 1")]
    assert quiet.store.row("sms", row["id"]) is not None
    with pytest.raises(ValueError, match="no user 1"):
        quiet.telephony.receive_text(1, "BANK", "Code 1")


def test_a_sandbox_in_a_thread_delivers_as_well() -> None:
    with Sandbox(users=2, calls=0) as sandbox, answering(200) as server:
        sandbox.webhooks.to(server.url)
        with VoipStudio(sandbox.token, base_url=sandbox.url) as client:
            client.calls.place(to="442079460000")
            sandbox.clock.advance(60)
        sandbox.webhooks.settled()
        events = [parse(body) for body in server.bodies]
        assert {CallInitial, CallRinging, CallConnected, CallHangup, RecordingReady} == {
            type(event) for event in events
        }
        assert len(events) == len(sandbox.webhooks.log) == 5


async def test_a_url_gets_only_the_events_that_it_wants(quiet: Sandbox) -> None:
    async with receiving() as (url, taken), receiving() as (other, all_of_them):
        await quiet.webhooks.to(url, GOOD, events=["call.missed"])
        await quiet.webhooks.to(other, GOOD)
        quiet.telephony.ring(quiet.user_id, "442071838000")
        quiet.clock.advance(30)
        await quiet.webhooks.settled()
        assert names(taken) == ["call.missed"] * 2
        assert len(all_of_them) == 4
        quiet.webhooks.off()
        quiet.telephony.ring(quiet.user_id, "442071838000")
        await quiet.webhooks.settled()
        assert len(all_of_them) == 4


# --- registering ---------------------------------------------------------------------------------------------


async def test_a_url_is_probed_as_it_is_registered(quiet: Sandbox) -> None:
    async with receiving() as (url, _):
        with pytest.raises(ConfigurationError, match=r"must answer the probe, a GET, with 200, and answered 401"):
            await quiet.webhooks.to(url, WRONG)
        with pytest.raises(ConfigurationError, match="answered 404"):
            await quiet.webhooks.to(url + "/elsewhere", GOOD)
        with pytest.raises(ConfigurationError, match="register a URL"):
            await quiet.webhooks.deliver(hangup(1))
    with pytest.raises(ConfigurationError, match="nobody listens there"):
        await quiet.webhooks.to(url, GOOD)


def test_where_no_loop_runs_the_answer_to_the_probe_is_waited_for() -> None:
    with (
        Sandbox(users=1, calls=0) as sandbox,
        pytest.raises(ConfigurationError, match="nobody listens there"),
    ):
        sandbox.webhooks.to("http://127.0.0.1:1/hooks")


async def test_a_url_may_hold_its_credentials_as_at_the_vendor(quiet: Sandbox) -> None:
    async with receiving() as (url, taken):
        quiet.webhooks.to(url.replace("http://", "http://voip:s3cret-of-the-hook@"))
        assert await quiet.webhooks.deliver(hangup(1)) == [200]
    assert len(taken) == 1
    assert "s3cret" not in repr(quiet.webhooks) + repr(quiet.webhooks.log)


@pytest.mark.parametrize("url", ["", "example.com", "ftp://a/", "http://", None, 7, webhook_url("https://a", GOOD)])
async def test_what_is_no_url_is_refused(url: Any, quiet: Sandbox) -> None:
    with pytest.raises(ConfigurationError) as caught:
        quiet.webhooks.to(url, GOOD)
    assert "s3cret" not in str(caught.value)


def test_nothing_is_delivered_by_a_sandbox_that_is_not_started() -> None:
    with pytest.raises(RuntimeError, match="not started"):
        Sandbox().webhooks.to("http://127.0.0.1:1/")


# --- on demand -----------------------------------------------------------------------------------------------


async def test_events_are_delivered_again_and_out_of_order(quiet: Sandbox) -> None:
    async with receiving() as (url, taken):
        await quiet.webhooks.to(url, GOOD)
        events = [hangup(number) for number in range(10)]
        told = await quiet.webhooks.deliver(*events, repeats=2, out_of_order=True)
    assert told == [200] * 30
    assert sorted(event.id or "" for event in taken) == [f"sip1-{number}" for number in range(10)]
    sent = [attempt.event["id"] for attempt in quiet.webhooks.log]
    assert sent != sorted(sent)
    assert len(sent) == 30


async def test_one_seed_is_one_order(quiet: Sandbox) -> None:
    async with receiving() as (url, _):
        await quiet.webhooks.to(url, GOOD)
        orders = []
        for seed in (1, 1, 2):
            quiet.webhooks.log.clear()
            await quiet.webhooks.deliver(*map(hangup, range(10)), out_of_order=True, seed=seed)
            orders.append([attempt.event["id"] for attempt in quiet.webhooks.log])
    assert orders[0] == orders[1] != orders[2]


async def test_a_repeat_may_have_an_id_of_its_own(quiet: Sandbox) -> None:
    event = parse({"event_name": "call.hangup", "id": "a", "call_id": 1, "event_time": "2026-06-01 10:00:00"})
    async with receiving() as (url, taken):
        await quiet.webhooks.to(url, GOOD)
        await quiet.webhooks.deliver(event, repeats=3, new_ids=True)
    assert len({attempt.event["id"] for attempt in quiet.webhooks.log}) == 4
    assert len(taken) == 1


async def test_a_wrong_password_reaches_no_handler_and_is_not_tried_again(quiet: Sandbox) -> None:
    async with receiving() as (url, taken):
        await quiet.webhooks.to(url, GOOD)
        assert await quiet.webhooks.deliver(hangup(1), wrong_password=True) == [401]
        await quiet.webhooks.settled()
    assert taken == []
    assert [attempt.status for attempt in quiet.webhooks.log] == [401]


@pytest.mark.parametrize("options", [{"repeats": -1}, {"at_once": 0}])
async def test_a_delivery_that_cannot_work_is_refused(options: dict[str, Any], quiet: Sandbox) -> None:
    with pytest.raises(ConfigurationError):
        quiet.webhooks.deliver(hangup(1), **options)


async def test_a_raw_object_is_sent_as_it_is(quiet: Sandbox) -> None:
    with answering(200) as server:
        await quiet.webhooks.to(server.url)
        await quiet.webhooks.deliver({"event_name": "queue.wrap_up", "odd": [1]})
    assert server.bodies == [b'{"event_name": "queue.wrap_up", "odd": [1]}']


# --- repeats until 200 ---------------------------------------------------------------------------------------


def has_tried(sandbox: Sandbox, times: int) -> bool:
    return len(sandbox.webhooks.log) == times


async def test_an_event_is_sent_until_it_is_answered_with_200_by_the_clock_of_the_sandbox(quiet: Sandbox) -> None:
    quiet.webhooks.backoff = (100.0, 150.0)
    with answering(503, 500, 302, 200) as server:
        await quiet.webhooks.to(server.url)
        assert await quiet.webhooks.deliver(hangup(1)) == [503]
        for tries, seconds in ((2, 100), (3, 150), (4, 150)):
            assert len(server.bodies) == tries - 1
            await asyncio.sleep(0.01)
            quiet.clock.advance(seconds)
            await until(functools.partial(has_tried, quiet, tries))
        await quiet.webhooks.settled()
    assert [(each.number, each.status) for each in quiet.webhooks.log] == [(1, 503), (2, 500), (3, 302), (4, 200)]
    assert len(set(server.bodies)) == 1
    waits = [
        later.at - earlier.at for earlier, later in zip(quiet.webhooks.log, list(quiet.webhooks.log)[1:], strict=False)
    ]
    assert [round(wait.total_seconds() / 50) for wait in waits] == [2, 3, 3]


async def test_a_receiver_that_is_down_gets_everything_once_it_is_up(quiet: Sandbox) -> None:
    quiet.webhooks.backoff = (0.01, 0.01)
    taken: list[Event] = []
    hooks = Receiver(credentials=GOOD)
    hooks.on(Event)(taken.append)
    async with behind_aiohttp(hooks) as url:
        await quiet.webhooks.to(url, GOOD)
    assert await quiet.webhooks.deliver(hangup(1), hangup(2)) == [None, None]
    assert {attempt.problem for attempt in quiet.webhooks.log} == {"nobody listens there"}
    async with behind_aiohttp(hooks, int(url.split(":")[2].split("/")[0])):
        await quiet.webhooks.settled()
        await hooks.close()
    assert sorted(event.id or "" for event in taken) == ["sip1-1", "sip1-2"]


async def test_a_receiver_that_answers_too_late_gets_its_event_again_and_handles_it_once(quiet: Sandbox) -> None:
    quiet.webhooks.patience, quiet.webhooks.backoff = 0.05, (0.01, 0.01)
    taken: list[Event] = []

    async def slow(event: Event) -> None:
        await asyncio.sleep(0.2)
        taken.append(event)

    async with Receiver(credentials=GOOD, ack="done") as hooks, behind_aiohttp(hooks) as url:
        hooks.on(CallHangup)(slow)
        await quiet.webhooks.to(url, GOOD)
        assert await quiet.webhooks.deliver(hangup(1)) == [None]
        await quiet.webhooks.settled()
    assert len(taken) == 1
    assert quiet.webhooks.log[0].problem == "it took too long to answer"
    assert quiet.webhooks.log[-1].status == 200


async def test_the_sender_gives_up_after_as_many_tries_as_it_was_told(quiet: Sandbox) -> None:
    quiet.webhooks.backoff, quiet.webhooks.tries = (0.001, 0.001), 3
    with answering(500) as server:
        await quiet.webhooks.to(server.url)
        await quiet.webhooks.deliver(hangup(1))
        await quiet.webhooks.settled()
    assert len(server.bodies) == 3


async def test_what_answers_no_http_is_told(quiet: Sandbox) -> None:
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"220 mail.example.com ESMTP\r\n")
        writer.close()

    async with await asyncio.start_server(nonsense, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ConfigurationError, match="the answer is no HTTP"):
            await quiet.webhooks.to(f"http://127.0.0.1:{port}/")


# --- its end -------------------------------------------------------------------------------------------------


async def test_the_end_of_the_sandbox_leaves_no_task(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "asyncio")
    before = asyncio.all_tasks()
    with answering(503) as server:
        async with Sandbox(users=1, calls=0) as sandbox:
            await sandbox.webhooks.to(server.url)
            sandbox.telephony.ring(sandbox.user_id, "442071838000")
            await sandbox.webhooks.deliver(hangup(1), hangup(2))
            waiting = asyncio.ensure_future(sandbox.webhooks.settled())
            await asyncio.sleep(0.01)
        await asyncio.wait({waiting})
        assert waiting.cancelled()
        assert asyncio.all_tasks() == before
        sandbox.clock.advance(100)
    gc.collect()
    assert "never retrieved" not in caplog.text


def test_the_end_of_a_sandbox_in_a_thread_does_not_wait_for_repeats() -> None:
    threads = threading.active_count()
    with answering(503) as server, Sandbox(users=1, calls=0) as sandbox:
        sandbox.webhooks.to(server.url)
        assert sandbox.webhooks.deliver(hangup(1)).result() == [503]
    assert threading.active_count() <= threads
