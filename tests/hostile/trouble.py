"""The single tricks of the hostile servers, and what must be true after some of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from hostile.servers import Asked, Hostile, Script, Talk, answer, rows

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BAD_CHUNK = HEAD + b'Transfer-Encoding: chunked\r\n\r\nzz\r\n{"data":[]}\r\n0\r\n\r\n'


async def reset_at_once(talk: Talk) -> None:
    """Reset the connection before anything is read."""
    talk.reset()


def cut(content: bytes) -> Script:
    """Read a request, write some bytes, and reset the connection once they are on their way."""

    async def script(talk: Talk) -> None:
        if await talk.request() is not None:
            await talk.send(content)
            await asyncio.sleep(0.02)  # a reset overtakes bytes that were not read yet
            talk.reset()

    return script


def end(content: bytes) -> Script:
    """Read a request, write some bytes, and close the connection."""

    async def script(talk: Talk) -> None:
        if await talk.request() is not None:
            await talk.send(content)

    return script


def say_at_once(content: bytes) -> Script:
    """Write some bytes before anything was asked, and close the connection."""

    async def script(talk: Talk) -> None:
        await talk.send(content)
        await talk.reader.read(1)

    return script


def stall(content: bytes) -> Script:
    """Read a request, write some bytes, and fall silent."""

    async def script(talk: Talk) -> None:
        await talk.request()
        await talk.send(content)
        await talk.reader.read()

    return script


silence = stall(b"")


def answering(make: Callable[[Talk], bytes]) -> Script:
    """Answer every request with what is made for its connection."""

    async def script(talk: Talk) -> None:
        while await talk.request() is not None:
            await talk.send(make(talk))

    return script


async def drip(talk: Talk) -> None:
    """Answer one byte at a time, each before the client's patience for a single one ends."""
    await talk.request()
    for byte in answer(rows(1, 2, 3)):
        await talk.send(bytes([byte]))
        await asyncio.sleep(0.1)


async def continue_for_ever(talk: Talk) -> None:
    """Say that the answer is about to come, again and again."""
    await talk.request()
    while True:
        await talk.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        await asyncio.sleep(0.05)


def chunked(*parts: bytes) -> bytes:
    """Write a chunked answer without its last, empty chunk."""
    return (
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    )


def _page(asked: Asked) -> bytes:
    found = [1, 2, 3][2 * asked.page - 2 : 2 * asked.page]
    return answer({"data": [{"id": id} for id in found], "total": 3})


async def close_when_idle(talk: Talk) -> None:
    """Answer one request, promise to stay, and close the connection."""
    if (asked := await talk.request()) is not None:
        await talk.send(_page(asked))


async def close_every_second(talk: Talk) -> None:
    """Answer the first request of a connection, read the second one, and close without a word."""
    await close_when_idle(talk)
    await talk.request()


async def answer_twice(talk: Talk) -> None:
    """Send, with each answer, a second one that nobody asked for."""
    while (asked := await talk.request()) is not None:
        await talk.send(_page(asked) + answer(rows(666, 667, total=2)))


def user(asked: Asked) -> bytes:
    """Answer with the user of the id that was asked for."""
    return answer({"data": {"id": int(asked.target.rpartition("/")[2])}})


STRAY = answer({"data": {"id": 666}})
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"


def late(stray: bytes) -> Script:
    """Send some bytes more, a moment after the first answer of a connection."""

    async def script(talk: Talk) -> None:
        while (asked := await talk.request()) is not None:
            await talk.send(user(asked))
            if len(talk.server.asked) == 1:
                await asyncio.sleep(0.02)
                await talk.send(stray)

    return script


async def late_end(talk: Talk) -> None:
    """Close the connection a moment after its first answer."""
    if (asked := await talk.request()) is not None:
        await talk.send(user(asked))
        await asyncio.sleep(0.02)


async def hints_first(talk: Talk) -> None:
    """Send interim answers before each answer."""
    while (asked := await talk.request()) is not None:
        await talk.send(HINTS + user(asked))


def lose_first(content: bytes) -> Script:
    """Close the first connection after its request was read; answer on all others."""

    async def script(talk: Talk) -> None:
        if await talk.request() is not None and talk.number > 1:
            await talk.send(content)

    return script


async def shift(talk: Talk) -> None:
    """Put a new row before all others after every page: each page then begins with the last row of the one before."""
    while (asked := await talk.request()) is not None:
        ids = [5, 4, 3, 2, 1]
        begin = max(0, (asked.page - 1) * 2 - (asked.page - 1))
        await talk.send(answer(rows(*ids[begin : begin + 2], total=5)))


def bomb(block: bytes, times: int) -> bytes:
    """Put many gzip members behind one another: a body that is a valid file."""
    return block * times


def flood(head: bytes) -> Script:
    """Send a body that does not end before the client has gone."""

    async def script(talk: Talk) -> None:
        await talk.request()
        await talk.send(head)
        while True:
            await talk.send(b" " * 2**16)

    return script


async def redirect(talk: Talk) -> None:
    """Send the client to a host of another name, which listens on the same port."""
    port = talk.server.port
    while await talk.request() is not None:
        location = f"Location: http://localhost:{port}/elsewhere"
        await talk.send(answer(b"", location, status="302 Found"))


def nobody_followed(server: Hostile, _: Any) -> None:
    """Check that the other host saw nothing, and so no token."""
    assert [asked.headers["host"] for asked in server.asked] == [f"127.0.0.1:{server.port}"]


def a_day(_: Hostile, error: Any) -> None:
    """Check that the caller is told how long to wait."""
    assert error.retry_after == 86400


def http_date(seconds: float) -> str:
    """Write the moment that is so many seconds from now as HTTP does."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
