"""Commands that belong together, under a word of their own: ``voipstudio calls list``.

::

    calls = group("calls", "Place calls, and see those that are going on.", {"list": listing, "place": place})

The commands of a group are made when one of them is wanted: a command line that starts makes no others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer
import typer.main

from .flags import Command, Group
from .options import Command as Function
from .options import flat


def group(name: str, help: str, commands: Mapping[str, Function]) -> typer.Typer:
    """Return a group of commands, for `voipstudio_async.cli.app.GROUPS`; every command ends as the others do."""
    return typer.Typer(name=name, help=help, cls=_later(commands), no_args_is_help=True)


def _later(functions: Mapping[str, Function]) -> type[Group]:
    class Later(Group):
        """A group whose commands are made when one of them is wanted."""

        def list_commands(self, ctx: Any) -> list[str]:
            self.commands.update({} if self.commands else _made(functions))
            return super().list_commands(ctx)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            self.list_commands(ctx)
            return super().get_command(ctx, cmd_name)

    return Later


def _made(functions: Mapping[str, Function]) -> Mapping[str, Any]:
    typed = typer.Typer(rich_markup_mode="markdown")
    for word, function in functions.items():
        typed.command(word, cls=Command)(flat(function))
    # A name that stands for several, even where there is but one.
    typed.callback()(_nothing)
    return typer.main.get_group(typed).commands


def _nothing() -> None:
    """Do nothing before a command."""
