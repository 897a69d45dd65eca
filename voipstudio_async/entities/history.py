"""The History module: call records, recordings, conversations, chats and chat messages.

Source: the vendor's page "History" and what its own connectors and users of the API read from live answers.
"""

import enum
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import attrs

from .base import Code, DigitId, Entity


class CallType(enum.StrEnum):
    """The known values of `Cdr.type`, from the vendor's own connector."""

    OUTBOUND = "O"
    INBOUND = "I"
    MISSED = "M"


class Disposition(enum.StrEnum):
    """The known values of `Cdr.disposition`; others are not documented."""

    CONNECTED = "CONNECTED"
    NO_ANSWER = "NO ANSWER"
    BUSY = "BUSY"
    FAILED = "FAILED"


@attrs.frozen(kw_only=True, repr=False)
class Cdr(Entity):
    """A call record. One call can leave several: one for each leg."""

    id: int
    call_id: int | None = None
    """The call that this record belongs to; not unique among records."""
    live_id: int | None = None
    parent_live_id: int | None = None
    root_live_id: int | None = None
    user_id: int | None = None
    sip_endpoint_id: int | None = None
    server_id: int | None = None
    is_root: bool | None = None
    type: Annotated[Code, CallType] | None = None
    """Outbound, inbound or missed: see `CallType`."""
    calldate: datetime | None = None
    """When the call began."""
    duration: int | None = None
    """Seconds from the first ring to the end."""
    billsec: int | None = None
    """Seconds that are billed: the talk time."""
    disposition: Annotated[Code, Disposition] | None = None
    """How the call ended: see `Disposition`."""
    destination: Code | None = None
    """The direction."""
    context: str | None = None
    """Where the call was handled."""
    clid: str | None = None
    """The caller as shown: a name and a number."""
    src: str | None = None
    """The caller's number: E.164 digits without ``+``."""
    src_id: DigitId | None = None
    src_name: str | None = None
    src_ua: str | None = None
    src_codec: str | None = None
    dst: str | None = None
    """The called number: E.164 digits without ``+``."""
    dst_id: DigitId | None = None
    dst_name: str | None = None
    dst_ua: str | None = None
    dst_codec: str | None = None
    rate: Decimal | None = None
    """The price of a minute."""
    charge: Decimal | None = None
    """The price of the call."""
    t_cause: str | None = None
    """Why the call ended, as a phrase."""
    info: str | None = None
    labels: tuple[str, ...] | str | None = None
    metadata: str | None = None
    nb_notes: int | None = None


@attrs.frozen(kw_only=True, repr=False)
class ChatMessage(Entity):
    """A chat message of a user. No real answer is published: all but the id and the date is in `extra`."""

    id: int
    created_at: datetime | None = None


@attrs.frozen(kw_only=True, repr=False)
class Recording(Entity):
    """The recording of a call. The vendor calls it a *monitor*; its audio is fetched with ``recordings.download``."""

    id: int
    timestamp: datetime | None = None
    """When the recording began."""
    caller: str | None = None
    """E.164 digits without ``+``."""
    called: str | None = None
    """E.164 digits without ``+``."""
    duration: int | None = None
    """Seconds."""
    type: Annotated[Code, CallType] | None = None
    size: int | None = None
    """Bytes of the audio, exactly: what is downloaded is checked against it."""
    call_id: int | None = None
    user_id: int | None = None
    customer_id: int | None = None
    transcript: Any = attrs.field(default=None, hash=False)
    """What was said; only with the vendor's paid analysis, like the fields below. Their types are a guess."""
    transcript_speakers: Any = attrs.field(default=None, hash=False)
    summary: str | None = None
    sentiment: Code | None = None
    cx_score: int | None = None
    """From 1 to 10."""
    metadata: Any = attrs.field(default=None, hash=False)


@attrs.frozen(kw_only=True, repr=False)
class Conversation(Entity):
    """A conversation over any channel."""

    id: int
    created_at: datetime | None = None
    channel: Code | None = None
    src: str | None = None
    dst: str | None = None
    duration: int | None = None
    """Seconds."""
    type: Code | None = None


@attrs.frozen(kw_only=True, repr=False)
class Chat(Entity):
    """A chat with a visitor of a website."""

    id: int
    created_at: datetime | None = None
    customer_id: int | None = None
    duration: int | None = None
    """Seconds."""
    operator_id: int | None = None
    operator_ua: str | None = None
    state: Code | None = None
    visitor_city: str | None = None
    visitor_country: str | None = None
    visitor_email: str | None = None
    visitor_geo: str | None = None
    visitor_id: str | None = None
    visitor_ip: str | None = None
    visitor_name: str | None = None
    visitor_referer: str | None = None
    visitor_ua: str | None = None
    website_id: int | None = None
