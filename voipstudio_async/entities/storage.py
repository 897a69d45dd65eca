"""The Storage module: text messages, voicemail and faxes.

Source: the vendor's page "Storage" (text messages), and the vendor's own command line (voicemail and faxes).
"""

from datetime import datetime

import attrs

from ..unset import UNSET, Unset
from .allowed import PhoneDigits
from .base import Code, Entity


@attrs.frozen(kw_only=True, repr=False)
class Sms(Entity):
    """A text message, sent or received."""

    id: int
    """Its id."""
    created_at: datetime | None = None
    """When it was sent or received."""
    from_: str | None = None
    """Who sent it: a number, or the name that the sender shows."""
    to: str | None = None
    """Who it is for: E.164 digits without ``+``."""
    message: str | None = None
    """The words of the message."""
    result: str | None = None
    """What became of it."""
    type: Code | None = None
    """The direction."""
    user_id: int | None = None
    """The user that it belongs to."""


@attrs.frozen(kw_only=True, repr=False)
class Voicemail(Entity):
    """A voice message. The vendor calls it a *voicemessage*; its audio is fetched with ``voicemails.download``."""

    id: int
    """Its id."""
    origtime: datetime | None = None
    """When it was left."""
    caller: str | None = None
    """Who left it; may begin with ``00``."""
    dialled: str | None = None
    """The number that was called."""
    duration: int | None = None
    """Seconds."""
    folder: str | None = None
    """The folder that it is in."""
    is_new: bool | None = None
    """Whether nobody has listened to it yet."""


@attrs.frozen(kw_only=True, repr=False)
class Fax(Entity):
    """A fax, sent or received. Its pages are fetched with ``faxes.download``, as a PDF."""

    id: int
    """Its id."""
    created_at: datetime | None = None
    """When it was sent or received."""
    from_: str | None = None
    """The number that sent it."""
    to: str | None = None
    """The number that it was sent to."""
    pages: int | None = None
    """How many pages it has."""
    status: Code | None = None
    """What became of it."""
    type: Code | None = None
    """The direction."""
    filename: str | None = None
    """The name of the document, as the sender chose it."""


@attrs.frozen(kw_only=True)
class SmsDraft:
    """What a text message is made of."""

    to: PhoneDigits
    message: str
    from_: PhoneDigits | Unset = UNSET
    """The number that sends it; without it, the account's own."""
