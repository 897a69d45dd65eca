"""Webhooks: the receiving half. Typed events, and a receiver that hands out each of them once.

::

    hooks = Receiver(credentials=Credentials.from_env(), seen=SqliteSeen("seen.db"))

    @hooks.on(CallMissed, final=True)
    async def alert(event: CallMissed) -> None: ...

    app.router.add_route("*", "/hooks", hooks.aiohttp)

`Receiver.receive` needs no framework. `parse` is for those who bring everything else.
"""

from .calls import EventedCall, calls_of, reconcile
from .credentials import ANYONE, Credentials, webhook_url
from .events import (
    EVENTS,
    CallConnected,
    CallDtmf,
    CallEvent,
    CallHangup,
    CallInitial,
    CallMissed,
    CallRinging,
    Event,
    RecordingReady,
    SmsReceived,
    UnknownEvent,
    parse,
)
from .receiver import Receiver
from .serving import serve
from .stores import MemorySeen, Seen, SqliteSeen

__all__ = (
    "ANYONE",
    "CallConnected",
    "CallDtmf",
    "CallEvent",
    "CallHangup",
    "CallInitial",
    "CallMissed",
    "CallRinging",
    "Credentials",
    "EVENTS",
    "Event",
    "EventedCall",
    "MemorySeen",
    "Receiver",
    "RecordingReady",
    "Seen",
    "SmsReceived",
    "SqliteSeen",
    "UnknownEvent",
    "calls_of",
    "parse",
    "reconcile",
    "serve",
    "webhook_url",
)
