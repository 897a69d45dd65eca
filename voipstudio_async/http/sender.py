"""The sender: one call from its request to a good reply, through as many attempts as its policy allows.

The loop is short because others decide: `RetryPolicy` whether and when to try again, `Limiter` when a request may go
out, `Transport` how it is sent. Here they meet, under one deadline.

A call is a row of attempts under one deadline. Each takes a place in the limiter, asks for credentials behind it, and
is sent once. A reply that is no good becomes an `APIError`; that, or a `TransportError`, goes to the policy, which says
how long to wait, or that this was the last attempt. Four rules hold:

* The place is given back before the wait, so that a call that waits keeps nobody out.
* The deadline cancels the task of the call, wherever it stands, and takes the cancellation back. One that came from
  elsewhere is told by the count of `asyncio.Task.cancelling`: where there are both, that one wins.
* What may have been carried out is remembered: a DELETE that is answered with 404 has succeeded only then.
* A download is the same call with a sink. Its deadline begins anew as long as it brings something, and an attempt after
  the first begins the sink anew, or is not made where the sink cannot.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Coroutine, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
from multidict import MultiMapping

from ..errors import (
    APIError,
    AuthenticationError,
    ConnectError,
    DeadlineExceeded,
    FieldError,
    RequestInfo,
    ResponseTooLarge,
    TransportError,
    error_class,
)
from ..wire.exchange import Reply, Request, Sink
from ..wire.parsing import error_parts
from ..wire.received import without_named
from ..wire.redaction import conceal, secrets_of
from .auth import Auth, Headers, ask, lasting
from .calls import Call, Download
from .gates import Shared
from .hooks import EndEvent, Hooks, RequestEvent, ResponseEvent, RetryEvent, WaitEvent
from .limiter import Limiter
from .retry import MAX_WAIT, Budget, Failure, RetryPolicy, read_date, retry_after
from .settings import Timeouts

if TYPE_CHECKING:
    from .timers import Timers
    from .transport import Transport

logger = logging.getLogger("voipstudio_async")

_NO_HEADERS: Headers = {}


class Tally:
    """Counts the requests that were sent for one piece of work."""

    def __init__(self) -> None:
        self.requests = 0


tally: ContextVar[Tally | None] = ContextVar("voipstudio_async_tally", default=None)
"""Where to count the requests of the running piece of work, for `voipstudio_async.bulk`."""


@attrs.frozen
class Sender:
    """Sends requests for a client or a view of it."""

    base: str
    auth: Auth
    timeouts: Timeouts
    policy: RetryPolicy
    transport: Transport
    limiter: Limiter | Shared
    budget: Budget
    hooks: Hooks
    _lasting: Headers | None = attrs.field(init=False, repr=False, eq=False)
    """The credentials, where they are the same for every attempt."""
    _is_watched: bool = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        # Once, and not for every call.
        object.__setattr__(self, "_lasting", lasting(self.auth))
        watched = self.hooks.on_request is not None or self.hooks.on_response is not None
        object.__setattr__(self, "_is_watched", watched)

    def send(self, request: Request) -> Coroutine[Any, Any, Reply]:
        """Send a request until there is a good reply, or raise what is in the way."""
        timers = self.transport.timers()
        call = Call(request, self.base, self._lasting or _NO_HEADERS, timers.loop)
        return self._bounded(call, timers) if self.hooks.on_end is None else self._told_at_end(call, timers)

    def stream(self, request: Request, sink: Sink) -> Coroutine[Any, Any, Reply]:
        """Send a request as `send` does, and write the body of a good answer to a sink as it comes.

        An attempt that fails half-way is followed by another one from the beginning: the API sends whole files only.
        The reply has a body only where the sink did not want it, see `Sink.begin`.
        """
        timers = self.transport.timers()
        total = self.timeouts.total
        timer = None if total is None else timers.of(total)
        call = Download(request, self.base, self._lasting or _NO_HEADERS, timers.loop, sink, timer)
        return self._bounded(call, timers) if self.hooks.on_end is None else self._told_at_end(call, timers)

    async def _told_at_end(self, call: Call, timers: Timers) -> Reply:
        loop = asyncio.get_running_loop()
        status: int | None = None
        problem: str | None = None
        try:
            reply = await self._bounded(call, timers)
            status = reply.status
        except BaseException as error:
            status = getattr(error, "status", None)
            problem = _named(error)
            raise
        finally:
            elapsed = loop.time() - call.started
            self.hooks.tell(self.hooks.on_end, EndEvent(call.number, call.info, call.sent, status, elapsed, problem))
        return reply

    async def _bounded(self, call: Call, timers: Timers) -> Reply:
        """Make attempts until one succeeds, under the deadline.

        This does what asyncio.timeout() does, in fewer steps: it is on the way of every request.
        """
        total = self.timeouts.total
        task = call.task
        if total is None or task is None:
            return await self._attempts(call)
        before = task.cancelling()
        timer = timers.of(total)
        timer.start(call)
        try:
            return await self._attempts(call)
        except asyncio.CancelledError:
            # Not, if somebody else has cancelled the task as well.
            if not call.expired or task.cancelling() > before + 1:
                raise
        finally:
            timer.stop(call)
            if call.expired:
                task.uncancel()
        elapsed = timers.loop.time() - call.started
        raise self._too_late(call, f"{_times(call.sent)} in {elapsed:.3g} s", elapsed)

    def _too_late(self, call: Call, reason: str, elapsed: float) -> DeadlineExceeded:
        """Make the error of a call whose time is over."""
        message = f"not done within {self.timeouts.total:g} s: {reason}"
        return DeadlineExceeded(message, request=call.info, attempts=call.sent, elapsed=elapsed)

    def _held(self, call: Call, seconds: float) -> None:
        """Hear that the limiter is closed; do not begin to wait when the time of the call is over before it opens."""
        total = self.timeouts.total
        now = asyncio.get_running_loop().time()
        if total is not None and now - call.since + seconds >= total:
            reason = f"the API has asked everybody to wait, and that takes another {seconds:.3g} s"
            raise self._too_late(call, reason, now - call.started)
        self.hooks.tell(self.hooks.on_wait, WaitEvent(call.number, call.info, seconds))

    async def _attempts(self, call: Call) -> Reply:
        while True:
            call.attempt += 1
            if not self.limiter.enter_at_once():
                await self.limiter.enter(partial(self._held, call))
            try:
                # Not before: a token that lives for a short time would grow old while it waits.
                if self._lasting is None:
                    await self._ask(call)
                call.sent += 1
                if (counter := tally.get()) is not None:
                    counter.requests += 1
                is_told = self._is_watched or logger.isEnabledFor(logging.DEBUG)
                return self._judge(call, await (self._told(call) if is_told else self._sent(call)))
            except DeadlineExceeded:
                raise  # of another client, which the credentials come from
            except (TransportError, APIError) as error:
                delay = 0.0 if await self._has_new_credentials(call, error) else self._next(call, error)
                if delay is None:
                    raise
            finally:
                self.limiter.leave()
            await asyncio.sleep(delay)

    async def _ask(self, call: Call) -> None:
        """Ask the scheme for the credentials of one attempt."""
        found = ask(self.auth)
        call.carry(found if isinstance(found, dict) else await found)
        # Whoever prints the variables of this frame finds no credentials.
        del found

    async def _has_new_credentials(self, call: Call, error: TransportError | APIError) -> bool:
        """Return whether credentials that were refused can be exchanged for others: a 401 has done nothing yet."""
        refused = getattr(self.auth, "refused", None) if isinstance(error, AuthenticationError) else None
        if refused is None or call.renewed:
            return False
        call.renewed = True
        return bool(await refused(call.credentials))

    def _next(self, call: Call, error: TransportError | APIError) -> float | None:
        """Say how many seconds after a failure to try again, and tell the hooks and the log; None is to give up."""
        error.attempts = call.attempt
        failure = _failure(error)
        delay = self._delay(call, failure)
        if delay is None or (call.sink is not None and call.sink.is_spent):
            return None
        call.unsure = call.unsure or _may_be_done(failure)
        reason = _named(error)
        self.hooks.tell(self.hooks.on_retry, RetryEvent(call.number, call.info, call.attempt, delay, reason))
        logger.info("%s: attempt %d failed, the next one in %.3g s (%s)", call.info, call.attempt, delay, reason)
        return delay

    def _judge(self, call: Call, reply: Reply) -> Reply:
        if 200 <= reply.status < 300:
            self.budget.give()
            self.limiter.ease()
            return reply if call.attempt == 1 else attrs.evolve(reply, attempts=call.attempt)
        if reply.status == 404 and call.unsure and call.request.method == "DELETE":
            # The first DELETE was carried out and its answer got lost: that it is gone now is its success.
            return attrs.evolve(reply, attempts=call.attempt)
        raise _api_error(reply, call.info, secrets_of(call.credentials) | call.request.secrets)

    def _sent(self, call: Call) -> Coroutine[Any, Any, Reply]:
        least = call.request.read_timeout
        timeouts = self.timeouts if least is None else self.timeouts.reading(least)
        return self.transport.send(call, call.credentials, timeouts)

    async def _told(self, call: Call) -> Reply:
        """Send once, and tell the hooks and the log."""
        loop = asyncio.get_running_loop()
        if self.hooks.on_request is not None:
            self.hooks.tell(self.hooks.on_request, RequestEvent(call.number, call.info, call.attempt))
        began = loop.time()
        status: int | None = None
        problem: str | None = None
        try:
            reply = await self._sent(call)
            status = reply.status
        except BaseException as error:
            problem = _named(error)
            raise
        finally:
            elapsed = loop.time() - began
            if self.hooks.on_response is not None:
                event = ResponseEvent(call.number, call.info, call.attempt, status, elapsed, problem)
                self.hooks.tell(self.hooks.on_response, event)
            logger.debug("%s: %s in %.3f s", call.info, status or problem, elapsed)
        return reply

    def _delay(self, call: Call, failure: Failure) -> float | None:
        # Jitter spreads load; it needs no cryptography.
        delay = self.policy.delay(call.attempt, failure, call.request.repeat, random.random())  # noqa: S311
        if failure.throttled and (failure.wait or 0.0) <= MAX_WAIT:
            # Also where this call gives up: the API has asked everybody to wait.
            self.limiter.slow_down(max(delay or 0.0, failure.wait or 0.0))
        if delay is None or not self._in_time(call, delay):
            return None
        return delay if failure.throttled or self.budget.take() else None

    def _in_time(self, call: Call, delay: float) -> bool:
        if self.timeouts.total is None:
            return True
        return asyncio.get_running_loop().time() - call.since + delay < self.timeouts.total


def _api_error(reply: Reply, info: RequestInfo, secrets: set[str]) -> APIError:
    # Read first, and then freed of secrets: they may be written in another way in the JSON.
    told, errors = error_parts(reply.body)
    message = conceal(without_named(told), secrets) if told else _phrase(reply.status)
    error = error_class(reply.status)(reply.status, message, [_concealed(entry, secrets) for entry in errors], info)
    error.retry_after = _asked_wait(reply.headers)
    return error


def _concealed(entry: FieldError, secrets: set[str]) -> FieldError:
    texts = (conceal(without_named(text), secrets) if text else text for text in (entry.field, entry.code))
    field, code = texts
    return FieldError(field, conceal(without_named(entry.message), secrets), code)


def _named(error: BaseException) -> str:
    """Say what went wrong without a word of the answer's body: hooks and logs are kept."""
    name = type(error).__name__
    if isinstance(error, APIError):
        return f"{name}: {error.status}"
    return f"{name}: {error.message}" if isinstance(error, TransportError) else name


