"""Bulk: one operation on many inputs, with bounded concurrency and one outcome for each input: nothing is lost.

Inputs are read lazily, from an iterable (on the async face, an asynchronous one too), and no further ahead than there
is room: a million ids are never held. The blocking face reads them in the thread of its caller.
"""

from __future__ import annotations

import asyncio
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Iterable,
    Iterator,
    Sequence,
    Sized,
)
from contextlib import aclosing, closing, nullcontext
from math import inf
from typing import Any, Literal, Protocol, TypedDict, TypeGuard, TypeVar, TypeVarTuple, Unpack, cast, overload

from ..copies import Uncopied
from ..entities.arguments import is_one_of, told
from ..errors import BulkError, ConfigurationError, TransportError
from ..operations import Caller
from ..operations.outcomes import DEFAULT_CONCURRENCY, BulkResult, Outcome, Progress
from ..pagination.pagers import AsyncPages, Pages, Runner
from . import functions
from .window import Window

In = TypeVar("In")
Out = TypeVar("Out")
Row = TypeVar("Row", bound=Any)
Ts = TypeVarTuple("Ts")

OnError = Literal["collect", "raise"]


class Ledger:
    """The outcomes of a run so far, and what it ends with."""

    def __init__(self, inputs: Any, on_error: OnError, progress: Progress | None) -> None:
        if not is_one_of(on_error, ("collect", "raise")):
            raise ConfigurationError(f"on_error is 'collect' or 'raise', got {told(on_error)}")
        self._outcomes: list[Outcome[Any, Any]] = []
        self._total = _count(inputs)
        self._failed = 0
        self._raises = on_error == "raise"
        self._progress = progress
        self._fatal: Outcome[Any, Any] | None = None

    def add(self, outcome: Outcome[Any, Any]) -> bool:
        """Note an outcome, tell the progress, and say whether to go on."""
        self._outcomes.append(outcome)
        self._failed += not outcome.ok
        if not outcome.ok and (self._raises or functions.is_programs_own(outcome.error)):
            self._fatal = outcome
        if self._progress is not None:
            self._progress(len(self._outcomes), self._total, self._failed)
        return self._fatal is None

    def settle(self, window: Window[Any, Any]) -> BulkResult[Any, Any]:
        """Return all outcomes of a window that is closed, or raise `BulkError` with them."""
        outcomes = sorted([*self._outcomes, *window.left], key=lambda outcome: outcome.index)
        if self._fatal is not None:
            if functions.is_programs_own(self._fatal.error) and not any(each.ok or each.attempts for each in outcomes):
                self._fatal.unwrap()  # nothing was done: there is no outcome to keep
            raise BulkError(self._failure(self._fatal), outcomes) from self._fatal.error
        if window.failure is not None:
            text = f"reading the inputs failed, {len(outcomes)} were done: {window.failure}"
            raise BulkError(text, outcomes) from window.failure
        return BulkResult(outcomes)

    def _failure(self, fatal: Outcome[Any, Any]) -> str:
        return f"input {fatal.index} ({fatal.input!r}) failed, {len(self._outcomes)} were done: {fatal.error}"


def _count(inputs: Any) -> int | None:
    return len(cast("Sized", inputs)) if isinstance(inputs, Sequence | set | frozenset | dict) else None


async def _drive(
    window: Window[Any, Any], inputs: Iterable[Any] | AsyncIterable[Any]
) -> AsyncGenerator[Outcome[Any, Any], None]:
    places = asyncio.Semaphore(window.concurrency)
    source = inputs if _is_awaited(inputs) else _reading(cast("Iterable[Any]", inputs))
    feeder = asyncio.create_task(_feed(window, source, places))
    try:
        while not window.ended:
            await window.news()
            if (outcome := window.take()) is not None:
                yield outcome
                window.let_go()
                places.release()
    finally:
        await window.close(feeder)


def _reading(inputs: Iterable[Any]) -> Iterator[Any]:
    """Begin to read inputs; a listing with the largest pages, since all of it will be read."""
    return inputs._rows_for(inf) if isinstance(inputs, Pages) else iter(inputs)


def _is_awaited(source: Iterable[Any] | AsyncIterable[Any]) -> TypeGuard[AsyncIterable[Any]]:
    return isinstance(source, AsyncIterable) and not isinstance(source, Pages)


