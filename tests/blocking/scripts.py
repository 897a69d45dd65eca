"""Small programs that are run in a Python of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import voipstudio_async

_ROOT = Path(voipstudio_async.__file__).parent.parent
BEGIN = """
import os, sys, time
from voipstudio_async import *
url = sys.argv[1]
client = VoipStudio("0123456789abcdef0123456789abcdef01234567", base_url=url, retry=RetryPolicy(attempts=1))
"""
late_threads = pytest.mark.skipif(
    (3, 12) <= sys.version_info < (3, 12, 2),
    reason="CPython 3.12.0 and 3.12.1 start no thread after the main one has ended (gh-113964)",
)
HANG = 60
"""Seconds after which a program that should have ended long ago is said to hang."""


def begin(script: str, url: str, *flags: str) -> subprocess.Popen[str]:
    """Start a program that has a client ready; it is given as the lines that follow."""
    paths = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
    return subprocess.Popen(
        [sys.executable, "-X", "faulthandler", *flags, "-c", BEGIN + textwrap.dedent(script), url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in paths if path)},
    )


def finish(program: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for a program to end, and give its exit code, its output and its errors."""
    try:
        out, err = program.communicate(timeout=HANG)
    except subprocess.TimeoutExpired:
        program.kill()
        out, err = program.communicate()
        raise AssertionError(f"it hangs\n{out}\n{err}") from None
    return program.returncode, out.strip(), err.strip()


def run(script: str, url: str, *flags: str) -> tuple[int, str, str]:
    """Run a program to its end."""
    return finish(begin(script, url, *flags))
