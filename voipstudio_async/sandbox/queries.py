"""The parameters of a listing: read strictly, and turned into SQL whose values are all bound."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, cast

import attrs

from ..entities.fields import FieldSpec, Kind, WireForm
from . import texts
from .refusals import Refusal, invalid, not_valid, wrong
from .store import Query
from .tables import Table

MAX_LIMIT = 5000
DEFAULT_LIMIT = 100
LISTING_PARAMETERS = frozenset({"page", "limit", "sort", "dir", "filter", "group_by"})

_FOUND_AT = "instr(lower({}), lower(?))"
"""SQLite's LIKE refuses long patterns, and has wildcards, which the API has not."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d{1,6})?)?", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,300}(\.\d{1,300})?", re.ASCII)
_LARGEST = 2**63 - 1
_MAX_PAGE = 10**9
_MOST_ENTRIES = 500
"""SQLite allows for expressions of 1,000 levels."""


Condition = tuple[str, tuple[Any, ...]]
"""SQL, and its values."""
Maker = Callable[[str, FieldSpec, Any], Condition]


@attrs.frozen
class Wanted:
    """One page of a listing, as it was asked for."""

    query: Query
    page: int
    limit: int


@attrs.frozen
class Limits:
    """What a listing does with pages that are asked too large, or too far from its beginning."""

    cut: bool = False
    """Whether a page that is asked too large is made as large as it may be, instead of refused."""
    deepest: int | None = None
    """How many rows from its beginning a listing can be paged through; None for all."""


def wanted(table: Table, parameters: Mapping[str, str], limits: Limits) -> Wanted:
    """Read the query of a listing."""
    page = _whole(parameters, "page", 1, _MAX_PAGE)
    limit = _whole(parameters, "limit", DEFAULT_LIMIT, MAX_LIMIT, cut=limits.cut)
    if limits.deepest is not None and page * limit > limits.deepest:
        raise invalid(not_valid("page", f"only the first {limits.deepest} rows can be paged through"))
    where, values = _conditions(table, parameters.get("filter"))
    return Wanted(Query(where, values, _order(table, parameters), _group(table, parameters)), page, limit)


def _whole(parameters: Mapping[str, str], name: str, default: int, most: int, *, cut: bool = False) -> int:
    given = parameters.get(name)
    if given is None:
        return default
    if cut and re.fullmatch(r"[0-9]+", given) and len(given.lstrip("0")) >= len(str(most)):
        given = given if len(given) <= len(str(most)) and int(given) <= most else str(most)
    if not re.fullmatch(r"[0-9]{1,10}", given) or not 1 <= int(given) <= most:
        raise invalid(not_valid(name, f"must be a whole number from 1 to {most}"))
    return int(given)


def _order(table: Table, parameters: Mapping[str, str]) -> str:
    name, direction = parameters.get("sort", "id"), parameters.get("dir", "ASC").upper()
    if name not in table.fields:
        raise invalid(not_valid("sort", f"unknown property {name!r}"))
    if direction not in ("ASC", "DESC"):
        raise invalid(not_valid("dir", "must be ASC or DESC"))
    return f"{table.column(name)} {direction}" + ("" if name == "id" else ", id")


def _group(table: Table, parameters: Mapping[str, str]) -> str:
    name = parameters.get("group_by")
    if name is not None and name not in table.fields:
        raise invalid(not_valid("group_by", f"unknown property {name!r}"))
    return "" if name is None else table.column(name)


def _conditions(table: Table, given: str | None) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    entries: list[Any] = [] if given is None else _entries(given)
    conditions = [_condition(table, entry) for entry in entries]
    return tuple(sql for sql, _ in conditions), tuple(value for _, values in conditions for value in values)


def _entries(given: str) -> list[dict[str, Any]]:
    try:
        entries: list[Any] = texts.read(given)
    except ValueError:
        raise _filtration(wrong("filter", "is not JSON")) from None
    if not isinstance(entries, list):
        raise _filtration(wrong("filter", "must be a list"))
    if len(entries) > _MOST_ENTRIES:
        raise _filtration(wrong("filter", f"must have at most {_MOST_ENTRIES} entries"))
    return [_entry(entry) for entry in entries]


def _entry(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict) or cast("dict[str, Any]", entry).keys() != {"property", "operator", "value"}:
        raise _filtration(wrong("filter", "each entry is an object with property, operator and value"))
    return cast("dict[str, Any]", entry)


def _condition(table: Table, entry: dict[str, Any]) -> Condition:
    name, operator, value = entry["property"], entry["operator"], entry["value"]
    if not isinstance(name, str) or name not in table.fields:
        raise _filtration(not_valid("filter", f"unknown property {name!r}"))
    make = _MAKERS.get(operator) if isinstance(operator, str) else None
    if make is None:
        raise _filtration(not_valid("filter", f"unknown operator {operator!r}"))
    return make(table.column(name), table.fields[name], value)


