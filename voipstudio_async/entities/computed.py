"""What an entity offers besides its fields: properties that are worked out from them, such as ``user.name``."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Mapping

from .fields import FieldSpec, field_specs, field_type

_SPECS: dict[type, tuple[FieldSpec, ...]] = {}


def computed_specs(cls: type) -> tuple[FieldSpec, ...]:
    """List the public properties of an entity, as if they were fields.

    :raises TypeError: a property has a type that a field cannot have
    """
    if cls not in _SPECS:
        found = inspect.getmembers_static(cls, lambda member: isinstance(member, property))
        _SPECS[cls] = tuple(_spec(name, member) for name, member in found if not name.startswith("_"))
    return _SPECS[cls]


def offered_specs(cls: type) -> Mapping[str, FieldSpec]:
    """Return what can be read of an entity, by all names that it goes by: in JSON, in Python, and of properties."""
    fields = field_specs(cls)
    computed, python = ({spec.name: spec for spec in specs} for specs in (computed_specs(cls), fields))
    return {spec.wire: spec for spec in fields} | computed | python


def _spec(name: str, member: property) -> FieldSpec:
    hints = typing.get_type_hints(member.fget, include_extras=True)
    return FieldSpec(name, name, field_type(hints["return"]), needed=False)
