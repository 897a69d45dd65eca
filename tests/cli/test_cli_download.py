"""``recordings download`` and its like: files in a folder, begun again without loss."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest
from cli.commands import Screen, finish, process, until, voipstudio

from voipstudio_async.sandbox import Sandbox


def sizes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in folder.iterdir()}


def recordings(sandbox: Sandbox) -> dict[str, int]:
    return {f"recording-{row['id']}.mp3": row["size"] for row in sandbox.store.rows("monitors")}


def test_recordings_are_saved_once(sandbox: Sandbox, tmp_path: Path) -> None:
    ended = voipstudio("recordings", "download", "--folder", str(tmp_path), at=sandbox)
    again = voipstudio("recordings", "download", "--folder", str(tmp_path), at=sandbox)

    assert (ended.code, ended.out) == (0, "")
    assert ended.err == f"15 recordings in {tmp_path}, 15 of them new\n"
    assert again.err == f"15 recordings in {tmp_path}, 0 of them new\n"
    assert sizes(tmp_path) == recordings(sandbox)


@pytest.mark.parametrize(("name", "ending"), [("voicemails", ".mp3"), ("faxes", ".pdf")])
def test_other_files_are_saved_likewise(name: str, ending: str, sandbox: Sandbox, tmp_path: Path) -> None:
    ended = voipstudio(name, "download", "--folder", str(tmp_path), at=sandbox)

    assert ended.code == 0
    assert {path.suffix for path in tmp_path.iterdir()} == {ending}


def test_an_invoice_that_is_not_completed_is_no_failure(sandbox: Sandbox, tmp_path: Path) -> None:
    ended = voipstudio("invoices", "download", "--folder", str(tmp_path), at=sandbox)

    pending = sum(row["result"] == "PENDING" for row in sandbox.store.rows("transactions"))
    assert ended.code == 0
    assert ended.err.endswith(f", {pending} not completed yet\n")
    assert len(sizes(tmp_path)) == 9 - pending


def test_a_range_of_dates_and_names_can_be_told(sandbox: Sandbox, tmp_path: Path) -> None:
    rows = sandbox.store.rows("monitors")
    day = sorted(row["timestamp"] for row in rows)[7][:10]
    options = ("--to", day, "--name", "{timestamp:%Y-%m-%d} {id}", "--concurrency", "2")

    ended = voipstudio("recordings", "download", "--folder", str(tmp_path), *options, at=sandbox)

    wanted = {f"{row['timestamp'][:10]} {row['id']}.mp3" for row in rows if row["timestamp"][:10] <= day}
    assert ended.code == 0
    assert set(sizes(tmp_path)) == wanted


def test_a_file_that_fails_is_named_and_the_others_come(sandbox: Sandbox, tmp_path: Path) -> None:
    id = sandbox.store.rows("monitors")[3]["id"]
    sandbox.on("GET", f"/monitors/{id}.mp3", {"message": "not now"})

    ended = voipstudio("recordings", "download", "--folder", str(tmp_path), at=sandbox)

    assert ended.code == 1
    assert f"recording {id}: " in ended.err
    assert ended.err.endswith(f"14 recordings in {tmp_path}, 14 of them new, 1 failed\n")
    assert len(sizes(tmp_path)) == 14


def test_a_wrong_token_is_one_line(sandbox: Sandbox, tmp_path: Path) -> None:
    ended = voipstudio("faxes", "download", "--folder", str(tmp_path), at=sandbox, VOIPSTUDIO_API_TOKEN="wrong")

    assert ended.code == 1
    assert ended.err.startswith("error: 401 ")
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--folder", "/nowhere"], "--folder: there is no folder /nowhere"),
        (["--folder", ".", "--name", "{nobody}"], "asks for 'nobody'"),
        (["--folder", ".", "--concurrency", "0"], "--concurrency must be"),
        (["--folder", ".", "--from", "2026-02-01", "--to", "2026-01-01"], "is before --from"),
        ([], "--folder"),
    ],
)
def test_wrong_usage_is_refused_before_any_request(options: list[str], message: str, sandbox: Sandbox) -> None:
    ended = voipstudio("recordings", "download", *options, at=sandbox)

    assert ended.code == 2
    assert message in ended.err
    assert sandbox.requests == []


@pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals and POSIX signals")
def test_interrupted_it_shows_how_far_it_was_and_goes_on_later(sandbox: Sandbox, tmp_path: Path) -> None:
    arguments = ("recordings", "download", "--folder", str(tmp_path), "--concurrency", "1")
    sandbox.faults.latency(0.3)
    stderr = Screen(80)
    with process(*arguments, at=sandbox, stderr=stderr.theirs, variables={"TERM": "xterm"}) as started:
        stderr.wait_for("/15 recordings")
        until(lambda: len(list(tmp_path.glob("*.mp3"))) > 1)
        started.send_signal(signal.SIGINT)
        ended = finish(started)
    stderr.end()
    expected = recordings(sandbox)
    assert (ended.code, ended.out) == (130, "")
    assert 1 < len(sizes(tmp_path)) < 15
    assert sizes(tmp_path).items() <= expected.items()
    sandbox.faults.clear()
    assert voipstudio(*arguments, at=sandbox).code == 0
    assert sizes(tmp_path) == expected
