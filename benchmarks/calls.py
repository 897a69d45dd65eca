"""One small call (``users.get``), so many at a time: every contender against the same server, on its own usual way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack
from http.client import HTTPConnection
from threading import local
from typing import Any

import aiohttp
import httpx
import orjson
import requests
import uvloop

from voipstudio_async import AsyncVoipStudio, Limits, VoipStudio

from . import models
from .generated import Generated
from .measure import OURS, Plan, Result, Sample, compare
from .server import Server

AIOHTTP = "aiohttp + orjson"
HTTPX = "httpx + pydantic"
REQUESTS = "requests + dict"
HTTP_CLIENT = "http.client + orjson"
GENERATED = "generated client"
AT_A_TIME = (1, 16, 64)
WIDE = Limits(concurrency=64)

AsyncCall = Callable[[], Awaitable[object]]
Call = Callable[[], object]


async def async_calls(stack: AsyncExitStack, url: str, generated: Generated) -> dict[str, AsyncCall]:
    """Make the call of every asynchronous contender, its client open for as long as the stack."""
    ours = await stack.enter_async_context(AsyncVoipStudio("token", base_url=url, limits=WIDE))
    session = await stack.enter_async_context(aiohttp.ClientSession(headers={"X-Auth-Token": "token"}))
    client = await stack.enter_async_context(httpx.AsyncClient(headers={"X-Auth-Token": "token"}))
    target, decode = f"{url}/users/7", models.model("user", single=True)

    async def bare() -> object:
        async with session.get(target) as response:
            return orjson.loads(await response.read())

    async def with_httpx() -> object:
        return decode((await client.get(target)).content)

    calls: dict[str, AsyncCall] = {OURS: lambda: ours.users.get(7), AIOHTTP: bare, HTTPX: with_httpx}
    if generated.present:
        module, theirs = _generated(generated, url)
        await stack.enter_async_context(theirs)
        calls[GENERATED] = lambda: module.asyncio(7, client=theirs)
    return calls


def blocking_calls(stack: ExitStack, url: str, generated: Generated) -> dict[str, Call]:
    """Make the call of every blocking contender."""
    ours = stack.enter_context(VoipStudio("token", base_url=url, limits=WIDE))
    session = stack.enter_context(requests.Session())
    session.headers["X-Auth-Token"] = "token"
    session.mount("http://", requests.adapters.HTTPAdapter(pool_connections=64, pool_maxsize=64))
    client = stack.enter_context(httpx.Client(headers={"X-Auth-Token": "token"}))
    target, decode = f"{url}/users/7", models.model("user", single=True)
    calls: dict[str, Call] = {
        OURS: lambda: ours.users.get(7),
        REQUESTS: lambda: session.get(target).json(),
        HTTPX: lambda: decode(client.get(target).content),
        HTTP_CLIENT: _by_hand(target),
    }
    if generated.present:
        module, theirs = _generated(generated, url)
        stack.enter_context(theirs)
        calls[GENERATED] = lambda: module.sync(7, client=theirs)
    return calls


def _generated(generated: Generated, url: str) -> tuple[Any, Any]:
    client = generated.module("client").AuthenticatedClient(
        url, token="token", prefix="", auth_header_name="X-Auth-Token"
    )
    return generated.module("api.users.users_get"), client


def _by_hand(target: str) -> Call:
    own, parts = local(), httpx.URL(target)

    def call() -> object:
        if not hasattr(own, "connection"):
            own.connection = HTTPConnection(parts.host, parts.port)
        own.connection.request("GET", parts.path, headers={"X-Auth-Token": "token"})
        return orjson.loads(own.connection.getresponse().read())

    return call


async def _many(call: AsyncCall, workers: int, times: int) -> float:
    async def work() -> None:
        for _ in range(times):
            await call()

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(workers)))
    return (time.perf_counter() - began) / (workers * times)


def async_samples(runner: asyncio.Runner, calls: dict[str, AsyncCall], workers: int) -> dict[str, Sample]:
    """Make samples of so many tasks that call again and again."""
    times = max(3, 60 // workers)
    return {name: lambda call=call: runner.run(_many(call, workers, times)) for name, call in calls.items()}


def _blocking_samples(pool: ThreadPoolExecutor, calls: dict[str, Call], workers: int) -> dict[str, Sample]:
    times = max(3, 60 // workers)

    def sample(call: Call) -> float:
        def work(_: int) -> None:
            for _ in range(times):
                call()

        began = time.perf_counter()
        list(pool.map(work, range(workers)))
        return (time.perf_counter() - began) / (workers * times)

    return {name: lambda call=call: sample(call) for name, call in calls.items()}


def results(plan: Plan, server: Server, generated: Generated) -> Iterator[Result]:
    """Measure."""
    yield from _async_results(plan, server, generated, "", None)
    yield from _async_results(plan, server, generated, "-uvloop", uvloop.new_event_loop)
    for workers in AT_A_TIME:
        # A stack of its own: a client that has served 64 threads is not the one that serves a single one.
        with ExitStack() as stack, ThreadPoolExecutor(workers) as pool:
            samples = _blocking_samples(pool, blocking_calls(stack, server.url(), generated), workers)
            title = f"Blocking call, {workers} thread{'s' * (workers > 1)}"
            yield compare(f"blocking-{workers}", title, samples, plan, unit="us", item="call", floor=HTTP_CLIENT)


def _async_results(
    plan: Plan, server: Server, generated: Generated, suffix: str, loop: Callable[[], asyncio.AbstractEventLoop] | None
) -> Iterator[Result]:
    with asyncio.Runner(loop_factory=loop) as runner:
        stack = AsyncExitStack()
        calls = runner.run(async_calls(stack, server.url(), generated))
        for workers in AT_A_TIME:
            title = f"Async call{' on uvloop' * bool(suffix)}, {workers} at a time"
            samples = async_samples(runner, calls, workers)
            yield compare(f"async-{workers}{suffix}", title, samples, plan, unit="us", item="call", floor=AIOHTTP)
        runner.run(stack.aclose())
