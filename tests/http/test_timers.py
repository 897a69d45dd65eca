"""The timers that all calls share: exact for each, one for all; and that the connections really wait by them."""

from __future__ import annotations

import asyncio
import gc
import heapq
import threading
import weakref
from collections.abc import AsyncIterator, Callable
from contextvars import Context, ContextVar
from typing import Any

import aiohttp
import pytest
from faces import opened, settle
from hostile.servers import Hostile, Script, Talk, answer, rows, until_left
from hypothesis import given
from hypothesis import strategies as st
from leaks import nothing_left
from operations.made import Parcels

from voipstudio_async import AsyncVoipStudio, DeadlineExceeded, RequestTimeout, RetryPolicy, Timeouts
from voipstudio_async.http import connections
from voipstudio_async.http.timers import Timer, Timers

TOKEN = "0123456789abcdef0123456789abcdef01234567"
ONCE = RetryPolicy(attempts=1)
PIECE = 0.06
"""Seconds between two pieces of a slow answer."""
PATIENCE = 0.3
"""Seconds that a client waits for the next one: several pieces, and less than the whole answer takes."""


class Alarm:
    """What a loop gives for a call that it will make."""

    def __init__(self, callback: Callable[[], object]) -> None:
        self.callback = callback
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Clock:
    """A loop with a time of its own, as far as timers need one."""

    def __init__(self, early: float = 0.0) -> None:
        self.now = 0.0
        self.alarms: list[tuple[float, int, Alarm]] = []
        self.early = early
        self.made = 0

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[[], object], context: Context) -> Alarm:
        alarm = Alarm(lambda: context.run(callback))
        self.made += 1
        heapq.heappush(self.alarms, (when, self.made, alarm))
        return alarm

    @property
    def pending(self) -> list[float]:
        return [when for when, _, alarm in self.alarms if not alarm.cancelled]

    def advance(self, seconds: float) -> None:
        until = self.now + seconds
        while self.alarms and self.alarms[0][0] - self.early <= until:
            when, _, alarm = heapq.heappop(self.alarms)
            self.now = max(self.now, when - self.early)
            if not alarm.cancelled:
                alarm.callback()
        self.now = until


class Waiting:
    """Something that may run out of time."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.over: list[float] = []

    def expire(self) -> None:
        self.over.append(self.clock.now)


def timers_of(clock: Clock) -> Timers:
    return Timers(clock)  # type: ignore[arg-type]


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["start", "start", "stop", "advance"]),
        st.integers(0, 5),
        st.sampled_from([1.0, 2.5, 7.0]),
    ),
    max_size=60,
)


@given(MOVES)
def test_everything_runs_out_exactly_when_its_time_is_over(moves: list[tuple[str, int, float]]) -> None:
    clock = Clock()
    timers = timers_of(clock)
    things = [Waiting(clock) for _ in range(6)]
    running: dict[int, tuple[Timer, float]] = {}
    expected: list[list[float]] = [[] for _ in things]

    def pass_by(until: float) -> None:
        for number, (_, due) in list(running.items()):
            if due <= until:
                expected[number].append(due)
                del running[number]

    for what, number, seconds in moves:
        if what == "advance":
            pass_by(clock.now + seconds)
            clock.advance(seconds)
        elif number in running:
            timer = running.pop(number)[0]
            if what == "stop":
                timer.stop(things[number])
            else:
                timer.start(things[number])
                running[number] = (timer, clock.now + timer.seconds)
        elif what == "start":
            timer = timers.of(seconds)
            timer.start(things[number])
            running[number] = (timer, clock.now + seconds)
        assert len(clock.pending) <= 3, "one alarm for each length of time"
    pass_by(clock.now + 10)
    clock.advance(10)
    for thing, times in zip(things, expected, strict=True):
        assert thing.over == pytest.approx(times)
    assert clock.pending == []
    assert not timers._timers, "a timer that counts for nothing is forgotten"


def test_many_that_wait_equally_long_share_one_alarm() -> None:
    clock = Clock()
    timers = timers_of(clock)
    for _ in range(1000):
        clock.advance(0.001)
        thing = Waiting(clock)
        timers.of(30).start(thing)
        timers.of(30).stop(thing)
    assert clock.made == 1


def test_a_loop_that_wakes_up_a_little_early_is_believed() -> None:
    clock = Clock(early=0.0005)
    timers = timers_of(clock)
    thing = Waiting(clock)
    timers.of(1).start(thing)
    clock.advance(1)
    assert thing.over == [0.9995]
    assert clock.made == 1


def test_a_client_that_rests_leaves_no_alarm_but_for_what_is_under_way() -> None:
    clock = Clock()
    timers = timers_of(clock)
    busy, done = Waiting(clock), Waiting(clock)
    timers.of(1).start(busy)
    timers.of(2).start(done)
    timers.of(2).stop(done)
    timers.rest()
    assert clock.pending == [1]
    timers.of(2).start(done)
    clock.advance(3)
    assert (busy.over, done.over) == ([1], [2])


async def test_a_timer_does_not_keep_the_context_of_whom_it_was_first_started_by() -> None:
    variable: ContextVar[object] = ContextVar("variable")
    timer = Timers(asyncio.get_running_loop()).of(30)

    class Session:
        pass

    async def call() -> weakref.ref[Session]:
        variable.set(session := Session())
        timer.start(thing := Waiting(Clock()))
        timer.stop(thing)
        return weakref.ref(session)

    kept = await asyncio.create_task(call())
    await asyncio.sleep(0.01)  # the loop itself lets go of it a step later
    gc.collect()
    assert kept() is None
    timer.rest()


@pytest.fixture(params=["shared", "aiohttp's own"])
async def whose_timers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Run a test with both: ours, and what is used should aiohttp change."""
    monkeypatch.setattr(connections, "IS_OURS", request.param == "shared")
    with nothing_left():
        yield


