"""Arrow record batches: entities as typed columns, by the same schema for every page of a listing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timezone, tzinfo
from functools import partial
from typing import Any

from ..entities.base import Entity
from ..entities.zones import known, zone_name
from ..errors import ConfigurationError
from ..extras import needed
from ..texts import to_json
from .money import SCALE, Money, Rounding, misfit
from .table import Kind, Secrets, Table


def zone_of(tz: tzinfo) -> str:
    """Name a zone as columnar formats do: ``Europe/London``, ``UTC``, ``+02:00``."""
    name = zone_name(tz)
    if name == "UTC" or getattr(tz, "key", None):
        return name
    if isinstance(tz, timezone) and name.startswith("UTC"):
        return name.removeprefix("UTC")
    raise ConfigurationError(f"a zone with a name is needed, like tz=ZoneInfo('Europe/London'), got {tz!r}")


def schema_of(table: Table, tz: tzinfo) -> Any:
    """Return the Arrow schema of a listing."""
    pa = needed("pyarrow", "arrow")
    types = {
        Kind.INTEGER: pa.int64(),
        Kind.BOOLEAN: pa.bool_(),
        Kind.FLOAT: pa.float64(),
        Kind.MONEY: pa.decimal128(38, SCALE),
        Kind.DAY: pa.date32(),
        Kind.MOMENT: pa.timestamp("us", tz=zone_of(tz)),
        Kind.TEXTS: pa.list_(pa.string()),
    }
    return pa.schema([pa.field(column.name, types.get(column.kind, pa.string())) for column in table.columns])


def plain_columns(table: Table, items: Sequence[Entity]) -> list[Sequence[Any]]:
    """Return the values of some entities by column, JSON as text."""
    columns: list[Sequence[Any]] = []
    for column, values in zip(table.columns, table.by_column(items), strict=True):
        as_text = column.kind is Kind.JSON
        columns.append([None if value is None else to_json(value).decode() for value in values] if as_text else values)
    return columns


def batch_of(table: Table, schema: Any, items: Sequence[Entity], rounding: Rounding) -> Any:
    """Turn some entities into a record batch; a value that does not fit its column is a `DecodeError`."""
    pa = needed("pyarrow", "arrow")
    arrays: list[Any] = []
    for column, field, plain in zip(table.columns, schema, plain_columns(table, items), strict=True):
        values = rounding.column(column.kind, plain)
        try:
            arrays.append(pa.array(values, field.type))
        except (pa.ArrowException, OverflowError, ValueError, TypeError):
            take = partial(pa.array, type=field.type)
            raise misfit(table, column.kind, column.name, items, values, take) from None
    return pa.record_batch(arrays, schema=schema)


class Batches:
    """Makes the record batches of one listing.

    :param shown_in: the zone of its date-times; that of the client, `tz`, without it
    :raises ConfigurationError: pyarrow is missing (extra ``arrow``), or an argument is not what it can be
    """

    def __init__(
        self,
        entity: type[Entity],
        tz: tzinfo,
        extras: bool = False,
        shown_in: tzinfo | None = None,
        money: Money = "exact",
        secrets: Secrets = "mask",
        columns: Sequence[str] | None = None,
    ) -> None:
        zone = tz if shown_in is None else known(shown_in)
        self._table = Table(entity, extras, zone, secrets, columns)
        self.schema = schema_of(self._table, zone)
        self._rounding = Rounding(money)

    def of(self, items: Sequence[Entity]) -> Any:
        """Return the batch of some entities; a value that does not fit its column is a `DecodeError`."""
        return batch_of(self._table, self.schema, items, self._rounding)
