"""What people write after ``--where``, ``--from`` and ``--to``."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voipstudio_async import Cdr, ConfigurationError, Filter
from voipstudio_async.cli import dates
from voipstudio_async.cli.conditions import condition, text_fields
from voipstudio_async.wire.filters import FilterValue

WARSAW = ZoneInfo("Europe/Warsaw")
OPERATORS = {"==": "eq", "=": "eq", "!=": "ne", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte", "~": "like"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("duration>60", Filter("duration", "gt", 60)),
        ("duration >= 60", Filter("duration", "gte", 60)),
        ("src~4478", Filter("src", "like", "4478")),
        ("src like 4478", Filter("src", "like", "4478")),
        ("disposition=CONNECTED", Filter("disposition", "eq", "CONNECTED")),
        ("disposition==NO ANSWER", Filter("disposition", "eq", "NO ANSWER")),
        ("disposition != 'BUSY'", Filter("disposition", "ne", "BUSY")),
        ("charge<0.50", Filter("charge", "lt", Decimal("0.50"))),
        ("charge>-1", Filter("charge", "gt", -1)),
        ("type='42'", Filter("type", "eq", "42")),
        ('type="42"', Filter("type", "eq", "42")),
        ("type=''", Filter("type", "eq", "")),
        ("dst=0044", Filter("dst", "eq", "0044")),
        ("dst=+44", Filter("dst", "eq", "+44")),
        ("active=true", Filter("active", "eq", True)),
        ("info=null", Filter("info", "eq", None)),
        ("unlike=5", Filter("unlike", "eq", 5)),
        ("calldate>=2026-03-01", Filter("calldate", "gte", datetime(2026, 3, 1, tzinfo=UTC))),
        ("calldate<=2026-03-31", Filter("calldate", "lte", datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC))),
        ("calldate>2026-03-31", Filter("calldate", "gt", datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC))),
        ("calldate<2026-03-01 17:30", Filter("calldate", "lt", datetime(2026, 3, 1, 17, 30, tzinfo=UTC))),
    ],
)
def test_a_condition_is_read_with_the_kind_of_its_value(text: str, expected: Filter) -> None:
    found = condition(text)

    assert found == expected
    assert type(found.value) is type(expected.value)


@pytest.mark.parametrize(
    "text", ["", "duration", "duration>", ">60", "a=>5", "a=<5", "a>>5", "1a=5", "a b=5", "like 4478"]
)
def test_what_is_no_condition_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigurationError, match="write 'duration>60'"):
        condition(text)


@pytest.mark.parametrize("text", ["calldate=2026-02-30", "calldate=2026-13-01", "calldate=0000-01-01"])
def test_a_date_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="not a date"):
        condition(text)


def test_a_phone_number_stays_text_where_the_field_is_declared_as_text() -> None:
    texts = text_fields(Cdr)

    assert condition("src=442071838000", texts=texts).value == "442071838000"
    assert condition("duration=442071838000", texts=texts).value == 442071838000


def test_days_are_days_of_the_zone() -> None:
    value = condition("calldate>=2026-03-29", WARSAW).value

    assert value == datetime(2026, 3, 28, 23, tzinfo=UTC)


names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,12}", fullmatch=True)
numbers = st.integers(-(10**30), 10**30) | st.decimals(-(10**9), 10**9, allow_nan=False, places=3)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
spaces = st.sampled_from(["", " ", "  "])


@given(names, st.sampled_from(sorted(OPERATORS)), spaces, texts)
def test_a_quoted_value_is_that_text(name: str, operator: str, gap: str, text: str) -> None:
    for quote in "'\"":
        found = condition(f"{gap}{name}{gap}{operator}{gap}{quote}{text}{quote}{gap}")

        assert found == Filter(name, OPERATORS[operator], text)


@given(names, st.sampled_from(["=", "!=", "<", ">="]), numbers)
def test_a_number_is_that_number(name: str, operator: str, number: int | Decimal) -> None:
    found = condition(f"{name}{operator}{number}")

    assert found.value == number
    assert type(found.value) is type(number)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        value: FilterValue = condition(text).value
    except ConfigurationError:
        return
    assert value is None or isinstance(value, str | int | Decimal | datetime)


@given(st.dates(date(1, 1, 2), date(9999, 12, 30)), st.sampled_from([UTC, WARSAW, ZoneInfo("America/Sao_Paulo")]))
def test_a_day_ends_a_second_before_the_next_begins(day: date, tz: ZoneInfo) -> None:
    end = dates.end_of(day.isoformat(), tz)
    following = dates.edge(day + timedelta(days=1), tz, at_end=False)

    assert end.astimezone(UTC) + timedelta(seconds=1) == following.astimezone(UTC)


def test_today_and_yesterday_are_days_of_the_zone() -> None:
    start = dates.start_of("yesterday", WARSAW)
    end = dates.end_of("Today", WARSAW)

    assert (start.hour, start.minute, start.tzinfo) == (0, 0, WARSAW)
    assert timedelta(hours=46) < end - start < timedelta(hours=50)


def test_a_wrong_zone_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match=r"did you mean Europe/Warsaw\?"):
        dates.zone("Europe/Warsow")
