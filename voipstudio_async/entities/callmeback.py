"""The Call Me Back module: the button on a website that has the visitor called.

Source: the vendor's page "Call Me Back". Reading and writing use different names for the number: `ddi`, ``ddi_e164``.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

import attrs

from ..unset import UNSET, Unset
from .base import Code, Entity


@attrs.frozen(kw_only=True, repr=False)
class CallMeBackSettings(Entity):
    """How one button looks and whom it calls. The page calls it a *campaign*."""

    id: int
    """Its id."""
    button_id: int | None = None
    """The button that these settings are for."""
    created_at: datetime | None = None
    """When they were made."""
    name: str | None = None
    """What they are called."""
    title: str | None = None
    """The heading of the button."""
    culture: Code | None = None
    """The language of the button."""
    position: Code | None = None
    """Where on the page the button stands."""
    floating_icon: bool | None = None
    """Whether the button floats above the page."""
    allowed_countries: Any = attrs.field(default=None, hash=False)
    """The countries that may be called; the form is not documented."""
    show_to_allowed_countries_only: bool | None = None
    """Whether visitors from other countries do not see the button."""
    welcome_screen_msg: str | None = None
    """The words that greet the visitor."""
    privacy_policy_url: str | None = None
    """A link to the privacy policy."""
    ddi: int | None = None
    """The number that calls: E.164 digits without ``+``."""
    max_call_rate: Decimal | None = None
    """The highest price of a minute that is accepted."""


@attrs.frozen(kw_only=True, repr=False)
class CallMeBackWebsite(CallMeBackSettings):
    """A website with a button. The page shows it with the fields of its settings."""


@attrs.frozen(kw_only=True)
class CallMeBackDraft:
    """What the settings of a button are made of."""

    button_id: int
    name: str
    ddi_e164: int | Unset = UNSET
    """The number that calls: E.164 digits without ``+``."""
    position: str | Unset = UNSET
    floating_icon: bool | Unset = UNSET
    culture: str | Unset = UNSET
    allowed_countries: Any = UNSET
    """The countries that may be called; the form is not documented."""
    show_to_allowed_countries_only: bool | Unset = UNSET
    welcome_screen_msg: str | Unset = UNSET
    privacy_policy_url: str | Unset = UNSET
    max_call_rate: Decimal | Unset = UNSET
    """The highest price of a minute that is accepted."""
