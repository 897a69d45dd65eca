"""Logging in at the sandbox: sessions that idle out, a second factor whose code is "mailed", and named tokens."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import attrs

from .clock import Clock
from .refusals import Refusal

IDLE = 1800.0
"""Seconds without a request after which a session ends, as the vendor's introduction says."""


@attrs.define
class Sessions:
    """Who is logged in. A test reads `codes` as a user reads e-mail."""

    clock: Clock
    email: str = ""
    password: str = "sandbox-password"  # noqa: S105 - an invented account's
    second_factor: bool = False
    """Whether a login asks for a mailed code."""
    idle: float = IDLE
    codes: list[str] = attrs.field(factory=list[str])
    """The codes that were mailed, the latest last."""
    _nonces: dict[str, str] = attrs.field(factory=dict[str, str])
    _ends: dict[str, tuple[float, float]] = attrs.field(factory=dict[str, tuple[float, float]])
    """Tokens, with the time at which each ends, and how long it lives without being used."""

    def log_in(self, email: str, password: str) -> dict[str, Any]:
        """Return what a login answers: a token, or a nonce."""
        if (email, password) != (self.email, self.password):
            raise Refusal(400, "Invalid e-mail and/or password")
        if not self.second_factor:
            return self._welcome()
        nonce, code = secrets.token_hex(16), f"{secrets.randbelow(10**6):06d}"
        self.codes.append(code)
        self._nonces[nonce] = code
        return {"message": "A code was sent to your e-mail address", "nonce": nonce}

    def confirm(self, nonce: str, code: str) -> dict[str, Any]:
        """Return what the second half of a login answers; a nonce works once."""
        if self._nonces.get(nonce) != code:
            raise Refusal(400, "Invalid code", [{"field": "code", "message": "is wrong or too old"}])
        del self._nonces[nonce]
        return self._welcome()

    def _welcome(self) -> dict[str, Any]:
        token = secrets.token_hex(20)
        self.begin(token, self.idle)
        return {"message": "Welcome", "user_token": token}

    def begin(self, token: str, seconds: float) -> None:
        """Let a token in, until it was not used for so long."""
        self._ends[token] = (self.clock.monotonic() + seconds, seconds)

    def admit(self, matches: Callable[[str], bool]) -> bool:
        """Return whether a token that fits is good, and note that it was used."""
        now = self.clock.monotonic()
        self._ends = {token: (end, life) for token, (end, life) in self._ends.items() if end > now}
        for token, (_, life) in self._ends.items():
            if matches(token):
                self._ends[token] = (now + life, life)
                return True
        return False

    def end(self, token: str) -> None:
        """Let a token in no more."""
        self._ends.pop(token, None)

    @property
    def tokens(self) -> tuple[str, ...]:
        """All tokens that are let in."""
        return tuple(self._ends)
