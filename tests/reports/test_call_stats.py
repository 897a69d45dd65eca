"""The accumulator of a call report."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports.made_calls import counted, grouped, records

from voipstudio_async import Cdr, ConfigurationError, User
from voipstudio_async.reports import CallReport, CallStats, Figures, is_answered, is_missed, outcome_of
from voipstudio_async.reports.countries import country_of
from voipstudio_async.reports.stats import destination_of, hours_of

LONDON = ZoneInfo("Europe/London")
calls = st.lists(records, max_size=30)


def summed(cdrs: list[Cdr], tz: Any = UTC) -> CallStats:
    stats = CallStats(tz)
    for cdr in cdrs:
        stats.add(cdr)
    return stats


@given(calls)
def test_the_total_is_that_of_counting_one_by_one(cdrs: list[Cdr]) -> None:
    assert summed(cdrs).report().total == counted(cdrs)


def day_in_london(cdr: Cdr) -> date:
    assert cdr.calldate is not None
    return cdr.calldate.astimezone(LONDON).date()


@given(calls)
def test_users_days_outcomes_and_destinations_are_those_of_counting_one_by_one(cdrs: list[Cdr]) -> None:
    report = summed(cdrs, LONDON).report()
    dated = [cdr for cdr in cdrs if cdr.calldate is not None]
    days = grouped(dated, day_in_london)
    assert {user.user_id: user.figures for user in report.users} == grouped(cdrs, lambda cdr: cdr.user_id)
    assert {day: figures for day, figures in report.days.items() if figures.calls} == days
    assert report.outcomes == grouped(cdrs, outcome_of)
    assert report.destinations == grouped(cdrs, destination_of)
    assert report.undated == counted(cdr for cdr in cdrs if cdr.calldate is None)


def hour_of_the_week(cdr: Cdr) -> tuple[int, int]:
    assert cdr.calldate is not None
    local = cdr.calldate.astimezone(LONDON)
    return local.weekday(), local.hour


@given(calls)
def test_the_hours_of_the_week_are_those_of_counting_one_by_one(cdrs: list[Cdr]) -> None:
    report = summed(cdrs, LONDON).report()
    dated = [cdr for cdr in cdrs if cdr.calldate is not None]
    hours = grouped(dated, hour_of_the_week)
    flat = {(day, hour): cell for day, row in enumerate(report.week) for hour, cell in enumerate(row) if cell.calls}
    assert flat == hours


@given(calls)
def test_every_grouping_adds_up_to_the_total(cdrs: list[Cdr]) -> None:
    report = summed(cdrs).report()
    week = [cell for day in report.week for cell in day]
    for parts in (report.outcomes.values(), report.destinations.values(), [user.figures for user in report.users]):
        assert sum(parts, Figures()) == report.total
    for parts in (report.days.values(), week):
        assert sum(parts, report.undated) == report.total


@given(calls, calls, calls)
def test_merging_is_the_same_in_any_order(one: list[Cdr], two: list[Cdr], three: list[Cdr]) -> None:
    whole = summed(one + two + three).report()
    assert summed(one).merge(summed(two).merge(summed(three))).report() == whole
    assert summed(three).merge(summed(one)).merge(summed(two)).report() == whole


def test_days_of_different_zones_are_not_merged() -> None:
    with pytest.raises(ConfigurationError, match="Europe/London"):
        CallStats(UTC).merge(CallStats(LONDON))


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)])
def test_a_day_holds_its_own_hours_where_the_clock_is_changed(day: date, hours: int) -> None:
    start = datetime.combine(day - timedelta(days=1), datetime.min.time(), LONDON).astimezone(UTC)
    every_half_hour = (start + timedelta(minutes=30 * number) for number in range(3 * 48))
    report = summed([Cdr(id=id, calldate=moment) for id, moment in enumerate(every_half_hour, 1)], LONDON).report()
    assert report.days[day].calls == 2 * hours
    assert report.days[day - timedelta(days=1)].calls == 48
    assert hours_of(day, LONDON) == hours


def test_the_hour_that_comes_twice_counts_both_times() -> None:
    both = [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)]
    week = summed([Cdr(id=id, calldate=moment) for id, moment in enumerate(both, 1)], LONDON).report().week
    assert week[6][1].calls == 2


def test_a_moment_that_the_zone_cannot_tell_is_undated() -> None:
    first_year = Cdr(id=1, calldate=datetime(1, 1, 1, tzinfo=UTC))
    report = summed([first_year], ZoneInfo("America/New_York")).report()
    assert (report.undated.calls, report.days) == (1, {})


@pytest.mark.parametrize(
    ("fields", "answered", "missed", "outcome"),
    [
        ({"type": "I", "disposition": "CONNECTED", "billsec": 60}, True, False, "answered"),
        ({"type": "O", "disposition": "CONNECTED", "billsec": 0}, True, False, "answered"),
        ({"type": "O", "disposition": "VOICEMAIL", "billsec": 3}, True, False, "answered"),
        ({"type": 1, "disposition": 1, "billsec": 7}, True, False, "answered"),
        ({"type": "M", "disposition": "NO ANSWER", "billsec": 0}, False, True, "missed"),
        ({"type": "M", "disposition": "CONNECTED", "billsec": 9}, False, True, "missed"),
        ({"type": "O", "disposition": "BUSY", "billsec": 0}, False, False, "busy"),
        ({"type": "O", "disposition": 4, "billsec": None}, False, False, "disposition 4"),
        ({}, False, False, "unanswered"),
        ({"disposition": "  "}, False, False, "unanswered"),
    ],
)
def test_what_counts_as_answered_and_as_missed(
    fields: dict[str, Any], answered: bool, missed: bool, outcome: str
) -> None:
    cdr = Cdr(id=1, **fields)
    assert (is_answered(cdr), is_missed(cdr), outcome_of(cdr)) == (answered, missed, outcome)


@pytest.mark.parametrize(
    ("fields", "destination"),
    [
        ({"type": "O", "dst": "442071838000"}, "+44 United Kingdom"),
        ({"type": "O", "dst": "+12125550100"}, "+1 North America"),
        ({"type": "O", "dst": "353861234567"}, "+353 Ireland"),
        ({"type": "O", "dst": "1001"}, "internal"),
        ({"type": "O", "dst": "21012345678"}, "unknown"),
        ({"type": "O", "dst": "sip:a@b"}, "unknown"),
        ({"type": "O", "dst": "٤٤٢٠٧١٨٣٨"}, "unknown"),
        ({"type": "O"}, "unknown"),
        ({"type": "I", "dst": "442071838000"}, "incoming"),
        ({"type": "M"}, "incoming"),
    ],
)
def test_where_a_call_went(fields: dict[str, Any], destination: str) -> None:
    assert destination_of(Cdr(id=1, **fields)) == destination


def test_no_calling_code_begins_with_another() -> None:
    assert country_of("44") == "+44 United Kingdom"
    assert country_of("420") == "+420 Czechia"
    assert country_of("") is None


def test_users_without_calls_have_zeros_and_calls_without_a_user_are_unknown() -> None:
    stats = summed([Cdr(id=1, user_id=2), Cdr(id=2, user_id=9), Cdr(id=3), Cdr(id=4, user_id=2)])
    users = [User(id=1, email="a@example.com"), User(id=2, first_name="Ada", last_name="Berg"), User(id=3)]
    found = [(user.user_id, user.name, user.figures.calls) for user in stats.report(users).users]
    assert found == [(2, "Ada Berg", 2), (1, "a@example.com", 0), (3, "user 3", 0), (None, "unknown", 2)]


def test_no_digit_of_the_charge_is_lost() -> None:
    small, large = Decimal("0.000000000000000000000000000001"), Decimal("123456789012345678901234567890.1")
    report = summed([Cdr(id=1, charge=small), Cdr(id=2, charge=large)]).report()
    assert report.total.charge == Decimal("123456789012345678901234567890.100000000000000000000000000001")
    assert Decimal(report.total.to_dict()["charge"]) == report.total.charge


def test_days_without_calls_are_there_and_so_are_all_days_that_were_asked_for() -> None:
    stats = summed([Cdr(id=1, calldate=datetime(2026, 3, day, 12, tzinfo=UTC)) for day in (2, 5)])
    asked = stats.report(start=datetime(2026, 3, 1, tzinfo=UTC), end=datetime(2026, 3, 8, tzinfo=UTC))
    assert [day.day for day in stats.report().days] == [2, 3, 4, 5]
    assert [day.day for day in asked.days] == [1, 2, 3, 4, 5, 6, 7]


def test_shares_and_averages_of_nothing_are_none() -> None:
    nothing = CallReport(tz="UTC").total
    assert (nothing.answered_share, nothing.average_seconds) == (None, None)
    assert Figures(calls=4, answered=3, talk_seconds=90).answered_share == 0.75
    assert Figures(calls=4, answered=3, talk_seconds=90).average_seconds == 30


@given(calls)
def test_a_report_is_plain_data_for_json(cdrs: list[Cdr]) -> None:
    report = summed(cdrs).report(start=datetime(2026, 3, 1, tzinfo=UTC))
    plain = json.loads(json.dumps(report.to_dict()))
    assert plain["total"]["calls"] == len(cdrs)
    assert sum(day["calls"] for day in plain["days"].values()) + plain["undated"]["calls"] == len(cdrs)
    assert len(plain["week"]) == 7


def test_one_stray_date_does_not_bring_every_day_since() -> None:
    stats = CallStats(UTC)
    days = [date(1, 1, 2), date(2026, 3, 1), date(9999, 12, 30)]
    for number, day in enumerate(reversed(days), 1):
        stats.add(Cdr(id=number, calldate=datetime(day.year, day.month, day.day, tzinfo=UTC)))

    assert list(stats.report().days) == days
    assert stats.report(start=datetime.min.replace(tzinfo=UTC), end=datetime.max.replace(tzinfo=UTC)).total.calls == 3
