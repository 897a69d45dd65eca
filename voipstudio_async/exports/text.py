"""CSV and NDJSON: rows as lines of text, in one growing file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, BinaryIO
from zlib import crc32

from ..columns.table import Kind, Table
from ..entities.base import Entity
from ..errors import ConfigurationError
from ..files import to_disk
from ..texts import BOM, Money, all_writable, cells, csv_text, encoded, to_json, utf8
from .partial import PartialFile, checksum

_ROWS = "rows"
_CHUNK = 1 << 20
_AS_JSON = (Kind.JSON, Kind.TEXTS)
_NUMBERS = (Kind.INTEGER, Kind.MONEY, Kind.JSON)
"""Kinds that may hold numbers which the JSON encoder writes in another way than we do, or not at all."""


def csv_lines(table: Table, items: Sequence[Entity]) -> bytes:
    """Write entities as lines of CSV."""
    found = zip(table.columns, table.by_column(items), strict=True)
    columns = [_json_cells(values) if column.kind in _AS_JSON else cells(values) for column, values in found]
    return utf8(csv_text(zip(*columns, strict=True)))


def _json_cells(values: Sequence[Any]) -> Sequence[str]:
    # Not a formula, whatever it holds: JSON begins with no such mark.
    return ["" if value is None else to_json(value).decode() for value in values]


def csv_header(table: Table) -> bytes:
    """Write the names of the columns."""
    return utf8(csv_text([[column.name for column in table.columns]]))


def json_lines(table: Table, items: Sequence[Entity], money: Money = "text") -> bytes:
    """Write entities as lines of JSON objects."""
    names = [column.name for column in table.columns]
    found = zip(table.columns, table.by_column(items), strict=True)
    columns = [all_writable(values, money) if column.kind in _NUMBERS else values for column, values in found]
    rows = zip(*columns, strict=True)
    return b"".join(encoded(dict(zip(names, row, strict=True))) + b"\n" for row in rows)


def count_records(file: BinaryIO, end: bytes) -> int | None:
    """Count records, each with its end of line, which counts outside of quotes only; None where one is cut off."""
    records, quoted, whole, before = 0, False, True, b""
    while chunk := file.read(_CHUNK):
        chunk = before + chunk
        before = b"\r" if chunk.endswith(b"\r") else b""
        parts = chunk[: len(chunk) - len(before)].split(b'"') if end == b"\r\n" else [chunk]
        records += sum(part.count(end) for part in parts[quoted::2])
        quoted = quoted is not (len(parts) % 2 == 0)
        last = chunk[-len(end) :]
        whole = last == end and not quoted
    return records if whole and not before else None


class TextRows:
    """The rows of a partial file as one file of lines."""

    made = None

    def __init__(self, folder: PartialFile, table: Table, form: str, encoding: str, money: Money) -> None:
        self._partial = folder
        self._table = table
        self._lines = csv_lines if form == "csv" else partial(json_lines, money=money)
        self._header = utf8(BOM if encoding == "utf-8-sig" else "") + csv_header(table) if form == "csv" else b""
        self._end = b"\r\n" if form == "csv" else b"\n"
        self._file: BinaryIO | None = None
        self._sum = 0

    def begin(self) -> None:
        """Start with nothing."""
        self._file = self._partial.path(_ROWS).open("wb")
        self._sum = 0
        self._put(self._header)

    def restore(self, mark: dict[str, Any], rows: int) -> None:
        """Go on behind a mark; what was written after it is cut off."""
        place = self._partial.path(_ROWS)
        if not place.is_file() or place.stat().st_size < mark["size"]:
            raise ConfigurationError(f"{place} is shorter than its checkpoint says: {self._partial.cure}")
        self._file = place.open("r+b")
        self._file.truncate(mark["size"])
        self._sum = mark["sum"]
        self._check(rows)
        self._file.seek(mark["size"])

    def write(self, items: Sequence[Entity]) -> None:
        """Append some rows."""
        self._put(self._lines(self._table, items))

    def _put(self, lines: bytes) -> None:
        self._open.write(lines)
        self._sum = crc32(lines, self._sum)

    def mark(self) -> dict[str, Any]:
        """Bring all rows to the disk, and say how much there is."""
        to_disk(self._open)
        return {"size": self._open.tell(), "sum": self._sum}

    def finish(self, rows: int) -> str:
        """Count the rows, and name the file that is the export."""
        self.close()
        self._check(rows)
        return _ROWS

    def _check(self, rows: int) -> None:
        """Refuse a file that does not hold so many rows: somebody else has written to it."""
        place = self._partial.path(_ROWS)
        with place.open("rb") as file:
            is_as_written = checksum(file) == self._sum
            file.seek(len(self._header))
            found = count_records(file, self._end)
        if not is_as_written or found != rows:
            raise ConfigurationError(f"{place} does not hold the {rows:,} rows that were written: {self._partial.cure}")

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()

    @property
    def _open(self) -> BinaryIO:
        assert self._file is not None, "begin or restore comes first"
        return self._file
