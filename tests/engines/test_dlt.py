"""Call records in dlt's destinations: what a run fetches, what is there after it, and after one that was killed."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from engines.postgres import postgres

from voipstudio_async import Accounts, AsyncAccounts, ConfigurationError, TokenAuth, VoipStudioError
from voipstudio_async.dlt import cdrs, source
from voipstudio_async.sandbox import Recorded, Sandbox

dlt = pytest.importorskip("dlt", reason="dlt is not installed: nox -s engines")
duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed: nox -s engines")
pa = pytest.importorskip("pyarrow")
PipelineStepFailed = importlib.import_module("dlt.pipeline.exceptions").PipelineStepFailed

ROOT = Path(__file__).parents[2]
SINCE = date(2026, 1, 1)
LOAD = """
import os, signal, sys
from datetime import date, timedelta
import dlt
from voipstudio_async import Accounts, Hooks, TokenAuth
from voipstudio_async.dlt import cdrs
url, token, folder, when = sys.argv[1:]
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
class Third:
    count = 0
    def __call__(self, event):
        self.count += 1
        if self.count == 3:
            die()
hooks = Hooks(on_response=Third()) if when == "reading" else Hooks()
accounts = Accounts({name: TokenAuth(token) for name in ("acme", "other")}, base_url=url, hooks=hooks)
place = dlt.destinations.duckdb(f"{folder}/calls.duckdb")
pipeline = dlt.pipeline("calls", destination=place, dataset_name="voip", pipelines_dir=folder)
pipeline.extract(cdrs(accounts, since=date(2026, 1, 1)))
if when == "extracted":
    die()
pipeline.normalize()
die()
"""


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Keep dlt to the folder of the test and to this machine; what it warns of is an error."""
    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    monkeypatch.chdir(tmp_path)
    yield
    # What is read without a pipeline would go on where the last one stopped.
    dlt.current.pipeline().deactivate()
    said = capfd.readouterr().err
    assert "WARNING" not in said
    assert "ERROR" not in said


@pytest.fixture
def accounts(sandbox: Sandbox) -> Iterator[Accounts]:
    with made(sandbox, "acme", "other") as found:
        yield found


def made(sandbox: Sandbox, *names: str, **options: Any) -> Accounts:
    return Accounts({name: TokenAuth(sandbox.token) for name in names}, base_url=sandbox.url, **options)


def pipeline(folder: Path, place: Any = None) -> Any:
    where = dlt.destinations.duckdb(str(folder / "calls.duckdb")) if place is None else place
    return dlt.pipeline("calls", destination=where, dataset_name="voip", pipelines_dir=str(folder))


def ask(folder: Path, sql: str) -> list[Any]:
    with closing(duckdb.connect(str(folder / "calls.duckdb"), read_only=True)) as database:
        found: list[Any] = database.sql(sql).fetchall()
        return found


def rows(folder: Path) -> list[Any]:
    return ask(folder, "select account, id, charge, duration from voip.cdrs order by 1, 2")


def wanted(sandbox: Sandbox, *names: str) -> list[Any]:
    """Return what a table of these accounts holds, read from the sandbox's own database."""
    found = sorted((row["id"], Decimal(str(row["charge"])), row["duration"]) for row in sandbox.store.rows("cdrs"))
    return [(name, *row) for name in names for row in found]


def bounds(sandbox: Sandbox) -> list[str]:
    """Return from when on call records were asked for."""
    asked = [json.loads(seen.query["filter"]) for seen in sandbox.requests if seen.path == "/cdrs"]
    return sorted(each["value"] for filters in asked for each in filters if each["operator"] == "gte")


def test_every_row_of_every_account_is_there_to_the_last_digit(
    accounts: Accounts, sandbox: Sandbox, tmp_path: Path
) -> None:
    info = pipeline(tmp_path).run(source(accounts, since=SINCE))

    assert not info.has_failed_jobs
    assert rows(tmp_path) == wanted(sandbox, "acme", "other")
    assert ask(tmp_path, "select account, count(*) from voip.users group by 1 order by 1") == [
        ("acme", 4),
        ("other", 4),
    ]
    types = dict(ask(tmp_path, "select column_name, column_type from (describe voip.cdrs)"))
    assert (types["charge"], types["labels"]) == ("DECIMAL(38,12)", "VARCHAR")
    assert types["calldate"] == "TIMESTAMP WITH TIME ZONE"


def test_rows_are_arrow_tables(accounts: Accounts) -> None:
    tables = list(cdrs(accounts, since=SINCE))

    assert {type(table) for table in tables} == {pa.Table}
    assert not any(tables[0].schema.field(name).nullable for name in ("account", "id"))
    assert {table.column("labels").type for table in tables} == {pa.string()}


