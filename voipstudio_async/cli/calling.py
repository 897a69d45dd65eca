"""The commands ``calls``: which are going on, and placing, ending and watching them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..entities import Call
from ..entities.phones import ANONYMOUS, phone_digits
from ..errors import ConfigurationError
from ..unset import UNSET
from . import asking
from .connection import Connection
from .consoles import data_console
from .exits import say
from .reading import Shown, listing_of
from .records import Record, record
from .tables import cell
from .terminal import tame

if TYPE_CHECKING:
    from rich.table import Table

_COLUMNS = ("id", "state", "src", "src_name", "dst", "dst_name", "duration")

Yes = Annotated[bool, typer.Option("--yes", help="Yes, do it: nothing is asked.")]
To = Annotated[str, typer.Argument(metavar="NUMBER", help="Such as '+44 20 7946 0000'.", show_default=False)]


def place(
    *,
    to: To,
    from_user: Annotated[
        int | None,
        typer.Option("--from-user", metavar="ID", help="Whose phone rings first; the token's owner's, else."),
    ] = None,
    caller_id: Annotated[
        str | None,
        typer.Option("--caller-id", metavar="NUMBER", help="The number that the person called sees, or anonymous."),
    ] = None,
    yes: Yes = False,
    shown: Shown,
    connection: Connection,
) -> None:
    """Place a call: a user's phone rings, and when it is answered, the number is called. It is never placed twice.

    Examples:
    * `voipstudio calls place '+44 20 7946 0000'`
    * `voipstudio calls place 447700900123 --from-user 7206 --yes --format json`
    """
    number = phone_digits(to)
    if caller_id is not None and caller_id != ANONYMOUS:
        phone_digits(caller_id)
    connection.check()
    shown.check(Call)
    asking.confirm(f"place a call to {number}", yes=yes)

    async def send() -> Any:
        async with connection.client() as client:
            return await client.calls.place(
                to=number,
                from_user=UNSET if from_user is None else from_user,
                caller_id=UNSET if caller_id is None else caller_id,
            )

    shown.one(Call, connection, send)


def hang_up(
    *,
    id: Annotated[int, typer.Argument(metavar="ID", help="Which call.", show_default=False)],
    yes: Yes = False,
    connection: Connection,
) -> None:
    """End a call.

    Examples:
    * `voipstudio calls hang-up 4294967301`
    * `voipstudio calls hang-up 4294967301 --yes`
    """
    connection.check()
    asking.confirm(f"end the call {id}", yes=yes)

    async def send() -> None:
        async with connection.client() as client:
            await client.calls.hang_up(id)

    connection.run(send)
    say(f"the call {id} was ended")


def watch(
    *,
    interval: Annotated[
        float, typer.Option("--interval", metavar="SECONDS", help="How long to wait between two looks.")
    ] = 2.0,
    connection: Connection,
) -> None:
    """Watch the calls that are going on, until Ctrl-C. Where stdout is no terminal, changes are written as lines.

    Examples:
    * `voipstudio calls watch`
    * `voipstudio calls watch --interval 5`
    """
    if not 0.5 <= interval <= 3600:
        raise ConfigurationError(f"--interval must be from 0.5 to 3600 seconds, got {interval:g}")
    connection.check()
    with _screen() if sys.stdout.isatty() else _lines() as show:
        connection.run(lambda: _watch(connection, interval, show))


Show = Callable[[Sequence[Record]], None]


async def _watch(connection: Connection, interval: float, show: Show) -> None:
    async with connection.client() as client:
        while True:
            show([row async for row in _rows(client, connection)])
            await asyncio.sleep(interval)


async def _rows(client: Any, connection: Connection) -> AsyncIterator[Record]:
    async for call in client.calls.list():
        yield record(call, connection.zone, connection.known)


@contextmanager
def _screen() -> Generator[Show]:
    """Show a table that changes."""
    # Imported where it is wanted: only this command draws what moves.
    from rich.live import Live  # noqa: PLC0415

    with Live(console=data_console(sys.stdout), auto_refresh=False) as live:
        yield lambda rows: live.update(_table(rows), refresh=True)


def _table(rows: Sequence[Record]) -> Table:
    from rich import box  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(*_COLUMNS, box=box.SIMPLE_HEAD, show_edge=False, title=f"calls: {len(rows):,}", title_justify="left")
    for row in rows:
        table.add_row(*(cell(row.get(name)) for name in _COLUMNS))
    return table


@contextmanager
def _lines() -> Generator[Show]:
    """Write a line for each call that begins, changes its state or ends."""
    states: dict[int, Any] = {}

    def show(rows: Sequence[Record]) -> None:
        found = {row["id"]: row for row in rows}
        for id in [each for each in states if each not in found]:
            del states[id]
            _write(f"{id}\tENDED")
        for id, row in found.items():
            if states.get(id) != row.get("state"):
                states[id] = row.get("state")
                _write(f"{id}\t{row.get('state')}\t{row.get('src') or ''}\t{row.get('dst') or ''}")
        sys.stdout.flush()

    yield show


def _write(line: str) -> None:
    sys.stdout.write(tame(line) + "\n")


COMMANDS: dict[str, dict[str, Callable[..., Any]]] = {
    "calls": {"list": listing_of("calls"), "place": place, "hang-up": hang_up, "watch": watch}
}
