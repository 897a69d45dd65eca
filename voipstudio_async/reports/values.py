"""The values of a report: its figures, and how they were fetched. How they look is told elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, Self

import attrs

from ..errors import VoipStudioError
from .figures import NOTHING, Figures, Peak
from .periods import by_period, month_of, week_of

Source = Literal["account", "users"]
Count = Literal["calls", "legs"]
GroupedBy = Literal["team", "month", "week"]
_OF_THE_WHOLE = frozenset(
    ("account", "currency", "tz", "start", "end", "count", "grouped_by", "groups", "teams", "fetch")
)
"""What is not said again for each team."""


@attrs.frozen(kw_only=True)
class UserFigures:
    """The figures of one user."""

    user_id: int | None
    """None for the calls whose user is not known: see `CallReport.users`."""
    name: str
    """First and last name, else the e-mail address, else the id."""
    email: str | None = None
    figures: Figures = NOTHING
    complete: bool = True
    """False where not all of the user's records could be fetched."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        head = {"user_id": self.user_id, "name": self.name, "email": self.email, "complete": self.complete}
        return head | self.figures.to_dict()


@attrs.frozen(kw_only=True)
class Failure:
    """Something that could not be fetched, or not to its end."""

    what: str
    """A user's name, or ``call records of the account``."""
    user_id: int | None
    error: VoipStudioError
    rows: int = 0
    """The rows that had come before; they are in the figures."""

    def __str__(self) -> str:
        named = self.what if self.user_id is None else f"{self.what} (user {self.user_id})"
        return f"{named}: {self.error}"


@attrs.frozen(kw_only=True)
class Fetch:
    """How the rows of a report were fetched."""

    source: Source
    """The account's call records at once, or each user's own."""
    requests: int = 0
    """Pages that were asked for, users included; what the client sent again on its own is not counted."""
    rows: int = 0
    """Call records that were read and counted."""
    duplicates: int = 0
    """Rows that came twice within one walk, and were dropped."""
    elsewhere: int = 0
    """Rows of another listed user that stood in a user's collection: they are counted with that other user."""
    outside: int = 0
    """Rows out of the asked range that the API sent all the same; they are not counted."""
    seconds: float = 0.0
    failures: tuple[Failure, ...] = ()
    incomplete: tuple[str, ...] = ()
    """What was walked to its end without proof that nothing was missed (totals that changed or were not told)."""

    @property
    def rows_per_second(self) -> float:
        """How fast rows came."""
        return self.rows / self.seconds if self.seconds > 0 else 0.0

    @property
    def complete(self) -> bool:
        """Nothing failed, and every walk is known to have given all of its rows."""
        return not self.failures and not self.incomplete

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        plain = {
            name: getattr(self, name) for name in ("source", "requests", "rows", "duplicates", "elsewhere", "outside")
        }
        return plain | {
            "seconds": round(self.seconds, 3),
            "rows_per_second": round(self.rows_per_second, 1),
            "complete": self.complete,
            "failures": [
                {"what": each.what, "user_id": each.user_id, "error": str(each.error)} for each in self.failures
            ],
            "incomplete": list(self.incomplete),
        }


