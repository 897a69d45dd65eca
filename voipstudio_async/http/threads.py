"""Work that would hold the loop up, in threads of its own: writing to disks above all."""

from __future__ import annotations

import _thread
import asyncio
import atexit
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

from . import forks

T = TypeVar("T")
PATIENCE = 5.0
"""Seconds that work which is under way as the interpreter ends is given to leave things in order."""


class _UnderWay:
    """The work that is being done now."""

    def __init__(self) -> None:
        self.renew()
        forks.renew_after(self)
        atexit.register(self.wait)

    def renew(self) -> None:
        """Begin afresh in a child process, which has no threads of its parent's."""
        self._work: set[object] = set()
        self._changed = threading.Condition()

    def begin(self, work: object) -> None:
        """Take note of work that begins."""
        with self._changed:
            self._work.add(work)

    def end(self, work: object) -> None:
        """Take note of its end."""
        with self._changed:
            self._work.discard(work)
            self._changed.notify_all()

    def wait(self) -> None:
        """Wait until all has ended, within reason: Ctrl-C twice may have ended the waiting for it."""
        with self._changed:
            self._changed.wait_for(lambda: not self._work, PATIENCE)


_under_way = _UnderWay()


async def in_thread(function: Callable[[], T], *, leave: bool = False) -> T:
    """Run a function in a thread of its own, and wait for it; also when cancelled meanwhile, unless it may be left.

    A thread for each piece of work costs some 50 us, and as the process ends it is waited for, but not without end. It
    is not the loop's executor, whose threads stay, may hold the end up for ever, and are gone in a forked child.
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
        finally:
            _under_way.end(future)

    if leave:
        # Somebody else's function, which may ask what thread it is in.
        threading.Thread(target=work, name="voipstudio_async-asking", daemon=True).start()
    else:
        _under_way.begin(future)
        # Not by `threading.Thread`, which waits until the new thread has begun: a millisecond or two without the loop.
        _start(work, future)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        if not leave:
            # What the thread works on must not be taken away from under it.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([future])
        raise


def _start(work: Callable[[], None], future: object) -> None:
    _under_way.begin(future)
    try:
        _thread.start_new_thread(work, ())
    except BaseException:
        _under_way.end(future)
        raise


def _post(loop: asyncio.AbstractEventLoop, function: Callable[..., object], *args: object) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(function, *args)
