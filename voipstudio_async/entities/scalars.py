"""Conversions without loss between JSON's values and ours.

Each function takes a value as the JSON decoder gives it (numbers with a point arrive as `Decimal`, with all their
digits) and returns it in the declared type, or raises `Misfit`: it never guesses.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow, Subnormal, Underflow
from typing import Any, TypeGuard, cast

from ..errors import ConfigurationError
from .zones import wall_clock

_INTEGER = re.compile(r"[+-]?[0-9]+", re.ASCII)
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,4})?", re.ASCII)
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ Tt](?!24)[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?",
    re.ASCII,
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_ZERO_DATE = re.compile(r"0000-00-00([ T]00:00:00)?", re.ASCII)
_KINDS: dict[type, str] = {
    bool: "a boolean",
    int: "an integer",
    Decimal: "a number",
    float: "a number",
    str: "a text",
    dict: "an object",
    list: "a list",
}
_BOOLEANS = {"0": False, "1": True, "false": False, "true": True}
_LARGEST_FLOAT = 308
"""The exponent of ten that floats reach to."""
_MAX_DIGITS = 4000
"""Python refuses to turn longer texts into integers; one that long is not an id."""
_TRAPS = [Inexact, Overflow, Underflow, Subnormal, InvalidOperation]
bounded = Context(prec=_MAX_DIGITS, Emax=_MAX_DIGITS, Emin=-_MAX_DIGITS, traps=_TRAPS).create_decimal
"""Make a `Decimal` of a text or an integer, with all its digits.

ArithmeticError for more than 4,000 of them, or an exponent beyond: to write ``1e999999999`` out takes a gigabyte.
"""
_EPOCH_LIMIT = 253_402_300_800
"""The first second of the year 10000."""
_LAST_SECOND = datetime(9999, 12, 31, 23, 59, 59)  # noqa: DTZ001 - of any zone's clock


class Misfit(ValueError):
    """The value cannot be had in the declared type without losing something."""

    def __init__(self, expected: str, value: object) -> None:
        super().__init__(f"expected {expected}, got {shown(value)}")
        self.path = ""
        """Where it is, seen from the value that was to be read: ``[1].id`` in a list of objects."""

    def below(self, place: str) -> Misfit:
        """Say that it was found below a place: a name, or an index in brackets."""
        self.path = joined(place, self.path)
        return self


class HugeNumber(str):
    """A JSON number that is out of `bounded`, as it was written. It fits no type; where it is kept, it is a text."""

    __slots__ = ()


class Missing(Misfit):
    """A value that is needed is not there."""

    def __init__(self, name: str, *, null: bool) -> None:
        ValueError.__init__(self, "is null" if null else "is missing")
        self.path = name


def joined(place: str, path: str) -> str:
    """Join two parts of a path: ``data[3]`` and ``users[1].id``."""
    return f"{place}{'.' if place and path and not path.startswith('[') else ''}{path}"


def shown(value: object) -> str:
    """Describe a value by its kind alone: it may be a secret, and it may be huge."""
    if value is None:
        return "null"
    if isinstance(value, HugeNumber):
        return "a number with too many digits"
    kind = _KINDS.get(type(value), f"a {type(value).__name__}")
    return f"{kind} of {len(value)} characters" if isinstance(value, str) else kind


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Tell whether a JSON value is an object: checked in place, its keys and values would be of no known type."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Tell whether a JSON value is a list."""
    return isinstance(value, list)


def to_int(value: Any) -> int:
    """``12``, ``"12"`` and ``12.0`` are 12; a boolean is not a number."""
    if type(value) is int:
        return value
    if type(value) is str and len(value) <= _MAX_DIGITS and _INTEGER.fullmatch(value):
        return int(value)
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < _MAX_DIGITS and value == int(value):
        return int(value)
    raise Misfit("an integer", value)


def to_bool(value: Any) -> bool:
    """``1``, ``"1"`` and ``"true"`` are True; other numbers and words are no booleans."""
    if type(value) is bool:
        return value
    if type(value) is int and value in (0, 1):
        return value == 1
    if type(value) is str and value in _BOOLEANS:
        return _BOOLEANS[value]
    raise Misfit("a boolean", value)


