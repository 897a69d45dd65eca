"""The names of files: what is left of one that somebody else made up, and names that no two records share."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self

import attrs

from ..entities.arguments import told as shown
from ..errors import ConfigurationError

Name = str | Callable[[Any], str]
"""How a file is called: a format like ``"{timestamp:%Y-%m-%d} {caller}"``, or a function of the record."""

_ODD = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_LONGEST_NAME = 200
_ROOM_FOR_AN_ID = 24
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


def safe_name(told: str) -> str:
    """Return what is left of a name that a server tells: no folder, nothing that a system reads in another way."""
    name = _ODD.sub("_", re.split(r"[/\\]", told)[-1]).strip(" .")
    stem, dot, suffix = name.rpartition(".")
    if stem:
        suffix = _cut(suffix, 20)
        name = _cut(stem, _LONGEST_NAME - len(suffix.encode()) - 1).rstrip(" .") + dot + suffix
    return "" if _DEVICES.fullmatch(name) else _cut(name, _LONGEST_NAME)


def _cut(text: str, most: int) -> str:
    # Systems count the bytes of a name.
    return text.encode(errors="replace")[:most].decode(errors="ignore")


@attrs.frozen
class Namer:
    """Makes the names of the files of one download.

    Each has the id of its record in it, so that no two are alike, whatever the records hold, and so that a later run
    finds what an earlier one has saved.
    """

    called: str
    """What a file is called, before its id, when nothing else is wanted."""
    ending: str
    wanted: Name | None = None

    def check(self, fields: Iterable[str]) -> None:
        """Refuse what can make no name, before anything is sent; `fields` are those that a record has."""
        if self.wanted is None or callable(self.wanted):
            return
        if not isinstance(self.wanted, str):
            raise ConfigurationError(f"name is a format or a function, got {shown(self.wanted)}")
        known = set(fields)
        for asked in _fields_of(self.wanted):
            if asked not in known:
                raise ConfigurationError(
                    f"the name {self.wanted!r} asks for {asked or 'a field without a name'!r}; the fields are "
                    f"{', '.join(sorted(known))}"
                )

    def __call__(self, record: Any, id: int) -> str:
        """Return the name for a record, or for an id alone."""
        made = self._made(record)
        stem = safe_name(made[: -len(self.ending)] if made.lower().endswith(self.ending) else made) or self.called
        if not re.search(rf"(?<![0-9]){id}(?![0-9])", stem):
            stem = f"{_cut(stem, _LONGEST_NAME - _ROOM_FOR_AN_ID)}-{id}"
        return stem + self.ending

    def _made(self, record: Any) -> str:
        if self.wanted is None:
            return ""
        made = self.wanted(record) if callable(self.wanted) else _formatted(self.wanted, record)
        if not isinstance(made, str):
            raise ConfigurationError(f"the name of a file is a text, got {shown(made)}")
        return made


class _Nothing:
    """Stands for a value that a record does not have: nothing, however it is formatted."""

    def __format__(self, spec: str) -> str:
        return ""

    def __str__(self) -> str:
        return ""

    def __getattr__(self, name: str) -> Self:
        return self


def _fields_of(name: str) -> list[str]:
    try:
        parts = list(string.Formatter().parse(name))
    except ValueError as error:
        raise ConfigurationError(f"{name!r} is no format: {error}") from None
    return [re.split(r"[.\[]", field)[0] for _, field, _, _ in parts if field is not None]


def _formatted(name: str, record: Any) -> str:
    try:
        return string.Formatter().vformat(name, (), _values(record))
    except KeyError as error:
        raise ConfigurationError(f"the name asks for {error}, and of this file only the id is known") from None
    except (ValueError, AttributeError, TypeError, IndexError) as error:
        raise ConfigurationError(f"{name!r} makes no name: {error}") from None


def _values(record: Any) -> Mapping[str, Any]:
    kind: type[Any] = record.__class__
    if not attrs.has(kind):
        return {"id": record}
    found = {each.name: getattr(record, each.name) for each in attrs.fields(kind)}
    return {name: _Nothing() if value is None else value for name, value in found.items()}
