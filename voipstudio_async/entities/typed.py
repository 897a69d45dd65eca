"""The typed form of a record: what a web service answers with, and what pydantic needs to know for it.

`Entity.to_dict` gives back what the API sent. Here is the form for others: one for each kind of value, moments with
their offset, money as a text with all its digits, secrets masked. pydantic is not imported: it asks a class for a
schema by a method of a certain name, and takes plain dicts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal, cast

from .fields import FieldType, Kind, field_specs
from .scalars import writable
from .secrecy import masked
from .secret import MASK, Secret

Money = Literal["text", "number"]
JsonSchema = dict[str, Any]

_SIMPLE: dict[Kind, JsonSchema] = {
    Kind.TEXT: {"type": "string"},
    Kind.SECRET: {"type": "string"},
    Kind.MOMENT: {"type": "string", "format": "date-time"},
    Kind.DAY: {"type": "string", "format": "date"},
    Kind.INTEGER: {"type": "integer"},
    Kind.FLOAT: {"type": "number"},
    Kind.MONEY: {"type": "string"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.MAPPING: {"type": "object"},
}


def typed(value: Any, money: Money = "text") -> Any:
    """Turn any value that an entity may hold into what JSON has."""
    if isinstance(value, Secret):
        return MASK
    if isinstance(value, Decimal):
        return str(value) if money == "text" else writable(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (tuple, list)):
        return [typed(item, money) for item in cast("Sequence[Any]", value)]
    if isinstance(value, Mapping):
        # Of unknown form: what is named like a secret in it is one.
        return {key: typed(item, money) for key, item in masked(dict(cast("Mapping[str, Any]", value))).items()}
    return value.to_json(money=money) if hasattr(value, "to_json") else value


def json_schema(cls: type, within: tuple[type, ...] = ()) -> JsonSchema:
    """Describe the typed form of an entity as JSON schema; one that holds itself is any object at the second time."""
    if cls in within:
        return {"type": "object", "title": cls.__name__}
    inside = (*within, cls)
    properties = {spec.wire: _field_schema(spec.type, inside) for spec in field_specs(cls)}
    return {"type": "object", "title": cls.__name__, "properties": properties, "required": list(properties)}


def _field_schema(of: FieldType, within: tuple[type, ...]) -> JsonSchema:
    if of.kinds == (Kind.ANY,):
        return {}
    choices = [_kind_schema(kind, of, within) for kind in of.kinds]
    if of.optional:
        choices.append({"type": "null"})
    return choices[0] if len(choices) == 1 else {"anyOf": choices}


def _kind_schema(kind: Kind, of: FieldType, within: tuple[type, ...]) -> JsonSchema:
    if kind is Kind.LIST and of.items is not None:
        return {"type": "array", "items": _field_schema(of.items, within)}
    if kind is Kind.OBJECT and of.nested is not None:
        return json_schema(of.nested, within)
    return dict(_SIMPLE[kind])
