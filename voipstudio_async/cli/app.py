"""The commands, put together."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from ..version import __version__
from . import signals, streams
from .boundary import ended
from .groups import Place, all_of
from .terminal import tame

PLACES = (
    Place("me", "reading", "Show who the token belongs to."),
    Place("list", "reading", "List rows of a resource."),
    Place("count", "counting", "Count the rows of a resource, with one small request."),
    Place("get", "reading", "Show one thing."),
    Place("create", "changing", "Create something: a contact, a group, a report that is mailed."),
    Place("update", "changing", "Change something: the fields that are given, and no others."),
    Place("delete", "deleting", "Delete things, for good. It asks first, and says of each whether it is gone."),
    Place(
        "export",
        "exporting",
        "Write the rows of a resource to a file, in little memory: CSV, NDJSON, Parquet or Arrow.",
    ),
    Place("sql", "querying", "Ask an account in SQL: every listing is a table by its name."),
    Place("report", "reporting", "Report on the calls of all users: calls, answered, missed, talk time, charge."),
    Place(
        "sandbox",
        "serving",
        "Serve an invented account on this machine until Ctrl-C, for trying things out and for tests.",
    ),
    Place("raw", "raw", "Send any request, and show its answer. Anything but a GET asks for --yes."),
    Place("doctor", "doctor", "Find out which assumptions of the SDK hold on an account, to paste into a bug report."),
    Place("auth", "accounts", "Log in, and choose between accounts."),
    Place("calls", "calling", "See the calls that are going on, place and end them."),
    Place("sms", "office", "Send text messages."),
    Place("contacts", "office", "Keep the address book."),
    Place("queues", "office", "See who takes the calls of a queue."),
    Place("recordings", "downloading", "Save recordings into a folder."),
    Place("voicemails", "downloading", "Save voicemails into a folder."),
    Place("faxes", "downloading", "Save faxes into a folder."),
    Place("invoices", "downloading", "Save invoices into a folder."),
    Place("webhooks", "listening", "Receive webhooks."),
)
"""All commands, in the order in which they are shown. What one needs is imported when it is run, and not before."""

app = typer.Typer(
    name="voipstudio",
    cls=all_of(PLACES),
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(ctx: typer.Context, wanted: bool) -> None:
    if not wanted:
        return
    if ctx.params["verbose"]:
        # Not imported for the version alone.
        from . import doctor  # noqa: PLC0415
        from .connection import PROFILE_VARIABLE, Connection  # noqa: PLC0415

        connection = Connection(profile=os.environ.get(PROFILE_VARIABLE))
        typer.echo(tame(doctor.lines(doctor.this_machine(connection))), nl=False)
    else:
        typer.echo(__version__)
    raise typer.Exit


@app.callback()
def voipstudio(
    *,
    # Eager, so that it is known when the version is told, in whatever order the two are given.
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose",
            "-v",
            is_eager=True,
            help="With --version: also show libraries, extras, proxies, where the token comes from, and the time zone.",
        ),
    ] = False,
    version: Annotated[bool, typer.Option("--version", callback=_version, help="Show the version.")] = False,
) -> None:
    """Read, change and report on a VoIPstudio account.

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
    if verbose and not version:
        raise typer.BadParameter("give it after the name of a command, or with --version", param_hint="'--verbose'")


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
