"""Waiting for a call to come to a state: it is asked for again and again, politely, until a deadline."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from ..entities.arguments import is_duration, number, told
from ..entities.calls import Call, CallEnded, CallState
from ..errors import ConfigurationError, DeadlineExceeded, NotFoundError
from ..wire.exchange import Exchange
from .base import Awaited, Derived, R_co, Resource
from .keys import check_id
from .signatures import call_signature
from .things import Get

_FIRST, _GROWTH, _LONGEST = 0.5, 1.3, 3.0
"""Seconds between two looks: so many at first, so many times more each time, and at most so many."""

Until = CallState | str | Callable[[Call], bool]


class Waiter(Protocol[R_co]):
    """Waits for a call to come to a state, or to its end."""

    def __call__(self, id: int, /, until: Until = CallState.CONNECTED, timeout: float | None = 60.0) -> R_co: ...


class Wait(Derived[Waiter[Awaited[Call | CallEnded]], Waiter[Call | CallEnded]]):
    """A call, when it has come to a state: ``await client.calls.wait(id, until=CallState.CONNECTED)``.

    It is asked for after half a second, then less and less often, at most every 3 seconds: what comes and goes between
    two looks is not seen. A call that is not there any more has ended, which is no error.
    """

    def __init__(self, one: Get[Call], summary: str) -> None:
        super().__init__(summary)
        self.statuses = tuple(status for status in one.statuses if status != 404)
        self.one = one

    def returns(self) -> str:
        return (
            "the `Call` as it is then, or `CallEnded` where it ended first; `DeadlineExceeded` after `timeout` seconds."
        )

    def signature(self) -> inspect.Signature:
        return call_signature(Waiter)

    def start(
        self, resource: Resource[Any], id: int, /, until: Until = CallState.CONNECTED, timeout: float | None = 60.0
    ) -> Any:
        timeout = number(timeout)
        if timeout is not None and not is_duration(timeout):
            raise ConfigurationError(f"timeout is a number of seconds above 0, or None for none, got {told(timeout)}")
        exchange = self.one.exchange(resource._caller.codec, resource._path, check_id(id))
        return resource._caller.work(partial(_wait, exchange, id, _reached(until), timeout))


def _reached(until: Any) -> Callable[[Call], bool]:
    if callable(until):
        return until  # type: ignore[no-any-return]  # whatever it gives is asked whether it is true
    if not isinstance(until, str) or not until:
        raise ConfigurationError(f"until is a state of a call, or a function of the call, got {told(until)}")
    return lambda call: call.state == until


async def _wait(
    exchange: Exchange[Call], id: int, reached: Callable[[Call], bool], timeout: float | None, caller: Any
) -> Call | CallEnded:
    limit = asyncio.timeout(timeout)
    began = asyncio.get_running_loop().time()
    try:
        async with limit:
            return await _looked_for(exchange, id, reached, caller)
    except TimeoutError:
        if not limit.expired():
            raise
    elapsed = asyncio.get_running_loop().time() - began
    raise DeadlineExceeded(f"call {id} did not come to the wanted state within {timeout:g} s", elapsed=elapsed)


async def _looked_for(
    exchange: Exchange[Call], id: int, reached: Callable[[Call], bool], caller: Any
) -> Call | CallEnded:
    last: Call | None = None
    pause = _FIRST
    while True:
        try:
            found: Call = await caller.call(exchange)
        except NotFoundError:
            return CallEnded(id, last)
        if reached(found):
            return found
        if found.state == CallState.HANGUP:
            return CallEnded(id, found)
        last = found
        await asyncio.sleep(pause)
        pause = min(pause * _GROWTH, _LONGEST)
