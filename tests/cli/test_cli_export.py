"""``export``: a whole listing as a file."""

from __future__ import annotations

import csv
import json
from codecs import BOM_UTF8
from decimal import Decimal
from pathlib import Path

import pytest
from cli.commands import Ended, finish, process, voipstudio
from recorder import Recorder

from voipstudio_async.cli.exporting import ENDINGS
from voipstudio_async.sandbox import Sandbox


def test_a_listing_becomes_a_file(sandbox: Sandbox, tmp_path: Path) -> None:
    target = tmp_path / "calls.csv"

    ended = voipstudio("export", "cdrs", "--output", str(target), at=sandbox)

    with target.open(encoding="utf-8", newline="") as file:
        ids = {int(row["id"]) for row in csv.DictReader(file)}
    assert (ended.code, ended.out, ended.err) == (0, "", f"60 rows in {target}\n")
    assert ids == {row["id"] for row in sandbox.store.rows("cdrs")}
    assert list(tmp_path.iterdir()) == [target]


def test_the_format_can_be_told(sandbox: Sandbox, tmp_path: Path) -> None:
    target = tmp_path / "calls.txt"

    voipstudio("export", "cdrs", "--format", "ndjson", "--where", "type=O", "--output", str(target), at=sandbox)

    types = {json.loads(line)["type"] for line in target.read_text("utf-8").splitlines()}
    assert types == {"O"}


def test_what_belongs_to_a_user_is_exported(sandbox: Sandbox, tmp_path: Path) -> None:
    user = sandbox.store.rows("cdrs")[0]["user_id"]
    target = tmp_path / "calls.ndjson"

    ended = voipstudio("export", "users.cdrs", str(user), "--output", str(target), "--resume", at=sandbox)

    expected = sum(row["user_id"] == user for row in sandbox.store.rows("cdrs"))
    assert ended.code == 0
    assert len(target.read_text("utf-8").splitlines()) == expected


def test_a_failure_leaves_no_file(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.deny("GET", "/cdrs")

    ended = voipstudio("export", "cdrs", "--output", str(tmp_path / "calls.csv"), at=sandbox)

    assert ended.code == 1
    assert not (tmp_path / "calls.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["cdrs", "--output", "calls.unknown"], "--output: 'calls.unknown' ends in none of .csv"),
        (["cdrs", "--output", "calls.unknown"], "give --format"),
        (["cdrs", "--output", "calls.csv", "--concurrency", "0"], "--concurrency must be"),
        (["cdrs", "--output", "-"], "give --format csv, ndjson"),
        (["cdrs", "--output", "-", "--format", "csv", "--resume"], "leave --resume out"),
        (["cdrs", "--output", "/nowhere/calls.csv"], "there is no folder /nowhere"),
        (["letters", "--output", "calls.csv"], "there is no resource 'letters'"),
        (["users.cdrs", "--output", "calls.csv"], "needs an id"),
    ],
)
def test_wrong_usage_is_refused_before_any_request(arguments: list[str], message: str, sandbox: Sandbox) -> None:
    ended = voipstudio("export", *arguments, at=sandbox)

    assert ended.code == 2
    assert message in ended.err
    assert sandbox.requests == []


def test_the_first_rows_are_exported(sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"

    ended = voipstudio("export", "cdrs", "-o", str(file), "-n", "3", at=sandbox)

    assert (ended.code, ended.err) == (0, f"3 rows in {file}\n")
    assert len(file.read_bytes().splitlines()) == 4
    assert len(sandbox.requests) == 1


@pytest.mark.parametrize("format", ["csv", "ndjson", "parquet"])
def test_stdout_gets_the_bytes_of_the_file(format: str, sandbox: Sandbox, tmp_path: Path) -> None:
    if format == "parquet":
        pytest.importorskip("pyarrow")
    file, piped = tmp_path / f"calls.{format}", tmp_path / "piped"
    arguments = ("export", "cdrs", "--limit", "3", "--format", format, "--output")
    voipstudio(*arguments, str(file), at=sandbox)

    with piped.open("wb") as stdout, process(*arguments, "-", at=sandbox, stdout=stdout.fileno()) as started:
        ended = finish(started)

    assert (ended.code, ended.err) == (0, "3 rows in stdout\n")
    assert piped.read_bytes() == file.read_bytes()


def test_stdout_gets_nothing_of_an_export_that_fails(sandbox: Sandbox) -> None:
    ended = voipstudio("export", "users.cdrs", "999999", "-o", "-", "--format", "csv", at=sandbox)

    assert (ended.code, ended.out) == (1, "")


def test_it_asks_for_a_file(sandbox: Sandbox) -> None:
    assert voipstudio("export", "cdrs", at=sandbox).code == 2


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_ending_tells_the_form(ending: str, sandbox: Sandbox, tmp_path: Path) -> None:
    if ending in (".parquet", ".arrow", ".feather"):
        pytest.importorskip("pyarrow")
    target = tmp_path / f"calls{ending}"

    ended = voipstudio("export", "cdrs", "--output", str(target), at=sandbox)

    assert (ended.code, ended.err) == (0, f"60 rows in {target}\n")
    assert target.stat().st_size > 0


def test_some_fields_are_exported(sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"

    done = voipstudio("export", "cdrs", "--fields", "charge, id", "--output", str(file), at=sandbox)
    wrong = voipstudio("export", "cdrs", "--fields", "id,zzzzz", "--output", str(file), at=sandbox)

    assert (done.code, file.read_text("utf-8").splitlines()[0]) == (0, "charge,id")
    assert wrong.code == 2
    assert "there is no field 'zzzzz'; there are id, " in wrong.err


def test_noise_in_money_is_rounded_on_demand_and_counted(recorder: Recorder, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    for _ in range(2):
        recorder.answer(
            200, b'{"data": [{"id": 1, "charge": 0.30000000000000004}, {"id": 2, "charge": 2}], "total": 2}'
        )
    target = tmp_path / "calls.parquet"

    exact = _export_from(recorder, target)
    rounded = _export_from(recorder, target, "--money", "round")

    assert (exact.code, "0.30000000000000004 of the row with the id 1" in exact.err) == (1, True)
    assert (rounded.code, rounded.err) == (0, f"2 rows in {target}\n1 value of money rounded\n")
    assert parquet.read_table(target)["charge"].to_pylist() == [Decimal("0.3"), Decimal(2)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_the_encoding_of_csv_can_be_that_of_excel(encoding: str, recorder: Recorder, tmp_path: Path) -> None:
    recorder.answer(200, {"data": [{"id": 1, "src": "Łódź"}], "total": 1})
    target = tmp_path / "calls.csv"

    ended = _export_from(recorder, target, "--encoding", encoding)

    assert (ended.code, target.read_bytes().startswith(BOM_UTF8)) == (0, encoding == "utf-8-sig")
    with target.open(encoding=encoding, newline="") as file:
        assert [row["src"] for row in csv.DictReader(file)] == ["Łódź"]


def test_an_encoding_is_for_csv_alone(recorder: Recorder, tmp_path: Path) -> None:
    ended = _export_from(recorder, tmp_path / "calls.ndjson", "--encoding", "utf-8-sig")

    assert (ended.code, "'utf-8-sig'" in ended.err, recorder.requests) == (2, True, [])


def _export_from(recorder: Recorder, target: Path, *options: str) -> Ended:
    command = ("export", "cdrs", "--output", str(target), *options)
    return voipstudio(*command, VOIPSTUDIO_API_URL=recorder.url, VOIPSTUDIO_API_TOKEN="t")
