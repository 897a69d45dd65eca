"""The History module: call records and chat messages.

Source: the vendor's page "History" and what its own connectors and users of the API read from live answers.
"""

import enum
from datetime import datetime
from decimal import Decimal
from typing import Annotated

import attrs

from .base import Code, DigitId, Entity


class CallType(enum.StrEnum):
    """The known values of `Cdr.type`, from the vendor's own connector."""

    OUTBOUND = "O"
    INBOUND = "I"
    MISSED = "M"


class Disposition(enum.StrEnum):
    """The known values of `Cdr.disposition`; others exist and are not documented."""

    CONNECTED = "CONNECTED"


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
