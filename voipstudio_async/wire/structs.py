"""Twins: the fast way from a page of JSON to entities, proven equal to the plain way.

Building a dict for each row is the expensive part of decoding. So each entity class gets a hidden twin, a
`msgspec.Struct` that the whole page is decoded into in C: the JSON, the types, and which fields are there. A loop,
generated once for each twin, then moves the slots into entities.

A twin fits rows of one *shape*: exactly these keys, the unknown ones included, each value null or of its very type.
That makes it exact: what is absent is the same for all rows, nothing unknown can slip through, and nothing needs to be
converted but what is always written in one way: the date-time ``2017-11-27 23:45:52`` and an id in digits. A row that
does not fit is read the plain way, alone; the shape of a page that was read the plain way is learned, up to a few for
each class. (One liberty: an API that writes its
date-times in another way from the first goes the plain way for good; one that changes its way gets them back with a
space, and without a fraction that is zero. The values are the same.)

Frozen entities are filled through a subclass that allows plain stores, and then take their own class: ``__init__``
would cost ten times as much, one ``object.__setattr__`` for each field. This skips attrs validators and converters, of
which entities have none. Where it cannot be done the loop calls the class instead.
"""

from __future__ import annotations

import keyword
import types
import typing
from collections.abc import Callable
from datetime import datetime, tzinfo
from decimal import Decimal
from itertools import repeat
from typing import Annotated, Any, Generic, TypeVar

import attrs
import msgspec

from ..entities.base import NO_EXTRA, Entity, Extra, FieldSpec, Origin, Secret, WireForm, field_specs
from ..entities.secrecy import guarded, hidden, is_secret

E = TypeVar("E", bound=Entity)

_CHUNK = 128
"""Rows that are moved together: few enough to stay in the processor's cache."""
_Moment: Any = Annotated[datetime, msgspec.Meta(tz=False)]
_DAWN = datetime(1970, 1, 1)  # noqa: DTZ001 - the wall clock that date-times without an offset are counted from


class Unfit(ValueError):
    """A row is not of the twin's shape."""


class _Digits(dict[str, int]):
    """Ids in digits that were seen: a few users are in most rows."""

    def __missing__(self, text: str) -> int:
        if not (text.isascii() and text.isdigit()) or (text[0] == "0" and text != "0") or len(text) > 18:
            raise Unfit
        if len(self) > 10_000:
            self.clear()
        self[text] = value = int(text)
        return value


_digits = _Digits()


def _money(value: Any) -> Decimal:
    # Numbers with a point are decimals already; whole ones arrive as integers, and texts go the plain way.
    if type(value) is not int:
        raise Unfit
    return Decimal(value)


def supports(cls: type[Entity]) -> bool:
    """Tell whether a class can have twins: secrets and times in seconds are read the plain way."""
    return all(spec.form is not WireForm.EPOCH and Secret not in _parts(spec.type) for spec in field_specs(cls))


@attrs.frozen
class Twin(Generic[E]):
    """Reads the pages, or the single rows, of one shape; raises `Unfit` for others."""

    page: Callable[[bytes], tuple[list[E], int | None]]
    one: Callable[[bytes], E]
    """From the answer about one thing."""
    slots: Callable[[Any], Any]
    """From the raw JSON of one row to the slots of the twin."""
    move: Callable[[list[Any]], list[E]]
    """From slots to entities."""


def make_twin(cls: type[E], keys: frozenset[str], tz: tzinfo) -> Twin[E]:
    """Make the twin of a class for rows with exactly these keys."""
    specs = [spec for spec in field_specs(cls) if spec.wire in keys]
    unknown = sorted(keys - {spec.wire for spec in specs})
    # Slots have names of our own: what an API calls its fields never becomes part of generated code.
    slots: list[tuple[str, Any]] = [(f"f{index}", _slot_type(spec.type)) for index, spec in enumerate(specs)]
    slots += [(f"x{index}", Any) for index in range(len(unknown))]
    wires = [spec.wire for spec in specs] + unknown
    rename = {slot: wire for (slot, _), wire in zip(slots, wires, strict=True)}
    row = msgspec.defstruct("Row", slots, rename=rename, forbid_unknown_fields=True, gc=False)
    page = msgspec.defstruct("Page", [("data", list[row]), ("total", int | None, None)], gc=False)  # type: ignore[valid-type]
    one = msgspec.defstruct("One", [("data", row)], gc=False)
    return _read_through(page, one, row, _compile(cls, specs, unknown, tz))


def _read_through(page: Any, one: Any, row: Any, movers: _Movers[E]) -> Twin[E]:
    move, move_one = movers
    read_page = msgspec.json.Decoder(page, float_hook=Decimal).decode
    read_one = msgspec.json.Decoder(one, float_hook=Decimal).decode
    read_row = msgspec.json.Decoder(row, float_hook=Decimal).decode

    def whole(body: bytes) -> tuple[list[E], int | None]:
        try:
            found: Any = read_page(body)
            rows = found.data
            if len(rows) <= _CHUNK:
                return move(rows), found.total
            chunks = (rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK))
            return [row for chunk in chunks for row in move(chunk)], found.total
        except _UNFIT:
            raise Unfit from None

    def about_one(body: bytes) -> E:
        try:
            found: Any = read_one(body)
            return move_one(found.data)
        except _UNFIT:
            raise Unfit from None

    def slots(raw: Any) -> Any:
        try:
            return read_row(raw)
        except _UNFIT:
            raise Unfit from None

    def moved(rows: list[Any]) -> list[E]:
        try:
            return move(rows)
        except _UNFIT:
            raise Unfit from None

    return Twin(whole, about_one, slots, moved)


