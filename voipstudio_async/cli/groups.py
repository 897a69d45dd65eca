"""Commands that belong together, under a word of their own: ``voipstudio calls list``.

::

    calls = group("calls", "Place calls, and see those that are going on.", {"list": listing, "place": place})
"""

from __future__ import annotations

from collections.abc import Mapping

import typer

from .flags import Command, Group
from .options import Command as Function
from .options import flat


def group(name: str, help: str, commands: Mapping[str, Function]) -> typer.Typer:
    """Return a group of commands, for `voipstudio_async.cli.app.GROUPS`; every command ends as the others do."""
    made = typer.Typer(name=name, help=help, cls=Group, no_args_is_help=True, rich_markup_mode="markdown")
    for word, command in commands.items():
        made.command(word, cls=Command)(flat(command))
    return made
