"""The columns of a listing: taken from the entity's declaration, so the same for an empty one, too.

Texts of open enumerations stay texts (a number among them is written as its digits), values without a declared form
are JSON, and a `Secret` shows as ``***``. With extras, a last column ``extra`` holds what the SDK does not know, as
JSON.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, tzinfo
from functools import partial
from operator import attrgetter
from typing import Any, Literal, cast, get_args

import attrs

from ..entities import fields
from ..entities.arguments import is_one_of, told
from ..entities.base import Code, Entity
from ..entities.computed import offered_specs
from ..entities.fields import FieldSpec, FieldType, field_specs
from ..entities.secrecy import masked, revealed
from ..entities.zones import seen_in
from ..errors import ConfigurationError
from ..hints import did_you_mean

EXTRA = "extra"
Secrets = Literal["mask", "reveal"]
"""How secrets are written: as ``***``, or in the clear."""


class Kind(enum.Enum):
    """What a column holds."""

    INTEGER = "integer"
    BOOLEAN = "boolean"
    TEXT = "text"
    CODE = "code"
    FLOAT = "float"
    MONEY = "money"
    MOMENT = "moment"
    DAY = "day"
    TEXTS = "texts"
    HIDDEN = "hidden"
    """A `Secret`."""
    JSON = "json"


@attrs.frozen
class Column:
    """One column: its name, which is the field's name in the API, and its kind."""

    name: str
    kind: Kind


_ONLY: dict[frozenset[fields.Kind], Kind] = {
    frozenset((fields.Kind.INTEGER,)): Kind.INTEGER,
    frozenset((fields.Kind.BOOLEAN,)): Kind.BOOLEAN,
    frozenset((fields.Kind.TEXT,)): Kind.TEXT,
    frozenset((fields.Kind.FLOAT,)): Kind.FLOAT,
    frozenset((fields.Kind.MONEY,)): Kind.MONEY,
    frozenset((fields.Kind.MOMENT,)): Kind.MOMENT,
    frozenset((fields.Kind.DAY,)): Kind.DAY,
    frozenset(fields.field_type(Code).kinds): Kind.CODE,
}


def columns_of(entity: type[Entity], extras: bool = False, wanted: Sequence[str] | None = None) -> tuple[Column, ...]:
    """List the columns of an entity: all, or the wanted ones in their order."""
    columns = tuple(Column(spec.wire, kind_of(spec)) for spec in _chosen(entity, wanted))
    return (*columns, Column(EXTRA, Kind.JSON)) if extras else columns


def _chosen(entity: type[Entity], wanted: Sequence[str] | None) -> Sequence[FieldSpec]:
    specs = field_specs(entity)
    if wanted is None:
        return specs
    if isinstance(wanted, str) or not wanted:
        raise ConfigurationError(f'columns is a list of fields like ["id", "charge"], got {told(wanted)}')
    known = offered_specs(entity)
    for name in wanted:
        if not isinstance(name, str) or name not in known:
            near = did_you_mean(str(name), known)
            raise ConfigurationError(f"columns: {entity.__name__} has no field {told(name)}{near}")
    return list(dict.fromkeys(known[name] for name in wanted))


def kind_of(spec: FieldSpec) -> Kind:
    """Tell what the column of a field holds."""
    if fields.Kind.SECRET in spec.kinds:
        return Kind.HIDDEN
    if _is_texts(spec.type):
        return Kind.TEXTS
    return _ONLY.get(frozenset(spec.kinds), Kind.JSON)


def _is_texts(of: FieldType) -> bool:
    """Tell whether it is a list of texts; a single text is a list of one."""
    texts = (fields.Kind.TEXT,)
    in_list = of.items is not None and of.items.kinds == texts and not of.items.optional
    return in_list and of.kinds in ((fields.Kind.LIST,), (fields.Kind.LIST, *texts))


