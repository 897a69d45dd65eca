"""The fast way from a page of JSON to entities, proven equal to the plain way.

*The idea.* Building a dict for each row is the expensive part of decoding. So each entity class gets hidden classes,
`msgspec.Struct`, that a whole page is decoded into in C: the JSON, the types, and which fields are there. A loop,
generated once for each of them, then moves the slots of these structs into entities. A `StructDecoder` is the struct
and the loop.

*Why a struct, and not the entity.* msgspec drops what a class does not know, and writes into attrs classes slowly. A
struct that forbids unknown fields says at once that a row has another *shape*, and costs next to nothing to make.

*Why both ways give the same.* A struct decoder reads rows of one shape only: exactly these keys, the unknown ones
included, each value null or of its very type. So what is absent is the same for all its rows, and nothing unknown can
slip through. A slot is moved in one of two ways. Either its value needs no conversion, or one that can be undone: the
date-time ``2017-11-27 23:45:52``, an id in digits, a decimal. Or it goes through the very hook that plain decoding has
for the field (`PlainDecoder.reader`): nested entities, lists of them, floats, secrets; and counts only if the value
gives back what was sent, so that nothing has to be remembered about it. (One liberty: an API that writes its
date-times in another way from the first gets them back so; one that changes its way later gets them back with
a space, and without a fraction that is zero. The values are the same.)

*What makes it fall back.* Anything else is `Unfit`: a value of another type, one that is converted with a loss of form
(``"5"`` for 5), a misfit, another set of keys, broken JSON. The row is then read the plain way, alone; see `readers`
for how shapes are learned and given up. A field in which that happens becomes *loose*: the next struct takes anything
there, and `loose` reads it as plain decoding does. So a zero date, or a number as a text, is met the slow way once.

*Why slots are moved by generated code.* The loop knows the number of each slot and the name of each field, and does
nothing else. Names that were received never become part of it: they are known by their position.

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
from itertools import repeat
from typing import Annotated, Any, Generic, TypeVar

import attrs
import msgspec

from ..entities.base import NO_EXTRA, Entity, Extra, Origin
from ..entities.fields import FieldSpec, FieldType, Kind, WireForm, field_specs
from ..entities.scalars import bounded
from ..entities.secrecy import guarded, hidden, is_secret
from ..errors import PaginationError
from .loose import Notes, Unfit, loose_reader, moment_reader
from .plain import PlainDecoder

E = TypeVar("E", bound=Entity)

_CHUNK = 128
"""Rows that are moved together: few enough to stay in the processor's cache."""
_Moment: Any = Annotated[datetime, msgspec.Meta(tz=False)]
_DAWN = datetime(1970, 1, 1)  # noqa: DTZ001 - the wall clock that date-times without an offset are counted from


LARGEST_PAGE = 5000
"""Rows on the largest page that the API has. Fewer may have been asked for: some listings know no pages."""


def too_many_rows() -> PaginationError:
    """Say that a page has more rows than any, and is not read."""
    return PaginationError(
        f"more than {LARGEST_PAGE} rows came at once, which is the API's largest page; they were not read"
    )


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


@attrs.frozen
class StructDecoder(Generic[E]):
    """Reads the pages, or the single rows, of one shape; raises `Unfit` for others."""

    page: Callable[[bytes], tuple[list[E], int | None]]
    one: Callable[[bytes], E]
    """From the answer about one thing."""
    slots: Callable[[Any], Any]
    """From the raw JSON of one row to the slots of the struct."""
    move: Callable[[list[Any]], list[E]]
    """From slots to entities."""
    loose: frozenset[str]
    """The names of the fields that may come in other forms than the declared one."""


def make_decoder(
    cls: type[E], keys: frozenset[str], plain: PlainDecoder, loose: frozenset[str] = frozenset()
) -> StructDecoder[E]:
    """Make the decoder of a class for rows with exactly these keys.

    :param loose: the names of the fields that were seen in other forms than the declared one, see `loose`
    :raises ValueError: a key cannot be a field of a struct
    """
    moves = [
        _loose_move(cls, spec, plain) if spec.name in loose else _move(spec, plain)
        for spec in field_specs(cls)
        if spec.wire in keys
    ]
    unknown = sorted(keys - {move.spec.wire for move in moves})
    # Slots have names of our own: what an API calls its fields never becomes part of generated code.
    slots: list[tuple[str, Any]] = [(f"f{index}", move.slot) for index, move in enumerate(moves)]
    slots += [(f"x{index}", Any) for index in range(len(unknown))]
    wires = [move.spec.wire for move in moves] + unknown
    rename = {slot: wire for (slot, _), wire in zip(slots, wires, strict=True)}
    row = msgspec.defstruct("Row", slots, rename=rename, forbid_unknown_fields=True, gc=False)
    page = msgspec.defstruct("Page", [("data", list[row]), ("total", int | None, None)], gc=False)  # type: ignore[valid-type]
    one = msgspec.defstruct("One", [("data", row)], gc=False)
    return _read_through(page, one, row, _compile(cls, moves, unknown, plain.tz), loose)


def _read_through(page: Any, one: Any, row: Any, movers: _Movers[E], loose: frozenset[str]) -> StructDecoder[E]:
    move, move_one = movers
    read_page = msgspec.json.Decoder(page, float_hook=bounded).decode
    read_one = msgspec.json.Decoder(one, float_hook=bounded).decode
    read_row = msgspec.json.Decoder(row, float_hook=bounded).decode

    def whole(body: bytes) -> tuple[list[E], int | None]:
        try:
            found: Any = read_page(body)
            rows = found.data
            if len(rows) > LARGEST_PAGE:
                raise too_many_rows()
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

    return StructDecoder(whole, about_one, slots, moved, loose)


