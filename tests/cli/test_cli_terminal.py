"""Terminals and pipes, Ctrl-C, and readers that go away: real processes."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli.commands import ROOT, Ended, Screen, finish, process, run, silent_server, surroundings

from voipstudio_async.sandbox import Sandbox

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals and POSIX signals")
ESCAPE = "\x1b["


@contextmanager
def screen(width: int = 80) -> Generator[Screen]:
    shown = Screen(width)
    try:
        yield shown
    finally:
        shown.end()


def shown_on_terminal(*arguments: str, at: Sandbox, width: int = 80, **variables: str) -> str:
    """Run a command whose stdout is a terminal, and return what it shows there."""
    terminal = {"TERM": "xterm-256color", "COLUMNS": ""} | variables
    with screen(width) as stdout, process(*arguments, at=at, stdout=stdout.theirs, variables=terminal) as started:
        assert finish(started).code == 0
    return stdout.shown


def pointing_at(url: str) -> dict[str, str]:
    return {"VOIPSTUDIO_API_URL": url, "VOIPSTUDIO_API_TOKEN": "x"}


def interrupted(started: subprocess.Popen[str]) -> Ended:
    started.send_signal(signal.SIGINT)
    out, err = started.communicate(timeout=20)
    return Ended(started.returncode, out, err)


@pytest.mark.parametrize("arguments", [["report"], ["list", "users"], ["me"], ["get", "users", "1"]])
def test_ctrl_c_ends_a_command_at_once(arguments: list[str], tmp_path: Path) -> None:
    with silent_server() as (url, wait), process(*arguments, variables=pointing_at(url)) as started:
        wait()
        ended = interrupted(started)

    assert ended == Ended(130, "", "interrupted\n")


def test_ctrl_c_leaves_no_file_behind(tmp_path: Path) -> None:
    target = tmp_path / "users.csv"
    arguments = ("list", "users", "--all", "--format", "csv", "--output", str(target))
    with (
        silent_server() as (url, wait),
        process(*arguments, variables=pointing_at(url)) as started,
    ):
        wait()
        assert [path.suffix for path in tmp_path.iterdir()] == [".part"]
        ended = interrupted(started)

    assert ended.code == 130
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_does_not_wait_until_an_account_is_made() -> None:
    with screen() as stderr:
        arguments = ("report", "--sandbox", "--calls", "3000000")
        with process(*arguments, stderr=stderr.theirs, variables={"TERM": "xterm"}) as started:
            stderr.wait_for("3,000,000 call records")
            ended = interrupted(started)

    assert (ended.code, ended.out) == (130, "")
    assert "interrupted" in stderr.shown
    assert "Traceback" not in stderr.shown


def test_progress_is_drawn_on_a_terminal_and_data_stays_clean(sandbox: Sandbox) -> None:
    sandbox.faults.latency(0.15)
    with screen() as stderr:
        arguments = ("report", "--source", "users", "--format", "json", "--concurrency", "1")
        with process(*arguments, at=sandbox, stderr=stderr.theirs, variables={"TERM": "xterm"}) as started:
            stderr.wait_for("/4")
            ended = finish(started)

    assert json.loads(ended.out)["fetch"]["rows"] == 60
    assert ESCAPE not in ended.out


def test_progress_counts_the_calls_of_the_account() -> None:
    variables = {"TERM": "xterm", "COLUMNS": "120"}
    with Sandbox(users=3, calls=12_000, seed=1) as sandbox, screen(120) as stderr:
        sandbox.faults.latency(0.3)
        arguments = ("report", "--format", "json", "--concurrency", "1")
        with process(*arguments, at=sandbox, stderr=stderr.theirs, variables=variables) as started:
            stderr.wait_for("listing users")
            stderr.wait_for("10,000/12,000 call records")
            ended = finish(started)

    assert ended.code == 0
    assert json.loads(ended.out)["fetch"]["source"] == "account"
    assert "0/? users" not in stderr.shown


def test_nothing_is_drawn_where_stderr_is_no_terminal(sandbox: Sandbox) -> None:
    assert run("report", at=sandbox).err == ""


def test_tables_have_colours_on_a_terminal_only(sandbox: Sandbox) -> None:
    assert ESCAPE in shown_on_terminal("report", at=sandbox)
    assert ESCAPE not in run("report", at=sandbox).out


def test_no_color_is_respected(sandbox: Sandbox) -> None:
    shown = shown_on_terminal("report", "--from", "2026-01-01", at=sandbox, NO_COLOR="1", width=120)

    # Bold and dim are no colours; 30 to 49 and 90 to 107 are.
    codes = {
        int(code) for part in shown.split(ESCAPE)[1:] for code in part.partition("m")[0].split(";") if code.isdigit()
    }
    assert codes <= {0, 1, 2, 22}


@pytest.mark.parametrize("width", [80, 120])
def test_a_report_fits_the_terminal(width: int, sandbox: Sandbox) -> None:
    shown = re.sub(r"\x1b\[[0-9;]*m", "", shown_on_terminal("report", at=sandbox, width=width))

    assert "Talk time" in shown
    assert max(len(line.rstrip()) for line in shown.splitlines()) <= width
    assert ("Longest" in shown) == (width == 120)


def test_a_reader_that_leaves_ends_it_quietly() -> None:
    with Sandbox(users=3, calls=3000, seed=1) as sandbox:
        arguments = ("list", "cdrs", "--all", "--format", "csv", "--page-size", "100")
        with process(*arguments, at=sandbox) as started:
            assert started.stdout is not None
            assert started.stdout.readline().startswith("id,")
            started.stdout.close()
            assert started.stderr is not None
            err = started.stderr.read()
            code = started.wait(20)

    assert (code, err) == (141, "")


def test_python_m_is_the_same_command() -> None:
    assert run("--version").out.strip() == __import__("voipstudio_async").__version__
    assert run().code == 2


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_a_missing_extra_is_named(missing: str) -> None:
    code = f"import sys; sys.modules[{missing!r}] = None; from voipstudio_async.cli import main; main()"

    ended = subprocess.run([sys.executable, "-c", code, "me"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert ended.returncode == 2
    assert ended.stderr == (
        f"error: the command line needs {missing}, which is not installed: pip install 'voipstudio-async[cli]'\n"
    )


def test_ascii_terminals_do_not_break_it(sandbox: Sandbox) -> None:
    ended = run("report", at=sandbox, PYTHONIOENCODING="ascii", LC_ALL="C")

    assert ended.code == 0, ended.err
    assert surroundings(sandbox)["VOIPSTUDIO_API_TOKEN"] not in ended.out
