"""The bodies of POST and PATCH, checked strictly against the attrs class of the operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, cast

from ..entities.fields import FieldSpec, FieldType, Kind, WireForm, field_specs
from . import texts
from .refusals import Refusal, invalid, not_valid, wrong
from .texts import printed


def read_object(content: bytes, content_type: str) -> dict[str, Any]:
    """Read a JSON object, or refuse."""
    value = _read(content, content_type)
    if not isinstance(value, dict):
        raise Refusal(400, "the body must be an object")
    return cast("dict[str, Any]", value)


def read_list(content: bytes, content_type: str) -> list[dict[str, Any]]:
    """Read a JSON list of objects, or refuse."""
    value = _read(content, content_type)
    if not isinstance(value, list) or not all(map(_is_object, cast("Iterable[Any]", value))):
        raise Refusal(400, "the body must be a list of objects")
    if not value:
        raise Refusal(400, "the body must have at least one object")
    return cast("list[dict[str, Any]]", value)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _read(content: bytes, content_type: str) -> Any:
    if content_type != "application/json":
        raise Refusal(400, f"the body must be application/json, not {content_type}")
    try:
        return texts.read(content)
    except ValueError:
        raise Refusal(400, "the body is not JSON") from None


def checked(body: type, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields as they were sent, or refuse with everything that is wrong with them."""
    errors = _errors(body, given)
    if not given and not errors:
        errors = [wrong(next((spec.wire for spec in field_specs(body)), ""), "give at least one field")]
    if errors:
        raise invalid(*errors)
    return dict(given)


def _errors(body: type, given: Mapping[str, Any]) -> list[dict[str, str]]:
    specs = {spec.wire: spec for spec in field_specs(body)}
    errors = [wrong(name, "unknown field") for name in given if name not in specs]
    errors += [wrong(name, "is required") for name, spec in specs.items() if name not in given and spec.needed]
    errors += [
        not_valid(name, f"must be {_expected(specs[name])}")
        for name, value in given.items()
        if name in specs and not _fits(specs[name], value)
    ]
    return errors


def _fits(spec: FieldSpec, value: Any) -> bool:
    return not (value == "" and spec.needed) and _is_of(spec.type, value) and _is_allowed(spec.type, value)


def _is_allowed(of: FieldType, value: Any) -> bool:
    return value is None or of.allowed is None or of.allowed.fits(value)


def _is_of(of: FieldType, value: Any) -> bool:
    if value is None:
        return of.optional
    return any(_is_of_kind(of, kind, value) for kind in of.kinds)


def _is_of_kind(of: FieldType, kind: Kind, value: Any) -> bool:
    if kind is Kind.LIST and of.items is not None:
        return isinstance(value, list) and all(_is_of(of.items, item) for item in cast("Iterable[Any]", value))
    if kind is Kind.OBJECT and of.nested is not None:
        return isinstance(value, dict) and not _errors(of.nested, cast("dict[str, Any]", value))
    check = _CHECKS[kind] if of.form is None else _FORMS.get((kind, of.form), _CHECKS[kind])
    return check(value)


def _is_moment(value: Any) -> bool:
    try:
        return isinstance(value, str) and printed(datetime.fromisoformat(value)) == value
    except ValueError:
        return False


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return _is_int(value) or isinstance(value, float)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


_CHECKS: dict[Kind, Callable[[Any], bool]] = {
    Kind.TEXT: _is_text,
    Kind.SECRET: _is_text,
    Kind.INTEGER: _is_int,
    Kind.BOOLEAN: lambda value: isinstance(value, bool),
    Kind.FLOAT: _is_number,
    Kind.MONEY: _is_number,
    Kind.MOMENT: _is_moment,
    Kind.DAY: _is_day,
    Kind.MAPPING: lambda value: isinstance(value, dict),
    Kind.ANY: lambda _: True,
}
_FORMS: dict[tuple[Kind, WireForm], Callable[[Any], bool]] = {
    (Kind.MOMENT, WireForm.EPOCH): _is_int,
    (Kind.INTEGER, WireForm.DIGITS): lambda value: _is_text(value) and value.isdigit(),
}


def _expected(spec: FieldSpec) -> str:
    return " or ".join(sorted([*spec.type.label.split(" or "), *(["null"] if spec.optional else [])]))
