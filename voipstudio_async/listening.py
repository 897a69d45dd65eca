"""A server of aiohttp's application on a port of this machine, which leaves nothing open when it stops."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

_TURNS = 5
"""Rounds of the loop from a connection that was accepted to one that the application knows."""


class Listener:
    """The listening sockets of an application: in place of aiohttp's site, which may lose a connection."""

    def __init__(self, server: asyncio.Server) -> None:
        self._server = server

    @classmethod
    async def begin(cls, runner: web.AppRunner, host: str, port: int) -> Listener:
        """Listen.

        :param runner: the application, set up
        :param port: the port; 0 takes one that is free
        :raises OSError: the port is in use
        """
        assert runner.server is not None, "the runner has been set up"
        return cls(await asyncio.get_running_loop().create_server(runner.server, host, port))

    @property
    def port(self) -> int:
        """The port."""
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def end(self) -> None:
        """Accept nothing more, and close; what was accepted is known to the application then, which ends it.

        asyncio makes the transport of a connection one round of the loop after it has accepted it. A server that is
        closed in between refuses the transport, and nobody closes the connection.
        """
        loop = asyncio.get_running_loop()
        for each in self._server.sockets:
            with contextlib.suppress(NotImplementedError, RuntimeError):  # not every loop lets go of its readers
                loop.remove_reader(each.fileno())
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        self._server.close()
