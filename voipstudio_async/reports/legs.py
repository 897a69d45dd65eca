"""`Legs`: the legs of calls, kept small until those that belong together can be counted as one call.

The legs of a call come in any order, from several walks, and far from each other where each user's records are read for
themselves. So what the count needs of a leg is kept until the end, in 32 bytes.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise

from ..entities import Cdr
from .figures import Cell, exact_sum
from .groupings import Groupings, Leg
from .traffic import Traffic, start_of

_BUCKETS = 64
"""Calls are put together one bucket after another, so that what that takes is a small part of the whole."""
_LONGEST_GAP = 24 * 60 * 60
"""Seconds between two legs of a call: what is further apart has an id that was given twice."""
_LARGEST = 2**63 - 1
_IS_ROOT, _ANSWERED, _MISSED = 1, 2, 4
_FLAGS, _HOUR = 3, 28


def root_of(cdr: Cdr) -> int | None:
    """Return what the legs of one call share: the root's id, else the parent's, else their own; None without any."""
    root = cdr.root_live_id or cdr.parent_live_id or cdr.live_id
    return root if root and -_LARGEST <= root <= _LARGEST else None


class Legs:
    """Keeps legs, and counts the calls that they make."""

    def __init__(self) -> None:
        # Of each leg the root, the seconds talked, in one number the kind, the hour and the flags, and the span.
        self._rows = [array("q") for _ in range(_BUCKETS)]
        self._kinds: dict[tuple[str, str], int] = {}
        self._named: list[tuple[str, str]] = []
        self._kind_charges: list[Decimal] = []
        self._hour_charges: defaultdict[int, Decimal] = defaultdict(Decimal)

    def add(self, root: int, leg: Leg, charge: Decimal | None) -> None:
        """Keep a leg of the call with this root."""
        is_later, hour, outcome, destination, answered, missed, talk, span = leg
        kind = self._kind(outcome, destination)
        flags = (not is_later) | answered << 1 | missed << 2
        code = (kind << _HOUR | hour) << _FLAGS | flags
        self._rows[root % _BUCKETS].extend((root, min(talk, _LARGEST), code, span))
        if charge:
            self._kind_charges[kind] = exact_sum(self._kind_charges[kind], charge)
            self._hour_charges[hour] = exact_sum(self._hour_charges[hour], charge)

    def merge(self, other: Legs) -> None:
        """Take in the legs that another one keeps."""
        for rows in other._rows:
            for root, talk, code, span in zip(*_columns(rows), strict=True):
                self.add(root, other._leg(code, talk, span), None)
        for (outcome, destination), kind in other._kinds.items():
            mine = self._kind(outcome, destination)
            self._kind_charges[mine] = exact_sum(self._kind_charges[mine], other._kind_charges[kind])
        for hour, charge in other._hour_charges.items():
            self._hour_charges[hour] = exact_sum(self._hour_charges[hour], charge)

    def count_into(self, groupings: Groupings, traffic: Traffic) -> None:
        """Count each call: where and when it began, answered if one of its legs was. Each leg's charge is its own."""
        alone: defaultdict[int, Cell] = defaultdict(Cell)
        for rows in self._rows:
            roots, *_ = columns = _columns(rows)
            shared: dict[int, list[Leg]] = {root: [] for root, number in Counter(roots).items() if number > 1}
            for root, talk, code, span in zip(*columns, strict=True):
                if root in shared:
                    shared[root].append(self._leg(code, talk, span))
                else:
                    alone[code].add(bool(code & _ANSWERED), bool(code & _MISSED), talk, None)
                    traffic.add(span)
            for legs in shared.values():
                for call in _calls(legs):
                    groupings.add(_call(call))
                    traffic.add_call(leg.span for leg in call)
        for code, cell in alone.items():
            groupings.take(self._leg(code), cell)
        self._charge(groupings)

    def _kind(self, outcome: str, destination: str) -> int:
        kind = self._kinds.setdefault((outcome, destination), len(self._kind_charges))
        if kind == len(self._kind_charges):
            self._kind_charges.append(Decimal(0))
            self._named.append((outcome, destination))
        return kind

    def _leg(self, code: int, talk: int = 0, span: int = 0) -> Leg:
        outcome, destination = self._named[code >> (_FLAGS + _HOUR)]
        hour = code >> _FLAGS & (1 << _HOUR) - 1
        answered, missed = bool(code & _ANSWERED), bool(code & _MISSED)
        return Leg(not code & _IS_ROOT, hour, outcome, destination, answered, missed, talk, span)

    def _charge(self, groupings: Groupings) -> None:
        for (outcome, destination), kind in self._kinds.items():
            if self._kind_charges[kind]:
                groupings.charge_kind(outcome, destination, self._kind_charges[kind])
        for hour, charge in self._hour_charges.items():
            groupings.charge_hour(hour, charge)


def _columns(rows: array[int]) -> tuple[array[int], ...]:
    return tuple(rows[column::4] for column in range(4))


def _calls(legs: Iterable[Leg]) -> Iterator[list[Leg]]:
    """Put the legs with one root together, unless they lie too far apart."""
    undated = [leg for leg in legs if not leg.hour]
    dated = sorted((leg for leg in legs if leg.hour), key=lambda leg: leg.span)
    gaps = (start_of(two.span) - start_of(one.span) for one, two in pairwise(dated))
    starts = [0, *(at for at, gap in enumerate(gaps, 1) if gap > _LONGEST_GAP)]
    for start, end in pairwise([*starts, len(dated)]):
        yield [*dated[start:end], *(undated if start == 0 else ())]


def _call(legs: list[Leg]) -> Leg:
    root = min(legs)
    first = min((leg for leg in legs if leg.hour), key=lambda leg: leg.span, default=root)
    answered = any(leg.answered for leg in legs)
    missed = not answered and any(leg.missed for leg in legs)
    return root._replace(
        hour=first.hour,
        outcome="answered" if answered else "missed" if missed else root.outcome,
        answered=answered,
        missed=missed,
        talk=sum(leg.talk for leg in legs),
    )
