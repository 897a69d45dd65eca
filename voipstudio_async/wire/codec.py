"""The one converter between JSON and Python: bodies, filters and answers pass through here and nowhere else.

What it guarantees (a `Codec` is one converter, for one time zone and one strictness):

* A value that converts without loss is converted (see `voipstudio_async.entities.scalars`).
* One that does not fit leaves its field at None, is kept under its name in ``extra``, and is logged once per field.
  With ``strict=True`` it is a `DecodeError` instead, which names the path.
* What the SDK does not know is kept in ``extra``. ``to_dict()`` gives back what was sent.
* An envelope is ``{"data": [...], "total": n}`` or ``{"data": {...}, "links": {}}``; the vendor's documentation and the
  live
  API disagree on which one some paths answer, so either form is read for either kind.
"""

from __future__ import annotations

import logging
import types
import typing
from collections.abc import Callable, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from enum import Enum
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import msgspec

from ..entities import scalars
from ..entities.arguments import plain, plain_list, told
from ..entities.base import NO_EXTRA, Entity, Extra, FieldSpec, Origin, Secret, WireForm, field_specs
from ..entities.scalars import Misfit, is_list, is_object
from ..entities.secrecy import guarded, kept
from ..errors import ConfigurationError, DecodeError, FieldError
from ..unset import UNSET
from .filters import Filter
from .readers import PageReader, PlainWay, Rows
from .received import without_named
from .redaction import without_tokens
from .sendable import sendable

if TYPE_CHECKING:
    import cattrs

logger = logging.getLogger("voipstudio_async")

E = TypeVar("E", bound=Entity)
Hook = Callable[[Any, Any], Any]

_EXCERPT = 120
_MISSING: Any = object()

# Numbers keep their digits: money is read from the text of the answer, not from a binary float.
_decoder = msgspec.json.Decoder(float_hook=Decimal)
_encoder = msgspec.json.Encoder(decimal_format="number")


def excerpt(body: bytes) -> str:
    """Quote the beginning of a body, for an error message."""
    text = without_tokens(without_named(" ".join(body[: _EXCERPT * 4].decode("utf-8", "replace").split())))
    return repr(text if len(text) <= _EXCERPT else text[:_EXCERPT] + "...")


