from __future__ import annotations

import enum
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

import attrs
import pytest
from jsonschema import Draft202012Validator

from voipstudio_async import entities
from voipstudio_async.entities import Code, DigitId, EpochTime, Secret
from voipstudio_async.entities.fields import field_type
from voipstudio_async.entities.meanings import field_texts
from voipstudio_async.openapi import schema
from voipstudio_async.unset import UNSET, Unset
from voipstudio_async.wire.codec import codec


class Colour(enum.StrEnum):
    RED = "R"
    BLUE = "B"


@attrs.frozen(kw_only=True)
class Inner:
    name: str


@attrs.frozen(kw_only=True)
class Outer:
    """Holds another."""

    inner: Inner | None = None
    """What is inside."""
    many: tuple[Inner, ...] = ()
    class_: int = 0


MOMENT_PATTERN = r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$"


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (str, {"type": "string"}),
        (int, {"type": "integer"}),
        (bool, {"type": "boolean"}),
        (Decimal, {"type": "number"}),
        (Secret, {"type": "string", "format": "password"}),
        (Any, {}),
        (str | None, {"type": ["string", "null"]}),
        (Code, {"type": ["string", "integer", "boolean"]}),
        (Annotated[Code, Colour] | None, {"type": ["string", "integer", "boolean", "null"], "examples": ["R", "B"]}),
        (tuple[str, ...] | str | None, {"type": ["array", "string", "null"], "items": {"type": "string"}}),
        (str | None | Unset, {"type": ["string", "null"]}),
        (Annotated[int, "a note"], {"type": "integer"}),
        (Inner, {"$ref": "#/components/schemas/Inner"}),
        (Inner | None, {"anyOf": [{"$ref": "#/components/schemas/Inner"}, {"type": "null"}]}),
        (tuple[Inner, ...], {"type": "array", "items": {"$ref": "#/components/schemas/Inner"}}),
    ],
    ids=str,
)
def test_describe(annotation: Any, expected: dict[str, Any]) -> None:
    assert schema.describe(field_type(annotation)) == expected


@pytest.mark.parametrize(
    ("annotation", "form"),
    [
        (datetime, {"type": "string", "pattern": MOMENT_PATTERN}),
        (datetime | None, {"type": ["string", "null"], "pattern": MOMENT_PATTERN}),
        (EpochTime, {"type": "integer", "minimum": 0}),
        (EpochTime | None, {"type": ["integer", "null"], "minimum": 0}),
        (DigitId | None, {"type": ["string", "null"], "pattern": "^[0-9]+$"}),
    ],
    ids=str,
)
def test_describe_a_wire_form(annotation: Any, form: dict[str, Any]) -> None:
    printed = schema.describe(field_type(annotation))

    assert printed.pop("description")
    printed.pop("examples", None)
    assert printed == form


def test_a_class_is_an_object_and_its_bodies_are_closed() -> None:
    assert schema.describe_class(Outer) == {
        "description": "Holds another.",
        "type": "object",
        "properties": {
            "inner": {
                "description": "What is inside.",
                "anyOf": [{"$ref": "#/components/schemas/Inner"}, {"type": "null"}],
            },
            "many": {"type": "array", "items": {"$ref": "#/components/schemas/Inner"}},
            "class": {"type": "integer"},
        },
        "additionalProperties": False,
        "minProperties": 1,
    }


def test_an_entity_is_open_and_needs_its_id_alone() -> None:
    user = schema.describe_class(entities.User)

    assert user["additionalProperties"] is True
    assert user["required"] == ["id"]
    assert "minProperties" not in user
    assert next(iter(user["properties"])) == "id"
    assert not {"extra", "_origin"} & set(user["properties"])


def test_fields_of_a_base_class_keep_their_texts() -> None:
    texts = field_texts(entities.User)

    assert texts["active"] == "Whether the user can log in."
    assert texts["ext"] == "The internal extension. Seen in real answers only."
    assert texts["email"] == "The e-mail address, which the user logs in with."


def test_a_class_without_source_has_no_texts() -> None:
    made = attrs.make_class("Made", {"name": attrs.field(type=str)}, frozen=True)

    assert field_texts(made) == {}
    assert schema.describe_class(made)["properties"] == {"name": {"type": "string", "minLength": 1}}


def test_collect_follows_references() -> None:
    assert list(schema.collect([Outer])) == ["Outer", "Inner"]


def test_two_classes_of_one_name_are_refused() -> None:
    other = attrs.make_class("Inner", {"name": attrs.field(type=int)})

    with pytest.raises(ValueError, match="two classes are called Inner"):
        schema.collect([Inner, other])


ENTITIES = [
    cls
    for cls in (getattr(entities, name) for name in entities.__all__)
    if isinstance(cls, type) and issubclass(cls, entities.Entity) and cls is not entities.Entity
]


@pytest.mark.parametrize("cls", ENTITIES)
def test_every_entity_accepts_nulls_everywhere_but_in_its_id(cls: type) -> None:
    described = schema.describe_class(cls)
    nulls = {name: None for name in described["properties"] if name not in described.get("required", ())}

    of_id = Draft202012Validator(described["properties"].get("id", {"type": "integer"}))

    Draft202012Validator(described).validate(nulls | {"id": 1 if of_id.is_valid(1) else "1"})


@pytest.mark.parametrize(
    "draft",
    [
        entities.QueueGroupDraft(name="Support"),
        entities.UserGroupDraft(name="Sales", color=None),
        entities.UserGroupPatch(name=UNSET, color="#ff0000"),
        entities.UserGroupPolicyPatch(name=None),
    ],
    ids=repr,
)
def test_what_the_converter_writes_is_valid(draft: Any) -> None:
    described = schema.describe_class(type(draft))

    Draft202012Validator(described).validate(codec(UTC).body(draft))
