"""The look-up of hosts, in daemon threads of its own.

The loop's executor does it as well, until it matters: it is shut as soon as the main thread has ended, while other
threads, and what is registered with `atexit`, may still have something to send; and a look-up that hangs in it holds
the end of the loop and of the process. Nobody waits for these threads.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from functools import partial
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

_Found = list[ResolveResult] | Exception
_Asked = tuple[str, int, int]
_NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV


class Resolver(AbstractResolver):
    """Looks hosts up. Who asks for a host that is being looked up waits for that: at most one thread hangs for each."""

    def __init__(self) -> None:
        self._under_way: dict[_Asked, asyncio.Future[_Found]] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a host."""
        asked = (host, port, int(family))
        found = await asyncio.shield(self._under_way.get(asked) or self._begin(asked))
        if isinstance(found, Exception):
            raise found
        return found

    def _begin(self, asked: _Asked) -> asyncio.Future[_Found]:
        loop = asyncio.get_running_loop()
        look_up = self._under_way[asked] = loop.create_future()
        thread = threading.Thread(
            target=self._work, args=(loop, asked), name=f"voipstudio_async-look-up-{asked[0]}", daemon=True
        )
        try:
            thread.start()
        except RuntimeError:
            self._end(asked, _look_up(*asked))  # the interpreter is ending, and starts no threads
        return look_up

    def _work(self, loop: asyncio.AbstractEventLoop, asked: _Asked) -> None:
        found = _look_up(*asked)
        try:
            loop.call_soon_threadsafe(partial(self._end, asked, found))
        except RuntimeError:
            return  # the loop has ended meanwhile, and nobody waits

    def _end(self, asked: _Asked, found: _Found) -> None:
        self._under_way.pop(asked).set_result(found)

    async def close(self) -> None:
        """Leave what is being looked up to itself."""


def _look_up(host: str, port: int, family: int) -> _Found:
    try:
        try:
            infos = _ask(host, port, family, socket.AI_ADDRCONFIG)
        except socket.gaierror:
            # Loopback addresses do not count as configured ones: without a network, localhost has none.
            infos = _ask(host, port, family, 0)
        return [_result(host, *info) for info in infos]
    except Exception as error:
        return error


def _ask(host: str, port: int, family: int, flags: int) -> list[Any]:
    return socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=flags)


def _result(host: str, family: int, _: int, proto: int, __: str, address: Any) -> ResolveResult:
    numeric, port = address[:2]
    if family == socket.AF_INET6 and address[3]:
        # A link-local address is one together with its interface.
        numeric = socket.getnameinfo(address, socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)[0]
    return ResolveResult(hostname=host, host=numeric, port=port, family=family, proto=proto, flags=_NUMERIC)
