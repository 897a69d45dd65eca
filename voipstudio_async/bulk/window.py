"""A window over many inputs: those that are under way, what has become of them, and equal ones that share an answer.

Who drives it reads the inputs, each where it belongs: in a task of the loop, or in the thread of a caller that waits.
As with the sliding window of a transport protocol, what bounds it is the distance between what was read and what was
given back, not the number of tasks: a consumer that is slow holds the reading, and an outcome that waits for its turn
takes a place as a request does. Each input goes one way::

    read ──admit──> admitted ──begin──> under way ──_finish──> early ──_keep──> ready ──take──> taken ──let_go──> gone
                                            │       (only if ordered)             │
                                            └──────────── close ──> left <────────┘

The driver calls `admit`, `take` and `let_go` in its own thread; the loop's calls `begin`, `_finish` and `_keep`.
They meet at `_ready` alone, whose ends are each used by one side. The window itself is reading (`has_room` says whether
there is place), then draining (`stop_reading`, and outcomes still come), then ended (as many were given as were read);
from each of these `close` leads to closed, where nothing begins any more.
"""

from __future__ import annotations

import asyncio
import functools
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from ..entities.arguments import count
from ..errors import ClientClosedError, TransportError
from ..http.sender import Tally, tally
from ..operations.outcomes import Outcome
from ..tasks import end
from . import functions

In = TypeVar("In")
Out = TypeVar("Out")


class Window(Generic[In, Out]):
    """The inputs of one bulk run that are under way: at most so many, in order of their reading."""

    def __init__(
        self, operation: Callable[[In], Any], concurrency: int, *, ordered: bool = False, remember: bool = False
    ) -> None:
        functions.check(operation)
        self._operation = operation
        self.concurrency = check_concurrency(concurrency)
        self._ordered = ordered
        self._remember = remember
        self._share = is_safe_to_share(operation)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()
        self._tasks: dict[int, asyncio.Task[Outcome[In, Out]]] = {}
        self._items: dict[int, In] = {}
        self._shared: dict[Any, asyncio.Task[Outcome[In, Out]]] = {}
        self._known: dict[Any, Outcome[In, Out]] = {}
        self._early: dict[int, Outcome[In, Out]] = {}
        self._ready: deque[Outcome[In, Out]] = deque()
        self._interrupt: BaseException | None = None
        self._read = 0
        self._following = 0
        self._given = 0
        self.closed = False
        """Whether it has been left: what is read from now on is not begun."""
        self.reading = True
        """Whether more inputs may come."""
        self.failure: Exception | None = None
        """What reading the inputs raised."""
        self.left: list[Outcome[In, Out]] = []
        """Once it is closed: what was not given out, with what was cancelled under way."""

    @property
    def has_room(self) -> bool:
        """Whether one more input may be read."""
        return self.reading and self._read - self._given < self.concurrency

    @property
    def ended(self) -> bool:
        """Whether every input has been read, and its outcome given out."""
        return not self.reading and self._read == self._given

    def admit(self) -> int:
        """Number an input that was read."""
        self._read += 1
        return self._read - 1

    def stop_reading(self, failure: Exception | None = None) -> None:
        """Note that no more inputs come, and why."""
        self.failure = failure
        self.reading = False

    def begin(self, index: int, item: In) -> None:
        """Begin an input, on the loop's thread."""
        if self.closed or self._is_elsewhere():
            return  # `news` says so, where somebody hears it
        self._loop = asyncio.get_running_loop()
        key = self._key(item)
        if (known := self._known.get(key)) is not None:
            self._keep(_shared(known, index, item))
            return
        leader = self._shared.get(key)
        task = asyncio.create_task(_follow(leader, index, item) if leader else self._perform(index, item))
        self._tasks[index] = task
        self._items[index] = item
        if key is not None and leader is None:
            self._shared[key] = task
        task.add_done_callback(functools.partial(self._finish, index, None if leader else key))

    def _key(self, item: In) -> Any:
        # 7 and 7.0 are equal, but only one of them is an id.
        return (type(item), item) if self._share and _hashable(item) else None

    async def _perform(self, index: int, item: In) -> Outcome[In, Out]:
        try:
            return await perform(self._operation, index, item)
        except BaseException as error:
            # What is no Exception wants to end everything, and might end the loop's thread only. It belongs to whoever
            # waits for the outcomes.
            self._interrupt = error
            return Outcome(index, item, None, _cut_off(sent=True), 0)

    def _finish(self, index: int, key: Any, task: asyncio.Task[Outcome[In, Out]]) -> None:
        del self._tasks[index]
        item = self._items.pop(index)
        outcome: Outcome[In, Out] = _never_begun(index, item) if task.cancelled() else task.result()
        if key is not None:
            del self._shared[key]
            if self._remember and outcome.ok:
                self._known[key] = outcome
        self._keep(outcome)

    def _keep(self, outcome: Outcome[In, Out]) -> None:
        if self._ordered:
            self._early[outcome.index] = outcome
            while (following := self._early.pop(self._following, None)) is not None:
                self._ready.append(following)
                self._following += 1
        else:
            self._ready.append(outcome)
        self._news.set()

    async def news(self) -> None:
        """Wait until there is an outcome to take, or none will come."""
        self._loop = self._loop or asyncio.get_running_loop()
        if self._is_elsewhere():
            raise ClientClosedError("this bulk run began in another process or event loop; run anew what is left")
        while not self._ready and (self._tasks or self.reading) and self._interrupt is None:
            self._news.clear()
            try:
                await self._news.wait()
            except asyncio.CancelledError:
                # Who does not wait for the next outcome leaves: nothing goes on, should they not get round to `close`.
                self._cancel()
                raise

    def wake(self) -> None:
        """Let whoever waits for news look again."""
        self._news.set()

    def take(self) -> Outcome[In, Out] | None:
        """Take an outcome, if one is ready; `let_go` when it is done with.

        What was raised in order to end everything is raised here, before its own outcome could be taken for a failure.
        """
        if self._interrupt is not None:
            raise self._interrupt
        return self._ready.popleft() if self._ready else None

    def let_go(self) -> None:
        """Make room for another input."""
        self._given += 1

    def _cancel(self) -> None:
        self.closed = True
        for task in self._tasks.values():
            task.cancel()

    async def close(self, *others: asyncio.Task[Any]) -> None:
        """Leave nothing running, nor `others`, and keep in `left` what becomes of it."""
        if self._is_elsewhere():
            return
        self.closed = True
        await end([*others, *self._tasks.values()])
        unheeding: list[Outcome[In, Out]] = [
            Outcome(index, item, None, _cut_off(sent=True), 0) for index, item in self._items.items()
        ]
        self.left += [*self._ready, *self._early.values(), *unheeding]
        self._ready.clear()
        self._early.clear()

    def _is_elsewhere(self) -> bool:
        return self._loop is not None and self._loop is not asyncio.get_running_loop()


