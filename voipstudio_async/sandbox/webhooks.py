"""The sending half of webhooks: the sandbox delivers what its phones do, and what a test asks for.

Everything runs on the sandbox's own loop. What a test starts is waited for at once where no loop runs, and can be
awaited where one does: a receiver may live on the same loop.
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
from collections import deque
from collections.abc import Coroutine, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import uuid4

import attrs
from yarl import URL

from ..entities import Secret
from ..errors import ConfigurationError
from ..tasks import end
from ..webhooks import EVENTS, Credentials
from ..webhooks import Event as Typed
from .clock import Clock
from .posting import status_of
from .telephony import Event, Telephony

T = TypeVar("T")
Told = Typed | Mapping[str, Any]

_KEPT = 10_000
"""Attempts in the log."""
_NAMES = {cls: name for name, cls in EVENTS.items()}


@attrs.frozen
class Attempt:
    """One request of the sender, and how it went."""

    event: Mapping[str, Any]
    url: str
    """Where to, without credentials."""
    number: int
    """1 for the first, 2 and more for what was not answered with 200 before."""
    at: datetime
    """When, by the sandbox's clock, in UTC."""
    status: int | None
    """The answer; None when there was none."""
    problem: str | None = None
    """Why there was none."""


@attrs.frozen
class _Endpoint:
    url: URL
    credentials: Credentials | None
    events: frozenset[str] | None

    def wants(self, event: Mapping[str, Any]) -> bool:
        return self.events is None or event.get("event_name") in self.events

    def headers(self, *, wrong: bool = False) -> dict[str, str]:
        shown = self.credentials
        if wrong:
            shown = Credentials("voip" if shown is None else shown.user, uuid4().hex)
        if shown is None:
            return {}
        pair = f"{shown.user}:{shown.password.reveal()}".encode()
        return {"Authorization": "Basic " + base64.b64encode(pair).decode("ascii")}


class Underway(Generic[T]):
    """What the sandbox was asked to do: await it, or take its `result`, which is there where no loop was running."""

    def __init__(self, future: Future[T]) -> None:
        self._future = future

    def __await__(self) -> Generator[Any, None, T]:
        return asyncio.wrap_future(self._future).__await__()

    def result(self, timeout: float | None = None) -> T:
        """Return what came of it; not to be called from a running loop."""
        return self._future.result(timeout)


