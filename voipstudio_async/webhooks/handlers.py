"""Functions that handle events: awaited, or plain and then in a thread of their own."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import copy_context
from typing import Any

import attrs

from .events import Event


async def settled(value: Any) -> Any:
    """Return a value, awaited if it can be."""
    return await value if inspect.isawaitable(value) else value


async def confirmed(seen: Any, *keys: str) -> None:
    """Have a store that outlives the process remember what was done; others need not be told."""
    confirm = getattr(seen, "confirm", None)
    if confirm is not None:
        await settled(confirm(*keys))


@attrs.frozen
class Handler:
    """A function, and the events that it wants."""

    kind: type[Event] | str
    fields: Mapping[str, Any]
    function: Callable[[Any], Any]

    def wants(self, event: Event) -> bool:
        """Return whether an event is of this handler's kind, with the values that it asks for."""
        is_kind = event.event_name == self.kind if isinstance(self.kind, str) else isinstance(event, self.kind)
        return is_kind and all(getattr(event, name, None) == value for name, value in self.fields.items())

    async def run(self, event: Event, threads: asyncio.Semaphore) -> None:
        """Handle an event; a plain function takes one of some threads."""
        if inspect.iscoroutinefunction(self.function) or inspect.iscoroutinefunction(
            getattr(self.function, "__call__", None)  # noqa: B004 - what is asked is whether it is a coroutine function
        ):
            await self.function(event)
        else:
            await settled(await in_thread(threads, self.function, event))


class Places:
    """How many events are handled at the same time on one loop, and how many plain handlers run in threads."""

    def __init__(self, workers: int) -> None:
        self.events = asyncio.Semaphore(workers)
        self.threads = asyncio.Semaphore(workers)


async def in_thread(threads: asyncio.Semaphore, function: Callable[..., Any], *args: Any) -> Any:
    """Return what a plain function returns, called in a daemon thread: one that hangs does not hold the program.

    A thread cannot be cancelled. It keeps its place until it ends, also when nobody waits for it any more, so that
    functions that hang do not pile up.
    """
    loop = asyncio.get_running_loop()
    result: asyncio.Future[Any] = loop.create_future()
    context = copy_context()

    def tell(value: Any, error: BaseException | None) -> None:
        threads.release()
        if not result.done():
            if error is None:
                result.set_result(value)
            else:
                result.set_exception(error)

    def work() -> None:
        value: Any = None
        failure: BaseException | None = None
        try:
            value = context.run(function, *args)
        except (StopIteration, SystemExit, KeyboardInterrupt) as error:
            # A future cannot hold the first; the others end a thread, and must not end the loop.
            failure = RuntimeError(repr(error))
        except BaseException as error:  # it belongs to whoever waits
            failure = error
        with suppress(RuntimeError):  # the loop has been closed meanwhile
            loop.call_soon_threadsafe(tell, value, failure)

    await threads.acquire()
    try:
        threading.Thread(target=work, name="voipstudio webhook", daemon=True).start()
    except BaseException:  # the system has no more threads; there may be some later
        threads.release()
        raise
    return await result
