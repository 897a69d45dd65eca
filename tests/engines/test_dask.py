"""A plan as a data frame of Dask: exact money, the types that were promised, and workers that are lost."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from hostile.servers import Asked, Hostile, Talk, answer

import voipstudio_async.dask
from voipstudio_async import ConfigurationError, FileGate, Gate, Slice, VoipStudio
from voipstudio_async.dask import SemaphoreGate, read_cdrs
from voipstudio_async.sandbox import Sandbox

pytest.importorskip("dask.dataframe", reason="dask is not installed: nox -s engines")
distributed = pytest.importorskip("distributed", reason="distributed is not installed: nox -s engines")
pa = pytest.importorskip("pyarrow")
pd = pytest.importorskip("pandas")

START, DAYS = date(2026, 3, 1), 24
PRICE = Decimal("0.100000000001")


class Days(Hostile):
    """A server with one call a day, which counts the requests that are under way together.

    It answers when `full`: so many have been at once as it was told to wait for.
    """

    def __init__(self, gathers: int) -> None:
        super().__init__(self._talk)
        self.inside = self.most = 0
        self.gathers = gathers
        self.full = threading.Event()

    async def _talk(self, talk: Talk) -> None:
        while (asked := await talk.request()) is not None:
            self.inside += 1
            self.most = max(self.most, self.inside)
            try:
                if self.inside >= self.gathers:
                    self.full.set()
                while not self.full.is_set():  # noqa: ASYNC110 - it may be set by another thread
                    await asyncio.sleep(0.005)
                await asyncio.sleep(0.005)
            finally:
                self.inside -= 1
            await talk.send(answer(self.day_of(asked)))

    def day_of(self, asked: Asked) -> dict[str, Any]:
        filters = json.loads(parse_qs(urlsplit(asked.target).query)["filter"][0])
        low = next(each["value"] for each in filters if each["operator"] == "gte")
        day = datetime.fromisoformat(low)
        return {"data": [{"id": day.toordinal(), "calldate": f"{day}", "charge": str(PRICE)}], "total": 1}


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Say where the API is, to this process and to those that it starts."""

    def at(url: str, token: str = "t", account: str = "acme") -> None:
        monkeypatch.setenv("VOIPSTUDIO_API_URL", url)
        monkeypatch.setenv(f"VOIPSTUDIO_API_TOKEN_{account.upper()}", token)

    return at


def plan(days: int = DAYS, step: int = 1, account: str = "acme", **options: Any) -> tuple[Slice, ...]:
    with VoipStudio("t", **options) as client:
        return client.cdrs.plan(START, START + timedelta(days=days), slice=timedelta(days=step), account=account)


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch, at: Any) -> Iterator[Any]:
    """Start workers that are processes of their own; what a lost one had is soon given to others."""
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__LOCKS__LEASE_TIMEOUT", "2s")
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__LOCKS__LEASE_VALIDATION_INTERVAL", "200ms")
    dask = pytest.importorskip("dask")
    dask.config.refresh()

    def start() -> Any:
        # Any free port: tests run side by side.
        here = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
        return distributed.LocalCluster(n_workers=2, threads_per_worker=4, **here)

    yield start
    monkeypatch.undo()
    dask.config.refresh()


def test_money_adds_up_to_the_last_digit(sandbox: Sandbox, at: Any) -> None:
    at(sandbox.url, sandbox.token)
    calls = read_cdrs(plan(200, 20), gate=None)
    rows = sandbox.store.rows("cdrs")
    low, high = str(START), str(START + timedelta(days=200))
    wanted = {row["id"]: Decimal(str(row["charge"])) for row in rows if low <= row["calldate"] < high}

    total = calls.charge.sum().compute(scheduler="threads")
    frame = calls.compute(scheduler="sync")

    assert (total, type(total)) == (sum(wanted.values()), Decimal)
    assert dict(zip(frame.id, frame.charge, strict=True)) == wanted
    assert set(frame.account) == {"acme"}
    assert calls.npartitions == 10


def test_the_types_are_known_before_anything_is_read(sandbox: Sandbox, at: Any) -> None:
    at(sandbox.url, sandbox.token)
    london = ZoneInfo("Europe/London")
    calls = read_cdrs(plan(200, 100, tz=london), gate=None)
    promised = dict(calls.dtypes)
    assert len(sandbox.requests) == 0

    assert promised == dict(calls.compute(scheduler="sync").dtypes)
    assert promised["charge"] == pd.ArrowDtype(pa.decimal128(38, 12))
    assert promised["calldate"] == pd.ArrowDtype(pa.timestamp("us", tz="Europe/London"))
    assert list(read_cdrs(plan(), gate=None, columns=["id", "charge"]).columns) == ["account", "id", "charge"]


def test_groups_add_up_exactly(sandbox: Sandbox, at: Any) -> None:
    at(sandbox.url, sandbox.token)
    calls = read_cdrs(plan(200, 40), gate=None)

    found = calls.groupby("user_id").charge.sum().compute(scheduler="sync")

    frame = calls.compute(scheduler="sync")
    wanted: dict[int, Decimal] = {}
    for user, charge in zip(frame.user_id, frame.charge, strict=True):
        wanted[user] = wanted.get(user, Decimal(0)) + charge
    assert found.to_dict() == wanted


