"""Deliveries and receivers that several tests of webhooks share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from voipstudio_async.webhooks import CallHangup, Credentials, Event, Receiver
from voipstudio_async.webhooks.testing import request

GOOD = Credentials("voip", "s3cret-of-the-hook")
WRONG = Credentials("voip", "another-secret")


def hangup(number: int, **fields: Any) -> Event:
    """Make the event of a call that ended."""
    return CallHangup(id=f"sip1-{number}", call_id=number, **fields)


async def deliver(hooks: Receiver, event: Event, credentials: Credentials | None = GOOD) -> int:
    """Hand an event to a receiver, as an adapter would."""
    sent = request(event, credentials)
    return await hooks.receive(sent.method, sent.headers, sent.body)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is true; the test's own time limit ends a wait that would not."""
    while not condition():  # noqa: ASYNC110 - nothing tells the moment in which a receiver is done
        await asyncio.sleep(0.001)
