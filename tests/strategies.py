"""Hypothesis strategies: JSON values, and records that look like an entity's, with what the real world does to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from voipstudio_async import entities
from voipstudio_async.entities.base import Entity
from voipstudio_async.entities.fields import FieldType, Kind, WireForm, field_specs

ENTITIES: list[type[Entity]] = [
    found
    for name in entities.__all__
    if isinstance(found := getattr(entities, name), type) and issubclass(found, Entity) and found is not Entity
]

# JSON texts hold any character but lone surrogates.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
numbers = st.floats(allow_nan=False, allow_infinity=False)
whole = st.one_of(st.integers(-3, 3), st.integers(), st.sampled_from([2**31, 2**53 + 1, 2**63, 2**64, 10**30]))
json_scalars = st.one_of(st.none(), st.booleans(), whole, numbers, texts)
json_values = st.recursive(
    json_scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=5
)

moments = st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30)).map(
    lambda moment: moment.replace(microsecond=0).isoformat(" ")
)
tricky = st.sampled_from(
    ["", "0", "1", "true", "None", "null", "0000-00-00", "2026-02-30 00:00:00", "12", "-1", "1.5", "NaN"]
)

_FITTING: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.INTEGER: whole | whole.map(str) | st.integers(-9, 9).map(float),
    Kind.BOOLEAN: st.booleans() | st.sampled_from([0, 1, "0", "1", "true", "false"]),
    Kind.TEXT: texts | whole,
    Kind.FLOAT: numbers | st.integers(-99, 99) | numbers.map(repr),
    Kind.MONEY: numbers | whole | numbers.map(repr) | st.decimals(-99, 99, places=2).map(str),
    Kind.MOMENT: moments | st.just("0000-00-00 00:00:00") | moments.map(lambda text: text[:10]),
    Kind.DAY: moments.map(lambda text: text[:10]) | st.just("0000-00-00"),
    Kind.SECRET: texts,
    Kind.MAPPING: st.dictionaries(texts, json_values, max_size=3),
    Kind.ANY: json_values,
}
_FORMS: dict[WireForm, st.SearchStrategy[Any]] = {
    WireForm.EPOCH: st.integers(0, 250_000_000_000) | moments,
    WireForm.DIGITS: st.integers(0, 2**70).map(str) | whole,
}


def fitting(of: FieldType) -> st.SearchStrategy[Any]:
    """Values that fit a field as they are, or convert without loss."""
    return st.one_of(*(_fitting(of, kind) for kind in of.kinds))


def _fitting(of: FieldType, kind: Kind) -> st.SearchStrategy[Any]:
    if kind is Kind.LIST and of.items is not None:
        return st.lists(in_list(of.items), max_size=3)
    if kind is Kind.OBJECT and of.nested is not None:
        return nested(of.nested)
    return _FORMS[of.form] if of.form is not None else _FITTING[kind]


def in_list(items: FieldType) -> st.SearchStrategy[Any]:
    """Items of a list: null, and the zero date that reads as null, only where they are declared."""
    values = fitting(items) | (st.none() if items.optional else st.nothing())
    return values if items.optional else values.filter(lambda value: not str(value).startswith("0000-00-00"))


def _later(of: FieldType) -> st.SearchStrategy[Any]:
    """A class may hold others of its own."""
    return st.deferred(lambda: fitting(of))


def nested(cls: type) -> st.SearchStrategy[dict[str, Any]]:
    """Records inside of records: what is needed, and now and then what is not."""
    specs = field_specs(cls)
    needed = {spec.wire: fitting(spec.type) for spec in specs if not spec.optional}
    optional = {spec.wire: _later(spec.type) | st.none() for spec in specs if spec.optional}
    return st.fixed_dictionaries(needed, optional=optional)


def unknown_names(cls: type[Entity]) -> st.SearchStrategy[str]:
    """Names of fields that the entity does not declare; some are the names of its insides."""
    declared = {spec.wire for spec in field_specs(cls)}
    inside = st.sampled_from(["extra", "_origin", "origin", "self", "global_", "to_dict", "__class__", "data"])
    return (texts | inside).filter(lambda name: name not in declared)


@st.composite
def records(draw: st.DrawFn, cls: type[Entity], *, messy: bool = True) -> dict[str, Any]:
    """A record for an entity with a good id; `messy` ones also hold values that do not fit."""
    record: dict[str, Any] = {}
    number = draw(st.integers(1, 2**70))
    for spec in field_specs(cls):
        values = [fitting(spec.type), st.none()]
        if messy:
            values += [tricky, json_values]
        if spec.name == "id":
            record["id"] = number if spec.kinds == (Kind.INTEGER,) and spec.form is None else str(number)
        elif not spec.optional and not messy:
            record[spec.wire] = draw(fitting(spec.type))
        elif draw(st.integers(0, 3)):
            record[spec.wire] = draw(st.one_of(values))
    return record | draw(st.dictionaries(unknown_names(cls), json_values, max_size=3))
