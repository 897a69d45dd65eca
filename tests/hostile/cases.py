"""The bench: what each server does, and what a caller of either face must get."""

from __future__ import annotations

import functools
import gzip
import zlib
from collections.abc import Callable
from datetime import date
from typing import Any

from hostile import trouble
from hostile.case import Case, create_group, delete_user, get_user, get_users_later, list_users
from hostile.places import PLACES
from hostile.servers import Asked, Hostile, Script, Talk, always, answer, in_turn, replying, rows

from voipstudio_async import (
    APIError,
    DeadlineExceeded,
    DecodeError,
    PaginationError,
    ProtocolError,
    RequestTimeout,
    ResponseTooLarge,
    TransportError,
    VoipStudioError,
)

GOOD = answer(rows(1, 2, 3))


# --- connections that end too early --------------------------------------------------------------------------


def _idle(name: str, script: Script) -> Case:
    return Case(name=name, script=script, act=get_users_later, gives=[2], requests=2, check=_on_two_connections)


def _on_two_connections(server: Hostile, _: Any) -> None:
    assert server.connections == 2


CONNECTIONS = [
    Case(name="reset on connect", script=trouble.reset_at_once, raises=TransportError),
    Case(name="reset after the request", script=trouble.cut(b""), raises=ProtocolError, requests=2),
    Case(name="reset in the middle of the headers", script=trouble.cut(GOOD[:30]), raises=ProtocolError, requests=2),
    Case(name="reset in the middle of the body", script=trouble.cut(GOOD[:-9]), raises=ProtocolError, requests=2),
    Case(name="closed in the middle of the headers", script=trouble.end(GOOD[:30]), raises=ProtocolError),
    Case(name="too short a body for its Content-Length", script=trouble.end(GOOD[:-9]), raises=ProtocolError),
    Case(name="chunked body cut off", script=trouble.end(trouble.chunked(b'{"data":', b"[]")), raises=ProtocolError),
    Case(name="a chunk whose size is no number", script=trouble.end(trouble.BAD_CHUNK), raises=ProtocolError),
    Case(name="one byte a second", script=trouble.drip, raises=DeadlineExceeded, match="1 attempt in"),
    Case(name="silence", script=trouble.silence, raises=RequestTimeout, match="nothing was received", requests=2),
    Case(name="silence in the middle of the body", script=trouble.stall(GOOD[:-9]), raises=RequestTimeout, requests=2),
    Case(name="keep-alive closed between requests", script=trouble.close_when_idle, act=list_users, gives=[1, 2, 3]),
    Case(name="closed after the request was read", script=trouble.close_every_second, act=list_users, gives=[1, 2, 3]),
    Case(
        name="closed after a POST was read",
        script=trouble.cut(b""),
        act=create_group,
        raises=ProtocolError,
        requests=1,
    ),
    Case(
        name="closed after a DELETE was read, then 404",
        script=trouble.lose_first(answer({"message": "Not found"}, status="404 Not Found")),
        act=delete_user,
        gives=[],
        requests=2,
    ),
    Case(
        name="404 for the first DELETE",
        script=always(answer({"message": "Not found"}, status="404 Not Found")),
        act=delete_user,
        raises=APIError,
        match="404 Not found",
        requests=1,
    ),
    Case(name="endless 100 Continue", script=trouble.continue_for_ever, raises=DeadlineExceeded),
    Case(name="two answers to one request", script=trouble.answer_twice, act=list_users, gives=[1, 2, 3]),
    _idle("late answer on an idle connection", trouble.late(trouble.STRAY)),
    _idle("half a late answer on an idle connection", trouble.late(trouble.STRAY[:30])),
    _idle("late bytes that are no HTTP on an idle connection", trouble.late(b"\0\1\2")),
    _idle("closed on an idle connection", trouble.late_end),
    Case(name="interim answers before the answer", script=trouble.hints_first, act=get_users_later, gives=[2]),
    Case(
        name="more behind Connection: close",
        script=trouble.end(answer(rows(1), "Connection: close") + trouble.STRAY),
        raises=ProtocolError,
        requests=2,
    ),
    Case(
        name="an answer before the request",
        script=trouble.say_at_once(trouble.STRAY),
        act=get_user,
        raises=VoipStudioError,
        match="spoke before|the answer is about 666|broke off",
    ),
    Case(
        name="a record of another id",
        script=always(trouble.STRAY),
        act=get_user,
        raises=DecodeError,
        match="about 666, and 1 was asked for",
        requests=1,
    ),
]

