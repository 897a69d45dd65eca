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
    created_at: datetime | None = None
    first_name: str | None = None
    last_name: str | None = None
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
    tel: str | None = None
    speed_dial_phone: str | None = None
    mobile: str | None = None
    speed_dial_mobile: str | None = None
    notes: str | None = None
    labels: tuple[str, ...] | str | None = None
    type: Code | None = None
    dialler_source_id: int | None = None
    outcome_id: int | None = None
    company: str | None = None
    tel_1: str | None = None
    tel_2: str | None = None
    speed_dial_phone_1: str | None = None
    speed_dial_phone_2: str | None = None
    mobile_1: str | None = None
    mobile_2: str | None = None
    speed_dial_mobile_1: str | None = None
    speed_dial_mobile_2: str | None = None
    groups: Any = attrs.field(default=None, hash=False)
    """The groups that it is in; the form of an entry is not documented."""
    transfer_list: bool | None = None


@attrs.frozen(kw_only=True, repr=False)
class Queue(Entity):
    """A call queue: callers wait in it until one of its agents is free."""

    id: int
    name: str | None = None
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
    e164: str | None = None
    """The number: E.164 digits without ``+``."""
    name: str | None = None
    info: str | None = None
    created_at: datetime | None = None
    status: Code | None = None
    channels: int | None = None
    """How many calls it takes at once."""
    rate: Decimal | None = None
    cli_hide: bool | None = None
    cli_prefix: int | None = None
    esc_enabled: bool | None = None
    fax_enabled: bool | None = None
    fax_email: str | None = None
    has_fax_password: bool | None = None
    """Whether faxes are locked with a password, which the API does not show."""
    sms_enabled: bool | None = None
    sms_email: str | None = None
    flag: Code | None = None
    target_id: int | None = None
    target_type: Code | None = None
    """What it leads to: a user, an IVR, a queue, a conference."""
    tel_verified: bool | None = None
    uri: str | None = None


@attrs.frozen(kw_only=True, repr=False)
class TrackedNumber(Number):
    """A number of the account that call tracking counts calls by."""

    campaign_id: int | None = None


@attrs.frozen(kw_only=True, repr=False)
class Campaign(Entity):
    """A campaign of call tracking. Its fields are not published: all but these is in `extra`."""

    id: int
    name: str | None = None
    created_at: datetime | None = None


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