def slowly(*pieces: bytes, then: Script | None = None) -> Script:
    """Answer every request piece by piece."""

    async def script(talk: Talk) -> None:
        while await talk.request() is not None:
            for piece in pieces:
                await talk.send(piece)
                await asyncio.sleep(PIECE)
            if then is not None:
                await then(talk)

    return script


ANSWER = answer(rows(1, 2))
BYTES = [ANSWER[start : start + 8] for start in range(0, len(ANSWER), 8)]
assert len(BYTES) * PIECE > PATIENCE * 2


@pytest.mark.usefixtures("whose_timers")
async def test_every_piece_of_the_head_and_of_the_body_gives_new_time(face: type[Any]) -> None:
    with Hostile(slowly(*BYTES)) as server:
        timeouts = Timeouts(read=PATIENCE, total=None)
        async with opened(face, TOKEN, base_url=server.url, retry=ONCE, timeouts=timeouts) as client:
            page = await settle(client.users.list().page(1))
            assert [user.id for user in page.items] == [1, 2]
    assert server.connections == 1


@pytest.mark.usefixtures("whose_timers")
@pytest.mark.parametrize("pieces", [0, 1, len(BYTES) - 2], ids=["before the head", "in the head", "in the body"])
async def test_silence_is_given_up_wherever_it_begins(face: type[Any], pieces: int) -> None:
    with Hostile(slowly(*BYTES[:pieces], then=until_left)) as server:
        timeouts = Timeouts(read=PATIENCE, total=None)
        async with opened(face, TOKEN, base_url=server.url, retry=ONCE, timeouts=timeouts) as client:
            with pytest.raises(RequestTimeout, match=r"nothing was received for 0\.3 s"):
                await settle(client.users.list().page(1))
        assert server.left.wait(5), "the connection was closed"


async def slow_to_begin(talk: Talk) -> None:
    """Answer a create after more time than a client has for silence."""
    while await talk.request() is not None:
        await asyncio.sleep(PATIENCE * 2)
        await talk.send(answer({"data": {"id": 1}}, status="201 Created"))


