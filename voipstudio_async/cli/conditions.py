"""``--where 'duration>60'``: one condition as a person writes it, read into a filter.

A condition is ``FIELD OPERATOR VALUE``. The value's kind is seen from its form: numbers are numbers, dates are dates,
``true``, ``false`` and ``null`` are themselves, and everything else is text. Quotes make anything text, and so does a
field that is declared as text (a phone number is no number).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, date, tzinfo
from decimal import Decimal

from ..entities import Entity
from ..entities.fields import Kind, field_specs
from ..errors import ConfigurationError
from ..wire.filters import Filter, FilterValue, field
from . import dates

_CONDITION = re.compile(
    r"\s*([A-Za-z_][\w.]*)\s*(==|!=|<=|>=|=|<|>|~|\blike\b)\s*(?![=<>~])(.+?)\s*", re.DOTALL | re.IGNORECASE
)
_NAMES = {
    "==": "eq",
    "=": "eq",
    "!=": "ne",
    "<": "lt",
    "<=": "lte",
    ">": "gt",
    ">=": "gte",
    "~": "like",
    "like": "like",
}
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)", re.ASCII)
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+", re.ASCII)
_WORDS: dict[str, FilterValue] = {"true": True, "false": False, "null": None}
_LONGEST_NUMBER = 40
"""Digits; what is longer is no number that anybody counts with."""


def condition(text: str, tz: tzinfo = UTC, texts: Collection[str] = ()) -> Filter:
    """Read one condition; days are days of `tz`, and the fields in `texts` are text whatever their value looks like."""
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise ConfigurationError(
            f"--where: {text!r} is not a condition; write 'duration>60', 'disposition=CONNECTED' or 'src~4478'"
            " (operators: == != < <= > >= ~)"
        )
    name, operator = match[1], _NAMES[match[2].lower()]
    return field(name).op(operator, _value(match[3], operator, tz, is_text=operator == "like" or name in texts))


def text_fields(entity: type[Entity]) -> set[str]:
    """List the fields of an entity that are declared as text and nothing else."""
    return {spec.wire for spec in field_specs(entity) if spec.kinds == (Kind.TEXT,)}


def _value(text: str, operator: str, tz: tzinfo, *, is_text: bool) -> FilterValue:
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    if is_text:
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if len(text) <= _LONGEST_NUMBER and _INTEGER.fullmatch(text):
        return int(text)
    if len(text) <= _LONGEST_NUMBER and _DECIMAL.fullmatch(text):
        return Decimal(text)
    return _moment(text, operator, tz)


def _moment(text: str, operator: str, tz: tzinfo) -> FilterValue:
    try:
        found: date | None = dates.read(text)
    except ConfigurationError as error:
        raise ConfigurationError(f"--where: {error}") from None
    if found is None:
        return text
    return dates.edge(found, tz, at_end=operator in ("lte", "gt"))
