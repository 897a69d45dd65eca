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

from ..entities.fields import field_specs
from ..errors import ConfigurationError, DecodeError
from . import adapters
from .credentials import ANYONE, Anyone, Credentials, Gatekeeper
from .events import EVENTS, Event, UnknownEvent, parse
from .handlers import Handler, settled
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
        if ack not in ("accepted", "done", "stored"):
            raise ConfigurationError(f"ack is 'accepted', 'done' or 'stored', got {ack!r}")
        if (store is not None) != (ack == "stored"):
            raise ConfigurationError("store and ack='stored' go together")
        _check_numbers(queue=queue, workers=workers, max_body=max_body, budget=budget, drain=drain)
        self._gate = Gatekeeper(_accepted(credentials))
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
        self._places: asyncio.Semaphore | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing = False
        self._wsgi: WSGI | None = None

    def __repr__(self) -> str:
        return f"<Receiver with {len(self._handlers)} handlers, {len(self._pending)} events waiting>"

    # --- handlers --------------------------------------------------------------------------------------------

    def on(self, kind: type[Event] | str, /, **fields: Any) -> Callable[[H], H]:
        """Return a decorator for a handler of events of a class or a name, whose fields have these values.

        A handler is awaited or plain; a plain one runs in a thread. One that raises gives the event back, so that a
        repeat is handled by all handlers again.

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
        method = method.upper()
        shown = _authorizations(headers)
        is_probe = method in ("GET", "HEAD") or (method == "POST" and not body)
        if is_probe and not shown:
            return 200
        if method not in ("GET", "HEAD", "POST"):
            return 405
        if len(body) > self.max_body:
            return 413
        if len(shown) > 1 or not self._gate.admits(shown[0] if shown else None):
            return 401
        return 200 if is_probe else await self._take(bytes(body))

    async def _take(self, body: bytes) -> int:
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
        try:
            if not await self._claim(delivery):
                self._pending.discard(delivery)
                return 503 if self._is_undecided(delivery) else 200
            if self._store is not None:
                await settled(self._store(event))
        except Exception as error:
            logger.warning("a delivery was not taken (%s); it can be sent again", type(error).__name__)
            await self._give_back(delivery)
            return 503
        except BaseException:
            await self._give_back(delivery)
            raise
        delivery.is_accepted = self._ack != "done"
        task = self._spawn(self._handle(delivery))
        return 200 if self._ack != "done" or await self._within_budget(task, delivery) else 503

    async def _within_budget(self, task: asyncio.Task[None], delivery: Delivery) -> bool:
        done, _ = await asyncio.wait({task}, timeout=self._budget)
        if not done:
            logger.warning("the handlers of %s took longer than %g s", delivery.event.event_name, self._budget)
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
                await handler.run(event)

    async def _handle(self, delivery: Delivery) -> None:
        try:
            async with self._place():
                await self.dispatch(delivery.event)
            delivery.is_done = True
            await self._confirm(delivery)
        except Exception:
            logger.exception("a handler of %s failed", delivery.event.event_name)
        finally:
            if delivery.is_done:
                self._pending.discard(delivery)
            else:
                await self._give_back(delivery)

    def _place(self) -> asyncio.Semaphore:
        loop = asyncio.get_running_loop()
        if self._places is None or self._loop is not loop:
            self._places, self._loop = asyncio.Semaphore(self._workers), loop
        return self._places

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _claim(self, delivery: Delivery) -> bool:
        for key in sorted(delivery.keys):
            if not await settled(self.seen.claim(key)):
                # What it has claimed stays claimed: another name of the same event.
                return False
            delivery.claimed.append(key)
        # From now on its call counts as heard of, for `reconcile`. Other events of the call have claimed this as well.
        call = call_key(delivery.event)
        if call is not None and await settled(self.seen.claim(call)):
            delivery.claimed.append(call)
        return True

    async def _confirm(self, delivery: Delivery) -> None:
        """Have a store that outlives the process remember that an event was handled."""
        confirm = getattr(self.seen, "confirm", None)
        try:
            if confirm is not None:
                await settled(confirm(*delivery.claimed))
        except Exception as error:
            logger.warning("a handled event could not be remembered (%s)", type(error).__name__)

    async def _give_back(self, delivery: Delivery) -> None:
        self._pending.discard(delivery)
        for key in delivery.claimed:
            try:
                await settled(self.seen.release(key))
            except Exception as error:
                logger.warning("a claim could not be given back (%s)", type(error).__name__)

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
        """An ASGI application: ``app.mount("/hooks", hooks.asgi)`` in FastAPI and Starlette."""
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
        tasks = set(self._tasks)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=self._drain)
            for task in late:
                task.cancel()
            if late:
                logger.warning("%d events were not handled before the end; they are given back", len(late))
                await asyncio.wait(late, timeout=1.0)
        for delivery in list(self._pending):
            await self._give_back(delivery)

    async def __aenter__(self) -> Self:
        self._closing = False
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _accepted(given: Credentials | Iterable[Credentials] | Anyone | None) -> tuple[Credentials, ...] | Anyone:
    if given is ANYONE:
        return ANYONE
    if isinstance(given, Credentials):
        return (given,)
    pairs: tuple[Any, ...] = tuple(given) if isinstance(given, Iterable) else ()
    if not pairs or not all(isinstance(each, Credentials) for each in pairs):
        raise ConfigurationError(
            "a receiver needs credentials: Credentials('user', 'password'), Credentials.from_env(), or ANYONE"
        )
    return pairs


def _check_numbers(**given: float) -> None:
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
            raise ConfigurationError(f"{name} must be a number above 0, got {value!r}")


def _class_of(kind: type[Event] | str) -> type[Event]:
    if isinstance(kind, str):
        # A name that is not known here may be one that the vendor has added.
        return EVENTS.get(kind, UnknownEvent)
    if isinstance(kind, type) and issubclass(kind, Event):
        return kind
    raise ConfigurationError(f"a handler is for a class of events or a name like 'call.missed', got {kind!r}")


def _authorizations(headers: Headers) -> list[str]:
    pairs = cast("Iterable[Any]", headers.items() if isinstance(headers, Mapping) else headers)
    return [_text(value) for name, value in pairs if _text(name).lower() == "authorization"]


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
