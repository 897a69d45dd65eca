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
from .groupings import Groupings, Leg, LegParts
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


class _Kinds(dict[tuple[str, str], int]):
    """Numbers each outcome and destination in the order in which they come."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[tuple[str, str]] = []

    def __missing__(self, key: tuple[str, str]) -> int:
        self.names.append(key)
        return self.setdefault(key, len(self))


class Legs:
    """Keeps legs, and counts the calls that they make."""

    def __init__(self) -> None:
        # Of each leg the root, the seconds talked, in one number the kind, the hour and the flags, and the span.
        self._rows = [array("q") for _ in range(_BUCKETS)]
        self._kinds = _Kinds()
        self._charges: defaultdict[int, Decimal] = defaultdict(Decimal)

    def add(self, root: int, leg: LegParts, charge: Decimal | None) -> None:
        """Keep a leg of the call with this root."""
        code, talk = self._code(leg), leg[6]
        self._rows[root % _BUCKETS].extend((root, min(talk, _LARGEST), code, leg[7]))
        if charge:
            self._charges[code] = exact_sum(self._charges[code], charge)

    def merge(self, other: Legs) -> None:
        """Take in the legs that another one keeps."""
        for rows in other._rows:
            for root, talk, code, span in zip(*_columns(rows), strict=True):
                self.add(root, other._leg(code, talk, span), None)
        for code, charge in other._charges.items():
            mine = self._code(other._leg(code))
            self._charges[mine] = exact_sum(self._charges[mine], charge)

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

    def _code(self, leg: LegParts) -> int:
        is_later, hour, outcome, destination, answered, missed, _, _ = leg
        flags = (not is_later) | answered << 1 | missed << 2
        return (self._kinds[outcome, destination] << _HOUR | hour) << _FLAGS | flags

    def _leg(self, code: int, talk: int = 0, span: int = 0) -> Leg:
        outcome, destination = self._kinds.names[code >> (_FLAGS + _HOUR)]
        hour = code >> _FLAGS & (1 << _HOUR) - 1
        answered, missed = bool(code & _ANSWERED), bool(code & _MISSED)
        return Leg(not code & _IS_ROOT, hour, outcome, destination, answered, missed, talk, span)

    def _charge(self, groupings: Groupings) -> None:
        for code, charge in self._charges.items():
            groupings.charge(self._leg(code), charge)


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