async def _feed(
    window: Window[Any, Any], source: Iterator[Any] | AsyncIterable[Any], places: asyncio.Semaphore
) -> None:
    failure: Exception | None = None
    try:
        async with aclosing(_each(source, places)) as items:
            async for item in items:
                if window.closed:
                    break
                window.begin(window.admit(), item)
    except asyncio.CancelledError:
        failure = TransportError("reading the inputs was cancelled")
    except Exception as error:
        failure = error
    window.stop_reading(failure)
    window.wake()


async def _each(source: Iterator[Any] | AsyncIterable[Any], places: asyncio.Semaphore) -> AsyncGenerator[Any, None]:
    await places.acquire()
    if isinstance(source, AsyncIterable):
        # A listing is walked here alone, and left at once; what others have made is theirs to close.
        reading = aclosing(source._rows_for(inf)) if isinstance(source, AsyncPages) else nullcontext(source)
        async with reading as items:
            async for item in items:
                yield item
                await places.acquire()
        return
    for item in source:
        yield item
        await places.acquire()


class StreamOptions(TypedDict, total=False):
    """What `stream` takes besides an operation and its inputs: see `AsyncBulk.stream`."""

    concurrency: int
    ordered: bool


class RunOptions(TypedDict, total=False):
    """What `run` takes besides an operation and its inputs: see `AsyncBulk.run`."""

    concurrency: int
    on_error: OnError
    progress: Progress | None


