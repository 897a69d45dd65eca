"""OpenTelemetry spans (extra ``otel``), off unless asked for.

::

    client = AsyncVoipStudio(token, hooks=tracing())

One client span for each call, with an event for each attempt, retry and wait, and the attributes of the semantic
conventions for HTTP. No body is recorded, nor a text that came out of one, and the URL is the redacted one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from yarl import URL

from .errors import RequestInfo
from .extras import needed
from .http.hooks import EndEvent, Hooks, RequestEvent, ResponseEvent, RetryEvent, WaitEvent
from .version import __version__

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer, TracerProvider

_NUMBER = re.compile(r"(?<=/)[0-9]+(?=/|$)")


def tracing(tracer_provider: TracerProvider | None = None) -> Hooks:
    """Make hooks that record spans.

    Join them with your own: ``Hooks(on_retry=note) | tracing()``.

    :param tracer_provider: where the spans go; the global provider without it
    :raises ConfigurationError: OpenTelemetry is not installed; the message says how to get it
    """
    trace = needed("opentelemetry.trace", "otel", "tracing")
    return _Recorder(trace.get_tracer("voipstudio_async", __version__, tracer_provider)).hooks()


class _Recorder:
    """The spans of the calls that are under way, by the number of the call."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._spans: dict[int, Span] = {}

    def hooks(self) -> Hooks:
        """Return the hooks that record."""
        return Hooks(
            on_request=self._request,
            on_response=self._response,
            on_retry=self._retry,
            on_wait=self._wait,
            on_end=self._end,
        )

    def _span(self, call: int, request: RequestInfo) -> Span:
        span = self._spans.get(call)
        if span is None:
            from opentelemetry.trace import SpanKind  # noqa: PLC0415 - an optional extra

            attributes = _attributes(request)
            name = f"{request.method} {attributes['url.template']}"
            span = self._tracer.start_span(name, kind=SpanKind.CLIENT, attributes=attributes)
            self._spans[call] = span
        return span

    def _request(self, event: RequestEvent) -> None:
        self._span(event.call, event.request)

    def _response(self, event: ResponseEvent) -> None:
        known = {
            "attempt": event.attempt,
            "http.response.status_code": event.status,
            "elapsed": event.elapsed,
            "error.type": _kind(event.error),
        }
        self._span(event.call, event.request).add_event("attempt", _given(known))

    def _retry(self, event: RetryEvent) -> None:
        known = {"attempt": event.attempt, "delay": event.delay, "error.type": _kind(event.reason)}
        self._span(event.call, event.request).add_event("retry", _given(known))

    def _wait(self, event: WaitEvent) -> None:
        self._span(event.call, event.request).add_event("wait", {"seconds": event.seconds})

    def _end(self, event: EndEvent) -> None:
        span = self._span(event.call, event.request)
        del self._spans[event.call]
        known = {
            "http.response.status_code": event.status,
            "http.request.resend_count": event.attempts - 1 if event.attempts > 1 else None,
            "error.type": _kind(event.error),
        }
        span.set_attributes(_given(known))
        if event.error is not None:
            from opentelemetry.trace import StatusCode  # noqa: PLC0415 - an optional extra

            span.set_status(StatusCode.ERROR, _kind(event.error))
        span.end()


def _attributes(request: RequestInfo) -> dict[str, Any]:
    url = URL(request.url)
    known = {
        "http.request.method": request.method,
        "url.full": request.url,
        "url.template": _NUMBER.sub("{id}", url.path),
        "server.address": url.host,
        "server.port": url.port,
    }
    return _given(known)


def _kind(error: str | None) -> str | None:
    # What follows the name may quote an answer.
    return error.partition(":")[0] if error is not None else None


def _given(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value is not None}
