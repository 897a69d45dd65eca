"""Encoding: from the attrs class of a body to the plain values that are sent, each checked against its field.

`UNSET` is left out, None is null, and what the field cannot be is refused before anything is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, tzinfo
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, cast

import attrs

from ..entities import scalars
from ..entities.arguments import plain, plain_list, told
from ..entities.base import Entity
from ..entities.fields import FieldType, Kind, WireForm, field_specs
from ..entities.scalars import joined
from ..entities.secret import Secret
from ..entities.zones import aware
from ..errors import ConfigurationError
from ..unset import UNSET
from .sendable import sendable

if TYPE_CHECKING:
    import cattrs

Write = Callable[[Any, str], Any]
"""From a value and its path to what is sent."""

_REFUSED: Any = object()


class BodyWriter:
    """Writes bodies, for one time zone."""

    def __init__(self, converter: cattrs.Converter, tz: tzinfo) -> None:
        self._converter = converter
        self._tz = tz
        converter.register_unstructure_hook_factory(_is_body, self._body_hook)
        converter.register_unstructure_hook_func(_is_entity, lambda entity: entity.to_dict())

    def write(self, body: Any) -> Any:
        """Write a body, or a list of them."""
        if isinstance(body, (list, tuple)):
            return [self.write(each) for each in cast("list[Any]", body)]
        return self._converter.unstructure(body)

    def _body_hook(self, cls: type) -> Callable[[Any], dict[str, Any]]:
        fields = [(spec, self._writer(spec.type)) for spec in field_specs(cls)]

        def unstructure(body: Any) -> dict[str, Any]:
            given = ((spec, write, getattr(body, spec.name)) for spec, write in fields)
            return {spec.wire: write(value, spec.name) for spec, write, value in given if value is not UNSET}

        return unstructure

    def _writer(self, of: FieldType) -> Write:
        writers = [self._of_kind(of, kind) for kind in of.kinds]
        hidden = Kind.SECRET in of.kinds

        def write(value: Any, path: str) -> Any:
            if value is None and of.optional:
                return None
            given = value.value if isinstance(value, Enum) else plain(value)
            for writer in writers:
                written = writer(given, path)
                if written is not _REFUSED:
                    return written
            shown = "something else" if hidden else told(value)
            raise ConfigurationError(f"{path} must be {of.label}, got {shown}")

        return write

    def _of_kind(self, of: FieldType, kind: Kind) -> Write:
        if kind is Kind.LIST and of.items is not None:
            return _list_writer(self._writer(of.items))
        if kind is Kind.OBJECT and of.nested is not None:
            return self._nested_writer(of.nested)
        if kind is Kind.MOMENT:
            return self._epoch if of.form is WireForm.EPOCH else self._moment
        if of.form is WireForm.DIGITS and kind is Kind.INTEGER:
            return lambda value, _: _REFUSED if type(value) is not int or value < 0 else str(value)
        return _SCALARS[kind]

    def _nested_writer(self, cls: type) -> Write:
        def write(value: Any, path: str) -> Any:
            if not isinstance(value, cls):
                return _REFUSED
            try:
                return self._converter.unstructure(value)
            except ConfigurationError as error:
                raise ConfigurationError(joined(path, str(error))) from None

        return write

    def _moment(self, value: Any, _: str) -> Any:
        return scalars.moment_text(value, self._tz, "eq") if isinstance(value, datetime) else _REFUSED

    def _epoch(self, value: Any, _: str) -> Any:
        if not isinstance(value, datetime):
            return _REFUSED
        return int(aware(value, self._tz).timestamp())


def _is_entity(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Entity)


def _is_body(annotation: Any) -> bool:
    return attrs.has(annotation) and not _is_entity(annotation)


def _list_writer(write_item: Write) -> Write:
    def write(value: Any, path: str) -> Any:
        items = plain_list(value)
        if items is None:
            return _REFUSED
        return [write_item(item, f"{path}[{index}]") for index, item in enumerate(items)]

    return write


def _text(value: Any, _: str) -> Any:
    return value if isinstance(value, str) else _REFUSED


def _secret(value: Any, _: str) -> Any:
    return value.reveal() if isinstance(value, Secret) else _text(value, _)


def _day(value: Any, _: str) -> Any:
    return value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else _REFUSED


def _integer(value: Any, _: str) -> Any:
    return value if isinstance(value, int) and not isinstance(value, bool) else _REFUSED


def _boolean(value: Any, _: str) -> Any:
    return value if isinstance(value, bool) else _REFUSED


def _money(value: Any, path: str) -> Any:
    if isinstance(value, Decimal):
        return value if value.is_finite() else _REFUSED
    return _integer(value, path)


def _float(value: Any, path: str) -> Any:
    if isinstance(value, float):
        return value if Decimal(value).is_finite() else _REFUSED
    return _integer(value, path)


def _mapping(value: Any, path: str) -> Any:
    return sendable(value, path) if isinstance(value, Mapping) else _REFUSED


_SCALARS: dict[Kind, Write] = {
    Kind.TEXT: _text,
    Kind.SECRET: _secret,
    Kind.DAY: _day,
    Kind.INTEGER: _integer,
    Kind.BOOLEAN: _boolean,
    Kind.FLOAT: _float,
    Kind.MONEY: _money,
    Kind.MAPPING: _mapping,
    Kind.ANY: sendable,
}
