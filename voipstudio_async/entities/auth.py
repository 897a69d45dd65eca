"""The Auth module: API tokens.

Source: the vendor's pages "Introduction" and "Auth", and the vendor's own command line.
"""

from datetime import datetime
from typing import Annotated

import attrs

from ..unset import UNSET, Unset
from .allowed import Allowed
from .base import Entity, Secret


@attrs.frozen(kw_only=True, repr=False)
class ApiToken(Entity):
    """A named token. It expires when it was not used for `expiry` seconds, and each use begins that time anew."""

    id: int | None = None
    """Not documented."""
    token: Secret | None = None
    """The token itself, which is also its id in the API. It shows as ``***``."""
    name: str | None = None
    """Unique among the tokens of a user."""
    created_at: datetime | None = None
    """When it was made."""
    expiry: int | None = None
    """Seconds without use after which it ends."""
    user_id: int | None = None
    """The user whose token it is."""


@attrs.frozen(kw_only=True, repr=False)
class Login(Entity):
    """What a login answers: a token, or the nonce of the second factor."""

    message: str | None = None
    """What the API says about the login."""
    user_token: Secret | None = None
    """The token of the session; None where a code is mailed first. It shows as ``***``."""
    user_id: int | None = None
    """The user who logs in."""
    nonce: Secret | None = None
    """Given with the mailed code to the second half of a login. It shows as ``***``."""


@attrs.frozen(kw_only=True, repr=False)
class Pong(Entity):
    """What a ping answers."""

    response: str | None = None
    """The word that the API answers with."""


@attrs.frozen(kw_only=True)
class LoginDraft:
    """Who logs in."""

    email: str
    password: str = attrs.field(repr=False)
    remember_me: bool | Unset = UNSET
    device_fingerprint: str | Unset = UNSET


@attrs.frozen(kw_only=True)
class LoginCode:
    """The second half of a login."""

    code: str = attrs.field(repr=False)
    nonce: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class ApiTokenDraft:
    """What a named token is made of."""

    name: str
    expiry: Annotated[int, Allowed(least=1, most=10 * 366 * 86400)]
    """Seconds without use after which it ends."""
