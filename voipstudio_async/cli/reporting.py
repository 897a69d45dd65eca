"""The command ``report``: all users and their calls, fetched at once and summed up."""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import IO, Annotated, Any, Literal, cast

import attrs
import typer

from .. import extras
from ..errors import ConfigurationError
from ..reports import CallReport, call_report
from . import dates, output, serving
from .advice import explained
from .connection import Connection
from .consoles import data_console
from .exits import FAILED, say
from .formats import CsvWriter, JsonMoney
from .options import typed
from .progress import report_progress
from .reading import Money, Output
from .records import to_json
from .report_table import draw_fetch, draw_report, fetch_line
from .team_files import read_teams, unknown_users
from .words import counted

_PANEL = "What is reported"
_HOW = "How they are shown"
_MOST_NAMED = 20
Groups = Literal["month", "week"] | dict[str, str] | None
_UNCONFIRMED = "the API does not confirm that these are all"
_COLUMNS = (
    *("user_id", "name", "email", "calls", "answered", "missed", "answered_share"),
    *("talk_seconds", "average_seconds", "longest_seconds", "charge", "complete"),
)


class ReportFormat(enum.StrEnum):
    """How a report is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class Count(enum.StrEnum):
    """What is counted."""

    CALLS = "calls"
    LEGS = "legs"


class Period(enum.StrEnum):
    """What the days of a report are put together to."""

    MONTH = "month"
    WEEK = "week"


class Source(enum.StrEnum):
    """Where the call records of a report are read."""

    USERS = "users"
    ACCOUNT = "account"
    AUTO = "auto"


@attrs.frozen(kw_only=True)
class Span:
    """What is reported on."""

    since: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="DATE",
            rich_help_panel=_PANEL,
            help="From this day, moment or period on: yesterday, last-month, 2026-06, -7d.",
        ),
    ] = None
    last: Annotated[
        str | None,
        typer.Option("--to", metavar="DATE", rich_help_panel=_PANEL, help="Up to this day, the whole of it."),
    ] = None
    source: Annotated[
        Source,
        typer.Option(
            rich_help_panel=_PANEL,
            help="Read the whole account's call records, or each user's own; auto: the account's if that is allowed.",
        ),
    ] = Source.AUTO
    count: Annotated[
        Count,
        typer.Option(
            rich_help_panel=_PANEL, help="Count a call once, or each of its legs: one for each user it rang at."
        ),
    ] = Count.CALLS

    group_by: Annotated[
        Period | None,
        typer.Option("--group-by", rich_help_panel=_PANEL, help="Figures of each month or week as well."),
    ] = None
    teams: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            rich_help_panel=_PANEL,
            help="Figures of each team as well; a CSV file of users (id, address or name) and their teams.",
        ),
    ] = None

    def grouped(self) -> Groups:
        """Return what the calls are grouped by."""
        if self.teams is None:
            return None if self.group_by is None else self.group_by.value
        if self.group_by is not None:
            raise ConfigurationError("--group-by and --teams exclude each other")
        return read_teams(self.teams)

    def check(self, connection: Connection) -> None:
        """Refuse a range that would end before it begins."""
        dates.check_order(self.since, self.last, connection.zone)

    def start(self, connection: Connection) -> date | None:
        """Return the first day, or the first moment."""
        return None if self.since is None else dates.given(self.since, connection.zone, "--from", at_end=False)

    def end(self, connection: Connection) -> date | None:
        """Return the last day, or the moment after the last one."""
        if self.last is None:
            return None
        last = dates.given(self.last, connection.zone, "--to", at_end=True)
        return last + timedelta(seconds=1) if isinstance(last, datetime) else last


@attrs.frozen
class Targets:
    """Where a report goes."""

    format: ReportFormat
    file: Path | None
    html: Path | None
    top: int | None
    title: str | None
    money: JsonMoney

    def check(self) -> None:
        """Refuse what cannot be written, before anything is fetched."""
        if self.top is not None and self.format is not ReportFormat.TABLE:
            raise ConfigurationError(f"--top is for tables; --format {self.format} holds all users")
        output.check(self.file)
        output.check(self.html, "--html")
        if self.html is not None:
            _check_drawing()

    def write(self, report: CallReport) -> None:
        """Write the report in all its forms."""
        if self.html is not None:
            with output.opened(self.html) as page:
                page.write(report.to_html() if self.title is None else report.to_html(self.title))
            say(f"the page is in {self.html}")
        with output.opened(self.file) as file:
            if self.format is ReportFormat.TABLE:
                self._draw(report, file)
            else:
                _WRITERS[self.format](report, file, self.money)

    def _draw(self, report: CallReport, file: IO[str]) -> None:
        console = data_console(file)
        draw_report(console, report, self.top, self.title)
        if output.is_stdout(self.file):
            draw_fetch(console, report)
        else:
            # Two equal reports are equal files.
            say(fetch_line(report))


def report(
    context: typer.Context,
    *,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Report on an invented account, served on this machine.")
    ] = False,
    span: Span,
    format: Annotated[
        ReportFormat, typer.Option(rich_help_panel=_HOW, help="How the report is written.")
    ] = ReportFormat.TABLE,
    output: Output = None,
    top: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            rich_help_panel=_HOW,
            help="In the table, only the N users with most calls; the others together.",
            show_default=False,
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            parser=output.named,
            rich_help_panel=_HOW,
            help="Write a page with plots as well (extra 'report').",
        ),
    ] = None,
    title: Annotated[
        str | None, typer.Option(metavar="WORDS", rich_help_panel=_HOW, help="Heading of the table and of the page.")
    ] = None,
    money: Money = JsonMoney.TEXT,
    connection: Connection,
    account: serving.Account,
) -> None:
    """Report on the calls of all users: calls, answered, missed, talk time, charge.

    All users are fetched, and then the call records of the account, or of each user where that is not allowed; they are
    summed up as they come. What cannot be fetched is named, and the exit code is then 1; the rest is reported.

    Examples:
    * `voipstudio report --sandbox`
    * `voipstudio report --from 2026-03-01 --to 2026-03-31 --tz Europe/Warsaw`
    * `voipstudio report --teams teams.csv --title "March" --html march.html`
    * `voipstudio report --format csv --output march.csv --html march.html`
    """
    targets = Targets(format, output, html, top, title, money)
    targets.check()
    span.check(connection)
    groups = span.grouped()
    connection.check()
    _check_sandbox(context, sandbox=sandbox)
    with serving.started(account) if sandbox else contextlib.nullcontext() as server:
        address = (None, None) if server is None else (server.token, server.url)
        found = _fetched(span, groups, connection, *address)
    targets.write(found)
    if isinstance(groups, dict) and (missing := unknown_users(groups, found)):
        say(f"warning: the account has no such user: {missing}; see --teams {span.teams}")
    _name_failures(found)


def _fetched(span: Span, groups: Groups, connection: Connection, token: str | None, base_url: str | None) -> CallReport:
    async def fetch() -> CallReport:
        async with connection.client(token=token, base_url=base_url) as client:
            with report_progress() as progress:
                return await call_report(
                    client,
                    start=span.start(connection),
                    end=span.end(connection),
                    tz=connection.zone,
                    source=span.source.value,
                    count=span.count.value,
                    group_by=groups,
                    concurrency=connection.concurrency,
                    progress=progress,
                    deadline=connection.deadline,
                )

    # The report keeps the deadline itself: what came until then is reported.
    return attrs.evolve(connection, deadline=None).run(fetch)


def _name_failures(found: CallReport) -> None:
    lines = _grouped(
        "error", [(f"{each.what}{_id(each.user_id)}", explained(each.error)) for each in found.fetch.failures]
    )
    lines += _grouped("warning", [(what, _UNCONFIRMED) for what in found.fetch.incomplete])
    for line in lines[:_MOST_NAMED]:
        say(line)
    if len(lines) > _MOST_NAMED:
        say(f"... and {len(lines) - _MOST_NAMED:,} more; --format json names all")
    if lines:
        raise typer.Exit(FAILED)


def _grouped(kind: str, told: Sequence[tuple[str, str]]) -> list[str]:
    """Make a line of each text, with what it is about: a name, or how many."""
    about: dict[str, list[str]] = {}
    for what, text in told:
        about.setdefault(text, []).append(what)
    return [
        f"{kind}: {named[0] if len(named) == 1 else counted(len(named), 'user')}: {text}"
        for text, named in about.items()
    ]


def _id(user_id: int | None) -> str:
    return "" if user_id is None else f" (user {user_id})"


def _check_sandbox(context: typer.Context, *, sandbox: bool) -> None:
    """Refuse options of an invented account without one, and options of a real account with one."""
    if not sandbox and (alone := typed(context, "users", "calls", "seed", "until", "faults")):
        raise ConfigurationError(f"--{alone[0]} is about the invented account: add --sandbox")
    if sandbox and (other := typed(context, "token_file", "base_url")):
        raise ConfigurationError(f"--{other[0].replace('_', '-')} and --sandbox exclude each other")


def _check_drawing() -> None:
    extras.check("matplotlib", "report", "--html")


def _write_json(found: CallReport, file: IO[str], money: JsonMoney) -> None:
    plain = found.to_dict()
    file.write(to_json(plain if money is JsonMoney.TEXT else _counted(plain), indent=2, money=money.value) + "\n")


def _counted(plain: Any) -> Any:
    """Return plain data of a report with the charges, which are texts in it, as decimals."""
    if isinstance(plain, dict):
        found = cast("dict[str, Any]", plain)
        return {
            name: Decimal(value) if name == "charge" and isinstance(value, str) else _counted(value)
            for name, value in found.items()
        }
    return [_counted(item) for item in cast("Sequence[Any]", plain)] if isinstance(plain, list) else plain


def _write_csv(found: CallReport, file: IO[str], _money: JsonMoney) -> None:
    out = CsvWriter(file, _COLUMNS)
    for user in found.users:
        out.row(user.to_dict())


_WRITERS: dict[ReportFormat, Callable[[CallReport, IO[str], JsonMoney], None]] = {
    ReportFormat.JSON: _write_json,
    ReportFormat.CSV: _write_csv,
}


COMMANDS = {"report": report}
