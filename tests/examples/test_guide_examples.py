"""The programs that the guides show, run against the sandbox: the services in this process, the others as processes."""

from __future__ import annotations

import json
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from examples.test_examples import PROGRAMS, run

from voipstudio_async.sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(users=2, calls=40, seed=7) as started:
        yield started


@pytest.fixture
def environment(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOIPSTUDIO_API_URL", sandbox.url)
    monkeypatch.setenv("VOIPSTUDIO_API_TOKEN", sandbox.token)


def made(program: str) -> dict[str, Any]:
    return runpy.run_path(str(PROGRAMS / program))


@pytest.mark.usefixtures("environment")
async def test_the_aiohttp_service_answers(sandbox: Sandbox) -> None:
    application = made("aiohttp_service.py")["application"]()
    async with TestClient(TestServer(application)) as http:
        user = await (await http.get(f"/users/{sandbox.user_id}")).json()
        calls = await (await http.get(f"/users/{sandbox.user_id}/calls")).json()
        missing = await http.get("/users/999999999")

    assert user["id"] == sandbox.user_id
    assert calls == {"calls": sum(row["user_id"] == sandbox.user_id for row in sandbox.store.rows("cdrs"))}
    assert missing.status == 404


@pytest.mark.usefixtures("environment")
async def test_the_aiohttp_service_tells_that_the_api_is_down(sandbox: Sandbox) -> None:
    async with TestClient(TestServer(made("aiohttp_service.py")["application"]())) as http:
        sandbox.deny("GET", "/users/{id}")
        assert (await http.get(f"/users/{sandbox.user_id}")).status == 502


@pytest.mark.usefixtures("environment")
async def test_the_fastapi_service_answers(sandbox: Sandbox) -> None:
    pytest.importorskip("fastapi")
    httpx = pytest.importorskip("httpx")

    app = made("fastapi_service.py")["app"]
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")
    async with app.router.lifespan_context(app), client as http:
        user = (await http.get(f"/users/{sandbox.user_id}")).json()
        calls = (await http.get(f"/users/{sandbox.user_id}/calls")).json()
        statuses = [(await http.get(f"/users/{id}")).status_code for id in ("999999999", "ann")]
        described = (await http.get("/openapi.json")).text

    assert user["id"] == sandbox.user_id
    assert calls == {"calls": sum(row["user_id"] == sandbox.user_id for row in sandbox.store.rows("cdrs"))}
    assert statuses == [404, 422]
    assert '"first_name"' in described


def test_the_nightly_report_writes_both_files(sandbox: Sandbox, tmp_path: Path) -> None:
    day = "2026-06-15"
    rows = [row for row in sandbox.store.rows("cdrs") if str(row["calldate"]).startswith(day)]

    code, out = run(sandbox, "nightly_report.py", "--folder", tmp_path, "--day", day)

    assert (code, out) == (0, f"{len(rows)} call records of {day}\n")
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"calls-{day}.csv", f"report-{day}.txt"]


def test_many_accounts_are_summed_up_although_one_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    accounts = tmp_path / "accounts.json"
    accounts.write_text(json.dumps({"London": sandbox.token, "Warsaw": "0" * 40}), "utf-8")

    code, out = run(sandbox, "many_accounts.py", "--accounts", accounts, "--from", "2026-01-01", "--to", "2026-06-30")

    london, warsaw = out.splitlines()
    assert code == 1
    assert re.fullmatch(r"London: \d+ calls, [\d.]+ GBP", london)
    assert re.match(r"Warsaw: failed: .*401", warsaw)
