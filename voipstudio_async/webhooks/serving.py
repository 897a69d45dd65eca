"""A receiver as a server of its own, for trying things out and for programs that serve nothing else."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

from ..listening import Listener
from . import adapters
from .logs import logger
from .receiver import Receiver

_PATIENCE = 1.0
"""Seconds that requests have to end when the server stops."""


@asynccontextmanager
async def serve(
    receiver: Receiver,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    told: Callable[[str, int], Any] | None = None,
) -> AsyncGenerator[str]:
    """Serve a receiver with aiohttp.web, at every path, and give its URL; at the end it drains the receiver.

    The vendor delivers to https URLs: put a proxy with a certificate in front of it.

    :param host: the address to listen on; ``0.0.0.0`` for a proxy on another machine
    :param port: the port; 0 takes one that is free
    :param told: called with the method and the status of each request that was answered
    :raises OSError: the port is in use
    """
    from aiohttp import web  # noqa: PLC0415 - only who serves needs a server

    answer = adapters.aiohttp_handler(receiver)

    async def handle(request: web.Request) -> web.StreamResponse:
        response: web.StreamResponse = await answer(request)
        if told is not None:
            told(request.method, response.status)
        return response

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, access_log=None, logger=logger, shutdown_timeout=_PATIENCE)
    await runner.setup()
    listener: Listener | None = None
    try:
        async with receiver:
            listener = await Listener.begin(runner, host, port)
            shown = f"[{host}]" if ":" in host else host
            yield f"http://{shown}:{listener.port}/"
    finally:
        if listener is not None:
            await listener.end()
        await runner.cleanup()
