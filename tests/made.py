"""Hypothesis strategies that make entity and body classes out of the vocabulary of field types, and values for them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from types import GenericAlias
from typing import Annotated, Any, Union

import attrs
from hypothesis import strategies as st
from strategies import json_scalars, texts

from voipstudio_async.entities import Code, DigitId, Entity, EpochTime, Secret
from voipstudio_async.entities.fields import FieldType, Kind, WireForm, field_specs
from voipstudio_async.unset import UNSET, Unset


class Colour(enum.StrEnum):
    RED = "R"
    BLUE = "B"


SINGLE: list[Any] = [str, int, bool, float, Decimal, datetime, date, Secret, EpochTime, DigitId, Code]
SINGLE += [Annotated[Code, Colour], int | str, bool | int, Decimal | str, float | bool, int | datetime]

_names = st.sampled_from(["alpha", "beta", "class_", "from_", "data", "cls", "total", "rows", "v", "o", "new"])


def _field(annotation: Any, **options: Any) -> Any:
    return attrs.field(type=annotation, **options)


def _optional(annotation: Any) -> Any:
    return Any if annotation is Any else annotation | None


def _lists(items: Any) -> Any:
    return GenericAlias(tuple, (items, ...))


@st.composite
def declared(draw: st.DrawFn, classes: tuple[type, ...]) -> Any:
    """Draw what a field can be declared as; `classes` are those that it may hold."""
    single = st.sampled_from(SINGLE)
    shapes = [single, single, st.just(Any), st.just(Mapping[str, Any])]
    shapes += [(single | single.map(_optional)).map(_lists), st.just(_lists(str) | str)]
    if classes:
        nested = st.sampled_from(classes)
        shapes += [nested, nested.map(_lists), nested.map(lambda cls: int | cls)]
        shapes += [nested.map(lambda cls: _lists(int | cls)), nested.map(lambda cls: _lists(cls | None))]
    return draw(st.one_of(shapes))


@st.composite
def entities(draw: st.DrawFn, depth: int = 1) -> type[Entity]:
    """Make an entity class; it may hold others."""
    inner = tuple(draw(st.lists(entities(depth - 1), max_size=2))) if depth else ()
    fields: dict[str, Any] = {"id": _field(draw(st.sampled_from([int, DigitId, str])))}
    for name in draw(st.lists(_names, unique=True, max_size=5)):
        fields[name] = _entity_field(draw(declared(inner)), needed=draw(st.integers(0, 5)) == 0)
    made = attrs.make_class("Made", fields, bases=(Entity,), frozen=True, kw_only=True, slots=True, repr=False)
    assert issubclass(made, Entity)
    return made


def _entity_field(annotation: Any, *, needed: bool) -> Any:
    if annotation is Any:
        return _field(Any, default=None, hash=False)
    return _field(annotation) if needed else _field(annotation | None, default=None)


@st.composite
def bodies(draw: st.DrawFn, depth: int = 1) -> type:
    """Make a body class; it may hold others, and entities."""
    inner: tuple[type, ...] = tuple(draw(st.lists(bodies(depth - 1) | entities(0), max_size=2))) if depth else ()
    fields: dict[str, Any] = {}
    for name in draw(st.lists(_names, unique=True, min_size=1, max_size=5)):
        annotation = draw(declared(inner))
        forms = [_field(annotation)]
        if annotation is not Any:
            forms += [
                _field(annotation | None, default=None),
                _field(Union[annotation, None, Unset], default=UNSET),  # noqa: UP007 - of what was drawn
            ]
        fields[name] = draw(st.sampled_from(forms))
    return attrs.make_class("Body", fields, frozen=True, kw_only=True)


# --- values ----------------------------------------------------------------------------------------------------

_moments = st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
_json: st.SearchStrategy[Any] = st.recursive(
    json_scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2), max_leaves=4
)
_VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: texts,
    Kind.INTEGER: st.integers(-(2**70), 2**70),
    Kind.BOOLEAN: st.booleans(),
    Kind.FLOAT: st.floats(allow_nan=False, allow_infinity=False),
    Kind.MONEY: st.decimals(-(10**6), 10**6, places=3),
    Kind.MOMENT: _moments,
    Kind.DAY: st.dates(date(1, 1, 2)),
    Kind.SECRET: texts.map(Secret),
    Kind.MAPPING: st.dictionaries(texts, _json, max_size=2),
    Kind.ANY: _json,
}


def values(of: FieldType) -> st.SearchStrategy[Any]:
    """Python values that a field can have."""
    kinds = st.one_of(*(_values_of(of, kind) for kind in of.kinds))
    return kinds | st.none() if of.optional else kinds


def _values_of(of: FieldType, kind: Kind) -> st.SearchStrategy[Any]:
    if kind is Kind.LIST and of.items is not None:
        return st.lists(values(of.items), max_size=3).map(tuple)
    if kind is Kind.OBJECT and of.nested is not None:
        return objects(of.nested)
    if of.form is WireForm.DIGITS and kind is Kind.INTEGER:
        return st.integers(0, 2**70)
    return _VALUES[kind]


def objects(cls: type) -> st.SearchStrategy[Any]:
    """Objects of a made class."""
    fields = {
        spec.name: values(spec.type) | (st.just(UNSET) if spec.type.unset else st.nothing())
        for spec in field_specs(cls)
    }
    return st.builds(cls, **fields)