@attrs.frozen(kw_only=True)
class ReportValues:
    """What a `CallReport` holds. Each grouping but `users` holds every call once, so its figures add up to `total`."""

    account: str | None = None
    """The name of the token's owner: the account that the report is about. None where it was not told."""
    currency: str | None = None
    """The currency of all charges, as a code of ISO 4217 (``GBP``); None where it was not told."""
    tz: str
    """The zone that days and hours are told in."""
    start: datetime | None = None
    """The first moment that was asked for."""
    end: datetime | None = None
    """The moment before which a call had to begin."""
    count: Count = "calls"
    """Whether a call of several legs is counted once, or each of its legs is."""
    total: Figures = NOTHING
    users: tuple[UserFigures, ...] = ()
    """All users, those without calls too, most calls first; last the calls of users not listed, as ``unknown``.

    The figures are of each user's own legs, whatever `count` is: a call that rang at three users stands in all three.
    """
    days: Mapping[date, Figures] = attrs.field(factory=dict[date, Figures], hash=False)
    """Every day from the first to the last, those without calls too."""
    week: tuple[tuple[Figures, ...], ...] = ((NOTHING,) * 24,) * 7
    """The hours of the week: ``week[0][9]`` is Monday from 9 to 10."""
    undated: Figures = NOTHING
    """Calls without a date: in `total`, but in no day and no hour."""
    outcomes: Mapping[str, Figures] = attrs.field(factory=dict[str, Figures], hash=False)
    """By how the call ended (see `outcome_of`), most calls first."""
    destinations: Mapping[str, Figures] = attrs.field(factory=dict[str, Figures], hash=False)
    """Where outgoing calls went: ``+44 United Kingdom``, ``internal``, ``unknown``; all others are ``incoming``."""
    busiest_hour: Peak | None = None
    """The busy hour by call attempts: the hour of the clock, of one day, in which most calls began.

    Of several with as many calls it is the first. Where the clock is set back, the hour that comes twice is two hours.
    """
    most_at_once: Peak | None = None
    """Peak concurrency: the most calls that were going on in one second, and the first second in which they were.

    A call goes on from the second in which it began for `duration` seconds, ringing included, and where that is missing
    for `billsec`. The second in which it ends is no longer part of it. A call of several legs goes on while any
    of them does. Calls without a date or of 0 seconds are at no time.
    """
    grouped_by: GroupedBy | None = None
    """What `groups` are, if the report was asked for them."""
    teams: Mapping[str, Self] = attrs.field(factory=dict[str, Any], hash=False)
    """A report of each team, by name, where teams were asked for.

    A call counts once in each team that it rang at. So teams add up to more than `total` where calls rang at several.
    """
    fetch: Fetch = attrs.field(factory=lambda: Fetch(source="account"))

    def __repr__(self) -> str:
        days = f"{min(self.days)} to {max(self.days)}, " if self.days else ""
        found = f"{self.total.calls:,} {self.count}, {len(self.users):,} users"
        return f"{type(self).__name__}({days}{self.tz}: {found}{'' if self.fetch.complete else ', incomplete'})"

    @property
    def is_shared(self) -> bool:
        """Whether calls had legs of several users, or several of one: then `users` add up to more than `total`."""
        return sum(user.figures.calls for user in self.users) > self.total.calls

    @property
    def counting(self) -> str:
        """What is counted, in words for those who read the figures."""
        if self.count == "legs":
            return "Legs are counted: a call that rang at three users is three."
        return "Calls are counted: one that rang at three users is one, and stands with each of the three."

    @property
    def months(self) -> dict[str, Figures]:
        """The figures of each month, ``2026-03``; the first and the last need not be whole."""
        return by_period(self.days, month_of)

    @property
    def weeks(self) -> dict[str, Figures]:
        """The figures of each week of ISO 8601, ``2026-W10``; the first and the last need not be whole."""
        return by_period(self.days, week_of)

    @property
    def groups(self) -> dict[str, Figures]:
        """The figures of each group that was asked for with ``group_by``; none without it."""
        if self.grouped_by == "team":
            return {name: team.total for name, team in self.teams.items()}
        return {"month": self.months, "week": self.weeks}[self.grouped_by] if self.grouped_by else {}

    @property
    def charges(self) -> dict[str, Decimal]:
        """What the calls to each destination cost, the dearest first; those that cost nothing are left out."""
        charged = {name: figures.charge for name, figures in self.destinations.items() if figures.charge}
        return dict(sorted(sorted(charged.items()), key=lambda item: item[1], reverse=True))

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of `users` for people to read: with the id behind each that several of them have."""
        times = Counter(user.name for user in self.users)
        return tuple(
            user.name if times[user.name] == 1 or user.user_id is None else f"{user.name} {user.user_id}"
            for user in self.users
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: dates as ISO texts, money as texts."""
        return {
            "account": self.account,
            "currency": self.currency,
            "tz": self.tz,
            "start": self.start.isoformat() if self.start else None,
            "end": self.end.isoformat() if self.end else None,
            "count": self.count,
            "total": self.total.to_dict(),
            "users": [user.to_dict() for user in self.users],
            "days": {day.isoformat(): figures.to_dict() for day, figures in self.days.items()},
            "week": [[hour.to_dict() for hour in day] for day in self.week],
            "undated": self.undated.to_dict(),
            "outcomes": {name: figures.to_dict() for name, figures in self.outcomes.items()},
            "destinations": {name: figures.to_dict() for name, figures in self.destinations.items()},
            "busiest_hour": self.busiest_hour and self.busiest_hour.to_dict(),
            "most_at_once": self.most_at_once and self.most_at_once.to_dict(),
            "grouped_by": self.grouped_by,
            "groups": {name: figures.to_dict() for name, figures in self.groups.items()},
            "teams": {name: team._team() for name, team in self.teams.items()},
            "fetch": self.fetch.to_dict(),
        }

    def _team(self) -> dict[str, Any]:
        plain = self.to_dict()
        return {name: plain[name] for name in plain if name not in _OF_THE_WHOLE}
