"""Periods as a person names them: ``yesterday``, ``last-month``, ``-7d``, ``2026-06``: a first and a last day each.

A week begins on Monday. What reaches back from today is one day, the first of the time that it tells: ``-7d`` is the
day a week ago, ``-3m`` the same day of the month three months ago, or the last one that this month has.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta

Period = tuple[date, date]

_BACK = re.compile(r"-(?P<count>[0-9]{1,4})(?P<unit>[dwmy])", re.ASCII)
_MONTH = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})", re.ASCII)
_WEEK = re.compile(r"(?P<year>[0-9]{4})-w(?P<week>[0-9]{2})", re.ASCII)
_YEAR = re.compile(r"(?P<year>[0-9]{4})", re.ASCII)
_NAMED = re.compile(r"(?P<which>this|last)[-_ ](?P<unit>week|month|quarter|year)")


def named(text: str, today: date) -> Period | None:
    """Return the days of a period, or None where the text names none.

    :raises ValueError: the calendar does not have it
    """
    text = text.strip().lower()
    if text in ("today", "yesterday"):
        day = today - timedelta(days=text == "yesterday")
        return day, day
    for form, of in _FORMS:
        if (found := form.fullmatch(text)) is not None:
            return _checked(of, found, today)
    return None


def _checked(of: Callable[[re.Match[str], date], Period], found: re.Match[str], today: date) -> Period:
    try:
        return of(found, today)
    except OverflowError as error:
        raise ValueError(str(error)) from None


def _back(found: re.Match[str], today: date) -> Period:
    count, unit = int(found["count"]), found["unit"]
    if unit in "dw":
        day = today - timedelta(days=count * (7 if unit == "w" else 1))
    else:
        first = _months_on(today.replace(day=1), -count * (12 if unit == "y" else 1))
        day = first.replace(day=min(today.day, _month(first)[1].day))
    return day, day


def _this_or_last(found: re.Match[str], today: date) -> Period:
    first, after = _UNITS[found["unit"]](today)
    if found["which"] == "last":
        return _UNITS[found["unit"]](first - timedelta(days=1))
    return first, after


def _week(day: date) -> Period:
    first = day - timedelta(days=day.weekday())
    return first, first + timedelta(days=6)


def _month(day: date) -> Period:
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _quarter(day: date) -> Period:
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return first, _month(_months_on(first, 2))[1]


def _year(day: date) -> Period:
    return date(day.year, 1, 1), date(day.year, 12, 31)


def _months_on(first: date, count: int) -> date:
    months = first.year * 12 + first.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


_UNITS: dict[str, Callable[[date], Period]] = {"week": _week, "month": _month, "quarter": _quarter, "year": _year}

_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], Period]], ...] = (
    (_BACK, _back),
    (_NAMED, _this_or_last),
    (_MONTH, lambda found, _: _month(date(int(found["year"]), int(found["month"]), 1))),
    (_WEEK, lambda found, _: _week(date.fromisocalendar(int(found["year"]), int(found["week"]), 1))),
    (_YEAR, lambda found, _: _year(date(int(found["year"]), 1, 1))),
)
