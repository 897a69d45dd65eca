"""Arrow and Parquet: rows as typed columns, in parts that are joined at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timezone, tzinfo
from decimal import Decimal
from typing import Any

from ..entities.base import Entity
from ..entities.zones import zone_name
from ..errors import ConfigurationError, DecodeError
from ..extras import needed
from ..texts import to_json
from .columns import Kind, Table
from .partial import PartialFile

SCALE = 12
"""Digits behind the point of a money column; 26 are left before it."""
_SMALLEST = Decimal(1).scaleb(-SCALE)


def zone_of(tz: tzinfo) -> str:
    """Name a zone as columnar formats do: ``Europe/London``, ``UTC``, ``+02:00``."""
    name = zone_name(tz)
    if name == "UTC" or getattr(tz, "key", None):
        return name
    if isinstance(tz, timezone) and name.startswith("UTC"):
        return name.removeprefix("UTC")
    raise ConfigurationError(f"a zone with a name is needed, like tz=ZoneInfo('Europe/London'), got {tz!r}")


def schema_of(table: Table, tz: tzinfo) -> Any:
    """Return the Arrow schema of an exported listing."""
    pa = needed("pyarrow", "arrow")
    types = {
        Kind.INTEGER: pa.int64(),
        Kind.BOOLEAN: pa.bool_(),
        Kind.MONEY: pa.decimal128(38, SCALE),
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


def misfit(table: Table, column: str, error: Exception) -> DecodeError:
    """Say that a value does not fit its column: nothing is rounded or cut to make it fit."""
    return DecodeError(
        f"{table.entity.__name__}.{column}", f"a value does not fit the column ({error}); CSV and NDJSON take any value"
    )


def batch_of(table: Table, schema: Any, items: Sequence[Entity]) -> Any:
    """Turn some entities into a record batch; a value that does not fit its column without loss is a `DecodeError`."""
    pa = needed("pyarrow", "arrow")
    arrays: list[Any] = []
    for field, values in zip(schema, plain_columns(table, items), strict=True):
        try:
            arrays.append(pa.array(values, field.type))
        except (pa.ArrowException, OverflowError) as error:
            raise misfit(table, field.name, error) from None
    return pa.record_batch(arrays, schema=schema)


class ArrowRows:
    """The rows of a partial file as numbered parts: Arrow files, each written at once."""

    def __init__(self, partial: PartialFile, table: Table, form: str, tz: tzinfo) -> None:
        self._ipc = needed("pyarrow.ipc", "arrow")
        self._pool = needed("pyarrow", "arrow").default_memory_pool()
        self._partial = partial
        self._table = table
        self._form = form
        self._schema = schema_of(table, tz)
        self._batches: list[Any] = []
        self._parts = 0

    def begin(self) -> None:
        """Start with nothing."""
        self._parts = 0

    def restore(self, mark: dict[str, Any]) -> None:
        """Go on behind a mark; parts that were written after it are written again."""
        self._parts = mark["parts"]
        for number in range(self._parts):
            if not self._part(number).is_file():
                raise ConfigurationError(f"{self._part(number)} is missing: {self._partial.cure}")

    def write(self, items: Sequence[Entity]) -> None:
        """Append some rows; they wait in memory for the next mark."""
        self._batches.append(batch_of(self._table, self._schema, items))

    def mark(self) -> dict[str, Any]:
        """Write the rows that wait as a part, and say how many parts there are."""
        if self._batches:
            with self._part(self._parts).open("wb") as file:
                self._write_arrow(file, iter(self._batches))
                file.flush()
            self._parts += 1
            self._batches.clear()
            self._pool.release_unused()
        return {"parts": self._parts}

    def finish(self) -> str:
        """Join the parts, one after another, and name the file that is the export."""
        with self._partial.path("rows").open("wb") as file:
            (self._write_parquet if self._form == "parquet" else self._write_arrow)(file, self._stored())
        return "rows"

    def close(self) -> None:
        """Let go of the rows."""
        self._batches.clear()

    def _part(self, number: int) -> Any:
        return self._partial.path(f"part-{number:05d}.arrow")

    def _stored(self) -> Iterator[Any]:
        for number in range(self._parts):
            with self._ipc.open_file(str(self._part(number))) as part:
                yield part.read_all()

    def _write_arrow(self, file: Any, rows: Iterator[Any]) -> None:
        options = self._ipc.IpcWriteOptions(compression="lz4")
        with self._ipc.new_file(file, self._schema, options=options) as writer:
            for each in rows:
                writer.write(each)

    def _write_parquet(self, file: Any, rows: Iterator[Any]) -> None:
        parquet = needed("pyarrow.parquet", "arrow")
        with parquet.ParquetWriter(file, self._schema, compression="zstd") as writer:
            for each in rows:
                writer.write_table(each)
                self._pool.release_unused()
