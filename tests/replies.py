"""Replies that were not sent: what a pager is given by a server that is only a function."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from voipstudio_async.wire.exchange import Exchange, Reply

T = TypeVar("T")


def unread(exchange: Exchange[T], body: bytes) -> Callable[[], Awaitable[T]]:
    """Return what reads the reply to an exchange, as the caller of a client does."""

    async def read() -> T:
        return exchange.read(Reply(200, {}, body))

    return read
