"""`CallStats`: sums call records up as they come. Rows are not held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, NamedTuple, Self, get_args

from ..entities import CallType, Cdr, Disposition, User
from ..entities.arguments import is_one_of, told
from ..entities.zones import first_moment, known, next_day, zone_name
from ..errors import ConfigurationError
from .countries import SHORTEST, country_of
from .figures import NOTHING, Cell, Figures
from .groupings import Groupings, Leg, hour_of, merge_cells, total
from .legs import Legs, root_of
from .report import CallReport
from .teams import NO_TEAM
from .traffic import Traffic, span_of
from .values import Count, UserFigures

_INCOMING = (CallType.INBOUND, CallType.MISSED)


def is_missed(cdr: Cdr) -> bool:
    """Whether nobody picked an incoming call up: its type is ``M``."""
    return cdr.type == CallType.MISSED


def is_answered(cdr: Cdr) -> bool:
    """Whether somebody picked up: the call is not missed, and it is connected, or some of its seconds are billed.

    ``CONNECTED`` is the only disposition that is known for certain; others exist, and some answers hold a number
    instead of a word. Billed seconds tell the same: talk is what is billed. A call that ended in its first second is
    connected with 0 seconds.
    """
    return _ending(cdr).answered


def outcome_of(cdr: Cdr) -> str:
    """Name how a call ended: ``answered``, ``missed``, or its disposition in small letters (``busy``, ``no answer``).

    A call without an answer whose disposition is not told is ``unanswered``; one that is told as a number is
    ``disposition 3``.
    """
    return _ending(cdr).outcome


class _Ending(NamedTuple):
    answered: bool
    missed: bool
    outcome: str


def _ending(cdr: Cdr) -> _Ending:
    return _ending_of(cdr.type, cdr.disposition, (cdr.billsec or 0) > 0)


@lru_cache(maxsize=1024, typed=True)
def _ending_of(kind: Any, disposition: Any, billed: bool) -> _Ending:
    """Read how a call ended off what few different values tell: millions of calls have the same ones."""
    missed = kind == CallType.MISSED
    answered = not missed and (billed or disposition == Disposition.CONNECTED)
    return _Ending(answered, missed, "answered" if answered else _unanswered(missed, disposition))


def _unanswered(missed: bool, disposition: Any) -> str:
    if missed:
        return "missed"
    if isinstance(disposition, str):
        return disposition.strip().lower() or "unanswered"
    return "unanswered" if disposition is None else f"disposition {disposition}"


def destination_of(cdr: Cdr) -> str:
    """Name where a call went: the country of an outgoing one, ``internal``, ``unknown``, or ``incoming``."""
    return "incoming" if cdr.type in _INCOMING else _destination(cdr.dst or "")


def _destination(number: str) -> str:
    digits = number.removeprefix("+")
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
    :param count: ``"calls"`` counts the legs of a call as one, ``"legs"`` each for itself. What is held grows with
        users and days, by 8 bytes a leg, and where calls are counted by 32.
    :raises ConfigurationError: `count` is neither
    """

    def __init__(self, tz: tzinfo = UTC, *, count: Count = "calls") -> None:
        if not is_one_of(count, get_args(Count)):
            raise ConfigurationError(f"count must be 'calls' or 'legs', got {told(count)}")
        self.tz = known(tz)
        self.count: Count = count
        self._users: defaultdict[int | None, Cell] = defaultdict(Cell)
        self._counted = Groupings()
        self._legs = Legs()
        self._traffic = Traffic()

    def add(self, cdr: Cdr, user_id: int | None = None) -> None:
        """Count one call record; `user_id` is whose it is, where the record itself does not say."""
        owner = cdr.user_id if user_id is None else user_id
        charge = cdr.charge
        answered, missed, outcome = _ending(cdr)
        talk = cdr.billsec or 0 if answered else 0
        self._users[owner].add(answered, missed, talk, charge)
        hour = self._hour(cdr.calldate)
        is_later = cdr.is_root is False or bool(cdr.parent_live_id)
        leg = (is_later, hour, outcome, destination_of(cdr), answered, missed, talk, span_of(cdr) if hour else 0)
        root = root_of(cdr) if self.count == "calls" else None
        if root is None:
            self._counted.add(Leg(*leg), charge)
            self._traffic.add(leg[-1])
        else:
            self._legs.add(root, leg, charge)

    def _hour(self, moment: datetime | None) -> int:
        try:
            return 0 if moment is None else hour_of(moment.astimezone(self.tz))
        except OverflowError:  # in the first and the last year that there are
            return 0

    def merge(self, other: CallStats) -> Self:
        """Take in what another accumulator has counted, and give this one. The order of merging does not matter.

        :raises ConfigurationError: the other one has another zone, or counts something else
        """
        if zone_name(self.tz) != zone_name(other.tz):
            raise ConfigurationError(f"days of {zone_name(other.tz)} cannot be added to days of {zone_name(self.tz)}")
        if self.count != other.count:
            raise ConfigurationError(f"{other.count} cannot be added to {self.count}")
        merge_cells(self._users, other._users)
        self._counted.merge(other._counted)
        self._legs.merge(other._legs)
        self._traffic.merge(other._traffic)
        return self

    def report(
        self, users: Iterable[User] | None = None, *, start: datetime | None = None, end: datetime | None = None
    ) -> CallReport:
        """Return the figures so far; `users` name those who have calls, and add those who have none.

        Calls of users that are not among them come under ``unknown``; without `users`, all are named by their id.
        `start` and `end` (not included) are the range that was asked for: its days are all in the report, empty ones
        too; in a range of more than 40 years, those with calls.
        """
        found, traffic = self._whole()
        return CallReport(
            tz=zone_name(self.tz),
            start=start,
            end=end,
            count=self.count,
            total=found.total(),
            users=self._user_figures(users),
            days=found.days(start, end, self.tz),
            week=found.week(),
            undated=found.undated(),
            outcomes=found.outcomes(),
            destinations=found.destinations(),
            busiest_hour=found.busiest_hour(self.tz),
            most_at_once=traffic.most_at_once(self.tz),
        )

    def _whole(self) -> tuple[Groupings, Traffic]:
        found, traffic = Groupings(), Traffic()
        found.merge(self._counted)
        traffic.merge(self._traffic)
        self._legs.count_into(found, traffic)
        return found, traffic

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
            known.append(UserFigures(user_id=None, name="unknown", figures=total(cells.values()).figures()))
        return tuple(known)


