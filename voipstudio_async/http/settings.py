"""How long a client waits and how much it takes: `Timeouts` and `Limits`, checked when they are made."""

from __future__ import annotations

from typing import Any

import attrs

from ..entities.arguments import is_duration, number, told
from ..errors import ConfigurationError


def seconds(value: float | None) -> float | None:
    """Convert a number of any type to Python's."""
    return number(value)


def how_many(value: int) -> int:
    """Convert a whole number of any type to Python's."""
    return number(value)


def how_many_or_any(value: int | None) -> int | None:
    """Convert a whole number of any type to Python's, where there is one."""
    return number(value)


def positive_number(instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Validate: None, or a number above 0 that is finite."""
    if value is None:
        return
    if not is_duration(value):
        name = f"{type(instance).__name__}.{attribute.name}"
        raise ConfigurationError(f"{name} must be a number above 0, or None for no limit, got {told(value)}")


def positive_count(instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Validate: a whole number, 1 or more."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigurationError(f"{type(instance).__name__}.{attribute.name} must be 1 or more, got {told(value)}")


def yes_or_no(instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Validate: True or False."""
    if not isinstance(value, bool):
        raise ConfigurationError(f"{type(instance).__name__}.{attribute.name} is True or False, got {told(value)}")


@attrs.frozen(kw_only=True)
class Timeouts:
    """How long to wait, in seconds; None is for ever.

    Placing a call through the API takes up to 10 seconds to answer: a `read` below 15 would give such calls up too
    early.
    """

    connect: float | None = attrs.field(default=10.0, converter=seconds, validator=positive_number)
    """To make a connection, with its TLS handshake. Exceeding it is a `ConnectError`: nothing was sent."""
    read: float | None = attrs.field(default=30.0, converter=seconds, validator=positive_number)
    """For the next piece of an answer. Exceeding it is a `RequestTimeout`.

    An operation that is known to take longer, as one that rings a phone, waits so much longer; `total` still bounds it.
    """
    total: float | None = attrs.field(default=120.0, converter=seconds, validator=positive_number)
    """For the whole call, with every retry and wait in it. Exceeding it is a `DeadlineExceeded`.

    A download may take as long as bytes flow: for it, this is counted anew with every 64 KiB that have arrived.
    """

    def reading(self, least: float) -> Timeouts:
        """Return the same timeouts for an operation that is known to take so many seconds: `read` is no less."""
        return self if self.read is None or self.read >= least else attrs.evolve(self, read=least)


@attrs.frozen(kw_only=True)
class Limits:
    """What a client takes at most; its views share these."""

    concurrency: int = attrs.field(default=16, converter=how_many, validator=positive_count)
    """Requests under way at once, and the size of the connection pool."""
    adaptive: bool = attrs.field(default=True, validator=yes_or_no)
    """Send fewer at once after the API has asked to slow down, and more again as it answers; False fixes the number."""
    per_second: float | None = attrs.field(default=None, converter=seconds, validator=positive_number)
    """Requests begun in a second, or None for as many as the API takes (it publishes no limit)."""
    max_response_bytes: int = attrs.field(default=64 * 2**20, converter=how_many, validator=positive_count)
    """The largest body that is read, after decompression. A larger one is `ResponseTooLarge`."""
    max_file_bytes: int | None = attrs.field(
        default=None, converter=how_many_or_any, validator=attrs.validators.optional(positive_count)
    )
    """The largest file that is downloaded, after decompression, or None for any: it is never held in memory."""
    max_header_bytes: int = attrs.field(default=64 * 2**10, converter=how_many, validator=positive_count)
    """The longest line in the head of an answer."""
    max_headers: int = attrs.field(default=256, converter=how_many, validator=positive_count)
    """The most headers that an answer may have."""
