"""Arguments as callers give them: values of numpy and pandas that mean what Python's mean, and words for what is not.

Neither library is imported. A scalar of theirs is known by what it can do: it has the shape ``()`` and an ``item()``,
or it is a date-time or a duration that turns itself into Python's.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar, cast

import attrs

from ..errors import ConfigurationError

T = TypeVar("T")

_OWN = frozenset((int, str, bool, float, type(None), date, datetime, timedelta, list, tuple, dict))
_SHOWN = 80
_MAX_DIGITS = 100
_LARGEST_ID = 10**_MAX_DIGITS - 1
_ENDLESS = 10**300
_EXACT_UNITS = frozenset(("D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"))
"""Units of numpy's date-times that name a moment or a day; a month or a year is neither."""


def told(value: object) -> str:
    """Show an argument in an error: shortened, whatever its ``repr`` is or does."""
    try:
        text = repr(value)
    except Exception:
        # An integer of more digits than Python writes, a structure that is too deep, a repr that is broken.
        return f"what cannot be shown, of the type {type(value).__name__}"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(text)} characters)"


def plain(value: Any) -> Any:
    """Return a scalar of numpy or pandas as Python's own that means the same, anything else as it is.

    :raises ConfigurationError: it means nothing (``NaT``, ``pd.NA``), or nothing that Python could hold
    """
    if type(value) in _OWN:
        return value
    if type(value).__name__ in ("NaTType", "NAType"):
        raise ConfigurationError(f"{told(value)} is no value; leave out what is missing, or compare with None")
    for way in ("to_pydatetime", "to_pytimedelta"):
        if isinstance(value, (datetime, timedelta)) and hasattr(value, way):
            return _whole_microseconds(value, way)
    if getattr(value, "shape", None) == () and hasattr(value, "dtype") and hasattr(value, "item"):
        return _of_numpy(value)
    return value


def plain_list(value: Any) -> Sequence[Any] | None:
    """Return what is a list to Python (a list, a tuple, a one-dimensional array, a column) as one; None for others."""
    if isinstance(value, (list, tuple)):
        return cast("Sequence[Any]", value)
    shape = getattr(value, "shape", None)
    # A memoryview has a shape as well, and is bytes.
    is_array = isinstance(shape, tuple) and len(cast("Sequence[Any]", shape)) == 1 and hasattr(value, "dtype")
    return list(value) if is_array else None


def several(name: str, given: Iterable[T], what: str = "ids") -> Iterable[T]:
    """Return what several things are read from; a text, which would be read letter by letter, is refused."""
    if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable):
        raise ConfigurationError(f"{name} takes a list of {what}, got {told(cast(object, given))}")
    return given


def is_text(value: Any, expected: str) -> bool:
    """Tell whether a value is this text. What compares in a way of its own (an array, ``pd.NA``) is not."""
    return isinstance(value, str) and value == expected


def is_one_of(value: Any, expected: Iterable[str]) -> bool:
    """Tell whether a value is one of these texts, as `is_text` does."""
    return any(is_text(value, each) for each in expected)


def _whole_microseconds(value: Any, way: str) -> Any:
    # Below a microsecond only the fact that something is there counts: it decides to which second a bound is rounded.
    if way == "to_pytimedelta":
        return value.to_pytimedelta()
    try:
        found: datetime = value.to_pydatetime(warn=False)
    except (ValueError, OverflowError):
        raise ConfigurationError(f"{told(value)} is not a moment that Python can hold") from None
    return found.replace(microsecond=1) if value.nanosecond and not found.microsecond else found


def _of_numpy(value: Any) -> Any:
    if getattr(value.dtype, "kind", "") in ("m", "M"):
        return _time_of_numpy(value)
    found = value.item()
    if type(found) not in _OWN:
        raise ConfigurationError(f"{told(value)} cannot be told as a value of Python's")
    return found


def _time_of_numpy(value: Any) -> Any:
    unit = str(value.dtype).partition("[")[2].strip("]").lstrip("0123456789")
    whole = value.astype(f"{value.dtype.kind}8[us]")
    found = whole.item()
    if found is None:
        raise ConfigurationError(f"{told(value)} is no value; leave out what is missing, or compare with None")
    # Outside of what numpy can count in microseconds it begins at the other end, silently.
    is_coarse = unit in ("D", "h", "m", "s", "ms")
    if unit not in _EXACT_UNITS or isinstance(found, int) or (is_coarse and whole.astype(value.dtype) != value):
        raise ConfigurationError(f"{told(value)} is not a day, a moment or a duration that Python can hold")
    if not isinstance(found, datetime):
        return found
    if unit == "D":
        return found.date()
    rest = not is_coarse and whole.astype(value.dtype) != value
    return found.replace(microsecond=1) if rest and not found.microsecond else found


def whole(value: Any) -> int | None:
    """Return a whole number of any type as Python's `int`; None for what is none, booleans among it."""
    if type(value) is int:  # nearly always
        return value
    value = plain(value)
    if isinstance(value, bool):
        return None
    try:
        return int(operator.index(value))
    except TypeError:
        return None


def number(value: T) -> T:
    """Return a number of any type as Python's `int` or `float`, and anything else unchanged, to be checked next."""
    if type(value) in _OWN:
        return value
    found: Any = whole(value)
    return cast("T", plain(value) if found is None else found)


def checked_id(value: Any) -> int:
    """Return an id as Python's `int`, or refuse what is none before it becomes part of a path."""
    number = whole(value)
    if number is None:
        # A record may be somebody's: it is named, not shown.
        more = "; give its id" if attrs.has(value.__class__) else f": {told(value)}"
        raise ConfigurationError(f"an id is an integer, got {value.__class__.__name__}{more}")
    if number < 1:
        raise ConfigurationError(f"an id is positive, got {told(number)}")
    if number > _LARGEST_ID:
        raise ConfigurationError(f"an id has at most {_MAX_DIGITS} digits, got {told(number)}")
    return number


def count(name: str, value: Any, least: int, most: int | None = None, unit: str = "") -> int:
    """Return a number of things, or refuse what is out of bounds; `name` is the argument's."""
    number = whole(value)
    if number is None or number < least or (most is not None and number > most):
        bounds = f"from {least} to {most}" if most is not None else f"{least} or more"
        raise ConfigurationError(f"{name} must be {bounds}{unit and ' ' + unit}, got {told(value)}")
    return number


def is_whole_text(value: object) -> bool:
    """Tell whether a text can be sent as it is: half of a surrogate pair would vanish, or be an error, on its way."""
    if not isinstance(value, str):
        return False
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)


def is_duration(seconds: object) -> bool:
    """Tell whether a value is a number of seconds above 0 that a timer can count."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        return False
    # Compared, not asked with `isfinite`, which an integer may be too large for.
    return 0 < seconds < _ENDLESS
