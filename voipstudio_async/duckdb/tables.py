"""Listings as datasets: what DuckDB asks for a schema, and for a scanner of some columns and a filter."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from .. import Pages, VoipStudio
from ..columns.batches import Batches, batches_of
from ..columns.money import Money
from ..entities.arguments import told
from ..errors import ConfigurationError
from ..extras import needed
from ..operations import Answers, operations
from ..resources import PARTS
from . import arrow_expressions
from .scanning import blocking, scan

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_WHAT = "a table of DuckDB"


def register(connection: DuckDBPyConnection, client: VoipStudio, *, money: Money = "exact") -> tuple[str, ...]:
    """Make every listing of a client a table of a connection, by its name: ``cdrs``, ``users``, ``recordings``.

    What belongs to one thing, ``client.users.cdrs(7206)``, is made one with `table`.

    :param money: see `table`
    :return: the names of the tables
    :raises ConfigurationError: a library is missing (extra ``duckdb``), or it is the client of the other face
    """
    if not isinstance(client, VoipStudio):
        raise ConfigurationError(f"DuckDB reads in threads of its own: give it a VoipStudio, got {told(client)}")
    for name in _LISTINGS:
        connection.register(name, table(getattr(client, name).list(), money=money))
    return _LISTINGS


def table(pages: Pages[Any], *, money: Money = "exact") -> Any:
    """Return a listing as what `duckdb.DuckDBPyConnection.register` takes; it is a `pyarrow.dataset.Dataset`.

    Each query walks the listing anew. The columns, and what their values are, are those of `reports.to_arrow`.

    :param pages: a listing of `VoipStudio`, with filters of its own if it is to have some
    :param money: ``"round"`` rounds money with more than 12 digits behind the point, which is an error else
    :raises ConfigurationError: a library is missing (extra ``duckdb``), or it is no listing of the blocking client
    """
    return _dataset()(blocking(pages), money)


_LISTINGS = tuple(
    name
    for name, resource in PARTS.items()
    if (listing := operations(resource).get("list")) is not None and listing.answers is Answers.MANY
)


@cache
def _dataset() -> type[Any]:
    needed("duckdb", "duckdb", _WHAT)
    arrow: Any = needed("pyarrow", "duckdb", _WHAT)
    base: Any = needed("pyarrow.dataset", "duckdb", _WHAT).Dataset

    class Listing(base):  # type: ignore[misc]
        """What DuckDB takes for a dataset: it asks for the schema, and for a scanner of some columns and a filter."""

        def __init__(self, pages: Pages[Any], money: Money) -> None:
            # Not the one of the library, which is for datasets of its own.
            self._pages = pages
            self._money: Money = money
            self._all = self._made(None)
            self.failure: Exception | None = None
            """What the latest query failed with here: DuckDB tells it as a text of its own error."""

        @property
        def schema(self) -> Any:
            return self._all.schema

        def scanner(self, columns: Sequence[str] | None = None, filter: Any = None, **_: Any) -> Scanner:
            return Scanner(self, self.schema.names if columns is None else list(columns), filter)

        def _made(self, columns: Sequence[str] | None) -> Batches:
            return batches_of(self._pages.entity, self._pages.tz, money=self._money, columns=columns)

    class Scanner:
        """One reading of the listing."""

        def __init__(self, listing: Listing, columns: Sequence[str], condition: Any) -> None:
            self._listing = listing
            self._columns = columns
            self._condition = condition

        def to_reader(self) -> Any:
            whole: Any = self._listing.schema
            wanted = arrow.schema([whole.field(name) for name in self._columns])
            return arrow.RecordBatchReader.from_batches(wanted, self._batches())

        def _batches(self) -> Generator[Any, None, None]:
            listing = self._listing
            comparisons, about = (
                ([], set[str]()) if self._condition is None else arrow_expressions.read(self._condition)
            )
            columns = None if about is None else list(dict.fromkeys((*self._columns, *sorted(about)))) or None
            listing.failure = None
            try:
                for batch in scan(listing._pages, comparisons, listing._made(columns), listing._money):
                    rows = arrow.Table.from_batches([batch])
                    if self._condition is not None:
                        rows = rows.filter(self._condition)
                    yield from rows.select(self._columns).to_batches()
            except Exception as error:
                listing.failure = error
                raise

    return Listing
