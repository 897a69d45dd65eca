"""Arguments of any kind: values of numpy and pandas mean what Python's mean, and nonsense is refused in words."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

import attrs
import pytest
from faces import every, settle
from hypothesis import given
from hypothesis import strategies as st
from recorder import Recorder

from voipstudio_async import BasicAuth, ConfigurationError, Limits, RetryPolicy, Timeouts, field
from voipstudio_async.entities.arguments import plain, plain_list, told
from voipstudio_async.webhooks.stores import MemorySeen
from voipstudio_async.wire.codec import codec
from voipstudio_async.wire.filters import Filter, flatten
from voipstudio_async.wire.parsing import encode

CODEC = codec(UTC)
TOKEN = "0123456789abcdef0123456789abcdef01234567"
np: Any = pytest.importorskip("numpy")
pd: Any = pytest.importorskip("pandas")

HUGE = 10**5000
"""More digits than Python writes: also pytest, in the name of a test."""
NO_VALUES = [pd.NaT, pd.NA, np.datetime64("NaT", "s"), np.timedelta64("NaT", "s"), np.datetime64("NaT", "ns")]
NO_MOMENTS = [np.datetime64("2026-03"), np.datetime64("2026"), np.datetime64("99999-01-01T00", "s")]


@attrs.frozen
class Shown:
    text: str

    def __repr__(self) -> str:
        if not self.text:
            raise RuntimeError("this one cannot be shown")
        return self.text


class Color(Enum):
    RED = "red"


def kind(value: Any) -> str | None:
    return type(value).__name__ if isinstance(value, int) else None


def sent(value: Any) -> Any:
    """Return what a filter sends for a value."""
    return json.loads(CODEC.filter_text(flatten((field("x") <= value,))))[0]["value"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (np.int64(7206), 7206),
        (np.uint8(200), 200),
        (np.bool_(True), True),
        (np.str_("4478"), "4478"),
        (np.float64(1.5), 1.5),
        (np.float32(0.5), 0.5),
        (np.array(5), 5),
        (np.datetime64("2026-03-01"), date(2026, 3, 1)),
        (np.datetime64("2026-03-01T12:30"), datetime(2026, 3, 1, 12, 30)),
        (np.datetime64("2026-03-01T12:30:15.000000001"), datetime(2026, 3, 1, 12, 30, 15, 1)),
        (pd.Timestamp("2026-03-01 12:30"), datetime(2026, 3, 1, 12, 30)),
        (pd.Timestamp("2026-03-01", tz="UTC"), datetime(2026, 3, 1, tzinfo=UTC)),
        (pd.Timestamp(1, unit="ns"), datetime(1970, 1, 1, microsecond=1)),
        (pd.Timedelta("1h"), timedelta(hours=1)),
        (np.timedelta64(1, "h"), timedelta(hours=1)),
        (datetime(2026, 1, 1), datetime(2026, 1, 1)),
        ("x", "x"),
        (None, None),
    ],
)
def test_values_of_numpy_and_pandas_mean_what_those_of_python_mean(given: Any, expected: Any) -> None:
    found = plain(given)

    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize("value", [*NO_VALUES, *NO_MOMENTS])
def test_what_is_no_value_is_refused(value: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"is no value|Python can hold"):
        plain(value)
    with pytest.raises(ConfigurationError):
        field("calldate") >= value  # noqa: B015 - the comparison itself is refused


@given(st.datetimes(datetime(1700, 1, 1), datetime(2250, 1, 1)))
def test_a_moment_is_sent_alike_whoever_holds_it(moment: datetime) -> None:
    assert sent(pd.Timestamp(moment)) == sent(np.datetime64(moment, "us")) == sent(moment)


def test_a_day_of_numpy_is_a_whole_day() -> None:
    (low, high) = flatten((field("calldate") == np.datetime64("2026-03-01"),))

    assert (low.operator, high.operator) == ("gte", "lte")
    assert low.value == high.value == date(2026, 3, 1)


def test_a_scalar_of_numpy_may_stand_on_the_left() -> None:
    assert (np.int64(60) < field("duration")) == Filter("duration", "gt", 60)
    assert (np.float64(6.5) >= field("charge")) == Filter("charge", "lte", 6.5)


@pytest.mark.parametrize("ids", [np.array([5, 6]), pd.Series([5, 6]), pd.Index([5, 6]), (5, 6)])
def test_a_column_is_a_list(ids: Any) -> None:
    assert field("id").op("in", ids).value == [5, 6]
    assert plain_list(ids) is not None
    assert plain_list("56") is None


async def test_ids_of_numpy_reach_the_path(recorded: Any, recorder: Recorder) -> None:
    recorder.answer(200, {"data": {"id": 7206}})

    await settle(recorded.users.get(np.int64(7206)))
    await every(recorded.users.cdrs(np.uint32(7206)))

    assert [seen.below.partition("?")[0] for seen in recorder.requests] == ["/users/7206", "/users/7206/cdrs"]


class Three:
    """An integer of a type of its own."""

    def __index__(self) -> int:
        return 3


@pytest.mark.parametrize("three", [np.int64(3), np.uint8(3), np.array(3), Three()], ids=kind)
def test_options_take_numbers_of_other_types(three: Any) -> None:
    limits = Limits(concurrency=three, per_second=np.float32(2.5), max_file_bytes=three)
    retry = RetryPolicy(attempts=three, base=np.float64(0.5), statuses=frozenset({np.int64(500)}))

    assert (limits, retry) == (
        Limits(concurrency=3, per_second=2.5, max_file_bytes=3),
        RetryPolicy(attempts=3, base=0.5, statuses=frozenset({500})),
    )
    assert {type(each) for each in (limits.concurrency, limits.max_file_bytes, retry.attempts)} == {int}
    assert {type(each) for each in (limits.per_second, retry.base)} == {float}
    assert Timeouts(read=three).read == BasicAuth(three, TOKEN).user_id == 3
    assert MemorySeen(three)._size == 3


@pytest.mark.parametrize("wrong", [np.float64(3), np.bool_(True), np.int64(0), np.array([3]), "3", None], ids=kind)
def test_options_refuse_what_is_no_number_of_things(wrong: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"Limits\.concurrency must be 1 or more, got"):
        Limits(concurrency=wrong)


@pytest.mark.parametrize("id", [pd.NA, pd.NaT, np.float64(5), np.bool_(True), HUGE, -HUGE, np.int64(0), "5"], ids=kind)
async def test_what_is_no_id_is_refused(id: Any, recorded: Any, recorder: Recorder) -> None:
    for call in (recorded.users.get, recorded.users.delete, recorded.users.cdrs):
        with pytest.raises(ConfigurationError):
            await settle(call(id))
    assert recorder.requests == []


# --- bodies --------------------------------------------------------------------------------------------------


def loop() -> Any:
    inner: list[Any] = []
    inner.append({"again": inner})
    return inner


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": float("nan")}, r"a is nan"),
        ([1, [float("inf")]], r"\[1\]\[0\] is inf"),
        ({"a": {"b": Decimal("NaN")}}, r"a\.b is NaN"),
        (Decimal("-Infinity"), "it is -Infinity"),
        (Decimal("1e999999999"), "more digits"),
        (HUGE, "more digits"),
        (np.float64("nan"), "nan"),
        (pd.NA, "is no value"),
        ({"a": pd.NaT}, "is no value"),
        (loop(), "holds itself"),
        ({"a": b"x"}, "a is a value of the type bytes"),
        ({"a": memoryview(b"x")}, "a is a value of the type memoryview"),
        ({1, 2}, "type set"),
        ({"a": timedelta(1)}, "type timedelta"),
        (print, "type builtin"),
        ("a\ud800b", "half of a surrogate pair"),
        ({"\udfff": 1}, "half of a surrogate pair"),
        ({None: 1}, "key None"),
        ({1.5: 1}, "key 1.5"),
        ({float("nan"): 1}, "key nan"),
    ],
    ids=kind,
)
def test_what_would_not_arrive_as_it_is_cannot_be_sent(value: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        encode(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": [1, 2.5, None, True, "\u00e9\0"]}, {"a": [1, 2.5, None, True, "\u00e9\0"]}),
        ({"a": np.int64(5), "b": np.str_("x"), "c": np.array([1.5])}, {"a": 5, "b": "x", "c": [1.5]}),
        ({"a": Color.RED, Color.RED: 1, 5: 2}, {"a": "red", "red": 1, "5": 2}),
        ({"a": Decimal("1.10")}, {"a": 1.1}),
        ({"a": date(2026, 1, 1)}, {"a": "2026-01-01"}),
    ],
)
def test_what_can_be_sent_arrives_as_it_is(value: Any, expected: Any) -> None:
    assert json.loads(encode(value)) == expected


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(json_values)
def test_plain_json_is_written_as_python_writes_it(value: Any) -> None:
    assert json.loads(encode(value)) == value


def test_an_argument_is_told_shortly_whatever_it_is() -> None:
    assert told("x") == "'x'"
    assert told(Shown("y" * 1000)).startswith("yyy")
    assert len(told(Shown("y" * 1000))) < 120
    assert told(HUGE) == "what cannot be shown, of the type int"
    assert told(Shown("")) == "what cannot be shown, of the type Shown"
