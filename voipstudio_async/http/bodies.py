"""Bodies, read off the wire within bounds: of what is received, of what it unpacks to, and of the time that takes."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable

import aiohttp

from .decompression import unpacker

_STRETCH = 2**20
"""Bytes that are unpacked without letting others have the loop."""
MOST_OF_AN_ERROR = 2**18
"""Bytes of an error's body that are read: it is for people."""


class TooLarge(Exception):
    """The body is larger than the limit."""

    def __init__(self, limit: str, most: int) -> None:
        super().__init__()
        self.limit = limit
        self.most = most


class _Enough(Exception):
    """What was read of the body will do."""


async def beginning(response: aiohttp.ClientResponse) -> bytes:
    """Read the body of an error as far as anybody may want to see it."""
    found = bytearray()

    async def keep(piece: bytes) -> None:
        found.extend(piece[: MOST_OF_AN_ERROR - len(found)])
        if len(found) >= MOST_OF_AN_ERROR:
            raise _Enough

    with contextlib.suppress(_Enough):
        await drain(response, "", None, keep)
    return bytes(found)


async def drain(
    response: aiohttp.ClientResponse, limit: str, most: int | None, take: Callable[[bytes], Awaitable[None]]
) -> None:
    """Read a body to its end, unpacked and piece by piece, no further than a limit."""
    bound = math.inf if most is None else most
    if (response.content_length or 0) > bound and response.method != "HEAD":
        raise TooLarge(limit, int(bound))
    unpack = unpacker(",".join(response.headers.getall("Content-Encoding", ())))
    content = response.content
    received = size = 0
    while not content.at_eof():
        packed = await content.readany()
        # Also what is packed is counted: something may stand behind its end.
        received += len(packed)
        if received > bound:
            raise TooLarge(limit, int(bound))
        for piece in (packed,) if unpack is None else unpack.feed(packed):
            size += len(piece)
            if size > bound:
                raise TooLarge(limit, int(bound))
            if piece:
                await take(piece)
            if unpack is not None and size % _STRETCH < len(piece):
                await asyncio.sleep(0)  # what has arrived at once may unpack to a thousand times as much
    if (error := content.exception()) is not None:
        raise error
    if unpack is not None:
        unpack.end()
