"""From the bytes of a page to a record batch, without entities: in half the time, and to the same end.

*The idea.* `pyarrow.json` reads a whole page into typed columns, given a schema. But it is more lenient than we are in
some points, and knows less in others. So a page is read in this way only where nothing can differ; where something
might, the page is `Refused` and goes the way of entities, as every page once did.

*What a column is read as* stands in `native`, with what is looked at afterwards. A field for which there is nothing of
the kind, such as one that holds JSON, is read *apart*: by msgspec, and by the hooks of plain decoding. So is one that
was the reason for a refusal: a number in quotes costs a page once, and then only its own column.

*What is looked at besides.* msgspec goes through the whole page once, which costs a tenth: it knows what is JSON
(pyarrow takes ``NaN``, and several documents), and whether money is a number (pyarrow takes it in quotes, too, and in
forms that we do not). Rows that are null, or lack what a row must have, and texts that are not UTF-8 are refused.
A field that no column is for is passed over, also if it is more than an entity is read with.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any, Generic, TypeVar

import attrs
import msgspec

from ..entities.base import Entity
from ..entities.fields import FieldSpec, Kind, field_specs
from ..entities.scalars import Misfit, bounded
from ..extras import needed
from ..wire.apart import count
from ..wire.bounds import AT_ONCE, LARGEST_PAGE, ROOMY, Room, finished, looked_at
from ..wire.codec import Codec, Rows
from ..wire.gc_pause import LARGE
from ..wire.loose import moment_reader
from ..wire.plain import PlainDecoder
from .native import Native, Refused
from .rows import BatchRows

E = TypeVar("E", bound=Entity)
Read = Callable[[bytes], Generator[None, None, Rows[E]]]
"""How a page is read: in steps, as `Codec.steps`."""
ArrayOf = Callable[[FieldSpec, list[Any]], Any]
"""Makes the Arrow array of a column of its field's values."""

_SMALL = 1 << 12
"""Bytes; below that, entities are made in no time."""
_PATIENCE = 3
"""Refused pages from which nothing is learned, before no other is tried."""


@attrs.frozen
class Shape:
    """What a page is read into."""

    specs: Sequence[FieldSpec]
    """The fields that are columns, in their order."""
    schema: Any
    """The Arrow schema of these columns."""
    native: Callable[[FieldSpec], Native | None]
    """Says how pyarrow reads a field, where it can."""
    array_of: ArrayOf


