"""Rows that are columns until somebody asks for one: what walks ask of a page, of entities and of record batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter, methodcaller
from typing import Any, TypeVar, overload

from ..entities.base import Entity
from ..extras import needed

E = TypeVar("E", bound=Entity)


class BatchRows(Sequence[E]):
    """The rows of a page as a `pyarrow.RecordBatch`. As entities, they are read when the first one is asked for."""

    __slots__ = ("_aside", "_entities", "_found", "_places", "batch")

    def __init__(
        self,
        batch: Any,
        aside: Mapping[str, Any],
        entities: Callable[[], Sequence[E]],
        places: Sequence[int] | None = None,
    ) -> None:
        """Hold a batch.

        :param aside: Arrow arrays of the fields that a walk looks at, by their names
        :param entities: reads the whole page
        :param places: where the rows stand on the page, if they are not all of it
        """
        self.batch = batch
        self._aside = aside
        self._entities = entities
        self._places = places
        self._found: Sequence[E] | None = None

    def __len__(self) -> int:
        return int(self.batch.num_rows)

    @overload
    def __getitem__(self, place: int) -> E: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[E]: ...
    def __getitem__(self, place: int | slice) -> E | Sequence[E]:
        if isinstance(place, slice):
            return self.at(range(len(self))[place])
        return self._as_entities()[place]

    def _as_entities(self) -> Sequence[E]:
        if self._found is None:
            page = self._entities()
            self._found = page if self._places is None else [page[place] for place in self._places]
        return self._found

    def at(self, places: Sequence[int]) -> BatchRows[E]:
        """Return some of the rows."""
        whole = range(len(self)) if self._places is None else self._places
        if isinstance(places, range) and places.step == 1:
            pick = methodcaller("slice", places.start, len(places))
        else:
            pick = methodcaller("take", needed("pyarrow", "arrow").array(places, "int64"))
        aside = {name: pick(array) for name, array in self._aside.items()}
        return BatchRows(pick(self.batch), aside, self._entities, [whole[place] for place in places])

    def values(self, name: str) -> list[Any]:
        """Return the values of a field."""
        array = self._aside.get(name)
        return [getattr(row, name, None) for row in self] if array is None else array.to_pylist()

    def span(self, name: str) -> tuple[Any, Any] | None:
        """Return the least and the greatest value of a field, or None where one is null."""
        array = self._aside.get(name)
        if array is None:
            return _span([getattr(row, name) for row in self])
        if array.null_count or not len(array):
            return None
        found = needed("pyarrow.compute", "arrow").min_max(array)
        return found["min"].as_py(), found["max"].as_py()


def values_of(rows: Sequence[Any], name: str) -> list[Any]:
    """Return the values that a field has in some rows; None where a row has no such field."""
    if isinstance(rows, BatchRows):
        return rows.values(name)
    try:
        # Half the time of asking each row with a default, which hardly any needs.
        return list(map(attrgetter(name), rows))
    except AttributeError:
        return [getattr(row, name, None) for row in rows]


def span_of(rows: Sequence[Any], name: str) -> tuple[Any, Any] | None:
    """Return the least and the greatest value of a field, or None where one is null, or there are no rows."""
    return rows.span(name) if isinstance(rows, BatchRows) else _span([getattr(row, name) for row in rows])


def _span(values: list[Any]) -> tuple[Any, Any] | None:
    return None if not values or None in values else (min(values), max(values))


def rows_at(rows: Sequence[E], places: Sequence[int]) -> Sequence[E]:
    """Return the rows at some places."""
    return rows.at(places) if isinstance(rows, BatchRows) else [rows[place] for place in places]
