"""Walking a million call records, page after page or with pages on their way; and the memory that it takes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator

from .measure import Plan, Result, Sample, compare
from .server import Server
from .walkers import BARE, BARE_AHEAD, WALKS, WalkStrategy

LATENCIES = (0, 20, 100)


def walk_sample(walk: WalkStrategy, url: str, rows: int) -> Sample:
    """Make a sample: the seconds of one walk, in a loop of its own."""

    def sample() -> float:
        began = time.perf_counter()
        count = asyncio.run(walk(url, rows))
        if count != rows:
            raise RuntimeError(f"{count} rows came instead of {rows}")
        return time.perf_counter() - began

    return sample


def results(plan: Plan, server: Server) -> Iterator[Result]:
    """Measure."""
    slow = plan.slow()
    rows = plan.rows
    for latency in LATENCIES:
        url = server.url(latency, rows)
        samples = {name: walk_sample(walk, url, rows) for name, walk in WALKS.items()}
        title = f"Walk {rows:,} call records, {latency} ms away"
        yield compare(f"walk-{latency}", title, samples, slow, unit="s", item="walk", floor=BARE_AHEAD, warm_up=False)
    memory = {name: _memory(name, server.url(0, rows), rows) for name in WALKS}
    title = f"Peak memory, {rows:,} call records"
    yield compare("memory", title, memory, slow, unit="MB", item="walk", floor=BARE, warm_up=False)


def _memory(name: str, url: str, rows: int) -> Sample:
    command = [sys.executable, "-m", "benchmarks.walkers", name, url, str(rows)]
    return lambda: float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
