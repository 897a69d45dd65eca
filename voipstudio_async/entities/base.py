"""What every entity has, and the vocabulary that its fields are declared with.

An entity is data and nothing else: a frozen attrs class with slots. Every field but ``id`` may be missing in
an answer, or null; both read as None. What the SDK does not know, or what does not fit its declared type,
is kept in `Entity.extra`. `Entity.to_dict` gives back what the API sent.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final, NoReturn, cast

import attrs

from .scalars import number
from .secrecy import masked, revealed
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


class Extra(dict[str, Any]):
    """A read-only dict: an entity is a value, and so is what it carries along."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(masked(self))

    def _refuse(self: object, *_args: object, **_kwargs: object) -> NoReturn:
        raise TypeError("an entity cannot be changed; its extra fields are read-only")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return Extra, (dict(self),)


NO_EXTRA: Final = Extra()
"""Shared by all entities without extra fields: it cannot be changed, and saves a dict each."""


@attrs.frozen
class Origin:
    """What `Entity.to_dict` needs in order to give back exactly what was received."""

    absent: frozenset[str]
    """The known fields that the record did not have."""
    originals: Mapping[str, tuple[Any, Any]]
    """For values that were converted: the field's name to (the value here, the value as it was sent)."""


_MAY_HIDE = frozenset((Secret, dict, list))
"""Types of values that are a secret, or hold some."""


@attrs.frozen(kw_only=True, repr=False)
class Entity:
    """The base of all entities."""

    extra: Mapping[str, Any] = attrs.field(default=NO_EXTRA, hash=False)
    """Fields that the SDK does not know, and values that did not fit their declared type, under their wire names."""
    _origin: Origin | None = attrs.field(default=None, alias="origin", eq=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the record as the API sent it: its names, its formats, its nulls.

        An entity that was made by hand gives the fields that are not None. Secrets are in the clear.
        """
        record: dict[str, Any] = {}
        origin = self._origin
        for spec in field_specs(type(self)):
            value = getattr(self, spec.name)
            if origin is None:
                if value is not None:
                    record[spec.wire] = spec.plain(value)
                continue
            original = origin.originals.get(spec.name)
            if original is not None and type(original[0]) is type(value) and original[0] == value:
                record[spec.wire] = original[1]
            elif value is not None or not (spec.name in origin.absent or spec.wire in self.extra):
                record[spec.wire] = spec.plain(value)
        # A field that has a value now stands above the misfit that was kept in its place.
        record |= {name: value for name, value in self.extra.items() if name not in record}
        return {name: revealed(value) if type(value) in _MAY_HIDE else value for name, value in record.items()}

    def __repr__(self) -> str:
        shown = [f"{name}={value!r}" for name, value in self.__rich_repr__()]
        return f"{type(self).__name__}({', '.join(shown)})"

    def __rich_repr__(self) -> Iterator[tuple[str, Any]]:
        for spec in field_specs(type(self)):
            value = getattr(self, spec.name)
            if value is not None:
                yield spec.name, masked(value) if type(value) in _MAY_HIDE else value
        if self.extra:
            yield "extra", masked(self.extra)


@attrs.frozen
class FieldSpec:
    """One declared field: its name here, its name in JSON, its declared type and its wire form."""

    name: str
    wire: str
    type: Any
    form: WireForm | None

    def plain(self, value: Any) -> Any:
        """Turn a value of this field into what JSON has."""
        if self.form is WireForm.EPOCH:
            return int(value.timestamp()) if value is not None else None
        if self.form is WireForm.DIGITS:
            return str(value) if value is not None else None
        return plain(value)


def plain(value: Any) -> Any:
    """Turn any value that an entity may hold into what JSON has."""
    if isinstance(value, datetime):
        # The API's date-times have no offset: the wall clock of the zone that they were read in.
        return value.replace(tzinfo=None).isoformat(" ")
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, tuple):
        return [plain(item) for item in cast("Sequence[Any]", value)]
    if isinstance(value, Decimal):
        # A whole number was sent without a point, and is given back so.
        return int(value) if value.as_tuple().exponent == 0 else number(value)
    return value


def wire_name(name: str) -> str:
    """Return a field's name in JSON: a trailing underscore only keeps a Python keyword out of the way."""
    return name.rstrip("_")


_SPECS: dict[type, tuple[FieldSpec, ...]] = {}


def field_specs(cls: type) -> tuple[FieldSpec, ...]:
    """List the declared fields of an entity or a body class, in the order of their declaration."""
    specs = _SPECS.get(cls)
    if specs is None:
        attrs.resolve_types(cls, include_extras=True)
        specs = tuple(
            FieldSpec(field.name, wire_name(field.name), field.type, _form_of(field.type))
            for field in attrs.fields(cls)
            if field.name not in ("extra", "_origin")
        )
        # The id first, whichever class of the line declares it: that is how the API prints a record.
        specs = tuple(sorted(specs, key=lambda spec: spec.name != "id"))
        _SPECS[cls] = specs
    return specs


def _form_of(annotation: Any) -> WireForm | None:
    for part in (annotation, *getattr(annotation, "__args__", ())):
        for mark in getattr(part, "__metadata__", ()):
            if isinstance(mark, WireForm):
                return mark
    return None


__all__ = (
    "NO_EXTRA",
    "Code",
    "DigitId",
    "Entity",
    "EpochTime",
    "Extra",
    "FieldSpec",
    "Origin",
    "Secret",
    "WireForm",
    "field_specs",
    "plain",
    "wire_name",
)
