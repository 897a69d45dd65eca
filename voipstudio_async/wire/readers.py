"""How the pages of one entity class are read: by struct decoders where they fit, and the plain way where they do not.

Most pages fit whole. Where some rows do not (a value that has to be converted, another set of fields), the page is
taken apart and only those go the plain way. The shape of rows that were read the plain way is learned, up to a few for
each class, and so are the fields with values of another form. See `structs` for what a struct decoder is, and why both
ways give the same.
"""

from __future__ import annotations

from typing import Any, Generic, Protocol, TypeVar

import attrs
import msgspec

from ..entities.base import Entity
from ..entities.fields import field_specs
from ..entities.scalars import is_list, is_object, joined
from ..errors import DecodeError
from .gc_pause import LARGE, paused
from .loose import Unfit
from .odd import BOM
from .parsing import enclosed
from .plain import PlainDecoder, Rows
from .structs import LARGEST_PAGE, StructDecoder, make_decoder, too_many_rows

E = TypeVar("E", bound=Entity)

_MAX_SHAPES = 4
"""Struct decoders that a class may have: an API that grows a field, or two kinds of rows in one listing, need a few."""
_RUN = 64
"""Rows of a page that is taken apart that are read together."""
_MAX_KEYS = 200
"""Rows with more fields than this are not worth a decoder of their own."""


_LONGEST_KEY = 1000
"""Nor are those with longer names."""
_MAX_BARRED = 100
"""Shapes that are known not to be worth a decoder; an API that has more than these sends no shapes, but noise."""
_WORTH_COUNTING = 1 << 20
"""Bytes; in fewer there are not so many rows that it takes long to find out."""
_SAMPLES, _SAMPLE = 64, 1024
_OBJECTS_IN_ROW = 50
_BOM = BOM[:1]


@attrs.define
class _Seen:
    """What was seen of the rows of one shape that were read the plain way."""

    rows: int = 0
    loose: set[str] = attrs.field(factory=set[str])
    """The names of fields with a value that is not of the declared form."""


_Shapes = dict[frozenset[str], _Seen]


class Answer(Protocol):
    """What was answered."""

    @property
    def body(self) -> bytes: ...


class _Apart(msgspec.Struct, gc=False):
    """A page whose rows are still JSON."""

    data: list[msgspec.Raw]
    total: Any = None


