"""Bulk: one operation on many inputs, so many at once, and one outcome for each input: nothing is lost.

Inputs are read lazily, from an iterable or an asynchronous one, and no further ahead than there is room: a million ids
are never held.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence, Sized
from typing import Any, Generic, Literal, TypeGuard, TypeVar, cast, overload

from .delivery import Tally, tally
from .errors import BulkError, ConfigurationError, TransportError
from .operations import Bound, Caller
from .outcomes import DEFAULT_CONCURRENCY, BulkResult, Outcome
from .paging import AsyncPages, Pages, Runner

In = TypeVar("In")
Out = TypeVar("Out")
Row = TypeVar("Row", bound=Any)

Progress = Callable[[int, int | None, int], None]
"""Called with how many inputs are done, how many there are (None while that is not known), and how many failed."""
OnError = Literal["collect", "raise"]


class Window(Generic[In, Out]):
    """The inputs of one bulk run that are under way: at most so many, in order of their reading."""

    def __init__(self, operation: Callable[[In], Any], concurrency: int, ordered: bool) -> None:
        self._operation = operation
        self._places = asyncio.Semaphore(concurrency)
        self._ordered = ordered
        self._tasks: dict[int, asyncio.Task[Outcome[In, Out]]] = {}
        self._shared: dict[Any, asyncio.Task[Outcome[In, Out]]] = {}
        self._share = is_safe_to_share(operation)
        self._ready: asyncio.Queue[asyncio.Task[Any]] = asyncio.Queue()
        self._given = 0
        self.read = 0
        self.exhausted = False

    async def feed(self, inputs: Iterable[In] | AsyncIterable[In]) -> None:
        """Read the inputs and begin each as soon as there is room."""
        async for item in _each(inputs, self._places):
            self._begin(self.read, item)
            self.read += 1
        self.exhausted = True

    def _begin(self, index: int, item: In) -> None:
        share = self._share and _hashable(item)
        # 7 and 7.0 are equal, but only one of them is an id.
        key = (type(item), item)
        twin = self._shared.get(key) if share else None
        task = asyncio.create_task(_follow(twin, index, item) if twin else perform(self._operation, index, item))
        self._tasks[index] = task
        if share and twin is None:
            self._shared[key] = task
            task.add_done_callback(lambda _: self._shared.pop(key, None))
        task.add_done_callback(self._ready.put_nowait)

    async def outcomes(self, feeder: asyncio.Task[None]) -> AsyncIterator[Outcome[In, Out]]:
        """Give the outcomes, as they come or in order, until there are no more."""
        feeder.add_done_callback(self._ready.put_nowait)
        while not (self.exhausted and not self._tasks):
            task = await self._ready.get()
            if task is feeder:
                task.result()  # what reading the inputs raised
                continue
            for outcome in self._due(task):
                yield outcome
                self._places.release()

    def _due(self, task: asyncio.Task[Outcome[In, Out]]) -> Iterator[Outcome[In, Out]]:
        if not self._ordered:
            outcome = task.result()
            del self._tasks[outcome.index]
            yield outcome
            return
        while (following := self._tasks.get(self._given)) is not None and following.done():
            del self._tasks[self._given]
            self._given += 1
            yield following.result()

    async def close(self) -> None:
        """Leave nothing running."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _each(inputs: Iterable[In] | AsyncIterable[In], places: asyncio.Semaphore) -> AsyncIterator[In]:
    await places.acquire()
    if isinstance(inputs, AsyncIterable):
        async for item in inputs:
            yield item
            await places.acquire()
        return
    for item in inputs:
        yield item
        await places.acquire()


def _hashable(item: Any) -> bool:
    try:
        hash(item)
    except TypeError:
        return False
    return True


def is_safe_to_share(operation: Any) -> bool:
    """Tell whether two equal inputs may share one result: only where nothing is changed by asking."""
    return isinstance(operation, Bound) and getattr(operation.operation, "method", None) == "GET"


def _is_listing(result: object) -> TypeGuard[AsyncPages[Any]]:
    return isinstance(result, AsyncPages)