_UNFIT = (ValueError, ArithmeticError, RecursionError, msgspec.MsgspecError)
"""What a page of another shape, or one that is no page at all, makes them raise: then the plain way decides."""


@attrs.frozen
class _Move:
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


def _move(spec: FieldSpec, plain: PlainDecoder) -> _Move:
    native = _native(spec.type)
    if native is not None:
        return _Move(spec, native)
    match spec.kinds, spec.form:
        case (Kind.ANY,), _:
            return _Move(spec, Any, ("if v is not None: v = guarded(v)",))
        case (Kind.MONEY,), _ if spec.optional:
            # Made of an untyped number, by `float_hook`: typed, msgspec would take texts as well.
            return _Move(spec, Any, ("if v.__class__ is not Decimal and v is not None: v = money(v)",))
        case (Kind.INTEGER,), WireForm.DIGITS:
            return _Move(spec, _or_null(str, spec), ("if v is not None: v = digits[v]",))
        case (Kind.MOMENT,), None:
            # Counting from a dawn that has the zone gives the wall clock its zone in a fifth of the time that
            # replace() takes.
            steps = ("if v is not None:", " if v.microsecond: raise Unfit", " v = zoned_dawn + (v - dawn)")
            return _Move(spec, _or_null(_Moment, spec), steps)
        case _:
            return _Move(spec, Any, ("v = fit(v)",), _fit(spec.type, plain))


_NOTED = "notes = notes or Notes(); v = fit(v, notes)"
_READ = (" w = usual(v)", f" if w is None: {_NOTED}", " else: v = w")


def _loose_move(cls: type[Entity], spec: FieldSpec, plain: PlainDecoder) -> _Move:
    """Return how a field is moved that may come in any form; what is usual costs little more than elsewhere."""
    usual, steps = _usual(spec, plain)
    guard = "if v is not None:" if spec.optional else "if True:"
    return _Move(spec, Any, (guard, *steps), loose_reader(cls, spec, plain), usual, is_loose=True)


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
        return _digits[sent] if sent.__class__ is str else None
    except Unfit:
        return None


def _or_null(slot: Any, spec: FieldSpec) -> Any:
    return slot | None if spec.optional else slot


def _native(of: FieldType) -> Any:
    """Return the type that msgspec reads as plain decoding does, if there is one."""
    if of.form is not None:
        return None
    members = [_native_list(of) if kind is Kind.LIST else _NATIVE.get(kind) for kind in of.kinds]
    if any(each is None for each in members):
        return None
    return typing.Union[tuple([*members, None] if of.optional else members)]  # noqa: UP007 - of a list


def _native_list(of: FieldType) -> Any:
    inner: Any = None if of.items is None else _native(of.items)
    return None if inner is None else types.GenericAlias(tuple, (inner, ...))


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


_Movers = tuple[Callable[[list[Any]], list[E]], Callable[[Any], E]]
"""From the slots of many rows to entities, and from those of one."""


def _compile(cls: type[E], moves: list[_Move], unknown: list[str], tz: tzinfo) -> _Movers[E]:
    """Write how the slots of a struct become entities: in a loop, and for one row."""
    known = {move.spec.name for move in moves}
    absent = [spec.name for spec in field_specs(cls) if spec.name not in known]
    opened = open_class(cls)
    store = "o.{} = {}" if opened is not None else "o['{}'] = {}"
    fill: list[str] = []
    for index, move in enumerate(moves):
        fill += _steps(index, move)
        fill.append(store.format(move.spec.name, "v" if move.steps else f"r.f{index}"))
    if opened is not None:
        fill += [f"o.{name} = None" for name in absent]
    fill += [store.format("extra", _extra(unknown)), store.format("_origin" if opened else "origin", "origin")]
    if any(move.is_loose for move in moves):
        place = "o.extra, o._origin" if opened is not None else "o['extra'], o['origin']"
        fill = ["notes = None", *fill, f"if notes is not None: {place} = notes.added_to({place})"]
    scope: dict[str, Any] = _SCOPE | {
        "cls": cls,
        "Open": opened,
        "zoned_dawn": _DAWN.replace(tzinfo=tz),
        "origin": Origin(frozenset(absent), {}),
    }
    scope |= {f"fit{index}": move.fit for index, move in enumerate(moves)}
    scope |= {f"usual{index}": move.usual for index, move in enumerate(moves)}
    exec(_code(fill, opened is not None), scope)  # noqa: S102 - made of our own field names, of nothing that was received
    return _with_names(scope["move"], unknown), _with_names(scope["move_one"], unknown)


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


def _steps(index: int, move: _Move) -> list[str]:
    steps = [re.sub(r"\b(fit|usual)\b", rf"\g<1>{index}", step) for step in move.steps]
    return [f"v = r.f{index}", *steps] if steps else []


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


def _keep(name: str, index: int) -> str:
    """Write the expression for one extra field: whether its name is that of a secret is asked once for each shape."""
    if is_secret(name):
        return f"hidden(r.x{index})"
    return f"(x if (x := r.x{index}).__class__ in simple else guarded(x))"


def _extra(unknown: list[str]) -> str:
    """Write the expression for the extra fields. Their names stand in it by their position: see `_with_names`."""
    if not unknown:
        return "NO_EXTRA"
    values = [_keep(name, index) for index, name in enumerate(unknown)]
    return f"Extra({', '.join(f'n{index}={value}' for index, value in enumerate(values))})"


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
    "Notes": Notes,
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