def _hashable(item: Any) -> bool:
    try:
        hash(item)
    except TypeError:
        return False
    return True


def is_safe_to_share(operation: Any) -> bool:
    """Tell whether two equal inputs may share one result: only where nothing is changed by asking."""
    bound = functions.operation_of(operation)
    return bound is not None and getattr(bound.operation, "method", None) == "GET"


def check_concurrency(concurrency: Any) -> int:
    """Refuse a number of inputs at once that is none."""
    return count("concurrency", concurrency, 1)


async def perform(operation: Callable[[In], Any], index: int, item: In) -> Outcome[In, Any]:
    """Do one input, and turn what it raises, also its cancellation, into its outcome."""
    counter = Tally()
    tally.set(counter)
    value: Any = None
    problem: Exception | None = None
    try:
        value = await functions.result_of(operation, item)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            # Of a caller's own function nobody knows what it has sent.
            problem = _cut_off(sent=counter.requests > 0 or functions.operation_of(operation) is None)
        else:
            # Cancelled from within: that is the operation's own failure, and not the end of the run.
            problem = TransportError("the operation was cancelled")
    except Exception as error:
        problem = error
    return Outcome(index, item, value, problem, counter.requests)


def _never_begun(index: int, item: In) -> Outcome[In, Any]:
    # A task that was cancelled before its first step.
    return Outcome(index, item, None, _cut_off(sent=False), 0)


def _cut_off(*, sent: bool) -> TransportError:
    if sent:
        return TransportError("cancelled under way: it may have been carried out")
    return TransportError("cancelled before it was sent: it was not carried out", attempts=0)


async def _follow(leader: asyncio.Task[Outcome[In, Out]], index: int, item: In) -> Outcome[In, Out]:
    return _shared(await asyncio.shield(leader), index, item)


def _shared(first: Outcome[In, Out], index: int, item: In) -> Outcome[In, Out]:
    return Outcome(index, item, first.value, first.error, 0)
