"""What the fields of public classes mean, as editors, ``help()`` and the reference say."""

from __future__ import annotations

import enum
import inspect
import pydoc
from typing import Any

import attrs
import pytest

import voipstudio_async
from voipstudio_async import CallState, CallType, Cdr, Disposition, Entity
from voipstudio_async.entities.fields import field_specs
from voipstudio_async.entities.meanings import field_texts, own_texts, summary
from voipstudio_async.operations import operations
from voipstudio_async.resources import RESOURCES

PUBLIC = [getattr(voipstudio_async, name) for name in voipstudio_async.__all__]
ANSWERS = {each.entity for cls in RESOURCES.values() for each in operations(cls).values() if each.entity is not None}
CLASSES = {each for each in PUBLIC if isinstance(each, type) and attrs.has(each)} | ANSWERS
CHOICES: list[type[enum.Enum]] = [CallType, Disposition, CallState]


def public_fields(cls: Any) -> set[str]:
    if issubclass(cls, Entity):
        return {spec.name for spec in field_specs(cls)}
    return {field.name for field in attrs.fields(cls) if not field.name.startswith("_")}


def test_every_public_field_says_what_it_means() -> None:
    silent = {cls.__name__: missing for cls in CLASSES if (missing := public_fields(cls) - field_texts(cls).keys())}

    assert len(CLASSES) > 40
    assert silent == {}


@pytest.mark.parametrize("cls", CHOICES)
def test_every_known_value_says_what_it_means(cls: type[enum.Enum]) -> None:
    assert dict(own_texts(cls)).keys() == set(cls.__members__)


def test_the_help_of_an_entity_lists_its_fields() -> None:
    shown = pydoc.plain(pydoc.render_doc(Cdr))

    assert "A call record. One call can leave several: one for each leg." in shown
    assert "billsec: Seconds that are billed: the talk time." in shown


def test_the_summary_of_an_entity_is_its_docstring_alone() -> None:
    assert summary(Cdr) == "A call record. One call can leave several: one for each leg."
    assert (inspect.getdoc(Cdr) or "").startswith(f"{summary(Cdr)}\n\nFields:\n")
