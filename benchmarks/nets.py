"""The safety nets, as differences: the same call with one of them less or more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import orjson

from voipstudio_async import AsyncVoipStudio, Hooks, Limits, RetryPolicy, Timeouts

from .calls import AIOHTTP, AsyncCall, async_samples
from .measure import OURS, Plan, Result, compare
from .server import Server

RAW = "raw.request: everything but decoding"


async def _calls(stack: AsyncExitStack, url: str) -> dict[str, AsyncCall]:
    async def client(**options: Any) -> AsyncVoipStudio:
        return await stack.enter_async_context(AsyncVoipStudio("token", base_url=url, **options))

    session = await stack.enter_async_context(aiohttp.ClientSession(headers={"X-Auth-Token": "token"}))

    async def bare() -> object:
        async with session.get(f"{url}/users/7") as response:
            return orjson.loads(await response.read())

    whole = await client()
    hooks = Hooks(on_request=_look, on_response=_look)
    others = {
        "one attempt only": await client(retry=RetryPolicy(attempts=1)),
        "no deadline": await client(timeouts=Timeouts(total=None)),
        "one place in the limiter": await client(limits=Limits(concurrency=1)),
        "with hooks": await client(hooks=hooks),
        "strict": await client(strict=True),
    }
    calls: dict[str, AsyncCall] = {OURS: lambda: whole.users.get(7), AIOHTTP: bare}
    calls |= {f"{OURS}, {name}": lambda each=each: each.users.get(7) for name, each in others.items()}
    return calls | {RAW: lambda: whole.raw.request("GET", "/users/7")}


def _look(_: object) -> None:
    pass


def results(plan: Plan, server: Server) -> Iterator[Result]:
    """Measure."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        calls = runner.run(_calls(stack, server.url()))
        samples = async_samples(runner, calls, 1)
        yield compare("nets", "Safety nets, one call at a time", samples, plan, unit="us", item="call", floor=AIOHTTP)
        runner.run(stack.aclose())
