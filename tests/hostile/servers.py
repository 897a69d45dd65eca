"""Raw servers that do what no server should: they speak bytes, and each connection follows a script.

A server runs in a thread with a loop of its own, so that a test of either face can meet it.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import attrs


@attrs.frozen
class Asked:
    """One request as it came in."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def page(self) -> int:
        """The page that is asked for, counted from 1."""
        return int(parse_qs(urlsplit(self.target).query).get("page", ["1"])[0])


class Talk:
    """One connection, as a script sees it."""

    def __init__(self, server: Hostile, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server = server
        self.reader = reader
        self.writer = writer
        self.number = server.connections

    async def request(self) -> Asked | None:
        """Read the next request, or give None at the end of the connection."""
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        headers = dict(line.lower().split(": ", 1) for line in lines if line)
        body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        asked = Asked(method, target, headers, body)
        self.server.asked.append(asked)
        return asked

    async def send(self, content: bytes) -> None:
        """Write bytes, whatever they are."""
        self.writer.write(content)
        await self.writer.drain()

    def reset(self) -> None:
        """End the connection with a reset instead of a farewell."""
        plug: socket.socket = self.writer.get_extra_info("socket")
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Script = Callable[[Talk], Awaitable[None]]


class Hostile:
    """A server on a loopback port; it counts connections, requests, and the connections that the client ended."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self.connections = 0
        self.closed = 0
        """How many of them have been closed by the end of their script."""
        self.left = threading.Event()
        """Set when a client has ended a connection while a script was still busy with it, see `until_left`."""
        self.port = 0
        self._script = script
        self._tls = tls
        self._ready: Future[asyncio.AbstractEventLoop] = Future()
        self._stop = asyncio.Event()
        self._talks: dict[asyncio.Task[None], asyncio.WriteTransport] = {}
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="hostile")

    @property
    def url(self) -> str:
        """Where the API would be."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/api"

    def __enter__(self) -> Self:
        self._thread.start()
        self._loop = self._ready.result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _serve(self) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, ssl=self._tls, limit=2**20)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set_result(asyncio.get_running_loop())
        await self._stop.wait()
        # No more is accepted, and what has just been is told first: asyncio leaves open what has no transport
        # yet when its server is closed.
        for listener in server.sockets:
            asyncio.get_running_loop().remove_reader(listener.fileno())
        await _turns()
        server.close()
        # Also where a talk has not begun yet: a task that is cancelled before its first step ends without a word.
        for transport in self._talks.values():
            transport.abort()
        await _turns()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.create_task(self._meet(reader, writer))
        self._talks[talk] = writer.transport
        talk.add_done_callback(self._talks.pop)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self._script(Talk(self, reader, writer))
            if not writer.transport.is_closing():
                writer.close()
            await writer.wait_closed()
            self.closed += 1
        except (OSError, asyncio.IncompleteReadError):
            writer.transport.abort()  # the client has had enough
        except asyncio.CancelledError:
            writer.transport.abort()  # the test has


async def _turns() -> None:
    # Not a time: on a busy machine it may be over before the loop has gone round once.
    for _ in range(20):
        await asyncio.sleep(0)


def closed_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        port: int = plug.getsockname()[1]
        return port


def answer(body: bytes | Any, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """Write a well-formed answer; what is not bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content) if length is None else length}", *headers]
    if not any(line.lower().startswith("content-type") for line in headers):
        lines.insert(1, "Content-Type: application/json")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + content


def rows(*ids: int, **envelope: Any) -> dict[str, Any]:
    """Make the envelope of a listing."""
    return {"data": [{"id": id} for id in ids], "total": len(ids)} | envelope


def always(content: bytes) -> Script:
    """Answer every request with the same bytes."""
    return replying(lambda _: content)


def replying(make: Callable[[Asked], bytes]) -> Script:
    """Answer every request with what is made of it."""

    async def script(talk: Talk) -> None:
        while (asked := await talk.request()) is not None:
            await talk.send(make(asked))

    return script


def in_turn(*contents: bytes) -> Script:
    """Answer the first request with the first bytes, and so on; the last answers all that follow."""

    async def script(talk: Talk) -> None:
        while await talk.request() is not None:
            await talk.send(contents[min(len(talk.server.asked), len(contents)) - 1])

    return script


async def until_left(talk: Talk) -> None:
    """Read a request, never answer, and note when the client goes away."""
    await talk.request()
    await talk.reader.read()
    talk.server.left.set()