async def perform(operation: Callable[[In], Any], index: int, item: In) -> Outcome[In, Any]:
    """Do one input, and turn what it raises into its outcome."""
    counter = Tally()
    tally.set(counter)
    try:
        result = operation(item)
        if _is_listing(result):
            result = await result.collect()
        elif inspect.isawaitable(result):
            result = await result
        else:
            raise ConfigurationError(
                f"a bulk operation is awaited or lists; {operation!r} gave {type(result).__name__}"
            )
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        # The operation was cancelled from within: that is its own failure, and not the end of the run.
        return Outcome(index, item, None, TransportError("the operation was cancelled"), counter.requests)
    except Exception as error:
        return Outcome(index, item, None, error, counter.requests)
    return Outcome(index, item, result, None, counter.requests)


async def _follow(twin: asyncio.Task[Outcome[In, Out]], index: int, item: In) -> Outcome[In, Out]:
    first = await asyncio.shield(twin)
    return Outcome(index, item, first.value, first.error, 0)


def check_concurrency(concurrency: Any) -> int:
    """Refuse a number of inputs at once that is none."""
    if isinstance(concurrency, bool) or not isinstance(concurrency, int) or concurrency < 1:
        raise ConfigurationError(f"concurrency must be 1 or more, got {concurrency!r}")
    return concurrency


class AsyncBulk:
    """One operation on many inputs: ``client.bulk``."""

    @overload
    def stream(
        self,
        operation: Callable[[In], Awaitable[Out]],
        inputs: Iterable[In] | AsyncIterable[In],
        *,
        concurrency: int = DEFAULT_CONCURRENCY,
        ordered: bool = False,
    ) -> AsyncIterator[Outcome[In, Out]]: ...
    @overload
    def stream(
        self,
        operation: Callable[[In], AsyncPages[Row]],
        inputs: Iterable[In] | AsyncIterable[In],
        *,
        concurrency: int = DEFAULT_CONCURRENCY,
        ordered: bool = False,
    ) -> AsyncIterator[Outcome[In, list[Row]]]: ...
    async def stream(
        self,
        operation: Callable[[Any], Any],
        inputs: Iterable[Any] | AsyncIterable[Any],
        *,
        concurrency: int = DEFAULT_CONCURRENCY,
        ordered: bool = False,
    ) -> AsyncIterator[Outcome[Any, Any]]:
        """Do an operation on every input, and give an `Outcome` for each, as they finish or (`ordered`) in their order.

        A failure is an outcome, not an exception. Leaving the loop cancels what is under way. Equal inputs of an
        operation that only reads share a request while it is under way.

        :param operation: any bound operation, ``client.users.get``; the value of a listing is the list of all its rows
        :param inputs: what to call it with, one by one; read lazily
        :param concurrency: how many at once; `Limits.concurrency` bounds the requests of the whole client
        """
        window: Window[Any, Any] = Window(operation, check_concurrency(concurrency), ordered)
        feeder = asyncio.create_task(window.feed(inputs))
        try:
            async for outcome in window.outcomes(feeder):
                yield outcome
        finally:
            feeder.cancel()
            await asyncio.gather(feeder, return_exceptions=True)
            await window.close()

    @overload
    async def run(
        self,
        operation: Callable[[In], Awaitable[Out]],
        inputs: Iterable[In] | AsyncIterable[In],
        *,
        concurrency: int = DEFAULT_CONCURRENCY,
        on_error: OnError = "collect",
        progress: Progress | None = None,
    ) -> BulkResult[In, Out]: ...
    @overload
    async def run(
        self,
        operation: Callable[[In], AsyncPages[Row]],
        inputs: Iterable[In] | AsyncIterable[In],
        *,
        concurrency: int = DEFAULT_CONCURRENCY,
        on_error: OnError = "collect",
        progress: Progress | None = None,
    ) -> BulkResult[In, list[Row]]: ...
    async def run(
        self,
        operation: Callable[[Any], Any],
        inputs: Iterable[Any] | AsyncIterable[Any],
        *,
        concurrency: int = DEFAULT_CONCURRENCY,
        on_error: OnError = "collect",
        progress: Progress | None = None,
    ) -> BulkResult[Any, Any]:
        """Do an operation on every input, and give all outcomes in the order of the inputs.

        With ``on_error="raise"`` the first failure ends the run: what is under way is cancelled, and `BulkError`
        carries the outcomes that there are.
        """
        if on_error not in ("collect", "raise"):
            raise ConfigurationError(f"on_error is 'collect' or 'raise', got {on_error!r}")
        total = _count(inputs)
        outcomes: list[Outcome[Any, Any]] = []
        failed = 0
        stream = self.stream(operation, inputs, concurrency=concurrency)
        try:
            async for outcome in stream:
                outcomes.append(outcome)
                failed += not outcome.ok
                if progress is not None:
                    progress(len(outcomes), total, failed)
                if on_error == "raise" and outcome.error is not None:
                    raise BulkError(_summary(outcome, outcomes), sorted(outcomes, key=_index)) from outcome.error
        finally:
            await stream.aclose()  # type: ignore[attr-defined]
        return BulkResult(sorted(outcomes, key=_index))


