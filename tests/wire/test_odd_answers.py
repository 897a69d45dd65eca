"""Answers that are odd, hostile, or both: what can be read is read, and what cannot ends soon and in clear words."""

from __future__ import annotations

import contextlib
import json
import logging
import tracemalloc
from datetime import UTC
from decimal import Decimal
from typing import Any

import pytest
from faces import FACES, every, opened
from hypothesis import example, given
from hypothesis import strategies as st
from recorder import Recorder, answer

from voipstudio_async import Cdr, DecodeError, PaginationError, RetryPolicy, User, ValidationError
from voipstudio_async.wire import bounds
from voipstudio_async.wire.codec import Codec
from voipstudio_async.wire.odd import difference, readable
from voipstudio_async.wire.parsing import error_parts, parse

every_face = pytest.mark.parametrize("face", FACES, ids=lambda face: face.__name__)
PAGE = b'{"data": [{"id": 1, "email": "a"}, {"id": 2, "email": %s}, {"id": 3, "email": "c"}], "total": 3}'


async def listed(face: type[Any], body: bytes, times: int = 1, **options: Any) -> list[Any]:
    """List users from a server that answers every page with these bytes."""
    with Recorder() as server:
        server.answers.extend([answer(body=body)] * times)
        async with opened(face, "token", base_url=server.url, retry=RetryPolicy(attempts=1), **options) as client:
            return [await every(client.users.list()) for _ in range(times)]


# --- names of fields -------------------------------------------------------------------------------------------

NAMES = [
    "__debug__",
    "None",
    "class",
    "def",
    "__class__",
    "__init__",
    "__slots__",
    "self",
    "cls",
    "rows",
    "new",
    "fit0",
]
NAMES += [
    "",
    " ",
    "a'b",
    'a"b',
    "a\\b",
    "a\nb",
    "a\x00b",
    "{x}",
    "%s",
    "f0",
    "x0",
    "n0",
    "o",
    "r",
    "v",
    "é",
    "名",
    "x" * 4096,
]
NAMES += [
    "); raise SystemExit(",
    "extra",
    "_origin",
    "origin",
    "data",
    "to_dict",
    "Extra",
    "__struct_fields__",
    "\u2028",
]


@every_face
@pytest.mark.parametrize("name", NAMES, ids=ascii)
async def test_the_name_of_a_field_is_only_a_name(face: type[Any], name: str) -> None:
    rows = [{"id": 1, "email": "a", name: 5}, {"id": 2, "email": "b", name: None}]

    for users in await listed(face, json.dumps({"data": rows, "total": 2}).encode(), times=3):
        assert [user.to_dict() for user in users] == rows
        assert users[0].extra == {name: 5}


@given(names=st.lists(st.text(max_size=8) | st.sampled_from(NAMES), unique=True, max_size=6))
@example(names=["__debug__", "__debug__2"])
def test_names_of_fields_together_are_only_names(names: list[str]) -> None:
    row = {"id": 1, **{name: index for index, name in enumerate(names) if name not in ("id", *vars(User))}}
    body = json.dumps({"data": [row]}).encode("utf-8", "surrogatepass")
    codec = Codec(UTC, strict=True)

    for _ in range(3):
        assert codec.rows(User, body).items[0].to_dict() == row


# --- numbers ---------------------------------------------------------------------------------------------------

HUGE = ["1e999999999", "-1E+999999999", "1e-999999999", "1" * 5000, "-" + "1" * 100_000, "0." + "3" * 5000, "1e4001"]


@pytest.mark.parametrize("number", HUGE, ids=lambda number: f"{number[:8]}-{len(number)}")
@pytest.mark.parametrize("name", ["charge", "duration", "clid", "src_id", "labels", "new"])
def test_a_number_without_bounds_is_a_misfit(number: str, name: str) -> None:
    codec = Codec(UTC, strict=False)
    rows = '{"id": 1, "charge": 0.5}, {"id": 2, "%s": %s}, {"id": 3, "charge": 1.5}'
    for _ in range(3):
        first, odd, last = codec.rows(Cdr, f'{{"data": [{rows % (name, number)}]}}'.encode()).items
        assert (first.charge, last.charge) == (Decimal("0.5"), Decimal("1.5"))
        assert getattr(odd, name, None) is None
        assert odd.extra == {name: number}
        assert json.loads(json.dumps(odd.to_dict())) == {"id": 2, name: number}


@pytest.mark.parametrize("number", HUGE, ids=lambda number: f"{number[:8]}-{len(number)}")
def test_a_number_without_bounds_inside_of_a_free_value_is_a_text(number: str) -> None:
    user = (
        Codec(UTC, strict=True).rows(User, f'{{"data": [{{"id": 1, "visited_apps": [{number}]}}]}}'.encode()).items[0]
    )

    assert user.visited_apps == [number]
    assert type(user.visited_apps[0]) is str


