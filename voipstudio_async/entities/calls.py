"""The Calls module: calls that are under way.

Source: the vendor's page "Calls" and live answers. Unlike the history, live calls carry their times as whole
seconds since 1970.
"""

import enum
from decimal import Decimal
from typing import Annotated

import attrs

from ..unset import UNSET, Unset
from .allowed import Allowed, CallerDigits, PhoneDigits, UserDigits
from .base import Code, DigitId, Entity, EpochTime


class CallState(enum.StrEnum):
    """The known values of `Call.state`, from the vendor's page on webhooks."""

    INITIAL = "INITIAL"
    RINGING = "RINGING"
    CONNECTED = "CONNECTED"
    ON_HOLD = "ON_HOLD"
    HANGUP = "HANGUP"


@attrs.frozen(kw_only=True, repr=False)
class Call(Entity):
    """A call under way. Its id can be larger than 2 to the 32."""

    id: int
    state: Annotated[Code, CallState] | None = None
    """See `CallState`."""
    start_time: EpochTime | None = None
    connected_at: EpochTime | None = None
    """When it was answered; None while it rings."""
    src: str | None = None
    """The caller's number: E.164 digits without ``+``."""
    src_id: DigitId | None = None
    """The caller's user id; 0 for somebody outside."""
    src_name: str | None = None
    src_ua: str | None = None
    src_rate: Decimal | None = None
    src_codec: str | None = None
    src_contact: str | None = None
    src_call_id: str | None = None
    dst: str | None = None
    """The called number: E.164 digits without ``+``."""
    dst_id: DigitId | None = None
    """The called user's id; 0 for somebody outside."""
    dst_name: str | None = None
    dst_ua: str | None = None
    dst_rate: Decimal | None = None
    """The price of a minute."""
    dst_connection: Decimal | None = None
    """The price of the connection."""
    dst_codec: str | None = None
    dst_contact: str | None = None
    dst_call_id: str | None = None
    min_charge: Decimal | None = None
    clid: str | None = None
    """The caller as shown: a name and a number."""
    destination: Code | None = None
    """The direction."""
    context: str | None = None
    """Where the call is handled: ``LOCAL_USER``, ``RG-`` and the id of a ring group."""
    duration: int | None = None
    """Seconds so far."""
    monitor_state: Code | None = None
    """Whether the call is being recorded."""
    parent_id: int | None = None
    """The leg that this one came from."""
    queue_state: str | None = None
    referred_by: str | None = None


@attrs.frozen
class CallEnded:
    """What becomes of a wait for a call that ends first. The API forgets a call that has ended; its record stays."""

    id: int
    """The id of the call."""
    last: Call | None
    """The call as it was last seen; None when it was not there any more at the first look."""


@attrs.frozen(kw_only=True)
class CallDraft:
    """What a new call is made of."""

    to: PhoneDigits
    from_: UserDigits | Unset = UNSET
    """The id of the user whose phone rings first, as a text; without it, the owner of the token."""
    caller_id: CallerDigits | Unset = UNSET
    """The number that the called party sees, or ``anonymous``."""


@attrs.frozen(kw_only=True)
class CallStateChange:
    """The state that a call shall have: ``CONNECTED`` answers one that rings."""

    state: Annotated[str, Allowed(values=(CallState.CONNECTED.value,))]


@attrs.frozen(kw_only=True)
class CallTransfer:
    """Where a call is transferred to."""

    dst: PhoneDigits


@attrs.frozen(kw_only=True)
class CallLink:
    """A link that the agent of a call sees."""

    action_url: str
    action_text: str


@attrs.frozen(kw_only=True)
class WebCallDraft:
    """What a call between two outside parties is made of."""

    from_: PhoneDigits
    """Who is called first: E.164 digits."""
    to: PhoneDigits


@attrs.frozen(kw_only=True)
class LeadCallDraft:
    """What a call is made of in which a text is spoken."""

    to: PhoneDigits
    caller_id: PhoneDigits
    tts: str
    """The text to speak."""
