"""Work that would hold the loop up, in threads of its own: writing to disks above all."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_thread(function: Callable[[], T], *, leave: bool = False) -> T:
    """Run a function in a daemon thread, and wait for its end; also when cancelled meanwhile, unless it may be left.

    A thread for each piece of work costs some 50 us. It is not the loop's executor, whose threads stay, are waited for
    as the interpreter ends, and are gone in a forked child.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def work() -> None:
        try:
            settle, outcome = future.set_result, function()
        except BaseException as error:
            _post(loop, future.set_exception, error)
        else:
            _post(loop, settle, outcome)

    threading.Thread(target=work, name="voipstudio_async-file", daemon=True).start()
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        if not leave:
            # What the thread works on must not be taken away from under it.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([future])
        raise


def _post(loop: asyncio.AbstractEventLoop, function: Callable[..., object], *args: object) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(function, *args)
