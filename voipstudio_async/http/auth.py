"""Credentials: what a request carries so that the API knows who asks.

Source of both schemes: the vendor's introduction (``X-Auth-Token``; Basic authentication with a user id). Basic with an
e-mail address or with the token alone is refused, or works on some accounts only, and is not offered.
"""

from __future__ import annotations

import base64
import inspect
from collections.abc import Awaitable, Mapping
from typing import Any, Protocol, runtime_checkable

import attrs

from ..entities.arguments import told, whole
from ..entities.secret import MASK, Secret
from ..errors import ConfigurationError


class HeaderValue(str):
    """A header's value that does not show in a dump of local variables."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"'{MASK}'"

    def __getitem__(self, key: Any) -> HeaderValue:
        # Of a long text some printers show a piece.
        return HeaderValue(super().__getitem__(key))


Headers = dict[str, str]


def ask(auth: Auth) -> Headers | Awaitable[Headers]:
    """Ask a scheme for its headers; their values are hidden from now on."""
    given = auth.headers()
    # A dict is what nearly every scheme gives, and asking whether something can be awaited is slow.
    if not isinstance(given, dict) and inspect.isawaitable(given):
        return _awaited(given)
    found = credentials(given)
    # No frame of an error that is raised here holds what was given.
    del given
    if isinstance(found, ConfigurationError):
        raise found
    return found


def lasting(auth: Auth) -> Headers | None:
    """Return the credentials of a scheme of ours, which never change; others are asked for each request anew."""
    if not isinstance(auth, TokenAuth | BasicAuth) or type(auth).headers not in (TokenAuth.headers, BasicAuth.headers):
        return None
    found = credentials(auth.headers())
    return None if isinstance(found, ConfigurationError) else found


async def _awaited(given: Awaitable[Mapping[str, str]]) -> Headers:
    found = credentials(await given)
    del given
    if isinstance(found, ConfigurationError):
        raise found
    return found


def credentials(given: Any) -> Headers | ConfigurationError:
    """Copy the headers of any scheme, their values hidden; or return what is wrong with them."""
    if not hasattr(given, "items"):
        return ConfigurationError(f"headers() of auth must give a mapping, got {type(given).__name__}")
    found: Headers = {}
    for name, value in given.items():
        if type(value) is HeaderValue:  # as our own schemes give it: this is on the way of every request
            found[name] = value
        elif (wrong := _wrong(name, value)) is not None:
            return ConfigurationError(f"headers() of auth {wrong}")
        else:
            found[name] = HeaderValue(value)
    return found


def _wrong(name: Any, value: Any) -> str | None:
    if not isinstance(name, str) or not isinstance(value, str):
        return f"must give texts, got {type(value).__name__} for {name!r}"
    if not {"\r", "\n", "\0"}.isdisjoint(value):
        return f"gives a line end in {name!r}, which cannot stand in a header"
    return None


@runtime_checkable
class Auth(Protocol):
    """What a scheme must be able to do. Bring your own for a vault, or for a token that changes."""

    def headers(self) -> Mapping[str, str] | Awaitable[Mapping[str, str]]:
        """Return the headers for one request; it may be a coroutine.

        Asked anew for every attempt, just before it goes out, when its place among the requests under way is taken: it
        must not wait for another request of the same client.

        A scheme whose credentials can be had anew may also have ``async def refused(self, headers) -> bool``: it is
        called with headers that the API answered with 401, and returns whether there are others now. The request is
        then sent once more. See `RenewingAuth`.
        """
        ...


def check_token(value: Any) -> None:
    """Refuse what cannot be a token before it becomes part of a header."""
    wrong = _wrong_token(value)
    del value
    if wrong is not None:
        raise ConfigurationError(wrong)


def _wrong_token(value: Any) -> str | None:
    if not isinstance(value, str):
        return f"the token is a text, got {type(value).__name__}"
    if not value.strip():
        return "the token is empty; make one in the dashboard: Administration, edit a user, API keys"
    if not value.isascii() or not value.isprintable() or " " in value:
        return "the token holds characters that cannot stand in a header (a line end, or a space?)"
    return None


def _user_id(value: Any) -> int:
    found = whole(value)
    if found is None or found < 1:
        raise ConfigurationError(f"the user id is a positive integer, got {told(value)}")
    return found


@attrs.frozen(init=False)
class TokenAuth:
    """The header ``X-Auth-Token``: an API key, or the token of a login."""

    _token: Secret = attrs.field(repr=False)

    def __init__(self, token: str) -> None:
        # As it stands in a header, so that it is not made anew for each request.
        object.__setattr__(self, "_token", Secret(HeaderValue(token) if isinstance(token, str) else token))
        # No frame of an error that is raised here holds it.
        del token
        check_token(self._token.reveal())

    def headers(self) -> Mapping[str, str]:
        """Return the header."""
        return {"X-Auth-Token": self._token.reveal()}


@attrs.frozen(init=False)
class BasicAuth:
    """HTTP Basic authentication with a user's id as the name and the token as the password."""

    user_id: int
    """The user whose token it is."""
    _token: Secret = attrs.field(repr=False)

    def __init__(self, user_id: int, token: str) -> None:
        object.__setattr__(self, "_token", Secret(token))
        object.__setattr__(self, "user_id", user_id)  # what prints local variables of a failure asks for it
        del token
        check_token(self._token.reveal())
        object.__setattr__(self, "user_id", _user_id(user_id))

    def headers(self) -> Mapping[str, str]:
        """Return the header."""
        pair = f"{self.user_id}:{self._token.reveal()}".encode()
        return {"Authorization": HeaderValue("Basic " + base64.b64encode(pair).decode("ascii"))}
