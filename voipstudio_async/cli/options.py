"""Options that come in groups: a command names an attrs class as a parameter, and every field of it becomes an option.

::

    def listing(*, resource: ListingName, selection: Selection, connection: Connection) -> None: ...

    app.command("list")(flat(listing))

Typer knows functions only; here the function that it sees is made from the one that is written. It also ends every
command the same way, see `voipstudio_async.cli.exits`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

import attrs
import typer

from . import logs
from .boundary import ended

Command = Callable[..., None]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Show the log, with every request, on stderr; see also VOIPSTUDIO_LOG.")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]


def typed(context: typer.Context, *parameters: str) -> list[str]:
    """List those of the named parameters that stand on the command line, even if with the value they have anyhow."""
    return [each for each in parameters if _source(context, each) == "COMMANDLINE"]


def _source(context: typer.Context, parameter: str) -> str:
    source = context.get_parameter_source(parameter)
    return "" if source is None else source.name


def flat(function: Command) -> Command:
    """Return the function that typer sees: groups spelt out as options, and an ending for every error."""
    written = inspect.signature(function, eval_str=True)
    groups = {each.name: each.annotation for each in written.parameters.values() if attrs.has(each.annotation)}

    @functools.wraps(function)
    def run(*, debug: bool, verbose: bool, **given: Any) -> None:
        with ended(debug=debug), logs.shown(verbose=verbose):
            function(**_grouped(groups, given))

    common = (_parameter("verbose", Verbose, default=False), _parameter("debug", Debug, default=False))
    parameters = [*_spelt_out(written), *common]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def _spelt_out(signature: inspect.Signature) -> Iterator[inspect.Parameter]:
    for parameter in signature.parameters.values():
        if not attrs.has(parameter.annotation):
            yield parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            continue
        attrs.resolve_types(parameter.annotation, include_extras=True)
        for each in _options(parameter.annotation):
            yield _parameter(each.name, each.type, each.default)


def _options(group: type[Any]) -> Iterator[Any]:
    return (each for each in attrs.fields(group) if each.init)


def flags_of(*groups: type[Any]) -> set[str]:
    """List the options that groups have, as they are typed."""
    found: set[str] = set()
    for group in groups:
        attrs.resolve_types(group, include_extras=True)
        for each in _options(group):
            declared = [flag for info in each.type.__metadata__ for flag in info.param_decls or ()]
            found.update(declared or [f"--{each.name.replace('_', '-')}"])
    return found


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _grouped(groups: Mapping[str, type[Any]], given: Mapping[str, Any]) -> dict[str, Any]:
    rest = dict(given)
    made = {
        name: group(**{each.name: rest.pop(each.name) for each in _options(group)}) for name, group in groups.items()
    }
    return rest | made
