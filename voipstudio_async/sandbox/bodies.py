"""The bodies of POST and PATCH, checked strictly against the attrs class of the operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

import attrs

from ..entities.base import FieldSpec, Secret, WireForm, field_specs
from . import texts
from .refusals import Refusal, invalid, not_valid, wrong
from .tables import kinds
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
    specs = {spec.wire: spec for spec in field_specs(body)}
    errors = [wrong(name, "unknown field") for name in given if name not in specs]
    errors += [wrong(name, "is required") for name in specs if name not in given and _is_needed(body, specs[name])]
    errors += [
        not_valid(name, f"must be {_expected(specs[name])}")
        for name, value in given.items()
        if name in specs and not _fits(body, specs[name], value)
    ]
    if errors:
        raise invalid(*errors)
    return dict(given)


def _is_needed(body: type, spec: FieldSpec) -> bool:
    return attrs.fields_dict(body)[spec.name].default is attrs.NOTHING


def _fits(body: type, spec: FieldSpec, value: Any) -> bool:
    if value == "" and _is_needed(body, spec):
        return False
    if value is not None and spec.form is not None:
        return _FORMS[spec.form](value)
    return any(_is_of(kind, value) for kind in kinds(spec.type))


def _is_of(kind: Any, value: Any) -> bool:
    check = _CHECKS.get(kind)
    return kind is Any if check is None else check(value)


def _is_moment(value: Any) -> bool:
    try:
        return isinstance(value, str) and printed(datetime.fromisoformat(value)) == value
    except ValueError:
        return False


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, cast("Iterable[Any]", value)))


_CHECKS: dict[Any, Callable[[Any], bool]] = {
    str: _is_text,
    Secret: _is_text,
    int: _is_int,
    bool: lambda value: isinstance(value, bool),
    float: lambda value: _is_int(value) or isinstance(value, float),
    Decimal: lambda value: _is_int(value) or isinstance(value, float),
    datetime: _is_moment,
    type(None): lambda value: value is None,
    tuple[str, ...]: _is_texts,
}
_FORMS: dict[WireForm, Callable[[Any], bool]] = {
    WireForm.EPOCH: _is_int,
    WireForm.DIGITS: lambda value: _is_text(value) and value.isdigit(),
}


def _expected(spec: FieldSpec) -> str:
    names = sorted(getattr(kind, "__name__", str(kind)) for kind in kinds(spec.type))
    return " or ".join(name.replace("NoneType", "null") for name in names)
