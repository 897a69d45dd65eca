"""What the sandbox saw: one record for each request, without its secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import attrs

from ..entities.scalars import is_list, is_object
from ..entities.secrecy import is_secret, masked
from ..entities.secret import MASK
from ..wire.exchange import shown_path
from ..wire.received import without_named
from ..wire.redaction import conceal, shown_parameter


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
    size: int = 0
    """Bytes of the target, the headers and the body."""


class Requests(list[Recorded]):
    """The latest requests, oldest first: a plain list that drops its oldest entries when it holds too much.

    It keeps at most `most` requests and `most_bytes` bytes of them, and counts what it dropped in `dropped`.
    """

    def __init__(self, most: int = 10_000, most_bytes: int = 64 * 1024 * 1024) -> None:
        super().__init__()
        self.most = most
        self.most_bytes = most_bytes
        self.dropped = 0
        """How many requests were recorded once and are not here any more. `clear` is not counted."""
        self._held = self._known = 0

    def keep(self, seen: Recorded) -> None:
        """Add a request, and drop the oldest ones where that is too much."""
        if self._known != len(self):  # its owner has removed some
            self._held = sum(each.size for each in self)
        self.append(seen)
        self._held += seen.size
        over = self._over()
        del self[:over]
        self.dropped += over
        self._known = len(self)

    def _over(self) -> int:
        over = max(0, len(self) - self.most)
        self._held -= sum(each.size for each in self[:over])
        while self._held > self.most_bytes and over < len(self):
            self._held -= self[over].size
            over += 1
        return over


def hide_headers(headers: Mapping[str, str], token: str) -> dict[str, str]:
    """Copy headers without their secrets."""
    lowered = {name.lower(): value for name, value in headers.items()}
    return {name: MASK if is_secret(name) else hide(value, token) for name, value in lowered.items()}


def hide_query(query: Mapping[str, str], token: str) -> dict[str, str]:
    """Copy the parameters of a query without their secrets."""
    return {hide(name, token): hide(shown_parameter(name, value), token) for name, value in query.items()}


def hide(value: str, token: str) -> str:
    """Copy a text without the token, and without what it names as a secret."""
    return conceal(shown_path(without_named(value)), (token,))


def read_body(content: bytes, token: str) -> Any:
    """Read a body for the record."""
    if not content:
        return None
    text = content.decode("utf-8", "replace")
    try:
        return _hidden(masked(json.loads(text)), token)
    except (ValueError, RecursionError):
        return hide(text, token)


def _hidden(value: Any, token: str) -> Any:
    if is_object(value):
        return {conceal(key, (token,)): _hidden(item, token) for key, item in value.items()}
    if is_list(value):
        return [_hidden(item, token) for item in value]
    return conceal(value, (token,)) if isinstance(value, str) else value
