"""``export``: a whole listing as a file."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from cli.commands import voipstudio

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
        (["cdrs", "--output", "-"], "to write to stdout"),
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
