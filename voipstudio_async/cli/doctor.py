"""The command ``doctor``: which assumptions of the SDK hold on an account, as a text for a bug report."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from ..doctor import Examination, examine, local
from . import output as outputs
from .connection import Connection
from .exits import FAILED, say
from .reading import Output
from .records import to_json
from .words import counted


class Form(enum.StrEnum):
    """How the findings are written."""

    TEXT = "text"
    JSON = "json"


def doctor(
    *,
    this_side: Annotated[
        bool, typer.Option("--local", help="Tell versions and settings of this machine instead; nothing is sent.")
    ] = False,
    format: Annotated[Form, typer.Option(help="How the findings are written.")] = Form.TEXT,
    output: Output = None,
    connection: Connection,
) -> None:
    """Find out which assumptions of the SDK hold on an account, to paste into a bug report.

    It sends some 150 small requests that change nothing. What it prints are names of fields, statuses, counts and
    times: nothing that stands in a record, no token, no password.

    Examples:
    * `voipstudio doctor`
    * `voipstudio doctor --format json --output findings.json`
    * `voipstudio doctor --local`
    """
    outputs.check(output)
    if this_side:
        connection.check()
        facts = this_machine(connection)
        _write(output, lines(facts) if format is Form.TEXT else to_json(facts, indent=2) + "\n")
        return
    found = connection.run(lambda: _examined(connection))
    _write(output, found.text() if format is Form.TEXT else to_json(found.to_dict(), indent=2) + "\n")
    if found.unanswered:
        say(
            f"warning: no answer came to {counted(found.unanswered, 'request')}: what is unknown may be known next time"
        )
        raise typer.Exit(FAILED)


async def _examined(connection: Connection) -> Examination:
    async with connection.client() as client:
        return await examine(client)


def this_machine(connection: Connection) -> dict[str, str]:
    """Tell versions and settings of this machine, without a secret."""
    token_from, base_url = connection.told_source()
    return local(token_from=token_from, base_url=base_url, zone=connection.tz, proxy=connection.proxy)


def lines(facts: dict[str, str]) -> str:
    """Write facts one below the other."""
    width = max(map(len, facts))
    return "".join(f"{name:<{width}}  {value}\n" for name, value in facts.items())


def _write(target: Path | None, text: str) -> None:
    with outputs.opened(target) as file:
        file.write(text)


COMMANDS = {"doctor": doctor}
