"""The call report as a table for people."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

import attrs
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..reports import CallReport, Figures, UserFigures
from ..texts import amount, duration
from .terminal import tame
from .words import counted

_WIDE = 100
"""Characters from which on averages and longest calls are shown."""
_WITH_BARS = 80
"""Characters from which on there is a bar beside each user."""
_GAP = 2
_SHORTEST_NAME = 14
_BAR = 12
_NAME_AND_BAR = _SHORTEST_NAME + _BAR + 2 * _GAP
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_RULED = box.Box("    \n    \n ── \n    \n ── \n ── \n    \n    \n")
"""No frame: a rule under the head, and one above the total."""


@attrs.frozen
class Column:
    """One figure of the table."""

    name: str
    cell: Callable[[Figures], str]
    rank: int = 0
    """Of the columns that may be left out, the one with the highest rank goes first; those of rank 0 stay."""
    is_for_wide: bool = False
    """It is left out on a narrow screen even if there is room."""


COLUMNS = (
    Column("Calls", lambda figures: f"{figures.calls:,}"),
    Column("Answered", lambda figures: f"{figures.answered:,}", rank=1),
    Column("", lambda figures: "" if figures.answered_share is None else f"{figures.answered_share:.0%}", rank=4),
    Column("Missed", lambda figures: f"{figures.missed:,}", rank=2),
    Column("Talk time", lambda figures: duration(figures.talk_seconds), rank=3),
    Column("Average", lambda figures: duration(figures.average_seconds), rank=5, is_for_wide=True),
    Column("Longest", lambda figures: duration(figures.longest_seconds), rank=6, is_for_wide=True),
    Column("Charge", lambda figures: amount(figures.charge)),
)


def draw_report(console: Console, report: CallReport, top: int | None = None, title: str | None = None) -> None:
    """Draw the figures of each user, or of the `top` first and of all others together, and the totals."""
    head = title or ("Calls" if report.count == "calls" else "Legs of calls")
    console.print(Text.assemble((tame(head), "bold"), (f"  {span(report)}", "dim")))
    if report.account:
        console.print(Text(tame(report.account), style="dim"))
    console.print()
    if not report.total.calls:
        console.print(Text("No calls."))
        console.print()
    if report.groups:
        console.print(_groups_table(console, report))
        console.print()
    console.print(_table(console, report, top))
    if report.total.calls:
        console.print()
        for line in _filled(trade_figures(report), console.width):
            console.print(Text(line, style="dim"))
    if report.is_shared or report.count == "legs":
        console.print()
        console.print(Text(report.counting, style="dim"))


def draw_fetch(console: Console, report: CallReport) -> None:
    """Draw what it took, below the table."""
    console.print()
    console.print(Text(fetch_line(report), style="dim"))


def _table(console: Console, report: CallReport, top: int | None) -> Table:
    lines = list(_lines(report, top))
    columns = _fitting(console.width, [figures for _, figures, _ in lines])
    room = console.width - _taken(columns, [figures for _, figures, _ in lines])
    has_bars = console.width >= _WITH_BARS and console.encoding.startswith("utf") and room >= _NAME_AND_BAR
    table = _ruled("User", room - (_BAR + _GAP if has_bars else 0))
    if has_bars:
        table.add_column("", no_wrap=True, width=_BAR, style="cyan")
    _add_columns(table, columns)
    for name, figures, style in lines:
        bars = [bar(figures, report)] if has_bars else []
        if figures is report.total:
            table.add_section()
        table.add_row(name, *bars, *(column.cell(figures) for column in columns), style=style)
    return table


def _groups_table(console: Console, report: CallReport) -> Table:
    figures = list(report.groups.values())
    columns = _fitting(console.width, figures)
    table = _ruled((report.grouped_by or "").title(), console.width - _taken(columns, figures))
    _add_columns(table, columns)
    for name, each in report.groups.items():
        table.add_row(Text(tame(name)), *(column.cell(each) for column in columns))
    return table


def _ruled(first: str, room: int) -> Table:
    table = Table(box=_RULED, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column(first, no_wrap=True, overflow="ellipsis", max_width=max(_SHORTEST_NAME, room - _GAP))
    return table


def _add_columns(table: Table, columns: Sequence[Column]) -> None:
    for column in columns:
        table.add_column(column.name, justify="right", no_wrap=True)


def _fitting(width: int, figures: Sequence[Figures]) -> list[Column]:
    """Choose the columns that a screen has room for: none is cut, the least important ones are left out."""
    columns = list(COLUMNS)
    for column in sorted(COLUMNS, key=lambda column: column.rank, reverse=True):
        if column.rank and (
            (column.is_for_wide and width < _WIDE) or _taken(columns, figures) + _SHORTEST_NAME + _GAP > width
        ):
            columns.remove(column)
    return columns


def _taken(columns: Sequence[Column], figures: Sequence[Figures]) -> int:
    """Return how many characters some columns take."""
    cells = ([column.name, *map(column.cell, figures)] for column in columns)
    return sum(max(map(len, each)) + _GAP for each in cells)


def _filled(words: Iterator[str], width: int) -> Iterator[str]:
    """Put as many as fit on each line, and none on two."""
    line = next(words, "")
    for each in words:
        longer = f"{line} · {each}"
        if len(longer) > width:
            yield line
        line = each if len(longer) > width else longer
    yield line


def trade_figures(report: CallReport) -> Iterator[str]:
    """Name the figures of the whole that the table does not show."""
    if report.total.asr is not None:
        yield f"ASR {report.total.asr:.0%}"
    if report.total.acd is not None:
        yield f"ACD {duration(report.total.acd)}"
    if (hour := report.busiest_hour) is not None:
        yield f"busiest hour {day(hour.at.date())} {hour.at:%H}:00 ({hour.calls:,})"
    if (most := report.most_at_once) is not None:
        yield f"most calls at once {most.calls:,}"
    if report.currency:
        yield f"charges in {tame(report.currency)}"


def _lines(report: CallReport, top: int | None) -> Iterator[tuple[Text, Figures, str]]:
    for user, label in zip(report.users[:top], report.labels, strict=False):
        yield _name(user, label), user.figures, "" if user.figures.calls else "dim"
    if top is not None and (others := report.users[top:]):
        yield _others(others), sum((user.figures for user in others), Figures()), "dim"
    yield _total(report), report.total, "bold"


def _others(users: Sequence[UserFigures]) -> Text:
    return _marked(Text(counted(len(users), "more user")), is_complete=all(user.complete for user in users))


def _total(report: CallReport) -> Text:
    name = Text.assemble("Total", (f"  {counted(len(report.users), 'user')}", "dim not bold"))
    return _marked(name, is_complete=report.fetch.complete)


def _name(user: UserFigures, label: str) -> Text:
    name = Text(tame(user.name))
    name.append(label.removeprefix(user.name), style="dim")
    return _marked(name, is_complete=user.complete)


def _marked(name: Text, *, is_complete: bool) -> Text:
    return name if is_complete else name.append(" (incomplete)", style="red")


def bar(figures: Figures, report: CallReport) -> str:
    """Draw the calls of a user beside those of the busiest, in eighths of a character; nothing for what is more."""
    most = max((user.figures.calls for user in report.users), default=0)
    is_one = figures is not report.total and figures.calls <= most
    eighths = round(figures.calls / most * _BAR * 8) if most and is_one else 0
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")


def span(report: CallReport) -> str:
    """Say which days a report is about: those that were asked for, else those that have calls."""
    return f"{_days(report)} ({report.tz})"


def _days(report: CallReport) -> str:
    first = None if report.start is None else report.start.date()
    last = None if report.end is None else (report.end - timedelta(microseconds=1)).date()
    if first is not None and last is None:
        return f"from {day(first)} on"
    if last is not None and first is None:
        return f"up to {day(last)}"
    days = [first, last] if first and last else [min(report.days), max(report.days)] if report.days else []
    return " to ".join(dict.fromkeys(map(day, days))) or "none"


def day(given: date) -> str:
    """Write a day as people do."""
    return f"{given.day} {calendar.month_name[given.month]} {given.year}"


def fetch_line(report: CallReport) -> str:
    """Say what it took."""
    fetch = report.fetch
    rate = f": {fetch.rows_per_second:,.0f} rows a second" if fetch.rows else ""
    return f"{counted(fetch.rows, 'row')} in {counted(fetch.requests, 'request')}, {fetch.seconds:.1f} s{rate}"
