"""A server made from the vendor's pages alone: their operations, read from `samples`, and nothing of this package.

It takes only what the page documents: a method and path of the list, a body with the documented names and types, the
parameters of a listing, a token. It answers with the published example, and the success status that the page lists.
"""

from __future__ import annotations

import json
import re
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

SAMPLES = Path(__file__).parent / "samples"


def published_in(file: str) -> list[dict[str, Any]]:
    operations: list[dict[str, Any]] = json.loads((SAMPLES / file).read_text(encoding="utf-8"))
    return operations


PUBLISHED = published_in("customer-module.json")
OTHERS = published_in("other-modules.json")

# The page documents no body for queue groups; the name follows from the answer.
QUEUE_GROUP_BODY = {"name": "string"}
LISTING_PARAMETERS = {"page", "limit", "sort", "dir", "filter"}
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "float": (float, int),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
PLACES = {"{id}": "[1-9][0-9]*", "{ids}": "[1-9][0-9]*(,[1-9][0-9]*)*", "{token}": "[0-9a-f]+"}


class Refused(Exception):
    """The request is not one of the documented ones."""


def success(published: dict[str, Any]) -> int:
    """Return the one success status that the page lists."""
    (status,) = (int(status) for status in published["statuses"] if status.startswith("2"))
    return status


def pattern(path: str) -> re.Pattern[str]:
    for placeholder, form in PLACES.items():
        path = path.replace(placeholder, form)
    return re.compile(path)


def find(method: str, path: str) -> dict[str, Any]:
    for published in (*PUBLISHED, *OTHERS):
        if published["method"] == method and pattern(published["path"]).fullmatch(path):
            return published
    raise Refused(f"{method} {path} is not documented")


def check_query(published: dict[str, Any], query: str) -> None:
    given = set(urllib.parse.parse_qs(query, strict_parsing=True)) if query else set()
    is_listing = published["method"] == "GET" and "collection" in published["summary"]
    if given - (LISTING_PARAMETERS if is_listing else set()) - {*published.get("query", ())}:
        raise Refused(f"unknown parameters {given}")


def check_body(published: dict[str, Any], body: bytes, content_type: str | None) -> None:
    if published["method"] in ("GET", "DELETE"):
        if body or content_type is not None:
            raise Refused(f"{published['method']} has no body")
        return
    if content_type != "application/json":
        raise Refused(f"the body is {content_type}")
    documented = published["body"] or QUEUE_GROUP_BODY
    given = json.loads(body)
    if isinstance(given, list) is not published.get("bulk", False):
        raise Refused("the body is a list where it must be none, or none where it must be one")
    for each in given if isinstance(given, list) else [given]:
        for name, value in each.items():
            if name not in documented or type(value) not in TYPES[documented[name]]:
                raise Refused(f"the body has no {name} like {value!r}")


class VendorMock:
    """The server, in a thread, for use in ``with``."""

    def __init__(self, *, live: bool = False) -> None:
        self.live = live
        """Answer as the API was seen to, where that differs from its pages."""
        self.served: list[str] = []
        """The operations that were asked for, ``GET /users/{id}``."""
        self.refused: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1.2/voipstudio"

    def answer(self, method: str, target: str, body: bytes, headers: Any) -> tuple[int, Any]:
        path, _, query = target.removeprefix("/v1.2/voipstudio").partition("?")
        try:
            published = find(method, path)
            if not headers["X-Auth-Token"] and not published.get("without_token"):
                raise Refused("no token")
            check_query(published, query)
            check_body(published, body, headers["Content-Type"])
        except Refused as error:
            self.refused.append(str(error))
            return 400, {"message": str(error), "errors": []}
        self.served.append(f"{method} {published['path']}")
        live = published.get("live_response") if self.live else None
        return success(published), live or published["example_response"]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        mock = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                status, example = mock.answer(self.command, self.path, body, self.headers)
                content = b"" if example is None else json.dumps(example).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                if status != 204:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = handle_any  # noqa: N815 - the names that http.server calls

            def log_message(self, format: str, *args: Any) -> None:
                return

        return Handler

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
