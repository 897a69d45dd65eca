"""The receiving half: from a request of the sender to handlers that see each event once.

The core does no input or output of its own. `Receiver.receive` takes a method, headers and a body, and returns the
status to answer with; an adapter for a web framework is a few lines. A delivery passes these stations::

    probe? -> size -> credentials -> JSON -> event -> claimed by nobody else? -> a place in the queue -> 200
                                                                                        |
                                                       handlers, in workers of their own

What is not done in the end (a handler that fails, a place that is missing, a shutdown) gives its claim back, and the
sender, which repeats whatever is not answered with 200, may deliver it again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping
from datetime import UTC, tzinfo
from typing import Any, Literal, Self, TypeVar, cast
from weakref import WeakKeyDictionary

from ..entities.arguments import is_one_of, told
from ..entities.fields import field_specs
from ..errors import ConfigurationError, DecodeError
from ..tasks import end
from . import adapters
from .credentials import Anyone, Credentials, Gatekeeper, accepted
from .events import EVENTS, Event, UnknownEvent, name_of, parse
from .handlers import Handler, Places, confirmed, settled
from .keys import Delivery, call_key, keys_of
from .stores import MemorySeen, Seen

logger = logging.getLogger("voipstudio_async.webhooks")

MAX_BODY = 64 * 1024
"""Bytes of a delivery; known events have some hundred."""

Ack = Literal["accepted", "done", "stored"]
WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Headers = Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]]
H = TypeVar("H", bound=Callable[[Any], Any])


class Receiver:
    """Takes deliveries of webhooks, and hands each event to the handlers once.

    ::

        hooks = Receiver(credentials=Credentials.from_env(), seen=SqliteSeen("seen.db"))

        @hooks.on(CallMissed, final=True)
        async def alert(event: CallMissed) -> None: ...

    Use it with ``async with``, which hands out what is still waiting when the program ends. With a store that outlives
    the process, what a handler had in its hands when the process was killed can be delivered and handled again.

    :param credentials: whom to accept, one pair or several; `ANYONE` must be spelled out
    :param seen: what remembers the deliveries that were taken; in memory if none is given
    :param ack: when a delivery is answered with 200: ``accepted``, once it waits for its handlers; ``done``, after they
        ended; ``stored``, after `store` returned
    :param store: with ``ack="stored"``: keeps an event, awaited or plain
    :param queue: how many events may wait for their handlers; more are answered with 503
    :param workers: how many events are handled at the same time
    :param budget: with ``ack="done"``: seconds until handlers that still run are cancelled, and 503 is answered
    :param drain: seconds that the end waits for events that were accepted
    :param max_body: bytes of a body; larger ones are answered with 413
    :param tz: the zone of the events' date-times, which carry none
    :param on_poison: called with the body and the reason when a delivery is no event; it is answered with 200, since a
        repeat would be no better
    :raises ConfigurationError: there are no credentials, or an argument cannot work
    """

    def __init__(
        self,
        *,
        credentials: Credentials | Iterable[Credentials] | Anyone | None = None,
        seen: Seen | None = None,
        ack: Ack = "accepted",
        store: Callable[[Any], Any] | None = None,
        queue: int = 1000,
        workers: int = 8,
        budget: float = 5.0,
        drain: float = 10.0,
        max_body: int = MAX_BODY,
        tz: tzinfo = UTC,
        on_poison: Callable[[bytes, str], Any] | None = None,
    ) -> None:
        if not is_one_of(ack, ("accepted", "done", "stored")):
            raise ConfigurationError(f"ack is 'accepted', 'done' or 'stored', got {told(ack)}")
        if (store is not None) != (ack == "stored"):
            raise ConfigurationError("store and ack='stored' go together")
        _check_numbers(int, queue=queue, workers=workers, max_body=max_body)
        _check_numbers(float, budget=budget, drain=drain)
        if not isinstance(tz, tzinfo):
            raise ConfigurationError(f"tz is a zone like ZoneInfo('Europe/London'), got {type(tz).__name__}")
        self._gate = Gatekeeper(accepted(credentials))
        self.seen: Seen = MemorySeen() if seen is None else seen
        self.max_body = max_body
        self._ack = ack
        self._store = store
        self._size = queue
        self._workers = workers
        self._budget = budget
        self._drain = drain
        self._tz = tz
        self._on_poison = on_poison
        self._handlers: list[Handler] = []
        self._pending: set[Delivery] = set()
        self._calls: dict[str, Delivery] = {}
        self._places: WeakKeyDictionary[asyncio.AbstractEventLoop, Places] = WeakKeyDictionary()
        self._tasks: set[asyncio.Task[None]] = set()
        self._arriving: set[asyncio.Future[None]] = set()
        self._closing = False
        self._ended = False
        self._wsgi: WSGI | None = None

    def __repr__(self) -> str:
        return f"<Receiver with {len(self._handlers)} handlers, {len(self._pending)} events waiting>"

    # --- handlers --------------------------------------------------------------------------------------------

    def on(self, kind: type[Event] | str, /, **fields: Any) -> Callable[[H], H]:
        """Return a decorator for a handler of events of a class or a name, whose fields have these values.

        A handler is a coroutine function or a plain one, which runs in a thread. One that raises gives the
        event back, so that a repeat is handled by all handlers again.

        :raises ConfigurationError: there is no such event, or it has no such field
        """
        cls = _class_of(kind)
        declared = {spec.name for spec in field_specs(cls)}
        for name in fields:
            if name not in declared:
                raise ConfigurationError(f"{cls.__name__} has no field {name!r}; it has {', '.join(sorted(declared))}")

        def add(function: H) -> H:
            if not callable(function):
                raise ConfigurationError(f"a handler is a function of one event, got {type(function).__name__}")
            self._handlers.append(Handler(kind, fields, function))
            return function

        return add

    # --- deliveries ------------------------------------------------------------------------------------------

    async def receive(self, method: str, headers: Headers, body: bytes) -> int:
        """Return the status to answer a request with, once that is known; see the class for when.

        :param method: the HTTP method
        :param headers: a mapping, or pairs; bytes are read as Latin-1
        :param body: the body, of which no more than `max_body` bytes and one are needed
        """
        status = self._at_the_door(method.upper(), _authorizations(headers), body)
        # What is raised from here on shall not show the password, in whatever prints the variables of frames.
        del headers
        return await self._arrive(bytes(body)) if status is None else status

    def _at_the_door(self, method: str, shown: list[str], body: bytes) -> int | None:
        is_probe = method in ("GET", "HEAD") or (method == "POST" and not body)
        if is_probe and not shown:
            return 200
        if method not in ("GET", "HEAD", "POST"):
            return 405
        if len(body) > self.max_body:
            return 413
        if not self._gate.admits(shown):
            return 401
        return 200 if is_probe else None

    async def _arrive(self, body: bytes) -> int:
        try:
            event = parse(body, tz=self._tz)
        except DecodeError as error:
            await self._poison(body, error.message)
            return 200
        if self._closing or len(self._pending) >= self._size:
            return 503
        # Its place is taken before anything is waited for, so that a flood cannot pass a full queue.
        delivery = Delivery(event, keys_of(event, body))
        self._pending.add(delivery)
        arrival: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._arriving.add(arrival)
        try:
            return await self._take(delivery)
        finally:
            self._arriving.discard(arrival)
            arrival.cancel()

    async def _take(self, delivery: Delivery) -> int:
        try:
            if not await self._claim(delivery):
                await self._give_back(delivery)
                return 503 if self._is_undecided(delivery) else 200
            if self._store is not None:
                await settled(self._store(delivery.event))
        except Exception as error:
            logger.warning("a delivery was not taken (%s); it can be sent again", type(error).__name__)
            await self._give_back(delivery)
            return 503
        except BaseException:
            await self._give_back(delivery)
            raise
        if self._ended and self._store is None:
            await self._give_back(delivery)
            return 503
        delivery.is_accepted = self._ack != "done"
        task = self._spawn(self._handle(delivery))
        return 200 if self._ack != "done" or await self._within_budget(task, delivery) else 503

    async def _within_budget(self, task: asyncio.Task[None], delivery: Delivery) -> bool:
        done, _ = await asyncio.wait({task}, timeout=self._budget)
        if not done:
            logger.warning("the handlers of %s took longer than %g s", name_of(delivery.event), self._budget)
            task.cancel()
        return delivery.is_done

    def _is_undecided(self, repeat: Delivery) -> bool:
        """Return whether the event that this one repeats has no answer yet: it may still have to be sent again."""
        return any(not each.is_accepted and not each.keys.isdisjoint(repeat.keys) for each in self._pending)

    # --- handling --------------------------------------------------------------------------------------------

    async def dispatch(self, event: Event) -> None:
        """Hand one event to its handlers, as for those that `reconcile` finds; what a handler raises is raised."""
        for handler in self._handlers:
            if handler.wants(event):
                await handler.run(event, self._place().threads)

    async def _handle(self, delivery: Delivery) -> None:
        try:
            async with self._place().events:
                await self.dispatch(delivery.event)
            delivery.is_done = True
            await self._confirm(delivery)
        except Exception:
            logger.exception("a handler of %s failed", name_of(delivery.event))
        finally:
            if delivery.is_done:
                self._drop(delivery)
            else:
                await self._give_back(delivery)

    def _place(self) -> Places:
        loop = asyncio.get_running_loop()
        if loop not in self._places:
            self._places[loop] = Places(self._workers)
        return self._places[loop]

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._over)
        return task

    def _over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):  # that of `sys.exit()` for instance
            logger.error("a handler failed", exc_info=error)

    async def _claim(self, delivery: Delivery) -> bool:
        for key in sorted(delivery.keys):
            if not await settled(self.seen.claim(key)):
                return False
            delivery.claimed.append(key)
        # From now on its call counts as heard of, for `reconcile`. Other events of the call have claimed this as well.
        call = call_key(delivery.event)
        if call is not None and await settled(self.seen.claim(call)):
            delivery.claimed.append(call)
            self._calls[call] = delivery
        return True

    async def _confirm(self, delivery: Delivery) -> None:
        """Have a store that outlives the process remember that an event was handled, and its call heard of."""
        try:
            await self._take_over_call(delivery)
            await confirmed(self.seen, *delivery.claimed)
        except Exception as error:
            logger.warning("a handled event could not be remembered (%s)", type(error).__name__)

    async def _take_over_call(self, delivery: Delivery) -> None:
        """Have the call stay claimed by this event, which was handled, whatever becomes of the call's other events."""
        call = call_key(delivery.event)
        if call is None or call in delivery.claimed:
            return
        holder = self._calls.get(call)
        if holder is not None:
            holder.claimed.remove(call)
            self._calls[call] = delivery
            delivery.claimed.append(call)
        elif await settled(self.seen.claim(call)):
            delivery.claimed.append(call)

    async def _give_back(self, delivery: Delivery) -> None:
        self._drop(delivery)
        while delivery.claimed:
            try:
                await settled(self.seen.release(delivery.claimed.pop()))
            except Exception as error:
                logger.warning("a claim could not be given back (%s)", type(error).__name__)

    def _drop(self, delivery: Delivery) -> None:
        self._pending.discard(delivery)
        call = call_key(delivery.event)
        if call is not None and self._calls.get(call) is delivery:
            del self._calls[call]

    async def _poison(self, body: bytes, reason: str) -> None:
        logger.warning("a delivery is no event")
        if self._on_poison is not None:
            try:
                await settled(self._on_poison(body, reason))
            except Exception:
                logger.exception("on_poison failed")

    # --- frameworks -------------------------------------------------------------------------------------------

    @property
    def aiohttp(self) -> Callable[[Any], Coroutine[Any, Any, Any]]:
        """A handler of aiohttp.web: ``app.router.add_route("*", "/hooks", hooks.aiohttp)``."""
        return adapters.aiohttp_handler(self)

    @property
    def asgi(self) -> Callable[[Any, Any, Any], Coroutine[Any, Any, None]]:
        """An ASGI application: ``app.mount("/hooks", hooks.asgi)`` in FastAPI and Starlette, reached at ``/hooks/``."""
        return adapters.asgi_application(self)

    @property
    def wsgi(self) -> WSGI:
        """A WSGI application, for Flask, Django and others."""
        if self._wsgi is None:
            self._wsgi = adapters.wsgi_application(self)
        return self._wsgi

    # --- life ------------------------------------------------------------------------------------------------

    async def close(self) -> None:
        """Take nothing more, wait for what was accepted, `drain` seconds at most, and give the rest back."""
        self._closing = True
        loop = asyncio.get_running_loop()
        try:
            for other in {task.get_loop() for task in self._tasks} - {loop}:
                # Behind a WSGI server, for instance, the handlers have a loop of their own.
                if other.is_running():
                    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._finish(other), other))
            await self._finish(loop)
        finally:
            self._ended = True
            for delivery in list(self._pending):
                await self._give_back(delivery)

    async def _finish(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait for what is under way on a loop, which is the running one, and end what takes too long."""
        until = loop.time() + self._drain
        try:
            while (busy := self._busy(loop)) and (left := until - loop.time()) > 0:
                await asyncio.wait(busy, timeout=left)
        finally:
            self._ended = True
            late = {task for task in self._tasks if task.get_loop() is loop}
            if late:
                logger.warning("%d events were not handled before the end; they are given back", len(late))
                await end(late)

    def _busy(self, loop: asyncio.AbstractEventLoop) -> set[asyncio.Future[None]]:
        return {each for each in (*self._tasks, *self._arriving) if each.get_loop() is loop and not each.done()}

    async def __aenter__(self) -> Self:
        self._closing = self._ended = False
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _check_numbers(kind: type[int | float], **given: float) -> None:
    what = "a whole number" if kind is int else "a number"
    for name, value in given.items():
        is_number = isinstance(value, (int, kind)) and not isinstance(value, bool)
        if not is_number or not 0 < value < float("inf"):
            raise ConfigurationError(f"{name} must be {what} above 0, got {told(value)}")


def _class_of(kind: type[Event] | str) -> type[Event]:
    if isinstance(kind, str):
        # A name that is not known here may be one that the vendor has added.
        return EVENTS.get(kind, UnknownEvent)
    if isinstance(kind, type) and issubclass(kind, Event):
        return kind
    raise ConfigurationError(f"a handler is for a class of events or a name like 'call.missed', got {told(kind)}")


def _authorizations(headers: Headers) -> list[str]:
    pairs = cast("Iterable[Any]", headers.items() if isinstance(headers, Mapping) else headers)
    return [_text(value) for name, value in pairs if _text(name).lower() == "authorization"]


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
