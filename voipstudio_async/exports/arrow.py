"""Arrow and Parquet: rows as typed columns, in parts that are joined at the end."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..columns.batches import Batches
from ..entities.base import Entity
from ..errors import ConfigurationError
from ..extras import needed
from ..files import to_disk
from .partial import PartialFile, checksum


class ArrowRows:
    """The rows of a partial file as numbered parts: Arrow files, each written at once."""

    def __init__(self, partial: PartialFile, made: Batches, form: str) -> None:
        self._ipc = needed("pyarrow.ipc", "arrow")
        arrow = needed("pyarrow", "arrow")
        self._pool = arrow.default_memory_pool()
        self._errors: type[Exception] = arrow.ArrowException
        self._partial = partial
        self.made = made
        self._form = form
        self._schema = made.schema
        self._batches: list[Any] = []
        self._sums: list[int] = []
        """The checksums of the parts."""
        self._joined = 0

    def begin(self) -> None:
        """Start with nothing."""
        self._sums = []

    def restore(self, mark: dict[str, Any], rows: int) -> None:
        """Go on behind a mark; parts that were written after it are written again."""
        self._sums = list(mark["sums"])
        found = 0
        for number, told in enumerate(self._sums):
            if self._sum_of(number) != told:
                raise ConfigurationError(f"{self._part(number)} is damaged: {self._partial.cure}")
            with self._opened(number) as part:
                found += sum(part.get_batch(each).num_rows for each in range(part.num_record_batches))
        if found != rows:
            raise ConfigurationError(
                f"{self._partial.folder} does not hold the {rows:,} rows that were written: {self._partial.cure}"
            )

    def write(self, items: Sequence[Entity]) -> None:
        """Append some rows; they wait in memory for the next mark."""
        self._batches.append(self.made.of(items))

    def mark(self) -> dict[str, Any]:
        """Write the rows that wait as a part, and say how many parts there are."""
        if self._batches:
            with self._part(len(self._sums)).open("wb") as file:
                self._write_arrow(file, iter(self._batches))
                to_disk(file)
            self._sums.append(self._sum_of(len(self._sums)))
            self._batches.clear()
            self._pool.release_unused()
        return {"parts": len(self._sums), "sums": self._sums}

    def finish(self, rows: int) -> str:
        """Join the parts, one after another, count their rows, and name the file that is the export."""
        self._joined = 0
        with self._partial.path("rows").open("wb") as file:
            (self._write_parquet if self._form == "parquet" else self._write_arrow)(file, self._stored())
        if self._joined != rows:
            raise ConfigurationError(
                f"{self._partial.folder} holds {self._joined:,} rows, and {rows:,} were written: {self._partial.cure}"
            )
        return "rows"

    def close(self) -> None:
        """Let go of the rows."""
        self._batches.clear()

    def _part(self, number: int) -> Any:
        return self._partial.path(f"part-{number:05d}.arrow")

    def _stored(self) -> Iterator[Any]:
        for number in range(len(self._sums)):
            with self._opened(number) as part:
                rows = part.read_all()
            self._joined += rows.num_rows
            yield rows

    def _sum_of(self, number: int) -> int:
        try:
            with self._part(number).open("rb") as part:
                return checksum(part)
        except (FileNotFoundError, IsADirectoryError):
            raise ConfigurationError(f"{self._part(number)} is missing: {self._partial.cure}") from None

    @contextmanager
    def _opened(self, number: int) -> Generator[Any]:
        place = self._part(number)
        try:
            with self._ipc.open_file(str(place)) as part:
                yield part
        except (self._errors, OSError, ValueError) as error:
            raise ConfigurationError(f"{place} is damaged ({error}): {self._partial.cure}") from error

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