def test_a_second_run_fetches_the_overlap_alone(accounts: Accounts, sandbox: Sandbox, tmp_path: Path) -> None:
    pipeline(tmp_path).run(cdrs(accounts, since=SINCE))
    newest = datetime.fromisoformat(max(row["calldate"] for row in sandbox.store.rows("cdrs")))
    user = sandbox.store.rows("users")[0]["id"]
    late = sandbox.add_call(
        user, calldate=newest - timedelta(minutes=110), duration=7, charge=Decimal("0.000000000001")
    ).id
    sandbox.add_call(user, calldate=newest + timedelta(days=1), duration=8, charge=0)
    sandbox.requests.clear()

    again = pipeline(tmp_path)
    again.run(cdrs(accounts, since=SINCE, lag="2h"))

    assert bounds(sandbox)[0] == f"{newest - timedelta(hours=2)}"
    assert again.last_trace.last_normalize_info.row_counts["cdrs"] < 10
    assert rows(tmp_path) == wanted(sandbox, "acme", "other")
    assert late in {row[1] for row in rows(tmp_path)}


def test_a_row_that_has_changed_is_the_newer_one(accounts: Accounts, sandbox: Sandbox, tmp_path: Path) -> None:
    user = sandbox.store.rows("users")[0]["id"]
    id = sandbox.add_call(user, calldate=datetime(2026, 9, 1), duration=5, charge=0).id
    assert sandbox.store.rows("cdrs")[-1]["id"] == id
    pipeline(tmp_path).run(cdrs(accounts, since=SINCE))
    sandbox.store.replace("cdrs", id, {**sandbox.store.rows("cdrs")[-1], "duration": 6})

    pipeline(tmp_path).run(cdrs(accounts, since=SINCE))

    assert rows(tmp_path) == wanted(sandbox, "acme", "other")


def test_an_account_that_comes_later_is_fetched_from_the_beginning(sandbox: Sandbox, tmp_path: Path) -> None:
    for names in (("acme",), ("acme", "late")):
        with made(sandbox, *names) as accounts:
            pipeline(tmp_path).run(cdrs(accounts, since=SINCE))

    assert rows(tmp_path) == wanted(sandbox, "acme", "late")


def test_another_machine_goes_on_from_what_is_in_the_database(
    accounts: Accounts, sandbox: Sandbox, tmp_path: Path
) -> None:
    place = dlt.destinations.duckdb(str(tmp_path / "calls.duckdb"))
    pipeline(tmp_path, place).run(cdrs(accounts, since=SINCE))
    sandbox.requests.clear()

    pipeline(tmp_path / "elsewhere", place).run(cdrs(accounts, since=SINCE))

    newest = datetime.fromisoformat(max(row["calldate"] for row in sandbox.store.rows("cdrs")))
    assert bounds(sandbox)[0] == f"{newest - timedelta(hours=2)}"
    assert rows(tmp_path) == wanted(sandbox, "acme", "other")


