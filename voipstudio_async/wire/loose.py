"""Values that come in another form than the declared one, within the fast way.

An API has its habits: the database's zero for a date, a number as a text, a word where there is no number. A field that
was seen with such values is *loose* in the struct decoder of its shape: its slot takes anything. A value of the usual
form is moved as ever; any other is read here, with the hook of plain decoding and to the same end. What has to be
remembered of it is noted for its row, and becomes part of the row when all its fields are moved.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any

from ..entities.base import Entity, Extra, Origin
from ..entities.fields import FieldSpec
from ..entities.scalars import Misfit
from .bounds import Unfit
from .plain import PlainDecoder, kept_aside


class Notes:
    """What one row has to remember of its loose fields."""

    __slots__ = ("_extra", "_originals")

    def __init__(self) -> None:
        self._extra: dict[str, Any] = {}
        self._originals: dict[str, tuple[Any, Any]] = {}

    def misfit(self, spec: FieldSpec, sent: Any) -> None:
        """Keep a value that does not fit, under its wire name."""
        self._extra[spec.wire] = kept_aside(spec, sent)

    def converted(self, spec: FieldSpec, value: Any, sent: Any) -> None:
        """Keep what was sent for a value that does not tell."""
        self._originals[spec.name] = (value, kept_aside(spec, sent))

    def added_to(self, extra: Extra, origin: Origin) -> tuple[Extra, Origin]:
        """Return the extra fields and the origin of the row, these notes included."""
        return (
            Extra({**extra, **self._extra}) if self._extra else extra,
            Origin(origin.absent, self._originals) if self._originals else origin,
        )


def loose_reader(cls: type[Entity], spec: FieldSpec, plain: PlainDecoder) -> Callable[[Any, Notes], Any]:
    """Return what reads a value of a field as plain decoding does; `Unfit` where that would refuse the row."""
    hook, target = plain.reader(spec.type)
    is_formed = spec.form is not None

    def read(sent: Any, notes: Notes) -> Any:
        if sent is None:
            if not spec.optional:
                raise Unfit
            return None
        try:
            value = hook(sent, target)
        except Misfit as misfit:
            plain.keep_aside(cls, spec, misfit)
            notes.misfit(spec, sent)
            return None
        if (value is not sent or is_formed) and not spec.type.gives_back(value, sent):
            notes.converted(spec, value, sent)
        return value

    return read


def moment_reader(tz: tzinfo) -> Callable[[Any], datetime | None]:
    """Return what reads ``2017-11-27 23:45:52``, and None for whatever is not written just so."""
    dawn = datetime(1970, 1, 1)  # noqa: DTZ001 - the wall clock of any zone
    zoned_dawn = dawn.replace(tzinfo=tz)
    read_iso = datetime.fromisoformat

    def read(sent: Any) -> datetime | None:
        # The standard library takes other forms as well: week dates, dates without dashes, 24 o'clock.
        if sent.__class__ is not str or len(sent) != 19 or sent[4::3] != "-- ::" or not sent.isascii():
            return None
        if sent[11:13] == "24":
            return None
        try:
            return zoned_dawn + (read_iso(sent) - dawn)
        except ValueError:
            return None

    return read
