"""Calls, put together from the events of their legs; and the calls that no event told of."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date
from typing import Any

import attrs

from ..entities import CallType, Cdr
from ..entities.arguments import plain, told
from ..entities.base import Extra
from ..errors import ConfigurationError
from ..wire.filters import field
from .events import RECONCILED, CallConnected, CallEvent, CallHangup, CallMissed, Event
from .handlers import confirmed, settled
from .stores import Seen


@attrs.frozen
class EventedCall:
    """A call as its events tell it, oldest first."""

    root_call_id: int
    events: tuple[CallEvent, ...]

    @property
    def legs(self) -> tuple[int, ...]:
        """The ids of its legs, in the order of their first event."""
        return tuple(dict.fromkeys(event.call_id for event in self.events if event.call_id is not None))

    @property
    def is_answered(self) -> bool:
        """Whether any leg was answered."""
        return any(isinstance(event, CallConnected) or event.connected_at is not None for event in self.events)

    @property
    def is_missed(self) -> bool:
        """Whether it ended without an answer: a final `CallMissed` says so, and no leg was answered."""
        return not self.is_answered and any(isinstance(event, CallMissed) and event.final for event in self.events)


def calls_of(events: Iterable[Event]) -> list[EventedCall]:
    """Return the calls that some events are about, in the order of their first event.

    Events that come out of order are put in the order of their times; events that are about no call are left out.
    """
    groups: dict[int, list[CallEvent]] = {}
    for event in events:
        if isinstance(event, CallEvent) and event.root is not None:
            groups.setdefault(event.root, []).append(event)
    return [EventedCall(root, tuple(sorted(group, key=_when))) for root, group in groups.items()]


def _when(event: CallEvent) -> float:
    return event.event_time.timestamp() if event.event_time is not None else float("inf")


async def reconcile(client: Any, since: date, seen: Seen) -> AsyncIterator[CallEvent]:
    """Yield an event for each call of the account's records that no event told of.

    Each has ``source == "reconciled"``, and is a `CallMissed` (final) for a call that was not answered, otherwise a
    `CallHangup`. It counts as heard of once the next one is asked for, so that running this again yields it no more;
    when handling it fails, give it back with ``seen.release(f"call:{event.root}")``. An event that is delivered later
    still is handled as well: leave the sender some minutes to repeat itself before you ask.

    :param client: an `AsyncVoipStudio`
    :param since: the first day, or the first moment, whose calls are asked for
    :param seen: the store of the receiver
    :raises ConfigurationError: `since` is no date, or `client` no client
    :raises VoipStudioError: the records cannot be read
    """
    if not hasattr(client, "cdrs"):
        raise ConfigurationError(f"client is an AsyncVoipStudio, got {type(client).__name__}")
    since = plain(since)
    if not isinstance(since, date):
        raise ConfigurationError(f"since is a date or a date-time, got {told(since)}")
    legs: dict[int, list[Cdr]] = {}
    async for cdr in client.cdrs.list(field("calldate") >= since, page_size=1000):
        root = cdr.root_live_id or cdr.live_id or cdr.call_id
        if root is not None:
            legs.setdefault(root, []).append(cdr)
    for root in sorted(legs, key=lambda root: min(cdr.id for cdr in legs[root])):
        key = f"call:{root}"
        if await settled(seen.claim(key)):
            yield _event_of(root, legs[root])
            # Whoever asks for the next one has done with this one.
            await confirmed(seen, key)


def _event_of(root: int, cdrs: Sequence[Cdr]) -> CallEvent:
    first = min(cdrs, key=lambda cdr: cdr.id)
    told = next((cdr for cdr in cdrs if cdr.is_root), first)
    values: dict[str, Any] = {
        "call_id": told.live_id or told.call_id,
        "root_call_id": root,
        "event_time": told.calldate,
        "start_time": told.calldate,
        "duration": told.duration,
        "context": told.context,
        "destination": told.destination,
        "t_cause": told.t_cause,
        **{name: getattr(told, name) for name in ("src", "src_id", "src_name", "dst", "dst_id", "dst_name")},
        "extra": Extra({"source": RECONCILED, "cdr_id": told.id}),
    }
    if any(_is_answered(cdr) for cdr in cdrs):
        return CallHangup(event_name="call.hangup", **values)
    return CallMissed(event_name="call.missed", final=True, **values)


def _is_answered(cdr: Cdr) -> bool:
    return cdr.type != CallType.MISSED and bool(cdr.billsec or cdr.disposition == "CONNECTED")
