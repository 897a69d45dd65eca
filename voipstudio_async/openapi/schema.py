"""From a Python type to a JSON Schema, as plain dicts: `describe` a type, `collect` classes.

The schemas say how a value looks on the wire, as documented and as seen live; what the SDK reads leniently beyond that
is not part of them. The dialect is JSON Schema 2020-12, which is that of OpenAPI 3.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..entities.base import Entity
from ..entities.fields import FieldSpec, FieldType, Kind, WireForm, field_specs, nested_classes
from ..entities.meanings import field_texts, summary

REFERENCE = "#/components/schemas/"


Schema = dict[str, Any]
"""A JSON Schema as it is printed; an empty one allows everything."""

MOMENT: Schema = {
    "description": "A date-time without an offset; the evidence points to UTC.",
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$",
    "examples": ["2017-11-27 23:45:52"],
}
EPOCH: Schema = {"description": "Whole seconds since 1970.", "type": "integer", "minimum": 0}
DIGITS: Schema = {
    "description": "An integer, sent as a string of digits.",
    "type": "string",
    "pattern": "^[0-9]+$",
    "examples": ["41"],
}
DAY: Schema = {"type": "string", "format": "date"}

EXAMPLE_ID = 7206
"""Everywhere the same, so that an answer that is made of examples is about what was asked for."""

_FORMS = {(Kind.MOMENT, WireForm.EPOCH): EPOCH, (Kind.INTEGER, WireForm.DIGITS): DIGITS}
_KINDS: dict[Kind, Schema] = {
    Kind.TEXT: {"type": "string"},
    Kind.INTEGER: {"type": "integer"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.FLOAT: {"type": "number"},
    Kind.MONEY: {"type": "number"},
    Kind.MOMENT: MOMENT,
    Kind.DAY: DAY,
    Kind.SECRET: {"type": "string", "format": "password"},
    Kind.MAPPING: {"type": "object"},
}
_NULL: Schema = {"type": "null"}


# --- describe ------------------------------------------------------------------------------------------------


def describe(of: FieldType) -> Schema:
    """Say how the values of a type look in JSON; an attrs class becomes a reference."""
    if Kind.ANY in of.kinds:
        return {}
    members = [_describe_kind(of, kind) for kind in of.kinds]
    schema = _either([*members, _NULL] if of.optional else members) | _bounds(of)
    return schema | {"examples": list(of.known)} if of.known else schema


def _describe_kind(of: FieldType, kind: Kind) -> Schema:
    if kind is Kind.LIST and of.items is not None:
        return {"type": "array", "items": describe(of.items)}
    if kind is Kind.OBJECT and of.nested is not None:
        return reference(of.nested)
    return _KINDS[kind] if of.form is None else _FORMS.get((kind, of.form), _KINDS[kind])


def _bounds(of: FieldType) -> Schema:
    allowed = of.allowed
    if allowed is None:
        return {}
    bounds: Schema = {
        "pattern": None if allowed.pattern is None else f"^({allowed.pattern})$",
        "enum": list(allowed.values),
        "minimum": allowed.least,
        "maximum": allowed.most,
        "examples": list(allowed.examples),
    }
    return {key: value for key, value in bounds.items() if value not in (None, [])}


def reference(cls: type) -> Schema:
    """Refer to the schema of a class among the collected ones."""
    return refer(cls.__name__)


def refer(name: str) -> Schema:
    """Refer to a collected schema by its name."""
    return {"$ref": REFERENCE + name}


def _either(members: list[Schema]) -> Schema:
    """Join alternatives. Those of different JSON types share one schema: a keyword speaks of one type only."""
    if len(members) == 1:
        return dict(members[0])
    if any("$ref" in member for member in members):
        return {"anyOf": members}
    joined: Schema = {}
    for member in reversed(members):
        joined |= member
    return joined | {"type": list(dict.fromkeys(member["type"] for member in members))}


# --- collect -------------------------------------------------------------------------------------------------


def collect(roots: Iterable[type]) -> dict[str, Schema]:
    """Describe some classes and all that they refer to, by name. ValueError if two classes share a name."""
    found: dict[str, type] = {}
    waiting = list(roots)
    while waiting:
        cls = waiting.pop(0)
        if found.setdefault(cls.__name__, cls) is not cls:
            raise ValueError(f"two classes are called {cls.__name__}: {found[cls.__name__]!r} and {cls!r}")
        waiting += [inner for inner in nested_classes(cls) if found.get(inner.__name__) is not inner]
    return {name: describe_class(cls) for name, cls in found.items()}


def describe_class(cls: type) -> Schema:
    """Describe an attrs class as an object: an entity is open to new fields, the body of a request is closed."""
    texts = field_texts(cls)
    specs = field_specs(cls)
    is_entity = issubclass(cls, Entity)
    needed = [spec.wire for spec in specs if spec.needed]
    schema: Schema = {"description": text} if (text := summary(cls)) else {}
    schema |= {
        "type": "object",
        "properties": {spec.wire: _field(spec, texts.get(spec.name), closed=not is_entity) for spec in specs},
    }
    if needed:
        schema["required"] = needed
    schema["additionalProperties"] = is_entity
    return schema if is_entity or needed else schema | {"minProperties": 1}


def _field(spec: FieldSpec, text: str | None, *, closed: bool) -> Schema:
    schema = describe(spec.type)
    types = schema.get("type", "")
    if closed and spec.needed and "string" in types and schema.keys().isdisjoint({"pattern", "enum"}):
        schema["minLength"] = 1
    if not closed and spec.wire == "id" and types == "integer":
        schema["examples"] = [EXAMPLE_ID]
    return _with_text(schema, text)


def field_names(cls: type) -> list[str]:
    """List the names that the fields of a class have in JSON."""
    return [spec.wire for spec in field_specs(cls)]


def _with_text(schema: Schema, text: str | None) -> Schema:
    texts = [each for each in (text, schema.get("description")) if each is not None]
    return {"description": " ".join(texts)} | {**schema, "description": " ".join(texts)} if texts else schema
