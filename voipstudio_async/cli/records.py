"""Entities as plain records: what the formats write and the tables show. Here secrets are masked, before all else."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

import msgspec

from .. import texts
from ..entities import Entity
from ..entities.computed import offered_specs
from ..entities.fields import field_specs
from ..entities.secrecy import masked
from ..entities.zones import seen_in
from ..errors import ConfigurationError
from ..texts import Money
from ..wire.redaction import conceal_in
from .names import hint

Record = dict[str, Any]

_TUPLE: Any = tuple
_MISSPELT = 0.8
"""Names that are at least so close are one name and a slip."""


def record(entity: Entity, tz: tzinfo, known: Collection[str] = (), wanted: Collection[str] | None = None) -> Record:
    """Return an entity as a record: all declared fields in their order, then what the SDK does not know.

    What is `wanted` and neither of these may be another name of a field, or worked out from fields: ``name`` of a user.

    Date-times carry the offset of `tz`, money keeps all its digits, secrets are masked: what is named like
    one, and, under any name, those that are `known`.
    """
    found: Record = {spec.wire: _plain(getattr(entity, spec.name), tz) for spec in field_specs(type(entity))}
    found.update(entity.extra)
    if missing := [name for name in wanted or () if name not in found]:
        offered = offered_specs(type(entity))
        found.update({name: _plain(getattr(entity, offered[name].name), tz) for name in missing if name in offered})
    shown: Record = conceal_in({name: masked(value, name) for name, value in found.items()}, known)
    return shown


def names(entity: type[Entity]) -> list[str]:
    """List the declared fields of an entity."""
    return [spec.wire for spec in field_specs(entity)]


def chosen_of(entity: type[Entity], fields: str | None) -> list[str] | None:
    """Read ``--fields a,b``; None when all are wanted.

    A name that is not declared may be one that the SDK does not know, and passes, unless it is nearly a declared one.

    :raises ConfigurationError: a name is misspelt
    """
    wanted = list(dict.fromkeys(name.strip() for name in (fields or "").split(",") if name.strip()))
    offered = offered_specs(entity)
    for name in wanted:
        near = hint(name, offered, closeness=_MISSPELT)
        if near and name not in offered:
            raise ConfigurationError(f"--fields: there is no field {name!r}{near}")
    return wanted or None


def declared_of(entity: type[Entity], fields: str | None) -> list[str] | None:
    """Read ``--fields a,b`` where every field is to be one that the SDK knows; None when all are wanted.

    :raises ConfigurationError: a name is none of the fields
    """
    wanted = chosen_of(entity, fields)
    offered = offered_specs(entity)
    for name in wanted or ():
        if name not in offered:
            raise ConfigurationError(f"--fields: there is no field {name!r}; there are {', '.join(offered)}")
    return wanted


def pick(found: Mapping[str, Any], fields: Sequence[str] | None) -> Record:
    """Return the wanted fields of a record; one that it does not have is None."""
    return dict(found) if fields is None else {name: found.get(name) for name in fields}


def to_json(value: Any, *, indent: int | None = None, money: Money = "text") -> str:
    """Write a value as JSON: money as a text or a number, with all its digits; date-times with their offset.

    What could steer a terminal is escaped, which says the same.
    """
    text = texts.to_json(value, money)
    return texts.visible((text if indent is None else msgspec.json.format(text, indent=indent)).decode())


def _plain(value: Any, tz: tzinfo) -> Any:
    if isinstance(value, datetime):
        return seen_in(value, tz) if value.tzinfo is not None else value
    if isinstance(value, Entity):
        return record(value, tz)
    if isinstance(value, _TUPLE):
        return [_plain(item, tz) for item in value]
    return value


def is_number(value: Any) -> bool:
    """Whether a value is set flush right."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
