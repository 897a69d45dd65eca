"""Runs the command line, in this process or as one of its own."""

from __future__ import annotations

import fcntl
import os
import pty
import socket
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

import attrs
from typer.testing import CliRunner

from voipstudio_async.cli.app import app
from voipstudio_async.sandbox import Sandbox

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 50


@attrs.frozen
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def surroundings(sandbox: Sandbox | None, **more: str) -> dict[str, str]:
    address = {"VOIPSTUDIO_API_TOKEN": sandbox.token, "VOIPSTUDIO_API_URL": sandbox.url} if sandbox else {}
    return {"COLUMNS": "120", **address, **more}


def voipstudio(*arguments: str, at: Sandbox | None = None, stdin: str | None = None, **variables: str) -> Ended:
    """Run a command in this process."""
    result = CliRunner().invoke(app, list(arguments), input=stdin, env=surroundings(at, **variables))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ended(result.exit_code, result.stdout, result.stderr)


@contextmanager
def process(
    *arguments: str,
    at: Sandbox | None = None,
    stdout: int = subprocess.PIPE,
    stderr: int = subprocess.PIPE,
    stdin: int = subprocess.DEVNULL,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> Generator[subprocess.Popen[str]]:
    """Run a command as a process; it is gone at the end."""
    started = subprocess.Popen(
        [sys.executable, "-m", "voipstudio_async", *arguments],
        cwd=ROOT,
        env=os.environ | surroundings(at, **variables),
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        text=True,
        # Without the terminal that the tests run on: a question would be asked there.
        start_new_session=stdin != subprocess.DEVNULL,
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def run(*arguments: str, at: Sandbox | None = None, **variables: str) -> Ended:
    """Run a command as a process to its end."""
    with process(*arguments, at=at, variables=variables) as started:
        return finish(started)


def finish(started: subprocess.Popen[str]) -> Ended:
    out, err = started.communicate(timeout=PATIENCE)
    return Ended(started.returncode, out, err)


@contextmanager
def silent_server() -> Generator[tuple[str, Callable[[], None]]]:
    """Listen without ever answering; yield the base URL, and a function that waits for a request."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ExitStack() as connections:
        listener.settimeout(PATIENCE)

        def wait() -> None:
            connection = connections.enter_context(listener.accept()[0])
            connection.settimeout(PATIENCE)
            assert connection.recv(4096).startswith(b"GET ")

        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1", wait


class Screen:
    """A terminal that a process writes to: all that was shown so far."""

    def __init__(self, width: int) -> None:
        self._ours, self.theirs = pty.openpty()
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
        self._shown = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def shown(self) -> str:
        return self._shown.decode("utf-8", "replace")

    def wait_for(self, text: str) -> None:
        until(lambda: text in self.shown)

    def type(self, text: str) -> None:
        os.write(self._ours, f"{text}\n".encode())

    def end(self) -> None:
        """Read what is left, once nobody writes any more."""
        os.close(self.theirs)
        self._reader.join(PATIENCE)
        os.close(self._ours)

    def _read(self) -> None:
        # The last writer's end is told as an error on Linux, as an empty answer elsewhere.
        with suppress(OSError):
            while piece := os.read(self._ours, 65536):
                self._shown += piece


def until(condition: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