@pytest.mark.usefixtures("whose_timers")
async def test_an_operation_that_takes_long_is_given_its_time(face: type[Any]) -> None:
    with Hostile(slow_to_begin) as server:
        timeouts = Timeouts(read=PATIENCE, total=None)
        async with opened(face, TOKEN, base_url=server.url, retry=ONCE, timeouts=timeouts) as client:
            parcels: Any = Parcels(client._caller)
            assert (await settle(parcels.create(name="x"))).id == 1
            with pytest.raises(RequestTimeout, match=r"0\.3 s"):
                await settle(parcels.stop(1))
            assert (await settle(parcels.create(name="x"))).id == 1


async def test_the_deadline_of_a_call_bounds_an_operation_that_takes_long(face: type[Any]) -> None:
    with Hostile(until_left) as server:
        timeouts = Timeouts(read=0.1, total=0.3)
        async with opened(face, TOKEN, base_url=server.url, timeouts=timeouts) as client:
            parcels: Any = Parcels(client._caller)
            with pytest.raises(DeadlineExceeded, match=r"0\.3 s: 1 attempt"):
                await settle(parcels.send(to="x"))


@pytest.mark.parametrize(("read", "least", "waited"), [(30.0, 60.0, 60.0), (90.0, 60.0, 90.0), (None, 60.0, None)])
def test_patience_is_the_longer_of_the_two(read: float | None, least: float, waited: float | None) -> None:
    timeouts = Timeouts(connect=1.0, read=read, total=5.0)

    assert timeouts.reading(least) == Timeouts(connect=1.0, read=waited, total=5.0)


@pytest.mark.usefixtures("whose_timers")
async def test_a_view_waits_by_its_own_time_on_the_connection_of_another(face: type[Any]) -> None:
    answered = False

    async def once(talk: Talk) -> None:
        nonlocal answered
        while await talk.request() is not None:
            if answered:
                await until_left(talk)
            answered = True
            await talk.send(ANSWER)

    with Hostile(once) as server:
        async with opened(face, TOKEN, base_url=server.url, retry=ONCE) as client:
            await settle(client.users.list().page(1))
            hasty = client.with_options(timeouts=Timeouts(read=0.1, total=None))
            with pytest.raises(RequestTimeout, match=r"0\.1 s"):
                await settle(hasty.users.list().page(1))
        assert server.connections == 1


async def test_each_of_many_calls_has_its_own_deadline(face: type[Any]) -> None:
    with Hostile(until_left) as server:
        async with opened(face, TOKEN, base_url=server.url, retry=ONCE) as client:
            for seconds in (0.1, 0.2):
                hasty = client.with_options(timeouts=Timeouts(total=seconds))
                with pytest.raises(DeadlineExceeded, match=f"not done within {seconds} s: 1 attempt"):
                    await settle(hasty.me())
                assert await asyncio.to_thread(server.left.wait, 5)
                server.left.clear()


async def test_deadlines_that_end_together_each_end_their_own_call() -> None:
    gone = threading.Semaphore(0)

    async def silent(talk: Talk) -> None:
        await until_left(talk)
        gone.release()

    with Hostile(silent) as server:
        async with AsyncVoipStudio(TOKEN, base_url=server.url, timeouts=Timeouts(total=0.2)) as client:
            calls = [client.me() for _ in range(40)]
            ended = await asyncio.gather(*calls, return_exceptions=True)
        for _ in range(server.connections):
            assert gone.acquire(timeout=5)
    assert [type(error) for error in ended] == [DeadlineExceeded] * 40


async def test_the_connections_wait_by_the_shared_timers() -> None:
    """This guards what `connections` relies on in aiohttp: should it fail, a release of aiohttp has changed that."""
    assert connections.IS_OURS
    with Hostile(slowly(ANSWER)) as server:
        async with AsyncVoipStudio(TOKEN, base_url=server.url) as client:
            await client.users.list().page(1)
            timers, session = client._caller.sender.transport.timers(), client._caller.sender.transport._session
            assert session is not None
            assert isinstance(session.connector, aiohttp.TCPConnector)
            kept = [connection for pool in session.connector._conns.values() for connection, _ in pool]
            assert [type(connection) for connection in kept] == [connections.Connection]
            assert sorted(timers._timers) == [30.0, 120.0]
            assert not any(timer._since for timer in timers._timers.values())
