"""Credentials: what a request carries so that the API knows who asks.

Source of both schemes: the vendor's introduction (``X-Auth-Token``; Basic authentication with a user id). Basic with an
e-mail address or with the token alone is refused, or works on some accounts only, and is not offered.
"""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Awaitable, Mapping
from typing import Any, Protocol, runtime_checkable

import attrs

from ..entities.arguments import told
from ..errors import ConfigurationError


class HeaderValue(str):
    """A header's value that does not show in a dump of local variables."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


def credentials(given: Mapping[str, str]) -> dict[str, str]:
    """Copy the headers of any scheme, their values hidden."""
    try:
        headers = given.items()
    except AttributeError:
        raise ConfigurationError(f"headers() of auth must give a mapping, got {type(given).__name__}") from None
    return {name: value if type(value) is HeaderValue else _hidden(name, value) for name, value in headers}


def _hidden(name: Any, value: Any) -> HeaderValue:
    if not isinstance(name, str) or not isinstance(value, str):
        raise ConfigurationError(f"headers() of auth must give texts, got {type(value).__name__} for {name!r}")
    if not {"\r", "\n", "\0"}.isdisjoint(value):
        raise ConfigurationError(f"headers() of auth gives a line end in {name!r}, which cannot stand in a header")
    return HeaderValue(value)


def secrets_of(headers: Mapping[str, str]) -> set[str]:
    """Collect what must not be shown of these credentials: some servers repeat what they refuse."""
    return {secret for value in headers.values() for secret in _parts(value) if secret}


def _parts(value: str) -> list[str]:
    scheme, _, rest = value.partition(" ")
    found = [str(value), rest]
    if scheme == "Basic":
        with contextlib.suppress(ValueError):
            pair = base64.b64decode(rest).decode()
            found += [pair, pair.partition(":")[2]]
    return found


@runtime_checkable
class Auth(Protocol):
    """What a scheme must be able to do. Bring your own for a vault, or for a token that changes."""

    def headers(self) -> Mapping[str, str] | Awaitable[Mapping[str, str]]:
        """Return the headers for one request; it may be a coroutine.

        Asked anew for every attempt, just before it goes out, when its place among the requests under way is taken: it
        must not wait for another request of the same client.
        """
        ...


def check_token(value: Any) -> None:
    """Refuse what cannot be a token before it becomes part of a header."""
    if not isinstance(value, str):
        raise ConfigurationError(f"the token is a text, got {type(value).__name__}")
    if not value.strip():
        raise ConfigurationError("the token is empty; make one in the dashboard: Administration, edit a user, API keys")
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ConfigurationError("the token holds characters that cannot stand in a header (a line end, or a space?)")


def _check_token(_: object, __: object, value: Any) -> None:
    check_token(value)


def _header_of(token: Any) -> HeaderValue:
    # Made before the token is checked: what is no text may not even have one.
    return HeaderValue(token if isinstance(token, str) else "")


def _check_user_id(_: object, __: object, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigurationError(f"the user id is a positive integer, got {told(value)}")


@attrs.frozen
class TokenAuth:
    """The header ``X-Auth-Token``: an API key, or the token of a login."""

    _token: str = attrs.field(validator=_check_token, repr=False)
    _value: HeaderValue = attrs.field(
        init=False,
        repr=False,
        eq=False,
        default=attrs.Factory(lambda auth: _header_of(auth._token), takes_self=True),
    )

    def headers(self) -> Mapping[str, str]:
        """Return the header."""
        return {"X-Auth-Token": self._value}


@attrs.frozen
class BasicAuth:
    """HTTP Basic authentication with a user's id as the name and the token as the password."""

    user_id: int = attrs.field(validator=_check_user_id)
    _token: str = attrs.field(validator=_check_token, repr=False)

    def headers(self) -> Mapping[str, str]:
        """Return the header."""
        pair = f"{self.user_id}:{self._token}".encode()
        return {"Authorization": HeaderValue("Basic " + base64.b64encode(pair).decode("ascii"))}
