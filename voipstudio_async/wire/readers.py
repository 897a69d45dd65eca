"""How the pages of one entity class are read: by struct decoders where they fit, by the plain path where they do not.

Most pages fit whole, and are read in one call. Where some rows do not (a value that has to be converted, another set of
fields), the page is taken apart and only those take the plain path. The shape of rows that took the plain path is
learned, up to a few for each class, and so are the fields with values of another form. See `structs` for what a struct
decoder is, and why both ways give the same.

A page that is taken apart is read in pieces: after each, others get their turn on the loop (`PageReader.steps`). So
however odd a page is, it holds them up no longer than a usual one. What is in one piece is bounded, see `bounds`.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import nullcontext
from typing import Any, Generic, Protocol, TypeVar

import attrs
import msgspec

from ..entities.base import Entity
from ..entities.fields import field_specs
from ..entities.scalars import is_object, joined
from ..errors import DecodeError
from .apart import Apart, count, parted, replaced_at
from .bounds import (
    AT_ONCE,
    LARGEST_PAGE,
    MOST_IN_PAGE,
    ROOMY,
    Unfit,
    counted,
    finished,
    holds_more,
    looked_at,
    too_many_rows,
    too_many_values,
)
from .gc_pause import LARGE, paused
from .odd import BOM, readable
from .plain import PlainDecoder, Rows
from .structs import StructDecoder, make_decoder

E = TypeVar("E", bound=Entity)

_MAX_SHAPES = 4
"""Struct decoders that a class may have: an API that grows a field, or two kinds of rows in one listing, need a few."""
_TURN = 1 << 16
"""Bytes of rows that fit after which others get their turn. After rows that do not, they get it with each run."""
_WORTHWHILE = 50
"""A shape is learned if one in so many rows has it."""
_PATIENCE = 64
"""Rows in a row that do not fit a decoder; it is not tried on the rest of the page."""
_MAX_KEYS = 200
"""Rows with more fields than this are not worth a decoder of their own."""
_LONGEST_KEY = 1000
"""Nor are those with longer names."""
_MAX_BARRED = 100
"""Shapes that are known not to be worth a decoder; an API that has more than these sends no shapes, but noise."""
_BOM = BOM[:1]


@attrs.define
class _Seen:
    """What was seen of the rows of one shape that took the plain path."""

    rows: int = 0
    loose: set[str] = attrs.field(factory=set[str])
    """The names of fields with a value that is not of the declared form."""


_Shapes = dict[frozenset[str], _Seen]


class Answer(Protocol):
    """What was answered."""

    @property
    def body(self) -> bytes: ...


@attrs.define
class _Candidate(Generic[E]):
    """A decoder that may fit the rows of a page that is taken apart."""

    decoder: StructDecoder[E]
    missed: int = 0
    """How many rows one after another it did not fit."""

    def slots(self, raw: msgspec.Raw) -> Any:
        """Return the slots of a row, or None."""
        if self.missed >= _PATIENCE:
            return None
        try:
            slots = self.decoder.slots(raw)
        except Unfit:
            self.missed += 1
            return None
        self.missed = 0
        return slots

    def read(self, raw: msgspec.Raw) -> E | None:
        """Read one row, if it fits."""
        slots = self.slots(raw)
        try:
            return None if slots is None else self.decoder.move([slots])[0]
        except Unfit:
            return None


@attrs.define
class _Reading(Generic[E]):
    """How the reading of a page that is taken apart stands."""

    candidates: list[_Candidate[E]]
    """The newest first."""
    shapes: _Shapes = attrs.field(factory=dict[frozenset[str], _Seen])
    """Of the rows that none of them fits."""
    plain: int = 0
    """How many such rows there were since others had their turn."""


class PageReader(Generic[E]):
    """Reads the pages of one class, for one codec."""

    def __init__(self, cls: type[E], plain: PlainDecoder) -> None:
        self._cls = cls
        self._plain = plain
        self._decoders: dict[frozenset[str], StructDecoder[E]] = {}
        self._barred: set[frozenset[str]] = set()
        self._names = {spec.wire: spec.name for spec in field_specs(cls)}

    def read(self, body: bytes) -> Rows[E]:
        """Read one page.

        :raises PaginationError: it has more rows than the API's largest page
        :raises DecodeError: it is no page, or holds more than any does
        """
        body = _unmarked(body)
        return self._whole(body) or finished(self._in_pieces(body))

    def steps(self, body: bytes) -> Generator[None, None, Rows[E]]:
        """Read one page as `read` does, and stop now and then if that takes long."""
        body = _unmarked(body)
        return self._whole(body) or (yield from self._in_pieces(body))

    def answer(self, answer: Answer) -> E:
        """Read an answer about one thing."""
        return self.read_one(answer.body)

    def read_one(self, body: bytes) -> E:
        """Read the body of an answer about one thing. A list of one, as documented for ``/me``, is that one.

        :raises DecodeError: it is none, or holds more than any does
        """
        body = _unmarked(body)
        for decoder in () if holds_more(body) else self._decoders.values():
            try:
                return decoder.one(body)
            except Unfit:
                continue
        around = self._plain.envelope(body)
        one = self._plain.one(self._cls, around)
        data = around["data"]
        if is_object(data):
            shapes: _Shapes = {}
            self._see(shapes, data, one)
            self._learn(shapes, 1)
        return one

    # --- a page that fits ----------------------------------------------------------------------------------------

    def _whole(self, body: bytes) -> Rows[E] | None:
        """Read a page at once, if it is of a known shape and not too large for that."""
        if len(body) < LARGE:
            return self._fitting(body)
        looks_usual = looked_at(body, count)
        if not self._decoders or len(body) > AT_ONCE or not looks_usual:
            return None
        with paused():
            return self._fitting(body)

    def _fitting(self, body: bytes) -> Rows[E] | None:
        for decoder in self._decoders.values():
            try:
                items, total = decoder.page(body)
            except Unfit:
                continue  # nearly always at its first row
            return Rows(items, total) if total is None or total >= 0 else None
        return None

    # --- a page that is taken apart ------------------------------------------------------------------------------

    def _in_pieces(self, body: bytes) -> Generator[None, None, Rows[E]]:
        if (yield from counted(body, MOST_IN_PAGE)):
            raise too_many_values("data", body, MOST_IN_PAGE)
        text, page = body, parted(body)
        if page is None:
            text, is_replaced = readable(body)
            page = None if text == body else parted(text)
            if page is not None and is_replaced:
                self._plain.replaced(lambda: replaced_at(body))
        if page is None:
            return self._plain.rows(self._cls, self._plain.envelope(body))
        if len(page.data) > LARGEST_PAGE:
            raise too_many_rows()
        # Of a text that had to be written anew nothing is learned: its rows may be as they should be.
        items = yield from self._rows(page, is_large=len(body) >= LARGE, learns=text is body)
        return Rows(items, self._plain.told(bytes(page.total)))

    def _rows(self, page: Apart, *, is_large: bool, learns: bool) -> Generator[None, None, list[E]]:
        items: list[E] = []
        reading, size = _Reading(self._candidates()), 0
        for run in page.runs():
            with paused() if is_large else nullcontext():
                items += self._run(run, len(items), reading)
            if learns and len(items) == len(run) < len(page.data):
                # What most rows are like is known from the first ones.
                if self._learn(reading.shapes, len(items)):
                    reading.candidates = self._candidates()
                reading.shapes = {}
            size += sum(map(len, run))
            if reading.plain or size > _TURN:
                reading.plain = size = 0
                yield
        if learns:
            self._learn(reading.shapes, len(items))
        return items

    def _candidates(self) -> list[_Candidate[E]]:
        return [_Candidate(decoder) for decoder in self._decoders.values()]

    def _run(self, raws: list[msgspec.Raw], start: int, reading: _Reading[E]) -> list[E]:
        """Read some rows together by the newest decoder, and those that do not fit it one by one."""
        newest, others = reading.candidates[:1], reading.candidates[1:]
        items: list[Any] = [None] * len(raws)
        fitting: dict[int, Any] = {}
        for place, raw in enumerate(raws):
            if len(raw) > ROOMY and holds_more(bytes(raw)):
                raise too_many_values(f"data[{start + place}]", bytes(raw))
            slots = newest[0].slots(raw) if newest else None
            if slots is None:
                items[place] = self._one(raw, start + place, others, reading)
            else:
                fitting[place] = slots
        try:
            moved = newest[0].decoder.move([*fitting.values()]) if fitting else []
        except Unfit:
            moved = [self._one(raws[place], start + place, reading.candidates, reading) for place in fitting]
        for place, item in zip(fitting, moved, strict=True):
            items[place] = item
        return items

    def _one(self, raw: msgspec.Raw, index: int, candidates: Sequence[_Candidate[E]], reading: _Reading[E]) -> E:
        for candidate in candidates:
            item = candidate.read(raw)
            if item is not None:
                return item
        path = f"data[{index}]"
        try:
            row = self._plain.value(bytes(raw))
        except DecodeError as error:
            raise DecodeError(joined(path, error.path), error.message) from None
        read = self._plain.row(self._cls, row, path)
        reading.plain += 1
        self._see(reading.shapes, row, read)
        return read

    # --- what is learned -----------------------------------------------------------------------------------------

    def _see(self, shapes: _Shapes, sent: dict[str, Any], row: E) -> None:
        if len(sent) > _MAX_KEYS:
            return
        seen = shapes.setdefault(frozenset(sent), _Seen())
        seen.rows += 1
        if row._origin is not None:
            seen.loose.update(row._origin.originals)
        # A value that did not fit stands there under its wire name.
        seen.loose.update(self._names[wire] for wire in row.extra if wire in self._names)

    def _learn(self, shapes: _Shapes, rows: int) -> bool:
        """Make a decoder for the commonest new shape, or one that is looser; give up what most rows do not fit.

        Return whether there is a new one.
        """
        if not shapes or len(self._barred) > _MAX_BARRED:
            return False
        shape, seen = max(shapes.items(), key=lambda item: item[1].rows)
        decoder = self._decoders.get(shape)
        if decoder is None:
            is_worth_it = seen.rows * _WORTHWHILE >= rows and len(self._decoders) < _MAX_SHAPES
            return is_worth_it and shape not in self._barred and self._add(shape, frozenset(seen.loose))
        if not seen.loose <= decoder.loose:
            return self._add(shape, decoder.loose | seen.loose)
        if seen.rows * 2 > rows:
            self._decoders = {key: each for key, each in self._decoders.items() if key != shape}
            self._barred.add(shape)
        return False

    def _add(self, shape: frozenset[str], loose: frozenset[str]) -> bool:
        if any(len(key) > _LONGEST_KEY for key in shape):
            return False
        try:
            decoder = make_decoder(self._cls, shape, self._plain, loose)
        except ValueError:
            # A Struct cannot have a field with a quote or a control character in its name.
            self._barred.add(shape)
            return False
        # The newest first: an API that has grown a field keeps it.
        others = {key: each for key, each in self._decoders.items() if key != shape}
        self._decoders = {shape: decoder, **others}
        return True


def _unmarked(body: bytes) -> bytes:
    return body.removeprefix(BOM) if body[:1] == _BOM else body
