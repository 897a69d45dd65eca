"""Deliveries of webhooks: answers of a receiver beside those of bare aiohttp.web, and beside a handler that is slow."""

from __future__ import annotations

import asyncio
import itertools
import logging
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

from aiohttp import web

from voipstudio_async.webhooks import CallHangup, Credentials, Receiver
from voipstudio_async.webhooks.testing import request

from .measure import OURS, Plan, Result, Sample, compare

BARE = "aiohttp.web"
SLOW = 5.0
"""Seconds of the slow handler."""
_CREDENTIALS = Credentials("voip", "s3cret")
_AT_ONCE = 8
_numbers = itertools.count()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def results(plan: Plan) -> Iterator[Result]:
    """Measure."""
    # What the slow handler has in its hands at the end is given back, of which the receiver warns.
    logging.getLogger("voipstudio_async.webhooks").setLevel(logging.ERROR)
    times = 20 if plan.most == 1 else 400
    with asyncio.Runner() as runner:
        contenders = {
            OURS: _sample(runner, times, slow=0.0, of=statistics.fmean),
            BARE: _sample(runner, times, slow=None, of=statistics.fmean),
        }
        yield compare("webhooks", "Answer deliveries, 8 at a time", contenders, plan, unit="us", item="delivery")
        beside = {OURS: _sample(runner, times, slow=SLOW, of=_p99)}
        title = "99th percentile of the answers beside a handler that takes 5 s"
        yield compare("webhooks-p99", title, beside, plan, unit="ms", item="delivery")


def _p99(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=100)[98]


def _sample(runner: asyncio.Runner, times: int, *, slow: float | None, of: Callable[[list[float]], float]) -> Sample:
    return lambda: of(runner.run(_deliveries(times, slow)))


async def _deliveries(times: int, slow: float | None) -> list[float]:
    """Deliver events over kept connections; return the seconds of each answer."""
    async with _served(slow) as port:
        taken = await asyncio.gather(*(_connection(port, times // _AT_ONCE) for _ in range(_AT_ONCE)))
    return [seconds for each in taken for seconds in each]


@asynccontextmanager
async def _served(slow: float | None) -> AsyncIterator[int]:
    hooks = Receiver(credentials=_CREDENTIALS, drain=0.001)

    @hooks.on(CallHangup)
    async def work(_: CallHangup) -> None:
        await asyncio.sleep(slow or 0)

    app = web.Application()
    app.router.add_route("*", "/hooks", _bare if slow is None else hooks.aiohttp)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
        await hooks.close()


async def _bare(request: web.Request) -> web.Response:
    await request.json()
    return web.Response()


async def _connection(port: int, times: int) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    taken = []
    for _ in range(times):
        writer.write(_delivery())
        began = time.perf_counter()
        head = await reader.readuntil(b"\r\n\r\n")
        taken.append(time.perf_counter() - began)
        assert head.startswith(b"HTTP/1.1 200"), head
        await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0))
    writer.close()
    return taken


def _delivery() -> bytes:
    number = next(_numbers)
    sent = request(CallHangup(id=f"e{number}", call_id=number, duration=65, src="442071838000"), _CREDENTIALS)
    headers = {**sent.headers, "Host": "localhost", "Content-Length": str(len(sent.body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST /hooks HTTP/1.1\r\n{head}\r\n".encode() + sent.body