def _equal(column: str, spec: FieldSpec, value: Any) -> Condition:
    return (f"{column} IS NULL", ()) if value is None else (f"{column} = ?", (_bound(spec, value),))


def _unequal(column: str, spec: FieldSpec, value: Any) -> Condition:
    # As in SQL, what has no value is neither equal to something nor unequal.
    return (f"{column} IS NOT NULL", ()) if value is None else (f"{column} <> ?", (_bound(spec, value),))


def _one_of(column: str, spec: FieldSpec, value: Any) -> Condition:
    if not isinstance(value, list) or not value:
        raise _filtration(not_valid(spec.wire, "in compares with a list of values"))
    bound = [_bound(spec, item) for item in cast("Iterable[Any]", value)]
    # One variable for all, since SQLite allows for 32,766.
    return f"{column} IN (SELECT value FROM json_each(?))", (texts.text(bound),)


def _compare(sign: str) -> Maker:
    return lambda column, spec, value: (f"{column} {sign} ?", (_bound(spec, value),))


def _contains(column: str, spec: FieldSpec, value: Any) -> Condition:
    return _FOUND_AT.format(column) + " > 0", (_substring(spec.wire, value),)


def _lacks(column: str, spec: FieldSpec, value: Any) -> Condition:
    return _FOUND_AT.format(column) + " = 0", (_substring(spec.wire, value),)


_MAKERS: dict[str, Maker] = {
    "eq": _equal,
    "ne": _unequal,
    "gt": _compare(">"),
    "gte": _compare(">="),
    "lt": _compare("<"),
    "lte": _compare("<="),
    "in": _one_of,
    "like": _contains,
    "notlike": _lacks,
}


def _substring(name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise _filtration(not_valid(name, "like and notlike compare with a text"))
    return str(value)


def _bound(spec: FieldSpec, value: Any) -> Any:
    if value is None or isinstance(value, (dict, list)):
        raise _filtration(not_valid(spec.wire, "cannot be compared with this value"))
    if spec.form is WireForm.DIGITS:
        return _digits(spec, value)
    if spec.form is WireForm.EPOCH:
        return _number(spec, value)
    bind = next((bind for kind, bind in _BINDERS if kind in spec.kinds), _text)
    return bind(spec, value)


def _moment(spec: FieldSpec, value: Any) -> str:
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        try:
            datetime.fromisoformat(value)
        except ValueError:
            raise _filtration(not_valid(spec.wire, "is not a date that exists")) from None
        return _canonical(value)
    raise _filtration(not_valid(spec.wire, "must be YYYY-MM-DD or YYYY-MM-DD HH:MM:SS"))


def _canonical(moment: str) -> str:
    """Write a moment so that texts compare as moments: a bare date is its midnight, no zeros at the end."""
    whole = moment if " " in moment else f"{moment} 00:00:00"
    return whole.rstrip("0").rstrip(".") if "." in whole else whole


def _number(spec: FieldSpec, value: Any) -> int | float:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value) if "." in value else int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _filtration(not_valid(spec.wire, "must be a number"))
    if abs(value) <= _LARGEST:
        return value
    try:
        return float(value)  # SQLite has no integers of this size; as a float it still compares right
    except OverflowError:
        raise _filtration(not_valid(spec.wire, "is too large")) from None


def _flag(spec: FieldSpec, value: Any) -> int:
    if value in (0, 1):
        return int(value)
    raise _filtration(not_valid(spec.wire, "must be true or false"))


def _digits(spec: FieldSpec, value: Any) -> str:
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]+", str(value)):
        raise _filtration(not_valid(spec.wire, "must be digits"))
    return str(value)


def _text(spec: FieldSpec, value: Any) -> Any:
    """Texts, open enumerations and what has no declared form: compared as they are, a number with its digits."""
    possible = frozenset(spec.kinds)
    if isinstance(value, bool):
        if possible.isdisjoint({Kind.BOOLEAN, Kind.ANY}):
            raise _filtration(not_valid(spec.wire, "must be a text"))
        return int(value)
    if isinstance(value, (int, float)):
        return str(value) if possible.isdisjoint({Kind.INTEGER, Kind.ANY}) else _number(spec, value)
    return value


_BINDERS: tuple[tuple[Kind, Callable[[FieldSpec, Any], Any]], ...] = (
    (Kind.MOMENT, _moment),
    (Kind.TEXT, _text),
    (Kind.MONEY, _number),
    (Kind.FLOAT, _number),
    (Kind.BOOLEAN, _flag),
    (Kind.INTEGER, _number),
)


def _filtration(*errors: dict[str, str]) -> Refusal:
    return Refusal(400, "Filtration error", list(errors))
