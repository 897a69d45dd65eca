"""The commands ``recordings download``, ``voicemails download``, ``faxes download`` and ``invoices download``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import attrs
import typer

from .. import BulkError, BulkResult, PageReport
from ..files import check_folder
from .advice import explained
from .connection import Connection
from .exits import FAILED, say
from .names import LISTINGS
from .options import Command, typed
from .progress import file_progress
from .reading import LARGEST_PAGE, unconfirmed
from .selection import Selection
from .words import counted

AT_ONCE = 4
"""Files under way at once, if nothing is said."""
_MOST_NAMED = 20
"""Failures that are named one by one."""

Folder = Annotated[
    Path, typer.Option("--folder", metavar="FOLDER", help="Where the files go; it must be there.", show_default=False)
]
Name = Annotated[
    str | None,
    typer.Option(
        "--name",
        metavar="FORMAT",
        help="What a file is called, of the fields of its row; the id is added where it is missing.",
        show_default=False,
    ),
]


@attrs.frozen
class _Files:
    """What is downloaded: the resource, and a word for one file of it."""

    resource: str
    word: str
    example: str

    def command(self, name: str) -> Command:
        """Make the command ``NAME download``."""

        def download(
            context: typer.Context, *, folder: Folder, name: Name = None, selection: Selection, connection: Connection
        ) -> None:
            at_once = connection.concurrency if typed(context, "concurrency") else AT_ONCE
            _Run(self, folder, name, at_once, selection, connection).run()

        download.__doc__ = f"""Save {self.word}s into a folder, those that are not there yet.

        Begun again, it fetches what is missing, or of another size than its row tells. A failure does not end it.

        Examples:
        * `voipstudio {name} download --folder .`
        * `voipstudio {name} download --from 2026-06-01 --to yesterday --folder . --concurrency 8`
        * `voipstudio {name} download --folder . --name '{self.example}'`
        """
        return download


@attrs.frozen
class _Run:
    """One download on its way."""

    files: _Files
    folder: Path
    name: str | None
    at_once: int
    selection: Selection
    connection: Connection

    def run(self) -> None:
        """Save the files, and say what became of them."""
        named = LISTINGS[self.files.resource]
        self.selection.conditions(named, self.connection)
        self.connection.check()
        check_folder(self.folder, "--folder: ")
        report = self.connection.run(self._save)
        if not report.complete:
            say(unconfirmed(report))
            raise typer.Exit(FAILED)

    async def _save(self) -> PageReport:
        named = LISTINGS[self.files.resource]
        async with self.connection.client() as client:
            pages = self.selection.pages(named, None, client, self.connection, LARGEST_PAGE)
            save: Any = getattr(client, self.files.resource).download_all
            try:
                with file_progress(f"{self.files.word}s", lambda: pages.report.total_last) as progress:
                    result = await save(pages, self.folder, name=self.name, concurrency=self.at_once, progress=progress)
            except BulkError as error:
                if error.outcomes:
                    self._tell(BulkResult(error.outcomes))
                raise (error.__cause__ or error) from None
        self._tell(result)
        if not result.ok:
            raise typer.Exit(FAILED)
        return pages.report

    def _tell(self, result: BulkResult[Any, Path | None]) -> None:
        for outcome in result.failed[:_MOST_NAMED]:
            if outcome.error is not None:
                say(f"{self.files.word} {outcome.input.id}: {explained(outcome.error)}")
        if len(result.failed) > _MOST_NAMED:
            say(f"... and {len(result.failed) - _MOST_NAMED:,} more failed")
        there = [outcome for outcome in result.succeeded if outcome.value is not None]
        new = sum(outcome.attempts > 0 for outcome in there)
        waiting = len(result.succeeded) - len(there)
        parts = [f"{counted(len(there), self.files.word)} in {self.folder}, {new:,} of them new"]
        parts += [f"{waiting:,} not completed yet"] if waiting else []
        parts += [f"{len(result.failed):,} failed"] if result.failed else []
        say(", ".join(parts))


_FILES = {
    "recordings": _Files("recordings", "recording", "{timestamp:%Y-%m-%d} {caller}"),
    "voicemails": _Files("voicemails", "voicemail", "{origtime:%Y-%m-%d} {caller}"),
    "faxes": _Files("faxes", "fax", "{created_at:%Y-%m-%d} {filename}"),
    "invoices": _Files("transactions", "invoice", "{created_at:%Y-%m-%d} {currency_iso} {amount}"),
}

COMMANDS = {name: {"download": files.command(name)} for name, files in _FILES.items()}
