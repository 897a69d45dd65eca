"""The portal from threads to an event loop: how the blocking face runs coroutines. The only module that imports anyio.

The loop lives in the thread of an anyio portal. A call crosses over with one ``call_soon_threadsafe`` and waits on a
raw lock: a third of the price of ``portal.call``, and whatever interrupts the wait (Ctrl-C above all) cancels the call
on the other side.

An interrupt may come between any two steps of the thread that waits, and more than once. So what must not be left half
done is not done there: the loop is begun and ended in threads that no signal reaches, and a call is accounted for on
the loop's side alone. The waiting side only tells the loop that it has lost interest, and tells it again when it is
interrupted while doing so.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import contextvars
import importlib
import sys
import threading
import weakref
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, TypeVarTuple

from ..errand import Errand, errand
from ..errors import ClientClosedError, ConfigurationError, TransportError
from ..http import forks
from ..tasks import PATIENCE

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class _Job:
    """One call on its way over the portal and back."""

    __slots__ = ("_args", "_context", "_ended", "_errand", "_error", "_function", "_jobs", "_result", "_task", "done")

    def __init__(
        self,
        jobs: set[_Job],
        function: Callable[..., Awaitable[Any]],
        args: tuple[Any, ...],
        owner: Errand | None = None,
    ) -> None:
        self._jobs = jobs
        self._errand = owner
        self._function = function
        self._args = args
        self._context = contextvars.copy_context()
        self._task: asyncio.Task[Any] | None = None
        self._ended = False
        self._result: Any = None
        self._error: BaseException | None = None
        self.done = threading.Lock()
        self.done.acquire()

    def start(self) -> None:
        """Begin, on the loop's thread; once is enough."""
        if self._ended or self._task is not None:
            return
        loop = asyncio.get_running_loop()
        if self._errand is not None and not self._errand.takes(self, loop):
            self.fail(self._left())
            return
        self._task = loop.create_task(self._work(), context=self._context)
        self._task.add_done_callback(self._finish)

    async def _work(self) -> None:
        try:
            self._result = await self._function(*self._args)
        except (KeyboardInterrupt, SystemExit) as error:
            # On the loop these would end the thread, and with it every call. They belong to whoever waits here.
            self._error = error

    def _finish(self, task: asyncio.Task[Any]) -> None:
        self.fail(self._left() if task.cancelled() else task.exception() or self._error)

    def cancel(self) -> None:
        """Give up, on the loop's thread."""
        if self._task is not None:
            self._task.cancel()
        else:
            self.fail(self._left())

    def _left(self) -> Exception:
        if self._errand is not None and self._errand.given_up:
            return TransportError("the bulk run that this call belongs to has ended")
        return ClientClosedError("the client was closed while the call was under way")

    def fail(self, error: BaseException | None) -> None:
        """End, with an error or (None) without; once is enough."""
        if not self._ended:
            self._ended = True
            self._error = error
            self._jobs.discard(self)
            if self._errand is not None:
                self._errand.forget(self)
            with contextlib.suppress(RuntimeError):  # another thread has said so in the same moment
                self.done.release()

    def outcome(self) -> Any:
        """Return the result, or raise what the call raised."""
        error, self._error = self._error, None
        if error is None:
            return self._result
        try:
            raise error
        finally:
            del error  # the frame and the error would keep each other alive


