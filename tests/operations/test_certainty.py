"""How sure we are of each operation is said once, of each, and agrees with what is published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from voipstudio_async.operations import Operation, operations
from voipstudio_async.resources import RESOURCES, certainty
from voipstudio_async.resources.certainty import CERTAINTY, Certainty

TESTS = Path(__file__).parents[1]
DECLARED: dict[str, tuple[type[Any], Operation[Any, Any]]] = {
    (name if resource == "me" else f"{resource}.{name}"): (cls, declared)
    for resource, cls in RESOURCES.items()
    for name, declared in operations(cls).items()
}
PLACES = {name: f"{declared.method} {declared.template(cls)}" for name, (cls, declared) in DECLARED.items()}


def published(file: str) -> set[str]:
    pages = json.loads((TESTS / "samples" / file).read_text(encoding="utf-8"))
    return {f"{each['method']} {each['path']}" for each in pages}


def test_it_is_said_of_every_operation_and_of_no_other() -> None:
    where = Path(certainty.__file__)
    assert sorted(DECLARED.keys() - CERTAINTY.keys()) == [], f"say in {where} who knows of these"
    assert sorted(CERTAINTY.keys() - DECLARED.keys()) == [], f"take these out of {where}: the catalogue has none"


def test_a_doubt_is_about_an_operation_that_there_is() -> None:
    assert certainty._DOUBTS.keys() <= CERTAINTY.keys()


def test_what_the_published_pages_show_is_documented() -> None:
    on_a_page = published("customer-module.json")

    assert on_a_page <= {place for name, place in PLACES.items() if CERTAINTY[name].certainty is Certainty.DOCUMENTED}


@pytest.mark.parametrize("module", ["auth", "calls", "storage"])
def test_the_kinds_of_sources_are_told_apart(module: str) -> None:
    known = {CERTAINTY[name].certainty for name, (cls, _) in DECLARED.items() if cls.__module__.endswith(module)}

    assert len(known) > 1
