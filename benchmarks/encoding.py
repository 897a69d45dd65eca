"""Filters and bodies to JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import attrs
import msgspec
import orjson
import pydantic

from voipstudio_async import Filter, field
from voipstudio_async.entities import UserGroupDraft
from voipstudio_async.wire.codec import Codec
from voipstudio_async.wire.parsing import encode

from .measure import OURS, Plan, Result, compare, timed

START = datetime(2025, 3, 1, tzinfo=UTC)
TIMES = 500
BY_HAND = "orjson, dicts by hand"


class _Struct(msgspec.Struct):
    name: str
    color: str


class _Model(pydantic.BaseModel):
    name: str
    color: str


def filters(count: int) -> tuple[Filter, ...]:
    """Make so many filters: a date, a number, a text."""
    kinds = (field("calldate") >= START, field("duration") > 60, field("disposition") == "CONNECTED")
    return tuple(kinds[index % 3] for index in range(count))


def by_hand(count: int) -> bytes:
    """Do the same with dicts written out: what a program without an SDK does."""
    moment = START.strftime("%Y-%m-%d %H:%M:%S")
    kinds = (("calldate", "gte", moment), ("duration", "gt", 60), ("disposition", "eq", "CONNECTED"))
    return orjson.dumps(
        [dict(zip(("property", "operator", "value"), kinds[index % 3], strict=True)) for index in range(count)]
    )


def results(plan: Plan) -> Iterator[Result]:
    """Measure."""
    codec = Codec(UTC, strict=False)
    given = filters(3)
    ways = {OURS: timed(lambda: codec.filter_text(given), TIMES), BY_HAND: timed(lambda: by_hand(3), TIMES)}
    yield compare("encode-filters", "Encode: three filters", ways, plan, unit="us", item="query", floor=BY_HAND)
    draft, struct, model = (
        UserGroupDraft(name="Sales", color="red"),
        _Struct("Sales", "red"),
        _Model(name="S", color="r"),
    )
    ways = {
        OURS: timed(lambda: encode(codec.body(draft)), TIMES),
        "msgspec Struct": timed(lambda: msgspec.json.encode(struct), TIMES),
        "pydantic v2": timed(model.model_dump_json, TIMES),
        "attrs.asdict + json": timed(lambda: json.dumps(attrs.asdict(draft)), TIMES),
    }
    yield compare("encode-body", "Encode: a body", ways, plan, unit="us", item="body", floor="msgspec Struct")
