"""How deliveries of the same event are recognized.

Nobody knows whether a repeat keeps the event's id, so two keys are claimed: the id (or, without one, a hash of the
body), and what the event says: its name, its call and its time. What tells two events of one call in one second apart
(the last word on a missed call, the recording) is part of it. Times are whole seconds, in which a key can be pressed
twice, so only ids tell presses apart; and an event without a time says too little to be recognized by it.
"""

from __future__ import annotations

import json
from hashlib import sha256

from .events import CallDtmf, CallEvent, Event, UnknownEvent

_LONGEST = 200
"""Characters of a name and an id that are taken as they are."""


class Delivery:
    """An event on its way to its handlers, with the keys that it is known by."""

    def __init__(self, event: Event, keys: frozenset[str]) -> None:
        self.event = event
        self.keys = keys
        self.claimed: list[str] = []
        self.is_accepted = False
        """Its answer is 200, whatever becomes of its handlers."""
        self.is_done = False


def keys_of(event: Event, body: bytes) -> frozenset[str]:
    """Return what an event is known by."""
    # An id that several events of a call had in common would not make them one.
    named = f"{event.event_name}:{event.id}"
    first = f"id:{named}" if event.id and len(named) <= _LONGEST else f"body:{sha256(body).hexdigest()}"
    if event.event_time is None or isinstance(event, CallDtmf):
        return frozenset((first,))
    return frozenset((first, f"event:{_said(event)}"))


def call_key(event: Event) -> str | None:
    """Return the key of the call that an event is about: with it, `reconcile` knows that the call was heard of."""
    root = event.root if isinstance(event, CallEvent) else None
    return None if root is None else f"call:{root}"


def _said(event: Event) -> str:
    if isinstance(event, CallEvent) and event.call_id is not None and not isinstance(event, UnknownEvent):
        more = (getattr(event, name, None) for name in ("final", "monitor_id"))
        parts = [event.event_name, event.call_id, str(event.event_time), *more]
    else:
        parts = [{name: value for name, value in event.to_dict().items() if name != "id"}]
    return sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