class Table:
    """Turns entities into rows of plain values.

    Those are integers, booleans, decimals, texts, date-times of one zone, lists of texts, and JSON.

    :param tz: the zone that date-times are written in.
    :param secrets: whether they are in the clear.
    :param wanted: the fields that are columns, in their order; all without it.
    """

    def __init__(
        self,
        entity: type[Entity],
        extras: bool = False,
        tz: tzinfo | None = None,
        secrets: Secrets = "mask",
        wanted: Sequence[str] | None = None,
    ) -> None:
        if not is_one_of(secrets, get_args(Secrets)):
            raise ConfigurationError(f"secrets is 'mask' or 'reveal', got {told(secrets)}")
        self.entity = entity
        self.columns = columns_of(entity, extras, wanted)
        self.has_extras = extras
        self._shown = masked if secrets == "mask" else revealed
        self.secrets: Secrets = secrets
        self.specs = specs = tuple(_chosen(entity, wanted))
        """The fields that are columns; with extras, one more column follows."""
        # Two names at least: with one, an attrgetter gives the value, and no tuple.
        self._values = attrgetter(*(spec.name for spec in specs), "extra")
        self._each = tuple(attrgetter(spec.name) for spec in specs)
        self._convert = {
            place: convert
            for place, column in enumerate(self.columns)
            if (convert := _converter(column.kind, tz, self._shown)) is not None and column.name != EXTRA
        }

    def row(self, item: Entity) -> list[Any]:
        """Return the values of one entity, in the order of the columns; None for null."""
        *values, extra = self._values(item)
        for place, convert in self._convert.items():
            if values[place] is not None:
                values[place] = convert(values[place])
        if self.has_extras:
            values.append(self._extra(extra))
        return values

    def rows(self, items: Iterable[Entity]) -> list[list[Any]]:
        """Return the rows of some entities."""
        return [self.row(item) for item in items]

    def by_column(self, items: Sequence[Entity]) -> list[list[Any]]:
        """Return the values of some entities, one list for each column: what `rows` gives, without making rows."""
        columns = [self._column(place, list(map(value, items))) for place, value in enumerate(self._each)]
        if self.has_extras:
            columns.append([self._extra(item.extra) for item in items])
        return columns

    def written(self, spec: FieldSpec, values: list[Any]) -> list[Any]:
        """Return what the column of a field holds for its values; if it has none, these values."""
        place = next((place for place, each in enumerate(self.specs) if each is spec), None)
        return values if place is None else self._column(place, values)

    def _column(self, place: int, values: list[Any]) -> list[Any]:
        convert = self._convert.get(place)
        # Most columns that are converted at all hold nothing: null is passed over here, and not in each function.
        return values if convert is None else [None if value is None else convert(value) for value in values]

    def _extra(self, extra: Any) -> Any:
        return self._shown(extra) if extra else None


def _converter(kind: Kind, tz: tzinfo | None, shown: Callable[[Any], Any]) -> Callable[[Any], Any] | None:
    if kind is Kind.MOMENT and tz is not None:
        return partial(seen_in, tz=tz)
    plain: dict[Kind, Callable[[Any], Any]] = {
        Kind.CODE: _code,
        Kind.TEXTS: _texts,
        Kind.HIDDEN: shown,
        Kind.JSON: lambda value: shown(_json_value(value, tz)),
    }
    return plain.get(kind)


def _code(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _json_value(value: Any, tz: tzinfo | None) -> Any:
    """Turn what a field without a column type of its own holds into plain values; secrets are still to be masked."""
    if isinstance(value, Entity):
        named = ((spec.wire, getattr(value, spec.name)) for spec in field_specs(type(value)))
        return {wire: _json_value(inner, tz) for wire, inner in named} | dict(value.extra)
    if isinstance(value, datetime) and tz is not None:
        return seen_in(value, tz)
    if isinstance(value, tuple):
        return [_json_value(item, tz) for item in cast("Sequence[Any]", value)]
    return value
