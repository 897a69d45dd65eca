"""What DuckDB answers with, as values that all formats can write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, cast

from ..extras import needed

_PRINTABLE = range(0x20, 0x7F)
_BACKSLASH = 0x5C


def values_of(column: Any) -> list[Any]:
    """Return the values of an Arrow column; what Python and JSON have nothing for is a text, as DuckDB writes it."""
    try:
        found = column.to_pylist()
    except (OverflowError, ValueError):
        return _beyond(column)
    show = _shower(column.type)
    return found if show is None else [None if value is None else show(value) for value in found]


def _beyond(column: Any) -> list[str | None]:
    """Write dates that Python does not reach: the infinite ones, and those of other years."""
    arrow = needed("pyarrow", "duckdb")
    width = column.type.bit_width
    infinite = (1 << (width - 1)) - 1
    numbers = column.cast(arrow.int64() if width == 64 else arrow.int32()).to_pylist()
    words = {infinite: "infinity", -infinite: "-infinity"}
    texts = column.cast(arrow.string()).to_pylist()
    return [words.get(number, text) for number, text in zip(numbers, texts, strict=True)]


def _shower(of: Any) -> Callable[[Any], Any] | None:
    """Return what values of a type are shown by, where that is not as they are."""
    types = needed("pyarrow.types", "duckdb")
    if types.is_decimal(of):
        return _number
    if types.is_binary(of) or types.is_large_binary(of) or types.is_fixed_size_binary(of):
        return _bytes
    if types.is_interval(of):
        return _interval
    return _nested if types.is_nested(of) else None


def _number(value: Decimal) -> int | Decimal:
    """Return a decimal without the zeros at its end. One without decimals is a sum of whole numbers, and is one."""
    if value.as_tuple().exponent == 0:
        return int(value)
    return Decimal(f"{value:f}".rstrip("0").rstrip("."))


def _bytes(value: bytes) -> str:
    return "".join(chr(each) if each in _PRINTABLE and each != _BACKSLASH else f"\\x{each:02X}" for each in value)


def _interval(value: Any) -> str:
    """Write an interval, which has months, days and nanoseconds: ``1 year 2 months 3 days 04:05:06``."""
    years, months = divmod(abs(value.months), 12)
    signed = -1 if value.months < 0 else 1
    parts = [(signed * years, "year"), (signed * months, "month"), (value.days, "day")]
    words = [f"{number} {word}{'' if abs(number) == 1 else 's'}" for number, word in parts if number]
    if value.nanoseconds or not words:
        seconds, fraction = divmod(abs(value.nanoseconds) // 1000, 1_000_000)
        clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        more = f".{fraction:06}".rstrip("0") if fraction else ""
        words.append(f"{'-' if value.nanoseconds < 0 else ''}{clock}{more}")
    return " ".join(words)


def _nested(value: Any) -> Any:
    """Show what is inside of lists, structs and maps; the entries of a map are pairs."""
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, bytes):
        return _bytes(value)
    if isinstance(value, dict):
        return {name: _nested(each) for name, each in cast("dict[str, Any]", value).items()}
    if isinstance(value, (list, tuple)):
        items = cast("Sequence[Any]", value)
        return _interval(items) if hasattr(items, "nanoseconds") else [_nested(each) for each in items]
    return value