def test_a_process_that_has_not_seen_the_plan_adds_up_the_same(sandbox: Sandbox, at: Any, tmp_path: Path) -> None:
    at(sandbox.url, sandbox.token)
    calls = read_cdrs(plan(200, 40), gate=None)
    sent = tmp_path / "calls"
    sent.write_bytes(distributed.protocol.pickle.dumps(calls))
    code = """
import pickle, sys
calls = pickle.load(open(sys.argv[1], "rb"))
print(calls.charge.sum().compute(scheduler="sync"))
"""
    done = subprocess.run([sys.executable, "-c", code, str(sent)], capture_output=True, text=True, check=True)

    assert Decimal(done.stdout) == calls.charge.sum().compute(scheduler="sync")


def test_the_graph_holds_no_token(sandbox: Sandbox, at: Any) -> None:
    at(sandbox.url, "s3cr3t-token")
    pickled = distributed.protocol.pickle.dumps(read_cdrs(plan(), gate=3))

    assert b"s3cr3t" not in pickled


def test_a_worker_that_is_killed_half_way_changes_nothing(cluster: Any, at: Any) -> None:
    with Days(gathers=3) as server:
        at(server.url)
        with cluster() as workers, distributed.Client(workers) as client:
            doomed = next(iter(client.run(os.getpid).values()))
            server.gathers = 99
            future = client.compute(read_cdrs(plan(), gate=6))
            # Some are answered, then others are under way, on the one worker and on the other.
            until(lambda: server.inside >= 6)
            os.kill(doomed, signal.SIGKILL)
            server.full.set()
            frame = future.result()

    assert sorted(frame.id) == [START.toordinal() + day for day in range(DAYS)]
    assert frame.charge.sum() == DAYS * PRICE
    assert len(server.asked) > DAYS


def test_the_cluster_has_one_gate(cluster: Any, at: Any) -> None:
    with Days(gathers=3) as server:
        at(server.url)
        with cluster() as workers, distributed.Client(workers) as client:
            total = client.compute(read_cdrs(plan(), gate=3).charge.sum()).result()
            semaphores = client.run(lambda: [len(gates) for gates in voipstudio_async.dask._gates.values()])

    assert total == DAYS * PRICE
    assert (server.most, len(server.asked)) == (3, DAYS)
    assert set(map(tuple, semaphores.values())) == {(1,)}


def until(condition: Any) -> None:
    pause = threading.Event()
    for _ in range(6000):
        if condition():
            return
        pause.wait(0.01)
    pytest.fail("it does not come to that")


async def test_who_gives_up_leaves_no_lease(cluster: Any) -> None:
    def work() -> None:
        with cluster() as workers, distributed.Client(workers):
            semaphore = distributed.Semaphore(1, "leases")
            gate = SemaphoreGate(semaphore)
            asyncio.run(give_up(gate))
            until(lambda: semaphore.get_value() == 0)

    async def give_up(gate: Gate) -> None:
        await gate.enter()
        waiting = asyncio.create_task(gate.enter())
        await asyncio.sleep(0.05)
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        gate.leave()

    await asyncio.to_thread(work)


def test_a_gate_of_files_does_without_a_cluster(tmp_path: Path, at: Any) -> None:
    with Days(gathers=2) as server:
        at(server.url)
        calls = read_cdrs(plan(), gate=FileGate(tmp_path, 2))
        total = calls.charge.sum().compute(scheduler="threads", num_workers=6)

    assert total == DAYS * PRICE
    assert (server.most, len(server.asked)) == (2, DAYS)


def test_a_number_needs_a_cluster(sandbox: Sandbox, at: Any) -> None:
    at(sandbox.url, sandbox.token)
    with pytest.raises(ConfigurationError, match="gate=3 needs a cluster of distributed"):
        read_cdrs(plan(), gate=3).compute(scheduler="sync")


def test_the_example(sandbox: Sandbox, at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    at(sandbox.url, sandbox.token)
    monkeypatch.setenv("VOIPSTUDIO_API_TOKEN", sandbox.token)
    example = Path(__file__).parents[2] / "examples" / "charges_with_dask.py"
    done = subprocess.run([sys.executable, str(example)], capture_output=True, text=True, check=True)

    heading, *lines, _ = done.stdout.splitlines()
    assert heading.split() == ["user_id"]
    assert {int(user): Decimal(charge) for user, charge in map(str.split, lines)} == dict(dearest(sandbox, 10))


def dearest(sandbox: Sandbox, most: int) -> list[tuple[int, Decimal]]:
    found: dict[int, Decimal] = {}
    for row in sandbox.store.rows("cdrs"):
        if "2026-01-01" <= row["calldate"] < "2026-07-01":
            found[row["user_id"]] = found.get(row["user_id"], Decimal(0)) + Decimal(str(row["charge"]))
    return sorted(found.items(), key=lambda item: item[1], reverse=True)[:most]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], r"takes what client.cdrs.plan\(...\) gives"),
        (["cdrs"], "got 'cdrs'"),
        ([None], "got None"),
        ([Slice("sms", "2026-03-01 00:00:00", "2026-03-02 00:00:00")], "got Slice"),
        ([*plan(1), *plan(1, tz=ZoneInfo("Europe/London"))], "one zone: .* not UTC and Europe/London"),
    ],
)
def test_plans_of_others_are_refused(given: Any, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        read_cdrs(given)


@pytest.mark.parametrize("gate", [0, True, "3", 2.5])
def test_odd_gates_are_refused(gate: Any) -> None:
    with pytest.raises(ConfigurationError, match="gate is a number of requests from 1 on"):
        read_cdrs(plan(), gate=gate)
