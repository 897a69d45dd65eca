"""What ``--output`` and ``--html`` may name: files, links, devices, pipes."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from cli.commands import PATIENCE, ROOT, run, surroundings

from voipstudio_async.sandbox import Sandbox

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="devices, pipes and shells of POSIX")

COMMANDS = [
    ("me", "--format", "json"),
    ("list", "cdrs", "--format", "json"),
    ("raw", "GET", "/users"),
    ("report", "--format", "json"),
]


def in_bash(script: str, at: Sandbox) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", script, "bash", sys.executable, "-m", "voipstudio_async"],
        cwd=ROOT,
        env=os.environ | surroundings(at),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_a_device_is_written_to(command: tuple[str, ...], sandbox: Sandbox) -> None:
    ended = run(*command, "--output", os.devnull, at=sandbox)
    assert (ended.code, ended.out) == (0, "")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)  # noqa: PTH116 - a device has no better name


@pytest.mark.parametrize("target", ["/dev/stdout", "/dev/fd/1"])
@pytest.mark.parametrize("command", COMMANDS)
def test_standard_output_is_written_to_by_its_name(command: tuple[str, ...], target: str, sandbox: Sandbox) -> None:
    assert json.loads(run(*command, "--output", target, at=sandbox).out)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_pipe_is_written_to_and_its_reader_sees_the_end(
    command: tuple[str, ...], sandbox: Sandbox, tmp_path: Path
) -> None:
    pipe, read = tmp_path / "pipe", list[str]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text("utf-8")))
    reader.start()
    ended = run(*command, "--output", str(pipe), at=sandbox)
    reader.join(PATIENCE)
    assert (ended.code, stat.S_ISFIFO(pipe.stat().st_mode)) == (0, True)
    assert json.loads(read[0])


def test_the_process_of_a_shell_is_written_to(sandbox: Sandbox, tmp_path: Path) -> None:
    done = in_bash(f'"$@" list users --format json --output >(cat > {tmp_path}/seen); wait $!', sandbox)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads((tmp_path / "seen").read_text("utf-8"))


def test_a_reader_of_a_file_that_has_gone_is_told_by_the_exit_code(sandbox: Sandbox) -> None:
    done = in_bash('"$@" list cdrs --all --format json --output >(exec <&-; sleep 1)', sandbox)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_device_is_an_error_that_names_it(command: tuple[str, ...], sandbox: Sandbox) -> None:
    ended = run(*command, "--output", "/dev/full", at=sandbox)
    assert (ended.code, ended.err) == (1, "error: /dev/full: No space left on device\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_link_is_followed_and_the_permissions_stay(
    command: tuple[str, ...], sandbox: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("old")
    (tmp_path / "file").chmod(0o600)
    (tmp_path / "link").symlink_to(tmp_path / "file")
    ended = run(*command, "--output", str(tmp_path / "link"), at=sandbox)
    assert (ended.code, (tmp_path / "link").is_symlink()) == (0, True)
    assert json.loads((tmp_path / "file").read_text("utf-8"))
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600


def test_the_page_of_a_report_is_written_in_the_same_way(sandbox: Sandbox, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    name = "n" * 245 + ".html"
    (tmp_path / "link").symlink_to(tmp_path / name)
    ended = run("report", "--html", str(tmp_path / "link"), "--output", "/dev/null", at=sandbox)
    assert ended.code == 0, ended.err
    assert (tmp_path / name).read_text("utf-8").startswith("<!DOCTYPE html>")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link", name]
