"""The columns of an exported listing: taken from the entity's declaration, so the same for an empty one, too.

Texts of open enumerations stay texts (a number among them is written as its digits), values without a declared form
are JSON, and a `Secret` shows as ``***``. With extras, a last column ``extra`` holds what the SDK does not know, as
JSON.
"""

from __future__ import annotations

import enum
import types
import typing
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from operator import attrgetter
from typing import Any

import attrs

from ..entities.base import Code, Entity, FieldSpec, Secret, field_specs
from ..entities.secrecy import masked
from ..entities.zones import seen_in

EXTRA = "extra"


class Kind(enum.Enum):
    """What a column holds."""

    INTEGER = "integer"
    BOOLEAN = "boolean"
    TEXT = "text"
    CODE = "code"
    MONEY = "money"
    MOMENT = "moment"
    TEXTS = "texts"
    HIDDEN = "hidden"
    """A `Secret`."""
    JSON = "json"


@attrs.frozen
class Column:
    """One column: its name, which is the field's name in the API, and its kind."""

    name: str
    kind: Kind


_KINDS: tuple[tuple[Any, Kind], ...] = (
    (Secret, Kind.HIDDEN),
    (datetime, Kind.MOMENT),
    (Decimal, Kind.MONEY),
    (tuple[str, ...], Kind.TEXTS),
)
_ONLY: dict[frozenset[Any], Kind] = {
    frozenset((int,)): Kind.INTEGER,
    frozenset((bool,)): Kind.BOOLEAN,
    frozenset((str,)): Kind.TEXT,
    frozenset(typing.get_args(Code)): Kind.CODE,
}


def columns_of(entity: type[Entity], extras: bool = False) -> tuple[Column, ...]:
    """List the columns of an entity."""
    columns = tuple(Column(spec.wire, _kind_of(spec)) for spec in field_specs(entity))
    return (*columns, Column(EXTRA, Kind.JSON)) if extras else columns


def _kind_of(spec: FieldSpec) -> Kind:
    members = frozenset(_members(spec.type))
    if members in _ONLY:
        return _ONLY[members]
    return next((kind for member, kind in _KINDS if member in members), Kind.JSON)


def _members(annotation: Any) -> Iterable[Any]:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from _members(typing.get_args(annotation)[0])
    elif origin in (typing.Union, types.UnionType):
        for member in typing.get_args(annotation):
            yield from _members(member)
    elif annotation is not type(None):
        yield annotation


class Table:
    """Turns entities into rows of plain values.

    Those are integers, booleans, decimals, texts, date-times of one zone, lists of texts, and JSON.

    :param tz: the zone that date-times are written in.
    """

    def __init__(self, entity: type[Entity], extras: bool = False, tz: tzinfo | None = None) -> None:
        self.entity = entity
        self.columns = columns_of(entity, extras)
        self._extras = extras
        specs = field_specs(entity)
        self._values = attrgetter(*(spec.name for spec in specs))
        self._convert = tuple(
            (place, convert)
            for place, column in enumerate(self.columns)
            if (convert := _converter(column.kind, tz)) is not None and column.name != EXTRA
        )

    def row(self, item: Entity) -> list[Any]:
        """Return the values of one entity, in the order of the columns; None for null."""
        values = list(self._values(item))
        for place, convert in self._convert:
            if values[place] is not None:
                values[place] = convert(values[place])
        if self._extras:
            values.append(masked(item.extra) if item.extra else None)
        return values

    def rows(self, items: Iterable[Entity]) -> list[list[Any]]:
        """Return the rows of some entities."""
        return [self.row(item) for item in items]

    def by_column(self, items: Sequence[Entity]) -> list[tuple[Any, ...]]:
        """Return the values of some entities, one tuple for each column."""
        rows = self.rows(items)
        return list(zip(*rows, strict=True)) if rows else [() for _ in self.columns]


def _converter(kind: Kind, tz: tzinfo | None) -> Callable[[Any], Any] | None:
    if kind is Kind.MOMENT and tz is not None:
        return lambda moment: seen_in(moment, tz)
    plain: dict[Kind, Callable[[Any], Any]] = {
        Kind.CODE: _code,
        Kind.TEXTS: _texts,
        Kind.HIDDEN: str,
        Kind.JSON: masked,
    }
    return plain.get(kind)


def _code(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