class Webhooks:
    """Delivers events to the URLs that it was given; ``sandbox.webhooks``.

    Each is sent until it is answered with 200, as the vendor does.
    """

    def __init__(self, clock: Clock, telephony: Telephony) -> None:
        self.log: deque[Attempt] = deque(maxlen=_KEPT)
        """The latest requests that were sent, in the order in which they ended; clear it as you like."""
        self.backoff: tuple[float, float] = (1.0, 60.0)
        """Seconds, by the sandbox's clock, before an event is sent again: the first time, and at most; they double."""
        self.patience = 5.0
        """Seconds that an answer may take."""
        self.tries: int | None = None
        """How often an event is sent at most; None: until it is answered with 200, or the sandbox ends."""
        self._clock = clock
        self._telephony = telephony
        self._endpoints: list[_Endpoint] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._moved = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._sending: set[asyncio.Task[Any]] = set()
        self._registering: set[asyncio.Task[Any]] = set()

    def __repr__(self) -> str:
        return f"<Webhooks to {len(self._endpoints)} URLs, {len(self._sending)} deliveries under way>"

    # --- what a test asks for --------------------------------------------------------------------------------

    def to(
        self, url: str | Secret, credentials: Credentials | None = None, *, events: Iterable[str] | None = None
    ) -> Underway[None]:
        """Register a URL, which is probed and must answer with 200: from now on it gets what the phones do.

        :param url: where to deliver; it may hold credentials, as the URL that is registered with the vendor
        :param credentials: what deliveries show
        :param events: the names of the events that it gets; all without it
        :raises ConfigurationError: it is no URL, or the probe was not answered with 200
        """
        endpoint = _endpoint(url, credentials, events)
        return self._underway(self._register(endpoint), self._registering)

    def deliver(
        self,
        *events: Told,
        repeats: int = 0,
        new_ids: bool = False,
        out_of_order: bool = False,
        wrong_password: bool = False,
        at_once: int = 1,
        seed: int = 1,
    ) -> Underway[list[int | None]]:
        """Deliver events, and tell the status of each first attempt, in the order of sending; None for no answer.

        What is not answered with 200 is sent again later on, which `settled` waits for.

        :param events: entities such as ``CallMissed(...)``, or objects to be sent as they are
        :param repeats: how often each is sent again, although it was answered with 200
        :param new_ids: give each repeat an id of its own
        :param out_of_order: mix their order, differently for each `seed`
        :param wrong_password: show a wrong password, and do not send again what that is answered with
        :param at_once: how many may be under way at the same time
        :raises ConfigurationError: no URL is registered, or an argument cannot work
        """
        records = _records(events, repeats, new_ids=new_ids)
        if out_of_order:
            records = _mixed(records, seed)
        if at_once < 1:
            raise ConfigurationError(f"at_once is 1 or more, got {at_once!r}")
        return self._underway(self._deliver(records, wrong_password, at_once), self._tasks)

    def settled(self) -> Underway[None]:
        """Wait until everything that was to be delivered is answered with 200, or given up after `tries`."""
        return self._underway(self._settle(), self._tasks)

    def off(self) -> None:
        """Forget the URLs; what is under way goes on."""
        self._endpoints.clear()

    # --- its life --------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Begin to deliver, on the running loop."""
        self._loop = asyncio.get_running_loop()
        self._moved = asyncio.Event()
        self._telephony.listeners.append(self._heard)
        self._clock.listeners.append(self._advanced)

    async def end(self) -> None:
        """Stop, and leave nothing behind."""
        if self._loop is None:
            return
        self._loop = None
        self._telephony.listeners.remove(self._heard)
        self._clock.listeners.remove(self._advanced)
        self._endpoints.clear()
        await end(self._tasks | self._sending | self._registering)

    def _underway(self, work: Coroutine[Any, Any, T], among: set[asyncio.Task[Any]]) -> Underway[T]:
        loop = self._loop
        if loop is None:
            work.close()
            raise RuntimeError("the sandbox is not started: use it in 'with' or 'async with'")
        underway = Underway(asyncio.run_coroutine_threadsafe(_among(among, work), loop))
        if asyncio._get_running_loop() is None:
            underway.result()
        return underway

    # --- on the loop of the sandbox --------------------------------------------------------------------------

    async def _register(self, endpoint: _Endpoint) -> None:
        try:
            status = await status_of("GET", endpoint.url, endpoint.headers(), b"", self.patience)
        except OSError as error:
            raise ConfigurationError(f"{endpoint.url} was not registered: {_problem(error)}") from None
        if status != 200:
            raise ConfigurationError(
                f"{endpoint.url} was not registered: it must answer the probe, a GET, with 200, and answered {status}"
            )
        if not self._endpoints:
            self._start(self._tick(), self._tasks)
        self._endpoints.append(endpoint)

    async def _deliver(self, records: Sequence[Mapping[str, Any]], wrong: bool, at_once: int) -> list[int | None]:
        if self._registering:
            await asyncio.wait(self._registering)
        if not self._endpoints:
            raise ConfigurationError("there is nowhere to deliver to; register a URL: sandbox.webhooks.to(url)")
        places = asyncio.Semaphore(at_once)
        pairs = [(endpoint, record) for record in records for endpoint in list(self._endpoints)]
        return await asyncio.gather(*(self._first(places, *pair, wrong=wrong) for pair in pairs))

    async def _first(
        self, places: asyncio.Semaphore, endpoint: _Endpoint, record: Mapping[str, Any], *, wrong: bool
    ) -> int | None:
        async with places:
            status = await self._attempt(endpoint, record, 1, wrong=wrong)
        if status != 200 and not wrong:
            self._start(self._again(endpoint, record), self._sending)
        return status

    def _send(self, event: Mapping[str, Any]) -> None:
        for endpoint in self._endpoints:
            if endpoint.wants(event):
                self._start(self._until_taken(endpoint, event), self._sending)

    async def _until_taken(self, endpoint: _Endpoint, event: Mapping[str, Any]) -> None:
        if await self._attempt(endpoint, event, 1) != 200:
            await self._again(endpoint, event)

    async def _again(self, endpoint: _Endpoint, event: Mapping[str, Any]) -> None:
        number, (wait, most) = 1, self.backoff
        while self.tries is None or number < self.tries:
            await self._sleep(wait)
            wait, number = min(2 * wait, most), number + 1
            if await self._attempt(endpoint, event, number) == 200:
                return

    async def _attempt(
        self, endpoint: _Endpoint, event: Mapping[str, Any], number: int, *, wrong: bool = False
    ) -> int | None:
        headers = {"Content-Type": "application/json", **endpoint.headers(wrong=wrong)}
        status, problem = None, None
        try:
            status = await status_of("POST", endpoint.url, headers, json.dumps(dict(event)).encode(), self.patience)
        except OSError as error:
            problem = _problem(error)
        self.log.append(Attempt(event, str(endpoint.url), number, self._clock.now(), status, problem))
        return status

    async def _settle(self) -> None:
        while self._registering or self._sending:
            await asyncio.wait(self._registering | self._sending)

    async def _tick(self) -> None:
        """Let happen what is due, also when nobody asks the sandbox anything."""
        while True:
            due = self._telephony.due()
            await self._nap(None if due is None else due - self._clock.monotonic())
            self._telephony.tick()

    async def _sleep(self, seconds: float) -> None:
        until = self._clock.monotonic() + seconds
        while (left := until - self._clock.monotonic()) > 0:
            await self._nap(left)

    async def _nap(self, seconds: float | None) -> None:
        """Wait so many seconds, or until the clock was moved or a phone did something."""
        moved = self._moved
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await moved.wait()

    def _start(self, work: Coroutine[Any, Any, None], among: set[asyncio.Task[Any]]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        among.add(task)
        task.add_done_callback(among.discard)

    # --- from any thread -------------------------------------------------------------------------------------

    def _heard(self, event: Event) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._send, event)
            self._loop.call_soon_threadsafe(self._wake)

    def _advanced(self) -> None:
        if self._loop is not None:
            if self._endpoints:
                self._telephony.tick()
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()


