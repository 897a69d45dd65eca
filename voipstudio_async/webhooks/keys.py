"""How deliveries of the same event are recognized.

Nobody knows whether a repeat keeps the event's id, so two keys are claimed: the id (or, without one, a hash of the
body), and what the event says: its name, its call and its time. What tells two events of one call in one second apart
(the last word on a missed call, the key that was pressed) is part of it.
"""

from __future__ import annotations

import json
from hashlib import sha256

from .events import CallEvent, Event

_LONGEST = 200
"""Characters of an id that is taken as it is."""


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
    first = f"id:{event.id}" if event.id and len(event.id) <= _LONGEST else f"body:{sha256(body).hexdigest()}"
    return frozenset((first, f"event:{_said(event)}"))


def call_key(event: Event) -> str | None:
    """Return the key of the call that an event is about: with it, `reconcile` knows that the call was heard of."""
    root = event.root if isinstance(event, CallEvent) else None
    return None if root is None else f"call:{root}"


def _said(event: Event) -> str:
    if isinstance(event, CallEvent) and event.call_id is not None and event.event_time is not None:
        more = (getattr(event, name, None) for name in ("final", "dtmf_tag"))
        parts = [event.event_name, event.call_id, event.event_time.isoformat(), *more]
    else:
        parts = [{name: value for name, value in event.to_dict().items() if name != "id"}]
    return sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
