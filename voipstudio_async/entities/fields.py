"""The vocabulary of field types: what a field of an entity or of a body can be, said once.

`field_specs` reads the annotations of a class. Whoever asks what a field is (decoding, encoding, the OpenAPI document,
the columns of exports, the sandbox, the tests) reads its `FieldSpec`, and never the annotation. A type that is not
part of the vocabulary is refused when the class is declared, or at the latest when a resource names it.

The types of Python have no order in a union, and so the kinds of a field have one of their own: that of `Kind`.
"""

from __future__ import annotations

import enum
import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, ForwardRef, cast

import attrs

from ..unset import Unset
from .allowed import Allowed
from .jsonable import plain
from .scalars import number
from .secret import Secret

Code = str | int | bool
"""The value of an open enumeration.

The vendor's published samples print small integers where the live API sends words, and the lists of values are
not published: what is not known today passes as it is. Known values are in string enumerations such as
`CallType`, whose members compare equal to the plain value.
"""


class WireForm(enum.Enum):
    """How a field's value looks in JSON, where its Python type alone does not say."""

    EPOCH = "epoch"
    """A date-time sent as whole seconds since 1970 (live calls)."""
    DIGITS = "digits"
    """An integer sent as a string of digits."""


EpochTime = Annotated[datetime, WireForm.EPOCH]
DigitId = Annotated[int, WireForm.DIGITS]

INSIDE: Final = {"inside": True}
"""The metadata of a field that is part of an entity's own workings, and not of the record."""


class Kind(enum.Enum):
    """What a value can be; each is named as it is declared."""

    LIST = "tuple"
    OBJECT = "class"
    MAPPING = "Mapping"
    TEXT = "str"
    SECRET = "Secret"  # noqa: S105 - the name of a type
    MOMENT = "datetime"
    DAY = "date"
    INTEGER = "int"
    FLOAT = "float"
    MONEY = "Decimal"
    BOOLEAN = "bool"
    ANY = "Any"


SCALARS: Final[dict[Any, Kind]] = {
    str: Kind.TEXT,
    Secret: Kind.SECRET,
    datetime: Kind.MOMENT,
    date: Kind.DAY,
    int: Kind.INTEGER,
    float: Kind.FLOAT,
    Decimal: Kind.MONEY,
    bool: Kind.BOOLEAN,
}
"""The Python types of single values."""
_PLACES: dict[Kind, int] = {kind: place for place, kind in enumerate(Kind)}
_RIVALS = (
    ("text", frozenset((Kind.TEXT, Kind.SECRET, Kind.MOMENT, Kind.DAY))),
    ("number", frozenset((Kind.FLOAT, Kind.MONEY))),
    ("object", frozenset((Kind.OBJECT, Kind.MAPPING))),
)
"""Kinds that look the same in JSON: a field can have one of each."""
_VOCABULARY = (
    "str, int, bool, float, Decimal, datetime, date, Secret, Code, DigitId, EpochTime, an entity or body class,"
    " tuple[..., ...] of these, Mapping[str, Any], Any, and unions of them with None"
)
_HINTS: dict[Any, str] = {
    **dict.fromkeys((list, set, frozenset, Sequence), "write tuple[..., ...] for a list"),
    **dict.fromkeys((dict, Mapping), "write Mapping[str, Any] for an object of any form"),
    tuple: "a tuple is a list of any length: write tuple[..., ...]",
}


