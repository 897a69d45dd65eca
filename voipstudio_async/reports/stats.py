"""`CallStats`: sums call records up as they come. What it holds grows with users and days, not with calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Self, TypeVar

from ..entities import CallType, Cdr, Disposition, User
from ..entities.zones import first_moment, known, last_day, next_day, seen_in, zone_name
from ..errors import ConfigurationError
from .countries import SHORTEST, country_of
from .figures import NOTHING, Cell, Figures
from .report import CallReport
from .values import UserFigures

K = TypeVar("K")
Slot = tuple[date, int]
"""A day and an hour of it, on the clock of the report's zone."""


def is_missed(cdr: Cdr) -> bool:
    """Whether nobody picked an incoming call up: its type is ``M``."""
    return cdr.type == CallType.MISSED


def is_answered(cdr: Cdr) -> bool:
    """Whether somebody picked up: the call is not missed, and it is connected, or some of its seconds are billed.

    ``CONNECTED`` is the only disposition that is known for certain; others exist, and some answers hold a number
    instead of a word. Billed seconds tell the same: talk is what is billed. A call that ended in its first second is
    connected with 0 seconds.
    """
    if cdr.type == CallType.MISSED:
        return False
    return cdr.disposition == Disposition.CONNECTED or (cdr.billsec is not None and cdr.billsec > 0)


def outcome_of(cdr: Cdr) -> str:
    """Name how a call ended: ``answered``, ``missed``, or its disposition in small letters (``busy``, ``no answer``).

    A call without an answer whose disposition is not told is ``unanswered``; one that is told as a number is
    ``disposition 3``.
    """
    if is_answered(cdr):
        return "answered"
    return _unanswered(cdr.type == CallType.MISSED, cdr.disposition)


def _unanswered(missed: bool, disposition: Any) -> str:
    if missed:
        return "missed"
    if isinstance(disposition, str):
        return disposition.strip().lower() or "unanswered"
    return "unanswered" if disposition is None else f"disposition {disposition}"


def destination_of(cdr: Cdr) -> str:
    """Name where a call went: the country of an outgoing one, ``internal``, ``unknown``, or ``incoming``."""
    if cdr.type in (CallType.INBOUND, CallType.MISSED):
        return "incoming"
    digits = (cdr.dst or "").removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        return "unknown"
    return "internal" if len(digits) < SHORTEST else country_of(digits) or "unknown"


def hours_of(day: date, tz: tzinfo) -> float:
    """Return the length of a day in hours: 23 or 25 where the clock is changed."""
    start, end = first_moment(day, tz), next_day(day, tz)
    return (end.astimezone(UTC) - start.astimezone(UTC)) / timedelta(hours=1)


