"""``me``, ``list`` and ``get``."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cli.commands import voipstudio
from recorder import Recorder, answer

from voipstudio_async.cli.names import LISTINGS, THINGS
from voipstudio_async.resources import RESOURCES
from voipstudio_async.sandbox import Sandbox


def first_user(sandbox: Sandbox) -> int:
    found: int = sandbox.store.rows("users")[0]["id"]
    return found


def test_the_names_are_those_of_the_declarations() -> None:
    assert {"users", "users.cdrs", "users.chat_messages", "queue_groups", "cdrs"} <= set(LISTINGS)
    assert {"users", "users.audio", "cdrs"} <= set(THINGS)
    assert {name.partition(".")[0] for name in [*LISTINGS, *THINGS]} <= set(RESOURCES)


@pytest.mark.parametrize("name", sorted(LISTINGS))
def test_every_listing_can_be_listed(name: str, sandbox: Sandbox) -> None:
    owner = [str(first_user(sandbox))] if LISTINGS[name].needs_id else []

    ended = voipstudio("list", name.replace("_", "-"), *owner, "--format", "json", at=sandbox)

    assert ended.code == 0
    assert isinstance(json.loads(ended.out), list)


def test_me_is_shown_without_its_password(sandbox: Sandbox) -> None:
    ended = voipstudio("me", at=sandbox)

    assert ended.code == 0
    assert sandbox.store.rows("me")[0]["email"] in ended.out
    assert "sip_password  ***" in ended.out
    assert sandbox.store.rows("me")[0]["sip_password"] not in ended.out


def test_a_thing_is_shown_as_json(sandbox: Sandbox) -> None:
    id = first_user(sandbox)

    ended = voipstudio("get", "users", str(id), "--format", "json", "--fields", "id,email", at=sandbox)

    assert json.loads(ended.out) == {"id": id, "email": sandbox.store.rows("users")[0]["email"]}


def test_all_rows_come_in_every_format(sandbox: Sandbox) -> None:
    stored = {row["id"] for row in sandbox.store.rows("cdrs")}

    assert {row["id"] for row in listed(sandbox, "json")} == stored
    assert {row["id"] for row in listed(sandbox, "ndjson")} == stored
    assert {int(row["id"]) for row in listed(sandbox, "csv")} == stored


def listed(sandbox: Sandbox, format: str) -> list[dict[str, Any]]:
    out = voipstudio("list", "cdrs", "--all", "--page-size", "7", "--format", format, at=sandbox).out
    if format == "csv":
        return list(csv.DictReader(io.StringIO(out)))
    rows = json.loads(out, parse_float=Decimal) if format == "json" else map(json.loads, out.splitlines())
    return list(rows)


def test_money_keeps_its_digits_and_times_their_zone(sandbox: Sandbox) -> None:
    out = voipstudio("list", "cdrs", "--all", "--format", "json", "--tz", "Asia/Tokyo", at=sandbox).out
    rows = {row["id"]: row for row in json.loads(out, parse_float=Decimal)}

    for stored in sandbox.store.rows("cdrs"):
        shown = rows[stored["id"]]
        assert Decimal(shown["charge"]) == Decimal(str(stored["charge"]))
        assert datetime.fromisoformat(shown["calldate"]) == datetime.fromisoformat(stored["calldate"] + "+00:00")
        assert shown["calldate"].endswith("+09:00")


def test_rows_are_chosen_sorted_and_limited(sandbox: Sandbox) -> None:
    options = ("--where", "duration>30", "--where", "type=O", "--order-by", "-duration", "--limit", "3")
    found = json.loads(voipstudio("list", "cdrs", *options, "--format", "json", at=sandbox).out)
    stored = [row for row in sandbox.store.rows("cdrs") if row["duration"] > 30 and row["type"] == "O"]

    assert [row["duration"] for row in found] == sorted((row["duration"] for row in stored), reverse=True)[:3]


def test_days_cut_by_the_date_of_the_resource(sandbox: Sandbox) -> None:
    days = sorted(row["calldate"][:10] for row in sandbox.store.rows("cdrs"))
    low, high = days[10], days[40]

    out = voipstudio("list", "cdrs", "--from", low, "--to", high, "--all", "--format", "json", at=sandbox).out

    assert sorted(row["calldate"][:10] for row in json.loads(out)) == [day for day in days if low <= day <= high]


def test_a_limit_that_cuts_says_so(sandbox: Sandbox) -> None:
    ended = voipstudio("list", "cdrs", "--limit", "5", at=sandbox)

    assert ended.code == 0
    assert "5 of 60 rows; see more with --limit N or --all" in ended.err
    assert len(sandbox.requests) == 1


def test_a_table_shows_what_fits_and_names_the_rest(sandbox: Sandbox) -> None:
    narrow = voipstudio("list", "cdrs", "--limit", "3", at=sandbox, COLUMNS="80")
    wide = voipstudio("list", "cdrs", "--limit", "3", at=sandbox, COLUMNS="200")

    assert max(map(len, narrow.out.splitlines())) <= 80
    assert narrow.out.split()[:2] == ["id", "calldate"]
    assert "more fields" in narrow.err
    assert len(wide.out.splitlines()[0].split()) > len(narrow.out.splitlines()[0].split())


@pytest.mark.parametrize("form", ["table", "json", "ndjson", "csv"])
def test_a_field_that_no_row_has_is_pointed_out_in_every_format(form: str, sandbox: Sandbox) -> None:
    listed = voipstudio("list", "cdrs", "--fields", "id,zzz", "--all", "--format", form, at=sandbox)
    shown = voipstudio("me", "--fields", "id,zzz", "--format", form, at=sandbox)

    assert (listed.code, listed.err) == (0, "warning: no row has a field 'zzz'\n")
    assert (shown.code, shown.err) == (0, "warning: there is no field 'zzz'\n")


@pytest.mark.parametrize("arguments", [["list", "users"], ["get", "users", "1"], ["me"]])
def test_a_misspelt_field_is_refused_before_any_request(arguments: list[str], sandbox: Sandbox) -> None:
    ended = voipstudio(*arguments, "--fields", "id,frist_name", "--format", "csv", at=sandbox)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "error: --fields: there is no field 'frist_name' (did you mean first_name?)\n"
    assert sandbox.requests == []


@pytest.mark.parametrize("command", ["list", "count", "export"])
def test_a_misspelt_name_in_a_condition_is_refused_before_any_request(
    command: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    target = ("--output", str(tmp_path / "calls.csv")) if command == "export" else ()
    ended = voipstudio(command, "cdrs", "--where", "duraton>60", *target, at=sandbox)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "error: Cdr has no field 'duraton'; did you mean 'duration'?\n"
    assert sandbox.requests == []
    assert list(tmp_path.iterdir()) == []


def test_a_field_that_the_sdk_does_not_know_passes(recorder: Recorder) -> None:
    recorder.answer(200, {"data": [{"id": 1, "shoe_size": 42}, {"id": 2}], "total": 2})

    ended = voipstudio(
        *("list", "users", "--fields", "id,shoe_size", "--format", "csv"),
        VOIPSTUDIO_API_URL=recorder.url,
        VOIPSTUDIO_API_TOKEN="x",
    )

    assert (ended.code, ended.out, ended.err) == (0, "id,shoe_size\n1,42\n2,\n", "")


def test_the_latest_rows_come_first(sandbox: Sandbox) -> None:
    newest = sorted((row["id"] for row in sandbox.store.rows("cdrs")), reverse=True)[:3]

    shown = json.loads(voipstudio("list", "cdrs", "--limit", "3", "--format", "json", at=sandbox).out)

    assert [row["id"] for row in shown] == newest


def test_a_value_that_is_not_among_the_choices_is_told_plainly(sandbox: Sandbox) -> None:
    ended = voipstudio("list", "users", "--format", "xml", at=sandbox)

    assert ended.code == 2
    assert "'xml' is not one of" in " ".join(ended.err.split())
    assert "Value error" not in ended.err


def test_no_rows_are_an_empty_list_and_a_header(sandbox: Sandbox) -> None:
    none = ("list", "cdrs", "--where", "duration<0")

    assert voipstudio(*none, "--format", "json", at=sandbox).out == "[]\n"
    assert voipstudio(*none, "--format", "csv", "--fields", "id,src", at=sandbox).out == "id,src\n"
    assert voipstudio(*none, at=sandbox).err == "no rows\n"


@pytest.mark.parametrize(("everything", "code"), [(["--all"], 1), ([], 0)])
def test_a_listing_that_may_not_be_whole_is_told(everything: list[str], code: int, recorder: Recorder) -> None:
    # Five are promised, and two come, however often one looks.
    for _ in range(40):
        recorder.answer(200, {"data": [], "total": 5})
    recorder.answers.appendleft(answer(200, {"data": [{"id": 1}, {"id": 2}], "total": 5}))

    ended = voipstudio(
        *("list", "users", "--format", "csv", "--fields", "id", "--concurrency", "1", *everything),
        VOIPSTUDIO_API_URL=recorder.url,
        VOIPSTUDIO_API_TOKEN="x",
    )

    assert (ended.code, ended.out) == (code, "id\n1\n2\n")
    assert "the API told of 5: these may not be all there are" in ended.err


def test_a_value_that_does_not_fit_is_kept_unless_strict(recorder: Recorder) -> None:
    arguments = ("get", "users", "7206", "--format", "json", "--fields", "id,active")
    ends = []
    for strict in ([], ["--strict"]):
        recorder.answer(200, {"data": {"id": 7206, "active": "perhaps"}})
        ends.append(voipstudio(*arguments, *strict, VOIPSTUDIO_API_URL=recorder.url, VOIPSTUDIO_API_TOKEN="a-token"))

    assert json.loads(ends[0].out) == {"id": 7206, "active": "perhaps"}
    assert (ends[1].code, ends[1].out) == (1, "")
    assert "data.active: expected a boolean" in ends[1].err


def test_formulas_are_disarmed_in_csv_and_escapes_in_tables(recorder: Recorder) -> None:
    rows = {"data": [{"id": 1, "first_name": "=1+1", "last_name": "\x1b[2J"}], "total": 1}
    shown = []
    for form in ("csv", "table"):
        recorder.answer(200, rows)
        arguments = ("list", "users", "--format", form, "--fields", "id,first_name,last_name")
        shown.append(voipstudio(*arguments, VOIPSTUDIO_API_URL=recorder.url, VOIPSTUDIO_API_TOKEN="x").out)

    assert shown[0].splitlines()[1].startswith("1,'=1+1,")
    assert "\\x1b[2J" in shown[1]
    assert "\x1b" not in shown[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["list", "user"], "did you mean users?"),
        (["list", "users.cdrs"], "users.cdrs needs an id"),
        (["list", "users", "7206"], "get users 7206"),
        (["get", "usres", "1"], "did you mean users?"),
        (["list", "users", "--where", "nonsense"], "is not a condition"),
        (["list", "cdrs", "--from", "soon"], "'soon' is not a date"),
        (["list", "users.calls", "1", "--from", "today"], "users.calls has no date"),
        (["list", "users", "--tz", "Mars"], "there is no time zone 'Mars'"),
        (["list", "users", "--deadline", "0"], "--deadline must be a number of seconds above 0"),
        (["list", "users", "--concurrency", "0"], "--concurrency must be 1 or more, got 0"),
        (["me", "--concurrency", "0"], "--concurrency must be 1 or more, got 0"),
        (["list", "users", "--page-size", "10000"], "--page-size must be from 1 to 5000, got 10000"),
        (["list", "cdrs", "--all", "--limit", "3"], "--all and --limit exclude each other"),
        (["list", "cdrs", "--all", "--limit", "100"], "--all and --limit exclude each other"),
        (["list", "cdrs", "--from", "2026-13-01"], "--from: '2026-13-01' is not a date"),
        (["list", "cdrs", "--where", "calldate>2026-13-01"], "--where: '2026-13-01' is not a date"),
        (["list", "cdrs", "--from", "2026-05-01", "--to", "2026-04-01"], "--to 2026-04-01 is before --from 2026-05-01"),
        (["get", "customers", "1"], "customers can only be deleted"),
        (["list", "users.audio", "1"], "users.audio can only be got: get users.audio ID"),
        (["get", "users.cdrs", "1"], "users.cdrs can only be listed: list users.cdrs ID"),
        (["get", "me", "1"], "me can only be shown"),
        (["list", "users", "--output", "/nowhere/at/all.csv"], "there is no folder /nowhere/at"),
        (["list", "users", "--output", "/"], "is a folder"),
        (["list", "users", "-o", "new/"], "new/ is a folder by its name; write that of the file behind it"),
        (["export", "users", "--format", "csv", "--output", "new/"], "new/ is a folder by its name"),
        (["report", "--html", "new/"], "new/ is a folder by its name"),
        (["get", "users", "0"], "an id is positive"),
    ],
)
def test_wrong_usage_is_one_line_before_any_request(arguments: list[str], message: str, sandbox: Sandbox) -> None:
    ended = voipstudio(*arguments, at=sandbox)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("error: ")
    assert message in ended.err
    assert ended.err.count("\n") == 1
    assert sandbox.requests == []


def test_a_file_appears_when_it_is_complete(sandbox: Sandbox, tmp_path: Path) -> None:
    target = tmp_path / "calls.csv"
    arguments = ("list", "cdrs", "--all", "--format", "csv")

    ended = voipstudio(*arguments, "--output", str(target), at=sandbox)

    assert (ended.code, ended.out) == (0, "")
    assert target.read_text("utf-8") == voipstudio(*arguments, at=sandbox).out
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_leaves_the_old_file_as_it_was(sandbox: Sandbox, tmp_path: Path) -> None:
    target = tmp_path / "calls.csv"
    target.write_text("old", "utf-8")
    sandbox.deny("GET", "/cdrs")

    ended = voipstudio("list", "cdrs", "--format", "csv", "--output", str(target), at=sandbox)

    assert ended.code == 1
    assert target.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]
