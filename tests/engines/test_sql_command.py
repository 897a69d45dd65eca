"""``voipstudio sql``: what it prints, what it asks for, and how it ends."""

from __future__ import annotations

import csv
import json
import signal
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from recorder import Recorder

from voipstudio_async.sandbox import Sandbox

pytest.importorskip("duckdb")
pytest.importorskip("typer")

from cli.commands import Ended, finish, process, silent_server, voipstudio

SUMS = "select user_id, sum(charge) as charge, sum(duration) as seconds from cdrs group by 1 order by 1"


def told(ended: Ended) -> Any:
    assert (ended.code, ended.err) == (0, "")
    return json.loads(ended.out)


def at(recorder: Recorder) -> dict[str, Any]:
    return {"VOIPSTUDIO_API_TOKEN": "x-some-token", "VOIPSTUDIO_API_URL": recorder.url}


def stored(sandbox: Sandbox) -> list[dict[str, Any]]:
    sums: dict[int, dict[str, Any]] = {}
    for row in sandbox.store.rows("cdrs"):
        found = sums.setdefault(row["user_id"], {"user_id": row["user_id"], "charge": Decimal(0), "seconds": 0})
        found["charge"] += Decimal(str(row["charge"]))
        found["seconds"] += row["duration"]
    return [sums[user] for user in sorted(sums)]


def test_sums_are_exact_in_every_form(sandbox: Sandbox, tmp_path: Path) -> None:
    wanted = stored(sandbox)

    rows = told(voipstudio("sql", SUMS, "--format", "json", at=sandbox))
    assert [row | {"charge": Decimal(row["charge"])} for row in rows] == wanted
    assert not any(row["charge"].endswith("0") for row in rows if "." in row["charge"])

    lines = voipstudio("sql", SUMS, "--format", "ndjson", at=sandbox).out.splitlines()
    assert [json.loads(line) for line in lines] == rows

    file = tmp_path / "sums.csv"
    assert voipstudio("sql", SUMS, "--format", "csv", "--output", str(file), at=sandbox).code == 0
    with file.open(newline="") as opened:
        found = list(csv.DictReader(opened))
    assert [Decimal(row["charge"]) for row in found] == [row["charge"] for row in wanted]

    table = voipstudio("sql", SUMS, at=sandbox)
    assert table.out.splitlines()[0].split() == ["user_id", "charge", "seconds"]
    assert len(table.out.splitlines()) == len(wanted) + 2


def test_a_range_is_of_what_happened_and_of_nothing_else(sandbox: Sandbox) -> None:
    day = sandbox.store.rows("cdrs")[0]["calldate"][:10]
    query = "select (select count(*) from cdrs) as calls, (select count(*) from users) as users"

    (row,) = told(voipstudio("sql", query, "--from", day, "--to", day, "--format", "json", at=sandbox))

    calls = sum(each["calldate"].startswith(day) for each in sandbox.store.rows("cdrs"))
    assert row == {"calls": calls, "users": len(sandbox.store.rows("users"))}


def test_a_few_rows_cost_one_page(sandbox: Sandbox) -> None:
    rows = told(voipstudio("sql", "select id, id from cdrs limit 3", "--format", "json", at=sandbox))

    assert [list(row) for row in rows] == [["id", "id_1"]] * 3
    assert len(sandbox.requests) == 1


def test_columns_without_room_are_named(sandbox: Sandbox) -> None:
    ended = voipstudio("sql", "select * from cdrs limit 3", at=sandbox, COLUMNS="60")

    assert max(map(len, ended.out.splitlines())) <= 60
    assert "select fewer, or see all with --format json" in ended.err


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("selec 1", 'syntax error at or near "selec"'),
        ("select * from cals", "The tables are users, "),
        # Names that our modules have for something else.
        ("select * from file", "The tables are users, "),
        ("select * from dates", "The tables are users, "),
        ("select durashun from cdrs", 'Candidate bindings: "duration"'),
    ],
)
def test_a_wrong_query_sends_nothing(sandbox: Sandbox, query: str, told: str) -> None:
    ended = voipstudio("sql", query, at=sandbox)

    assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)
    assert told in ended.err
    assert not sandbox.requests


def test_no_rows_are_said(sandbox: Sandbox) -> None:
    ended = voipstudio("sql", "select id from cdrs where duration < 0", at=sandbox)

    assert (ended.code, ended.out, ended.err) == (0, "", "no rows\n")


