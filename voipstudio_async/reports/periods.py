"""Months and weeks: the figures of days, added up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from .figures import NOTHING, Figures

K = TypeVar("K")


def month_of(day: date) -> str:
    """Name the month of a day: ``2026-03``."""
    return f"{day.year:04d}-{day.month:02d}"


def week_of(day: date) -> str:
    """Name the week of a day as ISO 8601 does: ``2026-W10``; it begins on Monday."""
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def by_period(days: Mapping[date, Figures], period: Callable[[date], K]) -> dict[K, Figures]:
    """Add the figures of days up, in their order.

    :param days: the days of a report
    :param period: names the period that a day belongs to, such as `month_of` or `week_of`
    """
    found: dict[K, Figures] = {}
    for day, figures in days.items():
        name = period(day)
        found[name] = found.get(name, NOTHING) + figures
    return found
