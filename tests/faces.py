"""Both faces behind one: a scenario is written once, with `settle` and `every`, and runs awaited and blocking."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from voipstudio_async import AsyncVoipStudio, VoipStudio

FACES: tuple[type[Any], ...] = (AsyncVoipStudio, VoipStudio)


async def settle(value: Any) -> Any:
    """Return what a call gives: awaited on the one face, as it is on the other."""
    return await value if inspect.isawaitable(value) else value


async def every(things: Any) -> list[Any]:
    """Iterate to the end, in the way of the face."""
    return [thing async for thing in things] if hasattr(things, "__aiter__") else list(things)


async def leave(things: Any) -> None:
    """Close an iterator that was not used up."""
    await settle(things.aclose() if hasattr(things, "aclose") else things.close())


async def step(things: Any) -> Any:
    """Take one from an iterator."""
    return await anext(things) if hasattr(things, "__anext__") else next(things)


@asynccontextmanager
async def opened(face: type[Any], *args: Any, **options: Any) -> AsyncIterator[Any]:
    """Make a client, and close it in the end."""
    client = face(*args, **options)
    try:
        yield client
    finally:
        await settle(client.close())


def operation(client: Any, name: str) -> Any:
    """Find an operation by its dotted name, ``users.get``."""
    for part in name.split("."):
        client = getattr(client, part)
    return client
