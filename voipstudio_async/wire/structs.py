"""The fast path from a page of JSON to entities, proven equal to the plain path.

*The idea.* Building a dict for each row is the expensive part of decoding. So each entity class gets hidden classes,
`msgspec.Struct`, that a whole page is decoded into in C: the JSON, the types, and which fields are there. A loop,
generated once for each of them, then moves the slots of these structs into entities. A `StructDecoder` is the struct
and the loop.

*Why a struct, and not the entity.* msgspec drops what a class does not know, and writes into attrs classes slowly. A
struct that forbids unknown fields says at once that a row has another *shape*, and costs next to nothing to make.

*Why both ways give the same.* A struct decoder reads rows of one shape only: exactly these keys, the unknown ones
included, each value null or of its very type. So what is absent is the same for all its rows, and nothing unknown can
slip through. A slot is moved in one of two ways. Either its value needs no conversion, or one that can be undone: the
date-time ``2017-11-27 23:45:52``, an id in digits, a decimal. Or it goes through the very hook that plain decoding has
for the field (`PlainDecoder.reader`): nested entities, lists of them, floats, secrets; and counts only if the value
gives back what was sent, so that nothing has to be remembered about it. (One liberty: an API that writes its
date-times in another way from the first gets them back so; one that changes its way later gets them back with
a space, and without a fraction that is zero. The values are the same.)

*What makes it fall back.* Anything else is `Unfit`: a value of another type, one that is converted with a loss of form
(``"5"`` for 5), a misfit, another set of keys, broken JSON. That row alone then takes the plain path; see `readers`
for how shapes are learned and given up. A field in which that happens becomes *loose*: the next struct takes anything
there, and `loose` reads it as plain decoding does. So a zero date, or a number as a text, is met the slow way once.

*Where the rest is.* What a slot's type is, and how it becomes a value: in `slots`. The loop: in `movers`. How much a
row may hold, since all of it is made in one go here: in `bounds`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import attrs
import msgspec

from ..entities.base import Entity
from ..entities.fields import field_specs
from ..entities.scalars import bounded
from .bounds import LARGEST_PAGE, MOST_IN_ROW, ROOMY, Room, Unfit, too_many_rows, unbounded
from .movers import Movers, make_movers
from .plain import PlainDecoder
from .slots import holds_others, loose_move, strict_move

E = TypeVar("E", bound=Entity)

_CHUNK = 128
"""Rows that are moved together: few enough to stay in the processor's cache."""


@attrs.frozen
class StructDecoder(Generic[E]):
    """Reads the pages, or the single rows, of one shape; raises `Unfit` for others."""

    page: Callable[[bytes], tuple[list[E], int | None]]
    one: Callable[[bytes], E]
    """From the answer about one thing, whose values have been counted."""
    slots: Callable[[Any], Any]
    """From the raw JSON of one row, whose values have been counted, to the slots of the struct."""
    move: Callable[[list[Any]], list[E]]
    """From such slots to entities."""
    loose: frozenset[str]
    """The names of the fields that may come in other forms than the declared one."""


def make_decoder(
    cls: type[E], keys: frozenset[str], plain: PlainDecoder, loose: frozenset[str] = frozenset()
) -> StructDecoder[E]:
    """Make the decoder of a class for rows with exactly these keys.

    :param loose: the names of the fields that were seen in other forms than the declared one, see `loose`
    :raises ValueError: a key cannot be a field of a struct
    """
    specs = [spec for spec in field_specs(cls) if spec.wire in keys]
    unknown = sorted(keys - {spec.wire for spec in specs})
    open_slots = len(unknown) + sum(spec.name in loose or holds_others(spec) for spec in specs)
    # So that all of a row's values together are not more than a row may have.
    inside = (MOST_IN_ROW - len(keys)) // max(1, open_slots)
    moves = [loose_move(cls, spec, plain) if spec.name in loose else strict_move(spec, plain, inside) for spec in specs]
    # Slots have names of our own: what an API calls its fields never becomes part of generated code.
    slots: list[tuple[str, Any]] = [(f"f{index}", move.slot) for index, move in enumerate(moves)]
    slots += [(f"x{index}", Any) for index in range(len(unknown))]
    wires = [spec.wire for spec in specs] + unknown
    rename = {slot: wire for (slot, _), wire in zip(slots, wires, strict=True)}
    row = msgspec.defstruct("Row", slots, rename=rename, forbid_unknown_fields=True, gc=False)
    page = msgspec.defstruct("Page", [("data", list[row]), ("total", int | None, None)], gc=False)  # type: ignore[valid-type]
    one = msgspec.defstruct("One", [("data", row)], gc=False)
    return _read_through(page, one, row, make_movers(cls, moves, unknown, plain.tz, inside), loose)


def _read_through(page: Any, one: Any, row: Any, movers: Movers[E], loose: frozenset[str]) -> StructDecoder[E]:
    move, move_one = movers
    read_page = msgspec.json.Decoder(page, float_hook=bounded).decode
    read_one = msgspec.json.Decoder(one, float_hook=bounded).decode
    read_row = msgspec.json.Decoder(row, float_hook=bounded).decode

    def whole(body: bytes) -> tuple[list[E], int | None]:
        try:
            found: Any = read_page(body)
            rows = found.data
            if len(rows) > LARGEST_PAGE:
                raise too_many_rows()
            room = unbounded if len(body) <= ROOMY else Room(len(rows)).take
            if len(rows) <= _CHUNK:
                return move(rows, room), found.total
            chunks = (rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK))
            return [row for chunk in chunks for row in move(chunk, room)], found.total
        except _UNFIT:
            raise Unfit from None

    def about_one(body: bytes) -> E:
        try:
            found: Any = read_one(body)
            return move_one(found.data, unbounded)
        except _UNFIT:
            raise Unfit from None

    def slots(raw: Any) -> Any:
        try:
            return read_row(raw)
        except _UNFIT:
            raise Unfit from None

    def moved(rows: list[Any]) -> list[E]:
        try:
            return move(rows, unbounded)
        except _UNFIT:
            raise Unfit from None

    return StructDecoder(whole, about_one, slots, moved, loose)


_UNFIT = (ValueError, ArithmeticError, RecursionError, msgspec.MsgspecError)
"""What a page of another shape, or one that is no page at all, makes them raise: then the plain path decides."""
