"""The tables of the sandbox, read off the declarations: one for each entity that an operation answers with.

A row is its id, the id of its owner (the user whose collection it is in, if any) and its JSON text, which is served as
it stands. Fields are looked up inside of that text, so nothing has to be kept in step, and a database file outlives a
change of the entity classes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from ..entities.base import Entity
from ..entities.fields import FieldSpec, Kind, WireForm, field_specs
from ..operations import Operation, Resource, join, operations

_INDEXED = "user_id"


@attrs.frozen
class Table:
    """Where the rows of one entity are kept."""

    name: str
    entity: type[Entity]

    @property
    def fields(self) -> dict[str, FieldSpec]:
        """The declared fields by their names in JSON: what can be filtered and sorted by."""
        return {spec.wire: spec for spec in field_specs(self.entity)}

    def column(self, wire: str) -> str:
        """Return the SQL expression for a declared field."""
        if wire not in self.fields:
            raise KeyError(wire)
        return "id" if wire == "id" else f"json_extract(doc, '$.{wire}')"

    def schema(self) -> str:
        """Return the statement that makes the table."""
        columns = "id INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER, doc TEXT NOT NULL"
        return f'CREATE TABLE IF NOT EXISTS "{self.name}" ({columns})'

    def indexes(self) -> list[str]:
        """Return the statements that make its indexes: the owner, the moments, the user."""
        names = [wire for wire, spec in self.fields.items() if wire == _INDEXED or is_moment(spec)]
        columns = {"owner": "owner"} | {wire: self.column(wire) for wire in names}
        return [
            f'CREATE INDEX IF NOT EXISTS "{self.name}_{name}" ON "{self.name}" ({column})'
            for name, column in columns.items()
        ]


def tables(resources: Iterable[type[Resource[Any]]]) -> dict[type[Entity], Table]:
    """Make a table for every entity in the declarations, named after the path that it is first found at."""
    found: dict[type[Entity], Table] = {}
    for resource in resources:
        for operation in operations(resource).values():
            if operation.entity is not None and operation.entity not in found:
                found[operation.entity] = Table(_name(resource, operation), operation.entity)
    names = [table.name for table in found.values()]
    if len(set(names)) != len(names):
        raise TypeError(f"two entities share a path: {sorted(names)}")
    return found


def _name(resource: type[Resource[Any]], operation: Operation[Any, Any]) -> str:
    """Name a table by its path; what belongs to one thing goes by its last word, wherever else it can be listed."""
    if operation.key is None:
        return join(resource._path, operation.suffix)[1:]
    return operation.suffix or resource._path


def main_entity(resource: type[Resource[Any]]) -> type[Entity] | None:
    """Return the entity that a resource is about: what is at its own path."""
    own = (each.entity for each in operations(resource).values() if not each.suffix and each.entity)
    return resource._about or next(own, None)


def is_moment(spec: FieldSpec) -> bool:
    """Tell whether a field is a date-time in its text form."""
    return Kind.MOMENT in spec.kinds and spec.form is not WireForm.EPOCH
