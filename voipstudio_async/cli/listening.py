"""The command ``webhooks listen``: print the events that are delivered here, until Ctrl-C."""

from __future__ import annotations

import asyncio
import enum
import errno
import os
import sys
from datetime import UTC
from typing import Annotated

import typer

from ..entities.zones import seen_in
from ..errors import ConfigurationError
from ..webhooks import ANYONE, CallEvent, Credentials, Event, Receiver, serve
from .exits import FAILED, say
from .records import record, to_json
from .terminal import tame
from .words import clock_text

VARIABLE = "VOIPSTUDIO_WEBHOOK_CREDENTIALS"
_SHOWN = frozenset({"id", "event_name", "event_time"})
"""What stands at the head of a line, or says nothing to a person."""


class Form(enum.StrEnum):
    """How an event is printed."""

    TEXT = "text"
    JSON = "json"


def listen(
    *,
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="The port; 0 is any free one.")
    ] = 9000,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="The address to listen on; 0.0.0.0 for other machines.")
    ] = "127.0.0.1",
    form: Annotated[Form, typer.Option("--format", help="How an event is printed, on one line each.")] = Form.TEXT,
    anyone: Annotated[
        bool,
        typer.Option("--anyone", help="Accept deliveries without credentials, from anyone who can reach the port."),
    ] = False,
) -> None:
    """Print the events that are delivered to this machine, one on each line, until Ctrl-C.

    Deliveries must show the credentials of VOIPSTUDIO_WEBHOOK_CREDENTIALS (`user:password`); repeats are printed once.
    The vendor delivers to https URLs only: forward one to this port, with a proxy or a tunnel. Every path is answered.

    Examples:
    * `voipstudio webhooks listen --port 9000`
    * `voipstudio webhooks listen --anyone --format json`
    * `voipstudio webhooks listen --host 0.0.0.0 --port 9000`
    """
    try:
        asyncio.run(_listen(_receiver(anyone=anyone), host, port, form))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        say(f"error: port {port} is in use; choose another with --port, or any free one with --port 0")
        raise typer.Exit(FAILED) from None


def _receiver(*, anyone: bool) -> Receiver:
    if not anyone and not os.environ.get(VARIABLE, "").strip():
        raise ConfigurationError(f"set {VARIABLE} to user:password, or accept deliveries from anyone with --anyone")
    return Receiver(
        credentials=ANYONE if anyone else Credentials.from_env(VARIABLE),
        on_poison=lambda body, _: say(f"a delivery of {len(body)} bytes is no event"),
    )


async def _listen(receiver: Receiver, host: str, port: int, form: Form) -> None:
    events: asyncio.Queue[Event] = asyncio.Queue()
    receiver.on(Event)(events.put)
    async with serve(receiver, host, port, told=_told) as url:
        say(f"listening on {url}; Ctrl-C ends it")
        while True:
            event = await events.get()
            sys.stdout.write(to_json(event.to_dict()) + "\n" if form is Form.JSON else _line(event) + "\n")
            sys.stdout.flush()


def _told(method: str, status: int) -> None:
    if status == 401:
        say(f"{method} answered with 401: the credentials are missing or wrong")
    elif status != 200:
        say(f"{method} answered with {status}")
    elif method != "POST":
        say(f"{method} answered with 200: a probe")


def _line(event: Event) -> str:
    """Write an event as a person reads it: when, what, between whom, and what else it holds."""
    when = "-" if event.event_time is None else clock_text(seen_in(event.event_time, UTC))
    parts = [when, f"{event.event_name or 'without a name':<19}", type(event).__name__]
    shown = _SHOWN
    if isinstance(event, CallEvent) and (event.src or event.dst):
        parts.append(f"{event.src or '?'} -> {event.dst or '?'}")
        shown |= {"src", "dst"}
    rest = {name: value for name, value in record(event, UTC).items() if name not in shown and value is not None}
    return tame(" ".join([*parts, *(f"{name}={to_json(value)}" for name, value in rest.items())])).replace("\n", " ")


COMMANDS = {"webhooks": {"listen": listen}}