class CallStats:
    """The accumulator of a call report: add call records in any order, from any number of places.

    :param tz: the zone whose days and hours are meant. A day is what the calendar of that zone says, also where the
    clock is changed.
    """

    def __init__(self, tz: tzinfo = UTC) -> None:
        self.tz = known(tz)
        self._users: defaultdict[int | None, Cell] = defaultdict(Cell)
        self._slots: defaultdict[Slot, Cell] = defaultdict(Cell)
        self._outcomes: defaultdict[str, Cell] = defaultdict(Cell)
        self._destinations: defaultdict[str, Cell] = defaultdict(Cell)
        self._undated = Cell()

    def add(self, cdr: Cdr, user_id: int | None = None) -> None:
        """Count one call record; `user_id` is whose it is, where the record itself does not say."""
        missed = cdr.type == CallType.MISSED
        answered = is_answered(cdr)
        talk = cdr.billsec or 0 if answered else 0
        owner = cdr.user_id if user_id is None else user_id
        outcome = "answered" if answered else _unanswered(missed, cdr.disposition)
        for cell in (
            self._users[owner],
            self._slot(cdr.calldate),
            self._outcomes[outcome],
            self._destinations[destination_of(cdr)],
        ):
            cell.add(answered, missed, talk, cdr.charge)

    def _slot(self, moment: datetime | None) -> Cell:
        if moment is None:
            return self._undated
        try:
            local = moment.astimezone(self.tz)
        except OverflowError:  # in the first and the last year that there are
            return self._undated
        return self._slots[local.date(), local.hour]

    def merge(self, other: CallStats) -> Self:
        """Take in what another accumulator has counted, and give this one. The order of merging does not matter."""
        if zone_name(self.tz) != zone_name(other.tz):
            raise ConfigurationError(f"days of {zone_name(other.tz)} cannot be added to days of {zone_name(self.tz)}")
        _take(self._users, other._users)
        _take(self._slots, other._slots)
        _take(self._outcomes, other._outcomes)
        _take(self._destinations, other._destinations)
        self._undated.merge(other._undated)
        return self

    def report(
        self, users: Iterable[User] | None = None, *, start: datetime | None = None, end: datetime | None = None
    ) -> CallReport:
        """Return the figures so far; `users` name those who have calls, and add those who have none.

        Calls of users that are not among them come under ``unknown``; without `users`, all are named by their id.
        `start` and `end` (not included) are the range that was asked for: its days are all in the report, empty ones
        too.
        """
        return CallReport(
            tz=zone_name(self.tz),
            start=start,
            end=end,
            total=_total(self._users.values()).figures(),
            users=self._user_figures(users),
            days=self._day_figures(start, end),
            week=self._week_figures(),
            undated=self._undated.figures(),
            outcomes=_ranked(self._outcomes),
            destinations=_ranked(self._destinations),
        )

    def _user_figures(self, users: Iterable[User] | None) -> tuple[UserFigures, ...]:
        cells = dict(self._users)
        if users is None:
            users = [User(id=id) for id in cells if id is not None]
        known = [
            UserFigures(user_id=user.id, name=name_of(user), email=user.email, figures=_popped(cells, user.id))
            for user in {user.id: user for user in users}.values()
        ]
        known.sort(key=lambda each: (-each.figures.calls, each.user_id))
        if cells:
            known.append(UserFigures(user_id=None, name="unknown", figures=_total(cells.values()).figures()))
        return tuple(known)

    def _day_figures(self, start: datetime | None, end: datetime | None) -> dict[date, Figures]:
        cells: defaultdict[date, Cell] = defaultdict(Cell)
        for (day, _), cell in self._slots.items():
            cells[day].merge(cell)
        days = list(cells)
        if start is not None:
            days.append(seen_in(start, self.tz).date())
        if end is not None:
            days.append(last_day(end, self.tz))
        if not days:
            return {}
        first, last = min(days), max(days)
        span = (first + timedelta(days=number) for number in range((last - first).days + 1))
        return {day: cells[day].figures() if day in cells else NOTHING for day in span}

    def _week_figures(self) -> tuple[tuple[Figures, ...], ...]:
        week = [[Cell() for _ in range(24)] for _ in range(7)]
        for (day, hour), cell in self._slots.items():
            week[day.weekday()][hour].merge(cell)
        return tuple(tuple(cell.figures() for cell in day) for day in week)


def name_of(user: User) -> str:
    """Name a user: first and last name, else the e-mail address, else the id."""
    names = " ".join(part for part in (user.first_name, user.last_name) if part and part.strip())
    return names or user.email or f"user {user.id}"


def _take(mine: defaultdict[K, Cell], theirs: Mapping[K, Cell]) -> None:
    for key, cell in theirs.items():
        mine[key].merge(cell)


def _total(cells: Iterable[Cell]) -> Cell:
    total = Cell()
    for cell in cells:
        total.merge(cell)
    return total


def _popped(cells: dict[int | None, Cell], user_id: int) -> Figures:
    cell = cells.pop(user_id, None)
    return NOTHING if cell is None else cell.figures()


def _ranked(cells: Mapping[str, Cell]) -> dict[str, Figures]:
    return {name: cell.figures() for name, cell in sorted(cells.items(), key=lambda item: (-item[1].calls, item[0]))}
