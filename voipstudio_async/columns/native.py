"""How pyarrow reads a field of JSON so that it means what it means to an entity, and what has to be looked at for that.

What is given back is the column as it is made of entities, to the last digit. `Refused` says that it might not be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

import attrs

from ..entities import fields
from ..entities.fields import FieldSpec, WireForm
from ..entities.secret import MASK
from ..extras import needed
from .money import BEFORE, SCALE, is_narrow
from .table import Kind, Secrets, kind_of

_ZERO = "0000-00-00 00:00:00"
"""The database's zero, for no date-time. Others are as long."""
_DAY = len("2017-11-27")
_FIRST, _LAST = datetime(1970, 1, 2), datetime(2037, 12, 30)  # noqa: DTZ001 - of any zone's clock
"""Before and after, Arrow and Python do not agree on what clocks showed in some zones."""
_INT64 = 1 << 63


class Refused(Exception):
    """A page, or one column of it, may mean something else to pyarrow than to us."""

    def __init__(self, spec: FieldSpec | None = None) -> None:
        super().__init__()
        self.spec = spec
        """The field that is the reason, if it is one."""


def _as_it_is(array: Any) -> Any:
    return array


def _any(_values: Sequence[Any]) -> bool:
    return True


@attrs.frozen
class Native:
    """How pyarrow reads one field."""

    spec: FieldSpec
    type: Any
    """What pyarrow reads its values as."""
    finish: Callable[[Any], Any] = _as_it_is
    """Makes the column of that, or raises `Refused`, or an error of pyarrow's."""
    checked: Any = None
    """The type that msgspec checks, where pyarrow reads what we read in another way; None where it does not."""
    fits: Callable[[Sequence[Any]], bool] = _any
    """Tells whether pyarrow could have read what entities have there."""

    def column(self, array: Any) -> Any:
        """Return the column that was read into an array.

        :raises Refused: it may not be what entities would have
        """
        if array.null_count and not self.spec.optional:
            raise Refused
        try:
            return self.finish(array)
        except (needed("pyarrow", "arrow").ArrowException, Refused):
            raise Refused(self.spec) from None


def native(spec: FieldSpec, tz: tzinfo | str | None, shown_in: Any, secrets: Secrets) -> Native | None:
    """Say how pyarrow reads a field; None where it cannot.

    :param tz: the name of the zone that date-times are read in, None if it has none
    :param shown_in: the Arrow type of date-times
    """
    arrow = needed("pyarrow", "arrow")
    match kind_of(spec), spec.form:
        case Kind.INTEGER, None:
            return Native(spec, arrow.int64(), fits=_are_short)
        case Kind.INTEGER, WireForm.DIGITS:
            return Native(spec, arrow.string(), _digits)
        case Kind.BOOLEAN, None:
            return Native(spec, arrow.bool_())
        case ((Kind.TEXT | Kind.CODE), None):
            return Native(spec, arrow.string())
        case Kind.HIDDEN, None if spec.kinds == (fields.Kind.SECRET,):
            return Native(spec, arrow.string(), _masked if secrets == "mask" else _as_it_is)
        case Kind.MONEY, None:
            return Native(spec, arrow.decimal128(BEFORE + SCALE, SCALE), checked=float | None, fits=_are_narrow)
        case Kind.MOMENT, None if tz is not None:
            return Native(spec, arrow.string(), lambda texts: _moments(texts, tz, shown_in))
        case Kind.DAY, None:
            return Native(spec, arrow.string(), _days)
        case Kind.TEXTS, None:
            return Native(spec, arrow.list_(arrow.string()), _texts, fits=_are_lists)
        case _:
            return None


def _are_short(values: Sequence[int | None]) -> bool:
    return all(value is None or -_INT64 <= value < _INT64 for value in values)


def _are_lists(values: Sequence[Any]) -> bool:
    return not any(isinstance(value, str) for value in values)


def _are_narrow(values: Sequence[Decimal | None]) -> bool:
    return all(value is None or is_narrow(value) for value in values)


def _masked(texts: Any) -> Any:
    compute, arrow = needed("pyarrow.compute", "arrow"), needed("pyarrow", "arrow")
    return compute.if_else(texts.is_valid(), MASK, arrow.scalar(None, arrow.string()))


def _digits(texts: Any) -> Any:
    arrow = needed("pyarrow", "arrow")
    numbers = texts.cast(arrow.int64())
    # It reads hexadecimal numbers as well, and drops zeros in front.
    if not numbers.cast(arrow.string()).equals(texts):
        raise Refused
    return numbers


def _moments(texts: Any, tz: Any, shown_in: Any) -> Any:
    arrow, compute = needed("pyarrow", "arrow"), needed("pyarrow.compute", "arrow")
    _check_length(texts, len(_ZERO))
    zero = compute.equal(texts, _ZERO)
    if compute.any(zero).as_py():
        texts = compute.if_else(zero, arrow.scalar(None, texts.type), texts)
    clock = texts.cast(arrow.timestamp("us"))
    _check_range(clock, _FIRST, _LAST)
    # Of an hour that is told twice, Python means the first one. One that never is, Arrow does not move as Python does.
    moments = compute.assume_timezone(clock, timezone=tz, ambiguous="earliest", nonexistent="raise")
    return moments.cast(shown_in)


def _days(texts: Any) -> Any:
    arrow = needed("pyarrow", "arrow")
    _check_length(texts, _DAY)
    days = texts.cast(arrow.date32())
    _check_range(days, date(1, 1, 1), date.max)
    return days


def _check_length(texts: Any, length: int) -> None:
    compute = needed("pyarrow.compute", "arrow")
    found = compute.min_max(compute.binary_length(texts)).as_py()
    if found["min"] is not None and not found["min"] == found["max"] == length:
        raise Refused


def _check_range(array: Any, first: date, last: date) -> None:
    compute, arrow = needed("pyarrow.compute", "arrow"), needed("pyarrow", "arrow")
    found = compute.min_max(array)
    low, high = arrow.scalar(first, array.type), arrow.scalar(last, array.type)
    if compute.or_(compute.less(found["min"], low), compute.greater(found["max"], high)).as_py():
        raise Refused


def _texts(lists: Any) -> Any:
    if lists.flatten().null_count:
        raise Refused
    return lists
