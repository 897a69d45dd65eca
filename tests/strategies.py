"""Hypothesis strategies: JSON values, and records that look like an entity's, with what the real world does to them."""

from __future__ import annotations

import types
import typing
from datetime import datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from voipstudio_async import entities
from voipstudio_async.entities.base import Entity, FieldSpec, Secret, WireForm, field_specs

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

_FITTING: dict[Any, st.SearchStrategy[Any]] = {
    int: whole | whole.map(str) | st.integers(-9, 9).map(float),
    bool: st.booleans() | st.sampled_from([0, 1, "0", "1", "true", "false"]),
    str: texts | whole,
    Decimal: numbers | whole | numbers.map(repr) | st.decimals(-99, 99, places=2).map(str),
    datetime: moments | st.just("0000-00-00 00:00:00") | moments.map(lambda text: text[:10]),
    tuple[str, ...]: st.lists(texts, max_size=3),
    Secret: texts,
    Any: json_values,
}
_FORMS: dict[WireForm, st.SearchStrategy[Any]] = {
    WireForm.EPOCH: st.integers(0, 250_000_000_000) | moments,
    WireForm.DIGITS: st.integers(0, 2**70).map(str) | whole,
}


def fitting(spec: FieldSpec) -> st.SearchStrategy[Any]:
    """Values that fit a field as they are, or convert without loss."""
    return _FORMS[spec.form] if spec.form is not None else st.one_of(*map(_fitting, kinds(spec.type)))


def _fitting(kind: Any) -> st.SearchStrategy[Any]:
    return _FITTING[kind]


def kinds(annotation: Any) -> list[Any]:
    """Take an annotation apart, down to what is declared without null."""
    if typing.get_origin(annotation) is typing.Annotated:
        return kinds(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return [kind for part in typing.get_args(annotation) if part is not type(None) for kind in kinds(part)]
    return [annotation]


def unknown_names(cls: type[Entity]) -> st.SearchStrategy[str]:
    """Names of fields that the entity does not declare; some are the names of its insides."""
    declared = {spec.wire for spec in field_specs(cls)}
    inside = st.sampled_from(["extra", "_origin", "origin", "self", "global_", "to_dict", "__class__", "data"])
    return (texts | inside).filter(lambda name: name not in declared)


@st.composite
def records(draw: st.DrawFn, cls: type[Entity], *, messy: bool = True) -> dict[str, Any]:
    """A record for an entity with a good id; `messy` ones also hold values that do not fit."""
    record: dict[str, Any] = {}
    for spec in field_specs(cls):
        values = [fitting(spec), st.none()]
        if messy:
            values += [tricky, json_values]
        if spec.name == "id":
            record["id"] = draw(st.integers(1, 2**70))
        elif draw(st.integers(0, 3)):
            record[spec.wire] = draw(st.one_of(values))
    return record | draw(st.dictionaries(unknown_names(cls), json_values, max_size=3))
