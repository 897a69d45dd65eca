"""What the shell completes besides commands and resources: fields, conditions, orders and time zones."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator

import typer

from ..entities import Entity
from ..entities.computed import computed_specs
from ..entities.fields import FieldSpec, Kind, field_specs
from .changes import CREATIONS, UPDATES, plain
from .names import LISTINGS, ME, THINGS

_SIMPLE = frozenset((Kind.TEXT, Kind.INTEGER, Kind.FLOAT, Kind.MONEY, Kind.MOMENT, Kind.DAY, Kind.BOOLEAN))
"""Kinds that rows are chosen and sorted by."""
_OTHER_NAMES = {"invoices": "transactions"}
"""Commands that do not go by the name of their resource."""


def complete_fields(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete the last name of ``--fields a,b``."""
    before, comma, last = incomplete.rpartition(",")
    taken = before.split(",")
    found = (spec.wire for entity in _entity(ctx) for spec in (*field_specs(entity), *computed_specs(entity)))
    return [f"{before}{comma}{name}" for name in found if name.startswith(last) and name not in taken]


def complete_order(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete ``--order-by``: each field, upwards and downwards."""
    names = [spec.wire for spec in _simple(ctx)]
    return [each for each in (*names, *(f"-{name}" for name in names)) if each.startswith(incomplete)]


def complete_condition(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete ``--where``: a field and its operators, and behind ``=`` the values of which there are few."""
    return [each for spec in _simple(ctx) for each in _conditions(spec, incomplete) if each.startswith(incomplete)]


def complete_zone(incomplete: str) -> list[str]:
    """Complete the name of a time zone."""
    return [name for name in sorted({"UTC", *zoneinfo.available_timezones()}) if name.startswith(incomplete)]


def _conditions(spec: FieldSpec, incomplete: str) -> list[str]:
    known = ("true", "false") if spec.kinds == (Kind.BOOLEAN,) else spec.type.known
    if "=" in incomplete:
        return [f"{spec.wire}={value}" for value in known]
    # Several for each, so that no shell puts a space behind the name.
    operators = ("=", "~") if Kind.TEXT in spec.kinds else ("=", "!=") if known else ("=", "<", ">")
    return [f"{spec.wire}{operator}" for operator in operators]


def _simple(ctx: typer.Context) -> Iterator[FieldSpec]:
    return (spec for entity in _entity(ctx) for spec in field_specs(entity) if _SIMPLE.issuperset(spec.kinds))


def _entity(ctx: typer.Context) -> Iterator[type[Entity]]:
    """Find what the command is about, if that is told already."""
    if ctx.info_name == "me":
        yield ME
        return
    changed = {"create": CREATIONS, "update": UPDATES}.get(ctx.parent.info_name or "" if ctx.parent else "", {})
    if (change := changed.get(plain(ctx.info_name or ""))) is not None:
        yield change.entity
        return
    # An option without its value, which is being completed, keeps the words before it from being read.
    words = [ctx.params.get("resource"), *ctx.args[:1], ctx.parent.info_name if ctx.parent else None]
    for word in filter(None, words):
        name = _OTHER_NAMES.get(word, word.lower().replace("-", "_"))
        if (named := (THINGS if ctx.info_name == "get" else LISTINGS).get(name)) is not None:
            yield named.entity
            return
