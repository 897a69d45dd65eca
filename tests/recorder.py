"""A server that knows nothing of the API: it keeps the bytes of each request and answers with what it was told to."""

from __future__ import annotations

import json
import socketserver
import threading
from collections import deque
from types import TracebackType
from typing import Any, Self

import attrs

BASE_PATH = "/v1.2/voipstudio"
NOTHING_THERE = b'{"data": [], "total": 0}'


@attrs.frozen
class Seen:
    """One request as it came over the socket."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def below(self) -> str:
        """The target below the base path."""
        assert self.target.startswith(BASE_PATH)
        return self.target.removeprefix(BASE_PATH)


def answer(status: int = 200, body: Any = None, headers: dict[str, str] | None = None) -> bytes:
    """Write an answer: bytes are sent as they are, anything else as JSON, None as no body."""
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = {"Content-Type": "application/json", "Connection": "close"} | (headers or {})
    if status != 204:
        lines["Content-Length"] = str(len(content))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode() + content


class Recorder:
    """The server, in a thread, for use in ``with``."""

    def __init__(self) -> None:
        self.requests: list[Seen] = []
        self.answers: deque[bytes] = deque()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.recorder = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        return self.root + BASE_PATH

    @property
    def last(self) -> Seen:
        return self.requests[-1]

    def answer(self, status: int = 200, body: Any = None, headers: dict[str, str] | None = None) -> None:
        """Plan the next answer; an empty listing is answered when none is planned."""
        self.answers.append(answer(status, body, headers))

    def take(self, seen: Seen) -> bytes:
        self.requests.append(seen)
        return self.answers.popleft() if self.answers else answer(200, NOTHING_THERE)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64
    recorder: Recorder


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        try:
            head = self._head()
            if head is None:
                return
            method, target, headers = head
            body = self.rfile.read(int(headers.get("Content-Length", "0")))
            self.wfile.write(self.server.recorder.take(Seen(method, target, headers, body)))
        except OSError:
            return  # the client has gone: whoever closes a client while it is used does that

    def _head(self) -> tuple[str, str, dict[str, str]] | None:
        first = self.rfile.readline().decode("ascii").split()
        if not first:
            return None
        headers: dict[str, str] = {}
        while line := self.rfile.readline().decode("latin-1").rstrip("\r\n"):
            name, _, value = line.partition(": ")
            assert name not in headers, f"{name} was sent twice"
            headers[name] = value
        return first[0], first[1], headers