@attrs.frozen
class FieldType:
    """What the values of a field, or the items of a list, can be."""

    kinds: tuple[Kind, ...]
    """In the order of `Kind`."""
    optional: bool = False
    """Whether it can be null."""
    unset: bool = False
    """Whether it can be left out of a body with `UNSET`."""
    form: WireForm | None = None
    known: tuple[Any, ...] = ()
    """The known values of an open enumeration."""
    allowed: Allowed | None = None
    """What of its kind a value may be, where not all do."""
    items: FieldType | None = None
    """What is in a `Kind.LIST`."""
    nested: type | None = None
    """The class of a `Kind.OBJECT`."""

    @property
    def label(self) -> str:
        """The kinds in words, for messages: ``list of int or User``."""
        return " or ".join(self._label(kind) for kind in self.kinds)

    def _label(self, kind: Kind) -> str:
        if kind is Kind.LIST and self.items is not None:
            return f"list of {self.items.label}"
        if kind is Kind.OBJECT and self.nested is not None:
            return self.nested.__name__
        return kind.value

    def plain(self, value: Any) -> Any:
        """Turn a value into what JSON has."""
        if self.items is not None and isinstance(value, tuple):
            return [self.items.plain(item) for item in cast("Sequence[Any]", value)]
        if self.form is WireForm.EPOCH and isinstance(value, datetime):
            return int(value.timestamp())
        if self.form is WireForm.DIGITS and type(value) is int:
            return str(value)
        return plain(value)

    def gives_back(self, value: Any, sent: Any) -> bool:
        """Tell whether `plain` writes a value just as it was sent."""
        if value is None:
            return False
        if value is sent:
            return not (self.form is WireForm.DIGITS and type(value) is int)
        if self.kinds == _ANY or isinstance(sent, dict):
            # Kept as it came; and a nested entity gives back what it was made of.
            return True
        if self.items is not None and isinstance(sent, list):
            return all(map(self.items.gives_back, value, cast("Sequence[Any]", sent)))
        written = self.plain(value)
        was = number(sent) if type(sent) is Decimal else sent
        return type(written) is type(was) and bool(written == was)


_ANY = (Kind.ANY,)


@attrs.frozen
class FieldSpec:
    """One declared field: its name here, its name in JSON, and what its values can be."""

    name: str
    wire: str
    type: FieldType
    needed: bool
    """Whether it has no default."""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What its values can be, apart from null."""
        return self.type.kinds

    @property
    def form(self) -> WireForm | None:
        """How its values look in JSON, where the kind alone does not say."""
        return self.type.form

    @property
    def optional(self) -> bool:
        """Whether it can be null."""
        return self.type.optional


# --- from annotations ------------------------------------------------------------------------------------------


class _Unresolved(NameError):
    """An annotation is, or holds, a text that stands for a type."""


def field_type(annotation: Any) -> FieldType:
    """Read an annotation. What is not part of the vocabulary is a TypeError that says so."""
    kinds: set[Kind] = set()
    marks: list[Any] = []
    found: dict[str, Any] = {}
    for member in _members(annotation, marks):
        if member is None or member is types.NoneType:
            found["optional"] = True
        elif member is Unset or member is Unset.UNSET:
            found["unset"] = True
        else:
            kinds.add(_read_member(member, found))
    if Kind.ANY in kinds:
        kinds, found["optional"] = {Kind.ANY}, True
    if not kinds:
        raise TypeError("it can be nothing but null")
    _refuse_rivals(kinds)
    return FieldType(tuple(sorted(kinds, key=_PLACES.__getitem__)), **found, **_read_marks(marks, kinds))


_TYPES: dict[Any, FieldType] = {}


def _read_type(annotation: Any) -> FieldType:
    # A few types are those of nearly all fields, and entities are declared with every import.
    try:
        found = _TYPES.get(annotation)
    except TypeError:
        return field_type(annotation)  # a mark that has no hash
    if found is None:
        found = _TYPES[annotation] = field_type(annotation)
    return found


def _members(annotation: Any, marks: list[Any]) -> Iterator[Any]:
    if isinstance(annotation, (str, ForwardRef)):
        raise _Unresolved(f"{annotation} is not the name of a type")
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        marks += annotation.__metadata__
        yield from _members(annotation.__origin__, marks)
    elif origin is typing.Union or origin is types.UnionType:
        for member in typing.get_args(annotation):
            yield from _members(member, marks)
    else:
        yield annotation


def _read_member(member: Any, found: dict[str, Any]) -> Kind:
    if member is Any:
        return Kind.ANY
    kind = SCALARS.get(member) if isinstance(member, type) else None
    if kind is not None:
        return kind
    origin, arguments = typing.get_origin(member), typing.get_args(member)
    if origin is tuple and len(arguments) == 2 and arguments[1] is ...:
        _add(found, "items", field_type(arguments[0]), "lists")
        return Kind.LIST
    if origin is Mapping and arguments == (str, Any):
        return Kind.MAPPING
    if isinstance(member, type) and origin is None and attrs.has(member):
        _add(found, "nested", member, "classes")
        return Kind.OBJECT
    raise TypeError(_refusal(member, origin))


def _add(found: dict[str, Any], name: str, value: Any, what: str) -> None:
    if name in found:
        raise TypeError(f"it can be two {what}, and nothing says which one a value is")
    found[name] = value


def _refusal(member: Any, origin: Any) -> str:
    shown = getattr(member, "__qualname__", str(member)) if origin is None else str(member)
    family = member if origin is None else origin
    hint = _HINTS.get(family, "") if isinstance(family, type) else ""
    if isinstance(member, enum.EnumMeta):
        hint = f"write Annotated[Code, {shown}]: tomorrow's value must pass"
    return f"{shown} is not a type that a field can have{f'; {hint}' if hint else ''}. There are {_VOCABULARY}"


def _refuse_rivals(kinds: set[Kind]) -> None:
    for word, rivals in _RIVALS:
        if len(both := kinds & rivals) > 1:
            names = " and ".join(sorted(kind.value for kind in both))
            raise TypeError(f"{names} are each a {word} in JSON, and nothing says which one a value is")


def _read_marks(marks: Iterable[Any], kinds: set[Kind]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for mark in marks:
        if isinstance(mark, WireForm):
            found["form"] = mark
        elif isinstance(mark, Allowed):
            found["allowed"] = mark
        elif isinstance(mark, enum.EnumMeta):
            found["known"] = tuple(member.value for member in cast("Iterable[enum.Enum]", mark))
    form = found.get("form")
    if form is WireForm.DIGITS and (Kind.INTEGER not in kinds or Kind.TEXT in kinds):
        raise TypeError("digits are the form of an int, and no other text can stand beside them")
    if form is WireForm.EPOCH and kinds != {Kind.MOMENT}:
        raise TypeError("seconds since 1970 are the form of a datetime, and of nothing beside it")
    return found


def wire_name(name: str) -> str:
    """Return a field's name in JSON: a trailing underscore only keeps a Python keyword out of the way."""
    return name.rstrip("_")


