"""Money in columns of a fixed form: as it is, or rounded where binary noise (``0.30000000000000004``) does not fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, Literal, get_args

from ..entities.arguments import is_one_of, told
from ..entities.base import Entity
from ..errors import ConfigurationError, DecodeError
from ..texts import cell
from .table import Kind, Table

Money = Literal["exact", "round"]
FileMoney = Literal["exact", "round", "number"]
"""In NDJSON, money can be a number as well: it can be summed at once, and readers may round it."""

SCALE = 12
"""Digits behind the point of a money column."""
BEFORE = 26
"""Digits before it."""
_SMALLEST = Decimal(1).scaleb(-SCALE)
_CONTEXT = Context(prec=200, rounding=ROUND_HALF_EVEN, traps=[])
_ROUND = f"money='round' (on the command line --money round) rounds such values to {SCALE} places; "
_AS_TEXT = "a CSV or NDJSON export takes any value"
_LONGEST = 60
"""Characters of a value that an error quotes."""


class Rounding:
    """What is done with money that has more digits than its column."""

    def __init__(self, money: Money) -> None:
        if not is_one_of(money, get_args(Money)):
            raise ConfigurationError(f"money must be one of {', '.join(get_args(Money))}, got {told(money)}")
        self.money = money
        self.rounded = 0
        """Values that were rounded so far."""

    def column(self, kind: Kind, values: Sequence[Any]) -> Sequence[Any]:
        """Return the values of a column as they are to be written."""
        if kind is not Kind.MONEY or self.money == "exact":
            return values
        return [value if value is None else self._fitting(value) for value in values]

    def _fitting(self, value: Decimal) -> Decimal:
        exponent = value.as_tuple().exponent
        if not isinstance(exponent, int) or exponent >= -SCALE:
            return value
        short = quantized(value)
        if not short.is_finite() or short == value:
            return value
        self.rounded += 1
        return short


def is_narrow(value: Decimal) -> bool:
    """Tell whether a value has no more digits than a column, as it is written."""
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -SCALE and value.adjusted() < BEFORE


def quantized(value: Decimal) -> Decimal:
    """Return a value with as many digits behind the point as a column has; one that is far too large is no number."""
    return _CONTEXT.quantize(value, _SMALLEST)


def misfit(
    table: Table, kind: Kind, name: str, items: Sequence[Entity], values: Sequence[Any], take: Callable[[Any], Any]
) -> DecodeError:
    """Say which value of which row does not fit its column; `take` fails with one that does not."""
    for item, value in zip(items, values, strict=True):
        try:
            take([value])
        except Exception as error:
            what = f"the value {cell(value)[:_LONGEST]} of the row with the id {getattr(item, 'id', None)}"
            cure = _ROUND if kind is Kind.MONEY and _can_be_rounded(value) else ""
            reason = " ".join(str(error).split())
            return DecodeError(
                f"{table.entity.__name__}.{name}", f"{what} does not fit the column ({reason}); {cure}{_AS_TEXT}"
            )
    return DecodeError(f"{table.entity.__name__}.{name}", "the values do not fit the column together")


def _can_be_rounded(value: Any) -> bool:
    # What has too many digits before the point stays too long.
    exponent = value.as_tuple().exponent if isinstance(value, Decimal) else None
    return isinstance(exponent, int) and exponent < -SCALE and value.adjusted() < BEFORE
