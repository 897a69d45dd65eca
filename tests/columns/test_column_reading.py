"""A page that is read into columns is what its entities make of it, to the last digit; and so are its errors."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import ENTITIES, fitting, json_values, records, tricky

from voipstudio_async import Cdr, DecodeError, User, VoipStudioError
from voipstudio_async.columns import reading
from voipstudio_async.columns.batches import Batches, batches_of
from voipstudio_async.columns.rows import BatchRows, rows_at, span_of, values_of
from voipstudio_async.entities.base import Entity
from voipstudio_async.entities.fields import FieldSpec, Kind, field_specs
from voipstudio_async.wire.bounds import finished
from voipstudio_async.wire.codec import Codec

pytest.importorskip("pyarrow")

LONDON = ZoneInfo("Europe/London")
ZONES: list[tzinfo] = [UTC, LONDON, ZoneInfo("America/Havana"), timezone(timedelta(hours=5, minutes=45))]
SHOWN = [None, UTC, ZoneInfo("Asia/Kathmandu")]
COLUMNS: dict[type[Entity], list[Any]] = {Cdr: [None, ["id"], ["charge", "calldate"], ["src_id", "labels", "rate"]]}

ODD = [
    *("0", "-0", "0.0", "-0.0", "1.0", "1e3", "1E-7", "1e-13", "0.30000000000000004", "1e26", "9" * 26, "9" * 27),
    *("9223372036854775807", "9223372036854775808", "-9223372036854775809", "1e400", "01", "1."),
    *("NaN", "Infinity", "-Inf", "true", "false", "null"),
    *("[]", "{}", "[null]", '["a",null]', '["a"]', '[["a"]]', '{"a":1}', '""', '" "', '"null"', '"NaN"', '"Inf"'),
    *('"0"', '"007"', '"+7"', '"-7"', '" 7"', '"0x1F"', '"7.0"', '".5"', '"5."', '"+.5"', '"1_000"', '"1,5"', '"1e3"'),
    *('"2026-03-29 01:30:00"', '"2026-10-25 01:30:00"', '"2026-10-25T01:30:00"', '"2026-10-25t01:30:00"'),
    *('"2026-01-05"', '"2026-01-05 03"', '"2026-01-05 03:51"', '"2026-01-05 03:51:40.5"'),
    *('"2026-01-05 03:51:40Z"', '"2026-01-05T03:51+01"', '"2026-01-05 24:00:00"', '"2026-01-05 23:59:60"'),
    *('"2026-02-30 00:00:00"', '"0000-00-00 00:00:00"', '"0000-00-00"', '"0000-01-01 00:00:00"', '"0000-01-01"'),
    *('"0001-01-01 00:00:00"', '"1883-11-18 12:00:00"', '"1969-12-31 23:59:59"', '"2038-07-01 12:00:00"'),
    *('"9999-12-31 23:59:59"', '"2026-01-05  3:51:40"', '"20260105 03:51:40xx"', '"2026/01/05 03:51:40"'),
    *('"\\ud83d"', '"\\ud83d\\ude00"', '"\\u0000"', '"\\u0041"', '"a\\/b"', '"=1+1"', '"\\n"', '"é"', '"\u0663"'),
]
"""JSON values, as they are written, that something reads in its own way."""
BROKEN = [b'"\xff"', b'"\xc3"', b'"\xed\xa0\xbd"']


@pytest.fixture(autouse=True)
def _all_pages(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(reading, "_SMALL", 0)
    caplog.set_level(logging.CRITICAL, "voipstudio_async")


@cache
def lenient(tz: tzinfo) -> Codec:
    return Codec(tz, strict=False)


def same(cls: type[Entity], bodies: Sequence[bytes], tz: tzinfo, **options: Any) -> int:
    """Read pages in both ways, which have to come to the same; return how many were read into columns."""
    codec, made = lenient(tz), batches_of(cls, tz, **options)
    read = made.reader(codec, {spec.wire for spec in field_specs(cls)})
    assert read is not None
    count = 0
    for body in bodies:
        expected = outcome(made, lambda body=body: codec.rows(cls, body))
        found = outcome(made, lambda body=body: finished(read(body)))
        assert attrs.astuple(found, filter=_compared) == attrs.astuple(expected, filter=_compared), body
        if found.batch is not None:
            assert found.batch.equals(expected.batch, check_metadata=True), body
        count += found.is_columns
    return count


@attrs.frozen
class Outcome:
    """What comes of a page."""

    error: str | None = None
    total: int | None = None
    ids: Sequence[Any] = ()
    batch: Any = None
    is_columns: bool = False


def _compared(attribute: attrs.Attribute[Any], _: object) -> bool:
    return attribute.name not in ("batch", "is_columns")


def outcome(made: Batches, read: Any) -> Outcome:
    try:
        rows = read()
        batch = made.of(rows.items)
    except VoipStudioError as error:
        return Outcome(error=f"{type(error).__name__}: {error}")
    return Outcome(None, rows.total, values_of(rows.items, "id"), batch, isinstance(rows.items, BatchRows))


def page(rows: Sequence[bytes], total: bytes | None = None, *, spaced: bool = False) -> bytes:
    space = b" \n" if spaced else b""
    told = b"%d" % len(rows) if total is None else total
    return b'{"data":%s[%s],"total":%s}' % (space, (b"," + space).join(rows), told)


def row(fields: dict[str, bytes], *, spaced: bool = False) -> bytes:
    colon = b" : " if spaced else b":"
    return b"{%s}" % b",".join(json.dumps(name).encode() + colon + value for name, value in fields.items())


USUAL = {
    Kind.INTEGER: b"7",
    Kind.BOOLEAN: b"true",
    Kind.TEXT: b'"a"',
    Kind.MONEY: b"0.0125",
    Kind.MOMENT: b'"2026-01-05 03:51:40"',
    Kind.DAY: b'"2026-01-05"',
    Kind.SECRET: b'"hidden"',
}


def usual(cls: type[Entity], number: int) -> dict[str, bytes]:
    """A row as the API sends it, with all fields that have one form."""
    specs = field_specs(cls)
    found = {spec.wire: USUAL[spec.kinds[0]] for spec in specs if spec.form is None and spec.kinds[0] in USUAL}
    is_text = next(spec for spec in specs if spec.wire == "id").form is not None
    return {**found, "id": b'"%d"' % number if is_text else b"%d" % number}


WITH_ID = [cls for cls in ENTITIES if any(spec.wire == "id" for spec in field_specs(cls))]
FIELDS = [(cls, spec) for cls in WITH_ID for spec in field_specs(cls) if spec.wire != "id"]
OF_EACH_TYPE = list({spec.type: (cls, spec) for cls, spec in FIELDS}.values())


@pytest.mark.parametrize(
    ("cls", "spec"), OF_EACH_TYPE, ids=[f"{cls.__name__}.{spec.name}" for cls, spec in OF_EACH_TYPE]
)
def test_an_odd_value_in_any_field_makes_no_difference(cls: type[Entity], spec: FieldSpec) -> None:
    for odd in [*(text.encode() for text in ODD), *BROKEN]:
        rows = [row(usual(cls, number)) for number in range(3)]
        rows[1] = row({**usual(cls, 1), spec.wire: odd})
        same(cls, [page(rows), page(rows)], LONDON)


@pytest.mark.parametrize("tz", ZONES, ids=str)
def test_date_times_are_the_same_moments_in_every_zone(tz: tzinfo) -> None:
    start = datetime(2026, 3, 1)
    for day in range(260):
        moments = [start + timedelta(days=day, minutes=30 * half) for half in range(12)]
        texts = [json.dumps(moment.isoformat(" ")).encode() for moment in moments]
        rows = [row({"id": b"%d" % number, "calldate": text}) for number, text in enumerate(texts)]
        same(Cdr, [page(rows)], tz, shown_in=SHOWN[day % len(SHOWN)], columns=["calldate"])


@pytest.mark.parametrize("cls", WITH_ID, ids=lambda cls: cls.__name__)
@given(data=st.data())
@settings(max_examples=examples(20))
def test_any_pages_make_the_same_batches(cls: type[Entity], data: st.DataObject) -> None:
    fragments = st.sampled_from(ODD).map(str.encode)
    bodies = []
    for _ in range(data.draw(st.integers(1, 3))):
        spaced = data.draw(st.booleans())
        rows = []
        for record in data.draw(st.lists(records(cls), max_size=4)):
            is_ascii = data.draw(st.booleans())
            fields = {name: json.dumps(value, ensure_ascii=is_ascii).encode() for name, value in record.items()}
            if data.draw(st.integers(0, 3)) == 0:
                wires = st.sampled_from([spec.wire for spec in field_specs(cls)])
                fields[data.draw(wires)] = data.draw(fragments)
            rows.append(row(fields, spaced=spaced))
        bodies.append(page(rows, data.draw(st.none() | fragments), spaced=spaced))
    tz = data.draw(st.sampled_from(ZONES))
    columns = data.draw(st.sampled_from(COLUMNS.get(cls, [None])))
    shown_in, secrets = data.draw(st.sampled_from(SHOWN)), data.draw(st.sampled_from(["mask", "reveal"]))
    same(cls, bodies, tz, shown_in=shown_in, secrets=secrets, columns=columns)


@given(data=st.data())
@settings(max_examples=examples(200))
def test_any_call_records_make_the_same_batches(data: st.DataObject) -> None:
    specs = [spec for spec in field_specs(Cdr) if spec.wire != "id"]
    values = {spec.wire: fitting(spec.type) | st.none() | tricky | json_values for spec in specs}
    rows = []
    for number in range(data.draw(st.integers(1, 5))):
        odd = data.draw(st.fixed_dictionaries({}, optional=values)) if data.draw(st.booleans()) else {}
        rows.append(row({**usual(Cdr, number), **{name: json.dumps(value).encode() for name, value in odd.items()}}))
    columns = data.draw(st.sampled_from(COLUMNS[Cdr]))
    same(Cdr, [page(rows)] * 2, data.draw(st.sampled_from(ZONES)), columns=columns)


ROW = row(usual(Cdr, 1))
ENVELOPES = {
    "no rows": b'{"data":[],"total":0}',
    "no total": b'{"data":[%s]}' % ROW,
    "null total": page([ROW], b"null"),
    "total in quotes": page([ROW], b'"1"'),
    "total below zero": page([ROW], b"-1"),
    "total that is none": page([ROW], b'"many"'),
    "huge total": page([ROW], b"1" * 30),
    "one object": b'{"data":%s,"links":{}}' % ROW,
    "no data": b'{"total":1}',
    "data is null": b'{"data":null,"total":0}',
    "data is a text": b'{"data":"x","total":0}',
    "null row": page([ROW, b"null"]),
    "row is a list": page([b"[1]"]),
    "row is a number": page([b"1"]),
    "two documents": page([ROW]) * 2,
    "two lines": page([ROW]) + b"\n" + page([ROW]),
    "something behind": page([ROW]) + b" x",
    "spaces around": b" \n" + page([ROW]) + b"\n\n",
    "cut off": page([ROW])[:-9],
    "nothing": b"",
    "BOM": b"\xef\xbb\xbf" + page([ROW]),
    "data twice": b'{"data":[],"data":[%s],"total":1}' % ROW,
    "field twice": page([b'{"id":1,"charge":1,"charge":2}']),
    "id twice": page([b'{"id":1,"id":2}']),
    "no id": page([b'{"charge":1}']),
    "id is null": page([b'{"id":null}']),
    "id in quotes": page([b'{"id":"7"}']),
    "NaN in an unknown field": page([b'{"id":1,"what":NaN}']),
    "Infinity in an unknown field": page([b'{"id":1,"what":[-Infinity]}']),
    "escaped name": page([b'{"id":1,"ch\\u0061rge":".5"}']),
    "escaped name of a number": page([b'{"id":1,"ch\\u0061rge":0.5}']),
    "money in quotes": page([b'{"id":1,"charge":"0.5"}', b'{"id":2,"charge":0.25}']),
    "unknown field twice": page([b'{"id":1,"x":1,"x":2}']),
    "not UTF-8 in an unknown field": page([b'{"id":1,"x":"\xff"}']),
    "very deep": page([b'{"id":1,"x":%s1%s}' % (b"[" * 200_000, b"]" * 200_000)]),
    "many unknown fields": page([b'{"id":1,%s}' % b",".join(b'"x%d":%d' % (n, n) for n in range(3000))]),
    "control character": page([b'{"id":1,"src":"a\tb"}']),
    "too many rows": page([b'{"id":%d}' % n for n in range(5001)]),
    "an error": b'{"message":"no","errors":[]}',
    "HTML": b"<html></html>",
}


@pytest.mark.parametrize("body", ENVELOPES.values(), ids=ENVELOPES)
def test_odd_envelopes_are_read_the_same(body: bytes) -> None:
    same(Cdr, [body, page([ROW]), body], LONDON)


def test_usual_pages_are_read_into_columns() -> None:
    for cls in WITH_ID:
        rows = [row(usual(cls, number)) for number in range(5)]
        assert same(cls, [page(rows)] * 2, LONDON) == 2, cls


@pytest.mark.parametrize(
    ("name", "odd"),
    [
        ("charge", b'"1.5"'),
        ("charge", b"1e-13"),
        ("calldate", b'"0000-00-00"'),
        ("calldate", b'"2026-03-29 01:30:00"'),
        ("duration", b'"12"'),
        ("src_id", b"12"),
        ("is_root", b"1"),
        ("labels", b'"one"'),
        ("src", b"4420"),
    ],
)
def test_a_field_that_misfits_costs_one_page_and_then_its_own_column_alone(name: str, odd: bytes) -> None:
    rows = [row({**usual(Cdr, number), name: odd} if number == 2 else usual(Cdr, number)) for number in range(5)]
    options: dict[str, Any] = {"columns": ["id", "src"]} if odd == b"1e-13" else {}

    assert same(Cdr, [page(rows)] * 4, LONDON, **options) == 3


def test_pages_that_never_fit_are_given_up() -> None:
    broken = page([row({**usual(Cdr, 1), "src": b'"\xff"'})])

    assert same(Cdr, [broken] * 3 + [page([ROW])], LONDON) == 0


@pytest.mark.parametrize("x", [b"[" * 300 + b"]" * 300, b"[%s]" % b",".join([b"1"] * 30_000)], ids=["deep", "long"])
def test_what_is_too_much_for_an_entity_is_passed_over_where_no_column_is_for_it(x: bytes) -> None:
    read = batches_of(Cdr, UTC).reader(lenient(UTC), ())
    assert read is not None
    rows = finished(read(page([b'{"id":1,"x":%s}' % x]))).items

    assert values_of(rows, "id") == [1]
    with pytest.raises(DecodeError, match=r"nested too deep|more than 20,000 values"):
        list(rows)


def test_what_has_to_be_known_row_by_row_is_read_as_entities() -> None:
    codec = Codec(UTC, strict=False)
    assert batches_of(Cdr, UTC, extras=True).reader(codec, ()) is None
    assert batches_of(Cdr, UTC, money="round").reader(codec, ()) is None
    assert batches_of(Cdr, UTC).reader(Codec(UTC, strict=True), ()) is None
    assert batches_of(User, UTC, columns=["id", "name"]).reader(codec, ()) is None


def test_rows_are_entities_as_soon_as_somebody_asks() -> None:
    body = page([row(usual(Cdr, number)) for number in range(6)])
    codec, made = Codec(LONDON, strict=False), batches_of(Cdr, LONDON, columns=["charge"])
    read = made.reader(codec, {"calldate"})
    assert read is not None
    entities, rows = codec.rows(Cdr, body).items, finished(read(body)).items
    assert isinstance(rows, BatchRows)

    assert list(rows) == list(entities)
    assert list(rows[1:4]) == list(entities[1:4])
    assert list(rows_at(rows[1:], [4, 0, 2])) == [entities[5], entities[1], entities[3]]
    assert len(rows_at(rows, [])) == 0
    assert made.of(rows[2:4]).equals(made.of(entities[2:4]))
    assert made.of(rows_at(rows, [5, 3])).equals(made.of([entities[5], entities[3]]))
    assert values_of(rows, "calldate") == values_of(entities, "calldate")
    assert values_of(rows, "src") == values_of(entities, "src")
    assert values_of(rows, "nothing") == [None] * 6
    assert span_of(rows, "calldate") == span_of(entities, "calldate")
    assert span_of(rows, "duration") == span_of(entities, "duration")
    assert span_of(rows[:0], "calldate") is None
