"""Whether to try again, and when: a value that decides and never sleeps."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import attrs

from ..entities.arguments import number, told
from ..errors import ConfigurationError
from ..wire.exchange import Repeat
from .settings import how_many, positive_count, positive_number

MAX_WAIT = 120.0
"""The longest ``Retry-After``, in seconds, that is waited for. A longer one is the caller's, in the error, at once."""

_SECONDS = re.compile(r"\+?([0-9]+(?:\.[0-9]*)?(?:e\+?[0-9]+)?)\s*(?:s|sec|secs|seconds?)?", re.ASCII | re.IGNORECASE)
_LONGEST = 1e15
"""Seconds: more is nothing that a number is needed for."""


def _statuses(value: Iterable[int]) -> frozenset[int]:
    try:
        return frozenset(number(status) for status in value)
    except TypeError:
        raise ConfigurationError(f"RetryPolicy.statuses is a set of error statuses, got {told(value)}") from None


def _wait(value: float) -> float:
    return number(value)


def _check_wait(policy: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    positive_number(policy, attribute, value)
    if value is None:
        raise ConfigurationError(f"RetryPolicy.{attribute.name} must be a number of seconds above 0")


def _check_statuses(_: object, __: object, value: frozenset[Any]) -> None:
    for status in value:
        if isinstance(status, bool) or not isinstance(status, int) or not 400 <= status <= 599:
            raise ConfigurationError(f"RetryPolicy.statuses holds error statuses, from 400 to 599, got {told(status)}")


@attrs.frozen
class Failure:
    """What went wrong with one attempt, as far as a retry depends on it."""

    status: int | None = None
    """The error status, or None when no usable answer came."""
    unsent: bool = False
    """Nothing was sent: the server cannot have acted."""
    final: bool = False
    """Trying again cannot help: a wrong certificate, a body that is too large."""
    wait: float | None = None
    """How many seconds the server asks to wait."""

    @property
    def throttled(self) -> bool:
        """The server asks everybody to slow down."""
        return self.status == 429 or (self.status == 503 and self.wait is not None)


@attrs.frozen(kw_only=True)
class RetryPolicy:
    """How often and how patiently a failed request is tried again.

    GET is always tried again; what changes something only where its declaration says that doing it twice is doing it
    once; what rings a phone or costs money only when no connection could be made.
    """

    attempts: int = attrs.field(default=4, converter=how_many, validator=positive_count)
    """How often a request is sent at most, the first time included."""
    base: float = attrs.field(default=0.5, converter=_wait, validator=_check_wait)
    """The ceiling of the first wait, in seconds; it doubles with every attempt. The wait is drawn from 0 up to it."""
    cap: float = attrs.field(default=30.0, converter=_wait, validator=_check_wait)
    """The highest ceiling, in seconds."""
    statuses: frozenset[int] = attrs.field(
        default=frozenset({408, 429, 500, 502, 503, 504}), converter=_statuses, validator=_check_statuses
    )
    """The error statuses that are tried again."""
    budget: int = attrs.field(default=100, converter=how_many, validator=positive_count)
    """How many retries the whole client may have in hand: each takes one, every five good answers give one back.

    In an outage this ends the retries, which would only multiply the load.
    """

    def delay(self, attempt: int, failure: Failure, repeat: Repeat, chance: float) -> float | None:
        """Decide: how many seconds to wait before the next attempt, or None to give up.

        `attempt` is the number of the one that failed, from 1; `chance` is drawn from 0 to 1 by the caller.
        """
        if attempt >= self.attempts or failure.final:
            return None
        if not failure.unsent and repeat is not Repeat.ALWAYS:
            return None
        if failure.status is not None and failure.status not in self.statuses:
            return None
        if failure.wait is not None and failure.wait > MAX_WAIT:
            return None
        ceiling = min(self.cap, self.base * 2.0 ** min(attempt - 1, 64))
        return max(chance * ceiling, failure.wait or 0.0)


class Budget:
    """The retries that a client has in hand; its views share one."""

    def __init__(self, size: int) -> None:
        self._size = float(size)
        self._left = float(size)

    def take(self) -> bool:
        """Take one retry, if there is one."""
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def give(self) -> None:
        """Count a good answer."""
        if self._left < self._size:
            self._left = min(self._size, self._left + 0.2)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Read a ``Retry-After``: seconds, or a date, against the server's clock.

    Garbage and negative values say nothing; the past is now. What is too long to be meant is as long as it says: it is
    not waited for, and the caller sees it.
    """
    if value is None:
        return None
    text = value.strip().strip("\"'")
    if (match := _SECONDS.fullmatch(text)) is not None:
        return min(float(match[1]), _LONGEST)
    moment = read_date(text)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def read_date(text: str | None) -> datetime | None:
    """Read a date as HTTP writes it, in any of its three forms, or as ISO 8601 does; None is for anything else."""
    if text is None:
        return None
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(text.strip())
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return None
