"""Arrow record batches: entities as typed columns, by the same schema for every page of a listing."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import timezone, tzinfo
from functools import partial
from typing import Any

from ..entities.base import Entity
from ..entities.fields import FieldSpec, field_specs
from ..entities.zones import known, zone_name
from ..errors import ConfigurationError
from ..extras import needed
from ..texts import to_json
from ..wire.codec import Codec
from .money import BEFORE, SCALE, Money, Rounding, misfit
from .native import native
from .reading import ColumnReader, Read, Shape
from .rows import BatchRows
from .table import Kind, Secrets, Table, kind_of

_COMPARABLE = (Kind.INTEGER, Kind.MONEY, Kind.MOMENT)
"""Kinds whose values a walk compares; texts are sorted by each database in its own way."""


def zone_of(tz: tzinfo) -> str:
    """Name a zone as columnar formats do: ``Europe/London``, ``UTC``, ``+02:00``."""
    name = zone_name(tz)
    if name == "UTC" or getattr(tz, "key", None):
        return name
    if isinstance(tz, timezone) and name.startswith("UTC"):
        return name.removeprefix("UTC")
    raise ConfigurationError(f"a zone with a name is needed, like tz=ZoneInfo('Europe/London'), got {tz!r}")


def _types(tz: tzinfo) -> dict[Kind, Any]:
    """Return the Arrow types of columns; the others are texts."""
    pa = needed("pyarrow", "arrow")
    return {
        Kind.INTEGER: pa.int64(),
        Kind.BOOLEAN: pa.bool_(),
        Kind.FLOAT: pa.float64(),
        Kind.MONEY: pa.decimal128(BEFORE + SCALE, SCALE),
        Kind.DAY: pa.date32(),
        Kind.MOMENT: pa.timestamp("us", tz=zone_of(tz)),
        Kind.TEXTS: pa.list_(pa.string()),
    }


def plain_columns(table: Table, items: Sequence[Entity]) -> list[Sequence[Any]]:
    """Return the values of some entities by column, JSON as text."""
    found = zip(table.columns, table.by_column(items), strict=True)
    return [_plain(column.kind, values) for column, values in found]


def _plain(kind: Kind, values: Sequence[Any]) -> Sequence[Any]:
    if kind is not Kind.JSON:
        return values
    return [None if value is None else to_json(value).decode() for value in values]


class Batches:
    """Makes the record batches of one listing.

    :param tz: the zone of its date-times
    :raises ConfigurationError: pyarrow is missing (extra ``arrow``), or the zone has no name
    """

    def __init__(self, table: Table, tz: tzinfo, rounding: Rounding) -> None:
        pa = needed("pyarrow", "arrow")
        self._table = table
        self._types = _types(tz)
        self._text = pa.string()
        self._rounding = rounding
        self.schema = pa.schema([pa.field(column.name, self._type(column.kind)) for column in table.columns])

    @property
    def conceals(self) -> bool:
        """Whether secrets are masked, and with them the client's own credentials."""
        return self._table.secrets == "mask"

    def _type(self, kind: Kind) -> Any:
        return self._types.get(kind, self._text)

    def reader(self, codec: Codec, compared: Container[str]) -> Read[Any] | None:
        """Return what reads the pages of the listing as record batches; None where entities have to be made.

        :param compared: the wire names of fields that a walk may compare
        """
        declared = {spec.wire: spec for spec in field_specs(self._table.entity)}
        is_read = "id" in declared and all(declared.get(spec.wire) is spec for spec in self._table.specs)
        # In strict mode, what does not fit is an error with its path; and what is rounded, or unknown, is of one row.
        if not is_read or codec.strict or self._rounding.money == "round" or self._table.has_extras:
            return None
        aside = [wire for wire, spec in declared.items() if wire in compared and kind_of(spec) in _COMPARABLE]
        moments = self._type(Kind.MOMENT)
        zone, secrets = _zone_name(codec.tz), self._table.secrets
        shape = Shape(self._table.specs, self.schema, lambda spec: native(spec, zone, moments, secrets), self._array)
        return ColumnReader(self._table.entity, codec, shape, aside).steps

    def of(self, items: Sequence[Entity]) -> Any:
        """Return the batch of some rows; a value that does not fit its column is a `DecodeError`."""
        if isinstance(items, BatchRows):
            return items.batch
        pa = needed("pyarrow", "arrow")
        arrays: list[Any] = []
        for column, plain in zip(self._table.columns, plain_columns(self._table, items), strict=True):
            values = self._rounding.column(column.kind, plain)
            take = partial(pa.array, type=self._type(column.kind))
            try:
                arrays.append(take(values))
            except (pa.ArrowException, OverflowError, ValueError, TypeError):
                raise misfit(self._table, column.kind, column.name, items, values, take) from None
        return pa.record_batch(arrays, schema=self.schema)

    def _array(self, spec: FieldSpec, values: list[Any]) -> Any:
        """Return the column of a field."""
        kind = kind_of(spec)
        # The zone of date-times is a matter of their type.
        written = values if kind is Kind.MOMENT else _plain(kind, self._table.written(spec, values))
        return needed("pyarrow", "arrow").array(written, self._type(kind))


def batches_of(
    entity: type[Entity],
    tz: tzinfo,
    extras: bool = False,
    shown_in: tzinfo | None = None,
    money: Money = "exact",
    secrets: Secrets = "mask",
    columns: Sequence[str] | None = None,
) -> Batches:
    """Return what makes the record batches of a listing, by the options that callers have.

    :param shown_in: the zone of its date-times; that of the client, `tz`, without it
    :raises ConfigurationError: pyarrow is missing (extra ``arrow``), or an argument is not what it can be
    """
    zone = tz if shown_in is None else known(shown_in)
    return Batches(Table(entity, extras, zone, secrets, columns), zone, Rounding(money))


def _zone_name(tz: tzinfo) -> str | None:
    try:
        return zone_of(tz)
    except ConfigurationError:
        return None
