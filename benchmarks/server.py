"""The other end: a raw protocol in another process, which answers faster than any client asks.

The first part of a path says how: ``/20-1000000/cdrs?page=3&limit=5000`` is the third page of a million call records,
20 ms late. Ids fall from page to page, as in the API's default order; all else is the same in every page. It ends when
its input ends.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import Self, cast

import uvloop
from yarl import URL

from . import records

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
_FILE_HEAD = _HEAD.replace(b"application/json", b"audio/mpeg3")
_PLACE = 999_999_999
"""Stands for the leading digits of every id of a block, until it is known which block it is."""
_BLOCK = 100
"""Rows whose ids have their leading digits in common. The sizes of pages, and totals, are multiples of it, or divide it
into one page."""
_BLOCKS = 50
"""Blocks that differ; after them, all but the ids is the same again."""


@lru_cache(maxsize=2 * _BLOCKS)
def _template(kind: str, index: int) -> bytes:
    # Two digits count down within a block.
    numbers = range(index * _BLOCK, (index + 1) * _BLOCK)
    made = [records.MAKERS[kind](number) | {"id": _PLACE * _BLOCK + _BLOCK - 1 - number % _BLOCK} for number in numbers]
    return records.page(made)[len(_BEGIN) :].rpartition(_END)[0]


_BEGIN, _END = b'{"data":[', b'],"total":'


@lru_cache(maxsize=8)
def _single(kind: str, id: str) -> bytes:
    told = {"id": int(id)} if id.isdigit() else {}
    return records.single(records.MAKERS[kind](1) | told)


@lru_cache(maxsize=2)
def _sound(size: int) -> bytes:
    return b"ID3".ljust(size, b"\0")


def answer(target: str) -> tuple[float, bytes]:
    """Return the delay in seconds and the whole response for a request's target."""
    url = URL(target, encoded=True)
    _, how, place, *rest = url.path.split("/")
    latency, _, total = how.partition("-")
    kind = place.removesuffix("s")
    if url.path.endswith(".mp3"):
        sound = _sound(int(total))
        return int(latency) / 1000, _FILE_HEAD % len(sound) + sound
    if rest or "page" not in url.query:
        body = _single(kind, rest[0] if rest else "")
    else:
        body = _page(kind, int(url.query["page"]), int(url.query["limit"]), int(total))
    return int(latency) / 1000, _HEAD % len(body) + body


def _page(kind: str, number: int, limit: int, total: int) -> bytes:
    first, last = (number - 1) * limit, min(number * limit, total)
    if limit % _BLOCK or total % _BLOCK:
        made = [records.MAKERS[kind](row) | {"id": 10_000_000_000 - row} for row in range(first, last)]
        return records.page(made).rpartition(_END)[0] + _END + b"%d}" % total
    blocks = [
        _template(kind, index % _BLOCKS).replace(b"%d" % _PLACE, b"%d" % (100_000_000 - index))
        for index in range(first // _BLOCK, -(-last // _BLOCK))
    ]
    return _BEGIN + b",".join(blocks) + _END + b"%d}" % total


class Answers(asyncio.Protocol):
    """One connection."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._later = loop.call_later
        self._buffer = b""
        self._ready: dict[str, tuple[float, bytes]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        # Not checked: uvloop's transport is no subclass of asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self._write: Callable[[bytes], None] = self._transport.write

    def data_received(self, data: bytes) -> None:
        """Answer every request that is there to its end."""
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, rest = self._buffer.partition(b"\r\n\r\n")
            length = _length(head)
            if len(rest) < length:
                return
            self._buffer = rest[length:]
            self._answer(head.split(b" ", 2)[1].decode())

    def _answer(self, target: str) -> None:
        # Single things are the same for ever; pages would fill the memory.
        delay, response = self._ready.get(target) or answer(target)
        if len(response) < 10_000:
            self._ready[target] = (delay, response)
        if delay:
            self._later(delay, self._tell, response)
        else:
            self._write(response)

    def _tell(self, response: bytes) -> None:
        # Who asks for pages ahead may have left.
        if not self._transport.is_closing():
            self._write(response)


def _length(head: bytes) -> int:
    if not head.startswith(b"P"):
        return 0
    _, _, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.split(b"\r\n", 1)[0] or 0)


async def serve() -> None:
    """Serve until the input ends; the port is printed first."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Answers(loop), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


class Server:
    """The server's process, as a context manager."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        return self

    def url(self, latency: int = 0, total: int = 1_000_000) -> str:
        """Return a base URL for this latency in milliseconds and this many rows."""
        return f"http://127.0.0.1:{self.port}/{latency}-{total}"

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        self._process.kill()
        self._process.wait()


if __name__ == "__main__":
    uvloop.run(serve())
