"""``report``: the main job."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cli.commands import run, voipstudio

from voipstudio_async.sandbox import Sandbox


def json_report(sandbox: Sandbox, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(voipstudio("report", "--format", "json", *options, at=sandbox).out)
    return found


def test_the_figures_are_those_of_the_account(sandbox: Sandbox) -> None:
    stored = sandbox.store.rows("cdrs")
    calls = Counter(row["user_id"] for row in stored)

    found = json_report(sandbox, "--count", "legs")

    assert {user["user_id"]: user["calls"] for user in found["users"]} == calls
    assert found["total"]["calls"] == 60
    assert found["total"]["talk_seconds"] == sum(row["billsec"] for row in stored)
    assert Decimal(found["total"]["charge"]) == sum(Decimal(str(row["charge"])) for row in stored)
    assert found["fetch"]["rows"] == 60
    assert found["fetch"]["requests"] == len(sandbox.requests) - 1, "the owner's record is no page"
    assert found["fetch"]["complete"]


def test_calls_are_counted_unless_legs_are_asked_for(sandbox: Sandbox) -> None:
    roots = {row["root_live_id"] for row in sandbox.store.rows("cdrs")}

    calls, legs = voipstudio("report", at=sandbox).out, voipstudio("report", "--count", "legs", at=sandbox).out

    assert json_report(sandbox)["total"]["calls"] == len(roots) < 60
    assert "Calls are counted: one that rang at three users is one" in calls
    assert legs.startswith("Legs of calls")
    assert "Legs are counted" in legs
    assert voipstudio("report", "--count", "minutes", at=sandbox).code == 2


def test_all_users_are_fetched_and_then_the_calls_of_the_account(sandbox: Sandbox) -> None:
    json_report(sandbox)
    assert [request.path for request in sandbox.requests] == ["/users", "/cdrs", "/me"]


def test_the_calls_of_each_user_are_fetched_where_the_account_may_not_be_read(sandbox: Sandbox) -> None:
    allowed = json_report(sandbox)
    sandbox.deny("GET", "/cdrs")
    denied = json_report(sandbox)
    assert (denied["total"], denied["users"]) == (allowed["total"], allowed["users"])
    assert denied["fetch"]["complete"]


def test_all_users_are_fetched_and_then_the_calls_of_each(sandbox: Sandbox) -> None:
    json_report(sandbox, "--source", "users")

    asked = [request.path for request in sandbox.requests]
    assert (asked[0], asked[-1]) == ("/users", "/me")
    assert sorted(asked[1:-1]) == sorted(f"/users/{row['id']}/cdrs" for row in sandbox.store.rows("users"))


def test_the_account_can_be_read_at_once(sandbox: Sandbox) -> None:
    whole = json_report(sandbox, "--source", "account")

    assert {request.path for request in sandbox.requests} == {"/users", "/cdrs", "/me"}
    assert whole["total"] == json_report(sandbox)["total"]


def test_the_table_shows_users_totals_and_what_it_took(sandbox: Sandbox) -> None:
    ended = voipstudio("report", at=sandbox)

    assert (ended.code, ended.err) == (0, "")
    for user in sandbox.store.rows("users"):
        assert f"{user['first_name']} {user['last_name']}" in ended.out
    for word in ("Calls", "Answered", "Missed", "Talk time", "Charge", "Total  4 users", "60 rows in 2 requests"):
        assert word in ended.out
    assert "rows a second" in ended.out


def test_csv_has_a_line_for_each_user_and_none_for_the_total(sandbox: Sandbox) -> None:
    rows = list(csv.DictReader(io.StringIO(voipstudio("report", "--format", "csv", at=sandbox).out)))

    assert sorted(int(row["user_id"]) for row in rows) == sorted(user["id"] for user in sandbox.store.rows("users"))
    assert sum(int(row["calls"]) for row in rows) == 60


def test_days_are_cut_in_the_zone(sandbox: Sandbox) -> None:
    days = sorted(row["calldate"][:10] for row in sandbox.store.rows("cdrs"))
    low, high = days[15], days[45]

    found = json_report(sandbox, "--count", "legs", "--from", low, "--to", high)
    east = json_report(sandbox, "--from", low, "--to", high, "--tz", "Asia/Tokyo")

    assert found["total"]["calls"] == sum(low <= day <= high for day in days)
    assert east["start"] == f"{low}T00:00:00+09:00"


def test_a_user_whose_calls_may_not_be_read_is_named(sandbox: Sandbox) -> None:
    user = sandbox.store.rows("users")[1]
    name = f"{user['first_name']} {user['last_name']}"
    sandbox.deny("GET", f"/users/{user['id']}/cdrs")

    ended = voipstudio("report", "--source", "users", at=sandbox)

    assert ended.code == 1
    assert f"error: {name} (user {user['id']}): 403" in ended.err
    assert f"{name} (incomplete)" in ended.out
    assert "Total" in ended.out


def test_a_failure_stands_in_the_file_too(sandbox: Sandbox, tmp_path: Path) -> None:
    user = sandbox.store.rows("users")[0]
    sandbox.deny("GET", f"/users/{user['id']}/cdrs")
    target = tmp_path / "report.json"

    ended = voipstudio("report", "--source", "users", "--format", "json", "--output", str(target), at=sandbox)

    failures = json.loads(target.read_text("utf-8"))["fetch"]["failures"]
    assert (ended.code, ended.out) == (1, "")
    assert [failure["user_id"] for failure in failures] == [user["id"]]
    assert list(tmp_path.iterdir()) == [target]


def test_many_failures_are_named_up_to_a_point() -> None:
    with Sandbox(users=30, calls=30, seed=1) as sandbox:
        sandbox.deny("GET", "/users/{id}/cdrs")
        ended = voipstudio("report", "--source", "users", at=sandbox)

    assert ended.code == 1
    assert ended.err.count("error: ") == 20
    assert "... and 10 more" in ended.err


def test_users_that_cannot_be_listed_end_the_report(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.deny("GET", "/users")

    ended = voipstudio("report", "--output", str(tmp_path / "report.txt"), at=sandbox)

    assert ended.code == 1
    assert ended.err.startswith("error: 403")
    assert list(tmp_path.iterdir()) == []


def test_a_deadline_reports_what_came_until_then(sandbox: Sandbox) -> None:
    sandbox.faults.latency(0.3)

    ended = voipstudio("report", "--source", "users", "--deadline", "0.4", "--concurrency", "1", at=sandbox)

    assert ended.code == 1
    assert "wait longer with --deadline" in ended.err
    assert "Total  4 users (incomplete)" in ended.out


def test_equal_failures_are_one_line(sandbox: Sandbox) -> None:
    sandbox.faults.latency(0.7)

    ended = voipstudio("report", "--source", "users", "--deadline", "1.2", at=sandbox)

    assert ended.code == 1
    assert ended.err.startswith("error: 4 users: the report was not done after 1.2 s")
    assert ended.err.count("\n") == 1


def test_calls_of_the_account_that_fail_are_reported(sandbox: Sandbox) -> None:
    sandbox.faults.next(400, path="/cdrs")

    ended = voipstudio("report", at=sandbox)

    assert ended.code == 1
    assert ended.err.startswith("error: call records of the account: 400 ")
    assert "Total  4 users (incomplete)" in ended.out
    assert [request.path for request in sandbox.requests] == ["/users", "/cdrs", "/me"]


def test_faults_are_overcome(sandbox: Sandbox) -> None:
    sandbox.faults.mix(0.3)

    found = json_report(sandbox, "--count", "legs")

    assert found["total"]["calls"] == 60


def test_an_invented_account_needs_no_token() -> None:
    options = ("report", "--sandbox", "--users", "3", "--calls", "40", "--seed", "5", "--format", "json")

    first, second = (json.loads(voipstudio(*options).out) for _ in range(2))

    assert first["fetch"]["rows"] == 40
    assert first["users"] == second["users"]


def test_an_invented_account_has_calls_of_yesterday() -> None:
    found = json.loads(voipstudio("report", "--sandbox", "--from", "yesterday", "--format", "json").out)

    assert found["total"]["calls"] > 0


def test_an_invented_account_can_end_on_a_fixed_day() -> None:
    options = ("report", "--sandbox", "--calls", "3000", "--format", "json", "--until", "2026-06-30")

    days = json.loads(voipstudio(*options).out)["days"]

    assert max(days) == "2026-06-30"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--from", "2026-03-05", "--to", "2026-03-01"], "--to 2026-03-01 is before --from 2026-03-05"),
        (["--deadline", "-1"], "--deadline must be a number of seconds above 0"),
        (["--output", "/nowhere/report.txt"], "--output: there is no folder /nowhere"),
        (["--html", "/nowhere/report.html"], "--html: there is no folder /nowhere"),
        (["--concurrency", "0"], "--concurrency must be 1 or more"),
        (["--from", "2026-13-01"], "--from: '2026-13-01' is not a date"),
        (["--users", "3"], "--users is about the invented account: add --sandbox"),
        (["--calls", "10000"], "--calls is about the invented account: add --sandbox"),
        (["--seed", "1"], "--seed is about the invented account: add --sandbox"),
        (["--until", "2026-06-30"], "--until is about the invented account: add --sandbox"),
        (["--sandbox", "--until", "soon"], "--until: 'soon' is not a date"),
        (["--faults", "0.1"], "--faults is about the invented account: add --sandbox"),
        (["--sandbox", "--base-url", "http://127.0.0.1:9/v1"], "--base-url and --sandbox exclude each other"),
        (["--top", "3", "--format", "json"], "--top is for tables"),
        (["--tz", "Nowhere/Land"], "there is no time zone"),
    ],
)
def test_wrong_usage_is_refused_before_any_request(arguments: list[str], message: str, sandbox: Sandbox) -> None:
    ended = voipstudio("report", *arguments, at=sandbox)

    assert ended.code == 2
    assert message in ended.err
    assert sandbox.requests == []


def test_a_page_is_written_beside_the_table(sandbox: Sandbox, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    target = tmp_path / "report.html"

    ended = voipstudio("report", "--html", str(target), at=sandbox)

    assert ended.code == 0
    assert "Total" in ended.out
    assert target.read_text("utf-8").lstrip().lower().startswith("<!doctype html")


def test_a_page_without_the_library_says_which_extra(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    ended = voipstudio("report", "--html", "report.html", at=sandbox)

    assert ended.code == 2
    assert "voipstudio-async[report]" in ended.err


def test_data_and_messages_go_their_own_ways(sandbox: Sandbox) -> None:
    sandbox.deny("GET", f"/users/{sandbox.store.rows('users')[0]['id']}/cdrs")

    ended = run("report", "--source", "users", "--format", "json", at=sandbox)

    assert ended.code == 1
    assert json.loads(ended.out)["total"]["calls"] < 60
    assert ended.err.startswith("error: ")
    assert "Traceback" not in ended.err
