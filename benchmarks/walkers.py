"""The ways to walk a listing. ``python -m benchmarks.walkers NAME URL ROWS`` goes one, and prints its peak memory."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

PAGE = 5000
AHEAD = 8
OURS = "voipstudio_async"
PREFETCH = f"{OURS}, prefetch={AHEAD}"
BARE = "bare aiohttp, bytes only"
BARE_AHEAD = f"{BARE}, {AHEAD} in flight"
CATTRS = "aiohttp + cattrs tuned"

WalkStrategy = Callable[[str, int], Awaitable[int]]
"""Walks the call records at a base URL, so many; gives how many came."""

# What a way needs is imported by it alone, since it counts towards its memory.


async def ours(url: str, rows: int, prefetch: int = 0) -> int:
    """Walk with the SDK, row by row."""
    from voipstudio_async import AsyncVoipStudio  # noqa: PLC0415

    count = 0
    async with AsyncVoipStudio("token", base_url=url) as client:
        async for _ in client.cdrs.list(page_size=min(PAGE, rows), prefetch=prefetch):
            count += 1
    return count


async def ours_ahead(url: str, rows: int) -> int:
    """Walk with the SDK, the next pages on their way."""
    return await ours(url, rows, AHEAD)


def _address(url: str, number: int) -> str:
    return f"{url}/cdrs?page={number}&limit={PAGE}"


async def bare(url: str, rows: int, workers: int = 1) -> int:
    """Transfer the same bytes and look at nothing."""
    import aiohttp  # noqa: PLC0415

    numbers = iter(range(1, rows // PAGE + 1))
    async with aiohttp.ClientSession() as session:

        async def work() -> int:
            size = 0
            for number in numbers:
                async with session.get(_address(url, number)) as response:
                    size += len(await response.read())
            return size

        sizes = await asyncio.gather(*(work() for _ in range(workers)))
    return rows if sum(sizes) else 0


async def bare_ahead(url: str, rows: int) -> int:
    """Transfer the same bytes, as many pages on their way."""
    return await bare(url, rows, AHEAD)


async def with_cattrs(url: str, rows: int) -> int:
    """Do what a careful program without an SDK does: one page after another, through cattrs."""
    import aiohttp  # noqa: PLC0415

    from . import models  # noqa: PLC0415

    decode, count = models.cattrs_fast("cdr"), 0
    async with aiohttp.ClientSession() as session:
        for number in range(1, rows // PAGE + 1):
            async with session.get(_address(url, number)) as response:
                for _ in decode(await response.read()):
                    count += 1
    return count


WALKS: dict[str, WalkStrategy] = {
    OURS: ours,
    PREFETCH: ours_ahead,
    BARE: bare,
    BARE_AHEAD: bare_ahead,
    CATTRS: with_cattrs,
}


def peak() -> int:
    """Tell the most memory that this process has taken so far, in bytes.

    Not by `resource.getrusage` where there is another way: on Linux it begins with what the parent process had.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    import resource  # noqa: PLC0415

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    asyncio.run(WALKS[sys.argv[1]](sys.argv[2], int(sys.argv[3])))
    print(peak())
