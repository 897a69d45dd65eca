"""JSON to entities: pages of users and call records, as they should be and as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC

import orjson

from voipstudio_async import Cdr, User
from voipstudio_async.wire.codec import Codec

from . import models, records
from .generated import Generated
from .measure import OURS, Plan, Result, Sample, compare, timed

STRUCT = "msgspec Struct"
FLOATS = "msgspec Struct, floats for money"
DICTS = "orjson to dicts"
PYDANTIC = "pydantic v2, extras kept"
CATTRS = "cattrs, tuned"
CATTRS_PLAIN = "cattrs, as it comes"
GENERATED = "generated client"

ENTITIES = {"user": User, "cdr": Cdr}


def reader(kind: str) -> models.Decode:
    """Return our own way: what a listing does with the body of a page, its struct decoders learned."""
    codec, entity = Codec(UTC, strict=False), ENTITIES[kind]
    return lambda body: codec.rows(entity, body)


def decoders(kind: str, generated: Generated) -> dict[str, models.Decode]:
    """Return every contender's way from the body of a page to records."""
    ways = {
        OURS: reader(kind),
        STRUCT: models.struct(kind),
        DICTS: orjson.loads,
        PYDANTIC: models.model(kind),
        CATTRS: models.cattrs_fast(kind),
        CATTRS_PLAIN: models.cattrs_plain(kind),
    }
    if kind == "cdr":
        ways[FLOATS] = models.struct(kind, money=float)
    if generated.present:
        page = getattr(generated.module(f"models.{kind}_page"), f"{kind.title()}Page")
        ways[GENERATED] = lambda body: page.from_dict(json.loads(body))
    return ways


def samples(ways: dict[str, models.Decode], body: bytes, size: int) -> dict[str, Sample]:
    """Make short samples of decoding one page again and again."""
    times = max(1, 1000 // size)
    return {name: timed(lambda way=way: way(body), times, size) for name, way in ways.items()}


def results(plan: Plan, generated: Generated) -> Iterator[Result]:
    """Measure."""
    for kind in records.MAKERS:
        ways = decoders(kind, generated)
        for size in (100, 5000):
            rows = records.rows(kind, size)
            yield _result(f"decode-{kind}-{size}", f"{kind}, page of {size}", ways, rows, plan)
            grown = records.with_unknown(rows)
            yield _result(
                f"decode-{kind}-{size}-unknown", f"{kind}, page of {size}, an unknown field", ways, grown, plan
            )
        rows = records.with_misfits(records.rows(kind, 1000), {"user": "customer", "cdr": "duration"}[kind])
        yield _result(f"decode-{kind}-misfits", f"{kind}, page of 1000, 1 % misfits", ways, rows, plan)
        rows = records.with_zero_dates(records.rows(kind, 1000), records.DATES[kind])
        yield _result(f"decode-{kind}-zero", f"{kind}, page of 1000, 10 % zero dates", ways, rows, plan)


def _result(name: str, what: str, ways: dict[str, models.Decode], rows: list[records.Record], plan: Plan) -> Result:
    # A reader of our own each time: one that has learned the shapes of this result, and of no other.
    taken = samples(ways | {OURS: reader(name.split("-")[1])}, records.page(rows), len(rows))
    return compare(name, f"Decode: {what}", taken, plan, unit="us", item="record", floor=STRUCT)
