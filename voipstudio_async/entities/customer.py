"""The Customer module: users, their groups and policies, queue groups, and who the token belongs to.

Source: the vendor's page "Customer" (voipstudio.com/docs/api/resources/customer). What
is not on that page says so.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

import attrs

from ..unset import UNSET, Unset
from .base import Code, Entity, Secret


def full_name(*parts: str | None) -> str:
    """Join the parts of a name that are there."""
    return " ".join(part for part in parts if part)


@attrs.frozen(kw_only=True, repr=False)
class UserRecord(Entity):
    """The documented fields of a user, without the id."""

    active: bool | None = None
    """Whether the user can log in."""
    created_at: datetime | None = None
    """When the user was added."""
    customer: int | None = None
    """The id of the customer account that the user belongs to."""
    email: str | None = None
    """The e-mail address, which the user logs in with."""
    first_name: str | None = None
    """The given name."""
    is_initial: bool | None = None
    """Whether this is the user that the account was opened with."""
    is_root: bool | None = None
    """Whether the user is an administrator."""
    last_name: str | None = None
    """The family name."""
    roles: tuple[str, ...] | str | None = None
    """The user's roles; the sample prints one text, more than one is likely."""
    two_factor_auth: Code | None = None
    """Whether, or how, the login asks for a second factor."""
    visited_apps: Any = attrs.field(default=None, hash=False)
    """What the vendor's web pages remember; its form is not documented."""

    @property
    def name(self) -> str:
        """The first and the last name; the e-mail address where there is neither."""
        return full_name(self.first_name, self.last_name) or self.email or ""


@attrs.frozen(kw_only=True, repr=False)
class User(UserRecord):
    """A person with a phone."""

    id: int
    """Its id."""
    ext: str | None = None
    """The internal extension. Seen in real answers only."""
    dnd: bool | None = None
    """Do not disturb. Seen in real answers only."""
    cli: str | None = None
    """The number that the person called sees. Seen in real answers only."""
    nb_sip_locations: int | None = None
    """How many phones are configured (not: registered now). Seen in real answers only."""
    status: bool | None = None
    """In a queue's list of users: whether the agent has joined. Seen in real answers only."""


@attrs.frozen(kw_only=True, repr=False)
class UserAudio(UserRecord):
    """What ``/users/{id}/audio`` answers.

    The only published sample is a copy of a user; the real content is not known. Whatever comes is kept in `extra`.
    """

    id: int | None = None
    """Its id."""


@attrs.frozen(kw_only=True, repr=False)
class Me(Entity):
    """The owner of the token.

    The documentation shows a list of one with text for numbers; the live API answers one object with more fields.
    """

    id: int | None = None
    """Its id."""
    balance: Decimal | None = None
    """The credit of the account, in `currency_iso`."""
    cc: str | None = None
    """The country code."""
    cli: str | None = None
    """The number that the person called sees."""
    currency_iso: str | None = None
    """The currency of the account, by its code of ISO 4217: ``GBP``."""
    is_root: bool | None = None
    """Whether the owner is an administrator."""
    language: str | None = None
    """The language of the vendor's pages."""
    email: str | None = None
    """The e-mail address, which the owner logs in with. Seen in real answers only."""
    first_name: str | None = None
    """The given name. Seen in real answers only."""
    last_name: str | None = None
    """The family name. Seen in real answers only."""
    customer_id: int | None = None
    """The account that the owner belongs to. Seen in real answers only."""
    sip_domain: str | None = None
    """Where the user's phone registers. Seen in real answers only."""
    sip_password: Secret | None = None
    """The password of the user's phone. It shows as ``***``. Seen in real answers only."""

    @property
    def name(self) -> str:
        """The first and the last name; the e-mail address where there is neither."""
        return full_name(self.first_name, self.last_name) or self.email or ""


@attrs.frozen(kw_only=True, repr=False)
class QueueGroup(Entity):
    """A group of call queues."""

    id: int
    """Its id."""
    name: str | None = None
    """What it is called."""


@attrs.frozen(kw_only=True, repr=False)
class UserGroup(Entity):
    """A group of users."""

    id: int
    """Its id."""
    color: str | None = None
    """The colour in the vendor's pages; its format is not documented."""
    name: str | None = None
    """What it is called."""


@attrs.frozen(kw_only=True, repr=False)
class UserGroupPolicy(Entity):
    """A policy of user groups. The vendor's page documents it with the fields of a user group."""

    id: int
    """Its id."""
    color: str | None = None
    """The colour in the vendor's pages; its format is not documented."""
    name: str | None = None
    """What it is called."""


@attrs.frozen(kw_only=True)
class QueueGroupDraft:
    """What a new queue group is made of. The page documents no body: `name` follows from the answer."""

    name: str


@attrs.frozen(kw_only=True)
class QueueGroupPatch:
    """What of a queue group can be changed."""

    name: str | None | Unset = UNSET


@attrs.frozen(kw_only=True)
class UserGroupDraft:
    """What a new user group is made of."""

    name: str
    color: str | None | Unset = UNSET


@attrs.frozen(kw_only=True)
class UserGroupPatch:
    """What of a user group can be changed."""

    name: str | None | Unset = UNSET
    color: str | None | Unset = UNSET


@attrs.frozen(kw_only=True)
class UserGroupPolicyDraft:
    """What a new policy is made of."""

    name: str
    color: str | None | Unset = UNSET


@attrs.frozen(kw_only=True)
class UserGroupPolicyPatch:
    """What of a policy can be changed."""

    name: str | None | Unset = UNSET
    color: str | None | Unset = UNSET
