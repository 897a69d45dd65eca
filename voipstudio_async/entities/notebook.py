"""What a notebook shows of records: a small table, in which everything is escaped and secrets are masked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice
from typing import Any

from .telling import ranked

MOST_ROWS = 20
MOST_COLUMNS = 8
_LONGEST = 80


def table(caption: str, headers: Sequence[str], rows: Iterable[Sequence[Any]], count: int) -> str:
    """Write a table of at most 20 rows, and how many more there are."""
    lines = [_row("td", row) for row in islice(rows, MOST_ROWS)]
    more = f"<p>… and {count - MOST_ROWS} more</p>" if count > MOST_ROWS else ""
    head = f"<caption>{escape(caption)}</caption><thead>{_row('th', headers)}</thead>"
    return f"<table>{head}<tbody>{''.join(lines)}</tbody></table>{more}"


def records(caption: str, items: Sequence[Any]) -> str:
    """Write a table of records: of the fields that have a value in any of those shown, the most telling ones."""
    shown = [dict(item.__rich_repr__()) for item in items[:MOST_ROWS]]
    names = ranked(name for record in shown for name in record if name != "extra")[:MOST_COLUMNS]
    return table(caption, names, ([record.get(name, "") for name in names] for record in shown), len(items))


def _row(tag: str, values: Iterable[Any]) -> str:
    return f"<tr>{''.join(f'<{tag}>{_cell(value)}</{tag}>' for value in values)}</tr>"


def _cell(value: Any) -> str:
    text = str(value)
    return escape(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
