"""How values become text: no value is an error, and each has one form."""

from __future__ import annotations

import csv
import io
import json
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voipstudio_async import texts

ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

numbers = st.decimals() | st.builds(Decimal, st.from_regex(r"-?[0-9]{1,40}E[+-]?[0-9]{1,9}", fullmatch=True))
scalars = st.none() | st.booleans() | st.integers() | numbers | st.text() | st.floats() | st.datetimes()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *(("0E-7", "0.0000000"), ("0", "0"), ("0E+3", "0"), ("0E-999999999", "0"), ("0E+999999999", "0")),
        *(("12E-9", "0.000000012"), ("1.50", "1.50"), ("1E+3", "1000"), ("-1E-7", "-0.0000001")),
        *(("1E+999999999", "1E+999999999"), ("1E-999999999", "1E-999999999"), ("NaN", "NaN"), ("Infinity", "Infinity")),
    ],
)
def test_a_number_has_no_exponent_unless_it_is_absurd(value: str, text: str) -> None:
    assert texts.number_text(Decimal(value)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *(("0E-7", "0.00"), ("1234567.005", "1,234,567.00"), ("1E+999999999", "1.00E+999999999")),
        *(("1E-999999999", "0.00"), ("NaN", "NaN"), ("-Infinity", "-Infinity"), ("0E+999999999", "0.00")),
    ],
)
def test_an_amount_is_short(value: str, text: str) -> None:
    assert texts.amount(Decimal(value)) == text


@given(numbers)
def test_a_number_reads_back(value: Decimal) -> None:
    again = Decimal(texts.number_text(value))
    assert value.is_nan() or again == value


@given(values)
def test_every_value_is_json_that_reads_back_as_text(value: Any) -> None:
    written = texts.visible(texts.to_json(value).decode())
    json.loads(written, parse_float=Decimal, parse_constant=pytest.fail)
    assert ODD.search(written) is None


@given(st.lists(st.lists(scalars, min_size=2, max_size=5)))
def test_every_value_is_a_cell(rows: list[list[Any]]) -> None:
    cells = [[texts.cell(value) for value in row] for row in rows]
    read = list(csv.reader(io.StringIO(texts.csv_text(cells), newline="")))
    assert read == cells
    assert not any(
        cell[:1] in "=+@\t\r\n" and cell
        for row, told in zip(rows, cells, strict=True)
        for value, cell in zip(row, told, strict=True)
        if isinstance(value, str)
    )


@pytest.mark.parametrize("value", [10**30, -(10**30), 10**5000, 2**64 - 1, 2**64, -(2**63) - 1], ids=[*"abcdef"])
def test_an_integer_of_any_length_is_written(value: int) -> None:
    assert texts.to_json([value]).decode() == f"[{texts.integer_text(value)}]"
    assert Decimal(texts.cell(value)) == value


def test_half_a_character_is_marked() -> None:
    assert texts.utf8("a\ud83db") == "a\ufffdb".encode()
    assert texts.to_json({"a\ud83d": ["\ude00"]}).decode() == '{"a\ufffd":["\ufffd"]}'


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "-"), (0, "0:00"), (59.6, "1:00"), (3600, "1:00:00"), (36061, "10:01:01"), (-5, "-0:05"), (10**400, None)],
    ids=lambda each: str(each)[:9],
)
def test_a_span_of_time_has_one_form(seconds: float | None, text: str | None) -> None:
    assert texts.duration(seconds, "-") == text or text is None
