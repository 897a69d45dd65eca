"""The commands that read: ``me``, ``list`` and ``get``."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import IO, Annotated, Any

import attrs
import typer

from .. import AsyncPages, PageReport
from ..entities import Entity
from ..errors import ConfigurationError
from . import output
from .completion import complete_fields
from .connection import Connection
from .consoles import data_console
from .exits import FAILED, say
from .formats import Format, JsonMoney, writer
from .names import LISTINGS, ME, THINGS, Named, complete_things, find
from .options import Command, typed
from .records import Record, chosen_of, names, pick, record, to_json
from .selection import WHICH, ListingName, OwnerId, Selection
from .tables import draw_record, draw_rows
from .words import counted

DEFAULT_LIMIT = 100
LARGEST_PAGE = 1000
"""Rows of a page when all are wanted: few requests, and none of them long."""

_HOW = "How they are shown"

OneFormat = Annotated[Format, typer.Option("--format", rich_help_panel=_HOW, help="How data is written.")]
Fields = Annotated[
    str | None,
    typer.Option(
        metavar="A,B,...",
        autocompletion=complete_fields,
        rich_help_panel=_HOW,
        help="Only these fields, in this order.",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        parser=output.named,
        rich_help_panel=_HOW,
        help="Write to a file, which appears when it is complete.",
    ),
]
Money = Annotated[
    JsonMoney,
    typer.Option(
        "--money",
        rich_help_panel=_HOW,
        help="Money in JSON: text keeps all digits; number can be summed, and most readers round it.",
    ),
]
Limit = Annotated[
    int, typer.Option("--limit", "-n", metavar="N", min=1, rich_help_panel=WHICH, help="At most so many rows.")
]
Everything = Annotated[bool, typer.Option("--all", rich_help_panel=WHICH, help="All rows, without a limit.")]
ThingName = Annotated[
    str,
    typer.Argument(
        metavar="RESOURCE", autocompletion=complete_things, help=f"One of: {', '.join(THINGS)}.", show_default=False
    ),
]
ThingId = Annotated[int, typer.Argument(metavar="ID", help="Which one.", show_default=False)]


def me(
    *,
    format: OneFormat = Format.TABLE,
    fields: Fields = None,
    money: Money = JsonMoney.TEXT,
    output: Output = None,
    connection: Connection,
) -> None:
    """Show who the token belongs to.

    Examples:
    * `voipstudio me`
    * `voipstudio me --format json --fields id,balance,currency_iso`
    """

    async def fetch() -> Any:
        async with connection.client() as client:
            return await client.me()

    One(ME, connection, format, chosen_of(ME, fields), money).write(fetch, output)


def get(
    *,
    resource: ThingName,
    id: ThingId,
    format: OneFormat = Format.TABLE,
    fields: Fields = None,
    money: Money = JsonMoney.TEXT,
    output: Output = None,
    connection: Connection,
) -> None:
    """Show one thing.

    Examples:
    * `voipstudio get users 7206`
    * `voipstudio get cdrs 50042293 --format json`
    * `voipstudio get users.audio 7206`
    """
    named = find(THINGS, resource)

    async def fetch() -> Any:
        async with connection.client() as client:
            return await named.bound(client)(id)

    One(named.entity, connection, format, chosen_of(named.entity, fields), money).write(fetch, output)


def listing(
    context: typer.Context,
    *,
    resource: ListingName,
    id: OwnerId = None,
    selection: Selection,
    limit: Limit = DEFAULT_LIMIT,
    everything: Everything = False,
    format: OneFormat = Format.TABLE,
    fields: Fields = None,
    money: Money = JsonMoney.TEXT,
    output: Output = None,
    connection: Connection,
) -> None:
    """List rows of a resource.

    Examples:
    * `voipstudio list users`
    * `voipstudio list users.cdrs 7206 --from 2026-03-01 --to yesterday`
    * `voipstudio list cdrs --where 'duration>60' --where 'src~4478' --limit 20`
    * `voipstudio list cdrs --all --format csv --fields id,src,dst --output calls.csv`
    """
    named = find(LISTINGS, resource)
    if everything and typed(context, "limit"):
        raise ConfigurationError("--all and --limit exclude each other")
    wanted = chosen_of(named.entity, fields)
    Lines(named, selection, connection, None if everything else limit, format, wanted, money).write(id, output)


def listing_of(resource: str) -> Command:
    """Return the command ``RESOURCE list``, which is ``list RESOURCE``."""

    def rows(
        context: typer.Context,
        *,
        selection: Selection,
        limit: Limit = DEFAULT_LIMIT,
        everything: Everything = False,
        format: OneFormat = Format.TABLE,
        fields: Fields = None,
        money: Money = JsonMoney.TEXT,
        output: Output = None,
        connection: Connection,
    ) -> None:
        listing(
            context,
            resource=resource,
            selection=selection,
            limit=limit,
            everything=everything,
            format=format,
            fields=fields,
            money=money,
            output=output,
            connection=connection,
        )

    rows.__doc__ = f"""List {resource}, as 'voipstudio list {resource}' does.

    Examples:
    * `voipstudio {resource} list`
    * `voipstudio {resource} list --all --format json`
    """
    return rows


@attrs.frozen
class Lines:
    """One listing on its way from the API to its output."""

    named: Named
    selection: Selection
    connection: Connection
    limit: int | None
    format: Format
    fields: list[str] | None
    money: JsonMoney

    def write(self, id: int | None, target: Path | None) -> None:
        """Fetch the rows and write them, as they come wherever the format allows."""
        self.named.arguments(id)
        self.selection.conditions(self.named, self.connection)
        self.connection.check()
        output.check(target)
        with output.opened(target) as file:
            self.connection.run(lambda: self._fetch(id, file))

    async def _fetch(self, id: int | None, file: IO[str]) -> None:
        async with self.connection.client() as client:
            size = LARGEST_PAGE if self.limit is None else min(self.limit, LARGEST_PAGE)
            pages = self.selection.pages(self.named, id, client, self.connection, size)
            async with aclosing(self._rows(pages)) as rows:
                whole = self._looked_through(rows)
                count = await (self._draw if self.format is Format.TABLE else self._stream)(whole, file)
            self._remark(pages.report, count)

    async def _rows(self, pages: AsyncPages[Any]) -> AsyncGenerator[Record]:
        left = self.limit
        async with aclosing(pages.pages()) as walk:
            async for page in walk:
                for entity in page.items[:left]:
                    yield record(entity, self.connection.zone, self.connection.known, self.fields)
                if left is not None and (left := left - len(page.items)) <= 0:
                    return

    async def _looked_through(self, rows: AsyncIterator[Record]) -> AsyncGenerator[Record]:
        """Pass rows on, and say at the end which fields that were asked for none of them had."""
        missing = set(self.fields or ()).difference(names(self.named.entity))
        count = 0
        async for row in rows:
            count += 1
            if missing:
                missing.difference_update(row)
            yield row
        for name in sorted(missing) if count else ():
            say(f"warning: no row has a field {name!r}")

    async def _stream(self, rows: AsyncIterator[Record], file: IO[str]) -> int:
        out = writer(self.format, file, self.fields, names(self.named.entity), self.money)
        count = 0
        async for row in rows:
            out.row(row)
            count += 1
        out.end()
        return count

    async def _draw(self, rows: AsyncIterator[Record], file: IO[str]) -> int:
        kept = [row async for row in rows]
        hidden = draw_rows(data_console(file), kept, self.fields)
        if hidden:
            more = ", ".join(hidden[:6]) + (", ..." if len(hidden) > 6 else "")
            say(f"{counted(len(hidden), 'more field')} ({more}): choose with --fields, or see all with --format json")
        return len(kept)

    def _remark(self, report: PageReport, count: int) -> None:
        total = report.total_last
        if count == self.limit:
            if total is None or count < total:
                say(f"{count:,} of {'more' if total is None else f'{total:,}'} rows; see more with --limit N or --all")
        elif not report.complete:
            say(unconfirmed(report))
            if self.limit is None:
                raise typer.Exit(FAILED)
        elif count == 0:
            say("no rows")


def unconfirmed(report: PageReport) -> str:
    """Say that a listing was walked to its end, but may not be all there is."""
    return (
        f"warning: {counted(report.rows, 'row')} came, but the API told {_told(report)}: these may not be all there are"
    )


def _told(report: PageReport) -> str:
    first, last = report.total_first, report.total_last
    return (
        "no total"
        if last is None
        else f"of {last:,}"
        if first in (None, last)
        else f"first of {first:,}, then of {last:,}"
    )


@attrs.frozen
class One:
    """One thing on its way from the API to its output."""

    entity: type[Entity]
    connection: Connection
    format: Format
    fields: list[str] | None
    money: JsonMoney = JsonMoney.TEXT

    def write(self, fetch: Callable[[], Awaitable[Entity]], target: Path | None) -> None:
        """Fetch the thing and write it."""
        output.check(target)
        found = record(self.connection.run(fetch), self.connection.zone, self.connection.known, self.fields)
        for name in self.fields or ():
            if name not in found:
                say(f"warning: there is no field {name!r}")
        with output.opened(target) as file:
            self._write(found, file)

    def _write(self, found: Record, file: IO[str]) -> None:
        if self.format is Format.TABLE:
            draw_record(data_console(file), found, self.fields)
        elif self.format is Format.JSON:
            file.write(to_json(pick(found, self.fields), indent=2, money=self.money.value) + "\n")
        else:
            out = writer(self.format, file, self.fields, list(found), self.money)
            out.row(found)
            out.end()


@attrs.frozen(kw_only=True)
class Shown:
    """How the thing that a command answers with is shown."""

    format: OneFormat = Format.TABLE
    fields: Fields = None
    money: Money = JsonMoney.TEXT
    output: Output = None

    def check(self, entity: type[Entity]) -> list[str] | None:
        """Refuse what cannot be shown, before anything is done; return the fields that are wanted."""
        output.check(self.output)
        return chosen_of(entity, self.fields)

    def one(self, entity: type[Entity], connection: Connection, work: Callable[[], Awaitable[Entity]]) -> None:
        """Do a piece of work, and show the thing that it answers with."""
        One(entity, connection, self.format, self.check(entity), self.money).write(work, self.output)

    def many(self, entity: type[Entity], connection: Connection, items: Sequence[Entity]) -> None:
        """Show things that there are already."""
        fields = self.check(entity)
        rows = [record(item, connection.zone, connection.known, fields) for item in items]
        with output.opened(self.output) as file:
            if self.format is Format.TABLE:
                draw_rows(data_console(file), rows, fields)
                return
            out = writer(self.format, file, fields, names(entity), self.money)
            for row in rows:
                out.row(row)
            out.end()


COMMANDS: dict[str, Callable[..., Any]] = {"me": me, "list": listing, "get": get}