def test_in_strict_mode_a_number_without_bounds_names_its_path() -> None:
    with pytest.raises(DecodeError, match="expected a number, got a number with too many digits") as caught:
        Codec(UTC, strict=True).rows(Cdr, b'{"data": [{"id": 1}, {"id": 2, "charge": 1e999999999}]}')

    assert caught.value.path == "data[1].charge"


@pytest.mark.parametrize("text", ['"1e9999"', '"0.' + "1" * 3999 + '1"'])
def test_a_text_that_is_such_a_number_is_one_as_well(text: str) -> None:
    (cdr,) = Codec(UTC, strict=False).rows(Cdr, f'{{"data": [{{"id": 1, "charge": {text}}}]}}'.encode()).items

    assert (cdr.charge, "charge" in cdr.extra) == (None, True)


def test_an_id_without_bounds_is_a_decode_error() -> None:
    with pytest.raises(DecodeError, match=r"^data\[0\]\.id: expected an integer, got a number with too many digits"):
        Codec(UTC, strict=False).rows(User, b'{"data": [{"id": 1e999999999}]}')


# --- more than was asked for -----------------------------------------------------------------------------------


@every_face
@pytest.mark.parametrize("rows", [5001, 60_000, 300_000])
async def test_more_rows_than_a_page_can_have_are_not_read(face: type[Any], rows: int) -> None:
    body = b'{"data": [' + b", ".join([b'{"id": 1}'] * rows) + b"]}"

    with pytest.raises(PaginationError, match="100 rows were asked for, and more than 5000 rows came at once"):
        await listed(face, body)


@pytest.mark.parametrize("learned", [True, False])
@pytest.mark.parametrize("row", ['{"id": 1}', '{"id": 1, "dnd": 1}', '{"id": 1, "new": [{}, {}, {}]}'])
def test_the_bound_is_the_same_on_every_way(learned: bool, row: str) -> None:
    codec = Codec(UTC, strict=False)
    if learned:
        codec.rows(User, f'{{"data": [{row}]}}'.encode())

    assert len(codec.rows(User, f'{{"data": [{", ".join([row] * 5000)}]}}'.encode()).items) == 5000
    with pytest.raises(PaginationError, match="more than 5000 rows"):
        codec.rows(User, f'{{"data": [{", ".join([row] * 5001)}]}}'.encode())


def test_a_large_page_with_much_inside_of_its_rows_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "_WORTH_COUNTING", 1)
    row = json.dumps({"id": 1, "new": [{}] * 30})
    page = f'{{"data": [{", ".join([row] * 5000)}]}}'.encode()

    assert len(Codec(UTC, strict=False).rows(User, page).items) == 5000


def test_shapes_are_forgotten_when_there_is_no_end_of_them() -> None:
    codec = Codec(UTC, strict=False)
    for index in range(400):
        codec.rows(
            User, json.dumps({"data": [{"id": 1, "created_at": "2026-01-01T00:00:00", f"x{index}": 1}]}).encode()
        )
    reader = codec.reader(User)

    assert len(reader._barred) < 200
    assert len(reader._decoders) <= 4


def test_a_shape_with_endless_names_is_not_remembered() -> None:
    codec = Codec(UTC, strict=False)
    for index in range(5):
        codec.rows(User, json.dumps({"data": [{"id": 1, "x" * 100_000 + str(index): 1}]}).encode())

    assert codec.reader(User)._decoders == {}


def test_an_error_with_endless_entries_is_cut() -> None:
    message, errors = error_parts(
        json.dumps({"message": "m" * 3_000_000, "errors": [{"field": "a"}] * 150_000}).encode()
    )

    assert message is not None
    assert len(message) < 1100
    assert len(errors) == 101
    assert errors[-1].message == "and 149900 more errors"


@pytest.mark.parametrize(
    "entry", ["[" * 400 + "]" * 400, "1" * 4200, '"' + "x" * 10**6 + '"', '{"message": 1e999999999}']
)
def test_whatever_an_error_says_is_a_short_text(entry: str) -> None:
    _, (error,) = error_parts(f'{{"errors": [{entry}]}}'.encode())

    assert len(str(error)) < 1200


@every_face
async def test_the_text_of_an_error_is_short(face: type[Any]) -> None:
    with Recorder() as server:
        server.answers.append(answer(400, {"message": "m" * 3_000_000, "errors": ["e" * 10_000] * 5_000}))
        async with opened(face, "token", base_url=server.url) as client:
            with pytest.raises(ValidationError) as caught:
                await every(client.users.list())

    assert len(str(caught.value)) < 150_000


# --- odd, but readable -----------------------------------------------------------------------------------------

HALVES = [
    rb'"Ann \ud83d"',
    rb'"Ann \uDE00"',
    rb'"Ann \ude00\ud83d"',
    b'"Ann \xff"',
    b'"Ann \xe9 Smith"',
    b'"Ann \xed\xa0\xbd"',
]


@every_face
@pytest.mark.parametrize("text", HALVES, ids=repr)
async def test_half_a_character_costs_no_row(face: type[Any], text: bytes) -> None:
    for users in await listed(face, PAGE % text, times=3):
        assert [user.id for user in users] == [1, 2, 3]
        assert (users[0].email, users[2].email) == ("a", "c")
        assert users[1].email.startswith("Ann \ufffd")


