"""The same records as each peer's own types: Structs, pydantic models, attrs classes, all from one list of fields."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from types import GenericAlias
from typing import Any

import attrs
import cattrs
import msgspec
import orjson
import pydantic

from .measure import Refusal
from .records import FIELDS

Decode = Callable[[bytes], Any]


def _optional(annotation: Any) -> Any:
    return annotation if annotation is Any else annotation | None


def struct(kind: str, *, money: Any = Decimal, single: bool = False) -> Decode:
    """Decode with msgspec into a plain typed Struct: the ceiling."""
    types = {name: money if hint is Decimal else hint for name, hint in FIELDS[kind].items()}
    row = msgspec.defstruct(
        kind.title(), [("id", int), *((name, _optional(hint), None) for name, hint in types.items() if name != "id")]
    )
    data: Any = row if single else GenericAlias(list, (row,))
    envelope = msgspec.defstruct("Envelope", [("data", data), ("total", int | None, None)])
    return _guarded(msgspec.json.Decoder(envelope).decode, msgspec.ValidationError)


def model(kind: str, *, single: bool = False) -> Decode:
    """Decode with pydantic into a model that keeps unknown fields."""
    optional: dict[str, Any] = {name: (_optional(hint), None) for name, hint in FIELDS[kind].items() if name != "id"}
    config = pydantic.ConfigDict(extra="allow")
    row = pydantic.create_model(kind.title(), __config__=config, id=(int, ...), **optional)
    data: Any = row if single else GenericAlias(list, (row,))
    envelope = pydantic.create_model("Envelope", data=(data, ...), total=(int | None, None))
    return _guarded(envelope.model_validate_json, pydantic.ValidationError)


def attrs_class(kind: str) -> type:
    """Make the frozen attrs class that one writes by hand, with a place for unknown fields."""
    fields: dict[str, Any] = {"id": attrs.field(type=int)}
    fields |= {
        name: attrs.field(type=_optional(hint), default=None) for name, hint in FIELDS[kind].items() if name != "id"
    }
    fields["extra"] = attrs.field(type=dict[str, Any], factory=dict)
    return attrs.make_class(kind.title(), fields, frozen=True, slots=True, kw_only=True)


def _converter(*, detailed: bool) -> cattrs.Converter:
    converter = cattrs.Converter(detailed_validation=detailed)
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text).replace(tzinfo=UTC))
    converter.register_structure_hook(Decimal, lambda number, _: Decimal(str(number)))
    return converter


def cattrs_fast(kind: str) -> Decode:
    """Decode with cattrs as it comes, tuned: orjson, no detailed validation, unknown fields found by a length check."""
    row, converter, known = attrs_class(kind), _converter(detailed=False), set(FIELDS[kind])

    def one(record: dict[str, Any]) -> Any:
        if len(record) > len(known):
            record = record | {"extra": {name: record[name] for name in record.keys() - known}}
        return converter.structure(record, row)

    def decode(body: bytes) -> Any:
        return [one(record) for record in orjson.loads(body)["data"]]

    return _guarded(decode, ValueError)


def cattrs_plain(kind: str) -> Decode:
    """Decode with cattrs as it comes: the standard library's JSON, detailed validation; unknown fields are lost."""
    rows, converter = GenericAlias(list, (attrs_class(kind),)), _converter(detailed=True)

    def decode(body: bytes) -> Any:
        return converter.structure(json.loads(body)["data"], rows)

    return _guarded(decode, cattrs.ClassValidationError, cattrs.IterableValidationError)


def _guarded(decode: Decode, *errors: type[Exception]) -> Decode:
    def guarded(body: bytes) -> Any:
        try:
            return decode(body)
        except errors as error:
            raise Refusal from error

    return guarded
