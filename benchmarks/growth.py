"""How cost grows: with rows, page size, fields, calls at a time, unknown fields, filters; the floor beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC

import attrs
import orjson

from voipstudio_async.wire.codec import Codec

from . import calls, encoding, models, plain, records
from .decoding import DICTS, STRUCT, reader, samples
from .generated import Generated
from .measure import OURS, Plan, Result, compare, timed
from .server import Server
from .walkers import BARE, BARE_AHEAD, PREFETCH, WALKS
from .walking import walk_sample


@attrs.frozen
class Series:
    """The same measurement for several sizes."""

    name: str
    title: str
    across: str
    """What the sizes are of."""
    unit: str
    points: dict[int, Result]


def series(plan: Plan, server: Server, generated: Generated) -> Iterator[Series]:
    """Measure."""
    yield _rows(plan, server)
    yield _plain(plan, server)
    shorter = attrs.evolve(plan, seconds=plan.seconds / 2)
    yield _page_size(shorter)
    yield _fields(shorter)
    yield _at_a_time(shorter, server, generated)
    yield _unknown(shorter)
    yield _filters(shorter)


def _rows(plan: Plan, server: Server) -> Series:
    chosen = {name: WALKS[name] for name in (OURS, PREFETCH, BARE, BARE_AHEAD)}
    short = attrs.evolve(plan, least=min(3, plan.least))

    def at(rows: int) -> Result:
        url = server.url(20, rows)
        taken = {name: walk_sample(walk, url, rows) for name, walk in chosen.items()}
        return compare("rows", "Walk, 20 ms away", taken, short, unit="s", item="walk", floor=BARE_AHEAD)

    return _series(
        "rows", "Seconds for a walk, 20 ms away, pages of 5000", "rows", at, (5_000, 20_000, 50_000, 100_000, 200_000)
    )


def _plain(plan: Plan, server: Server) -> Series:
    short = attrs.evolve(plan, least=min(3, plan.least))

    def at(rows: int) -> Result:
        taken = plain.walks(server.url(20, rows), rows)
        return compare("plain", "A plain loop, 20 ms away", taken, short, unit="s", item="walk", floor=plain.BY_HAND)

    return _series("plain", "Seconds for a plain loop, 20 ms away", "rows", at, (100, 1_000, 10_000, 100_000))


def _series(name: str, title: str, across: str, at: Callable[[int], Result], sizes: tuple[int, ...]) -> Series:
    points = {size: at(size) for size in sizes}
    return Series(name, title, across, next(iter(points.values())).unit, points)


def _decode(plan: Plan, rows: list[records.Record]) -> Result:
    ways = {OURS: reader("cdr"), STRUCT: models.struct("cdr"), DICTS: orjson.loads}
    taken = samples(ways, records.page(rows), len(rows))
    return compare("decode", "Decode", taken, plan, unit="us", item="record", floor=STRUCT)


def _page_size(plan: Plan) -> Series:
    def at(size: int) -> Result:
        return _decode(plan, records.rows("cdr", size))

    return _series(
        "page-size", "Microseconds to decode a call record", "rows in a page", at, (1, 10, 100, 500, 1000, 5000)
    )


def _fields(plan: Plan) -> Series:
    def at(count: int) -> Result:
        rows = [dict(list(row.items())[:count]) for row in records.rows("cdr", 100)]
        return _decode(plan, rows)

    return _series("fields", "Microseconds to decode a call record", "fields in a record", at, (1, 4, 8, 16, 24, 32))


def _unknown(plan: Plan) -> Series:
    def at(count: int) -> Result:
        return _decode(plan, records.with_unknown(records.rows("cdr", 100), count))

    return _series(
        "unknown", "Microseconds to decode a call record", "unknown fields in a record", at, (0, 1, 2, 4, 8, 16)
    )


def _at_a_time(plan: Plan, server: Server, generated: Generated) -> Series:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        ways = runner.run(calls.async_calls(stack, server.url(), generated))

        def at(workers: int) -> Result:
            taken = calls.async_samples(runner, ways, workers)
            return compare("calls", "Async call", taken, plan, unit="us", item="call", floor=calls.AIOHTTP)

        found = _series("at-a-time", "Microseconds for a call", "calls at a time", at, (1, 2, 4, 8, 16, 32, 64))
        runner.run(stack.aclose())
    return found


def _filters(plan: Plan) -> Series:
    codec = Codec(UTC, strict=False)

    def at(count: int) -> Result:
        given = encoding.filters(count)
        ways = {
            OURS: timed(lambda: codec.filter_text(given), 200),
            encoding.BY_HAND: timed(lambda: encoding.by_hand(count), 200),
        }
        return compare("filters", "Encode", ways, plan, unit="us", item="query", floor=encoding.BY_HAND)

    return _series("filters", "Microseconds to write the filters of a query", "filters", at, (1, 2, 4, 8, 16, 32))
