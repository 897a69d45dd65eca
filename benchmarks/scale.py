"""Many accounts, each with many call records, into Parquet: `python -m benchmarks.scale [ACCOUNTS] [ROWS] [PROCESSES]`.

A sandbox in a process of its own has the records, once: every account is a name for it. The processes that read share
one `FileGate`. What is printed is what the page "At scale" reckons with.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import attrs

from voipstudio_async import Accounts, FileGate, TokenAuth, VoipStudio
from voipstudio_async.exports import export

TOKEN = "token-of-the-sandbox"
AT_ONCE = 8


@attrs.frozen
class Share:
    """What one process did."""

    rows: int
    requests: int
    written: int
    """Bytes of Parquet."""
    cpu: float
    memory: int
    """The most at once, in KB."""


def read(names: list[str], url: str, folder: str, gate: FileGate) -> Share:
    """Export the records of some accounts, one account after another."""
    rows = requests = written = 0
    with Accounts(dict.fromkeys(names, TokenAuth(TOKEN)), base_url=url, gate=gate) as accounts:
        for name in names:
            pages = accounts.open(name).cdrs.list(strategy="keyset")
            done = export(pages, Path(folder) / f"{name}.parquet", require_complete=True)
            rows, requests = rows + done.rows, requests + done.report.requests
            written += done.path.stat().st_size
    used = resource.getrusage(resource.RUSAGE_SELF)
    return Share(rows, requests, written, used.ru_utime + used.ru_stime, used.ru_maxrss)


@contextmanager
def sandbox(rows: int) -> Iterator[str]:
    """Start a sandbox with so many records, and give its URL."""
    command = [sys.executable, "-m", "voipstudio_async", "sandbox", "--port", "0", "--calls", str(rows)]
    with subprocess.Popen([*command, "--token", TOKEN], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None, "it is a pipe"
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None, "the first line of the command is the address"
        yield found[0]
        process.terminate()


def _json_size(url: str) -> float:
    """Return the bytes that a record has in the sandbox's answers."""
    with VoipStudio(TOKEN, base_url=url) as client:
        body = client.raw.request("GET", "/cdrs", params={"limit": "1000"}).body
        return len(body) / len(client.cdrs.list(page_size=1000).page(1))


def main(accounts: str = "100", rows: str = "100000", processes: str = "2") -> None:
    """Run, and print what it took."""
    names = [f"account-{number}" for number in range(int(accounts))]
    shares = [names[number :: int(processes)] for number in range(int(processes))]
    with sandbox(int(rows)) as url, tempfile.TemporaryDirectory() as folder:
        gate = FileGate(Path(folder) / "gate", concurrency=AT_ONCE)
        json_size = _json_size(url)
        began = time.perf_counter()
        with ProcessPoolExecutor(int(processes), mp_context=get_context("spawn")) as pool:
            done = list(pool.map(read, shares, *zip(*[(url, folder, gate)] * len(shares), strict=True)))
        seconds = time.perf_counter() - began
    total = sum(share.rows for share in done)
    assert total == int(accounts) * int(rows), f"{total:,} rows came"
    cpu = sum(share.cpu for share in done)
    print(f"{total:,} rows of {accounts} accounts in {seconds:.0f} s, {total / seconds:,.0f} a second")
    print(f"{sum(share.requests for share in done):,} requests")
    print(f"{json_size:.0f} bytes of JSON a row")
    print(f"{sum(share.written for share in done) / total:.1f} bytes of Parquet a row")
    print(f"{cpu / total * 1e6:.1f} us of processor time a row")
    print(f"{max(share.memory for share in done) / 1024:.0f} MB at most in a process")


if __name__ == "__main__":
    main(*sys.argv[1:])
