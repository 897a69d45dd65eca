"""The Settings module: contacts.

Source: the vendor's page "Settings", and the newer attributes that a maintained third-party integration writes.
"""

from datetime import datetime
from typing import Any

import attrs

from .base import Entity


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
    type: int | None = None
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
