"""The commands by their names. Each is imported and made when it is wanted: help needs no more than its summary.

A module of commands says in ``COMMANDS`` which it has: a name, and the function; or a word, and the functions that
belong together under it, as in ``voipstudio calls list``.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple, Protocol, runtime_checkable

import typer
import typer.main
from typer.core import TyperCommand

from . import missing_library
from .exits import USAGE, say
from .flags import Command, Group


@runtime_checkable
class Named(Protocol):
    """Commands that go by other names as well, and know what to say of a wrong one."""

    def called(self, word: str) -> str:
        """Return the name that a word stands for."""
        ...

    def refusal(self, word: str) -> str:
        """Say why a word is no name of these."""
        ...


class Place(NamedTuple):
    """Where a command, or a group of them, is."""

    name: str
    module: str
    """The module of this package that has it."""
    summary: str
    """Of a command, the first sentence of its help; of a group, all of it."""

    def overview(self) -> Any:
        """Return what stands for it in the help of all commands."""
        return TyperCommand(self.name, help=self.summary, rich_markup_mode="markdown")

    def made(self) -> Any:
        """Import it, and return what typer runs."""
        found: Any = self._module().COMMANDS[self.name]
        if callable(found):
            return _made({self.name: found})[self.name]
        typed = typer.Typer(name=self.name, help=self.summary, cls=_later(found), no_args_is_help=True)
        return typer.main.get_group(typed)

    def _module(self) -> Any:
        try:
            return import_module(f".{self.module}", __package__)
        except ImportError as error:
            said = missing_library(error)
            if said is None:
                raise
            say(said)
            raise typer.Exit(USAGE) from None


def all_of(places: Sequence[Place]) -> type[Group]:
    """Return the class of the program: all commands, each of which is imported when it is wanted."""
    by_name = {place.name: place for place in places}

    class Program(Group):
        """All commands."""

        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            # In the order in which they are to be shown.
            self._overview = {place.name: place.overview() for place in places}
            self.commands = dict(self._overview)

        def list_commands(self, ctx: Any) -> list[str]:
            return list(by_name)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            if cmd_name in by_name and self.commands[cmd_name] is self._overview[cmd_name]:
                self.commands[cmd_name] = by_name[cmd_name].made()
            return super().get_command(ctx, cmd_name)

        def format_help(self, ctx: Any, formatter: Any) -> None:
            shown: Any = copy.copy(self)
            shown.__class__ = Group
            shown.commands = self._overview
            shown.format_help(ctx, formatter)

    return Program


def _later(functions: Mapping[str, Any]) -> type[Group]:
    class Later(Group):
        """A group whose commands are made when one of them is wanted."""

        def list_commands(self, ctx: Any) -> list[str]:
            self.commands.update({} if self.commands else _made(functions))
            return super().list_commands(ctx)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            self.list_commands(ctx)
            found = super().get_command(ctx, cmd_name)
            if found is None and isinstance(functions, Named):
                found = super().get_command(ctx, functions.called(cmd_name))
                if found is None and ctx is not None and not ctx.resilient_parsing:
                    # Not as the library would say it, which adds a guess of its own.
                    say(f"error: {functions.refusal(cmd_name)}")
                    raise typer.Exit(USAGE)
            return found

    return Later


def _made(functions: Mapping[str, Any]) -> Mapping[str, Any]:
    # Not imported with the help of all commands, which needs no options.
    from .options import flat  # noqa: PLC0415

    typed = typer.Typer(rich_markup_mode="markdown")
    for word, function in functions.items():
        typed.command(word, cls=Command)(flat(function))
    # A name that stands for several, even where there is but one.
    typed.callback()(_nothing)
    return typer.main.get_group(typed).commands


def _nothing() -> None:
    """Do nothing before a command."""
