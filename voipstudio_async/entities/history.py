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
    """A user called somebody."""
    INBOUND = "I"
    """Somebody called, and it was answered."""
    MISSED = "M"
    """Somebody called, and nobody answered."""


class Disposition(enum.StrEnum):
    """The known values of `Cdr.disposition`; others are not documented."""

    CONNECTED = "CONNECTED"
    """It was answered."""
    NO_ANSWER = "NO ANSWER"
    """Nobody answered."""
    BUSY = "BUSY"
    """The called number was engaged."""
    FAILED = "FAILED"
    """It could not be put through."""


@attrs.frozen(kw_only=True, repr=False)
class Cdr(Entity):
    """A call record. One call can leave several: one for each leg."""

    id: int
    """Its id."""
    call_id: int | None = None
    """The call that this record belongs to; not unique among records."""
    live_id: int | None = None
    """The id that this leg had as a live call."""
    parent_live_id: int | None = None
    """The live id of the leg that this one came from."""
    root_live_id: int | None = None
    """The live id of the first leg of the call."""
    user_id: int | None = None
    """The user whose record it is."""
    sip_endpoint_id: int | None = None
    """The phone that took part, by its id at the vendor."""
    server_id: int | None = None
    """The vendor's server that handled the call."""
    is_root: bool | None = None
    """Whether this is the first leg of the call."""
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
    """The caller's user id; 0 for somebody outside."""
    src_name: str | None = None
    """The caller's name."""
    src_ua: str | None = None
    """The caller's phone or app, as it calls itself."""
    src_codec: str | None = None
    """How the caller's voice was coded, such as ``PCMA``."""
    dst: str | None = None
    """The called number: E.164 digits without ``+``."""
    dst_id: DigitId | None = None
    """The called user's id; 0 for somebody outside."""
    dst_name: str | None = None
    """The called person's name; for a number outside, the place or network it belongs to."""
    dst_ua: str | None = None
    """The called phone or app, as it calls itself."""
    dst_codec: str | None = None
    """How the called side's voice was coded, such as ``PCMA``."""
    rate: Decimal | None = None
    """The price of a minute."""
    charge: Decimal | None = None
    """The price of the call."""
    t_cause: str | None = None
    """Why the call ended, as a phrase."""
    info: str | None = None
    """What else the vendor notes about the call; not documented."""
    labels: tuple[str, ...] | str | None = None
    """Words that the call is marked with."""
    metadata: str | None = None
    """Data that was attached to the call; the form is not documented."""
    nb_notes: int | None = None
    """How many notes users have written about it."""


@attrs.frozen(kw_only=True, repr=False)
class ChatMessage(Entity):
    """A chat message of a user. No real answer is published: all but the id and the date is in `extra`."""

    id: int
    """Its id."""
    created_at: datetime | None = None
    """When it was written."""


@attrs.frozen(kw_only=True, repr=False)
class Recording(Entity):
    """The recording of a call. The vendor calls it a *monitor*; its audio is fetched with ``recordings.download``."""

    id: int
    """Its id."""
    timestamp: datetime | None = None
    """When the recording began."""
    caller: str | None = None
    """E.164 digits without ``+``."""
    called: str | None = None
    """E.164 digits without ``+``."""
    duration: int | None = None
    """Seconds."""
    type: Annotated[Code, CallType] | None = None
    """Outbound, inbound or missed: see `CallType`."""
    size: int | None = None
    """Bytes of the audio, exactly: what is downloaded is checked against it."""
    call_id: int | None = None
    """The call that was recorded."""
    user_id: int | None = None
    """The user who was on the call."""
    customer_id: int | None = None
    """The account that it belongs to."""
    transcript: Any = attrs.field(default=None, hash=False)
    """What was said; only with the vendor's paid analysis, like the fields below. Their types are a guess."""
    transcript_speakers: Any = attrs.field(default=None, hash=False)
    """Who said what."""
    summary: str | None = None
    """What the call was about."""
    sentiment: Code | None = None
    """The mood of the call."""
    cx_score: int | None = None
    """From 1 to 10."""
    metadata: Any = attrs.field(default=None, hash=False)
    """Data that was attached to the call."""


@attrs.frozen(kw_only=True, repr=False)
class Conversation(Entity):
    """A conversation over any channel."""

    id: int
    """Its id."""
    created_at: datetime | None = None
    """When it began."""
    channel: Code | None = None
    """What it was held over; the values are not documented."""
    src: str | None = None
    """Who began it."""
    dst: str | None = None
    """Who it was with."""
    duration: int | None = None
    """Seconds."""
    type: Code | None = None
    """The kind of conversation; the values are not documented."""


@attrs.frozen(kw_only=True, repr=False)
class Chat(Entity):
    """A chat with a visitor of a website."""

    id: int
    """Its id."""
    created_at: datetime | None = None
    """When it began."""
    customer_id: int | None = None
    """The account that it belongs to."""
    duration: int | None = None
    """Seconds."""
    operator_id: int | None = None
    """The user who answered."""
    operator_ua: str | None = None
    """The operator's browser or app, as it calls itself."""
    state: Code | None = None
    """Where it stands; the values are not documented."""
    visitor_city: str | None = None
    """The city that the visitor's address points to."""
    visitor_country: str | None = None
    """The country that the visitor's address points to."""
    visitor_email: str | None = None
    """The e-mail address that the visitor gave."""
    visitor_geo: str | None = None
    """Where the visitor's address points to; the form is not documented."""
    visitor_id: str | None = None
    """What the visitor is known by."""
    visitor_ip: str | None = None
    """The visitor's IP address."""
    visitor_name: str | None = None
    """The name that the visitor gave."""
    visitor_referer: str | None = None
    """The page that the visitor came from."""
    visitor_ua: str | None = None
    """The visitor's browser, as it calls itself."""
    website_id: int | None = None
    """The website that the chat was on."""
