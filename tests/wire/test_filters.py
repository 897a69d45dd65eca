"""Filters as people write them, and the words for what they write elsewhere."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from voipstudio_async import ConfigurationError, field
from voipstudio_async.wire.filters import Filter, flatten

DAY = date(2026, 6, 1)
MOMENT = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        *((name, "field('src') == value") for name in ("eq", "equals", "is_")),
        *((name, "field('src') != value") for name in ("ne", "not_equals", "is_not")),
        ("lt", "field('src') < value"),
        *((name, "field('src') <= value") for name in ("lte", "le")),
        ("gt", "field('src') > value"),
        *((name, "field('src') >= value") for name in ("gte", "ge")),
        *((name, "field('src').like(part)") for name in ("contains", "ilike", "icontains", "startswith", "endswith")),
        *((name, "field('src').in_([first, second])") for name in ("isin", "is_in", "any_of", "one_of")),
        *((name, "field('src') == None") for name in ("is_null", "isnull", "isna")),
    ],
)
def test_a_comparison_of_another_library_is_answered_with_ours(name: str, written: str) -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(field("src"), name)

    assert str(caught.value) == f"a field has no comparison {name!r}; write {written}"


def test_a_misspelt_comparison_is_answered_with_the_nearest() -> None:
    with pytest.raises(AttributeError, match=r"^a field has no comparison 'betwen'; did you mean between\?$"):
        _ = field("src").betwen  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match=r"^a field has no comparison 'xyz'$"):
        _ = field("src").xyz  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match=r"^__array__$"):
        _ = field("src").__array__  # type: ignore[attr-defined]


@pytest.mark.parametrize("condition", [field("duration") > 60, field("duration").between(1, 2)], ids=["one", "two"])
def test_what_no_filter_can_do_is_said(condition: Any) -> None:
    for left in (condition, True):
        with pytest.raises(TypeError, match="pass them side by side"):
            _ = left & condition
        with pytest.raises(TypeError, match="knows no 'or'"):
            _ = left | condition
    with pytest.raises(TypeError, match="cannot be negated"):
        _ = ~condition
    with pytest.raises(TypeError, match="no truth value"):
        bool(condition)


def test_a_field_alone_is_no_condition() -> None:
    with pytest.raises(
        TypeError, match=r"^field\('active'\) is compared: field\('active'\) == True, field\('active'\) > 60$"
    ):
        bool(field("active"))
    with pytest.raises(TypeError, match="ask for one of several values"):
        _ = 1 in field("active")  # type: ignore[operator]
    with pytest.raises(ConfigurationError, match="a filter is made like"):
        flatten((field("active"),))  # type: ignore[arg-type]


def test_a_day_is_all_of_its_moments_where_it_is_compared_for_equality_alone() -> None:
    assert flatten((field("calldate") == DAY,)) == (Filter("calldate", "gte", DAY), Filter("calldate", "lte", DAY))
    assert flatten((field("calldate") == MOMENT,)) == (Filter("calldate", "eq", MOMENT),)
    for condition in (
        field("calldate") > DAY,
        field("calldate") < DAY,
        field("calldate") >= DAY,
        field("calldate") <= DAY,
        field("calldate").op("aa", DAY),
    ):
        assert flatten((condition,)) == (condition,)
    for refused in (field("calldate") != DAY, field("calldate").in_([MOMENT, DAY])):
        with pytest.raises(ConfigurationError, match="a whole day cannot be compared"):
            flatten((refused,))
    assert flatten((field("calldate").in_([MOMENT]),))[0].operator == "in"
