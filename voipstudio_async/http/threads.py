"""Work that would hold the loop up, in threads of its own: writing to disks above all."""

from __future__ import annotations

import _thread
import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_thread(function: Callable[[], T], *, leave: bool = False) -> T:
    """Run a function in a thread of its own, and wait for it; also when cancelled meanwhile, unless it may be left.

    A thread for each piece of work costs some 50 us, and the process ends without waiting for it. It is not the loop's
    executor, whose threads stay, are waited for as the interpreter ends, and are gone in a forked child.
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

    if leave:
        # Somebody else's function, which may ask what thread it is in.
        threading.Thread(target=work, name="voipstudio_async-asking", daemon=True).start()
    else:
        # Not by `threading.Thread`, which waits until the new thread has begun: a millisecond or two without the loop.
        _thread.start_new_thread(work, ())
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
