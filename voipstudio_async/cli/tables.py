"""Tables for people: as many columns as the screen has room for, the telling ones first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..entities.telling import ranked
from ..texts import number_text
from .records import Record, is_number, to_json
from .terminal import tame
from .words import clock_text

_WIDEST = 32
_GAP = 2
_EMPTY: tuple[Any, ...] = (None, "", [], {})


def draw_rows(
    console: Console, rows: Sequence[Record], fields: Sequence[str] | None, *, fitted: bool = False
) -> list[str]:
    """Draw rows as a table, and return the names of the columns that there was no room for.

    :param fields: which columns, and their order; the telling ones that have values without it
    :param fitted: leave out of `fields` as well what there is no room for
    """
    cells = {name: [cell(row.get(name)) for row in rows] for name in fields or _ranked(rows)}
    shown, hidden = (list(cells), []) if fields and not fitted else _fitting(cells, console.width)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    for name in shown:
        flush_right = any(is_number(row.get(name)) for row in rows)
        table.add_column(
            Text(tame(name)),
            justify="right" if flush_right else "left",
            no_wrap=True,
            overflow="ellipsis",
            max_width=_WIDEST,
        )
    for line in zip(*(cells[name] for name in shown), strict=True):
        table.add_row(*line)
    if shown:
        console.print(table)
    return hidden


def draw_record(console: Console, record: Mapping[str, Any], fields: Sequence[str] | None) -> None:
    """Draw one record as fields and their values; those without a value are left out unless they are asked for."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for name in fields or [name for name, value in record.items() if value not in _EMPTY]:
        table.add_row(Text(tame(name)), cell(record.get(name)))
    console.print(table)


def cell(value: Any) -> Text:
    """Return a value as a person reads it."""
    if value is None:
        return Text("")
    if isinstance(value, bool):
        return Text("yes") if value else Text("no", style="dim")
    if isinstance(value, datetime):
        return Text(clock_text(value))
    if isinstance(value, Decimal):
        return Text(number_text(value))
    if isinstance(value, list | dict):
        return Text(tame(_joined(cast("list[Any] | dict[str, Any]", value))))
    return Text(tame(" ".join(str(value).split()) if isinstance(value, str) else str(value)))


def _joined(value: list[Any] | dict[str, Any]) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return to_json(value)


def _ranked(rows: Sequence[Record]) -> list[str]:
    """List the fields that any row has a value in, the telling ones first."""
    return ranked(name for row in rows for name, value in row.items() if value not in _EMPTY)


def _fitting(cells: Mapping[str, Sequence[Text]], room: int) -> tuple[list[str], list[str]]:
    """Split columns into those that fit into the room, side by side, and the rest."""
    shown: list[str] = []
    hidden: list[str] = []
    for name, column in cells.items():
        width = min(_WIDEST, max(len(name), *(each.cell_len for each in column), 1))
        # The first column stands in any case, and once one has no room those after it, which tell less, are left out.
        if shown and (hidden or width + _GAP > room):
            hidden.append(name)
            continue
        shown.append(name)
        room -= width + (_GAP if len(shown) > 1 else 0)
    return shown, hidden
