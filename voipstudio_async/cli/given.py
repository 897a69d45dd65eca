"""Values as a person writes them, read into what a field of a body can be: from an option, or from JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, cast

import attrs
import msgspec

from .. import Secret
from ..entities.fields import FieldSpec, FieldType, Kind, field_specs
from ..entities.secrecy import is_secret
from ..errors import ConfigurationError
from ..hints import did_you_mean
from ..wire.parsing import decode
from . import dates, sources

_INTEGER = re.compile(r"-?[0-9]{1,40}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", re.ASCII)
_WORDS = {"true": True, "false": False}
_AS_JSON = frozenset((Kind.OBJECT, Kind.MAPPING, Kind.ANY))
_LABELS = {
    Kind.INTEGER: "a whole number",
    Kind.FLOAT: "a number",
    Kind.MONEY: "an amount like 12.50",
    Kind.BOOLEAN: "true or false",
    Kind.MOMENT: "a moment like '2026-06-30 17:30'",
    Kind.DAY: "a day like 2026-06-30",
    Kind.LIST: "a list",
    Kind.OBJECT: "an object",
    Kind.MAPPING: "an object",
}


def hides(spec: FieldSpec) -> bool:
    """Tell whether a field holds a secret: no option takes one, since the list of processes would show it."""
    return Kind.SECRET in spec.kinds or is_secret(spec.wire)


def in_json(of: FieldType) -> bool:
    """Tell whether a value is written as JSON: it has parts, or any form."""
    return not _AS_JSON.isdisjoint(of.kinds) or (of.items is not None and Kind.LIST in of.items.kinds)


@attrs.frozen
class Reader:
    """Reads the values of one body; days and moments are those of a zone."""

    body: type[Any]
    tz: tzinfo

    def option(self, spec: FieldSpec, value: Any, flag: str) -> Any:
        """Read what was given with an option: a text, several, or whether a flag is on.

        :raises ConfigurationError: the field cannot be that
        """
        if isinstance(value, bool):
            return value
        if hides(spec):
            text = sources.secret(value, flag)
            return Secret(text) if Kind.SECRET in spec.kinds else text
        if isinstance(value, list):
            assert spec.type.items is not None, "only lists are given several times"
            items = spec.type.items
            return tuple(self._one(items, each, flag) for each in cast("list[str]", value))
        return self._one(spec.type, value, flag)

    def file(self, place: str) -> dict[str, dict[str, Any]]:
        """Read the fields that a file holds as JSON objects: one, or one on each line. Their names are the API's.

        The keys are the places of the objects, in words.

        :raises ConfigurationError: it holds something else
        """
        text = sources.text(place, "--from-file")
        lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
        if len(lines) < 2 or not _is_json(lines[0][1]):
            return {"--from-file": self._object(text, "--from-file")}
        places = {f"--from-file, line {number}": line for number, line in lines}
        return {place: self._object(line, place) for place, line in places.items()}

    def _object(self, text: str, where: str) -> dict[str, Any]:
        found = _parsed(text, where)
        if not isinstance(found, dict):
            raise ConfigurationError(f"{where} must hold one JSON object")
        return self._fields(self.body, cast("dict[str, Any]", found), where)

    def _one(self, of: FieldType, text: str, flag: str) -> Any:
        if in_json(of):
            return self._from_json(of, _parsed(text, flag), flag)
        found = next((value for kind in _CAREFUL if kind in of.kinds for value in self._read(kind, text, of)), None)
        if found is None:
            raise ConfigurationError(f"{flag} must be {_label(of)}, got {text!r}")
        if of.allowed is not None and not of.allowed.fits(found):
            raise ConfigurationError(f"{flag}: {text!r} is none of the values that it can have")
        return found

    def _read(self, kind: Kind, text: str, of: FieldType) -> Sequence[Any]:
        """Return the value that a text means if it is of a kind, in a list of one."""
        if kind is Kind.TEXT:
            return (text[1:-1] if len(of.kinds) > 1 and _is_quoted(text) else text,)
        if kind in (Kind.DAY, Kind.MOMENT):
            return self._dated(kind, text)
        return _PLAIN[kind](text)

    def _dated(self, kind: Kind, text: str) -> Sequence[date]:
        found = dates.read(text)
        if found is None or (kind is Kind.DAY and isinstance(found, datetime)):
            return ()
        return (found if kind is Kind.DAY else dates.edge(found, self.tz, at_end=False),)

    def _from_json(self, of: FieldType, value: Any, where: str) -> Any:
        """Read a value of JSON. Whether the field can hold it is checked when the body is written."""
        if isinstance(value, list) and of.items is not None:
            items, entries = of.items, cast("Sequence[Any]", value)
            return tuple(self._from_json(items, each, where) for each in entries)
        if isinstance(value, dict) and of.nested is not None:
            return self._nested(of.nested, cast("dict[str, Any]", value), where)
        if isinstance(value, str) and not in_json(of) and Kind.TEXT not in of.kinds:
            return self._one(of, value, where)
        return _fraction(of, value)

    def _nested(self, body: type[Any], values: Mapping[str, Any], where: str) -> Any:
        found = self._fields(body, values, where)
        missing = [spec.wire for spec in field_specs(body) if spec.needed and spec.name not in found]
        if missing:
            raise ConfigurationError(f"{where}: {missing[0]} is missing")
        return body(**found)

    def _fields(self, body: type[Any], values: Mapping[str, Any], where: str) -> dict[str, Any]:
        specs = {spec.wire: spec for spec in field_specs(body)}
        for name in values:
            if name not in specs:
                near = did_you_mean(name, specs) or f"; there are {', '.join(specs)}"
                raise ConfigurationError(f"{where}: there is no field {name!r}{near}")
        return {
            specs[name].name: self._from_json(specs[name].type, value, f"{where}: {name}")
            for name, value in values.items()
        }


_CAREFUL = (
    *(Kind.BOOLEAN, Kind.INTEGER, Kind.MONEY, Kind.FLOAT),
    *(Kind.DAY, Kind.MOMENT, Kind.SECRET, Kind.TEXT),
)
"""The kinds in the order in which a text is tried: what any text can be comes last."""


def _boolean(text: str) -> Sequence[bool]:
    return tuple(_WORDS[word] for word in (text.lower(),) if word in _WORDS)


def _integer(text: str) -> Sequence[int]:
    return (int(text),) if _INTEGER.fullmatch(text) else ()


def _money(text: str) -> Sequence[Decimal]:
    return (Decimal(text),) if _NUMBER.fullmatch(text) else ()


def _float(text: str) -> Sequence[float]:
    return (float(text),) if _NUMBER.fullmatch(text) else ()


def _secret(text: str) -> Sequence[Secret]:
    return (Secret(text),)


_PLAIN: Mapping[Kind, Callable[[str], Sequence[Any]]] = {
    Kind.BOOLEAN: _boolean,
    Kind.INTEGER: _integer,
    Kind.MONEY: _money,
    Kind.FLOAT: _float,
    Kind.SECRET: _secret,
}


def _is_quoted(text: str) -> bool:
    return len(text) >= 2 and text[0] == text[-1] and text[0] in "'\""


def _fraction(of: FieldType, value: Any) -> Any:
    """Return a number of JSON, which keeps its digits, as the kind of number that a field has."""
    is_float = Kind.FLOAT in of.kinds and isinstance(value, Decimal)
    return float(value) if is_float else value


def _label(of: FieldType) -> str:
    return " or ".join(_LABELS.get(kind, "a text") for kind in of.kinds)


def _is_json(text: str) -> bool:
    try:
        decode(text)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _parsed(text: str, where: str) -> Any:
    try:
        return decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigurationError(f"{where} is not JSON: {error}") from None
