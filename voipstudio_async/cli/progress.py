"""How far a command has come, on stderr, and only where somebody may be looking."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from ..reports import Progress
from .consoles import is_watched, message_console
from .words import counted


@contextmanager
def report_progress() -> Generator[Callable[[Progress], None] | None]:
    """Draw the progress of a report; yield the function to tell it to, or None when nobody looks."""
    if not is_watched():
        yield None
        return
    columns = (
        SpinnerColumn(),
        BarColumn(bar_width=24),
        TextColumn("{task.description}"),
        TextColumn("{task.fields[note]}", style="dim"),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=message_console(), transient=True) as bars:
        task = bars.add_task("listing users", total=None, note="")
        yield lambda state: bars.update(
            task, completed=state.done, total=state.total, description=_done(state), note=_note(state)
        )


@contextmanager
def row_progress(what: str) -> Generator[Callable[[int], None] | None]:
    """Draw a count of rows; yield the function to tell it to, or None when nobody looks."""
    if not is_watched():
        yield None
        return
    columns = (SpinnerColumn(), TextColumn(what), TextColumn("{task.completed:,} rows"), TimeElapsedColumn())
    with Bars(*columns, console=message_console(), transient=True) as bars:
        task = bars.add_task("", total=None)
        yield lambda rows: bars.update(task, completed=rows)


@contextmanager
def file_progress(
    what: str, total: Callable[[], int | None]
) -> Generator[Callable[[int, int | None, int], None] | None]:
    """Draw a bar of files that are done; yield the function to tell it to, or None when nobody looks."""
    if not is_watched():
        yield None
        return
    columns = (
        SpinnerColumn(),
        BarColumn(bar_width=24),
        TextColumn("{task.description}"),
        TextColumn("{task.fields[note]}", style="dim"),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=message_console(), transient=True) as bars:
        task = bars.add_task(f"listing {what}", total=None, note="")

        def tell(done: int, _: int | None, failed: int) -> None:
            of = total()
            shown = f"{done:,}/{'?' if of is None else f'{of:,}'} {what}"
            bars.update(task, completed=done, total=of, description=shown, note=f"{failed:,} failed" if failed else "")

        yield tell


def _done(state: Progress) -> str:
    unit = "users" if state.source == "users" else "call records"
    return f"{state.done:,}/{'?' if state.total is None else f'{state.total:,}'} {unit}"


def _note(state: Progress) -> str:
    rows = f"{counted(state.rows, 'call')}, " if state.source == "users" else ""
    failed = f", {state.failed:,} failed" if state.failed else ""
    return f"{rows}{counted(state.requests, 'request')}{failed}"
