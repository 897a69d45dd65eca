"""Who may deliver: the user name and password in the URL that the webhook was registered with.

The vendor signs nothing. What can be checked are Basic credentials, which the sender takes from the URL.
"""

from __future__ import annotations

import base64
import binascii
import enum
import hmac
import os
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal
from urllib.parse import quote

import attrs
from yarl import URL

from ..entities import Secret
from ..errors import ConfigurationError

VARIABLE = "VOIPSTUDIO_WEBHOOK_CREDENTIALS"
_MOST = 2048
"""Characters of an ``Authorization`` header that are looked at."""


class _Anyone(enum.Enum):
    ANYONE = "anyone"


ANYONE: Final = _Anyone.ANYONE
"""Accept deliveries from anyone: for a receiver that something else protects, and for trying things out."""

Anyone = Literal[_Anyone.ANYONE]


def _check_user(_: object, __: object, value: str) -> None:
    _check_text("user", value)
    if ":" in value:
        raise ConfigurationError("the user of a webhook must not hold a colon")


def _check_password(_: object, __: object, value: Secret) -> None:
    _check_text("password", value.reveal())


def _check_text(name: str, value: Any) -> None:
    if not isinstance(value, str):
        raise ConfigurationError(f"the {name} of a webhook is a text, got {type(value).__name__}")
    if not value:
        raise ConfigurationError(f"the {name} of a webhook is empty")
    # Half a pair of surrogates, or a control character: neither can stand in a header.
    if not value.isprintable():
        raise ConfigurationError(f"the {name} of a webhook holds a character that cannot be sent")


def _hidden(value: str | Secret) -> Secret:
    return value if isinstance(value, Secret) else Secret(value)


@attrs.frozen
class Credentials:
    """The user name and the password that a delivery must carry.

    :raises ConfigurationError: one of them is empty, or holds a character that cannot be sent
    """

    user: str = attrs.field(validator=_check_user)
    """The name; it must not contain a colon."""
    password: Secret = attrs.field(converter=_hidden, validator=_check_password)
    """The password."""

    @classmethod
    def from_env(cls, name: str = VARIABLE) -> tuple[Credentials, ...]:
        """Return the credentials of an environment variable: ``user:password``, several with spaces between.

        Several are for the time in which a password is changed: each of them is accepted.

        :raises ConfigurationError: the variable is not set, is empty, or holds something else
        """
        pairs = os.environ.get(name, "").split()
        if not pairs:
            raise ConfigurationError(f"no credentials for webhooks: set {name} to user:password")
        if not all(":" in pair for pair in pairs):
            raise ConfigurationError(f"{name} must be user:password (several with spaces between)")
        return tuple(cls(*pair.split(":", 1)) for pair in pairs)


def accepted(given: Credentials | Iterable[Credentials] | Anyone | None) -> tuple[Credentials, ...] | Anyone:
    """Return the credentials that a receiver was given; none at all are refused."""
    if given is ANYONE:
        return ANYONE
    if isinstance(given, Credentials):
        return (given,)
    pairs: tuple[Any, ...] = tuple(given) if isinstance(given, Iterable) else ()
    if not pairs or not all(isinstance(each, Credentials) for each in pairs):
        raise ConfigurationError(
            "a receiver needs credentials: Credentials('user', 'password'), Credentials.from_env(), or ANYONE"
        )
    return pairs


class Gatekeeper:
    """Compares what a delivery shows with what is accepted, in a time that tells nothing."""

    def __init__(self, accepted: tuple[Credentials, ...] | Anyone) -> None:
        self._pairs = (
            None if accepted is ANYONE else [(each.user.encode(), each.password.reveal().encode()) for each in accepted]
        )

    def admits(self, headers: Sequence[str]) -> bool:
        """Return whether the ``Authorization`` headers are one, and good. All parts are always compared."""
        if self._pairs is None:
            return True
        user, password, is_pair = _shown_pair(headers[0] if len(headers) == 1 else "")
        good = False
        for known_user, known_password in self._pairs:
            same_user = hmac.compare_digest(user, known_user)
            same_password = hmac.compare_digest(password, known_password)
            good |= same_user & same_password
        return good & is_pair


def _shown_pair(header: str) -> tuple[bytes, bytes, bool]:
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() != "basic" or len(rest) > _MOST:
        return b"", b"", False
    try:
        pair = base64.b64decode(rest.strip().encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError, ValueError):
        return b"", b"", False
    user, colon, password = pair.partition(b":")
    return user, password, bool(colon)


def webhook_url(base: str, credentials: Credentials) -> Secret:
    """Return the URL to register in the dashboard: `base` with the credentials in it. ``reveal()`` shows it.

    :raises ConfigurationError: `base` is no https URL, or holds credentials already
    """
    try:
        url = URL(base)
    except (ValueError, TypeError):
        raise ConfigurationError("the base of a webhook is a URL like https://example.com/hooks") from None
    if url.scheme != "https" or not url.host:
        raise ConfigurationError("the vendor registers https URLs only: https://example.com/hooks")
    if url.user is not None or url.password is not None:
        raise ConfigurationError("the URL holds credentials already; give them once")
    user, password = (quote(part, safe="") for part in (credentials.user, credentials.password.reveal()))
    return Secret(f"https://{user}:{password}@{str(url).removeprefix('https://')}")
