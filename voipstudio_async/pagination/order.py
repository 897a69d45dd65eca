"""In which order rows come, and which of them came before: what the proof of a walk looks at."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from operator import gt, lt
from typing import Any, TypeVar

from ..columns.rows import rows_at, values_of
from ..entities.base import Entity
from ..entities.fields import field_specs
from .page import PageQuery

E = TypeVar("E", bound=Entity)


def is_sorted(ids: Sequence[Any], *, descending: bool) -> bool:
    """Tell whether each id lies beyond the one before it; not where one is missing."""
    try:
        return all(map(gt if descending else lt, ids, islice(ids, 1, None)))
    except TypeError:
        return False


class Seen:
    """A set of ids: exact, and small where ids only grow, or only shrink.

    As long as every page lies beyond the one before, its ids are kept as packed integers (8 bytes each) and nothing has
    to be looked up. The first page that does not turns them into a set.
    """

    def __init__(self, descending: bool) -> None:
        self._sign = -1 if descending else 1
        self._packed: list[array[int]] = []
        self.edge: int | None = None
        """The id that was new last, as long as they are `ordered`."""
        self._set: set[int | None] | None = None
        self.ordered = True
        """All new ids came in the order that was asked for."""
        self.nameless = False
        """Some rows have no id."""

    def new(self, rows: Sequence[E]) -> Sequence[E]:
        """Return the rows that were not there before, and remember them. Rows without an id are always new."""
        ids = values_of(rows, "id")
        if self._set is None and self._follows(ids) and self._pack(ids):
            self.edge = ids[-1] if ids else self.edge
            return rows
        seen = self._unpacked()
        places: list[int] = []
        for place, key in enumerate(ids):
            if key is None or key not in seen:
                places.append(place)
                seen.add(key)
        self._judge([ids[place] for place in places])
        return rows_at(rows, places) if len(places) < len(rows) else rows

    def knows(self, rows: Sequence[Any]) -> bool:
        """Tell whether some of the rows were there before."""
        ids = values_of(rows, "id")
        if self._set is None and self._follows(ids):
            return False
        return any(key in self._unpacked() for key in ids if key is not None)

    def _judge(self, keys: list[Any]) -> None:
        self.nameless = self.nameless or None in keys
        self.ordered = self.ordered and self._follows(keys)
        if keys and self.ordered:
            self.edge = keys[-1]

    def _follows(self, ids: list[Any]) -> bool:
        """Tell whether ids lie beyond those before, and in their order."""
        if not ids:
            return True
        if ids[0] is None or (self.edge is not None and ids[0] * self._sign <= self.edge * self._sign):
            return False
        return is_sorted(ids, descending=self._sign < 0)

    def _pack(self, ids: list[Any]) -> bool:
        try:
            self._packed.append(array("q", ids))
        except OverflowError:
            return False
        return True

    def _unpacked(self) -> set[int | None]:
        if self._set is None:
            self._set = {key for part in self._packed for key in part}
            self._packed.clear()
        return self._set


class OrderedValues:
    """The values that rows are ordered by, where that is not their id: numbers and moments, which all sort alike."""

    def __init__(self, query: PageQuery[Any]) -> None:
        self._name: str | None = None
        if query.order_by is not None and not query.by_id:
            wire = query.order_by.removeprefix("-")
            self._name = next((spec.name for spec in field_specs(query.entity) if spec.wire == wire), None)
        self._descending = query.descending
        self._edge: list[Any] = []
        self.ordered = True

    def take(self, rows: Sequence[Any]) -> None:
        if self._name is None or not rows:
            return
        values = [*self._edge, *values_of(rows, self._name)]
        if not all(isinstance(value, (int, Decimal, datetime)) for value in values):
            return  # nulls and texts, which every database sorts in its own way
        self.ordered = self.ordered and values == sorted(values, reverse=self._descending)
        self._edge = values[-1:]