def parse(body: bytes) -> Any:
    """Decode JSON, or raise `DecodeError` that quotes what came instead."""
    if not body:
        raise DecodeError("", "the body is empty, JSON was expected")
    try:
        return _decoder.decode(body)
    except RecursionError:
        raise DecodeError("", f"the JSON is nested too deep: {excerpt(body)}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, ArithmeticError) as error:
        raise DecodeError("", f"the body is not JSON ({error}): {excerpt(body)}") from None


def encode(value: Any) -> bytes:
    """Encode plain values as JSON, or refuse what would not arrive as it is."""
    try:
        return _encoder.encode(sendable(value))
    except (TypeError, ValueError, RecursionError, UnicodeEncodeError) as error:
        raise ConfigurationError(f"this cannot be sent as JSON: {error}") from None


def error_parts(body: bytes) -> tuple[str | None, list[FieldError]]:
    """Read ``{"message": ..., "errors": [...]}`` as far as it goes. An error's body may be anything, or nothing."""
    try:
        parsed = parse(body)
    except DecodeError:
        return (f"the body is not JSON: {excerpt(body)}" if body.strip() else None), []
    if not is_object(parsed):
        return f"the body is not the API's error: {excerpt(body)}", []
    message = parsed.get("message")
    entries = parsed.get("errors")
    errors = [_field_error(entry) for entry in entries] if is_list(entries) else []
    return (message if isinstance(message, str) and message else None), errors


def _field_error(entry: Any) -> FieldError:
    if not is_object(entry):
        return FieldError(None, str(entry))
    parts = {key: str(value) for key, value in entry.items() if value is not None}
    return FieldError(parts.get("field"), parts.get("message", "no message"), parts.get("code"))


def codec(tz: tzinfo, strict: bool = False) -> Codec:
    """Return the codec for a time zone and a strictness; they are shared, since building hooks costs time."""
    try:
        return _shared_codec(tz, strict)
    except TypeError:
        # The zones of dateutil, and some that are written by hand, have no hash.
        return Codec(tz, strict)


@lru_cache(maxsize=32)
def _shared_codec(tz: tzinfo, strict: bool) -> Codec:
    return Codec(tz, strict)


class Codec:
    """Reads answers and writes requests, for one time zone and one strictness."""

    def __init__(self, tz: tzinfo, strict: bool) -> None:
        self.tz = tz
        self.strict = strict
        # Not imported with the package, but with the first client.
        import cattrs  # noqa: PLC0415

        self.converter = cattrs.Converter(detailed_validation=False)
        self._logged: set[tuple[type, str]] = set()
        self._readers: dict[type, PageReader[Any]] = {}
        _register_scalars(self.converter, tz)
        self.converter.register_structure_hook_factory(_is_entity, self._entity_hook)
        self.converter.register_unstructure_hook_factory(attrs.has, self._body_hook)

    # --- answers ---------------------------------------------------------------------------------------------

    def rows(self, cls: type[E], body: bytes) -> Rows[E]:
        """Read the answer of a listing. A single object, as the documentation shows for four paths, is one row."""
        return self.reader(cls).read(body)

    def reader(self, cls: type[E]) -> PageReader[E]:
        """Return what reads all answers of one class."""
        reader = self._readers.get(cls)
        if reader is None:
            plain = PlainWay(
                envelope=_envelope,
                parse=parse,
                rows=partial(self.plain_rows, cls),
                one=partial(self.plain_record, cls),
                row=partial(self._row, cls),
                total=self._total,
            )
            reader = self._readers[cls] = PageReader(cls, self.tz, plain)
        return reader

    def plain_rows(self, cls: type[E], envelope: dict[str, Any]) -> Rows[E]:
        """Read the rows of an envelope one by one, with the hook of their class."""
        data = envelope["data"]
        if isinstance(data, dict):
            return Rows([self._row(cls, data, "data")], 1)
        if not is_list(data):
            raise DecodeError("data", f"expected a list, got {scalars.shown(data)}")
        items = [self._row(cls, row, f"data[{index}]") for index, row in enumerate(data)]
        return Rows(items, self._total(envelope))

    def plain_record(self, cls: type[E], envelope: dict[str, Any]) -> E:
        """Read the one thing of an envelope, with the hook of its class."""
        data = envelope["data"]
        if is_list(data) and len(data) == 1:
            return self._row(cls, data[0], "data[0]")
        if not isinstance(data, dict):
            raise DecodeError("data", f"expected one object, got {scalars.shown(data)}")
        return self._row(cls, data, "data")

    def flat(self, cls: type[E], body: bytes) -> E:
        """Read an answer that has no envelope, like that of a login; should it have one some day, that is read, too."""
        parsed = parse(body)
        if is_object(parsed) and is_object(parsed.get("data")):
            return self._row(cls, parsed["data"], "data")
        return self._row(cls, parsed, "")

    def total(self, body: bytes) -> int | None:
        """Read the total of a collection from the answer of a listing."""
        envelope = _envelope(body)
        return 1 if isinstance(envelope["data"], dict) else self._total(envelope)

    def _row(self, cls: type[E], row: Any, path: str) -> E:
        try:
            return self.converter.structure(row, cls)
        except DecodeError as error:
            raise DecodeError(".".join(filter(None, (path, error.path))), error.message) from None

    def _total(self, envelope: dict[str, Any]) -> int | None:
        total = envelope.get("total")
        if total is None:
            return None
        try:
            count = scalars.to_int(total)
            if count < 0:
                raise Misfit("a count", total)
        except Misfit as misfit:
            self._misfit(Rows, "total", "total", misfit)
            return None
        return count

    def _misfit(self, cls: type, name: str, path: str, misfit: Misfit) -> None:
        if self.strict:
            raise DecodeError(path, str(misfit))
        if (cls, name) not in self._logged:
            self._logged.add((cls, name))
            logger.warning("%s.%s does not fit its type (kept in extra): %s", cls.__name__, name, misfit)

    def _entity_hook(self, cls: type[Entity]) -> Hook:
        fields = [(spec, self._field_hook(spec.type)) for spec in field_specs(cls)]
        known = frozenset(spec.wire for spec, _ in fields)
        needed = frozenset(spec.name for spec, _ in fields if not _is_optional(spec.type))

        def structure(row: Any, _: Any) -> Entity:
            if not is_object(row):
                raise DecodeError("", f"expected an object, got {scalars.shown(row)}")
            values: dict[str, Any] = {}
            extra = {key: kept(key, value) for key, value in row.items() if key not in known}
            originals: dict[str, tuple[Any, Any]] = {}
            for spec, hook in fields:
                sent = row.get(spec.wire)
                if sent is None:
                    if spec.name in needed:
                        raise DecodeError(spec.wire, "is missing" if spec.wire not in row else "is null")
                    continue
                try:
                    values[spec.name] = value = hook(sent, spec.type)
                except Misfit as misfit:
                    if spec.name in needed:
                        raise DecodeError(spec.wire, str(misfit)) from None
                    self._misfit(cls, spec.name, spec.wire, misfit)
                    extra[spec.wire] = kept(spec.wire, sent)
                    continue
                if (value is not sent or spec.form is not None) and not _same(spec, value, sent):
                    originals[spec.name] = (value, kept(spec.wire, sent))
            absent = frozenset(spec.name for spec, _ in fields if spec.wire not in row)
            return cls(**values, extra=Extra(extra) if extra else NO_EXTRA, origin=Origin(absent, originals))

        return structure

    def _field_hook(self, annotation: Any) -> Hook:
        if typing.get_origin(annotation) is typing.Annotated:
            form = next((mark for mark in annotation.__metadata__ if isinstance(mark, WireForm)), None)
            if form is WireForm.EPOCH:
                return lambda value, _: scalars.from_epoch(value, self.tz)
            return self._field_hook(annotation.__origin__)
        members = _members(annotation)
        if len(members) == 1:
            if members[0] is not annotation:
                return self._field_hook(members[0])
            return self.converter.get_structure_hook(annotation)
        return _union_hook([(member, self._field_hook(member)) for member in members])

    # --- requests --------------------------------------------------------------------------------------------

    def body(self, draft: Any) -> dict[str, Any]:
        """Write an attrs class as the plain values of a request's body: `UNSET` is left out, None is null."""
        return typing.cast("dict[str, Any]", self.converter.unstructure(draft))

    def _body_hook(self, cls: type) -> Callable[[Any], dict[str, Any]]:
        specs = field_specs(cls)

        def unstructure(draft: Any) -> dict[str, Any]:
            given = ((spec, getattr(draft, spec.name)) for spec in specs)
            return {spec.wire: self._body_value(spec, value) for spec, value in given if value is not UNSET}

        return unstructure

    def _body_value(self, spec: FieldSpec, value: Any) -> Any:
        if value is None and _is_optional(spec.type):
            return None
        value = plain(value)
        kinds = tuple(member for member in _members(spec.type) if isinstance(member, type))
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            names = " or ".join(kind.__name__ for kind in kinds)
            raise ConfigurationError(f"{spec.name} must be {names}, got {told(value)}")
        return moment if (moment := self._moment(value, "eq")) is not None else value

    def filter_text(self, filters: tuple[Filter, ...]) -> str:
        """Write filters as the API takes them: a JSON list of property, operator and value."""
        entries = [
            {
                "property": condition.property,
                "operator": condition.operator,
                "value": self._filter_value(condition.value, condition.operator),
            }
            for condition in filters
        ]
        return encode(entries).decode()

    def _filter_value(self, value: Any, operator: str) -> Any:
        moment = self._moment(value, operator)
        if moment is not None:
            return moment
        if isinstance(value, Enum):
            return self._filter_value(value.value, operator)
        if isinstance(value, (list, tuple)):
            return [self._filter_item(item, operator) for item in typing.cast("Sequence[Any]", value)]
        if isinstance(value, (float, Decimal)) and not _is_finite(value):
            raise ConfigurationError(f"a filter cannot compare with {value!r}")
        if value is None or isinstance(value, (str, int, float, Decimal)):
            return value
        raise ConfigurationError(f"a filter cannot compare with {type(value).__name__}: {told(value)}")

    def _filter_item(self, value: Any, operator: str) -> Any:
        if plain_list(value) is not None:
            raise ConfigurationError(f"a list in a filter holds single values, got {told(value)}")
        return self._filter_value(value, operator)

    def _moment(self, value: Any, operator: str) -> str | None:
        if isinstance(value, datetime):
            return scalars.moment_text(value, self.tz, operator)
        if isinstance(value, date):
            return scalars.day_text(value, operator)
        return None


def _envelope(body: bytes) -> dict[str, Any]:
    parsed = parse(body)
    if not is_object(parsed):
        raise DecodeError("", f"expected an object with 'data', got {scalars.shown(parsed)}: {excerpt(body)}")
    if "data" not in parsed:
        raise DecodeError("data", f"is missing: {excerpt(body)}")
    return parsed


def _is_entity(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Entity)


def _is_optional(annotation: Any) -> bool:
    return annotation is Any or type(None) in typing.get_args(annotation)


def _is_finite(value: float | Decimal) -> bool:
    return Decimal(value).is_finite()


def _same(spec: FieldSpec, value: Any, sent: Any) -> bool:
    """Tell whether `to_dict` would write `value` just as it was sent."""
    written = spec.plain(value)
    return type(written) is type(sent) and bool(written == sent)


def _members(annotation: Any) -> tuple[Any, ...]:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return tuple(member for member in typing.get_args(annotation) if member not in (type(None), type(UNSET)))
    return (annotation,)


def _union_hook(members: list[tuple[Any, Hook]]) -> Hook:
    exact = {typing.get_origin(member) or member: (member, hook) for member, hook in members}
    lists = exact.get(tuple)

    def structure(value: object, _: Any) -> Any:
        kind = type(value)
        member, hook = exact.get(kind, (None, None))
        if kind is list and lists is not None:
            member, hook = lists
        if hook is not None:
            return hook(value, member)
        for other, attempt in members:
            try:
                return attempt(value, other)
            except Misfit:
                continue
        raise Misfit(" or ".join(getattr(member, "__name__", str(member)) for member, _ in members), value)

    return structure


def _texts(value: Any, _: Any) -> tuple[str, ...]:
    if is_list(value) and all(type(item) is str for item in value):
        return tuple(value)
    raise Misfit("a list of texts", value)


def _secret(value: Any, _: Any) -> Secret:
    return Secret(scalars.to_str(value))


def _register_scalars(converter: cattrs.Converter, tz: tzinfo) -> None:
    converter.register_structure_hook(int, lambda value, _: scalars.to_int(value))
    converter.register_structure_hook(bool, lambda value, _: scalars.to_bool(value))
    converter.register_structure_hook(str, lambda value, _: scalars.to_str(value))
    converter.register_structure_hook(Decimal, lambda value, _: scalars.to_decimal(value))
    converter.register_structure_hook(datetime, lambda value, _: scalars.to_datetime(value, tz))
    converter.register_structure_hook(Secret, _secret)
    converter.register_structure_hook_func(lambda annotation: annotation == tuple[str, ...], _texts)
    converter.register_structure_hook_func(lambda annotation: annotation is Any, lambda value, _: guarded(value))


__all__ = ("Codec", "Rows", "codec", "encode", "error_parts", "excerpt", "parse")
