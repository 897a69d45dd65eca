"""A request, a reply, and the two together: pure values between the operations and the transport."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import attrs

from .scalars import loose
from .wire import parse

T = TypeVar("T")

_SECRET_SEGMENT = re.compile(r"(/apitokens/)[^/?#]+")


class Repeat(enum.Enum):
    """When a request may be sent again after a failure."""

    ALWAYS = "always"
    """Sending it twice does the same as sending it once: every GET, and what its declaration says is safe."""
    UNSENT = "unsent"
    """Only when nothing was sent, because no connection could be made: it rings a phone, or costs money."""


@attrs.frozen
class Request:
    """What is asked: everything but the host, the credentials and the connection."""

    method: str
    path: str
    """Below the base URL, percent-encoded, ``/users/7206`` for instance."""
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = attrs.field(default=None, repr=False)
    repeat: Repeat = Repeat.ALWAYS

    @property
    def shown_path(self) -> str:
        """The path for error messages and logs: an API token is its own id there."""
        return _SECRET_SEGMENT.sub(r"\1***", self.path)


@attrs.frozen
class Reply:
    """What came back, read to its end."""

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)
    attempts: int = 1


@attrs.frozen
class Exchange(Generic[T]):
    """A request and how to read its reply."""

    request: Request
    read: Callable[[Reply], T]


@attrs.frozen
class RawResponse:
    """What `raw.request` answers: the status, the headers, and the body as it came."""

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)

    def text(self) -> str:
        """Give the body as text (UTF-8, with replacements for what is not)."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Give the body as plain Python values: floats for numbers with a point.

        :raises DecodeError: the body is not JSON
        """
        return loose(parse(self.body))
