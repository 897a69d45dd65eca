"""An invented account: who works there, and when. What it has is in `seed_account`, `seed_calls` and `seed_office`."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Literal

import attrs

from .seed_calls import Employee
from .texts import printed

END = datetime(2026, 7, 6, tzinfo=UTC)
"""Where the history of a sandbox ends, if nobody says otherwise: it begins on a Monday, half a year before."""
DAYS = 182
_EARLIEST, _LATEST = 1990, 9000

Until = date | Literal["today"] | None

_WAVES = (3, 9)
"""The employees with whom ids become a digit longer: from 5 digits to 7, as they are seen in accounts."""

FIRST_NAMES = (
    *("Ada", "Amir", "Ben", "Carla", "Chloé", "Dan", "Elena", "Femi", "Grace", "Hugo", "Ines", "Jan"),
    *("Jürgen", "Kofi", "Lena", "Maya", "Nils", "Olga", "Priya", "Sam", "Søren", "Tom", "Uma", "Zoe"),
)
LAST_NAMES = (
    *("Adams", "Berg", "Costa", "Diaz", "Evans", "Fischer", "García", "Hall", "Ito", "Jones", "Khan"),
    *("Łuczak", "Moreau", "Novak", "O'Brien", "Park", "Rossi", "Smith", "Tanaka", "Weber"),
)


@attrs.frozen
class Account:
    """What all rows of one sandbox have in common."""

    seed: int
    customer: int
    users: tuple[Employee, ...]
    calls: int
    end: datetime = END
    """A whole hour: everything in the account happened before it."""

    @property
    def start(self) -> datetime:
        """The moment with which its history begins."""
        return self.end - timedelta(days=DAYS)

    def moment(self, dice: Random) -> str:
        """Choose a moment of its history, as the API prints it."""
        return printed(self.start + timedelta(seconds=dice.randrange(DAYS * 86400)))

    @property
    def owner(self) -> Employee | None:
        """The user that the account was opened with, and that the token belongs to."""
        return self.users[0] if self.users else None

    @property
    def owner_id(self) -> int:
        """The id of the token's owner, who has one even in an account without users."""
        return self.users[0].id if self.users else 72_000

    def dice(self, name: str) -> Random:
        """Return the random numbers for one table, which do not depend on other tables."""
        return Random(f"{self.seed}/{name}")


def account(seed: int, users: int, calls: int, end: datetime = END) -> Account:
    """Invent an account."""
    dice = Random(f"{seed}/account")
    customer = dice.randrange(30_000, 90_000)
    people: list[Employee] = []
    id = dice.randrange(70_000, 90_000)
    for number in range(users):
        id = id * (10 if number in _WAVES else 1) + dice.randrange(1, 9)
        people.append(Employee(id, number, dice.choice(FIRST_NAMES), dice.choice(LAST_NAMES)))
    return Account(seed, customer, tuple(people), calls, end)


def end_of_history(until: Until) -> datetime:
    """Return the whole hour before which everything happened: `until` is the last day, the last moment, or today.

    :raises ValueError: it is none of these
    """
    if until is None:
        return END
    if until == "today":
        return _whole_hour(datetime.now(UTC))
    if not isinstance(until, date) or not _EARLIEST <= until.year <= _LATEST:
        raise ValueError(f"until must be a date of the years {_EARLIEST} to {_LATEST}, or 'today', got {until!r}")
    if not isinstance(until, datetime):
        return datetime.combine(until + timedelta(days=1), time(), UTC)
    return _whole_hour(until.replace(tzinfo=UTC) if until.tzinfo is None else until.astimezone(UTC))


def _whole_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
