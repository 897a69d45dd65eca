"""SIGTERM and SIGHUP: nothing is left behind, and the exit code tells."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.commands import Ended, finish, process, silent_server

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

COMMANDS = [
    (("list", "cdrs", "--format", "csv", "--output"), "calls.csv"),
    (("report", "--output"), "report.txt"),
    (("me", "--output"), "me.txt"),
]


@pytest.fixture(autouse=True)
def _nothing_ignored() -> Iterator[None]:
    """Undo what `nohup` and a shell's ``&`` leave to all that they start: these signals are ignored there."""
    before = {each: signal.signal(each, signal.SIG_DFL) for each in (signal.SIGHUP, signal.SIGTERM)}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


def at(url: str) -> dict[str, str]:
    return {"VOIPSTUDIO_API_URL": url, "VOIPSTUDIO_API_TOKEN": "x"}


@pytest.mark.parametrize(("command", "name"), COMMANDS)
@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_leaves_nothing_behind(
    command: tuple[str, ...], name: str, by: signal.Signals, tmp_path: Path
) -> None:
    target = tmp_path / name
    target.write_text("old")
    with silent_server() as (url, wait), process(*command, str(target), variables=at(url)) as started:
        wait()
        started.send_signal(by)
        ended = finish(started)
    assert ended == Ended(128 + by, "", "interrupted\n")
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [(name, "old")]


def test_two_signals_are_one(tmp_path: Path) -> None:
    command = ("list", "cdrs", "--output", str(tmp_path / "a"))
    with silent_server() as (url, wait), process(*command, variables=at(url)) as started:
        wait()
        started.send_signal(signal.SIGTERM)
        started.send_signal(signal.SIGHUP)
        ended = finish(started)
    assert ended.code in (143, 129)
    assert list(tmp_path.iterdir()) == []


def test_the_second_signal_does_not_kill_a_program_that_is_ending() -> None:
    code = """
import os, signal
from voipstudio_async.cli import signals
signals.install()
class Last:
    def __del__(self, kill=os.kill, pid=os.getpid()):
        kill(pid, 1)  # as late as it can be: the modules are being taken down
signal.last = Last()
try:
    os.kill(os.getpid(), signal.SIGTERM)
except KeyboardInterrupt:
    raise SystemExit(signals.code(1))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (143, "")


def test_what_was_started_to_survive_its_terminal_does(tmp_path: Path) -> None:
    code = "import signal\nfrom voipstudio_async.cli import signals\nsignals.install()\nprint(signal.getsignal(1))"
    done = subprocess.run(
        ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"HOME": str(tmp_path)},
    )
    assert done.stdout == f"{signal.SIG_IGN!s}\n"