class Portal:
    """A loop in a thread of its own, started on first use; after a fork, the child gets a fresh one."""

    def __init__(self, owner: str) -> None:
        _refuse_green_threads()
        self._owner = owner
        self._lock = threading.Lock()
        self._manager: AbstractContextManager[BlockingPortal] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0
        """The identity of the loop's thread: to ask which loop is running takes an exception where there is none."""
        self._jobs: set[_Job] = set()
        self._endings: set[asyncio.Task[None]] = set()
        self._closed = False
        # Now, while nothing runs beside it: a fork in the middle of an import leaves the child a lock that stays shut.
        importlib.import_module("anyio.from_thread")
        with contextlib.suppress(ImportError):
            importlib.import_module("anyio._backends._asyncio")
        self._options = {"use_uvloop": _has_uvloop()}
        forks.renew_after(self)

    @property
    def started(self) -> bool:
        """Whether there is a thread that must be ended."""
        return self._manager is not None

    def renew(self) -> None:
        """Begin afresh in a child process: the thread stayed with the parent, and a lock may be held for ever."""
        forks.keep(self._manager, self._loop, self._jobs)
        if self._options["use_uvloop"]:
            atexit.register(_revive_pool)
        self._lock = threading.Lock()
        self._manager = self._loop = None
        self._jobs = set()

    def run(self, function: Callable[[*Ts], Awaitable[T]], /, *args: *Ts) -> T:
        """Run a coroutine function on the loop and wait for its result."""
        try:
            return self._run(_Job(self._jobs, function, args, errand.get()))  # type: ignore[no-any-return]
        except ClientClosedError:
            _end_silently()
            raise

    __call__ = run

    def _run(self, job: _Job) -> Any:
        loop = self._loop or self._start()
        self._refuse_own_thread(loop)
        self._wait(loop, job, job.cancel)
        return job.outcome()

    def post(self, function: Callable[[*Ts], object], /, *args: *Ts) -> None:
        """Have a plain function called on the loop's thread, in the order of posting; do not wait for it."""
        try:
            loop = self._loop or self._start()
            self._refuse_own_thread(loop)
            self._cross(loop, function, *args)
        except ClientClosedError:
            _end_silently()
            raise

    def finish(self, function: Callable[[], Awaitable[None]], /) -> None:
        """Run what ends an iteration: it waits where it can, and needs nothing where the loop is gone."""
        loop = self._loop
        if loop is None:
            return
        if _running_loop() is loop:
            # Garbage is being collected on the loop's own thread, which cannot wait for itself.
            self._endings.add(ending := loop.create_task(_await(function)))
            ending.add_done_callback(self._endings.discard)
            return
        job = _Job(self._jobs, function, ())
        with contextlib.suppress(ClientClosedError):
            # Interrupted, the caller does not wait for the end; it comes all the same.
            self._wait(loop, job, job.start)
            job.outcome()

    def _cross(self, loop: asyncio.AbstractEventLoop, function: Callable[[*Ts], object], *args: *Ts) -> None:
        try:
            loop.call_soon_threadsafe(function, *args)
        except RuntimeError:
            raise self._closed_error() from None

    def _wait(self, loop: asyncio.AbstractEventLoop, job: _Job, lost: Callable[[], None]) -> None:
        """Have a job done; where the wait is interrupted, have the loop call `lost`."""
        try:
            self._jobs.add(job)
            self._cross(loop, job.start)
            job.done.acquire()
        except BaseException:
            # Not by a function that is called, and might be interrupted before its first step.
            try:
                self._abandon(loop, job, lost)
            except BaseException:
                self._abandon(loop, job, lost)
                raise
            raise

    def _abandon(self, loop: asyncio.AbstractEventLoop, job: _Job, lost: Callable[[], None]) -> None:
        try:
            loop.call_soon_threadsafe(lost)
        except RuntimeError:
            job.fail(self._closed_error())  # the loop has ended, and with it whatever was begun
        # Not longer than cancelling takes: what is interrupted has let go of its connection when this returns.
        job.done.acquire(timeout=PATIENCE)

    def _start(self) -> asyncio.AbstractEventLoop:
        _open_portals.add(self)
        try:
            return _undisturbed(self._begin)
        except ClientClosedError:
            raise
        except RuntimeError as error:
            raise ClientClosedError(f"{self._owner} cannot start its thread any more: {error}") from None

    def _begin(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._closed:
                raise self._closed_error()
            if self._loop is None:
                name = f"voipstudio_async-{id(self):x}"
                # Not imported with the package: the async client never needs it.
                from anyio.from_thread import start_blocking_portal  # noqa: PLC0415

                self._manager = start_blocking_portal("asyncio", self._options, name=name)
                started = self._manager.__enter__()
                self._thread, self._loop = started.call(_whereabouts)
            return self._loop

    def close(self, last: Callable[[], Awaitable[None]] | None = None) -> None:
        """End the loop and its thread. Calls that others wait for are cancelled first; `last` is run at the end."""
        self._refuse_own_thread(self._loop)
        if self._loop is None and self._manager is None and not self._lock.locked():
            self._closed = True
            return
        _undisturbed(self._end, last)

    def drop(self, last: Callable[[], Awaitable[None]] | None = None) -> None:
        """End as `close` does, also on the loop's own thread: garbage may be collected there."""
        if self._loop is not None and _running_loop() is self._loop:
            threading.Thread(target=self._end, args=(last,), daemon=True).start()
        else:
            self._end(last)

    def _end(self, last: Callable[[], Awaitable[None]] | None) -> None:
        with self._lock:
            manager, self._manager = self._manager, None
            loop, self._loop = self._loop, None
            self._closed = True
        if manager is None or loop is None:
            return
        for job in list(self._jobs):
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(job.cancel)
        if last is not None:
            asyncio.run_coroutine_threadsafe(_await(last), loop).result()
        manager.__exit__(None, None, None)
        for job in list(self._jobs):
            job.fail(self._closed_error())

    def _refuse_own_thread(self, loop: asyncio.AbstractEventLoop | None) -> None:
        if loop is not None and threading.get_ident() == self._thread:
            raise ConfigurationError(f"{self._owner} was called from its own loop's thread: it would wait for itself")

    def _closed_error(self) -> ClientClosedError:
        return ClientClosedError(f"{self._owner} is closed; make a new one")


def _undisturbed(function: Callable[[*Ts], T], *args: *Ts) -> T:
    """Run a function in a thread of its own, which no signal interrupts, and wait for it."""
    ended: list[Callable[[], T]] = []
    done = threading.Lock()
    done.acquire()

    def work() -> None:
        try:
            value = function(*args)
            ended.append(lambda: value)
        except BaseException as error:
            ended.append(partial(_throw, error))
        done.release()

    thread = threading.Thread(target=work, name="portal-of-voipstudio_async", daemon=True)
    try:
        thread.start()
    except RuntimeError:
        work()  # the interpreter is ending, and starts no threads
    done.acquire()
    return ended.pop()()


def _throw(error: BaseException) -> NoReturn:
    raise error


_open_portals: weakref.WeakSet[Portal] = weakref.WeakSet()
_exiting = threading.Event()


@atexit.register
def _close_all() -> None:
    # A program that ends without close() must not end in a traceback of a loop that was torn from its thread.
    _exiting.set()
    for portal in list(_open_portals):
        portal.drop()


def _end_silently() -> None:
    # A daemon thread may be in a call, or begin one, as the interpreter ends. It is about to be stopped wherever it
    # stands: a traceback of its call would say that something is wrong.
    if _exiting.is_set() and threading.current_thread().daemon:
        threading.Event().wait()


def _refuse_green_threads() -> None:
    # Threads that are none never run beside the one that waits for them. Whoever has patched them has imported this.
    gevent, eventlet = (sys.modules.get(name) for name in ("gevent.monkey", "eventlet.patcher"))
    if gevent is not None and (gevent.is_module_patched("threading") or gevent.is_module_patched("thread")):
        patched, cure = "gevent", "monkey.patch_all(thread=False)"
    elif eventlet is not None and eventlet.is_monkey_patched("thread"):
        patched, cure = "eventlet", "eventlet.monkey_patch(thread=False)"
    else:
        return
    raise ConfigurationError(
        f"VoipStudio needs real threads, and {patched} has patched them: leave them as they are with {cure}, or use"
        " AsyncVoipStudio"
    )


def _has_uvloop() -> bool:
    # The loop of the extra `speed`: a third off every call.
    try:
        importlib.import_module("uvloop")
    except ImportError:
        return False
    return True


def _revive_pool() -> None:
    # libuv, below uvloop, waits for the threads of its pool as a process exits, also for those that a fork left behind,
    # and crashes. One use in the child makes them anew.
    uvloop: Any = importlib.import_module("uvloop")
    loop = uvloop.new_event_loop()
    loop.run_until_complete(loop.getaddrinfo("127.0.0.1", 0))
    loop.close()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


async def _whereabouts() -> tuple[int, asyncio.AbstractEventLoop]:
    return threading.get_ident(), asyncio.get_running_loop()


async def _await(function: Callable[[], Awaitable[None]]) -> None:
    await function()
