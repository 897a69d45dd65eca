"""The commands ``sms``, ``contacts`` and ``queues``: what an office does every day."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import typer

from ..entities import Entity, Queue, Sms
from ..entities.phones import phone_digits
from ..errors import ConfigurationError
from ..unset import UNSET
from . import asking
from .calling import To, Yes
from .changes import CREATIONS, UPDATES
from .changing import command_of
from .connection import Connection
from .exits import say
from .reading import Shown, listing_of
from .words import counted

ContactIds = Annotated[list[int], typer.Argument(metavar="ID...", help="Which contacts.", show_default=False)]
QueueId = Annotated[int, typer.Argument(metavar="QUEUE", help="The id of the queue.", show_default=False)]
UserIds = Annotated[list[int], typer.Argument(metavar="USER...", help="The ids of the users.", show_default=False)]


def _show(entity: type[Entity], connection: Connection, shown: Shown, work: Callable[[Any], Awaitable[Entity]]) -> None:
    """Do something with a client, and show what it answers."""

    async def send() -> Entity:
        async with connection.client() as client:
            return await work(client)

    shown.one(entity, connection, send)


def send(
    *,
    to: To,
    message: Annotated[str, typer.Option("--message", metavar="MESSAGE", help="What it says.", show_default=False)],
    from_number: Annotated[
        str | None, typer.Option("--from-number", metavar="NUMBER", help="The number of the account that it is from.")
    ] = None,
    yes: Yes = False,
    shown: Shown,
    connection: Connection,
) -> None:
    """Send a text message, which costs money. It is never sent twice.

    Examples:
    * `voipstudio sms send '+44 7700 900123' --message 'We will call you back at 4.'`
    * `voipstudio sms send 447700900123 --message 'On my way' --from-number 442079460000 --yes`
    """
    number = phone_digits(to)
    sender = UNSET if from_number is None else phone_digits(from_number)
    if not message.strip():
        raise ConfigurationError("--message is empty")
    connection.check()
    shown.check(Sms)
    asking.confirm(f"send a text message to {number}", yes=yes)
    _show(
        Sms,
        connection,
        shown,
        lambda client: client.sms.send(to=number, message=message, from_number=sender),
    )


def move(
    *,
    ids: ContactIds,
    group_name: Annotated[
        str | None, typer.Option("--group-name", metavar="NAME", help="The folder; out of every folder, without it.")
    ] = None,
    connection: Connection,
) -> None:
    """Move contacts to a folder, or out of it.

    Examples:
    * `voipstudio contacts move 4711 4712 --group-name Suppliers`
    """

    async def send() -> None:
        async with connection.client() as client:
            await client.contacts.move(ids, group_name=group_name)

    connection.run(send)
    where = "out of their folders" if group_name is None else f"to {group_name!r}"
    say(f"moved {counted(len(ids), 'contact')} {where}")


def join(*, queue: QueueId, users: UserIds, shown: Shown, connection: Connection) -> None:
    """Have users take the calls of a queue.

    Examples:
    * `voipstudio queues join 20012 7206 7207`
    """
    _show(Queue, connection, shown, lambda client: client.queues.join(queue, users))


def leave(*, queue: QueueId, users: UserIds, shown: Shown, connection: Connection) -> None:
    """Have users take the calls of a queue no more.

    Examples:
    * `voipstudio queues leave 20012 7206`
    """
    _show(Queue, connection, shown, lambda client: client.queues.leave(queue, users))


COMMANDS: dict[str, dict[str, Callable[..., Any]]] = {
    "sms": {"send": send, "list": listing_of("sms")},
    "contacts": {
        "list": listing_of("contacts"),
        "create": command_of(CREATIONS["contacts"], "contacts create"),
        "update": command_of(UPDATES["contacts"], "contacts update"),
        "move": move,
    },
    "queues": {"list": listing_of("queues"), "join": join, "leave": leave},
}
