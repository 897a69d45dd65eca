"""The command ``export``: a whole listing as a file."""

from __future__ import annotations

import enum
import sys
from pathlib import Path
from typing import Annotated

import typer

from ..errors import ConfigurationError
from ..reports import Exported
from ..reports import export as export_pages
from . import output
from .connection import Connection
from .exits import FAILED, say
from .names import LISTINGS, find
from .progress import row_progress
from .reading import LARGEST_PAGE, Fields, unconfirmed
from .records import declared_of
from .selection import WHICH, ListingName, OwnerId, Selection
from .words import counted

ENDINGS = (".csv", ".ndjson", ".jsonl", ".parquet", ".arrow", ".feather")
"""Those of a file's name that tell its form."""


class FileFormat(enum.StrEnum):
    """The form of a file."""

    CSV = "csv"
    NDJSON = "ndjson"
    PARQUET = "parquet"
    ARROW = "arrow"


class FileEncoding(enum.StrEnum):
    """How the letters of a CSV file are written."""

    UTF_8 = "utf-8"
    UTF_8_SIG = "utf-8-sig"


class FileMoney(enum.StrEnum):
    """How money is written."""

    EXACT = "exact"
    ROUND = "round"
    NUMBER = "number"


def export(
    *,
    resource: ListingName,
    id: OwnerId = None,
    target: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            parser=output.named,
            help="The file; it appears when it is complete. - is stdout, which needs --format.",
            show_default=False,
        ),
    ],
    format: Annotated[
        FileFormat | None,
        typer.Option(
            metavar="FORM",
            help=f"{', '.join(FileFormat)}; without it, the ending of the file tells.",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with an export of the same that was interrupted.")
    ] = False,
    extras: Annotated[
        bool, typer.Option("--extras", help="Add a column with the fields that the SDK does not know, as JSON.")
    ] = False,
    encoding: Annotated[
        FileEncoding, typer.Option("--encoding", help="Of CSV; utf-8-sig is for Excel.", show_default=False)
    ] = FileEncoding.UTF_8,
    money: Annotated[
        FileMoney,
        typer.Option(
            "--money",
            help="In Parquet and Arrow, round money with over 12 decimals; in NDJSON, write numbers, not texts.",
            show_default=False,
        ),
    ] = FileMoney.EXACT,
    reveal_secrets: Annotated[
        bool, typer.Option("--reveal-secrets", help="Write passwords and tokens in the clear.")
    ] = False,
    fields: Fields = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", "-n", metavar="N", min=1, rich_help_panel=WHICH, help="At most so many rows.", show_default=False
        ),
    ] = None,
    selection: Selection,
    connection: Connection,
) -> None:
    """Write the rows of a resource to a file, in little memory: CSV, NDJSON, Parquet or Arrow.

    Parquet and Arrow need the extra 'arrow'.

    Examples:
    * `voipstudio export cdrs --output calls.parquet`
    * `voipstudio export cdrs --from 2026-01-01 --to 2026-03-31 --output quarter.csv`
    * `voipstudio export cdrs --fields id,calldate,src,dst,charge --output charges.csv`
    * `voipstudio export users.cdrs 7206 --output calls.ndjson --resume`
    * `voipstudio export cdrs --limit 1000 --format parquet --output -`
    """
    named = find(LISTINGS, resource)
    named.arguments(id)
    selection.conditions(named, connection)
    columns = declared_of(named.entity, fields)
    connection.check()
    output.check(target)
    _check_target(target, format, resume)

    async def work(file: Path) -> Exported:
        async with connection.client() as client:
            size = LARGEST_PAGE if limit is None else min(limit, LARGEST_PAGE)
            pages = selection.pages(named, id, client, connection, size)
            with row_progress(named.name) as progress:
                return await export_pages(
                    pages,
                    file,
                    format=None if format is None else format.value,
                    extras=extras,
                    resume=resume,
                    tz=connection.zone,
                    progress=progress,
                    encoding=encoding.value,
                    money=money.value,
                    secrets="reveal" if reveal_secrets else "mask",
                    columns=columns,
                    limit=limit,
                )

    with output.whole(target) as file:
        done = connection.run(lambda: work(file))
    _remark(done, target, limit)


def _remark(done: Exported, target: Path, limit: int | None) -> None:
    resumed = f", {done.resumed:,} of them from before" if done.resumed else ""
    say(f"{counted(done.rows, 'row')} in {'stdout' if output.is_stdout(target) else target}{resumed}")
    if done.rounded:
        say(f"{counted(done.rounded, 'value')} of money rounded")
    if done.rows != limit and not done.report.complete:
        say(unconfirmed(done.report))
        raise typer.Exit(FAILED)


def _check_target(target: Path, format: FileFormat | None, resume: bool) -> None:
    if not output.is_stdout(target):
        _check_name(target, format)
        return
    if resume:
        raise ConfigurationError("--output -: what went to stdout cannot be gone on with; leave --resume out")
    if format is None:
        raise ConfigurationError(f"--output -: stdout has no ending; give --format {', '.join(FileFormat)}")
    if format in (FileFormat.PARQUET, FileFormat.ARROW) and sys.stdout.isatty():
        raise ConfigurationError(f"--output -: {format} is not for a terminal; pipe it, or write to a file")


def _check_name(target: Path, format: FileFormat | None) -> None:
    if format is None and target.suffix.lower() not in ENDINGS:
        raise ConfigurationError(f"--output: {target.name!r} ends in none of {', '.join(ENDINGS)}; give --format")


COMMANDS = {"export": export}
