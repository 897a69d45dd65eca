"""The Settings module: contacts, queues, and the numbers of an account.

Source: the vendor's page "Settings", and the newer attributes that a maintained third-party integration writes.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

import attrs

from ..unset import UNSET, Unset
from .base import Code, DigitId, Entity
from .customer import User


@attrs.frozen(kw_only=True, repr=False)
class Contact(Entity):
    """An entry of an address book."""

    id: int
    """Its id."""
    created_at: datetime | None = None
    """When it was added."""
    first_name: str | None = None
    """The given name."""
    last_name: str | None = None
    """The family name."""
    global_: bool | None = None
    """Whether the whole account sees it."""
    group_name: str | None = None
    """The folder that it is in."""
    internal: bool | None = None
    """Whether it stands for a user of the account."""
    rel_user_id: int | None = None
    """The user that it stands for."""
    user_id: int | None = None
    """The user that it belongs to."""
    email: str | None = None
    """The e-mail address."""
    tel: str | None = None
    """The first telephone number."""
    speed_dial_phone: str | None = None
    """The short number of `tel`."""
    mobile: str | None = None
    """The first mobile number."""
    speed_dial_mobile: str | None = None
    """The short number of `mobile`."""
    notes: str | None = None
    """Free text."""
    labels: tuple[str, ...] | str | None = None
    """Words that it is marked with."""
    type: Code | None = None
    """Its kind; the values are not documented."""
    dialler_source_id: int | None = None
    """The list of a dialler that it came from."""
    outcome_id: int | None = None
    """How the last call of a dialler ended."""
    company: str | None = None
    """Where the person works."""
    tel_1: str | None = None
    """The second telephone number."""
    tel_2: str | None = None
    """The third telephone number."""
    speed_dial_phone_1: str | None = None
    """The short number of `tel_1`."""
    speed_dial_phone_2: str | None = None
    """The short number of `tel_2`."""
    mobile_1: str | None = None
    """The second mobile number."""
    mobile_2: str | None = None
    """The third mobile number."""
    speed_dial_mobile_1: str | None = None
    """The short number of `mobile_1`."""
    speed_dial_mobile_2: str | None = None
    """The short number of `mobile_2`."""
    groups: Any = attrs.field(default=None, hash=False)
    """The groups that it is in; the form of an entry is not documented."""
    transfer_list: bool | None = None
    """Whether calls can be transferred to it with a click."""


@attrs.frozen(kw_only=True, repr=False)
class Queue(Entity):
    """A call queue: callers wait in it until one of its agents is free."""

    id: int
    """Its id."""
    name: str | None = None
    """What it is called."""
    number: int | None = None
    """The internal extension."""
    users: tuple[int | User, ...] | None = None
    """Its agents: their ids or, with ``include_users=True``, users whose `User.status` tells who has joined."""
    ring_strategy: Code | None = None
    """Whom it rings: ``A`` is all agents at once."""
    ring_time: int | None = None
    """Seconds."""
    skip_busy: bool | None = None
    """Whether agents who are on the phone are left out."""


@attrs.frozen(kw_only=True, repr=False)
class Number(Entity):
    """A phone number of the account. The vendor calls it a *DDI* (direct dial-in)."""

    id: DigitId
    """Its id."""
    e164: str | None = None
    """The number: E.164 digits without ``+``."""
    name: str | None = None
    """What it is called."""
    info: str | None = None
    """What else the vendor notes about it; not documented."""
    created_at: datetime | None = None
    """When the account got it."""
    status: Code | None = None
    """Whether it is in use; the values are not documented."""
    channels: int | None = None
    """How many calls it takes at once."""
    rate: Decimal | None = None
    """What it costs."""
    cli_hide: bool | None = None
    """Whether the caller's number is hidden."""
    cli_prefix: int | None = None
    """What is put before the caller's number."""
    esc_enabled: bool | None = None
    """Not documented; the name suggests calls to the emergency services."""
    fax_enabled: bool | None = None
    """Whether it receives faxes."""
    fax_email: str | None = None
    """Where faxes are mailed to."""
    has_fax_password: bool | None = None
    """Whether faxes are locked with a password, which the API does not show."""
    sms_enabled: bool | None = None
    """Whether it receives text messages."""
    sms_email: str | None = None
    """Where text messages are mailed to."""
    flag: Code | None = None
    """A mark of the vendor; the values are not documented."""
    target_id: int | None = None
    """The id of what it leads to: see `target_type`."""
    target_type: Code | None = None
    """What it leads to: a user, an IVR, a queue, a conference."""
    tel_verified: bool | None = None
    """Whether the number has been verified."""
    uri: str | None = None
    """The SIP address that calls go to."""


@attrs.frozen(kw_only=True, repr=False)
class TrackedNumber(Number):
    """A number of the account that call tracking counts calls by."""

    campaign_id: int | None = None
    """The campaign that it counts calls for."""


@attrs.frozen(kw_only=True, repr=False)
class Campaign(Entity):
    """A campaign of call tracking. Its fields are not published: all but these is in `extra`."""

    id: int
    """Its id."""
    name: str | None = None
    """What it is called."""
    created_at: datetime | None = None
    """When it was made."""


@attrs.frozen(kw_only=True)
class ContactDraft:
    """What a new contact is made of."""

    group_name: str | None | Unset = UNSET
    """The folder that it is in."""
    first_name: str | None | Unset = UNSET
    last_name: str | None | Unset = UNSET
    email: str | None | Unset = UNSET
    tel: str | None | Unset = UNSET
    speed_dial_phone: str | None | Unset = UNSET
    mobile: str | None | Unset = UNSET
    speed_dial_mobile: str | None | Unset = UNSET
    notes: str | None | Unset = UNSET
    labels: tuple[str, ...] | Unset = UNSET
    global_: bool | Unset = UNSET
    """Whether the whole account sees it."""
    type: Code | None | Unset = UNSET
    dialler_source_id: int | None | Unset = UNSET
    outcome_id: int | None | Unset = UNSET
    company: str | None | Unset = UNSET
    tel_1: str | None | Unset = UNSET
    tel_2: str | None | Unset = UNSET
    speed_dial_phone_1: str | None | Unset = UNSET
    speed_dial_phone_2: str | None | Unset = UNSET
    mobile_1: str | None | Unset = UNSET
    mobile_2: str | None | Unset = UNSET
    speed_dial_mobile_1: str | None | Unset = UNSET
    speed_dial_mobile_2: str | None | Unset = UNSET
    groups: tuple[str, ...] | Unset = UNSET
    transfer_list: bool | Unset = UNSET
    user_id: int | None | Unset = UNSET
    """The user that it belongs to."""


@attrs.frozen(kw_only=True)
class ContactPatch(ContactDraft):
    """What of a contact can be changed."""


@attrs.frozen(kw_only=True)
class ContactMove:
    """The folder that a contact is moved to."""

    id: int
    group_name: str | None


@attrs.frozen(kw_only=True)
class QueueAgent:
    """Whether a user takes the calls of a queue."""

    id: int
    status: bool


@attrs.frozen(kw_only=True)
class QueueAgents:
    """Users that join a queue, or leave it."""

    users: tuple[QueueAgent, ...]


@attrs.frozen(kw_only=True)
class NumberAssignment:
    """The campaign that a number counts calls for."""

    e164: str
    campaign_id: int | None
    id: int | Unset = UNSET
