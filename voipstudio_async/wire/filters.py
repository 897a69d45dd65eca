"""Filters of a listing: ``field("duration") > 60``.

Several filters are a conjunction; the API knows no "or". A filter is a plain value: what it looks like on the wire is
decided in `voipstudio_async.wire.codec`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn

import attrs

from ..entities.arguments import is_whole_text, plain, plain_list, told
from ..errors import ConfigurationError
from ..hints import did_you_mean

FilterValue = str | int | float | bool | Decimal | date | None | list[Any] | tuple[Any, ...]
"""What can be compared with: `datetime.datetime` is a `datetime.date`, too."""

OPERATORS = ("eq", "ne", "lt", "lte", "gt", "gte", "in", "like", "notlike")
"""The operators that are documented; all but ``ne``, ``in`` and ``notlike`` are known to be used."""


_TOGETHER = "filters cannot be joined with '&' or 'and': pass them side by side, list(first, second)"
_EITHER = "the API knows no 'or': use field(...).in_([...]) for one of several values, or list twice"
_NEGATED = "a filter cannot be negated: write != for ==, < for >=, or not_like for like"


def _refused(words: str) -> Callable[..., NoReturn]:
    # A function, and no descriptor: from Python 3.14 on, operators take an error of the look-up for a missing method.
    def method(*_: object) -> NoReturn:
        raise TypeError(words)

    return method


_COMPARISONS = {
    **dict.fromkeys(("eq", "equals", "is_"), "field({0!r}) == value"),
    **dict.fromkeys(("ne", "not_equals", "is_not"), "field({0!r}) != value"),
    "lt": "field({0!r}) < value",
    **dict.fromkeys(("lte", "le"), "field({0!r}) <= value"),
    "gt": "field({0!r}) > value",
    **dict.fromkeys(("gte", "ge"), "field({0!r}) >= value"),
    **dict.fromkeys(("contains", "ilike", "icontains", "startswith", "endswith"), "field({0!r}).like(part)"),
    **dict.fromkeys(("isin", "is_in", "any_of", "one_of"), "field({0!r}).in_([first, second])"),
    **dict.fromkeys(("is_null", "isnull", "isna"), "field({0!r}) == None"),
}
"""What other libraries call a comparison, and how it is written here."""
_METHODS = ("op", "like", "not_like", "in_", "between")
"""What a field can be asked by name; everything else is an operator of Python's."""


def _compared(value: Any) -> Any:
    items = plain_list(value)
    return plain(value) if items is None else [plain(item) for item in items]


@attrs.frozen
class Filter:
    """One condition: a property, an operator, a value."""

    property: str
    """The name of the field."""
    operator: str
    """How the two are compared, as the API writes it: ``gt``, ``eq``."""
    value: FilterValue = attrs.field(converter=_compared)
    """What it is compared with."""

    def __bool__(self) -> bool:
        raise TypeError(
            "a filter has no truth value; pass several filters side by side instead of 'and', and no chained '<'"
        )

    if not TYPE_CHECKING:
        __and__ = __rand__ = _refused(_TOGETHER)
        __or__ = __ror__ = _refused(_EITHER)
        __invert__ = _refused(_NEGATED)


@attrs.frozen
class Between:
    """A pair of filters for a range with both ends in it: the API refuses ``between``, so it is sent as two."""

    low: Filter
    high: Filter

    if not TYPE_CHECKING:
        __bool__ = Filter.__bool__
        __and__ = __rand__ = _refused(_TOGETHER)
        __or__ = __ror__ = _refused(_EITHER)
        __invert__ = _refused(_NEGATED)


Condition = Filter | Between


