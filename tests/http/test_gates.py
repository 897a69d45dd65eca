"""Gates: one budget for several clients, of one process or of many, and what a process that dies leaves of it."""

from __future__ import annotations

import asyncio
import gc
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from faces import opened, settle
from hostile.servers import Hostile, Talk, answer
from hypothesis import given
from hypothesis import strategies as st

from voipstudio_async import AsyncVoipStudio, ConfigurationError, FileGate, Gate, Limits, RateLimitError, RetryPolicy
from voipstudio_async.http import file_gate
from voipstudio_async.http.gates import Shared
from voipstudio_async.http.limiter import Limiter

fcntl = pytest.importorskip("fcntl", reason="this system has no flock")

OK = answer({"data": [], "total": 0})
BUSY = answer({}, "Retry-After: 100", status="429 Busy")
PROCESS = """
import asyncio, sys
from voipstudio_async import AsyncVoipStudio, FileGate, RetryPolicy, Timeouts
async def main():
    gate = FileGate(sys.argv[2], int(sys.argv[3]))
    timeouts = Timeouts(read=None, total=None)
    async with AsyncVoipStudio("t", base_url=sys.argv[1], gate=gate, timeouts=timeouts) as client:
        await asyncio.gather(*(client.cdrs.count() for _ in range(int(sys.argv[4]))))
asyncio.run(main())
"""


class Counting(Hostile):
    """A server that counts what is under way at once, and answers when it is told to."""

    def __init__(self, gathers: int = 1) -> None:
        super().__init__(self._talk)
        self.inside = self.most = 0
        self.gathers = gathers
        self.full = threading.Event()
        """Set when so many requests have been under way together; until then none is answered."""
        self.answers: list[bytes] = []

    async def _talk(self, talk: Talk) -> None:
        while await talk.request() is not None:
            self.inside += 1
            self.most = max(self.most, self.inside)
            try:
                if self.inside >= self.gathers:
                    self.full.set()
                while not self.full.is_set():  # noqa: ASYNC110 - it may be set by another thread
                    await asyncio.sleep(0.005)
                # Those who are let in too early have the time to come.
                await asyncio.sleep(0.005)
                answer = self.answers.pop() if self.answers else OK
            finally:
                self.inside -= 1
            await talk.send(answer)


def process(server: Hostile, folder: Path, concurrency: int, requests: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROCESS, server.url, str(folder), str(concurrency), str(requests)]
    return subprocess.Popen(command, text=True, stderr=subprocess.PIPE)


@pytest.fixture
def running() -> Iterator[ExitStack]:
    """Where processes are put that must not outlive a test."""
    with ExitStack() as stack:
        yield stack


def started(running: ExitStack, *processes: subprocess.Popen[str]) -> list[subprocess.Popen[str]]:
    for each in processes:
        running.enter_context(each)
        running.callback(each.kill)
    return list(processes)


def until(condition: Any) -> None:
    for _ in range(6000):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("it does not come to that")


def places(folder: Path) -> list[bool]:
    """Tell of each place whether somebody has it, as any other program could."""
    return [is_locked(path) for path in sorted(folder.glob("[0-9]*"))]


def is_locked(path: Path) -> bool:
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_four_processes_have_one_budget(tmp_path: Path, running: ExitStack) -> None:
    with Counting(gathers=3) as server:
        four = started(running, *(process(server, tmp_path / "gate", 3, 25) for _ in range(4)))

        assert [each.communicate()[1] for each in four] == [""] * 4
        assert [each.returncode for each in four] == [0] * 4
        assert (server.most, len(server.asked)) == (3, 100)


def test_without_a_gate_they_have_four(tmp_path: Path, running: ExitStack) -> None:
    with Counting(gathers=8) as server:
        four = started(running, *(process(server, tmp_path / str(number), 2, 5) for number in range(4)))

        assert [each.wait() for each in four] == [0] * 4
        assert server.most == 8


def test_a_process_that_is_killed_gives_its_places_back(tmp_path: Path, running: ExitStack) -> None:
    folder = tmp_path / "gate"
    with Counting(gathers=4) as server:
        (doomed,) = started(running, process(server, folder, 3, 3))
        until(lambda: server.inside == 3)
        (other,) = started(running, process(server, folder, 3, 5))
        assert places(folder) == [True, True, True]

        doomed.send_signal(signal.SIGKILL)
        doomed.wait()
        server.full.set()

        assert (other.wait(), len(server.asked)) == (0, 3 + 5)
    assert places(folder) == [False, False, False]


def test_a_429_stops_every_process_and_nobody_sleeps_in_a_place(tmp_path: Path, running: ExitStack) -> None:
    folder = tmp_path / "gate"
    with Counting() as server:
        server.answers = [BUSY]
        started(running, process(server, folder, 2, 1))
        gate = FileGate(folder, 2)
        until(lambda: gate.pause > 0)
        until(lambda: places(folder) == [False])  # the one that was needed: it is free while its process waits
        started(running, *(process(server, folder, 2, 3) for _ in range(3)))

        asked = len(server.asked)
        with pytest.raises(Heard) as caught:
            asyncio.run(gate.enter(hear))

        assert (asked, len(server.asked)) == (1, 1)
        assert caught.value.args[0] > 0
        assert not gate.enter_at_once()
        assert places(folder) == [False]


class Heard(Exception):
    """The wait that a gate has announced."""


def hear(seconds: float) -> None:
    raise Heard(seconds)


