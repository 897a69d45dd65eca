"""Programs that were not written here, and are run on what was: found where `nox -s contract` puts them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

# Without what would let them report home, or look for newer versions of themselves.
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}


def search_path() -> str:
    """Return where programs are looked for: beside this Python first, whether its environment is activated or not."""
    return os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))


def program(name: str) -> str:
    """Find a program, or skip the test."""
    found = shutil.which(name, path=search_path())
    if found is None:
        pytest.skip(f"{name} is not installed: `nox -s contract` brings it, those of Node where npm is at hand")
    return found


def run(*command: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """Run a program that must end well, and return what it printed."""
    # What it runs in its turn is found as it was itself: the generator formats with the ruff that stands beside it.
    around = os.environ | QUIET | {"PATH": search_path()} | dict(env or {})
    done = subprocess.run(command, cwd=cwd, env=around, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