@every_face
@pytest.mark.parametrize("text", HALVES, ids=repr)
async def test_in_strict_mode_half_a_character_names_its_row(face: type[Any], text: bytes) -> None:
    with pytest.raises(DecodeError, match="half of a character, or a byte that is not UTF-8") as caught:
        await listed(face, PAGE % text, strict=True)

    assert caught.value.path == "data[1].email"


@pytest.mark.parametrize("text", HALVES, ids=repr)
def test_what_was_replaced_is_logged_once_and_costs_no_speed(text: bytes, caplog: pytest.LogCaptureFixture) -> None:
    codec = Codec(UTC, strict=False)
    clean = PAGE % b'"b"'
    with caplog.at_level(logging.WARNING, "voipstudio_async"):
        for _ in range(3):
            codec.rows(User, clean)
            codec.rows(User, PAGE % text)

    assert len(caplog.records) == 1
    assert len(codec.reader(User)._decoders) == 1


@pytest.mark.parametrize(
    "text", [rb'"\ud83d\ude00"', rb'"\\ud83d"', rb'"\\\ud83d\ude00"', '"😀"'.encode(), b'"\xef\xbf\xbd"']
)
def test_whole_characters_stay(text: bytes) -> None:
    assert Codec(UTC, strict=True).rows(User, PAGE % text).items[1].email == json.loads(text)


@every_face
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
async def test_another_encoding_is_read(face: type[Any], encoding: str) -> None:
    text = '{"data": [{"id": 1, "email": "é"}], "total": 1}'

    for users in await listed(face, text.encode(encoding), times=3, strict=True):
        assert [user.email for user in users] == ["é"]


def test_a_byte_order_mark_costs_no_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    codec = Codec(UTC, strict=True)
    body = b"\xef\xbb\xbf" + PAGE % b'"b"'
    codec.rows(User, body)
    monkeypatch.setattr("voipstudio_async.wire.plain.read", None)

    assert len(codec.rows(User, body).items) == 3


@pytest.mark.parametrize("depth", [102, 300, 2_000, 100_000])
@pytest.mark.parametrize("name", ["visited_apps", "new", "email"])
def test_what_is_nested_too_deep_says_so_on_every_python(depth: int, name: str) -> None:
    codec = Codec(UTC, strict=False)
    for _ in range(2):
        with pytest.raises(DecodeError, match=r"nested too deep|not JSON"):
            codec.rows(User, f'{{"data": [{{"id": 1, "{name}": {"[" * depth}{"]" * depth}}}]}}'.encode())


@pytest.mark.parametrize("name", ["visited_apps", "new", "email"])
def test_what_is_nested_deep_is_read_on_every_python(name: str) -> None:
    codec, row = Codec(UTC, strict=False), f'{{"id": 1, "{name}": {"[" * 90}{"]" * 90}}}'
    for _ in range(2):
        assert codec.rows(User, f'{{"data": [{row}]}}'.encode()).items[0].to_dict() == json.loads(row)


@given(content=st.binary(max_size=40))
@example(content=b"\xef\xbb\xbf")
@example(content=b"\xff\xfe1\x00")
@example(content=rb'"\ud83d')
def test_any_bytes_at_all_are_json_or_a_decode_error(content: bytes) -> None:
    with contextlib.suppress(DecodeError):
        parse(content)


@given(value=st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_what_is_well_written_is_written_anew_as_it_was(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        assert readable(text.encode("utf-8")) == (text.encode(), False)


def test_a_difference_is_found_where_it_is() -> None:
    one: Any = {"data": [{"a": 1}, {"b": [1, {"c": "x"}]}]}

    assert difference(one, {"data": [{"a": 1}, {"b": [1, {"c": "y"}]}]}) == "data[1].b[1].c"
    assert difference(one, {"data": [{"a": 1}, {"d": 1}]}) == "data[1]"


# --- what is broken costs no more than what is not -------------------------------------------------------------

BROKEN = {
    "text without an end": b'{"x": "' + b" " * 300_000,
    "escapes without an end": b'{"x": "' + b'\\"' * 200_000,
    "marks": b'"' * 300_000,
    "endless number": b'{"x": ' + b"1" * 300_000 + b".5]",
    "endless exponent": b'{"x": 1e-' + b"1" * 300_000 + b"}]",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_broken_body_is_refused_within_a_few_times_its_size(body: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(DecodeError):
            parse(body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * len(body)


def test_digits_of_an_exponent_are_no_endless_integer() -> None:
    digits = b"1" * 5_000
    assert readable(b"[%b]" % digits) == (b"[%be0]" % digits, False)
    assert readable(b"[-%b]" % digits) == (b"[-%be0]" % digits, False)
    for number in (b"[1e%b]", b"[1e-%b]", b"[1E+%b]", b"[0.%b]", b"[%b.5]", b"[%be5]", b'["%b"]', b'["%b'):
        assert readable(number % digits) == (number % digits, False)
