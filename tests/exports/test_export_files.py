"""Exports: what is in the files."""

from __future__ import annotations

import csv
import io
import json
import stat
import sys
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from faces import opened, settle
from hypothesis import given
from hypothesis import strategies as st
from recorder import Recorder
from reports.made_calls import records, words

from voipstudio_async import Cdr, ConfigurationError, DecodeError, Me, PaginationError, Secret, User, field
from voipstudio_async.columns.table import Column, Kind, Table, columns_of
from voipstudio_async.entities.base import Extra
from voipstudio_async.entities.fields import field_specs
from voipstudio_async.exports.text import csv_header, csv_lines, json_lines
from voipstudio_async.reports import export
from voipstudio_async.sandbox import Sandbox
from voipstudio_async.texts import neutral, to_json

FORMATS = ["csv", "ndjson", "parquet", "arrow"]
RISKY = tuple("=+-@\t\r\n")


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def unmarked(text: str) -> str:
    return text.removeprefix("'")


def read_table(path: Path) -> Any:
    if path.suffix == ".parquet":
        return pytest.importorskip("pyarrow.parquet").read_table(path)
    return pytest.importorskip("pyarrow.ipc").open_file(str(path)).read_all()


def names_in(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def rows_in(path: Path) -> int:
    content = path.read_bytes()
    if path.suffix == ".csv":
        return len(read_csv(content))
    return len(content.splitlines()) if path.suffix == ".ndjson" else int(read_table(path).num_rows)


# --- CSV and NDJSON ------------------------------------------------------------------------------------------


@given(st.lists(records, max_size=5))
def test_csv_reads_back_as_what_was_written(cdrs: list[Cdr]) -> None:
    table = Table(Cdr)
    rows = read_csv(csv_header(table) + csv_lines(table, cdrs))
    assert len(rows) == len(cdrs)
    for row, cdr in zip(rows, cdrs, strict=True):
        assert int(row["id"]) == cdr.id
        assert unmarked(row["src_name"]) == (cdr.src_name or "")
        assert row["charge"] == ("" if cdr.charge is None else format(cdr.charge, "f"))
        assert row["calldate"] == ("" if cdr.calldate is None else cdr.calldate.isoformat())
        assert row["is_root"] == {None: "", True: "true", False: "false"}[cdr.is_root]
        assert (json.loads(row["labels"]) if row["labels"] else None) == labels_of(cdr)


def labels_of(cdr: Cdr) -> list[str] | None:
    if cdr.labels is None:
        return None
    return [cdr.labels] if isinstance(cdr.labels, str) else list(cdr.labels)


@given(words)
def test_no_text_of_a_csv_begins_as_a_formula(text: str) -> None:
    assert not neutral(text).startswith(RISKY)
    assert neutral(text) in (text, f"'{text}")
    assert neutral(text).removeprefix("'") == text if neutral(text) != text else not text.startswith("'")


def test_numbers_of_a_csv_are_left_alone() -> None:
    line = csv_lines(Table(Cdr), [Cdr(id=1, duration=-5, charge=Decimal("-0.5"), src="-5", labels=("=1",))]).decode()
    assert line.startswith("1,")
    assert ",-5," in line
    assert ",-0.5," in line
    assert ",'-5," in line
    assert '"[""=1""]"' in line


@given(st.lists(records, max_size=5))
def test_ndjson_reads_back_as_what_was_written(cdrs: list[Cdr]) -> None:
    rows = [json.loads(line) for line in json_lines(Table(Cdr), cdrs).split(b"\n") if line]
    numbers = [json.loads(line, parse_float=Decimal) for line in json_lines(Table(Cdr), cdrs, "number").splitlines()]
    assert len(rows) == len(cdrs)
    assert [row["charge"] for row in numbers] == [cdr.charge for cdr in cdrs]
    for row, cdr in zip(rows, cdrs, strict=True):
        assert list(row) == [spec.wire for spec in field_specs(Cdr)]
        assert (row["id"], row["src_name"]) == (cdr.id, cdr.src_name)
        assert (row["charge"] and Decimal(row["charge"])) == cdr.charge
        assert row["labels"] == labels_of(cdr)
        assert cdr.calldate is None or datetime.fromisoformat(row["calldate"]) == cdr.calldate


def test_json_takes_integers_of_any_size() -> None:
    value = {"a": [2**80, True], "b": "x", "c": {"d": -(2**90)}}
    assert json.loads(to_json(value)) == value


def test_date_times_are_written_in_the_zone_that_was_asked_for() -> None:
    cdr = Cdr(id=1, calldate=datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    line = csv_lines(Table(Cdr, tz=ZoneInfo("Europe/Paris")), [cdr]).decode()
    assert "2026-10-25T02:30:00+01:00" in line


async def test_date_times_are_written_in_the_zone_of_the_client_unless_another_is_asked_for(
    face: type[Any], sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(face, sandbox.token, base_url=sandbox.url, tz=ZoneInfo("Asia/Tokyo")) as client:
        await settle(export(client.cdrs.list(), tmp_path / "own.csv"))
        await settle(export(client.cdrs.list(), tmp_path / "other.csv", tz=UTC))
    assert (tmp_path / "own.csv").read_text().count("+09:00,") == 60
    assert "+09:00" not in (tmp_path / "other.csv").read_text()


# --- columns -------------------------------------------------------------------------------------------------


def test_columns_come_from_the_declaration() -> None:
    kinds = {column.name: column.kind for column in columns_of(Cdr)}
    assert list(kinds) == [spec.wire for spec in field_specs(Cdr)]
    assert (kinds["id"], kinds["src_id"], kinds["is_root"]) == (Kind.INTEGER, Kind.INTEGER, Kind.BOOLEAN)
    assert (kinds["type"], kinds["clid"], kinds["charge"]) == (Kind.CODE, Kind.TEXT, Kind.MONEY)
    assert (kinds["calldate"], kinds["labels"]) == (Kind.MOMENT, Kind.TEXTS)
    assert columns_of(User, extras=True)[-1] == Column("extra", Kind.JSON)


def test_secrets_are_masked_also_among_the_extras() -> None:
    me = Me(id=1, sip_password=Secret("hush"), extra=Extra({"sip_password": "hush", "new": 1}))
    table = Table(Me, extras=True)
    for written in (csv_lines(table, [me]), json_lines(table, [me])):
        assert b"hush" not in written
        assert b"***" in written


def test_codes_are_texts() -> None:
    names = [column.name for column in columns_of(Cdr)]
    values = [Table(Cdr).row(Cdr(id=1, type=code))[names.index("type")] for code in ("O", 3, True, False, None)]
    assert values == ["O", "3", "true", "false", None]


# --- files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
async def test_every_row_is_in_the_file(client: Any, tmp_path: Path, form: str) -> None:
    if form in ("parquet", "arrow"):
        pytest.importorskip("pyarrow")
    path, seen = tmp_path / f"calls.{form}", list[int]()
    done = await settle(export(client.cdrs.list(page_size=7), path, extras=True, batch_size=20, progress=seen.append))
    assert (done.path, done.format, done.rows, done.resumed) == (path, form, 60, 0)
    assert done.report.complete
    assert rows_in(path) == 60
    assert (seen[-1], len(seen)) == (60, 9)
    assert names_in(tmp_path) == {path.name}


@pytest.mark.parametrize("form", ["parquet", "arrow"])
async def test_typed_files_hold_the_values(client: Any, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"calls.{form}"
    pytest.importorskip("pyarrow")
    await settle(export(client.cdrs.list(), path, extras=True, tz=ZoneInfo("Europe/London")))
    rows = await settle(client.cdrs.list().collect())
    found = read_table(path).to_pylist()
    assert [row["id"] for row in found] == [row.id for row in rows]
    assert [row["charge"] for row in found] == [row.charge for row in rows]
    assert [row["calldate"] for row in found] == [row.calldate for row in rows]
    assert [json.loads(row["extra"]) for row in found] == [dict(row.extra) for row in rows]
    assert str(read_table(path).schema.field("calldate").type) == "timestamp[us, tz=Europe/London]"
    assert str(read_table(path).schema.field("charge").type) == "decimal128(38, 12)"


async def test_a_zone_may_be_an_offset(client: Any, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    path = tmp_path / "calls.arrow"
    await settle(export(client.cdrs.list(), path, tz=timezone(timedelta(hours=-2))))
    assert str(read_table(path).schema.field("calldate").type) == "timestamp[us, tz=-02:00]"


@pytest.mark.parametrize("form", FORMATS)
async def test_an_empty_listing_has_the_same_columns(client: Any, tmp_path: Path, form: str) -> None:
    if form in ("parquet", "arrow"):
        pytest.importorskip("pyarrow")
    full, empty = tmp_path / f"full.{form}", tmp_path / f"empty.{form}"
    await settle(export(client.cdrs.list(), full))
    done = await settle(export(client.cdrs.list(field("id") < 1), empty))
    assert (done.rows, rows_in(empty)) == (0, 0)
    if form == "csv":
        assert empty.read_text() == full.read_text().splitlines(keepends=True)[0]
    elif form != "ndjson":
        assert read_table(empty).schema.equals(read_table(full).schema)


@pytest.mark.parametrize(("column", "value"), [("charge", 1e-13), ("duration", 2**63), ("charge", 10**27)])
async def test_a_value_that_does_not_fit_is_an_error_and_not_rounded(
    recorded: Any, recorder: Recorder, tmp_path: Path, column: str, value: float
) -> None:
    pytest.importorskip("pyarrow")
    recorder.answer(200, {"data": [{"id": 1, column: value}], "total": 1})
    with pytest.raises(DecodeError, match=rf"Cdr\.{column}"):
        await settle(export(recorded.cdrs.list(), tmp_path / "calls.parquet"))
    assert names_in(tmp_path) == set()


async def test_the_permissions_of_the_file_stay(client: Any, tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text("old")
    path.chmod(0o640)
    await settle(export(client.users.list(), path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert rows_in(path) == 4


async def test_a_link_stays_a_link(client: Any, tmp_path: Path) -> None:
    target, link = tmp_path / "users.csv", tmp_path / "latest.csv"
    link.symlink_to(target)
    await settle(export(client.users.list(), link))
    assert link.is_symlink()
    assert rows_in(target) == 4


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("calls.txt", {}),
        ("calls.csv", {"format": "xml"}),
        ("calls.csv", {"batch_size": 0}),
        ("calls.csv", {"batch_size": True}),
        ("nowhere/calls.csv", {}),
        ("folder.csv", {}),
        ("calls.parquet", {"tz": timezone(timedelta(hours=1), "nameless")}),
    ],
)
async def test_what_cannot_work_is_refused_before_a_request(
    client: Any, sandbox: Sandbox, tmp_path: Path, name: str, options: dict[str, Any]
) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(ConfigurationError):
        await settle(export(client.cdrs.list(), tmp_path / name, **options))
    assert sandbox.requests == []


async def test_what_is_no_listing_is_refused(tmp_path: Path) -> None:
    rows: Any = [1, 2]
    with pytest.raises(ConfigurationError, match="listing"):
        export(rows, tmp_path / "x.csv")


async def test_a_file_must_be_complete_where_that_is_asked_for(
    recorded: Any, recorder: Recorder, tmp_path: Path
) -> None:
    recorder.answer(200, {"data": [{"id": 1}]})
    recorder.answer(200, {"data": []})
    with pytest.raises(PaginationError):
        await settle(export(recorded.cdrs.list(), tmp_path / "calls.csv", require_complete=True))
    assert not (tmp_path / "calls.csv").exists()


async def test_without_pyarrow_the_extra_is_named(client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("pyarrow", "pyarrow.ipc"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigurationError, match=r"pip install 'voipstudio-async\[arrow\]'"):
        await settle(export(client.cdrs.list(), tmp_path / "calls.parquet"))
