"""What is written is whole, or the exit code tells: full disks and readers that go away, buffered or not."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli.commands import PATIENCE, ROOT, finish, process, surroundings

from voipstudio_async.cli.streams import Descriptor, ReaderGone, guarded
from voipstudio_async.sandbox import Sandbox

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
unbuffered = pytest.mark.parametrize("flags", [[], ["-u"]], ids=["buffered", "unbuffered"])

REPORT = ("report", "--format", "json")
LISTING = ("list", "cdrs", "--all")


def in_shell(script: str, flags: list[str], arguments: tuple[str, ...], at: Sandbox) -> tuple[int, str]:
    """Run a command as ``"$@"`` of a shell script; gives the exit code and what stderr showed."""
    ended = subprocess.run(
        ["sh", "-c", script, "sh", sys.executable, *flags, "-m", "voipstudio_async", *arguments],
        cwd=ROOT,
        env=os.environ | surroundings(at),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    return ended.returncode, ended.stderr


@unbuffered
@pytest.mark.parametrize("arguments", [REPORT, LISTING])
def test_a_file_that_may_grow_no_more_is_an_error(
    flags: list[str], arguments: tuple[str, ...], sandbox: Sandbox, tmp_path: Path
) -> None:
    out = tmp_path / "out"

    # The files of coverage would be cut short as well, and the bytecode of modules, which breaks every later import.
    others = "unset COVERAGE_PROCESS_CONFIG; export PYTHONDONTWRITEBYTECODE=1"
    code, err = in_shell(f'{others}; ulimit -f 2; exec "$@" > {out}', flags, arguments, sandbox)

    assert code == 1
    assert 0 < out.stat().st_size <= 2048
    assert [line for line in err.splitlines() if "error" in line] == ["error: standard output: File too large"]


@unbuffered
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("arguments", [("me",), ("report",), ("--help",), ("--version",)])
def test_a_full_disk_is_an_error(flags: list[str], arguments: tuple[str, ...], sandbox: Sandbox) -> None:
    ended = in_shell('exec "$@" > /dev/full', flags, arguments, sandbox)

    assert ended == (1, "error: standard output: No space left on device\n")


@unbuffered
@pytest.mark.parametrize("arguments", [REPORT, ("me",), ("--help",)])
def test_a_closed_output_is_an_error(flags: list[str], arguments: tuple[str, ...], sandbox: Sandbox) -> None:
    ended = in_shell('exec "$@" >&-', flags, arguments, sandbox)

    assert ended == (1, "error: standard output: Bad file descriptor\n")


@unbuffered
@pytest.mark.parametrize("arguments", [REPORT, ("report",), ("me",), ("--help",), ("list", "--help"), ("--version",)])
def test_a_reader_that_has_gone_is_told_by_the_exit_code(
    flags: list[str], arguments: tuple[str, ...], sandbox: Sandbox
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    variables = {"PYTHONUNBUFFERED": "1" if flags else ""}
    try:
        with process(*arguments, at=sandbox, stdout=writing, variables=variables) as started:
            ended = finish(started)
    finally:
        os.close(writing)

    assert (ended.code, ended.err) == (141, "")


@pytest.mark.parametrize("arguments", [("list", "nothing"), ("list", "--nothing")])
def test_nobody_reads_the_errors_either(arguments: tuple[str, ...], sandbox: Sandbox) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        with process(*arguments, at=sandbox, stdout=writing, stderr=writing) as started:
            assert started.wait(PATIENCE) == 141
    finally:
        os.close(writing)


def test_all_comes_through_a_pipe_that_takes_little_at_once(sandbox: Sandbox) -> None:
    with process(*REPORT, at=sandbox, variables={"PYTHONUNBUFFERED": "1"}) as started:
        ended = finish(started)

    assert ended.code == 0
    assert json.loads(ended.out)["fetch"]["rows"] == 60


def test_a_failure_is_told_once_and_what_follows_is_swallowed() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb", buffering=0) as pipe, Descriptor(pipe.fileno(), "the pipe") as guard:
        with pytest.raises(ReaderGone):
            guard.write(b"lost")
        assert guard.write(b"more") == 4


def test_what_is_no_file_of_the_system_is_left_as_it_is() -> None:
    text, wrapped = io.StringIO(), io.TextIOWrapper(io.BytesIO())

    assert guarded(text, "text") is text
    assert guarded(wrapped, "wrapped") is wrapped
    assert wrapped.errors == "backslashreplace"
