"""The bridge from threads to an event loop: how the blocking face runs coroutines. The only module that imports anyio.

The loop lives in the thread of an anyio portal. A call crosses over with one ``call_soon_threadsafe`` and waits on a raw lock: a
third of the price of ``portal.call``, and whatever interrupts the wait (Ctrl-C above all) cancels the call on the other side.
"""

from __future__ import annotations

import asyncio
import atexit
import contextvars
import os
import threading
import weakref
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

from .errors import ClientClosedError, ConfigurationError

T = TypeVar("T")


class _Job:
    """One call on its way over the bridge and back."""

    __slots__ = ("_args", "_context", "_error", "_function", "_result", "_task", "_unwanted", "done")

    def __init__(self, function: Callable[..., Awaitable[Any]], args: tuple[Any, ...]) -> None:
        self._function = function
        self._args = args
        self._context = contextvars.copy_context()
        self._task: asyncio.Task[Any] | None = None
        self._unwanted = False
        self._result: Any = None
        self._error: BaseException | None = None
        self.done = threading.Lock()
        self.done.acquire()

    def start(self) -> None:
        """Begin, on the loop's thread."""
        if self._unwanted:
            self.done.release()
            return
        loop = asyncio.get_running_loop()
        self._task = loop.create_task(self._work(), context=self._context)
        self._task.add_done_callback(self._finish)

    async def _work(self) -> Any:
        return await self._function(*self._args)

    def _finish(self, task: asyncio.Task[Any]) -> None:
        if task.cancelled():
            self._error = ClientClosedError("the client was closed while the call was under way")
        else:
            self._error = task.exception()
            self._result = None if self._error is not None else task.result()
        self.done.release()

    def cancel(self) -> None:
        """Give up, on the loop's thread."""
        self._unwanted = True
        if self._task is not None:
            self._task.cancel()

    def fail(self, error: BaseException) -> None:
        """End without having been started."""
        self._error = error
        self.done.release()

    def outcome(self) -> Any:
        """Give the result, or raise what the call raised."""
        error, self._error = self._error, None
        if error is None:
            return self._result
        try:
            raise error
        finally:
            del error  # the frame and the error would keep each other alive


class Bridge:
    """A loop in a thread of its own, started on first use; after a fork, the child gets a fresh one."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._manager: AbstractContextManager[BlockingPortal] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._jobs: set[_Job] = set()
        self._closed = False

    @property
    def started(self) -> bool:
        """Whether there is a thread that must be ended."""
        return self._manager is not None and self._pid == os.getpid()

    def run(self, function: Callable[..., Awaitable[T]], /, *args: Any) -> T:
        """Run a coroutine function on the loop and wait for its result."""
        loop = self._loop if self._pid == os.getpid() and self._loop is not None else self._start()
        if _running_loop() is loop:
            raise ConfigurationError(f"{self._owner} was called from its own loop's thread, which would wait for itself")
        job = _Job(function, args)
        self._jobs.add(job)
        try:
            self._cross(loop, job)
            job.done.acquire()
        except BaseException:
            self._abandon(loop, job)
            raise
        finally:
            self._jobs.discard(job)
        return job.outcome()  # type: ignore[no-any-return]

    def _cross(self, loop: asyncio.AbstractEventLoop, job: _Job) -> None:
        try:
            loop.call_soon_threadsafe(job.start)
        except RuntimeError:
            raise self._closed_error() from None

    def _abandon(self, loop: asyncio.AbstractEventLoop, job: _Job) -> None:
        try:
            loop.call_soon_threadsafe(job.cancel)
        except RuntimeError:
            return  # the loop has ended, and the job with it

    def _start(self) -> asyncio.AbstractEventLoop:
        if self._pid != os.getpid():
            # A lock that another thread held during the fork stays locked for ever.
            self._lock = threading.Lock()
            self._manager = self._loop = None
            self._jobs = set()
            self._pid = os.getpid()
        with self._lock:
            if self._closed:
                raise self._closed_error()
            if self._loop is None:
                self._manager = start_blocking_portal("asyncio", name=f"voipstudio_async-{id(self):x}")
                portal = self._manager.__enter__()
                self._loop = portal.call(_current_loop)
                _open_bridges.add(self)
            return self._loop

    def close(self, last: Callable[[], Awaitable[None]] | None = None) -> None:
        """End the loop and its thread. Calls that other threads wait for are cancelled first; `last` is run at the end."""
        with self._lock:
            manager, self._manager = self._manager, None
            loop, self._loop = self._loop, None
            self._closed = True
        if manager is None or loop is None or self._pid != os.getpid():
            return
        for job in list(self._jobs):
            self._abandon(loop, job)
        if last is not None:
            asyncio.run_coroutine_threadsafe(_await(last), loop).result()
        manager.__exit__(None, None, None)
        for job in list(self._jobs):
            if job.done.locked():
                job.fail(self._closed_error())

    def _closed_error(self) -> ClientClosedError:
        return ClientClosedError(f"{self._owner} is closed; make a new one")


_open_bridges: weakref.WeakSet[Bridge] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    # A program that ends without close() must not end in a traceback of a loop that was torn from its thread.
    for bridge in list(_open_bridges):
        bridge.close()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


async def _current_loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


async def _await(function: Callable[[], Awaitable[None]]) -> None:
    await function()
