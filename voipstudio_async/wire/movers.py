"""The generated loop that moves the slots of structs into entities; see `structs` for what it is a part of.

*Why code is generated.* The loop knows the number of each slot and the name of each field, and does nothing else. Names
that were received never become part of it: they are known by their position.

*Why entities are filled from behind.* They are frozen: ``__init__`` would cost ten times as much, one
``object.__setattr__`` for each field. So an object of a subclass that allows plain stores is filled, and then takes
its own class. This skips attrs validators and converters, of which entities have none. Where it cannot be done the
loop calls the class instead.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable
from datetime import datetime, tzinfo
from decimal import Decimal
from itertools import repeat, starmap
from typing import Any, TypeVar, cast

from ..entities.base import NO_EXTRA, Entity, Extra, Origin
from ..entities.fields import field_specs
from ..entities.secrecy import guarded, hidden, is_secret
from .bounds import Unfit
from .loose import Notes
from .slots import Move, digits, money

E = TypeVar("E", bound=Entity)

Room = Callable[..., Any]
"""Returns a value that does not hold more others than it may, see `bounds.Room.take`."""
Movers = tuple[Callable[[list[Any], Room], list[E]], Callable[[Any, Room], E]]
"""From the slots of many rows to entities, and from those of one."""

_DAWN = datetime(1970, 1, 1)  # noqa: DTZ001 - the wall clock that date-times without an offset are counted from


def make_movers(cls: type[E], moves: list[Move], unknown: list[str], tz: tzinfo, inside: int) -> Movers[E]:
    """Write how the slots of a struct become entities: in a loop, and for one row.

    :param unknown: the names of the fields that the class does not have, in the order of their slots
    :param inside: how many values may be inside of one
    """
    known = {move.spec.name for move in moves}
    absent = [spec.name for spec in field_specs(cls) if spec.name not in known]
    opened = open_class(cls)
    fill = _fill(moves, unknown, absent, is_open=opened is not None)
    scope: dict[str, Any] = _SCOPE | {
        "cls": cls,
        "Open": opened,
        "zoned_dawn": _DAWN.replace(tzinfo=tz),
        "origin": Origin(frozenset(absent), {}),
        "inside": inside,
    }
    scope |= {f"fit{index}": move.fit for index, move in enumerate(moves)}
    scope |= {f"usual{index}": move.usual for index, move in enumerate(moves)}
    exec(_code(fill, opened is not None), scope)  # noqa: S102 - made of our own field names, of nothing that was received
    return _with_names(scope["move"], unknown), _with_names(scope["move_one"], unknown)


def _fill(moves: list[Move], unknown: list[str], absent: list[str], *, is_open: bool) -> list[str]:
    """Write what fills the object ``o``, or the dict where there is no open class, from the struct ``r``."""
    store = "o.{} = {}" if is_open else "o['{}'] = {}"
    fill: list[str] = []
    for index, move in enumerate(moves):
        fill += _steps(index, move)
        fill.append(store.format(move.spec.name, "v" if move.steps else f"r.f{index}"))
    if is_open:
        fill += [f"o.{name} = None" for name in absent]
    fill += [store.format("extra", _extra(unknown)), store.format("_origin" if is_open else "origin", "origin")]
    if any(move.is_loose for move in moves):
        place = "o.extra, o._origin" if is_open else "o['extra'], o['origin']"
        fill = ["notes = None", *fill, f"if notes is not None: {place} = notes.added_to({place})"]
    return fill


def _with_names(function: types.FunctionType, names: list[str]) -> Any:
    """Put the names of extra fields where the compiled code has ``n0``, ``n1``...: as data, they are never parsed."""
    named = {f"n{index}": name for index, name in enumerate(names)}
    constants = tuple(_renamed(each, named) for each in function.__code__.co_consts)
    return types.FunctionType(function.__code__.replace(co_consts=constants), function.__globals__)


def _renamed(constant: Any, named: dict[str, str]) -> Any:
    """Rename what the compiler made of the names of keywords: a tuple of them, several if there are many, a text."""
    if isinstance(constant, tuple):
        return tuple(_renamed(each, named) for each in typing.cast("Any", constant))
    return named.get(constant, constant) if isinstance(constant, str) else constant


def _steps(index: int, move: Move) -> list[str]:
    steps = [re.sub(r"\b(fit|usual)\b", rf"\g<1>{index}", step) for step in move.steps]
    return [f"v = r.f{index}", *steps] if steps else []


def _code(fill: list[str], is_open: bool) -> str:
    if is_open:
        # All objects are made before one is filled, and by C alone: a third faster than one by one.
        many = ["out = list(starmap(Open, repeat((), len(rows))))", "for r, o in zip(rows, out):"]
        each, one = [*fill, "o.__class__ = cls"], ["o = Open()", *fill, "o.__class__ = cls", "return o"]
    else:
        many = ["out = []", "for r in rows:"]
        each, one = ["o = {}", *fill, "out.append(cls(**o))"], ["o = {}", *fill, "return cls(**o)"]
    loop = [*many, *(f" {line}" for line in each), "return out"]
    heads = ("def move(rows, room):", "def move_one(r, room):")
    return "\n".join([heads[0], *(f" {line}" for line in loop), heads[1], *(f" {line}" for line in one)])


def _keep(name: str, index: int) -> str:
    """Write the expression for one extra field: whether its name is that of a secret is asked once for each shape."""
    if is_secret(name):
        return f"hidden(room(r.x{index}, inside))"
    return f"(x if (x := r.x{index}).__class__ in simple else guarded(room(x, inside)))"


def _extra(unknown: list[str]) -> str:
    """Write the expression for the extra fields. Their names stand in it by their position: see `_with_names`."""
    if not unknown:
        return "NO_EXTRA"
    values = [_keep(name, index) for index, name in enumerate(unknown)]
    return f"Extra({', '.join(f'n{index}={value}' for index, value in enumerate(values))})"


_SCOPE: dict[str, Any] = {
    "starmap": starmap,
    "repeat": repeat,
    "dawn": _DAWN,
    "simple": frozenset((str, int, bool, float, type(None))),
    "Decimal": Decimal,
    "money": money,
    "digits": digits,
    "guarded": guarded,
    "hidden": hidden,
    "Extra": Extra,
    "NO_EXTRA": NO_EXTRA,
    "Unfit": Unfit,
    "Notes": Notes,
}


def open_class(cls: type[E]) -> type[E] | None:
    """Return a subclass whose instances are made empty, take plain stores and can become `cls`.

    None where Python does not allow it.
    """
    plain = {"__init__": object.__init__, "__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    opened = cast("type[E]", type(cls.__name__, (cls,), {"__slots__": ()} | plain))
    try:
        probe: Any = opened()
        probe.extra = NO_EXTRA
        probe.__class__ = cls
    except (TypeError, AttributeError):
        return None
    return opened
