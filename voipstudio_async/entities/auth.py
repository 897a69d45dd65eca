"""The Auth module: API tokens.

Source: the vendor's pages "Introduction" and "Auth", and the vendor's own command line.
"""

from datetime import datetime

import attrs

from .base import Entity, Secret


@attrs.frozen(kw_only=True, repr=False)
class ApiToken(Entity):
    """A named token. It expires when it was not used for `expiry` seconds, and each use begins that time anew."""

    token: Secret | None = None
    """The token itself, which is also its id in the API. It shows as ``***``."""
    name: str | None = None
    """Unique among the tokens of a user."""
    created_at: datetime | None = None
    expiry: int | None = None
    """Seconds without use after which it ends."""
    user_id: int | None = None
