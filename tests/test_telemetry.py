"""Spans of OpenTelemetry: one for each call, with its attempts, and nothing of what was said."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from faces import opened, settle
from hostile.servers import Hostile, always, answer, in_turn, rows

from voipstudio_async import APIError, ConfigurationError, Hooks, RetryPolicy, Timeouts
from voipstudio_async.telemetry import tracing

TOKEN = "0123456789abcdef0123456789abcdef01234567"
QUICK = RetryPolicy(attempts=3, base=0.001, cap=0.002)
BUSY = answer({"message": "spoken"}, "Retry-After: 0.05", status="503 Unavailable")


class Spans:
    """A provider that keeps its spans."""

    def __init__(self) -> None:
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

        self._exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))

    @property
    def finished(self) -> tuple[Any, ...]:
        return self._exporter.get_finished_spans()


@pytest.fixture
def spans() -> Spans:
    pytest.importorskip("opentelemetry.sdk")
    return Spans()


async def test_a_call_is_one_span_with_its_attempts(spans: Spans, face: type[Any]) -> None:
    with Hostile(in_turn(BUSY, answer(rows(1)))) as server:
        hooks = tracing(spans.provider)
        async with opened(face, TOKEN, base_url=server.url, retry=QUICK, hooks=hooks) as client:
            await settle(client.users.cdrs(7206, order_by="id").page(1))
    (span,) = spans.finished
    assert span.name == "GET /api/users/{id}/cdrs"
    assert span.kind.name == "CLIENT"
    assert span.status.is_unset
    assert dict(span.attributes) == {
        "http.request.method": "GET",
        "http.request.resend_count": 1,
        "http.response.status_code": 200,
        "server.address": "127.0.0.1",
        "server.port": server.port,
        "url.full": f"{server.url}/users/7206/cdrs?page=1&limit=100&sort=id&dir=ASC",
        "url.template": "/api/users/{id}/cdrs",
    }
    events = [(event.name, event.attributes.get("http.response.status_code")) for event in span.events]
    assert [event for event in events if event[0] != "wait"] == [("attempt", 503), ("retry", None), ("attempt", 200)]


async def test_a_failed_call_is_marked_and_says_nothing_of_the_answer(spans: Spans, face: type[Any]) -> None:
    with Hostile(always(BUSY)) as server:
        hooks = tracing(spans.provider)
        async with opened(face, TOKEN, base_url=server.url, retry=QUICK, hooks=hooks) as client:
            with pytest.raises(APIError, match="spoken"):
                await settle(client.me())
    (span,) = spans.finished
    assert (span.status.is_ok, span.status.description) == (False, "ServerError")
    assert span.attributes["error.type"] == "ServerError"
    assert "spoken" not in span.to_json()
    assert TOKEN not in span.to_json()


async def test_a_call_that_never_left_the_limiter_is_a_span_too(spans: Spans, face: type[Any]) -> None:
    hooks = Hooks() | tracing(spans.provider)
    busy = answer(b"", "Retry-After: 30", status="503 Unavailable")
    with Hostile(always(busy)) as server:
        timeouts = Timeouts(total=10)
        async with opened(face, TOKEN, base_url=server.url, timeouts=timeouts, hooks=hooks, retry=QUICK) as client:
            with pytest.raises(APIError):
                await settle(client.me())
            with pytest.raises(TimeoutError):
                await settle(client.me())
    assert [span.attributes["error.type"] for span in spans.finished] == ["ServerError", "DeadlineExceeded"]
    assert spans.finished[1].events == ()


async def test_a_wait_at_the_limiter_is_an_event(spans: Spans, face: type[Any]) -> None:
    with Hostile(in_turn(BUSY, answer(rows(1)))) as server:
        hooks = tracing(spans.provider)
        async with opened(face, TOKEN, base_url=server.url, hooks=hooks, retry=RetryPolicy(attempts=1)) as client:
            with pytest.raises(APIError):
                await settle(client.users.list().page(1))
            await settle(client.users.list().page(1))
    (wait, attempt) = spans.finished[1].events
    assert (wait.name, attempt.name) == ("wait", "attempt")
    assert wait.attributes["seconds"] > 0


async def test_a_span_is_the_child_of_the_callers_own(spans: Spans, face: type[Any]) -> None:
    tracer = spans.provider.get_tracer("program")
    with Hostile(always(answer(rows(1)))) as server:
        async with opened(face, TOKEN, base_url=server.url, hooks=tracing(spans.provider)) as client:
            with tracer.start_as_current_span("report") as report:
                await settle(client.users.list().page(1))
    call = next(span for span in spans.finished if span.name != "report")
    assert call.parent.span_id == report.get_span_context().span_id


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'voipstudio-async\[otel\]'"):
        tracing()
