"""Calls dated at both ends of what Python can hold."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from voipstudio_async import Cdr
from voipstudio_async.reports import CallReport, CallStats

ENDS = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))
ZONES = (UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12)), ZoneInfo("America/New_York"))


def report_at(tz: tzinfo, charge: str = "1.5") -> CallReport:
    stats = CallStats(tz)
    for number, moment in enumerate(ENDS):
        stats.add(Cdr(id=number + 1, type="O", calldate=moment, charge=Decimal(charge)), 1)
    return stats.report(start=ENDS[0], end=ENDS[1])


@pytest.mark.parametrize("tz", ZONES, ids=str)
def test_a_call_at_the_end_of_time_does_not_make_a_report_of_a_million_days(tz: tzinfo) -> None:
    report = report_at(tz)
    assert report.total.calls == 3
    assert len(report.days) <= 5
    assert len(json.dumps(report.to_dict())) < 100_000


def test_days_without_calls_are_told_in_a_span_of_years() -> None:
    stats = CallStats(UTC)
    for moment in (datetime(2016, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)):
        stats.add(Cdr(id=moment.year, calldate=moment))
    days = stats.report().days
    assert len(days) == (date(2026, 1, 1) - date(2016, 1, 1)).days + 1


@pytest.mark.parametrize("charge", ["1e999999999", "-1e999999999", "1e-999999999", "NaN", "sNaN", "Infinity"])
def test_absurd_charges_and_dates_can_be_drawn(charge: str) -> None:
    pytest.importorskip("matplotlib")
    report = report_at(UTC, charge=charge)
    assert len(report.to_html()) < 1_000_000
    assert len(json.dumps(report.to_dict())) < 100_000