def test_an_error_of_the_api_is_that_of_every_command(recorder: Recorder, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    recorder.answer(401, {"message": "no such token"})

    ended = voipstudio("sql", "select id from cdrs", "--format", "csv", "--output", str(file), **at(recorder))

    assert ended.code == 1
    assert ended.err.startswith("error: 401 no such token")
    assert "the token is wrong or has expired" in ended.err
    assert not file.exists()


def test_an_answer_that_may_not_be_all_is_an_error(recorder: Recorder) -> None:
    recorder.answer(200, {"data": [{"id": 3}, {"id": 2}], "total": 3})
    recorder.answer(200, {"data": [], "total": 3})
    recorder.answer(200, {"data": [], "total": 3})

    ended = voipstudio("sql", "select count(*) from users", **at(recorder))

    assert ended.code == 1
    assert "is not complete, read it again" in ended.err


def test_secrets_and_the_own_token_are_hidden(recorder: Recorder) -> None:
    row = {"id": 1, "email": "x-some-token", "phone_sip_password": "hunter2"}
    recorder.answer(200, {"data": [row], "total": 1})

    ended = voipstudio("sql", "select * from users", "--format", "json", **at(recorder))

    assert ended.code == 0, ended.err
    assert "x-some-token" not in ended.out
    assert "hunter2" not in ended.out


LONG = "select count(*) from range(1000000000) a, range(1000000) b where a.range + b.range < 7"


def test_a_query_ends_in_time(sandbox: Sandbox) -> None:
    ended = voipstudio("sql", LONG, "--deadline", "0.3", at=sandbox)

    assert (ended.code, ended.out) == (1, "")
    assert "not done after 0.3 seconds" in ended.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_query_that_waits_for_the_api(number: signal.Signals) -> None:
    with silent_server() as (url, asked):
        variables = {"VOIPSTUDIO_API_TOKEN": "x-some-token", "VOIPSTUDIO_API_URL": url}
        with process("sql", "select count(*) from cdrs", variables=variables) as running:
            asked()
            running.send_signal(number)
            ended = finish(running)

    assert (ended.code, ended.out, ended.err) == (128 + number, "", "interrupted\n")


def test_a_signal_ends_a_query_that_reckons(sandbox: Sandbox) -> None:
    query = f"select (select count(*) from users) + ({LONG})"
    with process("sql", query, at=sandbox) as running:
        while not sandbox.requests:
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        ended = finish(running)

    assert (ended.code, ended.out, ended.err) == (130, "", "interrupted\n")


WHOLE = """
select interval '14 months -3 days 90 seconds' as i, 'a\\x00\\xFFb'::blob as b, [1.50::decimal(10, 2)] as l,
  {'x': 2.0::decimal(4, 1), 'y': interval '1 day'} as s,
  'infinity'::timestamp as t, '-infinity'::date as d, '12:30'::time as c
"""


def test_what_python_has_nothing_for_is_written_as_duckdb_writes_it(sandbox: Sandbox) -> None:
    (row,) = told(voipstudio("sql", WHOLE, "--format", "json", at=sandbox))
    texts = {
        "i": "1 year 2 months -3 days 00:01:30",
        "b": "a\\x00\\xFFb",
        "t": "infinity",
        "d": "-infinity",
        "c": "12:30:00",
    }
    assert {name: row[name] for name in texts} == texts
    assert (row["l"], row["s"]) == (["1.5"], {"x": "2", "y": "1 day"})

    ended = voipstudio("sql", WHOLE, "--format", "csv", at=sandbox)
    (cells,) = csv.DictReader(ended.out.splitlines())
    # A text that begins like a formula is marked in CSV.
    assert {name: cells[name] for name in texts} == {**texts, "d": "'-infinity"}
    table = voipstudio("sql", WHOLE, at=sandbox)
    assert all(word in table.out for word in ("infinity", "1 year 2 months"))


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "the query is empty"),
        (" ; \n", "the query is empty"),
        ("select 'x'::int", "Could not convert string 'x'"),
        ("select 300::utinyint", "out of range"),
    ],
)
def test_a_query_that_cannot_be_answered_is_wrong_usage(sandbox: Sandbox, query: str, message: str) -> None:
    ended = voipstudio("sql", query, "--format", "csv", at=sandbox)

    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err
    assert ended.err.count("\n") == 1


def test_money_of_too_many_digits_can_be_rounded_as_the_error_says(sandbox: Sandbox) -> None:
    sandbox.on("GET", "/cdrs", b'{"data":[{"id":1,"charge":0.30000000000000004},{"id":2,"charge":0.1}],"total":2}')
    query = "select sum(charge) as charge from cdrs"

    refused = voipstudio("sql", query, at=sandbox)
    assert refused.code == 1
    assert "--money round" in refused.err
    assert told(voipstudio("sql", query, "--money", "round", "--format", "json", at=sandbox)) == [{"charge": "0.4"}]
    sandbox.on("GET", "/cdrs", {"data": [{"id": 1, "charge": 0.25}], "total": 1})
    assert told(voipstudio("sql", query, "--money", "number", "--format", "json", at=sandbox)) == [{"charge": 0.25}]