def to_str(value: Any) -> str:
    """A whole number is its digits; nothing else becomes text (above all not null)."""
    if type(value) is str:
        return value
    if type(value) is int:
        try:
            return str(value)
        except ValueError:
            raise Misfit("a text", value) from None
    raise Misfit("a text", value)


def to_decimal(value: Any) -> Decimal:
    """Money: every digit that was sent, none added."""
    if isinstance(value, Decimal):
        return value
    if type(value) is int or (type(value) is str and len(value) <= _MAX_DIGITS and _NUMBER.fullmatch(value)):
        try:
            return bounded(value)
        except ArithmeticError:
            raise Misfit("a number", value) from None
    raise Misfit("a number", value)


def to_float(value: Any) -> float:
    """Return the float that is nearest: a float has no more digits. What is too large, or too near to 0, is none."""
    exact = to_decimal(value)
    short = float(exact)
    if math.isinf(short) or bool(short) != bool(exact):
        raise Misfit("a number that a float can hold", value)
    return short


def to_date(value: Any) -> date | None:
    """Read ``2017-11-27``. The database's zero date, with or without a time, is None."""
    if type(value) is str and _ZERO_DATE.fullmatch(value):
        return None
    if type(value) is not str or not _DAY.fullmatch(value):
        raise Misfit("a date", value)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Misfit("a date", value) from None


def to_datetime(value: Any, tz: tzinfo) -> datetime | None:
    """Read ``2017-11-27 23:45:52`` as a moment in `tz`; a text with an offset keeps its moment.

    The database's zero date, ``0000-00-00 00:00:00``, is None.
    """
    if type(value) is not str or not _MOMENT.fullmatch(value):
        raise Misfit("a date-time", value)
    if value.startswith("0000-00-00"):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=tz) if moment.tzinfo is None else moment.astimezone(tz)
    except (ValueError, OverflowError):
        raise Misfit("a date-time", value) from None


def from_epoch(value: Any, tz: tzinfo) -> datetime | None:
    """Read seconds since 1970; a text is read as any other date-time."""
    if type(value) is str and not _INTEGER.fullmatch(value):
        return to_datetime(value, tz)
    seconds = to_int(value)
    if not 0 <= seconds < _EPOCH_LIMIT:
        raise Misfit("seconds since 1970", value)
    try:
        return datetime.fromtimestamp(seconds, UTC).astimezone(tz)
    except OverflowError:
        raise Misfit("seconds since 1970", value) from None


def moment_text(value: datetime, tz: tzinfo, operator: str) -> str:
    """Write a moment as the API does: the wall clock in `tz`, without an offset. A naive value is in `tz` already.

    The API knows whole seconds: a fraction is rounded so that `operator` lets the same whole seconds through.
    """
    wall = wall_clock(value, tz)
    if wall.microsecond and operator in ("gte", "lt"):
        if wall > _LAST_SECOND:
            raise ConfigurationError(f"{value} cannot be rounded up to a whole second; compare with '<=' or '>'")
        wall += timedelta(seconds=1)
    return wall.isoformat(" ", "seconds")


def day_text(day: date, operator: str) -> str:
    """Write a bare date in a filter so that the whole day is meant: up to its last second, or from its first."""
    edge = time(23, 59, 59) if operator in ("lte", "gt") else time(0, 0, 0)
    return datetime.combine(day, edge).isoformat(" ")


def number(text: str | Decimal) -> float | Decimal:
    """Return a number as a float where the float says the same, else with all its digits."""
    exact = Decimal(text)
    if not exact.is_finite():
        return exact
    short = float(exact)
    return short if Decimal(repr(short)) == exact else exact


def writable(value: Decimal) -> int | float | str:
    """Return a number that `json.dumps` can write: the nearest float, or a text where there is none."""
    if not value.is_finite():
        return str(value)
    if value.adjusted() < _LARGEST_FLOAT and value == value.to_integral_value():
        return int(value)
    short = float(value)
    return str(value) if math.isinf(short) else short


def loose(value: Any) -> Any:
    """Return a JSON value of unknown form the way Python's own decoder would: floats for numbers with a point."""
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, HugeNumber):
        return str(value)
    if isinstance(value, list):
        return [loose(item) for item in cast("Sequence[Any]", value)]
    if isinstance(value, dict):
        return {key: loose(item) for key, item in cast("dict[str, Any]", value).items()}
    return value
