"""The values of a report: its figures, and how they were fetched. How they look is told elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

import attrs

from ..errors import VoipStudioError
from .figures import NOTHING, Figures

Source = Literal["account", "users"]
Count = Literal["calls", "legs"]


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
            "fetch": self.fetch.to_dict(),
        }
