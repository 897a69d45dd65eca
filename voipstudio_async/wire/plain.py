"""Plain decoding: from a parsed answer to entities, field by field, with the hooks of a cattrs converter.

A hook takes a value as the JSON parser gives it, and returns it in the declared type or raises `Misfit`. The hooks of
scalars, and of entities, are the converter's own: `Codec.converter` takes others as any converter does. Those of lists
and of fields with several kinds are made of them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import attrs

from ..entities import scalars
from ..entities.base import NO_EXTRA, Entity, Extra, Origin
from ..entities.fields import SCALARS, FieldSpec, FieldType, Kind, WireForm, field_specs
from ..entities.scalars import Misfit, Missing, is_list, is_object, joined
from ..entities.secrecy import guarded, hidden, kept
from ..entities.secret import Secret
from ..errors import DecodeError
from .odd import OTHER_MARK, difference
from .parsing import FAULTS, Parsed, check_values, decode, enclosed, read

if TYPE_CHECKING:
    import cattrs

logger = logging.getLogger("voipstudio_async")

E = TypeVar("E", bound=Entity)
Hook = Callable[[Any, Any], Any]
Read = tuple[Hook, Any]
"""A hook, and the type that it is called with."""

_LONGEST_TOTAL = 5000
"""Bytes; what is longer and no number is not looked into."""
_PYTHON = {kind: python for python, kind in SCALARS.items()}
_IN_JSON: dict[type, tuple[Kind, ...]] = {
    list: (Kind.LIST,),
    dict: (Kind.OBJECT, Kind.MAPPING),
    str: (Kind.TEXT,),
    int: (Kind.INTEGER, Kind.MONEY, Kind.FLOAT),
    Decimal: (Kind.MONEY, Kind.FLOAT),
    bool: (Kind.BOOLEAN,),
}
"""Where a field has several kinds: those that a JSON value is of at once, the nearest first."""


@attrs.frozen
class Rows(Generic[E]):
    """What a listing answered: its rows, and the total of the whole collection where it was told."""

    items: Sequence[E]
    total: int | None


class PlainDecoder:
    """Reads rows one by one, for one time zone and one strictness."""

    def __init__(self, converter: cattrs.Converter, tz: tzinfo, strict: bool) -> None:
        self.converter = converter
        self.tz = tz
        self.strict = strict
        self._logged: set[tuple[type, str]] = set()
        self._replaced = False
        _register_scalars(converter, tz)
        converter.register_structure_hook_factory(_is_entity, self._entity_hook)

    def parse(self, body: bytes) -> Parsed:
        """Decode JSON: what is no character in it is replaced, or in strict mode refused with its path.

        :raises DecodeError: it is no JSON, or holds more than one thing does
        """
        check_values(body)
        parsed = read(body)
        if parsed.replaced:
            self.replaced(lambda: difference(parsed.value, read(body, OTHER_MARK).value))
        return parsed

    def replaced(self, place: Callable[[], str]) -> None:
        """Let something pass that is no character and was replaced, or refuse it.

        :param place: finds its path
        """
        if self.strict:
            raise DecodeError(place(), "holds half of a character, or a byte that is not UTF-8")
        if not self._replaced:
            self._replaced = True
            logger.warning("an answer holds something that is no character (replaced by U+FFFD)")

    def value(self, body: bytes) -> Any:
        """Decode one row: at once, as nearly all can be."""
        try:
            return decode(body)
        except FAULTS:
            return self.parse(body).value

    def envelope(self, body: bytes) -> dict[str, Any]:
        """Decode the object around the data of an answer."""
        return enclosed(self.parse(body).value, body)

    def rows(self, cls: type[E], envelope: dict[str, Any]) -> Rows[E]:
        """Read the rows of an envelope. A single object, as the documentation shows for four paths, is one row."""
        data = envelope["data"]
        if isinstance(data, dict):
            return Rows([self.row(cls, data, "data")], 1)
        if not is_list(data):
            raise DecodeError("data", f"expected a list, got {scalars.shown(data)}")
        items = [self.row(cls, row, f"data[{index}]") for index, row in enumerate(data)]
        return Rows(items, self.total(envelope))

    def one(self, cls: type[E], envelope: dict[str, Any]) -> E:
        """Read the one thing of an envelope."""
        data = envelope["data"]
        if is_list(data) and len(data) == 1:
            return self.row(cls, data[0], "data[0]")
        if not isinstance(data, dict):
            raise DecodeError("data", f"expected one object, got {scalars.shown(data)}")
        return self.row(cls, data, "data")

    def row(self, cls: type[E], row: Any, path: str) -> E:
        """Read one row, which is found at a path."""
        try:
            return self.converter.structure(row, cls)
        except Misfit as misfit:
            raise DecodeError(joined(path, misfit.path), str(misfit)) from None
        except RecursionError:
            raise DecodeError(path, "is nested too deep") from None

    def total(self, envelope: dict[str, Any]) -> int | None:
        """Read the total of a collection."""
        total = envelope.get("total")
        if total is None:
            return None
        try:
            count = scalars.to_int(total)
            if count < 0:
                raise Misfit("a count", total)
        except Misfit as misfit:
            if self.strict:
                raise DecodeError("total", str(misfit)) from None
            self._log(Rows, "total", misfit)
            return None
        return count

    def told(self, total: bytes) -> int | None:
        """Read the total of a collection from its JSON."""
        if len(total) > _LONGEST_TOTAL and total[:1] in b"[{":
            return self.total({"total": [] if total[:1] == b"[" else {}})
        try:
            return self.total({"total": self.value(total)})
        except DecodeError as error:
            raise DecodeError("total", error.message) from None

    def reader(self, of: FieldType) -> Read:
        """Return what reads the values of a type, null apart."""
        if len(of.kinds) == 1:
            return self._of_kind(of, of.kinds[0])
        return _either(of, {kind: self._of_kind(of, kind) for kind in of.kinds}), of

    def _of_kind(self, of: FieldType, kind: Kind) -> Read:
        if kind is Kind.ANY:
            return (lambda value, _: guarded(value)), of
        if kind is Kind.MAPPING:
            return _mapping, of
        if of.items is not None and kind is Kind.LIST:
            return _list_hook(of.items, *self.reader(of.items)), of
        if kind is Kind.OBJECT:
            # Looked up when a value comes: a class may hold others of its own.
            return self.converter.structure, of.nested
        if of.form is WireForm.EPOCH:
            return (lambda value, _: scalars.from_epoch(value, self.tz)), of
        return self.converter.get_structure_hook(_PYTHON[kind]), _PYTHON[kind]

    def _entity_hook(self, cls: type[Entity]) -> Hook:
        specs = field_specs(cls)
        fields = [(spec, spec.name, spec.wire, *self.reader(spec.type)) for spec in specs]
        known = frozenset(spec.wire for spec in specs)
        needed = frozenset(spec.wire for spec in specs if not spec.optional)
        formed = frozenset(spec.wire for spec in specs if spec.form is not None)

        def structure(row: Any, _: Any) -> Entity:
            if not is_object(row):
                raise Misfit("an object", row)
            values: dict[str, Any] = {}
            # In the order of their names, which is the one that a struct decoder can have.
            extra = {key: kept(key, row[key]) for key in sorted([key for key in row if key not in known])}
            originals: dict[str, tuple[Any, Any]] = {}
            for spec, name, wire, hook, target in fields:
                sent = row.get(wire)
                if sent is None:
                    if wire in needed:
                        raise Missing(wire, null=wire in row)
                    continue
                try:
                    values[name] = value = hook(sent, target)
                except Misfit as misfit:
                    self.keep_aside(cls, spec, misfit)
                    extra[wire] = kept_aside(spec, sent)
                    continue
                if (value is not sent or wire in formed) and not spec.type.gives_back(value, sent):
                    originals[name] = (value, kept_aside(spec, sent))
            absent = frozenset([name for _, name, wire, _, _ in fields if wire not in row])
            return cls(**values, extra=Extra(extra) if extra else NO_EXTRA, origin=Origin(absent, originals))

        return structure

    def keep_aside(self, cls: type, spec: FieldSpec, misfit: Misfit) -> None:
        """Let a value that does not fit pass, or raise what is wrong with the row."""
        if self.strict or not spec.optional:
            raise misfit.below(spec.wire)
        self._log(cls, spec.name, misfit)

    def _log(self, cls: type, name: str, misfit: Misfit) -> None:
        if (cls, name) in self._logged:
            return
        self._logged.add((cls, name))
        place = joined(f"{cls.__name__}.{name}", misfit.path)
        logger.warning("%s does not fit its type (kept in extra): %s", place, misfit)


def kept_aside(spec: FieldSpec, sent: Any) -> Any:
    """Return what was sent as an entity keeps it; what should have been a secret stays one."""
    return hidden(sent) if Kind.SECRET in spec.kinds else kept(spec.wire, sent)


def _is_entity(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Entity)


def _either(of: FieldType, readers: dict[Kind, Read]) -> Hook:
    exact = {python: readers[kind] for python, kinds in _IN_JSON.items() for kind in reversed(kinds) if kind in readers}

    def structure(value: object, _: Any) -> Any:
        read = exact.get(type(value))
        if read is not None:
            return read[0](value, read[1])
        for hook, target in readers.values():
            try:
                return hook(value, target)
            except Misfit:
                continue
        raise Misfit(of.label, value)

    return structure


def _list_hook(items: FieldType, hook: Hook, target: Any) -> Hook:
    def structure(value: Any, _: Any) -> tuple[Any, ...]:
        if not is_list(value):
            raise Misfit(f"a list of {items.label}", value)
        read: list[Any] = []
        for index, sent in enumerate(value):
            try:
                item = None if sent is None else hook(sent, target)
                if item is None and not items.optional:
                    raise Misfit(items.label, sent)
            except Misfit as misfit:
                raise misfit.below(f"[{index}]") from None
            read.append(item)
        return tuple(read)

    return structure


def _mapping(value: Any, _: Any) -> Extra:
    if not is_object(value):
        raise Misfit("an object", value)
    return Extra(guarded(value))


def _secret(value: Any, _: Any) -> Secret:
    return Secret(scalars.to_str(value))


def _register_scalars(converter: cattrs.Converter, tz: tzinfo) -> None:
    converter.register_structure_hook(int, lambda value, _: scalars.to_int(value))
    converter.register_structure_hook(bool, lambda value, _: scalars.to_bool(value))
    converter.register_structure_hook(str, lambda value, _: scalars.to_str(value))
    converter.register_structure_hook(float, lambda value, _: scalars.to_float(value))
    converter.register_structure_hook(Decimal, lambda value, _: scalars.to_decimal(value))
    converter.register_structure_hook(datetime, lambda value, _: scalars.to_datetime(value, tz))
    converter.register_structure_hook(date, lambda value, _: scalars.to_date(value))
    converter.register_structure_hook(Secret, _secret)