async def test_a_client_of_either_face_keeps_to_its_gate(face: type[Any], tmp_path: Path) -> None:
    with Counting() as server:
        server.answers = [BUSY]
        gate = FileGate(tmp_path / "gate", 1)
        async with opened(face, "t", base_url=server.url, gate=gate, retry=RetryPolicy(attempts=1)) as client:
            with pytest.raises(RateLimitError):
                await settle(client.cdrs.count())

        assert gate.pause > 0
        assert gate._taken == []
        assert places(tmp_path / "gate") == [False]


async def test_who_waits_for_the_gate_is_stopped_by_the_own_limiter(tmp_path: Path) -> None:
    other, gate = FileGate(tmp_path / "gate", 1), FileGate(tmp_path / "gate", 1)
    own = Limiter(Limits())
    shared = Shared(own, gate)
    assert other.enter_at_once()
    assert not shared.enter_at_once()
    waiting = asyncio.create_task(shared.enter(hear))
    await asyncio.sleep(0)

    own.slow_down(100)
    other.leave()

    with pytest.raises(Heard):
        await waiting
    assert (own._inside, places(tmp_path / "gate")) == (0, [False])


async def test_who_gives_up_leaves_no_place_taken(tmp_path: Path) -> None:
    gate = FileGate(tmp_path / "gate", 1)
    own = Limiter(Limits(concurrency=2))
    shared = Shared(own, gate)
    await shared.enter()
    assert (own._inside, shared.width) == (1, 2)
    waiting = asyncio.create_task(shared.enter())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    shared.leave()

    assert (own._inside, gate._taken) == (0, [])
    assert shared.enter_at_once()


async def test_the_places_are_for_all_clients_that_have_the_gate(tmp_path: Path) -> None:
    gate = FileGate(tmp_path / "gate", 2)
    with Counting(gathers=2) as server:
        async with AsyncExitStack() as stack:
            made = [AsyncVoipStudio("t", base_url=server.url, gate=gate) for _ in range(3)]
            clients = [await stack.enter_async_context(each) for each in made]
            await asyncio.gather(*(client.cdrs.count() for client in clients for _ in range(6)))
        assert (server.most, len(server.asked)) == (2, 18)


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(file_gate, "time", found)
    return found


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 400)), min_size=1, max_size=80))
def test_a_rate_is_that_of_all_gates_together(steps: list[tuple[int, int]]) -> None:
    clock = Clock()
    times: list[float] = []
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(file_gate, "time", clock)
        gates = [FileGate(folder, 50, per_second=10) for _ in range(4)]
        for which, milliseconds in steps:
            clock.now += milliseconds / 1000
            if gates[which].enter_at_once():
                times.append(clock.now)
                gates[which].leave()

    assert times
    assert all(later - earlier > 0.1 - 1e-6 for earlier, later in pairwise(times))


def test_what_was_written_before_the_machine_was_started_anew_does_not_count(clock: Clock, tmp_path: Path) -> None:
    clock.now = 9e6
    gate = FileGate(tmp_path, 1, per_second=1)
    gate.slow_down(5000)
    assert gate.pause == 120
    clock.now = 5.0

    assert gate.pause == 0
    assert gate.enter_at_once()


def test_a_longer_pause_stands_against_a_shorter_one(clock: Clock, tmp_path: Path) -> None:
    gate, other = FileGate(tmp_path), FileGate(tmp_path)
    gate.slow_down(30)
    other.slow_down(1)
    assert other.pause == 30
    clock.now += 31
    assert (gate.pause, other.enter_at_once()) == (0, True)


async def test_who_waits_for_a_turn_gets_it(tmp_path: Path) -> None:
    gate = FileGate(tmp_path, 3, per_second=200)
    for _ in range(5):
        await gate.enter()
        gate.leave()
    gate.slow_down(0.01)
    told: list[float] = []
    await gate.enter(told.append)
    assert told


def test_a_child_process_has_none_of_the_places_of_its_parent(tmp_path: Path) -> None:
    # A process of its own is forked, and not this one.
    code = f"""
import os, sys
from voipstudio_async import FileGate
gate = FileGate({str(tmp_path)!r}, 1)
assert gate.enter_at_once()
child = os.fork()
if child == 0:
    gate.leave()
    os._exit(gate.enter_at_once())
assert os.waitpid(child, 0)[1] == 0
gate.leave()
assert gate.enter_at_once()
"""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", code]
    assert subprocess.run(command, check=False).returncode == 0


def test_a_gate_can_be_sent_to_other_processes(tmp_path: Path) -> None:
    gate = FileGate(tmp_path, 1, 5)
    again = pickle.loads(pickle.dumps(gate))

    assert gate.enter_at_once()
    assert not again.enter_at_once()
    assert repr(again) == f"FileGate({str(tmp_path)!r}, 1, 5)"
    assert isinstance(again, Gate)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("no/such/gate",), "there is no folder"),
        ((5,), "FileGate.folder is the path of a folder, got int"),
        ((".", 0), "FileGate.concurrency must be 1 or more, got 0"),
        ((".", 1, 0), "FileGate.per_second must be a number above 0"),
        ((__file__,), "exists"),
    ],
)
def test_a_gate_that_cannot_work_is_refused(arguments: Any, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        FileGate(*arguments)


def test_an_open_gate_keeps_no_file_when_it_is_gone(tmp_path: Path) -> None:
    gate = FileGate(tmp_path, 1)
    assert gate.enter_at_once()
    del gate
    gc.collect()
    assert places(tmp_path) == [False]
