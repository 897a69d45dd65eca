"""``include=users&fields[users]=id,first_name``: the things themselves where otherwise their ids stand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from ..entities.base import Entity
from ..operations import Parameter
from .refusals import invalid, not_valid, wrong
from .store import Row, Store
from .tables import Table
from .texts import text


def columns_of(relation: str) -> str:
    """Name the parameter that says which fields of a relation are shown."""
    return f"fields[{relation}]"


def names(parameters: Iterable[Parameter]) -> Iterable[str]:
    """Name all that a request may say by these parameters."""
    for each in parameters:
        yield each.name
        if each.relation is not None:
            yield from map(columns_of, each.values)


def with_related(
    store: Store,
    tables: Mapping[type[Entity], Table],
    parameters: Iterable[Parameter],
    query: Mapping[str, str],
    doc: bytes,
) -> bytes:
    """Put objects in the place of their ids, where a request asks for a relation."""
    for each in parameters:
        if each.relation is None:
            continue
        name = query.get(each.name)
        _check(each, name, query)
        if name is not None:
            row, table = json.loads(doc), tables[each.relation].name
            shown = query.get(columns_of(name))
            row[name] = [_cut(store.row(table, id), shown) or id for id in row.get(name) or ()]
            doc = text(row).encode()
    return doc


def _check(parameter: Parameter, name: str | None, query: Mapping[str, str]) -> None:
    if name is not None and name not in parameter.values:
        raise invalid(not_valid(parameter.name, f"must be one of {', '.join(parameter.values)}"))
    if lone := [columns_of(value) for value in parameter.values if value != name and columns_of(value) in query]:
        raise invalid(*(wrong(each, "is not included") for each in lone))


def _cut(row: Row | None, shown: str | None) -> Row | None:
    if row is None or shown is None:
        return row
    return {name: row[name] for name in shown.split(",") if name in row}
