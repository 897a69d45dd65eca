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
    """It has begun, and rings nowhere yet."""
    RINGING = "RINGING"
    """A phone rings."""
    CONNECTED = "CONNECTED"
    """It was answered: people talk."""
    ON_HOLD = "ON_HOLD"
    """One side waits."""
    HANGUP = "HANGUP"
    """It has ended."""


@attrs.frozen(kw_only=True, repr=False)
class Call(Entity):
    """A call under way. Its id can be larger than 2 to the 32."""

    id: int
    """Its id."""
    state: Annotated[Code, CallState] | None = None
    """See `CallState`."""
    start_time: EpochTime | None = None
    """When it began."""
    connected_at: EpochTime | None = None
    """When it was answered; None while it rings."""
    src: str | None = None
    """The caller's number: E.164 digits without ``+``."""
    src_id: DigitId | None = None
    """The caller's user id; 0 for somebody outside."""
    src_name: str | None = None
    """The caller's name."""
    src_ua: str | None = None
    """The caller's phone or app, as it calls itself."""
    src_rate: Decimal | None = None
    """The price of a minute on the caller's side."""
    src_codec: str | None = None
    """How the caller's voice is coded, such as ``PCMA``."""
    src_contact: str | None = None
    """The SIP contact of the caller's phone."""
    src_call_id: str | None = None
    """The SIP call id of the caller's leg."""
    dst: str | None = None
    """The called number: E.164 digits without ``+``."""
    dst_id: DigitId | None = None
    """The called user's id; 0 for somebody outside."""
    dst_name: str | None = None
    """The called person's name; for a number outside, the place or network it belongs to."""
    dst_ua: str | None = None
    """The called phone or app, as it calls itself."""
    dst_rate: Decimal | None = None
    """The price of a minute."""
    dst_connection: Decimal | None = None
    """The price of the connection."""
    dst_codec: str | None = None
    """How the called side's voice is coded, such as ``PCMA``."""
    dst_contact: str | None = None
    """The SIP contact of the called phone."""
    dst_call_id: str | None = None
    """The SIP call id of the called leg."""
    min_charge: Decimal | None = None
    """The least that the call costs."""
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
    """Where it stands in a queue; the values are not documented."""
    referred_by: str | None = None
    """Who transferred it here."""


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
