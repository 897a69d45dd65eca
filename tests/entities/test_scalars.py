"""Conversions between JSON's values and ours: without loss, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voipstudio_async.entities import scalars
from voipstudio_async.entities.scalars import Misfit

WEST = timezone(timedelta(hours=-5))


def moment(value: Any) -> Any:
    return scalars.to_datetime(value, UTC)


def epoch(value: Any) -> Any:
    return scalars.from_epoch(value, UTC)


@pytest.mark.parametrize(
    ("convert", "value", "expected"),
    [
        (scalars.to_int, 12, 12),
        (scalars.to_int, "12", 12),
        (scalars.to_int, "-012", -12),
        (scalars.to_int, Decimal("12.0"), 12),
        (scalars.to_int, Decimal("1e3"), 1000),
        (scalars.to_int, "9" * 60, int("9" * 60)),
        (scalars.to_bool, True, True),
        (scalars.to_bool, 0, False),
        (scalars.to_bool, "1", True),
        (scalars.to_bool, "false", False),
        (scalars.to_str, "x", "x"),
        (scalars.to_str, 447700900000, "447700900000"),
        (scalars.to_decimal, Decimal("1.10"), Decimal("1.10")),
        (scalars.to_decimal, 5, Decimal(5)),
        (scalars.to_decimal, "-0.50", Decimal("-0.50")),
        (moment, "2017-11-27 23:45:52", datetime(2017, 11, 27, 23, 45, 52, tzinfo=UTC)),
        (moment, "2017-11-27T23:45", datetime(2017, 11, 27, 23, 45, tzinfo=UTC)),
        (moment, "2017-11-27", datetime(2017, 11, 27, tzinfo=UTC)),
        (moment, "2017-11-27 23:45:52.25Z", datetime(2017, 11, 27, 23, 45, 52, 250000, tzinfo=UTC)),
        (moment, "2017-11-27 23:45:52+02:00", datetime(2017, 11, 27, 21, 45, 52, tzinfo=UTC)),
        (moment, "0000-00-00 00:00:00", None),
        (epoch, 0, datetime(1970, 1, 1, tzinfo=UTC)),
        (epoch, "1767225600", datetime(2026, 1, 1, tzinfo=UTC)),
        (epoch, Decimal("1767225600.0"), datetime(2026, 1, 1, tzinfo=UTC)),
        (epoch, "0000-00-00", None),
    ],
)
def test_what_converts_without_loss_is_converted(convert: Callable[[Any], Any], value: Any, expected: Any) -> None:
    converted = convert(value)

    assert converted == expected
    assert type(converted) is type(expected)


@pytest.mark.parametrize(
    ("convert", "values"),
    [
        (scalars.to_int, [True, None, "", "1.5", " 1", "1_0", "٣", "0x1", Decimal("1.5"), Decimal("1e5000"), [], {}]),
        (scalars.to_int, ["9" * 5000]),
        (scalars.to_bool, [2, -1, None, "yes", "TRUE", "", Decimal(1), []]),
        (scalars.to_str, [None, True, Decimal("1.5"), [], {}, 10**5000]),
        (scalars.to_decimal, [None, True, "", "NaN", "inf", "1,5", "1e99999", "٣", []]),
        (moment, [None, 5, "", "yesterday", "2026-02-30 00:00:00", "2026-13-01", "2026-1-1", "10000-01-01", True]),
        (moment, ["0001-01-01 00:00:00+14:00"]),
        (epoch, [None, True, -1, 10**12, Decimal("1.5"), "soon", []]),
    ],
)
def test_what_would_lose_something_is_a_misfit(convert: Callable[[Any], Any], values: list[Any]) -> None:
    for value in values:
        with pytest.raises(Misfit):
            convert(value)


@given(st.datetimes(timezones=st.sampled_from([UTC, WEST])), st.sampled_from([UTC, WEST]))
def test_a_moment_survives_being_written_and_read(value: datetime, zone: Any) -> None:
    try:
        value.astimezone(zone)
    except OverflowError:
        return

    whole = value.replace(microsecond=0)
    assert scalars.to_datetime(scalars.moment_text(value, zone, "lte"), zone) == whole


def test_a_day_means_all_of_it() -> None:
    edges = {operator: scalars.day_text(date(2026, 3, 31), operator) for operator in ("gt", "gte", "lt", "lte", "eq")}

    assert edges == {
        "gt": "2026-03-31 23:59:59",
        "gte": "2026-03-31 00:00:00",
        "lt": "2026-03-31 00:00:00",
        "lte": "2026-03-31 23:59:59",
        "eq": "2026-03-31 00:00:00",
    }


@pytest.mark.parametrize("text", ["0.1", "5.14", "1e300", "-0.0", "100"])
def test_a_number_of_unknown_form_is_a_float_where_that_says_the_same(text: str) -> None:
    assert type(scalars.number(text)) is float


@pytest.mark.parametrize("text", ["0.1000000000000000055", "1e400", "123456789.123456789123"])
def test_a_number_that_no_float_can_say_keeps_its_digits(text: str) -> None:
    assert scalars.number(text) == Decimal(text)


def test_a_description_holds_the_kind_and_not_the_value() -> None:
    values: list[Any] = [None, True, 1, Decimal(1), 1.5, "secret", {}, [], b""]

    described = [scalars.shown(value) for value in values]

    assert described == [
        "null",
        "a boolean",
        "an integer",
        "a number",
        "a number",
        "a text of 6 characters",
        "an object",
        "a list",
        "a bytes",
    ]
