"""What an engine asks of rows, as filters of the API.

An engine looks at every row again, so a filter may let too many through, and must never hold back one that is wanted.
Where it is not certain that the API compares as the engine does, there is no filter, or a wider one:

* Texts are compared for equality alone. A database sorts them by an order of its own.
* Money may be kept in binary, where 0.1 is not 0.1: bounds are moved outwards to whole numbers, which are exact. Where
  the SDK rounds money, 2.9999999999999996 is 3 for the engine and not for the API: whole numbers are moved as well.
* Date-times are compared as the clock of the zone shows them, by the second. Where clocks are changed nearby, bounds
  are moved outwards by days.
* What the SDK reads from another form (digits, seconds since 1970, JSON, secrets) is not filtered by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from math import ceil, floor
from typing import Any

import attrs

from ..columns.money import Money
from ..columns.table import Kind, columns_of
from ..entities.base import Entity
from ..entities.fields import field_specs
from ..wire.filters import Filter

OPERATORS = {"eq": "eq", "lt": "gt", "lte": "gte", "gt": "lt", "gte": "lte"}
"""What can be compared, and how it is written with the sides exchanged."""
_LOWER, _UPPER = ("gt", "gte", "eq"), ("lt", "lte", "eq")
_WORDS = ("true", "false")
"""Texts that a value which is no text may be shown as."""
_REACH = timedelta(days=2)
"""No clock was ever moved so far."""
_SECOND = timedelta(seconds=1)
_LARGEST = 2**53
"""Up to here every whole number is exact in binary."""
_YEARS = range(1900, 9000)


@attrs.frozen
class Comparison:
    """A column, one of `OPERATORS`, and a value: what every row that is wanted meets."""

    column: str
    operator: str
    value: Any


def filters_of(
    entity: type[Entity], comparisons: Iterable[Comparison], tz: tzinfo, money: Money = "exact"
) -> tuple[Filter, ...]:
    """Return filters that let through every row that meets all comparisons, and as few others as they can.

    :param money: what is done with money of too many digits before the engine looks at it
    """
    makers = _MAKERS | {Kind.MONEY: _rounded_money} if money == "round" else _MAKERS
    plain = {spec.wire for spec in field_specs(entity) if spec.form is None}
    kinds = {column.name: column.kind for column in columns_of(entity) if column.name in plain}
    found = [
        each
        for comparison in comparisons
        if (make := makers.get(kinds.get(comparison.column, Kind.JSON))) is not None
        for each in make(comparison, tz)
    ]
    return tuple(dict.fromkeys(found))


def certain(entity: type[Entity], filters: Iterable[Filter]) -> tuple[Filter, ...]:
    """Return those filters that the API is most likely to have: by id, and by a date-time."""
    moments = {column.name for column in columns_of(entity) if column.kind is Kind.MOMENT}
    return tuple(each for each in filters if each.property == "id" or each.property in moments)


def _integer(comparison: Comparison, _: tzinfo) -> Iterator[Filter]:
    if isinstance(comparison.value, int) and not isinstance(comparison.value, bool):
        yield Filter(comparison.column, comparison.operator, comparison.value)


def _text(comparison: Comparison, _: tzinfo) -> Iterator[Filter]:
    # An API may keep null where it shows an empty text, or the other way round.
    if isinstance(comparison.value, str) and comparison.value and comparison.operator == "eq":
        yield Filter(comparison.column, "eq", comparison.value)


def _code(comparison: Comparison, tz: tzinfo) -> Iterator[Filter]:
    value = comparison.value
    if isinstance(value, str) and value not in _WORDS and not value.lstrip("+-").isdigit():
        yield from _text(comparison, tz)


def _money(comparison: Comparison, _: tzinfo) -> Iterator[Filter]:
    exact = _amount(comparison.value)
    if exact is not None and exact == exact.to_integral_value():
        yield Filter(comparison.column, comparison.operator, int(exact))
    else:
        yield from _around(comparison, exact)


def _rounded_money(comparison: Comparison, _: tzinfo) -> Iterator[Filter]:
    yield from _around(comparison, _amount(comparison.value))


def _amount(value: Any) -> Decimal | None:
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        return None
    exact = Decimal(value)
    return exact if exact.is_finite() and abs(exact) <= _LARGEST else None


def _around(comparison: Comparison, amount: Decimal | None) -> Iterator[Filter]:
    """Compare with the next whole numbers below and above an amount, which are at least one apart from each other."""
    if amount is None:
        return
    if comparison.operator in _LOWER:
        yield Filter(comparison.column, "gt", ceil(amount) - 1)
    if comparison.operator in _UPPER:
        yield Filter(comparison.column, "lt", floor(amount) + 1)


def _moment(comparison: Comparison, tz: tzinfo) -> Iterator[Filter]:
    value = comparison.value
    if not isinstance(value, datetime) or value.tzinfo is None or value.year not in _YEARS:
        return
    # Reckoned in UTC, since a span that is added on a clock is one of the clock's.
    exact = value.astimezone(UTC)
    before, after = exact - _REACH, exact + _REACH
    is_steady = before.astimezone(tz).utcoffset() == after.astimezone(tz).utcoffset()
    whole = exact.replace(microsecond=0)
    if comparison.operator in _LOWER:
        yield Filter(comparison.column, "gte", (whole if is_steady else before.replace(microsecond=0)).astimezone(tz))
    if comparison.operator in _UPPER:
        high = whole if whole == exact else whole + _SECOND
        yield Filter(comparison.column, "lte", (high if is_steady else after.replace(microsecond=0)).astimezone(tz))


_MAKERS: dict[Kind, Callable[[Comparison, tzinfo], Iterator[Filter]]] = {
    Kind.INTEGER: _integer,
    Kind.TEXT: _text,
    Kind.CODE: _code,
    Kind.MONEY: _money,
    Kind.MOMENT: _moment,
}
