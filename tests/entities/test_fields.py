"""The vocabulary of field types: what can be declared, and what is refused when it is."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import GenericAlias
from typing import Annotated, Any, Literal

import attrs
import pytest

from voipstudio_async.entities import Code, DigitId, Entity, EpochTime, Secret, User
from voipstudio_async.entities.fields import FieldType, Kind, WireForm, check_declaration, field_specs, field_type
from voipstudio_async.operations import Create, Get, Resource
from voipstudio_async.unset import Unset


class Colour(enum.StrEnum):
    RED = "R"


def field(annotation: Any, **options: Any) -> Any:
    return attrs.field(type=annotation, **options)


@attrs.frozen(kw_only=True)
class Line:
    text: str


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (str, FieldType((Kind.TEXT,))),
        (int | None, FieldType((Kind.INTEGER,), optional=True)),
        (str | None | Unset, FieldType((Kind.TEXT,), optional=True, unset=True)),
        (Any, FieldType((Kind.ANY,), optional=True)),
        (Any | None, FieldType((Kind.ANY,), optional=True)),
        (EpochTime | None, FieldType((Kind.MOMENT,), optional=True, form=WireForm.EPOCH)),
        (DigitId, FieldType((Kind.INTEGER,), form=WireForm.DIGITS)),
        (Annotated[Code, Colour], FieldType((Kind.TEXT, Kind.INTEGER, Kind.BOOLEAN), known=("R",))),
        (Annotated[int, "a note"], FieldType((Kind.INTEGER,))),
        (Mapping[str, Any], FieldType((Kind.MAPPING,))),
        (tuple[int | None, ...], FieldType((Kind.LIST,), items=FieldType((Kind.INTEGER,), optional=True))),
        (tuple[Line, ...], FieldType((Kind.LIST,), items=FieldType((Kind.OBJECT,), nested=Line))),
        (int | User | None, FieldType((Kind.OBJECT, Kind.INTEGER), optional=True, nested=User)),
    ],
    ids=str,
)
def test_an_annotation_is_read_once_and_for_all(annotation: Any, expected: FieldType) -> None:
    assert field_type(annotation) == expected


@pytest.mark.parametrize(("one", "other"), [(str | int, int | str), (Decimal | None, None | Decimal)])
def test_a_union_has_no_order(one: Any, other: Any) -> None:
    assert field_type(one) == field_type(other)


REFUSED = [
    (list[str], r"list\[str\] is not a type that a field can have; write tuple\[..., ...\] for a list"),
    (set[int], r"write tuple\[..., ...\]"),
    (tuple[int, str], r"write tuple\[..., ...\]"),
    (tuple, r"write tuple\[..., ...\]"),
    (dict[str, Any], r"write Mapping\[str, Any\]"),
    (Mapping[str, int], r"write Mapping\[str, Any\]"),
    (Colour, r"write Annotated\[Code, Colour\]"),
    (Literal["a"], "is not a type that a field can have"),
    (complex, "complex is not a type .* There are str, int, bool"),
    (type(None), "nothing but null"),
    (str | datetime, "datetime and str are each a text in JSON"),
    (float | Decimal, "Decimal and float are each a number in JSON"),
    (User | Mapping[str, Any], "are each a object in JSON"),
    (User | Line, "two classes"),
    (tuple[int, ...] | tuple[str, ...], "two lists"),
    (DigitId | str, "digits are the form of an int"),
    (EpochTime | int, "seconds since 1970 are the form of a datetime"),
    (tuple[set[int], ...], r"set\[int\] is not a type"),
    ({}, "is not a type that a field can have"),
]


@pytest.mark.parametrize(("annotation", "message"), REFUSED, ids=str)
def test_an_entity_with_another_type_is_refused_when_it_is_declared(annotation: Any, message: str) -> None:
    with pytest.raises(TypeError, match=rf"^Parcel\.odd: .*{message}"):
        attrs.make_class("Parcel", {"odd": field(annotation)}, bases=(Entity,), frozen=True, kw_only=True)


@pytest.mark.parametrize(("annotation", "message"), REFUSED, ids=str)
def test_a_body_with_another_type_is_refused_by_the_resource_that_names_it(annotation: Any, message: str) -> None:
    body = attrs.make_class("Draft", {"odd": field(annotation)}, frozen=True)

    with pytest.raises(TypeError, match=rf"^Draft\.odd: .*{message}"):

        class Parcels(Resource[Any], path="parcels"):
            create = Create(User, "A new one.", body=body)


def test_what_is_inside_of_a_body_is_refused_with_it() -> None:
    inner = attrs.make_class("Inner", {"odd": field(complex)})
    body = attrs.make_class("Draft", {"lines": field(GenericAlias(tuple, (inner, ...)))})

    with pytest.raises(TypeError, match=r"^Inner\.odd: complex is not a type"):
        check_declaration(body)


def test_an_entity_holds_entities() -> None:
    with pytest.raises(TypeError, match="Parcel is an entity, and cannot hold Line, which is none"):
        attrs.make_class("Parcel", {"line": field(Line | None, default=None)}, bases=(Entity,), kw_only=True)


def test_two_fields_of_one_name_in_json_are_refused() -> None:
    fields = {name: field(str) for name in ("from_", "from__")}

    with pytest.raises(TypeError, match="Parcel has two fields that are called 'from' in JSON"):
        attrs.make_class("Parcel", fields, bases=(Entity,), kw_only=True)


def test_a_field_without_an_annotation_is_refused() -> None:
    with pytest.raises(TypeError, match=r"Parcel\.odd: it has no annotation"):
        field_specs(attrs.make_class("Parcel", ["odd"]))


@attrs.frozen(kw_only=True, repr=False)
class Person(Entity):
    """Written with annotations that are texts, and holding others of its own."""

    id: int
    manager: int | Person | None = None
    team: tuple[Person, ...] | None = None
    password: Secret | None = None


def test_a_class_can_hold_others_of_its_own() -> None:
    manager = next(spec for spec in field_specs(Person) if spec.name == "manager")

    assert manager.type == FieldType((Kind.OBJECT, Kind.INTEGER), optional=True, nested=Person)


def test_a_name_that_is_not_known_is_refused_by_the_resource() -> None:
    parcel: Any = attrs.make_class("Parcel", {"odd": field("Nowhere")}, bases=(Entity,), kw_only=True)

    with pytest.raises(TypeError, match=r"Parcel has a field of a type that is not known: .*Nowhere"):

        class Parcels(Resource[Any], path="parcels"):
            get = Get(parcel, "One.")
