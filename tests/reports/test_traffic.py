"""The busiest hour and the most calls at once, beside counting every second."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from voipstudio_async import Cdr
from voipstudio_async.reports import CallReport, CallStats, Peak

NIGHT = datetime(2026, 3, 2, 23, 59, 50, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


def call(id: int, start: int, seconds: int | None, root: int | None = None, **fields: Any) -> Cdr:
    return Cdr(id=id, root_live_id=root or id, calldate=NIGHT + timedelta(seconds=start), duration=seconds, **fields)


def reported(*legs: Cdr, tz: Any = UTC, count: Any = "calls") -> CallReport:
    stats = CallStats(tz, count=count)
    for leg in legs:
        stats.add(leg)
    return stats.report()


def at_once(*legs: Cdr, count: Any = "calls") -> int:
    peak = reported(*legs, count=count).most_at_once
    return 0 if peak is None else peak.calls


def test_a_call_that_ends_when_another_begins_is_not_beside_it() -> None:
    assert at_once(call(1, 0, 10), call(2, 10, 10)) == 1
    assert at_once(call(1, 0, 11), call(2, 10, 10)) == 2


def test_the_peak_is_told_with_its_first_second() -> None:
    report = reported(call(1, 0, 60), call(2, 20, 20), call(3, 30, 5), call(4, 100, 50), tz=LONDON)
    assert report.most_at_once == Peak(at=NIGHT + timedelta(seconds=30), calls=3)
    assert report.to_dict()["most_at_once"] == {"at": "2026-03-03T00:00:20+00:00", "calls": 3}


def test_legs_of_a_call_that_ring_at_once_are_one_call() -> None:
    legs = [call(1, 0, 20), call(2, 0, 30, root=1), call(3, 5, 30, root=1)]
    assert (at_once(*legs), at_once(*legs, count="legs")) == (1, 3)


def test_a_call_does_not_go_on_between_its_legs() -> None:
    assert at_once(call(1, 0, 10), call(2, 50, 10, root=1), call(3, 20, 10)) == 1


def test_calls_without_seconds_or_a_date_are_at_no_time() -> None:
    report = reported(call(1, 0, 0), Cdr(id=2, duration=50), call(3, 0, None), call(4, 0, -5))
    assert report.most_at_once is None
    assert at_once(call(1, 0, None, billsec=9), call(2, 8, 1)) == 2


@settings(max_examples=examples(60))
@given(
    st.lists(st.tuples(st.integers(1, 8), st.integers(0, 60), st.integers(0, 40)), max_size=20),
    st.sampled_from(["calls", "legs"]),
    st.integers(0, 20),
)
def test_the_most_at_once_are_those_of_counting_every_second(
    rows: list[tuple[int, int, int]], count: Any, cut: int
) -> None:
    legs = [call(id, start, seconds, root) for id, (root, start, seconds) in enumerate(rows, 100)]
    going_on: dict[int, set[int]] = {}
    for leg, (root, start, seconds) in zip(legs, rows, strict=True):
        for second in range(start, start + seconds):
            going_on.setdefault(second, set()).add(root if count == "calls" else leg.id)
    most = max(map(len, going_on.values()), default=0)
    first = min((second for second, each in going_on.items() if len(each) == most), default=0)
    one, two = CallStats(count=count), CallStats(count=count)
    for stats, part in ((one, legs[cut:]), (two, legs[:cut])):
        for leg in part:
            stats.add(leg)
    expected = Peak(at=NIGHT + timedelta(seconds=first), calls=most) if most else None
    assert one.merge(two).report().most_at_once == expected


def test_an_absurd_length_is_no_error() -> None:
    assert at_once(call(1, 0, 2**80), call(2, 5, 1)) == 2


@settings(max_examples=examples(40))
@given(st.lists(st.integers(0, 200), min_size=1, max_size=30))
def test_the_busiest_hour_is_that_of_counting_hours(quarters: list[int]) -> None:
    start = datetime(2026, 10, 24, 20, tzinfo=UTC)
    moments = [start + timedelta(minutes=15 * quarter) for quarter in quarters]
    # Offsets are whole hours here, so an hour of the clock is one of UTC, the hour that comes twice too.
    hours = Counter(moment.replace(minute=0) for moment in moments)
    most = max(hours.values())
    expected = min(hour for hour, calls in hours.items() if calls == most)
    peak = reported(*(Cdr(id=id, calldate=moment) for id, moment in enumerate(moments, 1)), tz=LONDON).busiest_hour
    assert peak is not None
    assert (peak.at.astimezone(UTC), peak.calls) == (expected, most)


@pytest.mark.parametrize("count", ["calls", "legs"])
def test_an_account_without_calls_has_no_busiest_hour(count: Any) -> None:
    report = reported(count=count)
    assert (report.busiest_hour, report.most_at_once, report.total.asr, report.total.acd) == (None, None, None, None)
