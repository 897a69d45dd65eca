"""A lazy frame of call records: what a query needs, and no more, with exact money; whole, or an error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hostile.servers import Hostile, Talk, answer

from voipstudio_async import AsyncVoipStudio, ConfigurationError, VoipStudio, field
from voipstudio_async.polars import scan_cdrs
from voipstudio_async.reports import to_polars
from voipstudio_async.sandbox import Sandbox

pytest.importorskip("pyarrow", reason="pyarrow is not installed: extra arrow")
pl = pytest.importorskip("polars", reason="polars is not installed: extra polars")
pytest.importorskip("polars.io.plugins", reason="polars is too old")

START, END = date(2026, 3, 1), date(2026, 6, 1)
WEEK = timedelta(days=7)
ENGINES = ("in-memory", "streaming")


@pytest.fixture
def office(sandbox: Sandbox) -> Iterator[VoipStudio]:
    with VoipStudio(sandbox.token, base_url=sandbox.url) as client:
        yield client


@pytest.fixture
def rows(sandbox: Sandbox) -> list[Any]:
    return [row for row in sandbox.store.rows("cdrs") if str(START) <= row["calldate"] < str(END)]


@pytest.mark.parametrize("engine", ENGINES)
def test_all_of_it_is_what_to_polars_gives(office: VoipStudio, engine: Any) -> None:
    found = scan_cdrs(office, START, END, slice=WEEK).collect(engine=engine)

    assert found.height > 20
    assert found.sort("id").equals(to_polars(office.cdrs.walk(START, END, slice=WEEK)).sort("id"))


def test_the_types_are_known_before_anything_is_sent(sandbox: Sandbox, office: VoipStudio) -> None:
    schema = scan_cdrs(office, START, END).collect_schema()

    assert (schema["charge"], schema["calldate"]) == (pl.Decimal(38, 12), pl.Datetime("us", "UTC"))
    assert len(sandbox.requests) == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_groups_of_filtered_rows_add_up_exactly(office: VoipStudio, rows: list[Any], engine: Any) -> None:
    calls = scan_cdrs(office, START, END, slice=WEEK)
    query = calls.filter(pl.col("duration") > 60).group_by("user_id").agg(pl.col("charge").sum())

    found = dict(query.collect(engine=engine).iter_rows())

    wanted: dict[Any, Decimal] = {}
    for row in rows:
        if row["duration"] > 60:
            wanted[row["user_id"]] = wanted.get(row["user_id"], Decimal(0)) + Decimal(str(row["charge"]))
    assert found == wanted


@pytest.mark.parametrize("engine", ENGINES)
def test_a_few_rows_cost_one_page(sandbox: Sandbox, office: VoipStudio, engine: Any) -> None:
    found = scan_cdrs(office, START, END, slice=END - START).select("id", "dst").head(3).collect(engine=engine)

    assert (found.height, found.columns) == (3, ["id", "dst"])
    assert len(sandbox.requests) == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_the_first_rows_are_taken_before_they_are_filtered(office: VoipStudio, rows: list[Any], engine: Any) -> None:
    calls = scan_cdrs(office, START, END, slice=WEEK)
    first = calls.head(10).collect(engine=engine)
    long = pl.col("duration") > 30

    assert calls.head(10).filter(long).collect(engine=engine).equals(first.filter(long))
    assert calls.select(pl.len()).collect(engine=engine).item() == len(rows)
    assert calls.filter(long).head(2).collect(engine=engine).height == 2
    assert calls.head(0).collect(engine=engine).height == 0


def test_filters_go_to_the_api(sandbox: Sandbox, office: VoipStudio) -> None:
    found = scan_cdrs(office, START, END, field("duration") > 60, slice=END - START).collect()

    assert min(found["duration"].to_list()) > 60
    assert '"duration"' in sandbox.requests[-1].query["filter"]


class Short(Hostile):
    """A server that counts two rows of the range, and has one."""

    def __init__(self) -> None:
        super().__init__(self._talk)

    async def _talk(self, talk: Talk) -> None:
        while await talk.request() is not None:
            rows = [{"id": id, "calldate": f"2026-0{id}-09 10:00:00"} for id in (7, 3)]
            await talk.send(answer({"data": rows, "total": 2}))


@pytest.mark.parametrize("engine", ENGINES)
def test_rows_that_are_missing_are_an_error(engine: Any) -> None:
    with Short() as server, VoipStudio("t", base_url=server.url) as client:
        calls = scan_cdrs(client, START, END, slice=END - START)
        with pytest.raises(Exception, match="rows are missing, collect them again"):
            calls.collect(engine=engine)


def test_what_cannot_be_asked_for_is_refused_at_once(office: VoipStudio) -> None:
    with pytest.raises(ConfigurationError, match="give it a VoipStudio, got AsyncVoipStudio"):
        scan_cdrs(AsyncVoipStudio("t"), START, END)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="start"):
        scan_cdrs(office, END, START)


def test_an_old_polars_is_told(office: VoipStudio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars.io.plugins", None)
    with pytest.raises(ConfigurationError, match="needs a newer polars"):
        scan_cdrs(office, START, END)