class TeamStats:
    """Accumulators of teams, one for each: a call that rings at three users of a team is one call of the team.

    :param teams: the team of each user, by the user's id; calls of other users come under `NO_TEAM`
    :param tz: the zone whose days and hours are meant
    :param count: what is counted; see `CallStats`
    """

    def __init__(self, teams: Mapping[int, str], tz: tzinfo = UTC, *, count: Count = "calls") -> None:
        self._teams = dict(teams)
        self._stats = {name: CallStats(tz, count=count) for name in sorted(set(teams.values()))}
        self._rest = CallStats(tz, count=count)

    def add(self, cdr: Cdr, user_id: int | None = None) -> None:
        """Count one call record; `user_id` is whose it is, where the record itself does not say."""
        owner = cdr.user_id if user_id is None else user_id
        team = NO_TEAM if owner is None else self._teams.get(owner, NO_TEAM)
        self._stats.get(team, self._rest).add(cdr, user_id)

    def reports(
        self, users: Iterable[User], *, start: datetime | None = None, end: datetime | None = None
    ) -> dict[str, CallReport]:
        """Return the report of each team, by name; last of those without one, if there are any."""
        members = list(users)
        stats = self._stats if NO_TEAM in self._stats else self._stats | {NO_TEAM: self._rest}
        found = {
            name: each.report((user for user in members if self._team(user) == name), start=start, end=end)
            for name, each in sorted(stats.items(), key=lambda item: (item[0] == NO_TEAM, item[0]))
        }
        return {name: report for name, report in found.items() if report.users}

    def _team(self, user: User) -> str:
        return self._teams.get(user.id, NO_TEAM)


def name_of(user: User) -> str:
    """Name a user: first and last name, else the e-mail address, else the id."""
    names = " ".join(part for part in (user.first_name, user.last_name) if part and part.strip())
    return names or user.email or f"user {user.id}"


def _popped(cells: dict[int | None, Cell], user_id: int) -> Figures:
    cell = cells.pop(user_id, None)
    return NOTHING if cell is None else cell.figures()
