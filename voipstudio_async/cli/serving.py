"""The command ``sandbox``: an API of one's own, until Ctrl-C."""

from __future__ import annotations

import errno
import re
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import attrs
import typer

from ..errors import ConfigurationError
from . import dates
from .consoles import is_watched, message_console
from .exits import FAILED, say

if TYPE_CHECKING:
    from ..sandbox import Sandbox

_PANEL = "Sandbox"
_TOKEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
_TODAY: Literal["today"] = "today"

Users = Annotated[
    int, typer.Option("--users", metavar="N", min=1, rich_help_panel=_PANEL, help="Users of the account.")
]
Calls = Annotated[int, typer.Option("--calls", metavar="N", min=0, rich_help_panel=_PANEL, help="Call records in all.")]
Seed = Annotated[
    int, typer.Option("--seed", metavar="N", rich_help_panel=_PANEL, help="Another seed is another invented account.")
]
Faults = Annotated[
    float,
    typer.Option(
        "--faults",
        metavar="SHARE",
        min=0.0,
        max=1.0,
        rich_help_panel=_PANEL,
        help="Let this share of requests go wrong.",
    ),
]
Until = Annotated[
    str,
    typer.Option(
        "--until",
        metavar="DATE",
        rich_help_panel=_PANEL,
        help="The last day of its history, which is half a year long; a date makes equal seeds equal accounts.",
    ),
]


@attrs.frozen(kw_only=True)
class Account:
    """The invented account of a sandbox."""

    users: Users = 50
    calls: Calls = 10_000
    seed: Seed = 7
    until: Until = _TODAY
    faults: Faults = 0.0


def sandbox(
    *,
    # Its name is written out, since typer 0.27 would take it from the metavar: --PORT.
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="The port; 0 is any free one.")
    ] = 8080,
    account: Account,
    database: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", dir_okay=False, help="Keep the rows in this SQLite file, and go on with what it has."
        ),
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(
            "--token",
            metavar="TOKEN",
            help="The token that it asks for, which opens nothing else; a new one is made up without it.",
            show_default=False,
        ),
    ] = None,
    documented_shapes: Annotated[
        bool, typer.Option("--documented-shapes", help="Answer in the odd forms of the vendor's documentation.")
    ] = False,
) -> None:
    """Serve an invented account on this machine until Ctrl-C, for trying things out and for tests.

    It prints its URL and its token; with the two lines that it prints, every command and client uses it.

    Examples:
    * `voipstudio sandbox`
    * `voipstudio sandbox --port 8080 --users 50 --calls 10000 --seed 7`
    * `voipstudio sandbox --until 2026-06-30 --token token-of-the-sandbox`
    * `voipstudio sandbox --port 0 --faults 0.05 --database account.sqlite`
    """
    made = _made(account, port=port, database=database, documented_shapes=documented_shapes, token=_checked(token))
    with until_stopped(), opened(made, account, port) as server:
        typer.echo(
            f"url    {server.url}\ntoken  {server.token}\n\n"
            "To use it in another terminal:\n\n"
            f"export VOIPSTUDIO_API_URL={server.url}\nexport VOIPSTUDIO_API_TOKEN={server.token}\n"
        )
        say("serving; Ctrl-C ends it")
        threading.Event().wait()


@contextmanager
def started(account: Account) -> Generator[Sandbox]:
    """Serve an account on any free port for as long as it is needed."""
    with opened(_made(account, port=0), account, 0) as server:
        yield server


@contextmanager
def opened(server: Sandbox, account: Account, port: int) -> Generator[Sandbox]:
    """Fill a sandbox and serve it, with a word about it on a terminal while it is filled."""
    try:
        with _patience(f"making {account.users:,} users with {account.calls:,} call records"):
            server.__enter__()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        say(f"error: port {port} is in use; choose another with --port, or any free one with --port 0")
        raise typer.Exit(FAILED) from None
    try:
        yield server
    finally:
        server.__exit__(None, None, None)


@contextmanager
def until_stopped() -> Generator[None]:
    """End as with Ctrl-C when the process is asked to terminate, as service managers and containers do."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _checked(token: str | None) -> str | None:
    # It is printed in a line for a shell.
    if token is not None and not _TOKEN.fullmatch(token):
        raise ConfigurationError("--token: write 8 to 64 letters, digits, dots, dashes or underscores")
    return token


def _made(
    account: Account,
    *,
    port: int,
    database: Path | None = None,
    documented_shapes: bool = False,
    token: str | None = None,
) -> Sandbox:
    # A report says what it can do with a sandbox, and has none.
    from ..sandbox import Sandbox  # noqa: PLC0415

    try:
        return Sandbox(
            account.users,
            account.calls,
            account.seed,
            token=token,
            database=database,
            documented_shapes=documented_shapes,
            port=port,
            faults=account.faults,
            until=_TODAY
            if account.until.strip().lower() == _TODAY
            else dates.given(account.until, UTC, "--until", at_end=True),
        )
    except ValueError as error:
        raise ConfigurationError(str(error)) from None


@contextmanager
def _patience(what: str) -> Generator[None]:
    if not is_watched():
        yield
        return
    with message_console().status(f"{what} ..."):
        yield


COMMANDS = {"sandbox": sandbox}
