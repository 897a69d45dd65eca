"""Pages that are fetched ahead of whoever walks."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from math import inf
from typing import Generic, NoReturn, Protocol, TypeVar

from ..entities.base import Entity
from ..errors import ClientClosedError
from ..tasks import end
from ..wire.exchange import Exchange
from .page import Page
from .strategies import WalkStrategy

E = TypeVar("E", bound=Entity)
T = TypeVar("T")

BUDGET = 32 * 2**20
"""Bytes of answers that may be under way or wait, beside the one whose turn it is."""
MOST = 8
"""Pages that are fetched at once, at most: more of them gain nothing, since reading them takes as long."""

ELSEWHERE = "this iteration began in another process or event loop; go on from a checkpoint, or begin anew"


class Fetch(Protocol):
    """How a pager reaches the API."""

    def __call__(self, exchange: Exchange[T], /) -> Awaitable[Callable[[], Awaitable[T]]]:
        """Send one request, and return what reads its reply: awaited, since a long one is read in pieces."""
        ...


class Ahead(Generic[E]):
    """The pages that are fetched ahead: in order, at most so many, none left running.

    They wait as they came: rows take three times the memory of their JSON.
    """

    def __init__(self, fetch: Fetch, budget: float = BUDGET) -> None:
        self._fetch = fetch
        self._budget = budget
        self._bytes_a_row = 0.0
        self._tasks: deque[asyncio.Task[Callable[[], Awaitable[Page[E]]]]] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None

    def __len__(self) -> int:
        return len(self._tasks)

    @property
    def is_waited_for(self) -> bool:
        """Whether the next page is under way, and not here yet."""
        return bool(self._tasks) and not self._tasks[0].done()

    def fill(self, walk: WalkStrategy[E], most: int, wanted: float = inf) -> None:
        """Ask for pages until so many are under way, or as many rows as are wanted or may be held.

        What the strategy allows is the bound of both. The first page is asked for in any case.
        """
        if self._is_elsewhere():
            return
        self._loop = asyncio.get_running_loop()
        while len(self._tasks) < most and (not self._tasks or walk.expected < min(wanted, self._room)):
            exchange = walk.ask()
            if exchange is None:
                return
            self._tasks.append(asyncio.create_task(self._ask(exchange)))

    def weigh(self, page: Page[E]) -> None:
        """Take in how many bytes a row has."""
        if page.items:
            self._bytes_a_row = max(self._bytes_a_row, page.weight / len(page.items))

    @property
    def _room(self) -> float:
        return self._budget / self._bytes_a_row if self._bytes_a_row else inf

    async def _ask(self, exchange: Exchange[Page[E]]) -> Callable[[], Awaitable[Page[E]]]:
        try:
            return await self._fetch(exchange)
        except (KeyboardInterrupt, SystemExit) as error:
            # Out of a task these would end the loop, and with it everything else. They belong to whoever walks.
            return partial(_throw, error)

    async def pop(self) -> Page[E]:
        if self._is_elsewhere():
            self._tasks.clear()
            raise ClientClosedError(ELSEWHERE)
        read = await self._tasks[0]
        self._tasks.popleft()
        page = await read()
        self.weigh(page)
        return page

    async def close(self) -> None:
        if not self._tasks or self._is_elsewhere():
            return
        tasks, self._tasks = self._tasks, deque()
        await end(tasks)

    def _is_elsewhere(self) -> bool:
        # After a fork, the child's loop is another one: what the parent's was doing goes on there alone.
        return bool(self._tasks) and self._loop is not asyncio.get_running_loop()


async def _throw(error: BaseException) -> NoReturn:
    raise error
