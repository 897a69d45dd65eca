"""How much memory a large export takes: ``python benchmarks/export_memory.py [calls] [format] [prefetch]``.

The sandbox runs in another process: what is told is the largest resident size of the one that exports.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import cast

from voipstudio_async import VoipStudio
from voipstudio_async.reports import Format, export

SANDBOX = """
import sys
from voipstudio_async.sandbox import Sandbox

with Sandbox(users=50, calls=int(sys.argv[1])) as sandbox:
    print(sandbox.url, sandbox.token, flush=True)
    sys.stdin.read()
"""


def measure(url: str, token: str, form: Format, prefetch: int) -> None:
    """Export everything, and print how it went."""
    with tempfile.TemporaryDirectory() as folder, VoipStudio(token, base_url=url) as client:
        began = time.perf_counter()
        done = export(client.cdrs.list(page_size=5000, prefetch=prefetch), Path(folder) / f"calls.{form}")
        seconds = time.perf_counter() - began
        size = done.path.stat().st_size / 2**20
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rate = done.rows / seconds
    print(f"{form}: {done.rows:,} rows, {size:.0f} MB file, {seconds:.1f} s, {rate:,.0f} rows/s, {peak:.0f} MB at most")


def main(calls: str = "1000000", form: str = "parquet", prefetch: str = "2") -> None:
    """Start the sandbox beside this process, and export from it."""
    command = [sys.executable, "-c", SANDBOX, calls]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as sandbox:
        assert sandbox.stdout is not None
        url, token = sandbox.stdout.readline().split()
        measure(url, token, cast("Format", form), int(prefetch))


if __name__ == "__main__":
    main(*sys.argv[1:])
