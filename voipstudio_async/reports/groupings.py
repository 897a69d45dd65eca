"""`Groupings`: the counts of a report by hour, by outcome and by destination, while they grow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import NamedTuple, TypeVar

from ..entities.zones import last_day, seen_in
from .figures import NOTHING, Cell, Figures, Peak, exact_sum

K = TypeVar("K")

_SECOND_TIME = 1 << 27
"""Marks the hour that comes again where the clock is set back; no number of an hour is as large."""
_MOST_DAYS = 40 * 366
"""A longer range has its days with calls alone: one stray date would bring hundreds of thousands of empty ones."""


class Leg(NamedTuple):
    """What is counted of a leg, or of a whole call; the order is that in which a leg tells where its call went."""

    is_later: bool
    """Whether it is not the root, with which the call began."""
    hour: int
    """Counted through all days; 0 where there is no date."""
    outcome: str
    destination: str
    answered: bool
    missed: bool
    talk: int
    span: int = 0
    """When it began and how long it lasted: see `traffic.span_of`."""


LegParts = tuple[bool, int, str, str, bool, bool, int, int]
"""What a `Leg` is made of. A tuple takes a tenth of the time, and a report makes one for every row."""


class Groupings:
    """Counts calls in three ways at once. An hour is one of those of the report's zone, counted through all days."""

    def __init__(self) -> None:
        self._hours: defaultdict[int, Cell] = defaultdict(Cell)
        self._outcomes: defaultdict[str, Cell] = defaultdict(Cell)
        self._destinations: defaultdict[str, Cell] = defaultdict(Cell)

    def add(self, call: Leg, charge: Decimal | None = None) -> None:
        """Count a call."""
        for cell in self._cells(call):
            cell.add(call.answered, call.missed, call.talk, charge)

    def take(self, call: Leg, counted: Cell) -> None:
        """Take in what was counted of calls that are alike."""
        for cell in self._cells(call):
            cell.merge(counted)

    def charge(self, call: Leg, charge: Decimal) -> None:
        """Add what legs cost that are alike."""
        for cell in self._cells(call):
            cell.charge = exact_sum(cell.charge, charge)

    def merge(self, other: Groupings) -> None:
        """Take in what another one has counted."""
        merge_cells(self._hours, other._hours)
        merge_cells(self._outcomes, other._outcomes)
        merge_cells(self._destinations, other._destinations)

    def total(self) -> Figures:
        """Return the figures of all calls."""
        return total(self._outcomes.values()).figures()

    def undated(self) -> Figures:
        """Return the figures of the calls without a date."""
        return self._hours[0].figures() if 0 in self._hours else NOTHING

    def outcomes(self) -> dict[str, Figures]:
        """Return the figures by outcome, most calls first."""
        return _ranked(self._outcomes)

    def destinations(self) -> dict[str, Figures]:
        """Return the figures by destination, most calls first."""
        return _ranked(self._destinations)

    def days(self, start: datetime | None, end: datetime | None, tz: tzinfo) -> dict[date, Figures]:
        """Return the figures of every day from the first to the last, and of those that were asked for."""
        cells: defaultdict[date, Cell] = defaultdict(Cell)
        for hour, cell in self._dated():
            cells[day_of(hour)].merge(cell)
        days = list(cells)
        if start is not None:
            days.append(seen_in(start, tz).date())
        if end is not None:
            days.append(last_day(end, tz))
        if not days:
            return {}
        first, last = min(days), max(days)
        if (last - first).days >= _MOST_DAYS:
            return {day: cells[day].figures() for day in sorted(cells)}
        span = (first + timedelta(days=number) for number in range((last - first).days + 1))
        return {day: cells[day].figures() if day in cells else NOTHING for day in span}

    def week(self) -> tuple[tuple[Figures, ...], ...]:
        """Return the figures of the hours of the week, from Monday on."""
        week = [[Cell() for _ in range(24)] for _ in range(7)]
        for hour, cell in self._dated():
            week[day_of(hour).weekday()][clock_of(hour)].merge(cell)
        return tuple(tuple(cell.figures() for cell in day) for day in week)

    def busiest_hour(self, tz: tzinfo) -> Peak | None:
        """Return the hour of the clock in which most calls began, the first of several; None without dated calls."""
        calls = {hour: cell.calls for hour, cell in self._dated() if cell.calls}
        if not calls:
            return None
        hour = min(calls, key=lambda hour: (-calls[hour], hour & ~_SECOND_TIME, hour))
        start = datetime.combine(day_of(hour), time(clock_of(hour)), tz)
        return Peak(at=start.replace(fold=int(hour >= _SECOND_TIME)), calls=calls[hour])

    def _cells(self, leg: Leg) -> tuple[Cell, Cell, Cell]:
        return self._hours[leg.hour], self._outcomes[leg.outcome], self._destinations[leg.destination]

    def _dated(self) -> Iterable[tuple[int, Cell]]:
        return ((hour, cell) for hour, cell in self._hours.items() if hour)


def hour_of(moment: datetime) -> int:
    """Return the number of an hour: 1 and more, since 0 stands for none."""
    hour = moment.toordinal() * 24 + moment.hour + 1
    return hour | _SECOND_TIME if moment.fold else hour


def day_of(hour: int) -> date:
    """Return the day of an hour."""
    return date.fromordinal(((hour & ~_SECOND_TIME) - 1) // 24)


def clock_of(hour: int) -> int:
    """Return which hour of its day an hour is, from 0 to 23."""
    return ((hour & ~_SECOND_TIME) - 1) % 24


def merge_cells(mine: defaultdict[K, Cell], theirs: Mapping[K, Cell]) -> None:
    """Add one set of counts to another."""
    for key, cell in theirs.items():
        mine[key].merge(cell)


def total(cells: Iterable[Cell]) -> Cell:
    """Add counts up."""
    found = Cell()
    for cell in cells:
        found.merge(cell)
    return found


def _ranked(cells: Mapping[str, Cell]) -> dict[str, Figures]:
    return {name: cell.figures() for name, cell in sorted(cells.items(), key=lambda item: (-item[1].calls, item[0]))}