async def _among(tasks: set[asyncio.Task[Any]], work: Coroutine[Any, Any, T]) -> T:
    task = asyncio.current_task()
    assert task is not None, "it is run as a task"
    tasks.add(task)
    try:
        return await work
    finally:
        tasks.discard(task)


def _endpoint(given: str | Secret, credentials: Credentials | None, events: Iterable[str] | None) -> _Endpoint:
    try:
        url = URL(given.reveal() if isinstance(given, Secret) else given)
    except (TypeError, ValueError):
        url = URL()
    if url.scheme not in ("http", "https") or not url.host:
        raise ConfigurationError("the URL of a webhook is like http://127.0.0.1:9000/hooks")
    if url.user and url.password:
        if credentials is not None:
            raise ConfigurationError("the URL holds credentials already; give them once")
        credentials = Credentials(url.user, url.password)
    return _Endpoint(
        url.with_user(None).with_fragment(None), credentials, None if events is None else frozenset(events)
    )


def _records(events: Sequence[Told], repeats: int, *, new_ids: bool) -> list[Mapping[str, Any]]:
    if repeats < 0:
        raise ConfigurationError(f"repeats is 0 or more, got {repeats!r}")
    records: list[Mapping[str, Any]] = []
    for record in map(_record, events):
        more = [record | {"id": f"sandbox-{uuid4().hex}"} if new_ids else record for _ in range(repeats)]
        records += [record, *more]
    return records


def _record(event: Told) -> dict[str, Any]:
    if not isinstance(event, Typed):
        return dict(event)
    name = _NAMES.get(type(event))
    return ({"event_name": name} if event.event_name is None and name else {}) | event.to_dict()


def _mixed(records: list[Mapping[str, Any]], seed: int) -> list[Mapping[str, Any]]:
    """Return another order, in which the first is not the first any more where there are two different ones."""
    mixed = records.copy()
    chance = random.Random(seed)
    while any(each != records[0] for each in records) and mixed[0] == records[0]:
        chance.shuffle(mixed)
    return mixed


def _problem(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "it took too long to answer"
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there"
    return error.strerror or str(error) or type(error).__name__
