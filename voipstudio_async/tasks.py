"""How tasks are ended, and how long work gives others their turn.

Of tasks that are to end, all are cancelled before one is waited for, however often the waiter is cancelled itself. To
cancel and to wait one by one leaves those behind that stand after the one where a second cancellation strikes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterable
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE = 1.0
"""Seconds that what was cancelled is given to end. Nobody waits for ever for what does not heed it."""


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks, and wait until they and their callbacks are done.

    When it is cancelled itself meanwhile, it cancels them once more, goes on, and is cancelled at the end.
    """
    pending = set(tasks)
    for task in pending:
        task.cancel()
        task.add_done_callback(_look_at)
    loop = asyncio.get_running_loop()
    until = loop.time() + PATIENCE
    cancelled: asyncio.CancelledError | None = None
    ended: set[asyncio.Task[Any]] = set()
    while pending and (left := until - loop.time()) > 0:
        try:
            _, pending = await asyncio.wait(pending, timeout=left)
        except asyncio.CancelledError as error:
            cancelled = error
            # Who cancels at every turn, as anyio does and this does to those who wait in here, never lets the wait
            # tell what has ended. What had ended a turn ago has run its callbacks since.
            pending -= ended
            ended = {task for task in pending if task.done()}
            for task in pending - ended:
                task.cancel()
    if cancelled is not None:
        raise cancelled


async def in_turns(steps: Generator[None, None, T]) -> T:
    """Take steps one after another, and give everybody else a turn between two of them; return what comes of them."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            value: T = end.value
            return value
        await asyncio.sleep(0)


def _look_at(task: asyncio.Task[Any]) -> None:
    # What it raises is nobody's business any more, and asyncio shall not log that nobody has asked.
    if not task.cancelled():
        task.exception()
