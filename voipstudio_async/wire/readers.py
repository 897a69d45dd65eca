"""How the pages of one entity class are read: by its twins where they fit, and the plain way where they do not.

Most pages fit whole. Where some rows do not (a value that has to be converted, another set of fields), the page is
taken apart and only those go the plain way. See `structs` for what a twin is, and why both ways give the
same.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any, Generic, Protocol, TypeVar

import attrs
import msgspec

from ..entities.base import Entity
from ..entities.scalars import is_list, is_object
from ..errors import DecodeError
from .gc_pause import LARGE, paused
from .structs import Twin, Unfit, make_twin, supports

E = TypeVar("E", bound=Entity)

_MAX_SHAPES = 4
"""Twins that a class may have: an API that grows a field, or two kinds of rows in one listing, need a few."""
_RUN = 64
"""Rows of a page that is taken apart that are read together."""
_MAX_KEYS = 200
"""Rows with more fields than this are not worth a twin."""


class Answer(Protocol):
    """What was answered."""

    @property
    def body(self) -> bytes: ...


class _Apart(msgspec.Struct, gc=False):
    """A page whose rows are still JSON."""

    data: list[msgspec.Raw]
    total: Any = None


_take_apart = msgspec.json.Decoder(_Apart).decode


@attrs.frozen
class Rows(Generic[E]):
    """What a listing answered: its rows, and the total of the whole collection where it was told."""

    items: list[E]
    total: int | None


@attrs.frozen
class PlainWay(Generic[E]):
    """How rows are read without twins."""

    envelope: Callable[[bytes], dict[str, Any]]
    parse: Callable[[bytes], Any]
    rows: Callable[[dict[str, Any]], Rows[E]]
    one: Callable[[dict[str, Any]], E]
    row: Callable[[Any, str], E]
    """From a row and its path."""
    total: Callable[[dict[str, Any]], int | None]


class PageReader(Generic[E]):
    """Reads the pages of one class, for one codec."""

    def __init__(self, cls: type[E], tz: tzinfo, plain: PlainWay[E]) -> None:
        self._cls = cls
        self._tz = tz
        self._plain = plain
        self._twins: dict[frozenset[str], Twin[E]] = {}
        self._barred: set[frozenset[str]] = set()
        self._learns = supports(cls)

    def read(self, body: bytes) -> Rows[E]:
        """Read one page."""
        if len(body) < LARGE:
            return self._whole(body) or self._apart(body) or self._plainly(body)
        with paused():
            return self._whole(body) or self._apart(body) or self._plainly(body)

    def answer(self, answer: Answer) -> E:
        """Read an answer about one thing."""
        return self.read_one(answer.body)

    def read_one(self, body: bytes) -> E:
        """Read the body of an answer about one thing. A list of one, as documented for ``/me``, is that one."""
        for twin in self._twins.values():
            try:
                return twin.one(body)
            except Unfit:
                continue
        envelope = self._plain.envelope(body)
        one = self._plain.one(envelope)
        data = envelope["data"]
        if is_object(data):
            self._learn_plain([one], {frozenset(data): 1})
        return one

    def _whole(self, body: bytes) -> Rows[E] | None:
        for twin in self._twins.values():
            try:
                items, total = twin.page(body)
            except Unfit:
                continue  # nearly always at its first row
            return Rows(items, total) if total is None or total >= 0 else None
        return None

    def _apart(self, body: bytes) -> Rows[E] | None:
        if not self._twins:
            return None
        try:
            page = _take_apart(body)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return None
        unfit: dict[frozenset[str], int] = {}
        items: list[E] = []
        for start in range(0, len(page.data), _RUN):
            items += self._run(page.data[start : start + _RUN], start, unfit)
        self._learn(unfit, len(items))
        total = page.total
        if not (type(total) is int and total >= 0):
            total = self._plain.total(self._plain.envelope(body))
        return Rows(items, total)

    def _run(self, raws: list[msgspec.Raw], start: int, unfit: dict[frozenset[str], int]) -> list[E]:
        """Read some rows together by the newest twin, and those that do not fit it one by one."""
        twin = next(iter(self._twins.values()))
        items: list[Any] = [None] * len(raws)
        places: list[int] = []
        slots: list[Any] = []
        for place, raw in enumerate(raws):
            try:
                slots.append(twin.slots(raw))
                places.append(place)
            except Unfit:
                items[place] = self._one(raw, start + place, unfit)
        try:
            moved = twin.move(slots)
        except Unfit:
            moved = [self._one(raws[place], start + place, unfit) for place in places]
        for place, item in zip(places, moved, strict=True):
            items[place] = item
        return items

    def _one(self, raw: msgspec.Raw, index: int, unfit: dict[frozenset[str], int]) -> E:
        for twin in self._twins.values():
            try:
                return twin.move([twin.slots(raw)])[0]
            except Unfit:
                continue
        path = f"data[{index}]"
        try:
            row = self._plain.parse(bytes(raw))
        except DecodeError as error:
            raise DecodeError(path, error.message) from None
        if is_object(row):
            shape = frozenset(row)
            unfit[shape] = unfit.get(shape, 0) + 1
        return self._plain.row(row, path)

    def _plainly(self, body: bytes) -> Rows[E]:
        envelope = self._plain.envelope(body)
        rows = self._plain.rows(envelope)
        data = envelope["data"]
        if is_list(data):
            shapes: dict[frozenset[str], int] = {}
            for row in data:
                shapes[frozenset(row)] = shapes.get(frozenset(row), 0) + 1
            self._learn_plain(rows.items, shapes)
        return rows

    def _learn_plain(self, rows: list[E], shapes: dict[frozenset[str], int]) -> None:
        if sum(map(_rewritten, rows)) * 2 > len(rows):
            # An API that writes its date-times in another way than the twins give them back.
            self._barred.update(shapes)
        self._learn(shapes, len(rows))

    def _learn(self, shapes: dict[frozenset[str], int], rows: int) -> None:
        """Make a twin for the commonest new shape; give one up that most rows of its shape do not fit."""
        if not shapes or not self._learns:
            return
        shape = max(shapes, key=lambda key: shapes[key])
        if shape in self._twins:
            if shapes[shape] * 2 > rows:
                self._twins = {key: twin for key, twin in self._twins.items() if key != shape}
                self._barred.add(shape)
        elif shape not in self._barred and len(self._twins) < _MAX_SHAPES and len(shape) <= _MAX_KEYS:
            self._add(shape)

    def _add(self, shape: frozenset[str]) -> None:
        try:
            twin = make_twin(self._cls, shape, self._tz)
        except ValueError:
            # A Struct cannot have a field with a quote or a control character in its name.
            self._barred.add(shape)
            return
        # The newest first: an API that has grown a field keeps it.
        self._twins = {shape: twin, **self._twins}


def _rewritten(row: Entity) -> bool:
    """Tell whether a row has a date-time that `to_dict` would write in another way, had it not been kept."""
    origin = row._origin
    return origin is not None and any(isinstance(value, datetime) for value, _ in origin.originals.values())
