"""The events that the API delivers, as entities, and `parse`.

Source: the vendor's page "Webhooks", and the captures of two public receivers. Names that are not known here become an
`UnknownEvent`; fields that are not known are kept in `Event.extra`, as with every entity.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Annotated, Any

import attrs

from ..entities import CallState, Entity
from ..entities.base import Code, DigitId
from ..entities.scalars import is_object, shown
from ..errors import ConfigurationError, DecodeError
from ..wire.codec import codec
from ..wire.parsing import parse as parse_json

RECONCILED = "reconciled"


@attrs.frozen(kw_only=True, repr=False)
class Event(Entity):
    """What all events have in common."""

    id: str | None = None
    """The event's own id: a server's prefix and a unique part. Nobody knows whether a repeat keeps it."""
    event_name: str | None = None
    event_time: datetime | None = None
    """When it happened."""

    @property
    def source(self) -> str:
        """``delivered``, or ``reconciled`` when it was made from a call record: see `reconcile`."""
        return RECONCILED if self.extra.get("source") == RECONCILED else "delivered"


@attrs.frozen(kw_only=True, repr=False)
class CallEvent(Event):
    """What the events about calls have in common. A call with several legs has events for each leg."""

    call_id: int | None = None
    """The leg."""
    root_call_id: int | None = None
    """The call that the leg belongs to; for a plain call it is the leg itself."""
    state: Annotated[Code, CallState] | None = None
    """See `CallState`."""
    start_time: datetime | None = None
    connected_at: datetime | None = None
    """When it was answered; None if it was not."""
    duration: int | None = None
    """Seconds."""
    context: str | None = None
    """Where the call is handled: ``LOCAL_USER``, ``RG-`` and the id of a ring group."""
    destination: Code | None = None
    """The direction."""
    src: str | None = None
    """The caller's number: E.164 digits without ``+``."""
    src_id: DigitId | None = None
    """The caller's user id; 0 for somebody outside."""
    src_name: str | None = None
    src_hash: str | None = None
    dst: str | None = None
    """The called number: E.164 digits without ``+``."""
    dst_id: DigitId | None = None
    """The called user's id; 0 for somebody outside."""
    dst_name: str | None = None

    @property
    def root(self) -> int | None:
        """The call that this is about, whichever leg it speaks of."""
        return self.call_id if self.root_call_id is None else self.root_call_id


@attrs.frozen(kw_only=True, repr=False)
class CallInitial(CallEvent):
    """``call.initial``: a call begins."""


@attrs.frozen(kw_only=True, repr=False)
class CallRinging(CallEvent):
    """``call.ringing``: a phone rings."""


@attrs.frozen(kw_only=True, repr=False)
class CallConnected(CallEvent):
    """``call.connected``: a call was answered."""


@attrs.frozen(kw_only=True, repr=False)
class CallHangup(CallEvent):
    """``call.hangup``: a leg has ended."""

    t_cause: str | None = None
    """Why it ended, as a phrase."""
    terminated_by: str | None = None
    """Who ended it: ``caller`` for instance."""


@attrs.frozen(kw_only=True, repr=False)
class CallMissed(CallEvent):
    """``call.missed``: a leg was not answered. Only one with `final` says that the whole call was missed."""

    final: bool | None = None
    """Whether this is the last word on the call: a leg that begins to ring may be told with False."""
    t_cause: str | None = None
    terminated_by: str | None = None


@attrs.frozen(kw_only=True, repr=False)
class CallDtmf(CallEvent):
    """``call.dtmf``: a key was pressed during a call."""

    dtmf_tag: str | None = None
    """What was pressed."""
    dtmf_target: str | None = None
    """Where it leads: ``U:`` and a user id for instance."""


@attrs.frozen(kw_only=True, repr=False)
class RecordingReady(CallEvent):
    """``monitor.audio_ready``: the recording of a call can be downloaded."""

    monitor_id: int | None = None
    """The id of the recording."""
    customer_id: int | None = None
    user_id: int | None = None
    size: int | None = None
    """Bytes of the audio."""


@attrs.frozen(kw_only=True, repr=False)
class SmsReceived(Event):
    """``sms.received``: a text message came in."""

    from_no: str | None = None
    """Who sent it: a number, or the name that the sender shows."""
    to_no: str | None = None
    text: str | None = None
    customer_id: int | None = None
    user_id: int | None = None


@attrs.frozen(kw_only=True, repr=False)
class UnknownEvent(CallEvent):
    """An event whose name is not known here; what is not among the fields of calls is in `extra`."""


EVENTS: Mapping[str, type[Event]] = {
    "call.initial": CallInitial,
    "call.ringing": CallRinging,
    "call.connected": CallConnected,
    "call.hangup": CallHangup,
    "call.missed": CallMissed,
    "call.dtmf": CallDtmf,
    "monitor.audio_ready": RecordingReady,
    "sms.received": SmsReceived,
}
"""The known names of events, and their classes."""

NAMES: Mapping[type[Event], str] = {cls: name for name, cls in EVENTS.items()}


def name_of(event: Event) -> str:
    """Return the name of an event for a log: a name that is not known may be anything."""
    name = event.event_name
    return name if name is not None and name in EVENTS else "an unknown event"


def parse(body: bytes | str | Mapping[str, Any], *, tz: tzinfo = UTC) -> Event:
    """Return the event that a delivery holds: of the class of its name, or an `UnknownEvent`.

    :param body: the body of the request, or the JSON object that it holds
    :param tz: the zone of the event's date-times, which carry none
    :raises DecodeError: it is no JSON object
    """
    if isinstance(body, Mapping):
        body = _encoded(body)
    elif isinstance(body, str):
        body = body.encode("utf-8", "replace")
    elif not isinstance(body, (bytes, bytearray)):
        raise ConfigurationError(f"an event is the body of a request, got {type(body).__name__}")
    return _event(_object(bytes(body)), tz)


def _encoded(body: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(dict(body)).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise DecodeError("", f"the event is no JSON object ({type(error).__name__})") from None


def _object(body: bytes) -> dict[str, Any]:
    found = parse_json(body)
    if not is_object(found):
        raise DecodeError("", f"expected an object, got {shown(found)}")
    return found


def _event(record: dict[str, Any], tz: tzinfo) -> Event:
    name = record.get("event_name")
    cls = EVENTS.get(name, UnknownEvent) if isinstance(name, str) else UnknownEvent
    try:
        return codec(tz).converter.structure(record, cls)
    except RecursionError:
        raise DecodeError("", "the JSON is nested too deep") from None