class Field:
    """A property of a listing, to be compared. Made by `field`."""

    __slots__ = ("_name",)
    __hash__ = None  # type: ignore[assignment]
    __array_ufunc__ = None
    """With a scalar of numpy on the left, ``np.int64(60) < field("duration")``, the comparison is still ours."""

    def __init__(self, name: str) -> None:
        if not is_whole_text(name) or not name.strip():
            raise ConfigurationError(f"a field needs a name, got {told(name)}")
        self._name = name

    def __repr__(self) -> str:
        return f"field({self._name!r})"

    if not TYPE_CHECKING:

        def __bool__(self) -> NoReturn:
            raise TypeError(f"{self!r} is compared: {self!r} == True, {self!r} > 60")

        __contains__ = _refused("ask for one of several values with field(...).in_([first, second])")

        def __getattr__(self, name: str) -> NoReturn:
            if name.startswith("_"):
                raise AttributeError(name)
            comparison = _COMPARISONS.get(name)
            words = did_you_mean(name, _METHODS) if comparison is None else f"; write {comparison.format(self._name)}"
            raise AttributeError(f"a field has no comparison {name!r}{words}", name=name, obj=None)

    def op(self, operator: str, value: FilterValue) -> Filter:
        """Compare with an operator that this SDK does not list; the API refuses those it does not know with 400."""
        if not is_whole_text(operator) or not operator.strip():
            raise ConfigurationError(f"a filter needs the name of an operator, got {told(operator)}")
        return Filter(self._name, operator, value)

    def __eq__(self, value: FilterValue) -> Filter:  # type: ignore[override]
        return self.op("eq", value)

    def __ne__(self, value: FilterValue) -> Filter:  # type: ignore[override]
        """Not equal. Documented, but not known to be used by anybody: an API that has it not answers 400."""
        return self.op("ne", value)

    def __lt__(self, value: FilterValue) -> Filter:
        return self.op("lt", value)

    def __le__(self, value: FilterValue) -> Filter:
        return self.op("lte", value)

    def __gt__(self, value: FilterValue) -> Filter:
        return self.op("gt", value)

    def __ge__(self, value: FilterValue) -> Filter:
        return self.op("gte", value)

    def like(self, text: str) -> Filter:
        """Contains `text`: a part of the value, without wildcards."""
        return self.op("like", text)

    def in_(self, values: list[Any] | tuple[Any, ...]) -> Filter:
        """Is one of `values`: ``field("type").in_(["I", "M"])``. Documented, as `!=` is.

        :raises ConfigurationError: it is no list, or an empty one, of which nothing could be one
        """
        if not plain_list(values):
            raise ConfigurationError(
                f"in_ takes a list with at least one value, in_([first, second]), got {told(values)}"
            )
        return self.op("in", values)

    def not_like(self, text: str) -> Filter:
        """Does not contain `text`. Documented, as `!=` is."""
        return self.op("notlike", text)

    def between(self, low: FilterValue, high: FilterValue) -> Between:
        """From `low` to `high`, both included. Sent as ``gte`` and ``lte``: the API refuses ``between``."""
        return Between(self >= low, self <= high)


def field(name: str) -> Field:
    """Name a property to filter by: ``field("calldate") >= start``, ``field("src").like("4478")``.

    Which properties a listing can be filtered by differs from resource to resource; the API answers 400 to others.
    """
    return Field(name)


def flatten(conditions: tuple[Condition, ...]) -> tuple[Filter, ...]:
    """Spell every range out as its two filters."""
    filters: list[Filter] = []
    for condition in conditions:
        if isinstance(condition, Filter):
            _check_days(condition)
            filters += _whole_day(condition) if _is_day(condition) else (condition,)
        elif isinstance(condition, Between):
            filters += (condition.low, condition.high)
        else:
            raise ConfigurationError(f"a filter is made like field('duration') > 60, got {told(condition)}")
    return tuple(filters)


def _check_days(condition: Filter) -> None:
    values: Any = condition.value if isinstance(condition.value, list) else [condition.value]
    if condition.operator in ("ne", "in") and any(_is_date(value) for value in values):
        # It would mean its midnight alone, and the API knows no "or" for the two sides of a day.
        raise ConfigurationError(
            f"a whole day cannot be compared with {condition.operator!r}: ask for its range with 'between', '<' or '>'"
        )


def _is_date(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _is_day(condition: Filter) -> bool:
    return condition.operator == "eq" and _is_date(condition.value)


def _whole_day(condition: Filter) -> tuple[Filter, ...]:
    # Compared for equality, a bare date would be its midnight alone.
    return tuple(Filter(condition.property, operator, condition.value) for operator in ("gte", "lte"))
