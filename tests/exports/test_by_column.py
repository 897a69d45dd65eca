"""The columns of a table, and lines of text, hold what its rows hold: for every entity, whatever the API has sent."""

from __future__ import annotations

import json
import logging
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Any, get_args
from zoneinfo import ZoneInfo

import msgspec
import pytest
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import ENTITIES, records

from voipstudio_async.columns.table import Kind, Secrets, Table
from voipstudio_async.entities.base import Entity
from voipstudio_async.exports.text import csv_lines, json_lines
from voipstudio_async.texts import Money, all_writable, cell, cells, csv_text, encoded, to_json, utf8, writable
from voipstudio_async.wire.codec import Codec

ZONES: list[tzinfo] = [UTC, ZoneInfo("Europe/London"), ZoneInfo("Pacific/Apia")]


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, "voipstudio_async")


def received(cls: type[Entity], rows: list[dict[str, Any]], tz: tzinfo) -> list[Entity]:
    return list(Codec(tz, strict=False).rows(cls, json.dumps({"data": rows, "total": len(rows)}).encode()).items)


@pytest.mark.parametrize("cls", ENTITIES, ids=lambda cls: cls.__name__)
@given(data=st.data())
@settings(max_examples=examples(15), deadline=None)
def test_the_columns_are_those_of_the_rows(cls: type[Entity], data: st.DataObject) -> None:
    sent = data.draw(st.lists(records(cls), min_size=1, max_size=3))
    read, shown = data.draw(st.sampled_from(ZONES)), data.draw(st.sampled_from([None, *ZONES]))
    secrets: Secrets = data.draw(st.sampled_from(("mask", "reveal")))
    table = Table(cls, data.draw(st.booleans()), shown, secrets)
    items = received(cls, sent, read)

    columns = table.by_column(items)

    assert len(columns) == len(table.columns)
    rows = table.rows(items)
    # Written out, so that 1, 1.0 and True are not the same.
    assert list(map(repr, columns)) == [repr([row[place] for row in rows]) for place in range(len(columns))]


@pytest.mark.parametrize("extras", [False, True])
def test_no_rows_are_columns_without_values(extras: bool) -> None:
    for cls in ENTITIES:
        table = Table(cls, extras)
        assert table.by_column([]) == [[] for _ in table.columns]


def csv_by_row(table: Table, items: list[Entity]) -> bytes:
    """Write each value of each row by itself."""

    def written(kind: Kind, value: Any) -> str:
        as_json = kind in (Kind.JSON, Kind.TEXTS) and value is not None
        return to_json(value).decode() if as_json else cell(value)

    kinds = [column.kind for column in table.columns]
    return utf8(csv_text([map(written, kinds, row) for row in table.rows(items)]))


def json_by_row(table: Table, items: list[Entity], money: Money) -> bytes:
    """Write each value of each row by itself."""
    names = [column.name for column in table.columns]
    rows = [[writable(value, money) for value in row] for row in table.rows(items)]
    return b"".join(encoded(dict(zip(names, row, strict=True))) + b"\n" for row in rows)


@pytest.mark.parametrize("cls", ENTITIES, ids=lambda cls: cls.__name__)
@given(data=st.data())
@settings(max_examples=examples(15), deadline=None)
def test_lines_of_text_are_those_of_the_rows(cls: type[Entity], data: st.DataObject) -> None:
    sent = data.draw(st.lists(records(cls), max_size=3))
    money: Money = data.draw(st.sampled_from(("text", "number")))
    table = Table(cls, data.draw(st.booleans()), data.draw(st.sampled_from(ZONES)))
    items = received(cls, sent, UTC)

    assert csv_lines(table, items) == csv_by_row(table, items)
    assert json_lines(table, items, money) == json_by_row(table, items, money)


ODD_CELLS: list[list[Any]] = [
    [],
    [None, None],
    ["=1", "", None, "'x", "\t", "+44", "x", "\ud800"],
    [1, None, -(2**70), 10**5000],
    [2**63, 2**64 - 1, -(2**63) - 1, 2**64],
    [True, None, False],
    [1, True, "1", Decimal("1.0")],
    [Decimal("1E+999999"), Decimal("0E-30"), Decimal("-0.10"), None],
    [float("1e300"), None],
    [date(2026, 1, 2), None],
    [datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), None],
    [["=a", 1], None, {"a": Decimal("0.1")}],
]


@pytest.mark.parametrize("values", ODD_CELLS, ids=range(len(ODD_CELLS)))
def test_many_values_are_written_like_each_of_them(values: list[Any]) -> None:
    assert list(cells(values)) == [cell(value) for value in values]
    for money in get_args(Money):
        assert list(map(written, all_writable(values, money))) == [written(writable(value, money)) for value in values]


def written(value: Any) -> Any:
    """Return the text of a number that the encoder takes as it is."""
    return (type(value), bytes(value) if isinstance(value, msgspec.Raw) else value)
