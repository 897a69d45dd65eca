"""How values become text: numbers, amounts, spans of time, JSON, and the cells of CSV. One rule each.

What comes from outside may be absurd (``1E+999999999``, half an emoji, an integer of a thousand digits): it is written
short, or with a mark in its place, and is never an error that loses the rows beside it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal, cast

import msgspec

_LONGEST = 100
"""Digits before the point, or zeros behind it, that a number is written out with."""
_LARGEST_AMOUNT = 30
_INTEGERS = range(-(2**63), 2**64)
"""Those that the JSON encoder can write itself."""
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
"""Beginnings that spreadsheets take for a formula, and the mark itself, so that it can be taken off again."""
_RISKY_FIRST = frozenset(_RISKY)
_INTEGER_OR_NULL = frozenset((int, type(None)))
_TEXT_OR_NULL = frozenset((str, type(None)))
_UNSEEN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f]")
"""Control characters that JSON lets through, and marks that turn the direction of a text."""
BOM = "\ufeff"
"""What Excel knows UTF-8 by."""


# --- numbers, time -------------------------------------------------------------------------------------------


def number_text(value: Decimal) -> str:
    """Write a number with all its digits and without an exponent, unless it would be absurdly long.

    A zero keeps the digits that it was sent with: ``0.0000000``.
    """
    if value.is_finite() and abs(value.adjusted()) <= _LONGEST:
        return format(value, "f")
    return "0" if value.is_finite() and not value else str(value)


def integer_text(value: int) -> str:
    """Write an integer; Python itself refuses to write very long ones."""
    try:
        return str(value)
    except ValueError:
        return format(Decimal(value), "f")


def amount(value: Decimal) -> str:
    """Write an amount of money with two digits behind the point."""
    if not value.is_finite() or value.adjusted() <= _LARGEST_AMOUNT:
        small = value.is_finite() and value.adjusted() < -_LARGEST_AMOUNT
        return "0.00" if small else f"{value:,.2f}"
    return f"{value:.2E}" if value else "0.00"


def duration(seconds: float | None, missing: str = "") -> str:
    """Write a span of time: ``1:02:03``, ``4:05``."""
    if seconds is None:
        return missing
    whole = round(seconds)
    minutes, rest = divmod(abs(whole), 60)
    hours, minutes = divmod(minutes, 60)
    told = f"{hours:,}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
    return f"-{told}" if whole < 0 else told


# --- JSON ----------------------------------------------------------------------------------------------------

_encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=str)
Money = Literal["text", "number"]
"""How decimals stand in JSON: every reader keeps the digits of a text, and many round a number."""


def encoded(value: Any) -> bytes:
    """Write what `writable` has made as JSON."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        return _encoder.encode(_whole(value))


def to_json(value: Any, money: Money = "text") -> bytes:
    """Write a value as JSON: numbers and money with all their digits, date-times with their offset."""
    return encoded(writable(value, money))


def writable(value: Any, money: Money = "text") -> Any:
    """Return a value whose numbers the JSON encoder writes as `number_text` does; decimals are money."""
    if isinstance(value, Decimal):
        text = number_text(value)
        return msgspec.Raw(text.encode()) if money == "number" and value.is_finite() else text
    if isinstance(value, int) and not isinstance(value, bool) and value not in _INTEGERS:
        return msgspec.Raw(integer_text(value).encode())
    if isinstance(value, Mapping):
        return {key: writable(item, money) for key, item in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [writable(item, money) for item in cast("Sequence[Any]", value)]
    return value


def all_writable(values: Sequence[Any], money: Money = "text") -> Sequence[Any]:
    """Return what `writable` makes of many values, which are mostly of one kind."""
    if {*map(type, values)} <= _INTEGER_OR_NULL:
        known = [value for value in values if value is not None]
        if not known or (min(known) in _INTEGERS and max(known) in _INTEGERS):
            return values
    return [None if value is None else writable(value, money) for value in values]


def visible(json: str) -> str:
    """Return the same JSON with everything escaped that could steer a terminal."""
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", json)


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return utf8(value).decode()
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in cast("dict[str, Any]", value).items()}
    return [_whole(item) for item in cast("Sequence[Any]", value)] if isinstance(value, list) else value


def utf8(text: str) -> bytes:
    """Encode a text; half a character becomes the mark for what cannot be read."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


# --- CSV -----------------------------------------------------------------------------------------------------


def neutral(text: str) -> str:
    """Put ``'`` before a text that a spreadsheet would run as a formula, or that begins with ``'`` itself."""
    return f"'{text}" if text.startswith(_RISKY) else text


def cell(value: Any) -> str:
    """Write a value as a cell: nothing for null, JSON for lists and objects, no text that is a formula."""
    if isinstance(value, str):
        return neutral(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, int):
        return integer_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return to_json(value).decode() if isinstance(value, list | tuple | Mapping) else str(value)


def cells(values: Sequence[Any]) -> Sequence[str]:
    """Write many values, which are mostly of one kind, as cells: what `cell` makes of each."""
    kinds = {*map(type, values)}
    if kinds <= _TEXT_OR_NULL:
        return ["" if value is None else f"'{value}" if value[:1] in _RISKY_FIRST else value for value in values]
    kinds.discard(type(None))
    write = _WRITERS.get(kinds.pop(), cell) if len(kinds) == 1 else cell
    return ["" if value is None else write(value) for value in values]


_WRITERS: dict[type, Callable[[Any], str]] = {int: integer_text, Decimal: number_text}
"""How values of exactly one type are written."""


def csv_text(rows: Iterable[Iterable[str]]) -> str:
    """Write rows of cells as lines of CSV."""
    lines = io.StringIO()
    # CRLF is what RFC 4180 says; with another end of line, Python leaves a lone CR in a text unquoted.
    csv.writer(lines, lineterminator="\r\n").writerows(rows)
    return lines.getvalue()
