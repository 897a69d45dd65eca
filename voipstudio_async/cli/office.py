"""The commands ``sms``, ``contacts`` and ``queues``: what an office does every day."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import attrs
import typer

from ..entities import Contact, Entity, Queue, Sms
from ..entities.phones import phone_digits
from ..errors import ConfigurationError
from ..unset import UNSET
from . import asking
from .calling import To, Yes
from .connection import Connection
from .exits import say
from .formats import Format
from .reading import One, OneFormat, listing_of
from .words import counted

ContactId = Annotated[int, typer.Argument(metavar="ID", help="Which contact.", show_default=False)]
ContactIds = Annotated[list[int], typer.Argument(metavar="ID...", help="Which contacts.", show_default=False)]
QueueId = Annotated[int, typer.Argument(metavar="QUEUE", help="The id of the queue.", show_default=False)]
UserIds = Annotated[list[int], typer.Argument(metavar="USER...", help="The ids of the users.", show_default=False)]


def _show(
    entity: type[Entity], connection: Connection, format: Format, work: Callable[[Any], Awaitable[Entity]]
) -> None:
    """Do something with a client, and show what it answers."""

    async def send() -> Entity:
        async with connection.client() as client:
            return await work(client)

    One(entity, connection, format, None).write(send, None)


def send(
    *,
    to: To,
    message: Annotated[str, typer.Option("--message", metavar="MESSAGE", help="What it says.", show_default=False)],
    from_number: Annotated[
        str | None, typer.Option("--from-number", metavar="NUMBER", help="The number of the account that it is from.")
    ] = None,
    yes: Yes = False,
    format: OneFormat = Format.TABLE,
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
    asking.confirm(f"send a text message to {number}", yes=yes)
    _show(
        Sms,
        connection,
        format,
        lambda client: client.sms.send(to=number, message=message, from_number=sender),
    )


@attrs.frozen(kw_only=True)
class Card:
    """What is known of a contact."""

    first_name: Annotated[str | None, typer.Option("--first-name", metavar="NAME", help="The first name.")] = None
    last_name: Annotated[str | None, typer.Option("--last-name", metavar="NAME", help="The last name.")] = None
    company: Annotated[str | None, typer.Option("--company", metavar="NAME", help="The company.")] = None
    email: Annotated[str | None, typer.Option("--email", metavar="ADDRESS", help="The e-mail address.")] = None
    tel: Annotated[str | None, typer.Option("--tel", metavar="NUMBER", help="The phone number.")] = None
    mobile: Annotated[str | None, typer.Option("--mobile", metavar="NUMBER", help="The mobile number.")] = None
    group_name: Annotated[str | None, typer.Option("--group-name", metavar="NAME", help="The folder.")] = None
    notes: Annotated[str | None, typer.Option("--notes", metavar="NOTES", help="Notes.")] = None

    def given(self) -> dict[str, str]:
        """Return what was given, of which there must be something."""
        found = {name: value for name, value in attrs.asdict(self).items() if value is not None}
        if not found:
            raise ConfigurationError("give at least one field of the contact, --first-name for instance")
        return found


def create(*, card: Card, format: OneFormat = Format.TABLE, connection: Connection) -> None:
    """Create a contact.

    Examples:
    * `voipstudio contacts create --first-name Ann --last-name Novak --mobile 447700900123`
    """
    fields = card.given()
    _show(Contact, connection, format, lambda client: client.contacts.create(**fields))


def update(*, id: ContactId, card: Card, format: OneFormat = Format.TABLE, connection: Connection) -> None:
    """Change a contact: the fields that are given, and no others.

    Examples:
    * `voipstudio contacts update 4711 --tel 442079460000`
    """
    fields = card.given()
    _show(Contact, connection, format, lambda client: client.contacts.update(id, **fields))


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


def join(*, queue: QueueId, users: UserIds, format: OneFormat = Format.TABLE, connection: Connection) -> None:
    """Have users take the calls of a queue.

    Examples:
    * `voipstudio queues join 20012 7206 7207`
    """
    _show(Queue, connection, format, lambda client: client.queues.join(queue, users))


def leave(*, queue: QueueId, users: UserIds, format: OneFormat = Format.TABLE, connection: Connection) -> None:
    """Have users take the calls of a queue no more.

    Examples:
    * `voipstudio queues leave 20012 7206`
    """
    _show(Queue, connection, format, lambda client: client.queues.leave(queue, users))


COMMANDS: dict[str, dict[str, Callable[..., Any]]] = {
    "sms": {"send": send, "list": listing_of("sms")},
    "contacts": {"list": listing_of("contacts"), "create": create, "update": update, "move": move},
    "queues": {"list": listing_of("queues"), "join": join, "leave": leave},
}