_SPECS: dict[type, tuple[FieldSpec, ...]] = {}


def field_specs(cls: type) -> tuple[FieldSpec, ...]:
    """List the declared fields of an entity or a body class, in the order of their declaration; the id first.

    :raises TypeError: a field has a type that is not part of the vocabulary
    """
    specs = _SPECS.get(cls)
    if specs is None:
        try:
            specs = _read(cls)
        except _Unresolved:
            attrs.resolve_types(cls, include_extras=True)
            specs = _read(cls)
        _SPECS[cls] = specs
    return specs


def _read(cls: type) -> tuple[FieldSpec, ...]:
    specs = [_spec(cls, field) for field in attrs.fields(cls) if not field.metadata.get("inside")]
    wires = [spec.wire for spec in specs]
    if len(set(wires)) != len(wires):
        twice = next(wire for wire in wires if wires.count(wire) > 1)
        raise TypeError(f"{cls.__name__} has two fields that are called {twice!r} in JSON")
    # The id first, whichever class of the line declares it: that is how the API prints a record.
    return tuple(sorted(specs, key=lambda spec: spec.name != "id"))


def _spec(cls: type, field: attrs.Attribute[Any]) -> FieldSpec:
    try:
        if field.type is None:
            raise TypeError("it has no annotation")
        return FieldSpec(
            field.name, wire_name(field.name), _read_type(field.type), needed=field.default is attrs.NOTHING
        )
    except TypeError as error:
        raise TypeError(f"{cls.__name__}.{field.name}: {error}") from None


def check_declaration(cls: type) -> None:
    """Refuse a class with a field, its own or a nested one's, that is not part of the vocabulary.

    :raises TypeError: names the class, the field, and what can be written instead
    """
    try:
        _check(cls)
    except NameError as error:
        raise TypeError(f"{cls.__name__} has a field of a type that is not known: {error}") from None


def check_when_declared(cls: type) -> None:
    """Do the same while a class is made: names that do not exist yet are resolved when it is used."""
    try:
        _check(cls)
    except NameError:
        return


def _check(cls: type) -> None:
    seen: set[type] = set()
    waiting = [cls]
    while waiting:
        each = waiting.pop()
        seen.add(each)
        for inner in nested_classes(each):
            if hasattr(each, "to_dict") and not hasattr(inner, "to_dict"):
                raise TypeError(f"{each.__name__} is an entity, and cannot hold {inner.__name__}, which is none")
            if inner not in seen:
                waiting.append(inner)


def nested_classes(cls: type) -> Iterator[type]:
    """List the classes that the fields of a class name."""
    for spec in field_specs(cls):
        of: FieldType | None = spec.type
        while of is not None:
            if of.nested is not None:
                yield of.nested
            of = of.items