def _count(inputs: Any) -> int | None:
    return len(cast("Sized", inputs)) if isinstance(inputs, Sequence | set | frozenset | dict) else None


def _index(outcome: Outcome[Any, Any]) -> int:
    return outcome.index


def _summary(outcome: Outcome[Any, Any], outcomes: Sequence[Outcome[Any, Any]]) -> str:
    return f"input {outcome.index} ({outcome.input!r}) failed, {len(outcomes)} were done: {outcome.error}"


class Bulk:
    """The blocking face of `AsyncBulk`: the same run, outcomes handed over one at a time."""

    def __init__(self, core: Caller, run: Runner) -> None:
        self._core = core
        self._run = run
        self._bulk = AsyncBulk()

    @overload
    def stream(
        self,
        operation: Callable[[In], Pages[Row]],
        inputs: Iterable[In],
        *,
        concurrency: int = DEFAULT_CONCURRENCY,
        ordered: bool = False,
    ) -> Iterator[Outcome[In, list[Row]]]: ...
    @overload
    def stream(
        self,
        operation: Callable[[In], Out],
        inputs: Iterable[In],
        *,
        concurrency: int = DEFAULT_CONCURRENCY,
        ordered: bool = False,
    ) -> Iterator[Outcome[In, Out]]: ...
    def stream(
        self,
        operation: Callable[[Any], Any],
        inputs: Iterable[Any],
        *,
        concurrency: int = DEFAULT_CONCURRENCY,
        ordered: bool = False,
    ) -> Iterator[Outcome[Any, Any]]:
        """Do an operation on every input, and give an `Outcome` for each; see `AsyncBulk.stream`."""
        stream = self._bulk.stream(self._awaited(operation), inputs, concurrency=concurrency, ordered=ordered)
        try:
            while (outcome := self._run(_step, stream)) is not None:
                yield outcome
        finally:
            self._run.finish(stream.aclose)  # type: ignore[attr-defined]

    @overload
    def run(
        self,
        operation: Callable[[In], Pages[Row]],
        inputs: Iterable[In],
        *,
        concurrency: int = DEFAULT_CONCURRENCY,
        on_error: OnError = "collect",
        progress: Progress | None = None,
    ) -> BulkResult[In, list[Row]]: ...
    @overload
    def run(
        self,
        operation: Callable[[In], Out],
        inputs: Iterable[In],
        *,
        concurrency: int = DEFAULT_CONCURRENCY,
        on_error: OnError = "collect",
        progress: Progress | None = None,
    ) -> BulkResult[In, Out]: ...
    def run(
        self,
        operation: Callable[[Any], Any],
        inputs: Iterable[Any],
        *,
        concurrency: int = DEFAULT_CONCURRENCY,
        on_error: OnError = "collect",
        progress: Progress | None = None,
    ) -> BulkResult[Any, Any]:
        """Do an operation on every input, and give all outcomes in the order of the inputs; see `AsyncBulk.run`."""

        async def everything() -> BulkResult[Any, Any]:
            return await self._bulk.run(
                self._awaited(operation), inputs, concurrency=concurrency, on_error=on_error, progress=progress
            )

        return self._run(everything)

    def _awaited(self, operation: Any) -> Bound:
        if not isinstance(operation, Bound):
            raise ConfigurationError(f"the blocking bulk takes an operation like client.users.get, got {operation!r}")
        # An operation of a view runs with the view's options, whichever client's bulk is asked.
        return operation.on(getattr(operation.resource._caller, "core", self._core))


async def _step(stream: AsyncIterator[Outcome[Any, Any]]) -> Outcome[Any, Any] | None:
    return await anext(stream, None)
