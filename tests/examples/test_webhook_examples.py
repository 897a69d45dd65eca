"""The programs in `examples/` that receive webhooks, as processes of their own, with what the sandbox delivers."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from webhooks.deliveries import GOOD

from voipstudio_async import ConfigurationError
from voipstudio_async.sandbox import Sandbox
from voipstudio_async.webhooks import CallMissed

ROOT = Path(__file__).parents[2]
PROGRAMS = ROOT / "examples"
PATIENCE = 40
CALLER = "447700900123"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(users=3, calls=0, seed=7) as started:
        yield started


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def running(sandbox: Sandbox, folder: Path, *command: str | Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run a receiver until the block ends, with its port as the last argument; yield the process and the port."""
    port = free_port()
    variables = {
        "VOIPSTUDIO_API_TOKEN": sandbox.token,
        "VOIPSTUDIO_API_URL": sandbox.url,
        "VOIPSTUDIO_WEBHOOK_CREDENTIALS": f"{GOOD.user}:{GOOD.password.reveal()}",
        "PYTHONPATH": str(ROOT),
    }
    started = subprocess.Popen(
        [sys.executable, *map(str, command), "--port", str(port)],
        cwd=folder,
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield started, port
    finally:
        started.kill()
        started.communicate()


def register(sandbox: Sandbox, port: int, path: str = "hooks") -> None:
    """Register the receiver, once it is there."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            sandbox.webhooks.to(f"http://127.0.0.1:{port}/{path}", GOOD)
        except ConfigurationError:
            assert time.monotonic() < deadline, "the receiver did not start"
            time.sleep(0.1)
        else:
            return


def ended(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in err
    return out


def miss(sandbox: Sandbox, times: int = 1) -> None:
    for _ in range(times):
        sandbox.telephony.ring(sandbox.user_id, CALLER)
    sandbox.clock.advance(60)
    sandbox.webhooks.settled()


def test_a_missed_call_alerts_once(sandbox: Sandbox, tmp_path: Path) -> None:
    with running(sandbox, tmp_path, PROGRAMS / "missed_call_alert.py") as (process, port):
        register(sandbox, port)
        miss(sandbox)
        missed = next(each.event for each in sandbox.webhooks.log if each.event["event_name"] == "call.missed")
        sandbox.webhooks.deliver(missed, missed, {**missed, "id": "another", "final": False})
        sandbox.webhooks.deliver(CallMissed(id="x", final=True), wrong_password=True)
        lines = ended(process).splitlines()
    assert len(lines) == 1
    assert f"{CALLER} called " in lines[0]


async def test_a_missed_call_is_told_to_the_chat(tmp_path: Path) -> None:
    told: list[str] = []

    async def chat(request: web.Request) -> web.Response:
        told.append((await request.json())["text"])
        return web.Response()

    app = web.Application()
    app.router.add_post("/", chat)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    with (
        Sandbox(users=1, calls=0) as sandbox,
        running(sandbox, tmp_path, PROGRAMS / "missed_call_alert.py", "--chat", address) as (process, port),
    ):
        await asyncio.to_thread(register, sandbox, port)
        await asyncio.to_thread(miss, sandbox)
        assert await asyncio.to_thread(ended, process) == ""
    await runner.cleanup()
    assert len(told) == 1


def test_a_page_is_told_who_calls(sandbox: Sandbox, tmp_path: Path) -> None:
    pytest.importorskip("fastapi", reason="FastAPI has no wheels for this Python")
    pytest.importorskip("uvicorn", reason="uvicorn has no wheels for this Python")
    command = ("-m", "uvicorn", "--app-dir", PROGRAMS, "screen_pop:app")
    with running(sandbox, tmp_path, *command) as (_, port):
        register(sandbox, port, "hooks/")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/pops/{sandbox.user_id}", timeout=PATIENCE) as page:
            assert page.readline() == b": listening\n"
            page.readline()
            sandbox.telephony.ring(sandbox.user_id, CALLER)
            line = page.readline().decode()
    assert json.loads(line.removeprefix("data: "))["number"] == CALLER


def test_the_log_has_every_call_also_of_the_time_in_which_it_was_down(sandbox: Sandbox, tmp_path: Path) -> None:
    command = (PROGRAMS / "call_log.py", "--database", "calls.db")
    with running(sandbox, tmp_path, *command) as (process, port):
        register(sandbox, port)
        assert process.stdout is not None
        # Before that line it would still look for calls, and find those that are just coming in.
        assert process.stdout.readline() == "0 calls were caught up with\n"
        miss(sandbox, 2)
        assert ended(process) == "ended\n"
    sandbox.webhooks.off()
    miss(sandbox)
    sandbox.add_call(sandbox.user_id, talk=30, calldate=datetime.now(UTC), src=CALLER)
    with running(sandbox, tmp_path, *command) as (process, port):
        register(sandbox, port)
        assert process.stdout is not None
        assert process.stdout.readline() == "2 calls were caught up with\n"
        ended(process)
    with closing(sqlite3.connect(tmp_path / "calls.db")) as db:
        rows = db.execute("SELECT call, event, json_extract(all_of_it, '$.final'), source FROM log").fetchall()
    calls = {cdr["root_live_id"] or cdr["live_id"] or cdr["call_id"] for cdr in sandbox.store.rows("cdrs")}
    assert {call for call, *_ in rows} == calls
    assert len(set(rows)) == len(rows)
    assert sorted(source for *_, source in rows) == ["delivered"] * 8 + ["reconciled"] * 2
