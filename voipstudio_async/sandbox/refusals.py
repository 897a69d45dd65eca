"""What the sandbox answers when it does not do what was asked, in the vendor's error shape."""

from __future__ import annotations

import http
from collections.abc import Mapping

import attrs

from .texts import encoded

INVALID_VALUE = "SF0010"
"""The one error code that is publicly known: a value that is not valid."""

JSON_HEADERS = {"Content-Type": "application/json"}


@attrs.frozen
class Answer:
    """A status, a body and its headers, before they become HTTP."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = attrs.field(factory=lambda: JSON_HEADERS)


class Refusal(Exception):
    """The request is answered with an error: ``{"message": ..., "errors": [...]}``."""

    def __init__(
        self,
        status: int,
        message: str | None = None,
        errors: list[dict[str, str]] | None = None,
        *,
        after: float = 0.0,
    ) -> None:
        super().__init__(message)
        self.after = after
        """Seconds until it is told."""
        self.status = status
        self.message = message or http.HTTPStatus(status).phrase
        self.errors = errors or []

    def answer(self, headers: Mapping[str, str] | None = None) -> Answer:
        """Return the error as an answer."""
        body = encoded({"message": self.message, "errors": self.errors})
        return Answer(self.status, body, {**JSON_HEADERS, **(headers or {})})


def invalid(*errors: dict[str, str]) -> Refusal:
    """Refuse a request with 400 and what is wrong with its fields."""
    return Refusal(400, "Validation error", list(errors))


def wrong(field: str, message: str, code: str | None = None) -> dict[str, str]:
    """Describe what is wrong with one field."""
    return {"field": field, "message": message} | ({"code": code} if code else {})


def not_valid(field: str, message: str) -> dict[str, str]:
    """Describe a value that is not valid."""
    return wrong(field, message, INVALID_VALUE)