class ColumnReader(Generic[E]):
    """Reads the pages of one listing as record batches."""

    def __init__(self, entity: type[E], codec: Codec, shape: Shape, aside: Iterable[str]) -> None:
        """Begin with what the declaration says of the fields.

        :param aside: the wire names of fields that the walk looks at, whether they are columns or not
        """
        self._entity = entity
        self._codec = codec
        self._shape = shape
        wanted, compared = {spec.wire for spec in shape.specs}, {"id", *aside}
        specs = [spec for spec in field_specs(entity) if spec.wire in wanted | compared or not spec.optional]
        self._aside = [spec.name for spec in specs if spec.wire in compared]
        natives = {spec.name: shape.native(spec) for spec in specs}
        self._natives = {name: each for name, each in natives.items() if each is not None}
        self._apart = [spec for spec in specs if natives[spec.name] is None]
        self._refusals = 0
        self._plan()

    def steps(self, body: bytes) -> Generator[None, None, Rows[E]]:
        """Read a page: by column where that comes to the same, as entities where it may not."""
        if self._refusals >= _PATIENCE or len(body) < _SMALL:
            return (yield from self._codec.steps(self._entity, body))
        try:
            return self._by_column(body)
        except Refused as refused:
            found = yield from self._codec.steps(self._entity, body)
            self._learn(refused.spec, found.items)
            return found

    def _by_column(self, body: bytes) -> Rows[E]:
        if len(body) > AT_ONCE or (len(body) >= LARGE and not looked_at(body, count)):
            raise Refused
        apart = self._taken_apart(body)
        data, total = self._parsed(body)
        found = zip(self._natives.items(), data.flatten(), strict=True)
        arrays = {name: each.column(array) for (name, each), array in found}
        made = ((spec.name, self._made(spec, sent)) for spec, sent in zip(self._apart, apart, strict=True))
        arrays |= {name: array for name, array in made if array is not None}
        arrow = needed("pyarrow", "arrow")
        batch = arrow.record_batch([arrays[spec.name] for spec in self._shape.specs], schema=self._shape.schema)
        aside = {name: arrays[name] for name in self._aside if name in arrays}
        return Rows(BatchRows(batch, aside, lambda: finished(self._codec.steps(self._entity, body)).items), total)

    def _taken_apart(self, body: bytes) -> list[list[Any]]:
        """Return what the fields hold that are read apart, and refuse what is no JSON."""
        try:
            rows: list[Any] = self._take_apart(body).data
            room = Room(len(rows))
            return [[room.take(getattr(row, slot), ROOMY) for row in rows] for slot in self._slots]
        except (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError):
            raise Refused from None

    def _parsed(self, body: bytes) -> tuple[Any, int | None]:
        """Return the rows as an Arrow array of structs, and their total."""
        arrow, json = needed("pyarrow", "arrow"), needed("pyarrow.json", "arrow")
        reading = json.ReadOptions(use_threads=False, block_size=len(body) + 1)
        try:
            found = json.read_json(arrow.BufferReader(body), read_options=reading, parse_options=self._parsing)
            (data,), (total,) = found.column("data").chunks, found.column("total").to_pylist()
            data.validate(full=True)
        except (arrow.ArrowException, ValueError, OverflowError):
            raise Refused from None
        rows = data.flatten()
        if data.null_count or rows.null_count or len(rows) > LARGEST_PAGE or (total is not None and total < 0):
            raise Refused
        return rows, total

    def _made(self, spec: FieldSpec, sent: Sequence[Any]) -> Any:
        """Return the column of a field that was read apart; None where none is wanted, and none can be had."""
        values = plain_values(self._entity, spec, sent, self._codec.plain)
        try:
            return self._shape.array_of(spec, values)
        except (needed("pyarrow", "arrow").ArrowException, OverflowError, ValueError, TypeError):
            if spec in self._shape.specs:
                # Said of the entities, with the row that it is about.
                raise Refused from None
            return None

    def _plan(self) -> None:
        """Make what the columns are read with."""
        arrow, json = needed("pyarrow", "arrow"), needed("pyarrow.json", "arrow")
        row = arrow.struct([arrow.field(each.spec.wire, each.type) for each in self._natives.values()])
        self._parsing = json.ParseOptions(
            explicit_schema=arrow.schema([("data", arrow.list_(row)), ("total", arrow.int64())]),
            newlines_in_values=True,
            unexpected_field_behavior="ignore",
        )
        # Slots have names of our own: what an API calls its fields may be none in Python.
        self._slots = [f"f{number}" for number in range(len(self._apart))]
        slots = list(zip(self._slots, self._apart, [Any] * len(self._apart), strict=True))
        checked = [each for each in self._natives.values() if each.checked is not None]
        slots += [(f"c{number}", each.spec, each.checked) for number, each in enumerate(checked)]
        names = {slot: spec.wire for slot, spec, _ in slots}
        row = msgspec.defstruct("Row", [(slot, kind, None) for slot, _, kind in slots], rename=names, gc=False)
        page: Any = msgspec.defstruct("Page", [("data", list[row])], gc=False)  # type: ignore[valid-type]
        self._take_apart = msgspec.json.Decoder(page, float_hook=bounded).decode

    def _learn(self, refused: FieldSpec | None, items: Sequence[E]) -> None:
        """Read apart from now on what made a page misfit."""
        odd = {refused.name} if refused is not None else self._odd(items)
        if not odd:
            self._refusals += 1
            return
        self._apart += [self._natives.pop(name).spec for name in odd]
        self._plan()

    def _odd(self, items: Sequence[E]) -> set[str]:
        """Return the names of the fields that have a value in another form than the declared one."""
        names: set[str] = set()
        for item in items:
            names.update(item._origin.originals if item._origin is not None else ())
            names.update(item.extra)
        return {
            name
            for name, each in self._natives.items()
            if name in names or each.spec.wire in names or not each.fits([getattr(item, name) for item in items])
        }


def plain_values(entity: type[Entity], spec: FieldSpec, sent: Iterable[Any], plain: PlainDecoder) -> list[Any]:
    """Read the values of a field as plain decoding does; one that does not fit is null."""
    hook, target = plain.reader(spec.type)
    usual = moment_reader(plain.tz) if spec.kinds == (Kind.MOMENT,) and spec.form is None else None

    def read(value: Any) -> Any:
        if value is None:
            return None
        quick = None if usual is None else usual(value)
        try:
            return hook(value, target) if quick is None else quick
        except Misfit as misfit:
            plain.keep_aside(entity, spec, misfit)
            return None

    try:
        values = [read(value) for value in sent]
    except (Misfit, RecursionError):
        raise Refused from None
    if not spec.optional and None in values:
        raise Refused
    return values