class AsyncBulk(Uncopied):
    """One operation on many inputs: ``client.bulk``."""

    @overload
    def stream(
        self,
        operation: Callable[[In], Awaitable[Out]],
        inputs: Iterable[In] | AsyncIterable[In],
        **options: Unpack[StreamOptions],
    ) -> AsyncIterator[Outcome[In, Out]]: ...
    @overload
    def stream(
        self,
        operation: Callable[[In], AsyncPages[Row]],
        inputs: Iterable[In] | AsyncIterable[In],
        **options: Unpack[StreamOptions],
    ) -> AsyncIterator[Outcome[In, list[Row]]]: ...
    async def stream(
        self,
        operation: Callable[[Any], Any],
        inputs: Iterable[Any] | AsyncIterable[Any],
        *,
        concurrency: int = DEFAULT_CONCURRENCY,
        ordered: bool = False,
    ) -> AsyncIterator[Outcome[Any, Any]]:
        """Do an operation on every input; yield an `Outcome` for each, as they finish or (`ordered`) in their order.

        A failure is an outcome, not an exception; an error of the program (an argument that an operation does not
        take, a name that a client does not have) is raised. What reading the inputs raises is raised in the end, after
        the outcomes of all that was begun. Leaving the loop cancels what is under way. Equal inputs of an operation
        that only reads share a request while it is under way; later ones are asked for anew.

        :param operation: an operation, ``client.users.get``, or a function of one input that is asynchronous or lists:
            ``functools.partial(client.user_groups.update, color="#ff0000")``,
            ``lambda row: client.contacts.create(**row)``. The value of a listing is the list of all its rows
        :param inputs: what to call it with, one by one; read lazily
        :param concurrency: how many at once; `Limits.concurrency` bounds the requests of the whole client
        """
        window: Window[Any, Any] = Window(operation, concurrency, ordered=ordered)
        steps = _drive(window, inputs)
        try:
            async for outcome in steps:
                yield functions.not_programs_own(outcome)
        finally:
            await steps.aclose()
        if window.failure is not None:
            raise window.failure

    @overload
    async def run(
        self,
        operation: Callable[[In], Awaitable[Out]],
        inputs: Iterable[In] | AsyncIterable[In],
        **options: Unpack[RunOptions],
    ) -> BulkResult[In, Out]: ...
    @overload
    async def run(
        self,
        operation: Callable[[In], AsyncPages[Row]],
        inputs: Iterable[In] | AsyncIterable[In],
        **options: Unpack[RunOptions],
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

        Equal inputs of an operation that only reads are asked for once in the whole run, unless that failed.

        :param operation: an operation, or a function of one input: see `stream`
        :param on_error: with ``"raise"`` the first failure ends the run: what is under way is cancelled
        :param progress: called after each outcome
        :raises BulkError: an input failed and `on_error` is ``"raise"``, or reading the inputs failed, which is then
            its cause, after all that was begun had ended. It carries every outcome that there is; the error of one that
            was cancelled says whether it may have been carried out
        :raises TypeError, AttributeError, NameError, ConfigurationError: an error of the program, which ends the run;
            where something was done before, it is the cause of a `BulkError`
        """
        window: Window[Any, Any] = Window(operation, concurrency, remember=True)
        ledger = Ledger(inputs, on_error, progress)
        steps = _drive(window, inputs)
        try:
            async for outcome in steps:
                if not ledger.add(outcome):
                    break
        finally:
            await steps.aclose()
        return ledger.settle(window)


class Poster(Runner, Protocol):
    """How the blocking face reaches the loop's thread, also without waiting for it."""

    def post(self, function: Callable[[*Ts], object], /, *args: *Ts) -> None:
        """Have a function called on the loop's thread, in the order of posting."""
        ...


class Bulk(Uncopied):
    """The blocking face of `AsyncBulk`: the same run. Inputs are read, and progress is told, in the caller's thread.

    It takes any function of one input: ``lambda id: client.users.cdrs(id, field("calldate") >= june)``. An operation,
    or a `functools.partial` of one, is done on the client's loop; any other function in a thread of its own, as many at
    once as `concurrency` says. When the run ends early, the calls of clients that it is in are cancelled, and it can
    make no more.
    """

    def __init__(self, core: Caller, run: Poster) -> None:
        self._core = core
        self._run = run

    @overload
    def stream(
        self,
        operation: Callable[[In], Pages[Row]],
        inputs: Iterable[In],
        **options: Unpack[StreamOptions],
    ) -> Iterator[Outcome[In, list[Row]]]: ...
    @overload
    def stream(
        self,
        operation: Callable[[In], Out],
        inputs: Iterable[In],
        **options: Unpack[StreamOptions],
    ) -> Iterator[Outcome[In, Out]]: ...
    def stream(
        self,
        operation: Callable[[Any], Any],
        inputs: Iterable[Any],
        *,
        concurrency: int = DEFAULT_CONCURRENCY,
        ordered: bool = False,
    ) -> Iterator[Outcome[Any, Any]]:
        """Do an operation on every input, and yield an `Outcome` for each; see `AsyncBulk.stream`."""
        window: Window[Any, Any] = Window(functions.awaited(operation, self._core), concurrency, ordered=ordered)
        with closing(self._drive(window, _reading(inputs))) as steps:
            for outcome in steps:
                yield functions.not_programs_own(outcome)
        if window.failure is not None:
            raise window.failure

    @overload
    def run(
        self,
        operation: Callable[[In], Pages[Row]],
        inputs: Iterable[In],
        **options: Unpack[RunOptions],
    ) -> BulkResult[In, list[Row]]: ...
    @overload
    def run(
        self,
        operation: Callable[[In], Out],
        inputs: Iterable[In],
        **options: Unpack[RunOptions],
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
        window: Window[Any, Any] = Window(functions.awaited(operation, self._core), concurrency, remember=True)
        ledger = Ledger(inputs, on_error, progress)
        steps = self._drive(window, _reading(inputs))
        try:
            for outcome in steps:
                if not ledger.add(outcome):
                    break
        finally:
            steps.close()
        return ledger.settle(window)

    def _drive(self, window: Window[Any, Any], source: Iterator[Any]) -> Generator[Outcome[Any, Any], None, None]:
        # One input is read between two outcomes: neither a slow source nor a slow caller stops the other for long.
        try:
            while not window.ended:
                if window.has_room:
                    self._read(window, source)
                if (outcome := window.take()) is not None:
                    yield outcome
                    window.let_go()
                elif not window.has_room and not window.ended:
                    self._run(window.news)
        finally:
            self._run.finish(window.close)

    def _read(self, window: Window[Any, Any], source: Iterator[Any]) -> None:
        try:
            item = next(source)
        except StopIteration:
            window.stop_reading()
        except Exception as error:
            window.stop_reading(error)
        else:
            self._run.post(window.begin, window.admit(), item)
