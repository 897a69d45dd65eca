"""How the slot of one field becomes its value.

A slot holds what msgspec has made of the JSON. Its type is as narrow as what msgspec checks just as plain decoding
does; what is left to do stands in a few steps, which become part of the loop in `movers`.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import attrs
import msgspec

from ..entities.base import Entity
from ..entities.fields import FieldSpec, FieldType, Kind, WireForm
from .bounds import Unfit
from .loose import loose_reader, moment_reader
from .plain import PlainDecoder

_Moment: Any = Annotated[datetime, msgspec.Meta(tz=False)]


class _Digits(dict[str, int]):
    """Ids in digits that were seen: a few users are in most rows."""

    def __missing__(self, text: str) -> int:
        if not (text.isascii() and text.isdigit()) or (text[0] == "0" and text != "0") or len(text) > 18:
            raise Unfit
        if len(self) > 10_000:
            self.clear()
        self[text] = value = int(text)
        return value


digits = _Digits()


def money(value: Any) -> Decimal:
    """Read an untyped number: with a point it is a decimal, a whole one is made one, and texts take the plain path."""
    if type(value) is not int:
        raise Unfit
    return Decimal(value)


@attrs.frozen
class Move:
    """How the slot of one field becomes its value."""

    spec: FieldSpec
    slot: Any
    """The type that msgspec checks."""
    steps: tuple[str, ...] = ()
    """What turns ``v``, the slot's value, into the field's; nothing where it is that already."""
    fit: Callable[..., Any] | None = None
    """What the steps call ``fit``."""
    usual: Any = None
    """What the steps call ``usual``: the classes of values that are moved as they are, or what reads some of them."""
    is_loose: bool = False
    """Whether the steps take notes, see `loose`."""


_NATIVE: dict[Kind, Any] = {Kind.TEXT: str, Kind.INTEGER: int, Kind.BOOLEAN: bool}
"""Kinds that msgspec checks as strictly as plain decoding does."""
_BOXES = frozenset((Kind.ANY, Kind.LIST, Kind.OBJECT, Kind.MAPPING))
"""Kinds of values that hold others."""


def holds_others(spec: FieldSpec) -> bool:
    """Tell whether values of a field can hold others."""
    return not _BOXES.isdisjoint(spec.kinds)


def strict_move(spec: FieldSpec, plain: PlainDecoder, inside: int) -> Move:
    """Return how a field is moved whose values have the declared form.

    :param inside: how many values may be inside of one
    """
    native = _native(spec.type, inside)
    if native is not None:
        return Move(spec, native)
    match spec.kinds, spec.form:
        case (Kind.ANY,), _:
            return Move(spec, Any, ("if v is not None and v.__class__ not in simple: v = guarded(room(v, inside))",))
        case (Kind.MONEY,), _ if spec.optional:
            # Made of an untyped number, by `float_hook`: typed, msgspec would take texts as well.
            return Move(spec, Any, ("if v.__class__ is not Decimal and v is not None: v = money(v)",))
        case (Kind.INTEGER,), WireForm.DIGITS:
            return Move(spec, _or_null(str, spec), ("if v is not None: v = digits[v]",))
        case (Kind.MOMENT,), None:
            # Counting from a dawn that has the zone gives the wall clock its zone in a fifth of the time that
            # replace() takes.
            steps = ("if v is not None:", " if v.microsecond: raise Unfit", " v = zoned_dawn + (v - dawn)")
            return Move(spec, _or_null(_Moment, spec), steps)
        case _:
            read = "fit(room(v, inside))" if holds_others(spec) else "fit(v)"
            return Move(spec, Any, (f"v = {read}",), _fit(spec.type, plain))


_NOTED = "notes = notes or Notes(); v = fit(room(v, inside, 4), notes)"  # a note takes as long as four values
_READ = (" w = usual(v)", f" if w is None: {_NOTED}", " else: v = w")


def loose_move(cls: type[Entity], spec: FieldSpec, plain: PlainDecoder) -> Move:
    """Return how a field is moved that may come in any form; what is usual costs little more than elsewhere."""
    usual, steps = _usual(spec, plain)
    guard = "if v is not None:" if spec.optional else "if True:"
    return Move(spec, Any, (guard, *steps), loose_reader(cls, spec, plain), usual, is_loose=True)


def _usual(spec: FieldSpec, plain: PlainDecoder) -> tuple[Any, tuple[str, ...]]:
    match spec.kinds, spec.form:
        case (Kind.MONEY,), _:
            return None, (" if v.__class__ is int: v = money(v)", f" elif v.__class__ is not Decimal: {_NOTED}")
        case (Kind.MOMENT,), None:
            return moment_reader(plain.tz), _READ
        case (Kind.INTEGER,), WireForm.DIGITS:
            return _known_digits, _READ
        case kinds, None if all(kind in _NATIVE for kind in kinds):
            return frozenset(_NATIVE[kind] for kind in kinds), (f" if v.__class__ not in usual: {_NOTED}",)
        case _:
            return None, (f" {_NOTED}",)


def _known_digits(sent: Any) -> int | None:
    try:
        return digits[sent] if sent.__class__ is str else None
    except Unfit:
        return None


def _or_null(slot: Any, spec: FieldSpec) -> Any:
    return slot | None if spec.optional else slot


def _native(of: FieldType, inside: int) -> Any:
    """Return the type that msgspec reads as plain decoding does, if there is one."""
    if of.form is not None:
        return None
    members = [_native_list(of.items, inside) if kind is Kind.LIST else _NATIVE.get(kind) for kind in of.kinds]
    if any(each is None for each in members):
        return None
    return typing.Union[tuple([*members, None] if of.optional else members)]  # noqa: UP007 - of a list


def _native_list(items: FieldType | None, inside: int) -> Any:
    # Lists of lists are counted by `bounds.Room`: msgspec would count each for itself.
    if items is None or not all(kind in _NATIVE for kind in items.kinds):
        return None
    listed = types.GenericAlias(tuple, (_native(items, inside), ...))
    return Annotated[listed, msgspec.Meta(max_length=inside)]


def _fit(of: FieldType, plain: PlainDecoder) -> Callable[[Any], Any]:
    """Return what converts a value as plain decoding does, and refuses one whose form would have to be remembered."""
    hook, target = plain.reader(of)
    needed = not of.optional

    def fit(sent: Any) -> Any:
        if sent is None:
            if needed:
                raise Unfit
            return None
        value = hook(sent, target)
        if not of.gives_back(value, sent):
            raise Unfit
        return value

    return fit
