"""Requests that no client sends: the sandbox refuses them, does not stumble, and does not quote them in a log."""

from __future__ import annotations

import itertools
import json
import logging
import socket
import urllib.parse
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from voipstudio_async.sandbox import Sandbox

TOKEN = "cafebabe" * 5
BASE = b"/v1.2/voipstudio"
AUTH = (b"X-Auth-Token: " + TOKEN.encode(),)
JSON = b"Content-Type: application/json"
AIOHTTP = tuple(map(int, aiohttp.__version__.split(".")[:3]))


class Served(logging.Handler):
    """A sandbox, and what is logged while it is asked."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(logging.DEBUG)
        self.sandbox = sandbox
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def ask(self, content: bytes, *, ends: bool = False) -> bytes:
        """Send bytes, and return all that is answered; `ends` closes our side, as a client does that is cut off."""
        host, port = self.sandbox.url.split("/")[2].split(":")
        self.records.clear()
        answer = b""
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            try:
                connection.sendall(content)
                if ends:
                    connection.shutdown(socket.SHUT_WR)
                while piece := connection.recv(65536):
                    answer += piece
            except ConnectionError:  # it has answered, and not read the rest
                pass
        self.check_log()
        return answer

    def check_log(self) -> None:
        shown = [logging.Formatter().format(record) for record in self.records]
        assert TOKEN not in "".join(shown)
        assert "Traceback" not in "".join(shown)
        assert not [record for record in self.records if record.levelno > logging.DEBUG], shown


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    root = logging.getLogger()
    before = root.level
    with Sandbox(users=3, calls=30, token=TOKEN, keep_requests=20) as sandbox:
        handler = Served(sandbox)
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        yield handler
        root.setLevel(before)
        root.removeHandler(handler)


def request(
    target: bytes = b"/users",
    *,
    method: bytes = b"GET",
    headers: tuple[bytes, ...] = AUTH,
    body: bytes | None = None,
) -> bytes:
    length = () if body is None else (b"Content-Length: %d" % len(body),)
    head = (method + b" " + BASE + target + b" HTTP/1.1", b"Host: here", b"Connection: close", *headers, *length)
    return b"\r\n".join(head) + b"\r\n\r\n" + (body or b"")


def post(body: bytes, *headers: bytes) -> bytes:
    return request(b"/usergroups", method=b"POST", headers=(*AUTH, *(headers or (JSON,))), body=body)


def filtered(value: Any) -> bytes:
    text = value if isinstance(value, str) else json.dumps(value)
    return request(b"/cdrs?filter=" + urllib.parse.quote(text).encode())


def condition(name: str, operator: str, value: Any) -> dict[str, Any]:
    return {"property": name, "operator": operator, "value": value}


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (request(headers=(b"X-Auth-Token: \xff\xfe",)), 401),
        (request(headers=(b"Authorization: Basic \xff\xff",)), 400),
        (request(headers=(b"Authorization: Basic OTpcdWQ4MDA=",)), 401),
        (request(headers=(b"Authorization: \xe9",)), 401),
        (post(b"no gzip", JSON, b"Content-Encoding: gzip"), 400),
        (post(b"no zlib", JSON, b"Content-Encoding: deflate"), 400),
        (post(b"what", JSON, b"Content-Encoding: \xff"), 400),
        (post(b"", JSON, b"Content-Encoding: gzip"), 400),
        (request(method=b"FOO"), 400),
        (request(method=b"get"), 400),
        (request(method=b"G\xe9T"), 400),
        (request(method=b"OPTIONS"), 405),
        (request(b"/users?page=%00"), 400),
        (request(b"/users?page=\0"), 400),
        (request(b"/users?sort=\xff"), 400),
        (request(b"/users?sort=%ff%ed%a0%80"), 400),
        (request(b"/users?%zz=%"), 400),
        (request(b"/users/%"), 404),
        (request(b"/us%ffers/%ff"), 404),
        (request(b"/users?page=" + b"9" * 30), 400),
        (request(b"/users?limit=" + b"9" * 30), 400),
        (request(b"/users?limit=-1"), 400),
        (request(b"/users?page=1.5"), 400),
        (request(b"/users?" + b"page=1&" * 9000), 400),
        (request(b"/users?" + b"a" * 100_000 + TOKEN.encode()), 400),
        (request(headers=(*AUTH, b"X: " + b"a" * 100_000)), 400),
        (request(headers=(*AUTH, b"bad header " + TOKEN.encode())), 400),
        (request(headers=(*AUTH, b"X: \0" + TOKEN.encode())), 400),
        (request(headers=(*AUTH, b"Content-Length: " + TOKEN.encode())), 400),
        (filtered("["), 400),
        (filtered("[" * 20_000), 400),
        (filtered([condition("id", "eq", 1)] * 501), 400),
        (filtered([condition("src", "like", "a" * 60_000)]), 200),
        (filtered([condition("src", "like", "\0")]), 200),
        (filtered([condition("id", "eq", 2**70)]), 200),
        (filtered('[{"property":"id","operator":"gt","value":1e999}]'), 200),
        (filtered('[{"property":"id","operator":"gt","value":' + "9" * 5000 + "}]"), 400),
        (filtered([condition("\ud800", "eq", 1)]), 400),
        (post(b"{}", b"Content-Type: \xff/\xfe; charset=\xff"), 400),
        (post(b"{}", b"Content-Type: multipart/form-data"), 400),
        (post(b'{"name":"\xff"}'), 400),
        (post(b'{"name":' + b"9" * 5000 + b"}"), 400),
        (post(b'{"name":' + b"[" * 50_000), 400),
        (post(b'{"\\ud800":1}'), 400),
        (post(b"x" * 1_100_000), 413),
        (post(b"{}", JSON, b"Expect: " + TOKEN.encode()), 417),
        (b"\xff\xfe " + TOKEN.encode() + b"\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00" + b"\1" * 100, 400),
        pytest.param(
            b"GET http://[ HTTP/1.1\r\nX-Auth-Token: " + TOKEN.encode() + b"\r\n\r\n",
            400,
            marks=pytest.mark.skipif(AIOHTTP < (3, 14, 5), reason="aiohttp before 3.14.5 does not answer it"),
        ),
        (b"GET / HTTP/9.9\r\nX-Auth-Token: " + TOKEN.encode() + b"\r\n\r\n", 400),
        (request(method=b"POST", headers=(*AUTH, b"Transfer-Encoding: chunked")) + b"zz\r\n\r\n", 400),
        (request(method=b"POST", headers=(*AUTH, b"Transfer-Encoding: chunked", b"Content-Length: 1")), 400),
    ],
    ids=itertools.count(),
)
def test_what_is_malformed_is_refused(served: Served, content: bytes, wanted: int) -> None:
    assert status(served.ask(content)) == wanted


@pytest.mark.parametrize(
    "content",
    [
        request(method=b"POST", headers=(*AUTH, JSON, b"Content-Length: 50")) + b"{}",
        request(method=b"POST", headers=(*AUTH, JSON, b"Transfer-Encoding: chunked")) + b"f\r\n{}",
        request()[:-3],
    ],
    ids=["length", "chunk", "head"],
)
def test_a_client_that_is_cut_off_leaves_no_trace_in_the_log(served: Served, content: bytes) -> None:
    served.ask(content, ends=True)
    assert status(served.ask(request())) == 200
    served.check_log()


raw = st.binary(max_size=40)
targets = st.one_of(
    raw.map(lambda noise: b"/users?" + noise),
    raw.map(lambda noise: b"/" + noise),
    st.tuples(st.sampled_from([b"page", b"limit", b"sort", b"dir", b"filter", b"x"]), st.text(max_size=20)).map(
        lambda pair: b"/cdrs?" + pair[0] + b"=" + urllib.parse.quote(pair[1], errors="replace").encode()
    ),
    st.tuples(st.sampled_from([b"page", b"limit"]), st.integers() | st.floats()).map(
        lambda pair: b"/cdrs?" + pair[0] + b"=" + str(pair[1]).encode()
    ),
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(["id", "calldate", "src", "src_id", "charge", "is_root", "type", "labels", "metadata"])
operators = st.sampled_from(["eq", "ne", "lt", "lte", "gt", "gte", "in", "like", "notlike", "between"])
entries = st.builds(condition, names, operators, values) | values
bodies = st.one_of(
    raw,
    values.map(lambda value: json.dumps(value).encode()),
    st.dictionaries(st.sampled_from(["name", "color", "x"]), values, max_size=3).map(
        lambda value: json.dumps(value).encode()
    ),
)
headers = st.sampled_from(
    [b"Content-Encoding: gzip", b"Content-Encoding: deflate", b"Content-Type: text/\xff", b"Cookie: \xff", b"Expect: x"]
) | raw.map(lambda noise: b"X-Auth-Token: " + noise)


@settings(max_examples=examples(200), deadline=None)
@given(
    st.one_of(
        st.builds(request, targets),
        st.builds(filtered, st.lists(entries, max_size=3)),
        st.builds(lambda body, header: post(body, JSON, header), bodies, headers),
        st.builds(post, bodies),
        st.builds(lambda noise: request(headers=(*AUTH, noise)), raw),
        st.builds(lambda noise: noise + b"\r\n\r\n" + b"\0" * 10, raw),
    )
)
def test_nothing_that_is_sent_makes_it_stumble(served: Served, content: bytes) -> None:
    answer = served.ask(content)
    assert 200 <= status(answer) < 500
    assert len(served.sandbox.requests) <= 20


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 300), st.binary(max_size=20)), max_size=4))
def test_chunks_of_any_kind_make_it_answer_or_hang_up(served: Served, chunks: list[tuple[int, bytes]]) -> None:
    content = b"".join(b"%x\r\n%b\r\n" % chunk for chunk in chunks) + b"0\r\n\r\n" + b"\0" * 400
    head = request(b"/usergroups", method=b"POST", headers=(*AUTH, JSON, b"Transfer-Encoding: chunked"))
    assert status(served.ask(head + content)) == 400


# --- what is remembered --------------------------------------------------------------------------------------


def test_the_latest_requests_are_kept_and_the_others_counted() -> None:
    with Sandbox(users=1, calls=0, token=TOKEN, keep_requests=3) as sandbox:
        handler = Served(sandbox)
        for number in range(5):
            handler.ask(request(b"/users?page=%d" % (number + 1)))
        assert [seen.query["page"] for seen in sandbox.requests] == ["3", "4", "5"]
        assert sandbox.requests.dropped == 2
        sandbox.requests.clear()
        handler.ask(request())
        assert (len(sandbox.requests), sandbox.requests.dropped) == (1, 2)


def test_large_bodies_are_kept_up_to_a_number_of_bytes() -> None:
    with Sandbox(users=1, calls=0, token=TOKEN) as sandbox:
        handler, body = Served(sandbox), b'{"name":"%b"}' % (b"x" * 500_000)
        sandbox.requests.most_bytes = 1_200_000
        for _ in range(4):
            handler.ask(post(body))
        assert (len(sandbox.requests), sandbox.requests.dropped) == (2, 2)
        sandbox.requests.clear()
        for _ in range(3):
            handler.ask(post(body))
        assert (len(sandbox.requests), sandbox.requests.dropped) == (2, 3)
        assert all(500_000 < seen.size < 501_000 for seen in sandbox.requests)


def test_a_sandbox_may_remember_nothing() -> None:
    with Sandbox(users=1, calls=0, token=TOKEN, keep_requests=0) as sandbox:
        assert status(Served(sandbox).ask(request())) == 200
        assert (sandbox.requests, sandbox.requests.dropped) == ([], 1)
