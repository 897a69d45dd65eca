"""The command ``sql``: a query over the listings of an account, which DuckDB answers."""

from __future__ import annotations

import enum
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated, Any

import attrs
import typer

from .. import VoipStudio
from ..columns.money import Money as Rounding
from ..duckdb import table
from ..entities.zones import zone_name
from ..errors import ConfigurationError, DeadlineExceeded, VoipStudioError
from ..extras import needed
from ..wire.redaction import conceal_in
from . import dates, output
from .answers import values_of
from .connection import Connection
from .consoles import data_console
from .exits import say
from .formats import Format, JsonMoney, writer
from .names import LISTINGS
from .reading import OneFormat, Output
from .records import Record
from .selection import Since, Until, in_range
from .tables import draw_rows
from .words import counted

Query = Annotated[str, typer.Argument(metavar="QUERY", help="What DuckDB is asked, in quotes.", show_default=False)]
TABLES = {name: named for name, named in LISTINGS.items() if named.operation == "list" and not named.needs_id}
"""The listings that are tables."""


class SqlMoney(enum.StrEnum):
    """How money is summed and written."""

    TEXT = "text"
    NUMBER = "number"
    ROUND = "round"


_PAUSE = 0.05
"""Seconds between two attempts to end a query."""


def sql(
    *,
    query: Query,
    since: Since = None,
    until: Until = None,
    format: OneFormat = Format.TABLE,
    money: Annotated[
        SqlMoney,
        typer.Option(
            "--money",
            help="In JSON, write numbers, not texts; or round money with over 12 decimals, which no sum can hold.",
            show_default=False,
        ),
    ] = SqlMoney.TEXT,
    output: Output = None,
    connection: Connection,
) -> None:
    """Ask an account in SQL: every listing is a table by its name.

    DuckDB answers, and fetches the pages that the query needs; conditions go to the API where it has filters for them.
    --from and --to choose among what happened: calls, messages, transactions. Needs the extra 'duckdb'.

    Examples:
    * `voipstudio sql 'select user_id, sum(charge) from cdrs group by 1' --from 2026-10-01`
    * `voipstudio sql 'select * from cdrs limit 3' --format json`
    * `voipstudio sql 'select u.email, c.charge from cdrs c join users u on u.id = c.user_id' --from yesterday`
    """
    Question(query, since, until, format, money, connection).write(output)


@attrs.frozen
class Question:
    """A query on its way to DuckDB, and its answer on the way to an output."""

    query: str
    since: str | None
    until: str | None
    format: Format
    money: SqlMoney
    connection: Connection

    def write(self, target: Path | None) -> None:
        """Ask, and write the rows as they come wherever the format allows."""
        duckdb = needed("duckdb", "duckdb", "voipstudio sql")
        if not self.query.strip(" \t\r\n;"):
            raise ConfigurationError("the query is empty: write one like 'select * from cdrs limit 3'")
        dates.check_order(self.since, self.until, self.connection.zone)
        self.connection.check()
        output.check(target)
        with (
            output.opened(target) as file,
            VoipStudio(**self.connection.arguments()) as client,
            # A name that is no table is an error, and not a variable of ours.
            duckdb.connect(config={"python_enable_replacements": False}) as database,
        ):
            listings = self._register(database, client)

            def work() -> None:
                with _translated(listings):
                    self._write(database, file)

            def end() -> None:
                database.interrupt()
                client.close()

            self._in_time(work, end)

    def _register(self, database: Any, client: VoipStudio) -> Mapping[str, Any]:
        zone = self.connection.zone
        # DuckDB shows date-times, and reads those of the query, by this clock.
        database.execute(f"set TimeZone = '{zone_name(zone)}'")
        listings: dict[str, Any] = {}
        rounding: Rounding = "round" if self.money is SqlMoney.ROUND else "exact"
        for name, named in TABLES.items():
            filters = in_range(named, self.since, self.until, zone) if named.is_of_events else ()
            listings[name] = table(named.bound(client)(*filters), money=rounding)
            database.register(name, listings[name])
        return listings

    def _write(self, database: Any, file: IO[str]) -> None:
        answer = database.sql(self.query)
        if answer is None:
            return
        reader = needed("pyarrow", "duckdb").RecordBatchReader.from_stream(answer)
        columns = _distinct(reader.schema.names)
        rows = self._rows(reader, columns)
        count = self._draw(rows, columns, file) if self.format is Format.TABLE else self._stream(rows, columns, file)
        if count == 0:
            say("no rows")

    def _rows(self, reader: Any, columns: Sequence[str]) -> Iterator[Record]:
        for batch in reader:
            for row in zip(*map(values_of, batch.columns), strict=True):
                shown: Record = conceal_in(dict(zip(columns, row, strict=True)), self.connection.known)
                yield shown

    def _stream(self, rows: Iterator[Record], columns: Sequence[str], file: IO[str]) -> int:
        money = JsonMoney.NUMBER if self.money is SqlMoney.NUMBER else JsonMoney.TEXT
        out = writer(self.format, file, None, columns, money)
        count = 0
        for row in rows:
            out.row(row)
            count += 1
        out.end()
        return count

    def _draw(self, rows: Iterator[Record], columns: Sequence[str], file: IO[str]) -> int:
        kept = list(rows)
        hidden = draw_rows(data_console(file), kept, columns, fitted=True) if kept else []
        if hidden:
            more = ", ".join(hidden[:6]) + (", ..." if len(hidden) > 6 else "")
            say(f"{counted(len(hidden), 'more column')} ({more}): select fewer, or see all with --format json")
        return len(kept)

    def _in_time(self, work: Callable[[], None], end: Callable[[], None]) -> None:
        """Do the work in another thread: this one hears Ctrl-C, which DuckDB and Arrow would not.

        :param end: what has the work end with an error, sooner or later
        """
        limit = self.connection.deadline
        with ThreadPoolExecutor(1) as threads:
            working = threads.submit(work)
            try:
                done, _ = wait([working], limit)
                if not done:
                    raise DeadlineExceeded(f"not done after {limit:g} seconds", elapsed=limit or 0.0)
            finally:
                # More than once, since nothing was to be ended while the query had not begun.
                while not working.done():
                    end()
                    wait([working], _PAUSE)
            working.result()


@contextmanager
def _translated(listings: Mapping[str, Any]) -> Generator[None]:
    """Raise what a listing failed with, of which DuckDB has but the text; what else DuckDB says is about the query."""
    duckdb, arrow = needed("duckdb", "duckdb"), needed("pyarrow", "duckdb")
    try:
        yield
    except (duckdb.Error, arrow.ArrowException) as error:
        failure = next((each.failure for each in listings.values() if each.failure is not None), None)
        if failure is not None:
            raise failure from None
        # What follows shows the place in the query, below which a mark stands.
        text = str(error).partition("\n\nLINE ")[0]
        if isinstance(error, duckdb.CatalogException) and "Table with name" in text:
            text = f"{text.splitlines()[0]} The tables are {', '.join(listings)}."
        is_about_query = isinstance(error, (duckdb.ProgrammingError, duckdb.DataError))
        kind = ConfigurationError if is_about_query else VoipStudioError
        raise kind(text) from None


def _distinct(names: Sequence[str]) -> list[str]:
    """Give columns of one name a number each, as in ``id``, ``id_1``."""
    found: dict[str, None] = {}
    for name in names:
        free, number = name, 0
        while free in found:
            number += 1
            free = f"{name}_{number}"
        found[free] = None
    return list(found)


COMMANDS = {"sql": sql}
