"""Call records as Arrow tables: pages that are read into columns, and the ways that go through Python's objects."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path
from typing import Any
from unittest.mock import patch

from voipstudio_async import Cdr, VoipStudio
from voipstudio_async.exports import export, to_arrow
from voipstudio_async.reports import CallStats
from voipstudio_async.wire.bounds import finished
from voipstudio_async.wire.codec import codec

from . import records
from .measure import OURS, Plan, Result, Sample, compare, timed
from .server import Server

PAGE = 5000
ENTITIES = "entities, then their columns"
ROWS = "entities, rows of values, columns"
BARE = "pyarrow.json, unchecked"
GROUPED = "pyarrow.json and group_by, unchecked, without legs"
_SUMMED = ("billsec", "charge")


def results(plan: Plan, server: Server) -> Iterator[Result]:
    """Measure."""
    yield compare(
        "batch",
        "A page of 5,000 call records to a record batch",
        _ways(_body()),
        plan,
        unit="us",
        item="record",
        floor=BARE,
    )
    odd = _ways(_body(odd=True))
    kept = {name: odd[name] for name in (OURS, ENTITIES)}
    yield compare("batch-odd", "The same with odd values", kept, plan, unit="us", item="record")
    yield compare(
        "report", "A page of 5,000 call records to a report", _report_ways(_body()), plan, unit="us", item="record"
    )
    rows = min(plan.rows, 200_000)
    url = server.url(0, rows)
    for name, title, job in (("table", "to_arrow, CPU", _table), ("parquet", "Export to Parquet, CPU", _parquet)):
        sample = _cpu(job, url, rows)
        ways = {OURS: sample, ENTITIES: _by_entity(sample), ROWS: _by_entity(_by_row(sample))}
        yield compare(name, title, ways, plan.slow(), unit="us", item="record")


def _body(*, odd: bool = False) -> bytes:
    made = [records.cdr(number) for number in range(PAGE)]
    if odd:
        for record in made[::10]:
            record["calldate"] = "0000-00-00 00:00:00"
        for record in made[::100]:
            record["charge"] = str(record["charge"])
    return records.page(made)


def _ways(body: bytes) -> dict[str, Sample]:
    import pyarrow as pa  # noqa: PLC0415

    from voipstudio_async.columns.batches import batches_of  # noqa: PLC0415
    from voipstudio_async.columns.table import Table  # noqa: PLC0415

    plain, made, table = codec(UTC), batches_of(Cdr, UTC), Table(Cdr, tz=UTC)
    read = made.reader(plain, ())
    assert read is not None, "a lenient codec, and columns that are fields"

    def by_row() -> Any:
        values = zip(*table.rows(plain.rows(Cdr, body).items), strict=True)
        arrays = [pa.array(each, field.type) for each, field in zip(values, made.schema, strict=True)]
        return pa.record_batch(arrays, schema=made.schema)

    return {
        OURS: timed(lambda: made.of(finished(read(body)).items), items=PAGE),
        ENTITIES: timed(lambda: made.of(plain.rows(Cdr, body).items), items=PAGE),
        ROWS: timed(by_row, items=PAGE),
        BARE: timed(lambda: _parsed(body, made.schema), items=PAGE),
    }


def _report_ways(body: bytes) -> dict[str, Sample]:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    from voipstudio_async.columns.batches import batches_of  # noqa: PLC0415

    plain, schema = codec(UTC), batches_of(Cdr, UTC).schema
    wanted = pa.schema(
        [schema.field(name) for name in ("id", "user_id", "type", "calldate", *_SUMMED, "disposition", "dst")]
    )

    def ours() -> Any:
        stats = CallStats()
        for record in plain.rows(Cdr, body).items:
            stats.add(record)
        return stats.report()

    def by_group() -> list[Any]:
        rows = pa.Table.from_struct_array(_parsed(body, wanted)["data"].combine_chunks().flatten())
        rows = rows.append_column("hour", pc.floor_temporal(rows["calldate"], unit="hour"))
        rows = rows.append_column("country", pc.utf8_slice_codeunits(rows["dst"], 0, 3))
        sums = [("id", "count"), ("billsec", "max"), *((name, "sum") for name in _SUMMED)]
        groupings = (["user_id"], ["hour"], ["type", "disposition"], ["country"])
        return [rows.group_by(keys, use_threads=False).aggregate(sums) for keys in groupings]

    return {OURS: timed(ours, items=PAGE), GROUPED: timed(by_group, items=PAGE)}


def _parsed(body: bytes, schema: Any) -> Any:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.json  # noqa: PLC0415

    reading = pyarrow.json.ReadOptions(block_size=len(body) + 1, use_threads=False)
    return pyarrow.json.read_json(pa.BufferReader(body), read_options=reading, parse_options=_bare_parsing(schema))


def _bare_parsing(schema: Any) -> Any:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.json  # noqa: PLC0415

    # Ids in digits, and moments without a zone, as they come.
    types = {"src_id": pa.string(), "dst_id": pa.string(), "calldate": pa.timestamp("us")}
    row = pa.struct([pa.field(field.name, types.get(field.name, field.type)) for field in schema])
    return pyarrow.json.ParseOptions(
        explicit_schema=pa.schema([("data", pa.list_(row)), ("total", pa.int64())]),
        newlines_in_values=True,
        unexpected_field_behavior="ignore",
    )


def _table(client: VoipStudio) -> int:
    return int(to_arrow(client.cdrs.list()).num_rows)


def _parquet(client: VoipStudio) -> int:
    with tempfile.TemporaryDirectory() as folder:
        return export(client.cdrs.list(), Path(folder) / "calls.parquet").rows


def _cpu(job: Callable[[VoipStudio], int], url: str, rows: int) -> Sample:
    """Make a sample: the processor's time that a whole job takes, all threads together."""

    def sample() -> float:
        with VoipStudio("token", base_url=url) as client:
            began = time.process_time()
            found = job(client)
            taken = time.process_time() - began
        if found != rows:
            raise RuntimeError(f"{found} rows came, not {rows}")
        return taken / rows

    return sample


def _by_entity(sample: Sample) -> Sample:
    """Make the sample of the same work with pages that are not read into columns."""

    def by_entity() -> float:
        with patch("voipstudio_async.columns.batches.Batches.reader", lambda *_: None):
            return sample()

    return by_entity


def _by_row(sample: Sample) -> Sample:
    """Make the sample of the same work with columns that are made of rows of values."""

    def columns(table: Any, items: Any) -> list[Any]:
        return list(zip(*table.rows(items), strict=True))

    def by_row() -> float:
        with patch("voipstudio_async.columns.batches.plain_columns", columns):
            return sample()

    return by_row
