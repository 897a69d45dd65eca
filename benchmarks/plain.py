"""The program that knows nothing: a plain loop over a listing, against the same tuned by hand, and against no SDK."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import aiohttp
import attrs

from voipstudio_async import AsyncVoipStudio, Hooks, RequestEvent, VoipStudio

from . import models
from .measure import OURS, Plan, Result, Sample, compare
from .server import Server
from .walkers import AHEAD, PAGE
from .walking import walk_sample

PLAIN = OURS
PLAIN_BLOCKING = f"{OURS}, blocking"
TUNED = f"{OURS}, page_size={PAGE}, prefetch={AHEAD}"
TUNED_BLOCKING = f"{TUNED}, blocking"
BY_HAND = f"aiohttp + msgspec Struct, {AHEAD} in flight"
ONE_REQUEST = "one request of aiohttp"
LATENCIES = (20, 100)
_MOST = 100_000


async def _plain(url: str, _: int, hooks: Hooks | None = None) -> int:
    count = 0
    async with AsyncVoipStudio("token", base_url=url, hooks=hooks or Hooks()) as client:
        async for _row in client.cdrs.list():
            count += 1
    return count


async def _tuned(url: str, rows: int, hooks: Hooks | None = None) -> int:
    count = 0
    async with AsyncVoipStudio("token", base_url=url, hooks=hooks or Hooks()) as client:
        async for _row in client.cdrs.list(page_size=min(PAGE, rows), prefetch=AHEAD):
            count += 1
    return count


def _blocking(url: str, rows: int, *, tuned: bool) -> float:
    began = time.perf_counter()
    with VoipStudio("token", base_url=url) as client:
        pages = client.cdrs.list(page_size=min(PAGE, rows), prefetch=AHEAD) if tuned else client.cdrs.list()
        count = sum(1 for _ in pages)
    if count != rows:
        raise RuntimeError(f"{count} rows came instead of {rows}")
    return time.perf_counter() - began


async def _by_hand(url: str, rows: int) -> int:
    decode, size = models.struct("cdr"), min(PAGE, rows)
    numbers = iter(range(1, rows // size + 1))
    counts: list[int] = []
    async with aiohttp.ClientSession() as session:

        async def work() -> None:
            for number in numbers:
                async with session.get(f"{url}/cdrs?page={number}&limit={size}") as response:
                    counts.append(sum(1 for _ in decode(await response.read()).data))

        await asyncio.gather(*(work() for _ in range(AHEAD)))
    return sum(counts)


def walks(url: str, rows: int) -> dict[str, Sample]:
    """Return the contenders for a walk through so many rows."""
    return {
        PLAIN: walk_sample(_plain, url, rows),
        TUNED: walk_sample(_tuned, url, rows),
        PLAIN_BLOCKING: lambda: _blocking(url, rows, tuned=False),
        TUNED_BLOCKING: lambda: _blocking(url, rows, tuned=True),
        BY_HAND: walk_sample(_by_hand, url, rows),
    }


def results(plan: Plan, server: Server) -> Iterator[Result]:
    """Measure."""
    rows = min(plan.rows, _MOST)
    several = attrs.evolve(plan, seconds=plan.seconds * 4, least=min(5, plan.least))
    for latency in LATENCIES:
        url = server.url(latency, rows)
        title = f"A plain loop over {rows:,} call records, {latency} ms away"
        yield compare(f"plain-{latency}", title, walks(url, rows), several, unit="s", item="walk", floor=BY_HAND)
        first = {PLAIN: _first_row(url), ONE_REQUEST: _one_request(url)}
        title = f"The first row of a listing, {latency} ms away"
        yield compare(f"first-{latency}", title, first, plan, unit="ms", item="row", floor=ONE_REQUEST)
    url = server.url(0, rows)
    asked = {PLAIN: _requests(_plain, url, rows), TUNED: _requests(_tuned, url, rows)}
    title = f"Requests for {rows:,} call records"
    yield compare("requests", title, asked, plan.slow(), unit="requests", item="walk", warm_up=False)


def _first_row(url: str) -> Sample:
    async def first() -> float:
        async with AsyncVoipStudio("token", base_url=url) as client:
            await client.cdrs.list().first()
            began = time.perf_counter()
            rows = aiter(client.cdrs.list())
            await anext(rows)
            taken = time.perf_counter() - began
            await rows.aclose()
        return taken

    return lambda: asyncio.run(first())


def _one_request(url: str) -> Sample:
    async def one() -> float:
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{url}/cdrs?page=1&limit=1") as response:
                await response.read()
            began = time.perf_counter()
            async with session.get(f"{url}/cdrs?page=1&limit=100") as response:
                await response.read()
            return time.perf_counter() - began

    return lambda: asyncio.run(one())


def _requests(walk: Callable[[str, int, Hooks], Coroutine[Any, Any, int]], url: str, rows: int) -> Sample:
    def sample() -> float:
        asked: list[RequestEvent] = []
        asyncio.run(walk(url, rows, Hooks(on_request=asked.append)))
        return float(len(asked))

    return sample
