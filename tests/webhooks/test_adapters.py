"""The receiver behind aiohttp.web, ASGI and WSGI, over real sockets."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import aiohttp
import pytest
from webhooks.deliveries import GOOD, WRONG, behind_aiohttp, hangup
from yarl import URL

from voipstudio_async.webhooks import CallHangup, Credentials, Event, Receiver, serve
from voipstudio_async.webhooks.testing import request


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def behind_wsgi(hooks: Receiver) -> Iterator[str]:
    with make_server("127.0.0.1", 0, hooks.wsgi, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


async def post(url: str, event: Event | bytes, credentials: Credentials | None = GOOD, method: str = "POST") -> int:
    sent = request(hangup(1) if isinstance(event, bytes) else event, credentials)
    body = event if isinstance(event, bytes) else sent.body
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, headers=sent.headers, data=body) as answer,
    ):
        assert await answer.read() == b""
        return answer.status


async def statuses(url: str) -> list[int]:
    """Deliver everything that an adapter has to tell apart."""
    return [
        await post(url, hangup(1)),
        await post(url, hangup(1)),
        await post(url, hangup(2), WRONG),
        await post(url, hangup(2), None),
        await post(url, b""),
        await post(url, b"{"),
        await post(url, b" " * 70_000),
        await post(url, b"", None, "GET"),
        await post(url, hangup(3), method="PUT"),
    ]


EXPECTED = [200, 200, 401, 401, 200, 200, 413, 200, 405]


async def test_behind_aiohttp() -> None:
    handled: list[Event] = []
    async with Receiver(credentials=GOOD, ack="done") as hooks, behind_aiohttp(hooks) as url:
        hooks.on(CallHangup)(handled.append)
        assert await statuses(url) == EXPECTED
    assert [event.id for event in handled] == ["sip1-1"]


async def test_a_body_of_ten_megabytes_is_answered_before_it_is_read() -> None:
    head = b"POST /hooks HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n"
    async with Receiver(credentials=GOOD) as hooks, behind_aiohttp(hooks) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", URL(url).port)
        writer.write(head + b" " * 100_000)
        assert (await reader.readline()).split()[1] == b"413"
        writer.close()


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_body_that_is_not_packed_as_it_says_is_refused(encoding: str) -> None:
    sent = request(hangup(1), GOOD)
    async with Receiver(credentials=GOOD) as hooks, behind_aiohttp(hooks) as url, aiohttp.ClientSession() as session:
        headers = sent.headers | {"Content-Encoding": encoding}
        async with session.post(url, headers=headers, data=sent.body, compress=False) as answer:
            assert answer.status == 400


async def test_what_is_no_http_is_not_quoted_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shown = request(hangup(1), GOOD).headers["Authorization"]
    async with serve(Receiver(credentials=GOOD)) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", URL(url).port)
        writer.write(f"POST / HTTP/1.1\r\nHost: a\r\nAuthorization {shown}\r\n\r\n".encode())
        assert (await reader.readline()).split()[1] == b"400"
        writer.close()
    assert "A request could not be read" in caplog.text
    assert shown.removeprefix("Basic ") not in caplog.text


async def test_behind_wsgi() -> None:
    handled: list[Event] = []
    hooks = Receiver(credentials=GOOD, ack="done")
    hooks.on(CallHangup)(handled.append)
    with behind_wsgi(hooks) as url:
        assert await statuses(url) == EXPECTED
    assert [event.id for event in handled] == ["sip1-1"]


async def asgi(hooks: Receiver, *chunks: bytes, method: str = "POST", shown: Credentials | None = GOOD) -> int:
    """Speak ASGI with the receiver, as a server does."""
    sent = request(hangup(1), shown)
    scope = {
        "type": "http",
        "method": method,
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent.headers.items()],
    }
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": index + 1 < len(chunks)}
        for index, chunk in enumerate(chunks)
    ]
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    await hooks.asgi(scope, receive, send)
    assert [message["type"] for message in told] in ([], ["http.response.start", "http.response.body"])
    return int(told[0]["status"]) if told else 0


async def test_behind_asgi() -> None:
    body = request(hangup(1)).body
    async with Receiver(credentials=GOOD) as hooks:
        assert await asgi(hooks, body) == 200
        assert await asgi(hooks, body[:10], body[10:20], body[20:]) == 200
        assert await asgi(hooks, body, shown=WRONG) == 401
        assert await asgi(hooks, b"", method="GET", shown=None) == 200
        assert await asgi(hooks, *[b" " * 10_000] * 1000) == 413
        assert await asgi(hooks) == 0


async def test_the_lifespan_of_an_asgi_server_is_that_of_the_receiver() -> None:
    hooks = Receiver(credentials=GOOD)
    asked: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    life = asyncio.create_task(hooks.asgi({"type": "lifespan"}, asked.get, told.put))
    for event in ("startup", "shutdown"):
        await asked.put({"type": f"lifespan.{event}"})
        assert await told.get() == {"type": f"lifespan.{event}.complete"}
    await life
    assert await asgi(hooks, request(hangup(1)).body) == 503


def wsgi(environ: dict[str, Any], hooks: Receiver | None = None) -> str:
    """Speak WSGI with a receiver, as a server does; return the status line."""
    statuses: list[str] = []
    sent = request(hangup(1), GOOD)
    shown = {"REQUEST_METHOD": "POST", "HTTP_AUTHORIZATION": sent.headers["Authorization"]}
    hooks = hooks or Receiver(credentials=GOOD)
    hooks.wsgi(shown | {"wsgi.input": BytesIO(sent.body)} | environ, lambda status, headers: statuses.append(status))
    return statuses[0]


@pytest.mark.parametrize(
    ("length", "status"),
    [
        ("", "200 OK"),
        ("-1", "400 Bad Request"),
        ("x", "400 Bad Request"),
        ("\u00b2", "400 Bad Request"),
        ("99999999999", "400 Bad Request"),
        ("9" * 5000, "400 Bad Request"),
    ],
)
def test_a_wsgi_server_that_tells_an_odd_length_is_survived(length: str, status: str) -> None:
    assert wsgi({"CONTENT_LENGTH": length}) == status


def test_a_body_without_a_length_is_not_taken_for_a_probe() -> None:
    assert wsgi({"HTTP_TRANSFER_ENCODING": "chunked"}) == "411 Length Required"
    assert (
        wsgi({"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True, "wsgi.input": BytesIO(b"{")})
        == "200 OK"
    )


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
def test_a_handler_that_asks_for_the_end_does_not_end_the_receiver_behind_wsgi(error: type[BaseException]) -> None:
    hooks = Receiver(credentials=GOOD, ack="done")
    asked: list[Event] = []

    @hooks.on(CallHangup)
    async def end(event: CallHangup) -> None:
        asked.append(event)
        if len(asked) == 1:
            raise error

    length = {"CONTENT_LENGTH": str(len(request(hangup(1), GOOD).body))}
    assert [wsgi(length, hooks), wsgi(length, hooks), len(asked)] == ["503 Service Unavailable", "200 OK", 2]


def test_a_wsgi_server_that_ends_hands_out_what_it_has_accepted() -> None:
    script = """
import io, time
from voipstudio_async.webhooks import CallHangup, Credentials, Receiver
from voipstudio_async.webhooks.testing import request

hooks = Receiver(credentials=Credentials("voip", "s3cret"))

@hooks.on(CallHangup)
def slow(event):
    time.sleep(0.2)
    print("handled", event.id)

sent = request(CallHangup(id="e1", call_id=1), Credentials("voip", "s3cret"))
environ = {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": str(len(sent.body)), "wsgi.input": io.BytesIO(sent.body),
           "HTTP_AUTHORIZATION": sent.headers["Authorization"]}
hooks.wsgi(environ, lambda status, headers: print(status, flush=True))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["200 OK", "handled e1"]
