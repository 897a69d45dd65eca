"""Help for a screen that is too narrow for a table: each option on a line of its own, and what it means below it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Any

_FRAME = 14
"""Columns of a table's frame, of its gaps, and of the options of one letter."""
_MARK = 2
"""Columns of the mark of what has to be given, and of the gap behind it."""
_BOUNDS = re.compile(r"(?:-?[0-9.]+<=?)?x[<>]=?-?[0-9.]+")
_FEW = 8
"""Columns of a name that has its text beside it."""
_WIDEST = 100
"""Columns; longer lines are hard to read."""
_COMMANDS = "Commands"


def is_cut(parameters: list[Any], ctx: Any, width: int) -> bool:
    """Tell whether a table would cut names of options, or words."""
    panels: dict[str, list[Any]] = {}
    for each in parameters:
        panels.setdefault(_panel(each), []).append(each)
    return any(_columns(panel, ctx) > width for panel in panels.values())


def _columns(panel: list[Any], ctx: Any) -> int:
    """Return how wide a table has to be.

    The library makes the widest column narrower until all fits: that of the texts as long as it is the widest, then
    that of the names as well.
    """
    names = max(len(",".join(_long(each))) for each in panel)
    values = max(len(_value(each, ctx)) for each in panel)
    words = max((len(word) for each in panel for word in (each.help or "").split()), default=0)
    marks = _MARK if any(each.required for each in panel) else 0
    return names + values + max(names, values, words) + marks + _FRAME


def write(command: Any, ctx: Any, formatter: Any, width: int) -> None:
    """Write the help of a command, or of a group of them."""
    formatter.width = min(width, _WIDEST)  # it would be 50 at least
    usage = " ".join(["Usage:", ctx.command_path, *command.collect_usage_pieces(ctx)])
    for line in (*_wrapped(usage, formatter.width, "", "    "), *_text(command.help or "", formatter.width)):
        formatter.write(f"{line}\n")
    panels: dict[str, list[tuple[str, str]]] = {}
    for parameter in command.get_params(ctx):
        if (record := parameter.get_help_record(ctx)) is not None:
            panels.setdefault(_panel(parameter), []).append(record)
    if hasattr(command, "list_commands"):
        panels[_COMMANDS] = list(_commands(command, ctx))
    for panel, records in panels.items():
        with formatter.section(panel):
            formatter.write_dl(records, col_max=_FEW)


def _panel(parameter: Any) -> str:
    is_argument = parameter.param_type_name == "argument"
    return parameter.rich_help_panel or ("Arguments" if is_argument else "Options")


def _long(parameter: Any) -> list[str]:
    return [name for name in parameter.opts if name.startswith("--")]


def _value(parameter: Any, ctx: Any) -> str:
    """Return what stands for a value, and behind it the bounds of a number."""
    record = parameter.get_help_record(ctx)
    if record is None or parameter.param_type_name == "argument":
        return ""
    names, text = record
    bounds = _BOUNDS.search(text)
    value: str = names.rpartition(parameter.opts[-1])[2].strip()
    return value if bounds is None else f"{value} [{bounds[0]}]"


def _commands(group: Any, ctx: Any) -> Iterator[tuple[str, str]]:
    for name in group.list_commands(ctx):
        found = group.get_command(ctx, name)
        text = found.short_help or (found.help or "").partition("\n\n")[0]
        yield name, " ".join(text.split())


def _text(markdown: str, width: int) -> Iterator[str]:
    """Write what a command says of itself, whose list of examples has a line for each."""
    for paragraph in textwrap.dedent(markdown).strip().split("\n\n"):
        yield ""
        entries = paragraph.replace("`", "").replace("\n* ", "\n\0").removeprefix("* ").split("\n\0")
        is_list = len(entries) > 1 or paragraph.startswith("* ")
        for index, entry in enumerate(entries):
            mark = "* " if is_list and (index or paragraph.startswith("* ")) else ""
            indent = f"  {'  ' if mark else ''}"
            yield from _wrapped(" ".join(entry.split()), width, f"  {mark}", indent)


def _wrapped(text: str, width: int, first: str, others: str) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=others, break_long_words=False, break_on_hyphens=False
    )
