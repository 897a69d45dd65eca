"""The forms that rows are written in, one by one: JSON, NDJSON, CSV. Tables, which need all rows, are in `tables`."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import IO, Any, Protocol

from ..texts import cell, csv_text
from .records import Record, pick, to_json
from .terminal import tame


class Format(enum.StrEnum):
    """How data is written."""

    TABLE = "table"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"


class JsonMoney(enum.StrEnum):
    """How money stands in JSON."""

    TEXT = "text"
    NUMBER = "number"


class Writer(Protocol):
    """Takes rows, and an end."""

    def row(self, row: Record) -> None:
        """Write one row."""
        ...

    def end(self) -> None:
        """Write what comes after the last row."""
        ...


class NdjsonWriter:
    """One JSON object a line."""

    def __init__(self, file: IO[str], fields: Sequence[str] | None, money: JsonMoney = JsonMoney.TEXT) -> None:
        self._file = file
        self._fields = fields
        self._money = money

    def row(self, row: Record) -> None:
        """Write one row."""
        self._file.write(to_json(pick(row, self._fields), money=self._money.value) + "\n")

    def end(self) -> None:
        """Write nothing: every line stands for itself."""


class JsonWriter:
    """One JSON list. Broken off, it is not JSON: half a list cannot be taken for a whole one."""

    def __init__(self, file: IO[str], fields: Sequence[str] | None, money: JsonMoney = JsonMoney.TEXT) -> None:
        self._file = file
        self._fields = fields
        self._money = money
        self._before = "[\n"

    def row(self, row: Record) -> None:
        """Write one row."""
        self._file.write(self._before + to_json(pick(row, self._fields), money=self._money.value))
        self._before = ",\n"

    def end(self) -> None:
        """Close the list."""
        self._file.write("[]\n" if self._before == "[\n" else "\n]\n")


class CsvWriter:
    """A header and a line for each row, quoted as spreadsheets expect."""

    def __init__(self, file: IO[str], fields: Sequence[str]) -> None:
        self._fields = fields
        self._file = file
        self._is_tamed = file.isatty()
        self._write(fields)

    def row(self, row: Record) -> None:
        """Write one row."""
        self._write([row.get(name) for name in self._fields])

    def end(self) -> None:
        """Write nothing: the last line is complete."""

    def _write(self, values: Sequence[Any]) -> None:
        cells = map(cell, values)
        self._file.write(csv_text([map(tame, cells) if self._is_tamed else cells]))


def writer(
    form: Format,
    file: IO[str],
    fields: Sequence[str] | None,
    declared: Sequence[str],
    money: JsonMoney = JsonMoney.TEXT,
) -> Writer:
    """Make the writer of a form; CSV has the `declared` fields as columns when no fields are asked for."""
    if form is Format.CSV:
        return CsvWriter(file, fields or declared)
    return (JsonWriter if form is Format.JSON else NdjsonWriter)(file, fields, money)