@pytest.mark.parametrize("when", ["reading", "extracted", "normalized"])
def test_a_run_that_is_killed_loses_and_repeats_nothing(
    when: str, accounts: Accounts, sandbox: Sandbox, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", LOAD, sandbox.url, sandbox.token, str(tmp_path), when]
    assert subprocess.run(command, check=False).returncode == -9

    pipeline(tmp_path).run(cdrs(accounts, since=SINCE))

    assert rows(tmp_path) == wanted(sandbox, "acme", "other")


def one_of_two(request: Recorded) -> Any:
    """Answer as a listing does that has lost a row while it was read."""
    rows = [{"id": 9, "calldate": "2026-03-02 10:00:00"}] if request.query.get("page", "1") == "1" else []
    return {"data": rows, "total": 2}


def test_a_listing_that_is_not_complete_is_an_error_and_is_read_again(
    accounts: Accounts, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.on("GET", "/cdrs", one_of_two)
    with pytest.raises(PipelineStepFailed, match=r"(acme|other): rows are missing"):
        pipeline(tmp_path).run(cdrs(accounts, since=SINCE, slice=timedelta(days=3650)))
    sandbox.off("GET", "/cdrs")

    pipeline(tmp_path).run(cdrs(accounts, since=SINCE))

    assert rows(tmp_path) == wanted(sandbox, "acme", "other")


def test_one_account_that_fails_need_not_stop_the_rest(sandbox: Sandbox, tmp_path: Path) -> None:
    told: dict[str, VoipStudioError] = {}
    tokens = {"acme": TokenAuth(sandbox.token), "other": TokenAuth("revoked")}
    with Accounts(tokens, base_url=sandbox.url) as accounts:
        pipeline(tmp_path).run(cdrs(accounts, since=SINCE, failed=told.__setitem__))
    assert rows(tmp_path) == wanted(sandbox, "acme")
    assert [(name, getattr(error, "status", None)) for name, error in told.items()] == [("other", 401)]

    with made(sandbox, "acme", "other") as accounts:
        pipeline(tmp_path).run(cdrs(accounts, since=SINCE))
    assert rows(tmp_path) == wanted(sandbox, "acme", "other")


def test_a_run_may_begin_in_the_hour_that_the_clock_shows_twice(sandbox: Sandbox, tmp_path: Path) -> None:
    london = ZoneInfo("Europe/London")
    with made(sandbox, "acme", tz=london) as accounts:
        pipeline(tmp_path).run(cdrs(accounts, since=datetime(2025, 10, 26, 1, 30, fold=1, tzinfo=london)))

    assert bounds(sandbox)[0] == "2025-10-26 00:30:00"
    assert len(rows(tmp_path)) == sandbox.store.count("cdrs")


def test_nothing_is_asked_for_before_it_begins(accounts: Accounts, sandbox: Sandbox, tmp_path: Path) -> None:
    pipeline(tmp_path).run(cdrs(accounts, since=date(9999, 1, 1)))

    assert len(sandbox.requests) == 0


def test_no_token_is_in_what_dlt_keeps(accounts: Accounts, sandbox: Sandbox, tmp_path: Path) -> None:
    pipeline(tmp_path).run(source(accounts, since=SINCE))

    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert kept
    assert [path for path in kept if sandbox.token.encode() in path.read_bytes()] == []


def test_rows_go_into_postgres_by_configuration_alone(
    accounts: Accounts, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    psycopg2 = pytest.importorskip("psycopg2", reason="psycopg2 is not installed: nox -s engines")
    with postgres() as url:
        monkeypatch.setenv("DESTINATION__POSTGRES__CREDENTIALS", url)
        for _ in range(2):
            pipeline(tmp_path, "postgres").run(source(accounts, since=SINCE))
        with closing(psycopg2.connect(url)) as database, database.cursor() as cursor:
            cursor.execute("select account, id, charge, duration from voip.cdrs order by 1, 2")
            assert cursor.fetchall() == wanted(sandbox, "acme", "other")
            cursor.execute("select sum(charge), max(calldate), count(*) from voip.cdrs")
            charge, newest, count = cursor.fetchone()

    found = sandbox.store.rows("cdrs")
    assert (charge, count) == (2 * sum(Decimal(str(row["charge"])) for row in found), 2 * len(found))
    assert newest.replace(tzinfo=None) == datetime.fromisoformat(max(row["calldate"] for row in found))


def test_the_program_of_the_guide_runs(sandbox: Sandbox, tmp_path: Path) -> None:
    place = {"DESTINATION__DUCKDB__CREDENTIALS": f"duckdb:///{tmp_path}/calls.duckdb", "PIPELINES_DIR": str(tmp_path)}
    tokens = {"VOIPSTUDIO_API_TOKEN_ACME": sandbox.token, "VOIPSTUDIO_API_URL": sandbox.url}
    command = [sys.executable, "-W", "error", str(ROOT / "examples" / "calls_into_a_database.py"), "duckdb"]
    for _ in range(2):
        done = subprocess.run(command, env=os.environ | place | tokens, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")

    found = ask(tmp_path, "select account, count(*) from voipstudio.cdrs group by 1")
    assert found == [("acme", sandbox.store.count("cdrs"))]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"lag": "two hours"}, "lag is a time like '2h'"),
        ({"lag": timedelta(hours=-1)}, "lag is a time like"),
        ({"since": "2026-01-01"}, "since is a date or a date-time, got '2026-01-01'"),
    ],
)
def test_odd_arguments_are_refused(options: Any, words: str, accounts: Accounts) -> None:
    with pytest.raises(ConfigurationError, match=words):
        cdrs(accounts, **{"since": SINCE, **options})


def test_accounts_of_the_other_face_are_refused(sandbox: Sandbox) -> None:
    others: Any = AsyncAccounts({"acme": TokenAuth("x")}, base_url=sandbox.url)
    with pytest.raises(ConfigurationError, match="cdrs are read from Accounts, got AsyncAccounts"):
        cdrs(others, since=SINCE)
