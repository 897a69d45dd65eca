"""The commands, put together."""

from __future__ import annotations

from typing import Annotated

import typer

from .. import __version__
from . import (
    accounts,
    calling,
    doctor,
    downloading,
    exporting,
    listening,
    office,
    raw,
    reading,
    reporting,
    serving,
    signals,
    streams,
)
from .exits import ended
from .flags import Command, Group
from .options import flat

app = typer.Typer(
    name="voipstudio",
    cls=Group,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for name, command in (
    ("me", reading.me),
    ("list", reading.listing),
    ("get", reading.get),
    ("export", exporting.export),
    ("report", reporting.report),
    ("sandbox", serving.sandbox),
    ("raw", raw.raw),
    ("doctor", doctor.doctor),
):
    app.command(name, cls=Command)(flat(command))

GROUPS: tuple[typer.Typer, ...] = (
    accounts.auth,
    calling.calls,
    *office.GROUPS,
    *downloading.GROUPS,
    listening.webhooks,
)
"""See `voipstudio_async.cli.groups`."""

for group in GROUPS:
    app.add_typer(group)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def voipstudio(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Read and report on a VoIPstudio account.

    The token is taken from --token-file, VOIPSTUDIO_API_TOKEN or a login ('voipstudio auth login'), never from the
    command line itself.

    Exit codes: 0 everything was done; 1 something could not be fetched, written or served, or may not be all;
    2 wrong usage: the command cannot work as it was given; 130 ended by Ctrl-C, 129 by SIGHUP, 143 by SIGTERM;
    141 the reader of the output has gone.

    Examples:
    * `voipstudio report --sandbox`
    * `voipstudio list cdrs --where 'duration>60' --from yesterday`
    * `voipstudio export cdrs --output calls.parquet`
    """


def run() -> int:
    """Run the command line and give its exit code."""
    streams.guard()
    signals.install()
    try:
        with ended():
            code = _run()
    except typer.Exit as ending:
        return ending.exit_code
    return code


def _run() -> int:
    try:
        app(prog_name="voipstudio")
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else 1
    return 0
