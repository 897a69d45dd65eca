"""Delivery: one call from its request to a good reply, through as many attempts as its policy allows.

The loop is short because others decide: `RetryPolicy` whether and when to try again, `Gate` when a request may go out,
`Transport` how it is sent. Here they meet, under one deadline.
"""

from __future__ import annotations

import asyncio
import inspect
import itertools
import logging
import random
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import attrs
from yarl import URL

from .auth import Auth
from .errors import (
    APIError,
    ConnectError,
    DeadlineExceeded,
    RequestInfo,
    ResponseTooLarge,
    TransportError,
    VoipStudioError,
    error_class,
)
from .exchange import Reply, Request
from .gate import Gate
from .hooks import Hooks, RequestEvent, ResponseEvent, RetryEvent, WaitEvent
from .retry import Budget, Failure, RetryPolicy, retry_after
from .settings import Timeouts
from .wire import error_parts

if TYPE_CHECKING:
    from .transport import Transport

logger = logging.getLogger("voipstudio_async")

_numbers = itertools.count(1)


class Tally:
    """Counts the requests that were sent for one piece of work."""

    def __init__(self) -> None:
        self.requests = 0


tally: ContextVar[Tally | None] = ContextVar("voipstudio_async_tally", default=None)
"""Where to count the requests of the running piece of work, for `voipstudio_async.bulk`."""


@attrs.define
class _Call:
    """One call under way: what its attempts have in common, and what is known of them."""

    number: int
    request: Request
    info: RequestInfo
    url: URL
    started: float
    attempt: int = 0
    unsure: bool = False
    """An earlier attempt may have reached the server, and may have been carried out."""


@attrs.frozen
class Delivery:
    """Sends requests for a client or a view of it."""

    base: str
    auth: Auth
    timeouts: Timeouts
    policy: RetryPolicy
    transport: Transport
    gate: Gate
    budget: Budget
    hooks: Hooks

    async def send(self, request: Request) -> Reply:
        """Send a request until there is a good reply, or raise what is in the way."""
        loop = asyncio.get_running_loop()
        call = _Call(next(_numbers), request, self.info(request), self._url(request), loop.time())
        try:
            async with asyncio.timeout(self.timeouts.total):
                return await self._attempts(call)
        except TimeoutError as error:
            if isinstance(error, VoipStudioError):
                raise
        elapsed = loop.time() - call.started
        raise DeadlineExceeded(
            f"not done within {self.timeouts.total:g} s: {_times(call.attempt)} in {elapsed:.3g} s",
            request=call.info,
            attempts=call.attempt,
            elapsed=elapsed,
        )

    async def _attempts(self, call: _Call) -> Reply:
        while True:
            call.attempt += 1
            try:
                return await self._attempt(call)
            except (TransportError, APIError) as error:
                error.attempts = call.attempt
                failure = _failure(error)
                delay = self._delay(call, failure)
                if delay is None:
                    raise
                reason = f"{type(error).__name__}: {error}"
            call.unsure = call.unsure or not failure.unsent
            self.hooks.tell(self.hooks.on_retry, RetryEvent(call.number, call.info, call.attempt, delay, reason))
            logger.info("%s: attempt %d failed, the next one in %.3g s (%s)", call.info, call.attempt, delay, reason)
            await asyncio.sleep(delay)

    async def _attempt(self, call: _Call) -> Reply:
        if (pause := self.gate.pause) > 0:
            self.hooks.tell(self.hooks.on_wait, WaitEvent(call.number, call.info, pause))
        headers = await self._headers(call.request)
        async with self.gate:
            reply = await self._exchange(call, headers)
        if 200 <= reply.status < 300:
            self.budget.give()
            self.gate.ease()
            return attrs.evolve(reply, attempts=call.attempt)
        if reply.status == 404 and call.unsure and call.request.method == "DELETE":
            # The first DELETE was carried out and its answer got lost: that it is gone now is its success.
            return attrs.evolve(reply, attempts=call.attempt)
        raise api_error(reply, call.info)

    async def _exchange(self, call: _Call, headers: dict[str, str]) -> Reply:
        loop = asyncio.get_running_loop()
        self._count()
        self.hooks.tell(self.hooks.on_request, RequestEvent(call.number, call.info, call.attempt))
        began = loop.time()
        status: int | None = None
        problem: str | None = None
        try:
            reply = await self.transport.send(call.info, call.url, headers, call.request.body, self.timeouts)
            status = reply.status
        except BaseException as error:
            problem = f"{type(error).__name__}: {error}"
            raise
        finally:
            elapsed = loop.time() - began
            event = ResponseEvent(call.number, call.info, call.attempt, status, elapsed, problem)
            self.hooks.tell(self.hooks.on_response, event)
            logger.debug("%s: %s in %.3f s", call.info, status or problem, elapsed)
        return reply

    def _delay(self, call: _Call, failure: Failure) -> float | None:
        # Jitter spreads load; it needs no cryptography.
        delay = self.policy.delay(call.attempt, failure, call.request.repeat, random.random())  # noqa: S311
        if failure.throttled and (failure.wait is None or delay is not None):
            self.gate.slow_down(delay if delay is not None else 0.0)
        if delay is None or not self._in_time(call, delay):
            return None
        return delay if failure.throttled or self.budget.take() else None

    def _in_time(self, call: _Call, delay: float) -> bool:
        if self.timeouts.total is None:
            return True
        return asyncio.get_running_loop().time() - call.started + delay < self.timeouts.total

    async def _headers(self, request: Request) -> dict[str, str]:
        given = self.auth.headers()
        credentials: Mapping[str, str] = await given if inspect.isawaitable(given) else given
        headers = dict(credentials)
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        return headers

    def _url(self, request: Request) -> URL:
        url = URL(self.base + request.path, encoded=True)
        return url.with_query(request.query) if request.query else url

    def info(self, request: Request) -> RequestInfo:
        """Describe a request for errors, hooks and logs."""
        query = "&".join(f"{name}={value}" for name, value in request.query)
        return RequestInfo(request.method, f"{self.base}{request.shown_path}{'?' if query else ''}{query}")

    def _count(self) -> None:
        counter = tally.get()
        if counter is not None:
            counter.requests += 1


def api_error(reply: Reply, info: RequestInfo) -> APIError:
    """Make the error for a reply whose status is not a success."""
    told, errors = error_parts(reply.body)
    message = told or _phrase(reply.status)
    error = error_class(reply.status)(reply.status, message, errors, info)
    error.retry_after = retry_after(reply.headers.get("Retry-After"), datetime.now(UTC))
    return error


def _phrase(status: int) -> str:
    if 300 <= status < 400:
        return "the API redirects; redirects are not followed, since the token would travel along (is base_url right?)"
    return "the answer has no message"


def _failure(error: TransportError | APIError) -> Failure:
    if isinstance(error, APIError):
        return Failure(status=error.status, wait=error.retry_after)
    if isinstance(error, ConnectError):
        return Failure(unsent=True, final=error.final)
    return Failure(final=isinstance(error, ResponseTooLarge))


def _times(attempts: int) -> str:
    return "1 attempt" if attempts == 1 else f"{attempts} attempts"
