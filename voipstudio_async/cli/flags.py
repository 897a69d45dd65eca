"""Commands whose help and errors read as alike as the versions of the library that draws them allow."""

from __future__ import annotations

import copy
from shutil import get_terminal_size
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

from . import narrow

_LIBRARY_WORDS = "Value error, "
"""What some versions put before the text of a wrong value."""


def _no_type(ctx: Any) -> None:
    """Show no type."""


def _plain(parameters: list[Any]) -> list[Any]:
    for each in parameters:
        if getattr(each, "is_flag", False):
            # Some versions show a flag as if it took a value: --all <bool>.
            each.metavar = ""
        elif isinstance(each, TyperArgument):
            # Some versions show the type beside the name: RESOURCE <str>.
            vars(each)["display_type_rich"] = _no_type
    return parameters


def _without_contrary(parameter: Any) -> Any:
    if not getattr(parameter, "secondary_opts", None):
        return parameter
    shown = copy.copy(parameter)
    shown.secondary_opts = []
    return shown


def _format(kind: Any, command: Any, ctx: Any, formatter: Any) -> None:
    width = get_terminal_size().columns
    if narrow.is_cut(command.get_params(ctx), ctx, width):
        narrow.write(command, ctx, formatter, width)
    else:
        kind.format_help(command, ctx, formatter)


class Command(TyperCommand):
    """A command."""

    def get_params(self, ctx: Any) -> list[Any]:
        """List the parameters, ``--help`` among them."""
        return _plain(super().get_params(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Show the help, without a column for what begins with --no-: it would cut the names of options short."""
        shown: Any = copy.copy(self)
        shown.params = [_without_contrary(each) for each in self.params]
        _format(TyperCommand, shown, ctx, formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the command line."""
        try:
            return super().parse_args(ctx, args)
        except typer.BadParameter as error:
            error.message = error.message.removeprefix(_LIBRARY_WORDS)
            raise


class Group(TyperGroup):
    """The commands together."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Show the help."""
        _format(TyperGroup, self, ctx, formatter)

    def get_params(self, ctx: Any) -> list[Any]:
        """List the parameters, ``--help`` among them."""
        return _plain(super().get_params(ctx))
