"""Recordings of half a megabyte, saved side by side; and the memory that it takes.

``python -m benchmarks.downloads NAME URL COUNT FOLDER`` goes one way, and prints its peak memory.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from .measure import OURS, Plan, Result, Sample, compare
from .server import Server
from .walkers import peak

AT_ONCE = 4
SIZE = 500_000
LATENCY = 20
MOST = 1000
BY_HAND = "aiohttp by hand"

Way = Callable[[str, int, Path], Awaitable[object]]


# What a way needs is imported by it alone, since it counts towards its memory.
async def ours(url: str, count: int, folder: Path) -> None:
    """Save them with the SDK: each checked, complete on the disk, and put in its place."""
    from voipstudio_async import AsyncVoipStudio, Recording  # noqa: PLC0415

    async with AsyncVoipStudio("token", base_url=url) as client:
        wanted = (Recording(id=number, size=SIZE) for number in range(1, count + 1))
        result = await client.recordings.download_all(wanted, folder, concurrency=AT_ONCE)
    if not result.ok:
        raise RuntimeError(f"{result}: {result.failed[0].error}")


async def by_hand(url: str, count: int, folder: Path) -> None:
    """Save them as a program without an SDK does: so many workers, each file written as it comes."""
    import aiohttp  # noqa: PLC0415

    numbers = iter(range(1, count + 1))
    async with aiohttp.ClientSession() as session:

        async def work() -> None:
            for number in numbers:
                with (folder / f"recording-{number}.mp3").open("wb") as file:
                    async with session.get(f"{url}/monitors/{number}.mp3") as response:
                        async for piece in response.content.iter_any():
                            file.write(piece)

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))


WAYS: dict[str, Way] = {OURS: ours, BY_HAND: by_hand}


def time_sample(way: Way, url: str, count: int) -> Sample:
    """Make a sample: the seconds that all files take, in a loop of its own."""

    def sample() -> float:
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            asyncio.run(way(url, count, Path(folder)))
            taken = time.perf_counter() - began
            found = [path.stat().st_size for path in Path(folder).iterdir()]
        if found != [SIZE] * count:
            raise RuntimeError(f"{len(found)} files came, of {sum(found)} bytes")
        return taken

    return sample


def memory_sample(name: str, url: str, count: int) -> Sample:
    """Make a sample: the peak memory of a process that saves them all."""

    def sample() -> float:
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "benchmarks.downloads", name, url, str(count), folder]
            return float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)

    return sample


def results(plan: Plan, server: Server) -> Iterator[Result]:
    """Measure."""
    slow, url = plan.slow(), server.url(LATENCY, SIZE)
    count = min(MOST, plan.rows // 250)
    samples = {name: time_sample(way, url, count) for name, way in WAYS.items()}
    title = f"Save {count:,} recordings of 500 KB, {LATENCY} ms away, {AT_ONCE} at a time"
    yield compare("downloads", title, samples, slow, unit="s", item="run", floor=BY_HAND, warm_up=False)
    memory = {name: memory_sample(name, url, count) for name in WAYS}
    title = f"Peak memory, {count:,} recordings of 500 KB"
    yield compare("downloads-memory", title, memory, slow, unit="MB", item="run", floor=BY_HAND, warm_up=False)


if __name__ == "__main__":
    asyncio.run(WAYS[sys.argv[1]](sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])))
    print(peak())
