"""A resource is an annotation of the catalogue, an entity a class in its file: what else names them is compared.

Each failure says what is missing, and where to add it.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from typing import Any, get_args

import attrs
import pytest
from literals import LITERALS

import voipstudio_async
from voipstudio_async import AsyncVoipStudio, Entity, VoipStudio, _exports, entities
from voipstudio_async.operations import Operation, Resource, operations
from voipstudio_async.resources import PARTS, RESOURCES, Catalogue
from voipstudio_async.resources import __path__ as resource_files

ROOT = Path(__file__).parents[1]
DECLARED = [operation for resource in RESOURCES.values() for operation in operations(resource).values()]


def modules(package: Any) -> list[Any]:
    return [
        importlib.import_module(f"{package.__name__}.{each.name}") for each in pkgutil.iter_modules(package.__path__)
    ]


def reached(annotation: Any) -> set[type]:
    """Find the classes of ours in an annotation: entities, and enumerations of known values."""
    marks = [*get_args(annotation), *getattr(annotation, "__metadata__", ())]
    found = (
        {annotation} if inspect.isclass(annotation) and annotation.__module__.startswith(entities.__name__) else set()
    )
    return found.union(*(reached(each) for each in marks))


def fields(cls: type) -> Any:
    attrs.resolve_types(cls, include_extras=True)
    return attrs.fields(cls)


def closure(cls: type) -> set[type]:
    """An entity, and what its fields are made of, to any depth."""
    found, rest = set[type](), {cls}
    while rest:
        found |= rest
        parts = (reached(field.type) for each in rest if attrs.has(each) for field in fields(each))
        rest = set().union(*parts) - found
    return found


ENTITIES = sorted(
    {each.__name__ for operation in DECLARED if operation.entity for each in closure(operation.entity)}
    - {"WireForm", "Origin"}
)
BODIES = sorted({each.__name__ for operation in DECLARED if operation.body for each in closure(operation.body)})


def test_every_resource_class_is_an_annotation_of_the_catalogue() -> None:
    package = importlib.import_module(Catalogue.__module__)
    declared = {
        cls
        for module in modules(package)
        for cls in vars(module).values()
        if inspect.isclass(cls) and issubclass(cls, Resource) and cls.__module__ == module.__name__ and vars(cls)
    }
    missing = sorted(cls.__name__ for cls in declared - set(PARTS.values()))

    assert not missing, f"add to Catalogue in {resource_files[0]}/__init__.py: {missing}"


def test_a_resource_is_annotated_under_one_name() -> None:
    assert len(set(PARTS.values())) == len(PARTS)


@pytest.mark.parametrize("client", [AsyncVoipStudio, VoipStudio])
def test_both_clients_have_every_resource(client: type[Any]) -> None:
    made = client("token", base_url="http://127.0.0.1:1")

    assert {name: type(getattr(made, name)) for name in PARTS} == PARTS


@pytest.mark.parametrize("name", ENTITIES)
def test_what_an_operation_answers_with_is_public(name: str) -> None:
    assert name in entities.__all__, f"add {name} to voipstudio_async/entities/__init__.py (import and __all__)"
    assert name in _exports.__all__, f"add {name} to voipstudio_async/_exports.py (import and __all__)"
    assert getattr(voipstudio_async, name) is getattr(entities, name)


@pytest.mark.parametrize("name", BODIES)
def test_what_an_operation_sends_is_with_the_entities(name: str) -> None:
    assert name in entities.__all__, f"add {name} to voipstudio_async/entities/__init__.py (import and __all__)"


def test_what_is_public_of_the_entities_exists_and_is_of_use() -> None:
    public = {name for name in entities.__all__ if inspect.isclass(getattr(entities, name))}
    of_use = {*ENTITIES, *BODIES, "Entity", "Extra", "Secret"}

    assert not public - of_use, f"no operation uses {sorted(public - of_use)}: take them out of entities/__init__.py"


def test_the_lists_of_public_names_are_sorted() -> None:
    for names in (entities.__all__, _exports.__all__):
        assert list(names) == sorted(names)


def test_every_operation_has_its_literal() -> None:
    missing = [
        name if resource == "me" else f"{resource}.{name}"
        for resource, cls in RESOURCES.items()
        for name in operations(cls)
        if (name if resource == "me" else f"{resource}.{name}") not in LITERALS
    ]

    assert not missing, f"add what each sends to tests/literals.py: {missing}"


def test_every_resource_and_entity_is_in_the_reference() -> None:
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    named = {f"client.{name}" for name in PARTS} | {each.__name__ for each in map(entity_of, DECLARED) if each}
    missing = sorted(name for name in named if not re.search(rf"### `{re.escape(name)}`", page))

    assert not missing, f"run python docs/make_api.py: {missing} are not in docs/api.md"


def entity_of(operation: Operation[Any, Any]) -> type[Entity] | None:
    return operation.entity
