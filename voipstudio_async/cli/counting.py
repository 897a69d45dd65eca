"""The command ``count``: how many rows a listing has."""

from __future__ import annotations

import typer

from .connection import Connection
from .names import LISTINGS, find
from .selection import Conditions, ListingName, OwnerId


def count(*, resource: ListingName, id: OwnerId = None, conditions: Conditions, connection: Connection) -> None:
    """Count the rows of a resource, with one small request.

    Examples:
    * `voipstudio count users`
    * `voipstudio count cdrs --where 'duration>60' --from yesterday`
    * `voipstudio count users.cdrs 7206 --from last-month --to last-month`
    """
    named = find(LISTINGS, resource)
    owner = named.arguments(id)
    filters = conditions.conditions(named, connection)

    async def fetch() -> int:
        async with connection.client() as client:
            rows: int = await named.bound(client)(*owner, *filters).count()
            return rows

    typer.echo(connection.run(fetch))


COMMANDS = {"count": count}
