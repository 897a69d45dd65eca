"""Hooks: what a program may want to see of the traffic. Events are values, and hold no secrets and no bodies.

Where an event names an error, it gives its class with the status, ``ValidationError: 400``, or with what happened to
the connection; the API's own message is in the exception only.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import attrs

from ..errors import RequestInfo

logger = logging.getLogger("voipstudio_async")


@attrs.frozen
class RequestEvent:
    """A request is about to be sent."""

    call: int
    """The number of the call; all attempts of one call share it."""
    request: RequestInfo
    """The request, without its body."""
    attempt: int
    """The number of the attempt, from 1."""


@attrs.frozen
class ResponseEvent:
    """An attempt has ended, with an answer or without."""

    call: int
    """The number of the call; all attempts of one call share it."""
    request: RequestInfo
    """The request, without its body."""
    attempt: int
    """The number of the attempt, from 1."""
    status: int | None
    """The status, or None when no usable answer came."""
    elapsed: float
    """Seconds since the request was sent."""
    error: str | None = None
    """What went wrong, when no usable answer came."""


@attrs.frozen
class RetryEvent:
    """A failed request will be sent again."""

    call: int
    """The number of the call; all attempts of one call share it."""
    request: RequestInfo
    """The request, without its body."""
    attempt: int
    """The number of the attempt that failed."""
    delay: float
    """Seconds until the next one."""
    reason: str
    """What went wrong."""


@attrs.frozen
class WaitEvent:
    """A request is held back, because the API asked everybody to slow down."""

    call: int
    """The number of the call; all attempts of one call share it."""
    request: RequestInfo
    """The request, without its body."""
    seconds: float
    """How long it will be."""


@attrs.frozen
class EndEvent:
    """A call is over, with all its attempts."""

    call: int
    """The number of the call; all attempts of one call share it."""
    request: RequestInfo
    """The request, without its body."""
    attempts: int
    """How many requests were sent."""
    status: int | None
    """The last status, or None when no usable answer came."""
    elapsed: float
    """Seconds since the call began."""
    error: str | None = None
    """What the caller gets instead of a result, when it is an error."""


@attrs.frozen(kw_only=True)
class Hooks:
    """Functions that are called as things happen, on the loop's thread: they must be quick, and must not block.

    What a hook raises is logged and goes no further: a call never fails because somebody looked at it.
    """

    on_request: Callable[[RequestEvent], None] | None = None
    """Called before each request."""
    on_response: Callable[[ResponseEvent], None] | None = None
    """Called when an attempt has ended."""
    on_retry: Callable[[RetryEvent], None] | None = None
    """Called before a request is sent again."""
    on_wait: Callable[[WaitEvent], None] | None = None
    """Called when a request is held back."""
    on_end: Callable[[EndEvent], None] | None = None
    """Called once for each call, when it is over."""

    def __or__(self, other: Hooks) -> Hooks:
        """Return hooks that call those of both, these first: ``Hooks(on_retry=note) | tracing()``."""
        names = [field.name for field in attrs.fields(Hooks)]
        return Hooks(**{name: self._joined(getattr(self, name), getattr(other, name)) for name in names})

    def _joined(self, first: Callable[[Any], None] | None, second: Callable[[Any], None] | None) -> Any:
        if first is None or second is None:
            return first or second

        def both(event: Any) -> None:
            self.tell(first, event)
            self.tell(second, event)

        return both

    def tell(self, hook: Callable[[Any], None] | None, event: Any) -> None:
        """Call a hook, if there is one."""
        if hook is None:
            return
        try:
            hook(event)
        except Exception:
            logger.exception("a hook failed for %s", type(event).__name__)
