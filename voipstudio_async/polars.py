"""Call records for Polars: a lazy frame that fetches what a query needs, when it is collected.

::

    with VoipStudio() as client:
        calls = scan_cdrs(client, date(2026, 3, 1), date(2026, 4, 1), field("duration") > 60)
        print(calls.group_by("user_id").agg(polars.col("charge").sum()).collect())
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from . import ConfigurationError, Pages, PaginationError, VoipStudio
from .columns.batches import batches_of
from .entities.arguments import told
from .extras import needed
from .wire.filters import Condition

if TYPE_CHECKING:
    import polars as pl

_DAY = timedelta(days=1)


def scan_cdrs(client: VoipStudio, start: date, end: date, *filters: Condition, slice: timedelta = _DAY) -> pl.LazyFrame:
    """Return a lazy frame of the call records from `start` until before `end`. Nothing is sent until it is collected.

    Its columns are those of `to_arrow`: money is ``Decimal(38, 12)``. Columns that a query does not name are not made,
    and ``head(3)`` takes one page. What a query filters by is applied to the rows that come; give `filters` to the API.
    Each ``collect()`` fetches the rows anew, while the client is open.

    What Polars offers for this is unstable yet: a new version may change it.

    :param slice: the length of the pieces that the range is fetched in
    :raises ConfigurationError: polars or pyarrow is missing (extras ``polars`` and ``arrow``), or an argument is not
        what it can be
    """
    if not isinstance(client, VoipStudio):
        raise ConfigurationError(f"Polars reads in threads of its own: give it a VoipStudio, got {told(client)}")
    scan = _Scan(client, start, end, filters, slice)
    frame: pl.LazyFrame = _plugins().register_io_source(scan, schema=scan.frame(scan.empty()).schema)
    return frame


def _plugins() -> Any:
    needed("polars", "polars", "scan_cdrs")
    try:
        return importlib.import_module("polars.io.plugins")
    except ImportError:
        raise ConfigurationError("scan_cdrs needs a newer polars: pip install --upgrade polars") from None


@attrs.frozen
class _Scan:
    """Reads the records for a query, each time anew."""

    client: VoipStudio
    start: date
    end: date
    filters: tuple[Condition, ...]
    slice: timedelta

    def __call__(
        self, columns: Sequence[str] | None, predicate: pl.Expr | None, rows: int | None, _: int | None
    ) -> Iterator[pl.DataFrame]:
        """Give the frames of a query, whose first `rows` rows are those that it filters."""
        for batch in self._batches(columns, rows):
            frame = self.frame(batch)
            yield frame if predicate is None else frame.filter(predicate)

    def frame(self, batch: Any) -> pl.DataFrame:
        """Return a batch as a frame of Polars."""
        found: pl.DataFrame = needed("polars", "polars").from_arrow(batch)
        return found

    def empty(self) -> Any:
        """Return a table without rows; what cannot be asked for is an error here."""
        pages = self._pages(1)
        return batches_of(pages.entity, pages.tz).schema.empty_table()

    def _batches(self, columns: Sequence[str] | None, rows: int | None) -> Iterator[Any]:
        # Who wants a few rows needs nothing of the slices that come later.
        pages = self._pages(4 if rows is None else 1)
        left = rows
        with closing(pages.batches(whole=rows is None, columns=columns)) as batches:
            for batch in batches:
                yield batch[:left]
                if left is not None and (left := left - batch.num_rows) <= 0:
                    return
        if not pages.report.complete:
            raise PaginationError(f"rows are missing, collect them again: {pages.report}", pages.report)

    def _pages(self, concurrency: int) -> Pages[Any]:
        return self.client.cdrs.walk(self.start, self.end, *self.filters, slice=self.slice, concurrency=concurrency)
