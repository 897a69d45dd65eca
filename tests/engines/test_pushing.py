"""Filters that stand for what an engine asks: none of them holds back a row that is wanted."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from voipstudio_async import Cdr, Entity
from voipstudio_async.duckdb import arrow_expressions
from voipstudio_async.duckdb.pushing import OPERATORS, Comparison, certain, filters_of
from voipstudio_async.entities import Call, Me
from voipstudio_async.entities.scalars import to_datetime
from voipstudio_async.wire.codec import codec
from voipstudio_async.wire.filters import Filter

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}
ZONES = ["UTC", "Europe/London", "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns", "Asia/Kathmandu"]
NEAR = st.one_of(
    st.datetimes(datetime(2011, 12, 28), datetime(2012, 1, 2)),  # Samoa left out a day
    st.datetimes(datetime(2026, 10, 24, 22), datetime(2026, 10, 25, 5)),
    st.datetimes(datetime(2026, 3, 28, 22), datetime(2026, 3, 29, 5)),
    st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)),
)


def sent(entity: type[Entity], comparison: Comparison, zone: str = "UTC") -> list[tuple[str, Any]]:
    """Return the operators and values that go to the API."""
    tz = ZoneInfo(zone)
    entries = json.loads(codec(tz).filter_text(filters_of(entity, [comparison], tz)), parse_float=Decimal)
    return [(entry["operator"], entry["value"]) for entry in entries]


def test_an_empty_text_is_not_asked_for() -> None:
    assert sent(Cdr, Comparison("src", "eq", "")) == []
    assert sent(Cdr, Comparison("type", "eq", "")) == []
    assert sent(Cdr, Comparison("src", "eq", " ")) == [("eq", " ")]


@settings(max_examples=examples(300))
@given(st.sampled_from(ZONES), NEAR, NEAR, st.sampled_from([*COMPARE]))
def test_no_moment_is_held_back(zone: str, wall: datetime, asked: datetime, how: str) -> None:
    text = wall.isoformat(" ", "seconds")
    row, bound = to_datetime(text, ZoneInfo(zone)), asked.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)

    found = sent(Cdr, Comparison("calldate", how, bound), zone)

    assert found
    if COMPARE[how](row, bound):
        assert all(COMPARE[each](text, value) for each, value in found)


@settings(max_examples=examples(200))
@given(st.decimals(-3, 3, places=2), st.decimals(-3, 3, places=2), st.sampled_from([*COMPARE]))
def test_no_amount_is_held_back_that_is_kept_in_binary(row: Decimal, bound: Decimal, how: str) -> None:
    import struct

    (kept,) = struct.unpack("f", struct.pack("f", row))  # as a column of single precision has it
    if COMPARE[how](row, bound):
        assert all(COMPARE[each](kept, value) for each, value in sent(Cdr, Comparison("charge", how, bound)))


@pytest.mark.parametrize(
    ("entity", "column", "how", "value", "found"),
    [
        (Cdr, "duration", "gt", 60, [("gt", 60)]),
        (Cdr, "duration", "gt", Decimal("1.5"), []),
        (Cdr, "duration", "eq", True, []),
        (Cdr, "charge", "lte", Decimal("0.5"), [("lt", 1)]),
        (Cdr, "charge", "gte", 2, [("gte", 2)]),
        (Cdr, "charge", "gt", Decimal(10) ** 30, []),
        (Cdr, "charge", "gt", Decimal("nan"), []),
        (Cdr, "src", "eq", "101", [("eq", "101")]),
        (Cdr, "src", "gt", "101", []),
        (Cdr, "type", "eq", "O", [("eq", "O")]),
        (Cdr, "type", "eq", "1", []),
        (Cdr, "type", "eq", "true", []),
        (Cdr, "src_id", "eq", 7, []),
        (Cdr, "labels", "eq", "x", []),
        (Cdr, "nothing", "eq", "x", []),
        (Cdr, "calldate", "gt", datetime(2026, 1, 1), []),
        (Cdr, "calldate", "gt", date(2026, 1, 1), []),
        (Cdr, "calldate", "gt", datetime(1, 1, 1, tzinfo=UTC), []),
        (Cdr, "calldate", "gt", datetime(9999, 12, 31, tzinfo=UTC), []),
        (Call, "start_time", "gt", datetime(2026, 1, 1, tzinfo=UTC), []),
        (Me, "sip_password", "eq", "***", []),
    ],
)
def test_what_is_asked_for(entity: type[Entity], column: str, how: str, value: Any, found: list[Any]) -> None:
    assert sent(entity, Comparison(column, how, value)) == found


def test_dates_and_ids_are_what_the_api_has_for_certain() -> None:
    filters = (Filter("id", "gt", 1), Filter("duration", "gt", 60), Filter("calldate", "gte", "2026-01-01 00:00:00"))

    assert [each.property for each in certain(Cdr, filters)] == ["id", "calldate"]


LITERALS = st.one_of(
    st.integers(-(2**60), 2**60),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.decimals(-(10**6), 10**6, places=12),
    st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
)


@settings(max_examples=examples(100))
@given(st.lists(st.tuples(st.sampled_from(["id", "a b", "src"]), st.sampled_from([*COMPARE]), LITERALS), min_size=1))
def test_an_expression_of_arrow_is_read_as_it_was_written(comparisons: list[tuple[str, str, Any]]) -> None:
    pc: Any = pytest.importorskip("pyarrow.compute")
    written: Any = None
    for column, how, value in comparisons:
        compare = COMPARE[how]
        # Either side may stand first.
        one = compare(pc.field(column), value)
        other = COMPARE[OPERATORS[how]](pc.scalar(value), pc.field(column))
        each = one if len(column) % 2 else other
        written = each if written is None else written & each

    found, names = arrow_expressions.read(written)

    assert [(each.column, each.operator, each.value) for each in found] == comparisons
    assert names == {column for column, _, _ in comparisons}


def test_what_is_not_known_of_an_expression_says_nothing() -> None:
    pc: Any = pytest.importorskip("pyarrow.compute")
    known = pc.field("id") > 1

    assert arrow_expressions.read(known | (pc.field("src") == "x")) == ([], {"id", "src"})
    assert arrow_expressions.read(~known) == ([], {"id"})
    assert arrow_expressions.read(known & pc.field("src").isin(["a"]))[0] == [Comparison("id", "gt", 1)]
    assert arrow_expressions.read(pc.field("id") > pc.field("duration")) == ([], {"id", "duration"})
    assert arrow_expressions.read(pc.field("a", "b") > 1)[1] is None
    assert arrow_expressions.read(pc.scalar(True)) == ([], None)
    assert arrow_expressions.read(pc.field("id")) == ([], {"id"})
