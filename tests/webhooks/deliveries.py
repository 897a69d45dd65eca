"""Deliveries and receivers that several tests of webhooks share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from voipstudio_async.webhooks import CallHangup, Credentials, Event, Receiver
from voipstudio_async.webhooks.testing import request

GOOD = Credentials("voip", "s3cret-of-the-hook")
WRONG = Credentials("voip", "another-secret")


@asynccontextmanager
async def behind_aiohttp(hooks: Receiver, port: int = 0) -> AsyncIterator[str]:
    """Serve a receiver with aiohttp.web, on a free port or this one; gives its URL."""
    app = web.Application()
    app.router.add_route("*", "/hooks", hooks.aiohttp)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hooks"
    finally:
        await runner.cleanup()


def hangup(number: int, **fields: Any) -> Event:
    """Make the event of a call that ended."""
    return CallHangup(id=f"sip1-{number}", call_id=number, **fields)


async def deliver(hooks: Receiver, event: Event, credentials: Credentials | None = GOOD) -> int:
    """Hand an event to a receiver, as an adapter would."""
    sent = request(event, credentials)
    return await hooks.receive(sent.method, sent.headers, sent.body)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is true; the test's own time limit ends a wait that would not."""
    while not condition():  # noqa: ASYNC110 - nothing tells the moment in which a receiver is done
        await asyncio.sleep(0.001)
