"""A piece of work in a thread that somebody waits for on a loop: what it calls ends when it is given up.

A thread cannot be cancelled, but what it waits for can: the calls of blocking clients that were made in its context.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from .tasks import PATIENCE

In = TypeVar("In")
Out = TypeVar("Out")


class Call(Protocol):
    """A call of a blocking client that is under way."""

    def cancel(self) -> None:
        """Give up, on the loop's thread."""
        ...


class Errand:
    """One piece of work, and the calls that it is in. Those may be on several loops: clients have one each."""

    def __init__(self) -> None:
        self._calls: dict[Call, asyncio.AbstractEventLoop] = {}
        self.given_up = False

    def takes(self, call: Call, loop: asyncio.AbstractEventLoop) -> bool:
        """Note a call that begins, unless the work was given up."""
        # Noted first: who gives up in this moment sees the call, or is seen by it.
        self._calls[call] = loop
        return not self.given_up

    def forget(self, call: Call) -> None:
        """Note that a call has ended."""
        self._calls.pop(call, None)

    def give_up(self) -> None:
        """Cancel the calls that are under way, and let no others begin."""
        self.given_up = True
        for call, loop in list(self._calls.items()):
            with contextlib.suppress(RuntimeError):  # that client was closed
                loop.call_soon_threadsafe(call.cancel)


errand: contextvars.ContextVar[Errand | None] = contextvars.ContextVar("errand", default=None)
"""The piece of work that the present thread does, if any."""


class _Ending:
    """The end of a function in its thread, awaited on a loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._done = asyncio.Event()
        self._value: Any = None
        self._error: BaseException | None = None

    def work(self, context: contextvars.Context, function: Callable[[Any], Any], item: Any) -> None:
        try:
            self._value = context.run(function, item)
        except BaseException as error:
            self._error = error
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits any more
            self._loop.call_soon_threadsafe(self._done.set)

    async def outcome(self) -> Any:
        await self._done.wait()
        error, self._error = self._error, None
        if error is None:
            return self._value
        try:
            raise error
        finally:
            del error  # the frame and the error would keep each other alive

    async def told(self) -> None:
        # Nobody waits for ever for what does not heed that it was given up.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._done.wait(), PATIENCE)


async def in_thread(function: Callable[[In], Out], item: In) -> Out:
    """Call a function that blocks in a thread of its own; cancelled, the calls of clients that it is in are, too."""
    work, ending = Errand(), _Ending()
    context = contextvars.copy_context()
    context.run(errand.set, work)
    # A daemon: should it never end, it does not hold the end of the program.
    threading.Thread(
        target=ending.work, args=(context, function, item), name="bulk-of-voipstudio_async", daemon=True
    ).start()
    try:
        result: Out = await ending.outcome()
    except asyncio.CancelledError:
        work.give_up()
        await ending.told()
        raise
    return result
