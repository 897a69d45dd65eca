"""One case of the bench: a server, a call, and what comes of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import attrs
from hostile.servers import Hostile, Script

from voipstudio_async import AsyncVoipStudio

MOST_BYTES = 2**20
"""The clients of the bench take bodies of one MiB."""

Act = Callable[[Any], Any]


def list_users(client: Any) -> Any:
    """Fetch all users, two to a page."""
    return client.users.list(page_size=2).collect()


def one_page(client: Any) -> Any:
    """Fetch a single page of users."""
    return client.users.list().page(1)


def get_user(client: Any) -> Any:
    """Fetch one user."""
    return client.users.get(1)


def delete_user(client: Any) -> Any:
    """Delete one user."""
    return client.users.delete(1)


def create_group(client: Any) -> Any:
    """Create something: a thing that must not happen twice."""
    return client.user_groups.create(name="Sales")


IDLE = 0.08
"""Seconds between two calls: time enough for what comes late."""


def get_users_later(client: Any) -> Any:
    """Fetch one user, wait, and fetch another one: return the second."""
    if isinstance(client, AsyncVoipStudio):
        return _get_users_later(client)
    client.users.get(1)
    time.sleep(IDLE)
    return [client.users.get(2)]


async def _get_users_later(client: AsyncVoipStudio) -> Any:
    await client.users.get(1)
    await asyncio.sleep(IDLE)
    return [await client.users.get(2)]


@attrs.frozen(kw_only=True)
class Case:
    """One server and what comes of it: either an error, or the ids of the rows that are returned."""

    name: str
    script: Script
    act: Act = one_page
    raises: type[Exception] | None = None
    match: str = ""
    gives: list[int] | None = None
    requests: int | None = None
    """How many requests the server must have seen, where that matters."""
    tls: str | None = None
    """Which certificate the server shows, if any; see `certificates.serving`."""
    options: Callable[[Hostile], dict[str, Any]] = lambda _: {}
    """More arguments for the client."""
    check: Callable[[Hostile, Any], None] | None = None
    """What else must be true, of the server and of the error or the result."""
