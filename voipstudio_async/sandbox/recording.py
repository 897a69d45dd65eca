"""What the sandbox saw: one record for each request, without its secrets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

import attrs

HIDDEN = "***"
_SECRET_HEADERS = frozenset({"x-auth-token", "authorization", "proxy-authorization", "cookie"})
_SECRET_FIELDS = ("password", "token", "api_key", "secret")


@attrs.frozen
class Recorded:
    """A request that reached the sandbox, and the status that it was answered with."""

    method: str
    path: str
    """Below the base URL: ``/users/7206``."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """As they were sent, by their names in small letters; secrets show as ``***``."""
    body: Any
    """The JSON of the body; its text where it was none, None where there was no body."""
    status: int | None
    """None when no answer with a status was sent: the connection was cut, or the answer was malformed."""
    target: str
    """The path and query exactly as sent."""


def hide_headers(headers: Mapping[str, str], token: str) -> dict[str, str]:
    """Copy headers without their secrets."""
    lowered = {name.lower(): value for name, value in headers.items()}
    return {name: HIDDEN if name in _SECRET_HEADERS else hide(value, token) for name, value in lowered.items()}


def hide(value: str, token: str) -> str:
    """Copy a text without the token."""
    return value.replace(token, HIDDEN)


def read_body(content: bytes, token: str) -> Any:
    """Read a body for the record."""
    if not content:
        return None
    shown = hide(content.decode("utf-8", "replace"), token)
    try:
        return _hide_fields(json.loads(shown))
    except (ValueError, RecursionError):
        return shown


def _hide_fields(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _hide_field(key, item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_hide_fields(item) for item in cast("Iterable[Any]", value)]
    return value


def _hide_field(key: str, value: Any) -> Any:
    return HIDDEN if any(part in key.lower() for part in _SECRET_FIELDS) else _hide_fields(value)