_take_apart = msgspec.json.Decoder(_Apart).decode
_NOT_TAKEN = (msgspec.MsgspecError, ValueError, RecursionError)


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
        """
        if body[:1] == _BOM:
            body = body.removeprefix(BOM)
        if len(body) < LARGE:
            return self._read(body)
        if len(body) > _WORTH_COUNTING:
            _check_rows(body)
        with paused():
            return self._read(body)

    def _read(self, body: bytes) -> Rows[E]:
        return self._whole(body) or self._apart(body) or self._plainly(body)

    def answer(self, answer: Answer) -> E:
        """Read an answer about one thing."""
        return self.read_one(answer.body)

    def read_one(self, body: bytes) -> E:
        """Read the body of an answer about one thing. A list of one, as documented for ``/me``, is that one."""
        if body[:1] == _BOM:
            body = body.removeprefix(BOM)
        for decoder in self._decoders.values():
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

    def _whole(self, body: bytes) -> Rows[E] | None:
        for decoder in self._decoders.values():
            try:
                items, total = decoder.page(body)
            except Unfit:
                continue  # nearly always at its first row
            return Rows(items, total) if total is None or total >= 0 else None
        return None

    def _apart(self, body: bytes) -> Rows[E] | None:
        if not self._decoders:
            return None
        try:
            page = _take_apart(body)
        except _NOT_TAKEN:
            return None
        if len(page.data) > LARGEST_PAGE:
            raise too_many_rows()
        unfit: _Shapes = {}
        items: list[E] = []
        for start in range(0, len(page.data), _RUN):
            items += self._run(page.data[start : start + _RUN], start, unfit)
        self._learn(unfit, len(items))
        total = page.total
        if not (type(total) is int and total >= 0):
            total = self._plain.total(self._plain.envelope(body))
        return Rows(items, total)

    def _run(self, raws: list[msgspec.Raw], start: int, unfit: _Shapes) -> list[E]:
        """Read some rows together by the newest decoder, and those that do not fit it one by one."""
        decoder = next(iter(self._decoders.values()))
        items: list[Any] = [None] * len(raws)
        places: list[int] = []
        slots: list[Any] = []
        for place, raw in enumerate(raws):
            try:
                slots.append(decoder.slots(raw))
                places.append(place)
            except Unfit:
                items[place] = self._one(raw, start + place, unfit)
        try:
            moved = decoder.move(slots)
        except Unfit:
            moved = [self._one(raws[place], start + place, unfit) for place in places]
        for place, item in zip(places, moved, strict=True):
            items[place] = item
        return items

    def _one(self, raw: msgspec.Raw, index: int, unfit: _Shapes) -> E:
        for decoder in self._decoders.values():
            try:
                return decoder.move([decoder.slots(raw)])[0]
            except Unfit:
                continue
        path = f"data[{index}]"
        try:
            row = self._plain.value(bytes(raw))
        except DecodeError as error:
            raise DecodeError(joined(path, error.path), error.message) from None
        read = self._plain.row(self._cls, row, path)
        self._see(unfit, row, read)
        return read

    def _plainly(self, body: bytes) -> Rows[E]:
        parsed = self._plain.parse(body)
        around = enclosed(parsed.value, body)
        data = around["data"]
        if is_list(data) and len(data) > LARGEST_PAGE:
            raise too_many_rows()
        rows = self._plain.rows(self._cls, around)
        # Of a text that had to be written anew nothing is learned: its rows may be as they should be.
        if is_list(data) and not parsed.replaced:
            shapes: _Shapes = {}
            for sent, row in zip(data, rows.items, strict=True):
                self._see(shapes, sent, row)
            self._learn(shapes, len(data))
        return rows

    def _see(self, shapes: _Shapes, sent: dict[str, Any], row: E) -> None:
        seen = shapes.setdefault(frozenset(sent), _Seen())
        seen.rows += 1
        if row._origin is not None:
            seen.loose.update(row._origin.originals)
        # A value that did not fit stands there under its wire name.
        seen.loose.update(self._names[wire] for wire in row.extra if wire in self._names)

    def _learn(self, shapes: _Shapes, rows: int) -> None:
        """Make a decoder for the commonest new shape, or one that is looser; give up what most rows do not fit."""
        if not shapes or len(self._barred) > _MAX_BARRED:
            return
        shape, seen = max(shapes.items(), key=lambda item: item[1].rows)
        decoder = self._decoders.get(shape)
        if decoder is not None:
            if not seen.loose <= decoder.loose:
                self._add(shape, decoder.loose | seen.loose)
            elif seen.rows * 2 > rows:
                self._decoders = {key: each for key, each in self._decoders.items() if key != shape}
                self._barred.add(shape)
        elif shape not in self._barred and len(self._decoders) < _MAX_SHAPES and _is_small(shape):
            self._add(shape, frozenset(seen.loose))

    def _add(self, shape: frozenset[str], loose: frozenset[str]) -> None:
        try:
            decoder = make_decoder(self._cls, shape, self._plain, loose)
        except ValueError:
            # A Struct cannot have a field with a quote or a control character in its name.
            self._barred.add(shape)
            return
        # The newest first: an API that has grown a field keeps it.
        others = {key: each for key, each in self._decoders.items() if key != shape}
        self._decoders = {shape: decoder, **others}


def _check_rows(body: bytes) -> None:
    """Refuse a large body that has many more rows than it should, before it is decoded."""
    starts = range(0, len(body), len(body) // _SAMPLES)
    seen = sum(body.count(b"{", start, start + _SAMPLE) for start in starts)
    if seen * len(body) < 2 * LARGEST_PAGE * _SAMPLES * _SAMPLE:
        return
    if body.count(b"{") > LARGEST_PAGE * _OBJECTS_IN_ROW:
        raise too_many_rows()
    try:
        page = _take_apart(body)
    except _NOT_TAKEN:
        return  # who reads it says what is wrong with it
    if len(page.data) > LARGEST_PAGE:
        raise too_many_rows()


def _is_small(shape: frozenset[str]) -> bool:
    return len(shape) <= _MAX_KEYS and all(len(key) <= _LONGEST_KEY for key in shape)
