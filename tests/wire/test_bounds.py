"""What an answer may hold, and how much of it is read before others get their turn: counted, never timed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC
from functools import partial
from typing import Any

import pytest
from effort import examples
from faces import FACES, every, opened
from hypothesis import example, given, settings
from hypothesis import strategies as st
from recorder import Recorder, answer
from strategies import json_values

from voipstudio_async import Cdr, DecodeError, RetryPolicy, User
from voipstudio_async.wire import bounds
from voipstudio_async.wire.bounds import MOST_IN_ROW, finished, holds_more
from voipstudio_async.wire.codec import Codec
from voipstudio_async.wire.plain import PlainDecoder, Rows

every_face = pytest.mark.parametrize("face", FACES, ids=lambda face: face.__name__)


def page(*rows: Any) -> bytes:
    return json.dumps({"data": rows, "total": len(rows)}, separators=(",", ":")).encode()


def noise(rows: int) -> bytes:
    """Make a page of rows each of which has fields of its own."""
    return page(*({"id": id, f"a{id}": 1, f"b{id}": [2]} for id in range(1, rows + 1)))


def usual(rows: int) -> bytes:
    return page(*({"id": id, "email": "someone@example.com", "new": id} for id in range(1, rows + 1)))


# --- counting --------------------------------------------------------------------------------------------------


def values_in(value: Any) -> int:
    """Count the values in a parsed JSON value; a box that is empty counts as one."""
    if not isinstance(value, list | dict):
        return 0
    inside = value.values() if isinstance(value, dict) else value
    return (len(value) or 1) + sum(map(values_in, inside))


@given(value=json_values, most=st.integers(0, 12), spaces=st.booleans())
@example(value=["[", ',"{', "\\", '\\",'], most=3, spaces=False)
@example(value={"a,b": '["'}, most=0, spaces=True)
@settings(max_examples=examples(100))
def test_values_are_counted_as_they_are_parsed(value: Any, most: int, spaces: bool) -> None:
    text = json.dumps(value, separators=(", ", ": ") if spaces else (",", ":")).encode()
    padded = text + b" " * (most + 1)  # what is short is not counted: it cannot have more

    assert holds_more(padded, most) == (values_in(value) > most)


@pytest.mark.parametrize("text", ["", '"' * 9_000, '"\\' * 9_000, "a" * 90_000, "[" + '"a' * 9_000, "\\" * 9_000])
def test_texts_that_are_no_json_are_counted_in_one_pass(text: str) -> None:
    assert not holds_more(text.encode(), 10)


def test_counting_stops_now_and_then_and_where_the_answer_is_known() -> None:
    text = b"[" + b"1," * 500_000 + b"1]"

    assert len(list(bounds.counted(text, 100_000))) == 5
    assert list(bounds.counted(text, 600_000)) == []
    assert finished(bounds.counted(text, 500_000))
    assert not finished(bounds.counted(text, 500_001))


# --- what a row may hold -----------------------------------------------------------------------------------------

FORMS: dict[str, tuple[type[Any], Callable[[int], Any]]] = {
    "fields": (User, lambda most: {"id": 1} | {f"x{index}": 1 for index in range(most - 1)}),
    "a list": (User, lambda most: {"id": 1, "new": [1] * (most - 2)}),
    "a list that may be anything": (User, lambda most: {"id": 1, "visited_apps": [""] * (most - 2)}),
    "an object": (User, lambda most: {"id": 1, "new": {f"x{index}": 1 for index in range(most - 2)}}),
    "lists": (User, lambda most: {"id": 1, "new": [[]] * ((most - 2) // 2)}),
    "texts": (Cdr, lambda most: {"id": 1, "labels": ["a"] * (most - 2)}),
    "a misfit": (User, lambda most: {"id": 1, "email": [1] * (most - 2)}),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("learned", [False, True])
def test_a_row_holds_as_much_as_it_may_and_no_more_whatever_is_known(form: str, learned: bool) -> None:
    cls, make = FORMS[form]
    codec = Codec(UTC, strict=False)
    if learned:
        codec.rows(cls, page(*[make(9)] * 3))
    good, bad = make(MOST_IN_ROW), make(MOST_IN_ROW + 2)

    assert codec.rows(cls, page(good, good)).items[1].to_dict() == good
    assert codec.reader(cls).read_one(json.dumps({"data": make(MOST_IN_ROW - 1)}).encode()).id == 1
    with pytest.raises(DecodeError, match="holds more than 20,000 values") as caught:
        codec.rows(cls, page(good, bad))
    assert caught.value.path == "data[1]"
    with pytest.raises(DecodeError, match="holds more than 20,000 values"):
        codec.reader(cls).read_one(b'{"data":' + json.dumps(bad).encode() + b"}")


def test_what_has_no_rows_is_bounded_as_well() -> None:
    codec, junk = Codec(UTC, strict=False), b",".join([b"[]"] * 30_000)
    for body in (b'{"data":{"id":1,"x":[%b]}}', b'{"data":7,"x":[%b]}', b'{"token":"a","x":[%b]}'):
        with pytest.raises(DecodeError, match="holds more than 20,000 values"):
            codec.rows(User, body % junk)
        with pytest.raises(DecodeError, match="holds more than 20,000 values"):
            codec.flat(User, body % junk)


def test_a_page_with_more_values_than_any_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    body = noise(200)
    monkeypatch.setattr("voipstudio_async.wire.readers.MOST_IN_PAGE", values_in(json.loads(body)))
    codec = Codec(UTC, strict=False)

    assert len(codec.rows(User, body).items) == 200
    with pytest.raises(DecodeError, match="data: holds more than 1,002 values") as caught:
        codec.rows(User, noise(201))
    assert caught.value.path == "data"


@pytest.mark.parametrize("total", [b"[%b]" % b",".join([b"[]"] * 30_000), b'{"a":[%b]}' % (b"1," * 9_000 + b"1")])
def test_a_total_that_is_none_is_not_looked_into(total: bytes) -> None:
    codec, body = Codec(UTC, strict=False), b'{"data":[{"id":1}],"total":%b}' % total

    for _ in range(2):
        rows = codec.rows(User, body)
        assert ([row.id for row in rows.items], rows.total) == ([1], None)
    assert codec.total(body) is None
    with pytest.raises(DecodeError, match="expected an integer") as caught:
        Codec(UTC, strict=True).rows(User, body)
    assert caught.value.path == "total"


def test_the_total_of_a_full_page_is_read_without_its_rows() -> None:
    assert Codec(UTC, strict=True).total(usual(5_000)) == 5_000


@pytest.mark.parametrize("tail", [b"", b"]", b"]}", b'"'])
def test_what_is_broken_says_so_however_much_it_holds(tail: bytes) -> None:
    body = b'{"data":[{"id":1,"x":[' + b",".join([b"[]"] * 50_000) + tail

    with pytest.raises(DecodeError, match="the body is not JSON"):
        Codec(UTC, strict=False).rows(User, body)


# --- pieces ----------------------------------------------------------------------------------------------------


def pieces(codec: Codec, cls: type[Any], body: bytes) -> tuple[int, Rows[Any]]:
    """Read a page in steps; return how many times it stopped, and what came of it."""
    steps, stops = codec.steps(cls, body), 0
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return stops, end.value
        stops += 1


ODD: dict[str, bytes] = {
    "ever other fields": noise(2_000),
    "misfits": page(*({"id": id, "email": [id], "active": {"no": id}} for id in range(1, 2_001))),
    "lists": page(*({"id": id, "new": [[[1]]] * 200} for id in range(1, 501))),
    "half of a character": page(*({"id": id, "email": "\ud83d"} for id in range(1, 2_001))),
    "long texts": page(*({"id": id, "email": "x" * 20_000} for id in range(1, 101))),
}


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_page_is_read_in_short_pieces(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    codec, plain, most = Codec(UTC, strict=False), 0, 0
    row = PlainDecoder.row

    def watched(*arguments: Any) -> Any:
        nonlocal plain, most
        plain += 1
        most = max(most, plain)
        return row(*arguments)

    monkeypatch.setattr(PlainDecoder, "row", watched)
    for _ in range(2):
        steps = codec.steps(User, ODD[kind])
        for _ in steps:
            plain = 0
    assert most <= 64


@pytest.mark.parametrize("kind", ODD)
def test_in_pieces_and_at_once_the_same_is_read(kind: str) -> None:
    stepped, whole = Codec(UTC, strict=False), Codec(UTC, strict=False)
    for _ in range(2):
        stops, rows = pieces(stepped, User, ODD[kind])
        assert rows == whole.rows(User, ODD[kind])
    assert rows.items[7].id == 8
    assert stops > 0 or kind in ("misfits", "long texts")  # these have been learned by now, and fit


def test_a_page_that_fits_is_read_in_one_call_once_it_is_known() -> None:
    codec = Codec(UTC, strict=False)
    codec.rows(User, usual(1))

    assert pieces(codec, User, usual(5_000))[0] == 0


def test_of_a_first_page_only_the_first_rows_go_the_plain_way(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    row = PlainDecoder.row

    def watched(*arguments: Any) -> Any:
        read.append(arguments[3])
        return row(*arguments)

    monkeypatch.setattr(PlainDecoder, "row", watched)
    assert len(Codec(UTC, strict=False).rows(User, usual(5_000)).items) == 5_000
    assert read == [f"data[{index}]" for index in range(64)]


def test_shapes_that_hardly_any_row_has_are_not_learned() -> None:
    codec = Codec(UTC, strict=False)
    for _ in range(3):
        codec.rows(User, noise(500))

    assert codec.reader(User)._decoders == {}


def test_a_decoder_that_fits_nothing_is_soon_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    codec = Codec(UTC, strict=False)
    for field in ("p", "q", "r", "s"):
        codec.rows(User, page({"id": 1, field: 1}))
    tried: list[Any] = []

    def watched(slots: Callable[[Any], Any], raw: Any) -> Any:
        tried.append(raw)
        return slots(raw)

    for decoder in codec.reader(User)._decoders.values():
        object.__setattr__(decoder, "slots", partial(watched, decoder.slots))

    assert len(codec.rows(User, noise(2_000)).items) == 2_000
    assert len(tried) == 4 * 64


@pytest.mark.parametrize("density", [b"[],", b'{"a":1},', b"[[[[]]]],"])
def test_a_dense_page_is_not_read_in_one_call(density: bytes) -> None:
    row = b'{"id":1,"visited_apps":[' + density * 900 + b"1]}"
    body = b'{"data":[' + b",".join([row] * 100) + b"]}"
    codec = Codec(UTC, strict=False)
    codec.rows(User, page({"id": 1, "visited_apps": [1]}))

    stops, rows = pieces(codec, User, body)
    assert stops >= len(body) // 2**17
    assert len(rows.items[99].visited_apps) == 901


@every_face
async def test_others_get_their_turn_while_an_odd_page_is_read(
    face: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row asks the loop for a turn; it has come before the page is through a run more."""
    waiting, most, row = [0], [0], PlainDecoder.row

    def watched(*arguments: Any) -> Any:
        if not waiting[0]:
            asyncio.get_running_loop().call_soon(waiting.__setitem__, 0, 0)
        waiting[0] += 1
        most[0] = max(most[0], waiting[0])
        return row(*arguments)

    monkeypatch.setattr(PlainDecoder, "row", watched)
    with Recorder() as server:
        server.answers.append(answer(body=noise(2_000)))
        async with opened(face, "token", base_url=server.url, retry=RetryPolicy(attempts=1)) as client:
            rows = await every(client.users.list(page_size=2_000))
    assert len(rows) == 2_000
    assert 0 < most[0] <= 64