def _asked_wait(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds an answer asks to wait: by the server's own clock, and the longest of what it says."""
    now = read_date(headers.get("Date")) or datetime.now(UTC)
    told = headers.getall("Retry-After", []) if isinstance(headers, MultiMapping) else [headers.get("Retry-After")]
    return max((wait for value in told if (wait := retry_after(value, now)) is not None), default=None)


def _phrase(status: int) -> str:
    if status == 304:
        return "the API says that nothing has changed, which it was not asked (is there a cache on the way?)"
    if 300 <= status < 400:
        return "the API redirects; redirects are not followed, since the token would travel along (is base_url right?)"
    return "the answer has no message"


def _failure(error: TransportError | APIError) -> Failure:
    if isinstance(error, APIError):
        return Failure(status=error.status, wait=error.retry_after)
    if isinstance(error, ConnectError):
        return Failure(unsent=True, final=error.final)
    return Failure(final=isinstance(error, ResponseTooLarge))


def _may_be_done(failure: Failure) -> bool:
    # A 4xx, and an answer that only asks to come later, refuse the request; nobody knows what is behind another one.
    if failure.unsent or failure.throttled:
        return False
    return failure.status is None or failure.status >= 500


def _times(attempts: int) -> str:
    return "1 attempt" if attempts == 1 else f"{attempts} attempts"
