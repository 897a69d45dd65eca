"""`Figures`: what is counted about any set of calls, and the cell that counts it."""

from __future__ import annotations

from datetime import datetime
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from typing import Any

import attrs

from ..texts import number_text

_ZERO = Decimal(0)
exact_sum = Context(prec=200, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[]).add
"""Money is added with all its digits; Python's default rounds at 28. An absurd charge is an absurd sum, no error."""


@attrs.frozen(kw_only=True)
class Figures:
    """The figures of a set of calls."""

    calls: int = 0
    """Calls; for a user, and where legs are counted, call records: one for each leg of a call."""
    answered: int = 0
    """Those that somebody picked up: see `is_answered`. A call is answered if one of its legs is."""
    missed: int = 0
    """Incoming calls that nobody picked up: see `is_missed`. Outgoing calls without an answer are neither."""
    talk_seconds: int = 0
    """Seconds talked: the billed seconds of all answered legs."""
    longest_seconds: int = 0
    """The longest answered call."""
    charge: Decimal = _ZERO
    """The price of all calls, in the currency of the account."""

    @property
    def answered_share(self) -> float | None:
        """Answered calls of all calls, from 0 to 1; None without calls."""
        return self.answered / self.calls if self.calls else None

    @property
    def asr(self) -> float | None:
        """The answer-seizure ratio (ITU-T E.411): answered calls of all attempts, from 0 to 1; None without calls.

        Every call is an attempt, whether it found a busy line, rang out or was rejected. Where legs are counted, and in
        the figures of users, each leg is one.
        """
        return self.answered_share

    @property
    def average_seconds(self) -> float | None:
        """Talk time of an answered call on average; None without any."""
        if not self.answered:
            return None
        try:
            return self.talk_seconds / self.answered
        except OverflowError:  # more than a float can hold
            return self.talk_seconds // self.answered

    @property
    def acd(self) -> float | None:
        """The average call duration, in seconds: the talk time of all calls by the number of answered ones.

        Ringing is not part of it, nor are calls without an answer; None without an answered call.
        """
        return self.average_seconds

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            calls=self.calls + other.calls,
            answered=self.answered + other.answered,
            missed=self.missed + other.missed,
            talk_seconds=self.talk_seconds + other.talk_seconds,
            longest_seconds=max(self.longest_seconds, other.longest_seconds),
            charge=exact_sum(self.charge, other.charge),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON; the charge is a text, so that no digit is lost."""
        return {
            "calls": self.calls,
            "answered": self.answered,
            "missed": self.missed,
            "answered_share": self.answered_share,
            "talk_seconds": self.talk_seconds,
            "average_seconds": self.average_seconds,
            "longest_seconds": self.longest_seconds,
            "charge": number_text(self.charge),
        }


@attrs.frozen(kw_only=True)
class Peak:
    """When there were most calls, and how many."""

    at: datetime
    """In the zone of the report."""
    calls: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {"at": self.at.isoformat(), "calls": self.calls}


NOTHING = Figures()


class Cell:
    """Counts while calls come in: plain slots, because it is done several times for every row of a year."""

    __slots__ = ("answered", "calls", "charge", "longest", "missed", "talk")

    def __init__(self) -> None:
        self.calls = self.answered = self.missed = self.talk = self.longest = 0
        self.charge = _ZERO

    def add(self, answered: bool, missed: bool, talk: int, charge: Decimal | None) -> None:
        """Count one call; `talk` is 0 unless it was answered."""
        self.calls += 1
        if answered:
            self.answered += 1
            self.talk += talk
            self.longest = max(self.longest, talk)
        elif missed:
            self.missed += 1
        if charge:
            self.charge = exact_sum(self.charge, charge)

    def merge(self, other: Cell) -> None:
        """Take in what another cell has counted."""
        self.calls += other.calls
        self.answered += other.answered
        self.missed += other.missed
        self.talk += other.talk
        self.longest = max(self.longest, other.longest)
        self.charge = exact_sum(self.charge, other.charge)

    def figures(self) -> Figures:
        """Return what was counted so far."""
        return Figures(
            calls=self.calls,
            answered=self.answered,
            missed=self.missed,
            talk_seconds=self.talk,
            longest_seconds=self.longest,
            charge=self.charge,
        )
