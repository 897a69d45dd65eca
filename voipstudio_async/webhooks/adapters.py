"""`Receiver` as a handler of aiohttp.web, as an ASGI application, and as a WSGI application."""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Callable, Coroutine, Iterable
from http import HTTPStatus
from typing import Any, Protocol


class Receives(Protocol):
    """What an adapter needs of a receiver."""

    max_body: int

    async def receive(self, method: str, headers: Any, body: bytes) -> int: ...

    async def close(self) -> None: ...

    async def __aenter__(self) -> Any: ...


PATIENCE = 30.0
"""Seconds that a WSGI server's thread waits for an answer."""
_DIGITS = 19
"""A length of more digits is longer than anything."""


def aiohttp_handler(receiver: Receives) -> Callable[[Any], Coroutine[Any, Any, Any]]:
    """Return a handler for ``app.router.add_route("*", "/hooks", ...)``."""
    from aiohttp import web  # noqa: PLC0415 - only who has an application of aiohttp needs its server

    async def handle(request: Any) -> Any:
        try:
            body = await _at_most(request.content, receiver.max_body + 1)
        except (web.RequestPayloadError, OSError):
            # It is not packed as its headers say, or was cut off.
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        return web.Response(status=await receiver.receive(request.method, request.headers.items(), body))

    return handle


async def _at_most(stream: Any, size: int) -> bytes:
    body = b""
    while len(body) < size and (chunk := await stream.read(size - len(body))):
        body += chunk
    return body


def asgi_application(receiver: Receives) -> Callable[..., Coroutine[Any, Any, None]]:
    """Return an ASGI application, to be mounted in FastAPI, Starlette, Django or on its own."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return await _lifespan(receiver, receive, send)
        if scope["type"] != "http":
            return None
        body, more = b"", True
        while more and len(body) <= receiver.max_body:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body, more = body + message.get("body", b""), message.get("more_body", False)
        status = await receiver.receive(scope["method"], scope["headers"], body)
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
        return None

    return application


async def _lifespan(receiver: Receives, receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await receiver.__aenter__()
            await send({"type": "lifespan.startup.complete"})
        else:
            await receiver.close()
            await send({"type": "lifespan.shutdown.complete"})
            return


def wsgi_application(receiver: Receives) -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    """Return a WSGI application for Flask, Django and others. Handlers run on an event loop in a thread of its own."""
    loop = _LoopThread(receiver.close)

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        shown = environ.get("HTTP_AUTHORIZATION")
        headers = [] if shown is None else [("authorization", shown)]
        body = _wsgi_body(environ, receiver.max_body + 1)
        if isinstance(body, HTTPStatus):
            status = body
        else:
            status = HTTPStatus(loop.run(receiver.receive(environ["REQUEST_METHOD"], headers, body)))
        start_response(f"{status.value} {status.phrase}", [("Content-Length", "0")])
        return [b""]

    return application


def _wsgi_body(environ: dict[str, Any], most: int) -> bytes | HTTPStatus:
    """Read the body; one whose end cannot be known must not be taken for the empty one of a probe."""
    length = environ.get("CONTENT_LENGTH") or ""
    if environ.get("wsgi.input_terminated"):
        return bytes(environ["wsgi.input"].read(most))
    if not length:
        return HTTPStatus.LENGTH_REQUIRED if environ.get("HTTP_TRANSFER_ENCODING") else b""
    if not (length.isascii() and length.isdigit()):
        return HTTPStatus.BAD_REQUEST
    wanted = min(int(length), most) if len(length) < _DIGITS else most
    body = bytes(environ["wsgi.input"].read(wanted)) if wanted else b""
    return body if len(body) == wanted else HTTPStatus.BAD_REQUEST


class _LoopThread:
    """An event loop in a daemon thread, started when it is first needed; what it still does is ended with the program.

    After a fork, which takes no threads along, it is started anew.
    """

    def __init__(self, close: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._close = close
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process = 0
        self._lock = threading.Lock()

    def run(self, work: Coroutine[Any, Any, int]) -> int:
        """Return the status that some work leads to: 503 when that takes too long."""
        with self._lock:
            if self._loop is None or self._process != os.getpid():
                self._loop, self._process = self._start(), os.getpid()
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(PATIENCE)
        except TimeoutError:
            future.cancel()
            return HTTPStatus.SERVICE_UNAVAILABLE

    def _start(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        threading.Thread(target=_run, args=(loop,), name="voipstudio webhooks", daemon=True).start()
        atexit.register(self._end, loop, os.getpid())
        return loop

    def _end(self, loop: asyncio.AbstractEventLoop, process: int) -> None:
        if process == os.getpid():
            asyncio.run_coroutine_threadsafe(self._close(), loop).result(PATIENCE)


def _run(loop: asyncio.AbstractEventLoop) -> None:
    """Run a loop on behalf of others: a handler that asks for the end of the program must not end it."""
    while True:
        try:
            loop.run_forever()
        except (SystemExit, KeyboardInterrupt):
            continue  # its task has failed with it, and that is logged
        return