# --- answers that are not HTTP -------------------------------------------------------------------------------

HEADERS = [
    Case(
        name="malformed header line",
        script=trouble.end(b"HTTP/1.1 429 Too Many Requests\r\nContent-Type text/html\r\nbad\x00 : \x01\r\n\r\nslow"),
        raises=ProtocolError,
        match="limits the rate",
        requests=2,
    ),
    Case(name="wrong status line", script=trouble.end(b"HTTP/1.1 banana\r\n\r\n"), raises=ProtocolError),
    Case(name="another protocol", script=trouble.end(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), raises=ProtocolError),
    Case(
        name="a header without an end",
        script=trouble.end(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 2**17),
        raises=ProtocolError,
    ),
    Case(name="headers of 9 KB", script=always(answer(rows(1), "X: " + "x" * 9_000)), gives=[1]),
    Case(
        name="too many headers",
        script=always(answer(rows(1), *(f"X-{number}: 1" for number in range(2_000)))),
        raises=ProtocolError,
        match="headers of the answer are too large",
    ),
    Case(
        name="reset at the end of a body without a length",
        script=trouble.cut(b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"data":['),
        raises=ProtocolError,
        requests=2,
    ),
    Case(
        name="two Content-Lengths",
        script=trouble.end(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 33\r\n\r\n{}"),
        raises=ProtocolError,
    ),
    Case(
        name="redirect to another host",
        script=trouble.redirect,
        raises=APIError,
        match="302 .*redirects are not followed",
        requests=1,
        check=trouble.nobody_followed,
    ),
]

# --- bodies that are not the API's ---------------------------------------------------------------------------

DEEP = b"[" * 100_000 + b"]" * 100_000


def _odd_body(name: str, body: bytes, match: str, *headers: str) -> Case:
    return Case(name=name, script=always(answer(body, *headers)), raises=DecodeError, match=match, requests=1)


def _readable(name: str, body: bytes) -> Case:
    return Case(name=name, script=always(answer(body)), gives=[1], requests=1)


BODIES = [
    _odd_body("200 with HTML", b"<html>Sorry</html>", "not JSON.*Sorry", "Content-Type: text/html"),
    _odd_body("200 with an empty body", b"", "body is empty"),
    _odd_body("200 with null", b"null", "got null"),
    _odd_body("200 with a list", b"[]", "got a list"),
    _odd_body("200 with a string", b'"fine"', "got a text"),
    _odd_body("200 with a number", b"12", "got an integer"),
    Case(name="good JSON of the wrong type", script=always(answer(rows(1), "Content-Type: image/png")), gives=[1]),
    _readable("invalid UTF-8", b'{"data":[{"id":1,"first_name":"\xff\xfe"}],"total":1}'),
    _readable("half an emoji", b'{"data":[{"id":1,"first_name":"\\ud83d"}],"total":1}'),
    _readable("a byte order mark", b'\xef\xbb\xbf{"data":[{"id":1}],"total":1}'),
    _readable("JSON in UTF-16", '{"data":[{"id":1}],"total":1}'.encode("utf-16")),
    _readable("a field named __debug__", b'{"data":[{"id":1,"__debug__":1,"a b":2,"class":3}],"total":1}'),
    _readable("an exponent of ten digits", b'{"data":[{"id":1,"balance":1e9999999999}],"total":1}'),
    _odd_body("a text without an end", b'{"data":[{"id":1,"x":"' + b'\\"' * 200_000, "not JSON"),
    _odd_body("NaN", b'{"data":[{"id":NaN}],"total":1}', "not JSON"),
    _odd_body("JSON nested 100,000 deep", DEEP, "nested too deep"),
    _odd_body("a row nested 100,000 deep", b'{"data":[{"id":1,"x":%b}]}' % DEEP, "nested too deep"),
    _odd_body("a number of 100,000 digits", b'{"data":[{"id":%b}]}' % (b"9" * 100_000), "data"),
    _odd_body("data is null", b'{"data":null,"total":0}', "expected a list, got null"),
    _odd_body("data is missing", b'{"total":0}', "data: is missing"),
    _odd_body("data is a number", b'{"data":7}', "expected a list, got an integer"),
    _odd_body("a row that is no object", b'{"data":[7],"total":1}', r"data\[0\]: expected an object"),
    _odd_body("a row without its id", b'{"data":[{}],"total":1}', r"data\[0\].id: is missing"),
    Case(
        name="gzip that is none",
        script=always(answer(b"not gzip", "Content-Encoding: gzip")),
        raises=ProtocolError,
        match="unpacked: it is damaged",
    ),
    Case(
        name="gzip cut off",
        script=always(answer(gzip.compress(b'{"data":[]}')[:-12], "Content-Encoding: gzip")),
        raises=ProtocolError,
        match="unpacked: it breaks off",
    ),
    Case(
        name="an encoding that was not asked for",
        script=always(answer(b"??", "Content-Encoding: br")),
        raises=ProtocolError,
        match="not asked for",
    ),
]


# --- totals --------------------------------------------------------------------------------------------------


def _pages_of_three(**envelope: Any) -> Script:
    def page(asked: Asked) -> bytes:
        found = [1, 2, 3][2 * asked.page - 2 : 2 * asked.page]
        return answer({"data": [{"id": id} for id in found]} | envelope)

    return replying(page)


def _told(name: str, **envelope: Any) -> Case:
    return Case(name=name, script=_pages_of_three(**envelope), act=list_users, gives=[1, 2, 3])


TOTALS = [
    _told("total missing"),
    _told("total null", total=None),
    _told("total negative", total=-3),
    _told("total a text", total="many"),
    _told("total one too many", total=4),
    _told("total huge", total=10**30),
    _told("total not a whole number", total=3.5),
    Case(
        name="total one too few",
        script=_pages_of_three(total=2),
        act=lambda client: client.users.list(page_size=3).collect(),
        gives=[1, 2],
        requests=1,
    ),
    Case(
        name="page is ignored",
        script=always(answer(rows(1, 2, total=9))),
        act=list_users,
        raises=PaginationError,
        match="ignore 'page'",
    ),
    Case(
        name="sort is ignored",
        script=_pages_of_three(total=3),
        act=lambda client: client.users.list(page_size=2).collect(require_complete=True),
        raises=PaginationError,
        match="not complete",
    ),
    _told("total below what came already", total=1),
    Case(
        name="the range of a walk is ignored",
        script=always(answer({"data": [{"id": 1, "calldate": "2020-02-02 02:02:02"}], "total": 1})),
        act=lambda client: client.cdrs.walk(date(2026, 1, 1), date(2026, 1, 3)).collect(),
        raises=PaginationError,
        match="does not filter by calldate",
    ),
    Case(name="rows shift while pages are walked", script=trouble.shift, act=list_users, gives=[1, 2, 3, 4, 5]),
]

# --- size ----------------------------------------------------------------------------------------------------

BOMB = functools.cache(lambda: trouble.bomb(gzip.compress(bytes(2**20), 9, mtime=0), 512))


async def _explode(talk: Talk) -> None:
    await talk.request()
    await talk.send(answer(BOMB(), "Content-Encoding: gzip"))
    await talk.reader.read()


def _big(*headers: str) -> Script:
    return trouble.flood(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + "".join(headers).encode() + b"\r\n")


def _packed(name: str, label: str, body: bytes, **expected: Any) -> Case:
    return Case(name=name, script=always(answer(body, f"Content-Encoding: {label}")), **expected)


ONE = b'{"data":[{"id":1}]}'
ERROR_WITHOUT_END = b'HTTP/1.1 400 Bad\r\nConnection: close\r\n\r\n{"message": "'
ENDLESS_BEHIND = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(ONE)

SIZES = [
    Case(name="an error body without end", script=trouble.flood(ERROR_WITHOUT_END), raises=APIError, match="400"),
    Case(
        name="bytes without end behind gzip", script=trouble.flood(ENDLESS_BEHIND), raises=ResponseTooLarge, requests=1
    ),
    _packed("bytes behind the end of gzip", "gzip", gzip.compress(ONE) + b"more", gives=[1]),
    _packed("bytes behind the end of deflate", "deflate", zlib.compress(ONE) + b"more", gives=[1]),
    _packed(
        "gzip of many empty members",
        "gzip",
        gzip.compress(b"") * 20_000,
        raises=ProtocolError,
        match="too many pieces",
    ),
    _packed("gzip by another label", "X-GZIP , identity", gzip.compress(ONE), gives=[1]),
    _packed("a label that is no encoding", "utf-8", ONE, gives=[1]),
    Case(name="gzip bomb", script=_explode, raises=ResponseTooLarge, match="1048576 bytes", requests=1),
    Case(
        name="deflate bomb",
        script=always(answer(zlib.compress(bytes(2**27), 9), "Content-Encoding: deflate")),
        raises=ResponseTooLarge,
        requests=1,
    ),
    Case(
        name="body over max_response_bytes",
        script=_big(f"Content-Length: {2**40}\r\n"),
        raises=ResponseTooLarge,
        requests=1,
    ),
    Case(name="body without end", script=_big("Connection: close\r\n"), raises=ResponseTooLarge, requests=1),
    Case(
        name="small gzip",
        script=always(answer(gzip.compress(b'{"data":[{"id":1}]}'), "Content-Encoding: gzip")),
        gives=[1],
    ),
    Case(
        name="deflate without its header",
        script=always(answer(zlib.compress(b'{"data":[{"id":1}]}')[2:-4], "Content-Encoding: deflate")),
        gives=[1],
    ),
]

# --- statuses that ask to come again -------------------------------------------------------------------------

FORMS: dict[str, Callable[[], str | None]] = {
    "no Retry-After": lambda: None,
    "Retry-After in seconds": lambda: "1",
    "Retry-After as a date": lambda: trouble.http_date(1),
    "Retry-After in the past": lambda: trouble.http_date(-3600),
    "negative Retry-After": lambda: "-5",
    "garbage in Retry-After": lambda: "soon, \u00e9",
    "fraction in Retry-After": lambda: "0.05",
}


def _again(status: str, form: str) -> Case:
    return Case(name=f"{status[:3]} with {form}, then good", script=_late_header(status, FORMS[form]), gives=[1, 2, 3])


def _late_header(status: str, value: Callable[[], str | None]) -> Script:
    def make(talk: Talk) -> bytes:
        told = value()
        headers = [] if told is None else [f"Retry-After: {told}"]
        return GOOD if len(talk.server.asked) > 1 else answer({"message": "Busy"}, *headers, status=status)

    return trouble.answering(make)


def _patience(status: str) -> Case:
    script = always(answer({"message": "Busy"}, "Retry-After: 86400", status=status))
    name = f"{status[:3]} with a huge Retry-After"
    return Case(name=name, script=script, raises=APIError, match=f"{status[:3]} Busy", requests=1, check=trouble.a_day)


def _for_ever(status: str) -> Case:
    script = always(answer({"message": "Busy"}, status=status))
    return Case(name=f"{status[:3]} for ever", script=script, raises=APIError, match="after 2 attempts", requests=2)


def _digits(status: str) -> Case:
    script = always(answer({"message": "Busy"}, "Retry-After: 99999999999", status=status))
    name = f"{status[:3]} with 11 digits in Retry-After"
    return Case(name=name, script=script, raises=APIError, match=f"{status[:3]} Busy", requests=1)


BUSY = ["429 Too Many Requests", "500 Oops", "502 Bad Gateway", "503 Unavailable", "504 Gateway Timeout"]
STATUSES = [_again(status, form) for status in BUSY for form in FORMS]
STATUSES += [make(status) for status in BUSY for make in (_patience, _digits, _for_ever)]
STATUSES += [
    Case(
        name="500 with a body nested 100,000 deep",
        script=in_turn(answer(DEEP, status="500 Oops")),
        raises=APIError,
        match="nested|not JSON",
    ),
    Case(
        name="503 for a POST",
        script=always(answer({"message": "Busy"}, "Retry-After: 0", status="503 Unavailable")),
        act=create_group,
        raises=APIError,
        requests=1,
    ),
]

CASES = [*PLACES, *CONNECTIONS, *HEADERS, *BODIES, *TOTALS, *SIZES, *STATUSES]
