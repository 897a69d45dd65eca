"""Faults on demand: what a server, or the network before it, does when it has a bad day.

Each fault is planned for the next requests (or the next write, or the next listing) and is spent there;
`Faults.latency`, `Faults.outage`, `Faults.mix` and the two walks go on until they are over or `Faults.clear` is called.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any, Literal

import attrs
from aiohttp import web

from .clock import Clock
from .desk import Served
from .refusals import Refusal
from .store import Row, Store

Serve = Callable[[], Awaitable[web.Response]]
"""Answers the request as if nothing was wrong."""
Fault = Callable[[web.Request, Serve], Awaitable[web.Response]]

_WRITES = frozenset({"POST", "PATCH", "PUT", "DELETE"})
_RANDOM_LATENCY = 0.02


class Unanswered(web.Response):
    """Stands for an answer that was not sent, or was not HTTP: the connection is gone."""


@attrs.frozen
class Change:
    """A row that a fault added or removed while a listing was walked."""

    kind: Literal["insert", "delete"]
    collection: str
    owner: int | None
    row: Row


@attrs.define
class _Plan:
    fault: Fault
    wants: Callable[[str, str], bool]
    left: int


@attrs.define
class _Walk:
    kind: Literal["insert", "delete"]
    rows: int
    every: int
    collection: str | None
    pages: int = 0


class Faults:
    """What goes wrong in a sandbox. It can be set from any thread, before or while requests come."""

    def __init__(self, seed: int, share: float = 0.0, clock: Clock | None = None) -> None:
        self.changes: list[Change] = []
        """What the walks have added and removed, in order."""
        self._dice = Random(f"{seed}/faults")
        self._plans: list[_Plan] = []
        self._walks: list[_Walk] = []
        self._share = 0.0
        self._delay = 0.0
        self._out_until = -math.inf
        self._drops = False
        self._clock = clock or Clock()
        self._ended = asyncio.Event()
        self.mix(share)

    # --- what can be asked for -------------------------------------------------------------------------------

    def next(
        self,
        status: int,
        *,
        retry_after: float | str | None = None,
        count: int = 1,
        method: str | None = None,
        path: str | None = None,
    ) -> None:
        """Answer the next `count` requests with an error status, without doing what they ask.

        `retry_after` is sent as it is: seconds, a date, or nonsense. With `method` or `path` (the beginning of the path
        below the base URL) only such requests count.
        """
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        self._plan(_status(status, headers), count, method, path)

    def drop(self, *, count: int = 1, method: str | None = None, path: str | None = None) -> None:
        """Cut the connection of the next requests before anything is done."""
        self._plan(_drop, count, method, path)

    def drop_after_commit(self, *, count: int = 1) -> None:
        """Do what the next write asks, and cut the connection instead of answering."""
        self._plans.append(_Plan(_drop_after, lambda method, _: method in _WRITES, _positive(count)))

    def malformed_headers(self, *, count: int = 1, method: str | None = None, path: str | None = None) -> None:
        """Answer the next requests with a throttle page whose header lines are not HTTP.

        The vendor's own is known to look so.
        """
        self._plan(_malformed, count, method, path)

    def truncated_body(self, *, count: int = 1, method: str | None = None, path: str | None = None) -> None:
        """Answer the next requests with half a body, then close the connection."""
        self._plan(_truncated, count, method, path)

    def latency(self, seconds: float) -> None:
        """Let every request wait before it is answered; 0 ends that."""
        if seconds < 0:
            raise ValueError(f"latency must be 0 or more seconds, got {seconds}")
        self._delay = seconds

    def outage(self, seconds: float, *, drop: bool = False) -> None:
        """Answer 503 for so many seconds (of the sandbox's clock) from now on, or cut every connection; 0 ends that."""
        self._drops = drop
        self._out_until = self._clock.monotonic() + seconds

    def mix(self, share: float) -> None:
        """Let this share of all requests meet a fault by chance: 429, 500, 502, 503, a cut, malformed headers, a delay.

        The chance depends on the seed. A 429 or 503 says ``Retry-After: 0``, so that long tests stay short.
        """
        if not 0 <= share <= 1:
            raise ValueError(f"a share is from 0 to 1, got {share}")
        self._share = share

    def insert_during_walk(self, rows: int = 1, *, every: int = 1, collection: str | None = None) -> None:
        """Add `rows` new rows to a collection after every `every`-th page of it was read.

        `collection` is the last part of its path (``cdrs``); without it every listing is meant. See `changes`.
        """
        self._walks.append(_Walk("insert", _positive(rows), _positive(every), collection))

    def delete_during_walk(self, rows: int = 1, *, every: int = 1, collection: str | None = None) -> None:
        """Remove `rows` rows, by chance, from a listing after every `every`-th page of it was read. See `changes`."""
        self._walks.append(_Walk("delete", _positive(rows), _positive(every), collection))

    def clear(self) -> None:
        """End all faults. `changes` is kept."""
        self._plans.clear()
        self._walks.clear()
        self._share = self._delay = 0.0
        self._out_until = -math.inf

    # --- what the server asks --------------------------------------------------------------------------------

    def begin(self) -> None:
        """Be ready for the requests of a loop."""
        self._ended = asyncio.Event()

    def end(self) -> None:
        """Let the requests go on that are kept waiting: the server stops."""
        self._ended.set()

    async def hold(self, seconds: float) -> None:
        """Keep a request waiting, but not beyond the end of the server."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), seconds) if seconds else None

    async def serve(self, request: web.Request, path: str, serve: Serve) -> web.Response:
        """Answer a request, with what goes wrong on the way."""
        await self.hold(self._delay)
        fault = self._take(request.method, path)
        return await (serve() if fault is None else fault(request, serve))

    def after_page(self, store: Store, served: Served) -> None:
        """Change rows after a page of a listing was read."""
        for walk in self._walks:
            if walk.collection in (None, served.table.name):
                walk.pages += 1
                if walk.pages % walk.every == 0:
                    change = _insert if walk.kind == "insert" else _delete
                    self.changes += (made for _ in range(walk.rows) if (made := change(store, served, self._dice)))

    def _take(self, method: str, path: str) -> Fault | None:
        if self._clock.monotonic() < self._out_until:
            return _drop if self._drops else _status(503, {})
        for plan in self._plans:
            if plan.wants(method, path):
                plan.left -= 1
                if plan.left <= 0:
                    self._plans.remove(plan)
                return plan.fault
        return self._dice.choice(_MIX) if self._share and self._dice.random() < self._share else None

    def _plan(self, fault: Fault, count: int, method: str | None, path: str | None) -> None:
        def wants(asked_method: str, asked_path: str) -> bool:
            return method in (None, asked_method) and (path is None or asked_path.startswith(path))

        self._plans.append(_Plan(fault, wants, _positive(count)))


def _positive(count: int) -> int:
    if count < 1:
        raise ValueError(f"a count must be 1 or more, got {count}")
    return count


# --- single faults -------------------------------------------------------------------------------------------


def _status(status: int, headers: dict[str, str]) -> Fault:
    async def answer(_request: web.Request, _serve: Serve) -> web.Response:
        refused = Refusal(status).answer(headers)
        return web.Response(status=status, body=refused.body, headers=refused.headers)

    return answer


async def _drop(request: web.Request, _serve: Serve) -> web.Response:
    return _write(request, b"", abort=True)


async def _drop_after(request: web.Request, serve: Serve) -> web.Response:
    await serve()
    return _write(request, b"", abort=True)


async def _malformed(request: web.Request, _serve: Serve) -> web.Response:
    head = (
        b"HTTP/1.1 429 Too Many Requests\r\nContent-Type text/html\r\nbad\x00 header: \x01\r\nContent-Length: 9\r\n\r\n"
    )
    return _write(request, head + b"slow down")


async def _truncated(request: web.Request, serve: Serve) -> web.Response:
    response = await serve()
    body = response.body if isinstance(response.body, bytes) else b""
    length = max(2, len(body))
    head = f"HTTP/1.1 {response.status} OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    return _write(request, head.encode() + body[: len(body) // 2])


async def _late(_request: web.Request, serve: Serve) -> web.Response:
    await asyncio.sleep(_RANDOM_LATENCY)
    return await serve()


_MIX: tuple[Fault, ...] = (
    _status(429, {"Retry-After": "0"}),
    _status(500, {}),
    _status(502, {}),
    _status(503, {"Retry-After": "0"}),
    _drop,
    _malformed,
    _late,
)


def _write(request: web.Request, content: bytes, *, abort: bool = False) -> Unanswered:
    """Write bytes past the HTTP server and end the connection."""
    transport = request.transport
    if transport is not None:
        if content:
            transport.write(content)
        transport.abort() if abort and isinstance(transport, asyncio.Transport) else transport.close()
    return Unanswered()


def _insert(store: Store, served: Served, dice: Random) -> Change | None:
    ids = store.ids(served.table.name, served.query)
    pattern = store.row(served.table.name, dice.choice(ids)) if ids else None
    if pattern is None:
        return None
    row = store.insert(served.table.name, pattern, store.owner(served.table.name, pattern["id"]))
    return Change("insert", served.table.name, served.owner, row)


def _delete(store: Store, served: Served, dice: Random) -> Change | None:
    ids = store.ids(served.table.name, served.query)
    row: Any = store.row(served.table.name, dice.choice(ids)) if ids else None
    if row is None:
        return None
    store.delete(served.table.name, row["id"])
    return Change("delete", served.table.name, served.owner, row)