_UNFIT = (ValueError, ArithmeticError, RecursionError, msgspec.MsgspecError)
"""What a page of another shape, or one that is no page at all, makes them raise: then the plain way decides."""


def _slot_type(annotation: Any) -> Any:
    parts = _parts(annotation)
    if annotation is Any or Decimal in parts:
        # Decimals are made of the untyped numbers, by `float_hook`: typed, msgspec would take texts as well.
        return Any
    if WireForm.DIGITS in parts:
        return str | None
    if datetime in parts:
        return _Moment | None
    kinds = [
        tuple[str, ...] if kind is tuple else kind for kind in parts if kind in (int, bool, str, tuple, type(None))
    ]
    return typing.Union[tuple(kinds)]  # noqa: UP007 - of a list


def _parts(annotation: Any) -> set[Any]:
    """List what an annotation is made of: its types, without their arguments, and its marks."""
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        marks = {mark for mark in annotation.__metadata__ if isinstance(mark, WireForm)}
        return _parts(annotation.__origin__) | marks
    if origin in (typing.Union, types.UnionType):
        return {part for member in typing.get_args(annotation) for part in _parts(member)}
    return {origin or annotation}


_Movers = tuple[Callable[[list[Any]], list[E]], Callable[[Any], E]]
"""From the slots of many rows to entities, and from those of one."""


def _compile(cls: type[E], specs: list[FieldSpec], unknown: list[str], tz: tzinfo) -> _Movers[E]:
    """Write how the slots of a twin become entities: in a loop, and for one row."""
    absent = [spec.name for spec in field_specs(cls) if spec not in specs]
    opened = open_class(cls)
    store = "o.{} = {}" if opened is not None else "o['{}'] = {}"
    fill: list[str] = []
    for index, spec in enumerate(specs):
        prepared, value = _value(f"r.f{index}", spec.type)
        fill += [*prepared, store.format(spec.name, value)]
    if opened is not None:
        fill += [f"o.{name} = None" for name in absent]
    fill += [store.format("extra", _extra(unknown)), store.format("_origin" if opened else "origin", "origin")]
    scope: dict[str, Any] = _SCOPE | {
        "cls": cls,
        "Open": opened,
        "zoned_dawn": _DAWN.replace(tzinfo=tz),
        "names": unknown,
        "origin": Origin(frozenset(absent), {}),
    }
    exec(_code(fill, opened is not None), scope)  # noqa: S102 - made of our own field names, of nothing that was received
    return scope["move"], scope["move_one"]


def _code(fill: list[str], is_open: bool) -> str:
    if is_open:
        many = ["out = list(map(new, repeat(Open, len(rows))))", "for r, o in zip(rows, out):"]
        each, one = [*fill, "o.__class__ = cls"], ["o = new(Open)", *fill, "o.__class__ = cls", "return o"]
    else:
        many = ["out = []", "for r in rows:"]
        each, one = ["o = {}", *fill, "out.append(cls(**o))"], ["o = {}", *fill, "return cls(**o)"]
    loop = [*many, *(f" {line}" for line in each), "return out"]
    return "\n".join(
        ["def move(rows):", *(f" {line}" for line in loop), "def move_one(r):", *(f" {line}" for line in one)]
    )


def _value(slot: str, annotation: Any) -> tuple[list[str], str]:
    """Write how a slot becomes a field's value: the lines before it, and the expression."""
    parts = _parts(annotation)
    take = f"v = {slot}"
    if annotation is Any:
        return [take, "if v is not None: v = guarded(v)"], "v"
    if Decimal in parts:
        return [take, "if v.__class__ is not Decimal and v is not None: v = money(v)"], "v"
    if WireForm.DIGITS in parts:
        return [take, "if v is not None: v = digits[v]"], "v"
    if datetime in parts:
        # Counting from a dawn that has the zone gives the wall clock its zone in a fifth of the time that replace()
        # takes.
        return [take, "if v is not None:", " if v.microsecond: raise Unfit", " v = zoned_dawn + (v - dawn)"], "v"
    return [], slot


def _keep(name: str, index: int) -> str:
    """Write the expression for one extra field: whether its name is that of a secret is asked once for each shape."""
    slot = f"r.x{index}"
    return f"hidden({slot})" if is_secret(name) else f"({slot} if {slot}.__class__ in simple else guarded({slot}))"


def _extra(unknown: list[str]) -> str:
    """Write the expression for the extra fields. A name stands in the code only if it is a plain identifier."""
    values = [_keep(name, index) for index, name in enumerate(unknown)]
    if not unknown:
        return "NO_EXTRA"
    if all(name.isascii() and name.isidentifier() and not keyword.iskeyword(name) for name in unknown):
        return f"Extra({', '.join(f'{name}={value}' for name, value in zip(unknown, values, strict=True))})"
    return f"Extra({{{', '.join(f'names[{index}]: {value}' for index, value in enumerate(values))}}})"


_SCOPE: dict[str, Any] = {
    "new": object.__new__,
    "repeat": repeat,
    "dawn": _DAWN,
    "simple": frozenset((str, int, bool, float, type(None))),
    "Decimal": Decimal,
    "money": _money,
    "digits": _digits,
    "guarded": guarded,
    "hidden": hidden,
    "Extra": Extra,
    "NO_EXTRA": NO_EXTRA,
    "Unfit": Unfit,
}


def open_class(cls: type[Entity]) -> type[Entity] | None:
    """Return a subclass whose instances take plain stores and can become `cls`; None where Python does not allow it."""
    plain = {"__slots__": (), "__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    opened = type(cls.__name__, (cls,), plain)
    try:
        probe: Any = object.__new__(opened)
        probe.extra = NO_EXTRA
        probe.__class__ = cls
    except (TypeError, AttributeError):
        return None
    return opened
