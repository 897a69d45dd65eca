"""The programs in `examples/` run as printed, as processes of their own, against the sandbox."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from voipstudio_async import CallType, Disposition, Recording
from voipstudio_async.sandbox import Sandbox

ROOT = Path(__file__).parents[2]
PROGRAMS = ROOT / "examples"
PATIENCE = 60
CALLER = "447700900123"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(users=4, calls=0, seed=7) as started:
        yield started


def surroundings(sandbox: Sandbox) -> dict[str, str]:
    address = {"VOIPSTUDIO_API_TOKEN": sandbox.token, "VOIPSTUDIO_API_URL": sandbox.url}
    return os.environ | address | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}


def run(sandbox: Sandbox, program: str, *arguments: str | Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, str(PROGRAMS / program), *map(str, arguments)],
        env=surroundings(sandbox),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def changed(sandbox: Sandbox) -> list[tuple[str, str, Any]]:
    return [(seen.method, seen.path, seen.body) for seen in sandbox.requests if seen.method != "GET"]


def queue_of(sandbox: Sandbox, *agents: int) -> dict[str, Any]:
    row = sandbox.store.rows("queues")[0] | {"users": list(agents)}
    sandbox.store.replace("queues", row["id"], row)
    return row


# --- click to call -------------------------------------------------------------------------------------------


@contextmanager
def click_to_call(sandbox: Sandbox, queue: int) -> Generator[str]:
    """Serve the endpoint; gives its URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = [sys.executable, str(PROGRAMS / "click_to_call.py"), "--queue", str(queue), "--port", str(port)]
    served = subprocess.Popen(program, env=surroundings(sandbox), stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}/calls"
    finally:
        served.terminate()
        served.wait(PATIENCE)


def wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server did not start")


def post(url: str, body: Any) -> tuple[int, Any]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_click_to_call_goes_on_to_the_next_agent(sandbox: Sandbox) -> None:
    first, second, third, _ = (user["id"] for user in sandbox.store.rows("users"))
    queue = queue_of(sandbox, first, second, third)
    sandbox.telephony.offline |= {first, second}
    with click_to_call(sandbox, queue["id"]) as url:
        status, answer = post(url, {"number": "+44 7700 900123"})
        assert post(url, {"number": "no number"})[0] == post(url, ["x"])[0] == 400
        sandbox.telephony.offline.add(third)
        assert post(url, {"number": CALLER})[0] == 503
        sandbox.faults.next(500, method="POST")
        assert post(url, {"number": CALLER})[0] == 502
    assert status == 201
    assert [row["dst"] for row in sandbox.store.rows("calls") if row["id"] == answer["call"]] == [CALLER]
    tried = [(body["from"], body["to"]) for _, _, body in changed(sandbox)[:3]]
    assert tried == [(str(agent), CALLER) for agent in (first, second, third)]
    assert len(changed(sandbox)) == 3 + 3 + 1


def test_click_to_call_leaves_those_alone_who_are_not_to_be_disturbed(sandbox: Sandbox) -> None:
    first, second, *_ = sandbox.store.rows("users")
    sandbox.store.replace("users", first["id"], first | {"dnd": True})
    sandbox.store.replace("users", second["id"], second | {"dnd": False, "active": True})
    queue = queue_of(sandbox, first["id"], second["id"])
    with click_to_call(sandbox, queue["id"]) as url:
        assert post(url, {"number": CALLER})[0] == 201
    assert [body["from"] for _, _, body in changed(sandbox)] == [str(second["id"])]


# --- the others ----------------------------------------------------------------------------------------------


def test_missed_callers_are_texted_once(sandbox: Sandbox, tmp_path: Path) -> None:
    ann, bo, *_ = (user["id"] for user in sandbox.store.rows("users"))
    now = datetime.now(UTC)
    for _ in range(2):
        sandbox.add_call(ann, src=CALLER, calldate=now)
    taken = sandbox.add_call(ann, src="447700900456", calldate=now)
    answered = {"type": CallType.INBOUND, "disposition": Disposition.CONNECTED}
    sandbox.add_call(bo, src="447700900456", calldate=now, talk=20, leg_of=taken, **answered)
    sandbox.add_call(ann, src="anonymous", calldate=now)
    memory = tmp_path / "texted.txt"

    runs = [run(sandbox, "missed_call_text.py", "--texted", memory, "--message", "Sorry!") for _ in range(2)]

    assert runs == [(0, f"texted {CALLER}\n"), (0, "")]
    assert changed(sandbox) == [("POST", "/sms", {"to": CALLER, "message": "Sorry!"})]


def test_a_text_that_fails_is_told_and_not_sent_again(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.add_call(sandbox.store.rows("users")[0]["id"], src=CALLER, calldate=datetime.now(UTC))
    sandbox.faults.next(500, method="POST", path="/sms")

    (code, told), again = (run(sandbox, "missed_call_text.py", "--texted", tmp_path / "texted") for _ in range(2))

    assert code == 1
    assert f"could not text {CALLER}" in told
    assert again == (0, "")
    assert len(changed(sandbox)) == 1


def test_recordings_are_mirrored_once_and_whole(sandbox: Sandbox, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    sizes = {sandbox.add(Recording, timestamp=now, size=2000 + n).id: 2000 + n for n in range(6)}
    first, *_ = sizes
    sandbox.faults.next(403, path=f"/monitors/{first}.mp3")

    failed = run(sandbox, "mirror_recordings.py", "--folder", tmp_path)
    mended = run(sandbox, "mirror_recordings.py", "--folder", tmp_path)

    assert failed[0] == 1
    assert failed[1].splitlines()[-1] == "5 there, 1 failed"
    assert mended == (0, "6 there, 0 failed\n")
    fetched = [seen.path for seen in sandbox.requests if seen.path.endswith(".mp3") and seen.status == 200]
    assert sorted(fetched) == sorted(f"/monitors/{id}.mp3" for id in sizes)
    found = {int(path.stem.rpartition("_")[2]): path.stat().st_size for path in tmp_path.rglob("*.mp3")}
    assert found == sizes


def test_a_shift_changes_as_the_table_says(sandbox: Sandbox, tmp_path: Path) -> None:
    ann, bo, cy, _ = sandbox.store.rows("users")
    queue = queue_of(sandbox, cy["id"])
    table = tmp_path / "shift.csv"
    joins = "".join(f"{queue['name']},{user['email'].upper()},join\n" for user in (ann, bo))
    table.write_text(f"queue,agent,action\n{joins}{queue['name']},{cy['email']},leave\n", "utf-8")

    runs = [run(sandbox, "shift_change.py", table) for _ in range(2)]

    assert runs == [(0, f"{queue['name']}: 2 join\n{queue['name']}: 1 leave\n")] * 2
    assert sandbox.store.rows("queues")[0] == queue | {"users": [ann["id"], bo["id"]]}


def test_a_table_with_a_slip_changes_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    queue = queue_of(sandbox)
    table = tmp_path / "shift.csv"
    table.write_text(f"queue,agent,action\n{queue['name']},nobody@example.com,join\nNone,x,go\n", "utf-8")

    code, told = run(sandbox, "shift_change.py", table)

    assert code == 2
    assert told.startswith("nothing was changed: no action 'go': join or leave; no queue 'None'; no user 'nobody@")
    assert changed(sandbox) == []


def test_the_programs_are_named_in_the_readme() -> None:
    named = set(re.findall(r"\(examples/(\w+\.py)\)", (ROOT / "README.md").read_text("utf-8")))
    assert {"click_to_call.py", "missed_call_text.py", "mirror_recordings.py", "shift_change.py"} <= named
