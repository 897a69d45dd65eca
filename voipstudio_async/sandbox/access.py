"""Who may come in: the token in either of its two forms, and what a test has denied."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping

import attrs

from .refusals import Refusal
from .sessions import Sessions


@attrs.define
class TokenCheck:
    """Checks the credentials of a request."""

    token: str
    user_id: int
    sessions: Sessions
    email: str = ""
    denied: set[tuple[str, str]] = attrs.field(factory=set[tuple[str, str]])

    def check(self, headers: Mapping[str, str]) -> None:
        """Refuse with 401 whoever does not have the token, with 400 what cannot be read."""
        given = self.shown(headers)
        if given is None or not (_fits(given, self.token) or self.sessions.admit(lambda token: _fits(given, token))):
            raise Refusal(401, "Unauthorized")

    def shown(self, headers: Mapping[str, str]) -> str | None:
        """Return the token that a request shows, in either form."""
        given = headers.get("X-Auth-Token")
        return self._basic(headers.get("Authorization")) if given is None else given

    def check_allowed(self, method: str, template: str, path: str) -> None:
        """Refuse with 403 what a test has denied, by the path or by its template."""
        if {(method, template), (method, path)} & self.denied:
            raise Refusal(403, "Access denied")

    def _basic(self, header: str | None) -> str | None:
        scheme, _, encoded = (header or "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, colon, token = base64.b64decode(encoded, validate=True).decode().partition(":")
        except ValueError:  # no base64, no ASCII, no UTF-8
            raise Refusal(400, "Cannot parse Authorization header credentials") from None
        if not colon:
            raise Refusal(400, "Cannot parse Authorization header credentials")
        return token if user in ("", str(self.user_id), self.email) else None


def _fits(given: str, token: str) -> bool:
    # Header bytes that are not UTF-8 are halves of characters here.
    return hmac.compare_digest(given.encode(errors="surrogateescape"), token.encode())
