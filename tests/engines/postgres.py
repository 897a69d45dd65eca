"""A PostgreSQL server of the system's own binaries, in a temporary folder, on a free port of this machine."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hostile.servers import closed_port

_DEBIAN = Path("/usr/lib/postgresql")


def binaries() -> Path | None:
    """Return the folder that PostgreSQL's server is in; Debian keeps it off the path."""
    found = shutil.which("initdb")
    installed = (path.parent for path in _DEBIAN.glob("*/bin/initdb"))
    return Path(found).resolve().parent if found else max(installed, default=None)


@contextmanager
def postgres() -> Iterator[str]:
    """Give the URL of an empty database, or skip the test where there is no server to start."""
    bin, user = binaries(), _user()
    if bin is None or (os.geteuid() == 0 and user is None):
        pytest.skip("PostgreSQL is not installed here: apt-get install postgresql")
    # Not below the folder of the test, which only its owner may enter.
    folder = Path(tempfile.mkdtemp(prefix="voipstudio-postgres-"))
    if user is not None:
        shutil.chown(folder, user)
    port = closed_port()
    try:
        data = folder / "data"
        options = ("--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync")
        subprocess.run([bin / "initdb", "-D", data, *options], check=True, capture_output=True, user=user, cwd="/")
        command = [str(bin / "postgres"), "-D", str(data), "-h", "127.0.0.1", "-p", str(port), "-k", "", "-F"]
        with subprocess.Popen(command, user=user, cwd="/", stderr=subprocess.DEVNULL) as server:
            try:
                _wait(bin, port, server)
                yield f"postgresql://postgres:any@127.0.0.1:{port}/postgres"
            finally:
                server.terminate()
                server.wait()
    finally:
        shutil.rmtree(folder)


def _user() -> str | None:
    """Return who the server runs as: it refuses to be root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return None


def _wait(bin: Path, port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        ready = subprocess.run(
            [bin / "pg_isready", "-h", "127.0.0.1", "-p", str(port)], check=False, capture_output=True
        )
        if ready.returncode == 0:
            return
        assert server.poll() is None, "the server did not start"
        time.sleep(0.05)
    pytest.fail("the server does not take connections")
