"""Exports that are interrupted, and gone on with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from faces import opened, settle

from voipstudio_async import ConfigurationError, RetryPolicy, ServerError, VoipStudio, field
from voipstudio_async.reports import export
from voipstudio_async.sandbox import Sandbox

FORMATS = ["csv", "ndjson", "parquet", "arrow"]

# It stops, for good, in the middle of the export: whoever started it kills it there.
EXPORT = """
import sys, time
from voipstudio_async import VoipStudio
from voipstudio_async.reports import export

def progress(rows):
    if rows >= 600:
        print("there", flush=True)
        time.sleep(60)

with VoipStudio(sys.argv[1], base_url=sys.argv[2]) as client:
    export(client.cdrs.list(page_size=50), sys.argv[3], batch_size=120, progress=progress)
"""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(users=5, calls=1000, seed=11) as server:
        yield server


@pytest.fixture(params=FORMATS)
def form(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    if found in ("parquet", "arrow"):
        pytest.importorskip("pyarrow")
    return found


def content(path: Path) -> Any:
    """Lines byte for byte, tables as tables."""
    if path.suffix == ".parquet":
        return pytest.importorskip("pyarrow.parquet").read_table(path)
    if path.suffix == ".arrow":
        return pytest.importorskip("pyarrow.ipc").open_file(str(path)).read_all()
    return path.read_bytes()


def checkpoint_of(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((path.with_name(f"{path.name}.partial") / "checkpoint.json").read_text())
    return found


def names_in(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def pages_seen(sandbox: Sandbox) -> int:
    return sum(request.path.endswith("/cdrs") for request in sandbox.requests)


def test_an_export_that_was_killed_goes_on_and_ends_with_the_same_file(
    sandbox: Sandbox, tmp_path: Path, form: str
) -> None:
    path, whole = tmp_path / f"calls.{form}", tmp_path / f"whole.{form}"
    command = [sys.executable, "-c", EXPORT, sandbox.token, sandbox.url, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        os.kill(process.pid, signal.SIGKILL)
    assert not path.exists()
    sandbox.requests.clear()
    with VoipStudio(sandbox.token, base_url=sandbox.url) as client:
        done = export(client.cdrs.list(page_size=50), path, batch_size=120, resume=True)
        assert pages_seen(sandbox) < 12
        export(client.cdrs.list(page_size=50), whole)
    assert (done.rows, done.report.rows, done.report.complete) == (1000, 1000, True)
    assert 120 <= done.resumed <= 600
    assert content(path) == content(whole)
    assert names_in(tmp_path) == {path.name, whole.name}


async def test_an_export_that_failed_goes_on_where_it_failed(
    face: type[Any], sandbox: Sandbox, tmp_path: Path, form: str
) -> None:
    path, whole = tmp_path / f"calls.{form}", tmp_path / f"whole.{form}"
    async with opened(face, sandbox.token, base_url=sandbox.url, retry=RetryPolicy(attempts=1)) as client:

        def fail(rows: int) -> None:
            if rows == 300:
                sandbox.faults.next(500)

        with pytest.raises(ServerError):
            await settle(export(client.cdrs.list(page_size=100, prefetch=0), path, progress=fail))
        assert checkpoint_of(path)["rows"] == 300
        done = await settle(export(client.cdrs.list(page_size=100), path, resume=True))
        await settle(export(client.cdrs.list(page_size=100), whole))
    assert (done.rows, done.resumed) == (1000, 300)
    assert content(path) == content(whole)


async def test_what_was_written_after_the_last_checkpoint_is_written_again(
    client: Any, sandbox: Sandbox, tmp_path: Path, form: str
) -> None:
    path, whole = tmp_path / f"calls.{form}", tmp_path / f"whole.{form}"
    stop_after(sandbox, path, 450)
    folder = path.with_name(f"{path.name}.partial")
    for each in folder.iterdir():
        if each.name == "rows":
            with each.open("ab") as file:
                file.write(b"half a li")
    (folder / "part-00099.arrow").write_bytes(b"half a part")
    await settle(export(client.cdrs.list(page_size=50), path, resume=True))
    await settle(export(client.cdrs.list(page_size=50), whole))
    assert content(path) == content(whole)


class Stop(Exception):
    """The program was asked to end."""


def stop_after(sandbox: Sandbox, path: Path, rows: int) -> None:
    """Interrupt an export; which face it had does not matter for what goes on with it."""

    def stop(done: int) -> None:
        if done >= rows:
            raise Stop

    with VoipStudio(sandbox.token, base_url=sandbox.url) as client:
        pages = client.cdrs.list(page_size=50)
        with pytest.raises(Stop):
            export(pages, path, progress=stop)


async def test_without_resume_an_export_starts_over(client: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    stop_after(sandbox, path, 450)
    done = await settle(export(client.cdrs.list(page_size=50), path))
    assert (done.rows, done.resumed) == (1000, 0)


async def test_with_nothing_to_resume_an_export_starts(client: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    done = await settle(export(client.cdrs.list(page_size=500), tmp_path / "calls.csv", resume=True))
    assert (done.rows, done.resumed) == (1000, 0)


OTHERS: list[tuple[Callable[[Any], Any], dict[str, Any], str]] = [
    (lambda client: client.cdrs.list(page_size=50), {"extras": True}, "(columns: extra in one of the two only)"),
    (lambda client: client.cdrs.list(page_size=50), {"format": "ndjson"}, "(format: csv then, ndjson now)"),
    (lambda client: client.cdrs.list(page_size=50), {"tz": ZoneInfo("Europe/Oslo")}, "(tz: UTC then, Europe/Oslo now)"),
    (
        lambda client: client.cdrs.list(field("id") > 5, page_size=50),
        {},
        '(filters: none then, [{"property":"id","operator":"gt","value":5}] now)',
    ),
    (lambda client: client.cdrs.list(page_size=70), {}, "(page size: 50 then, 70 now)"),
    (lambda client: client.cdrs.list(page_size=50, order_by="id"), {}, "(order: -id then, id now)"),
    (lambda client: client.cdrs.list(page_size=50, strategy="keyset"), {}, "(strategy: offset then, keyset now)"),
    (lambda client: client.users.list(page_size=50), {}, "(rows: Cdr then, User now; path: /cdrs then, /users now)"),
]


@pytest.mark.parametrize(("listing", "options", "difference"), OTHERS)
async def test_an_export_of_another_kind_is_not_gone_on_with(
    client: Any,
    sandbox: Sandbox,
    tmp_path: Path,
    listing: Callable[[Any], Any],
    options: dict[str, Any],
    difference: str,
) -> None:
    path = tmp_path / "calls.csv"
    stop_after(sandbox, path, 450)
    before = checkpoint_of(path)
    with pytest.raises(ConfigurationError) as caught:
        await settle(export(listing(client), path, resume=True, **options))
    assert difference in str(caught.value)
    assert str(caught.value).endswith(f": run without resume to start over, or remove {path}.partial")
    assert checkpoint_of(path) == before


@pytest.mark.parametrize("listing", [{}, {"path": "/cdrs"}])
async def test_a_draft_that_does_not_tell_its_listing_is_compared_all_the_same(
    client: Any, sandbox: Sandbox, tmp_path: Path, listing: dict[str, Any]
) -> None:
    path = tmp_path / "calls.csv"
    stop_after(sandbox, path, 450)
    place = tmp_path / "calls.csv.partial" / "checkpoint.json"
    place.write_text(json.dumps(checkpoint_of(path) | {"listing": listing}))
    with pytest.raises(ConfigurationError, match=r"another listing .* run without resume to start over, or remove"):
        await settle(export(client.cdrs.list(page_size=70), path, resume=True))


async def test_a_draft_that_is_damaged_is_not_gone_on_with(
    client: Any, sandbox: Sandbox, tmp_path: Path, form: str
) -> None:
    path = tmp_path / f"calls.{form}"
    stop_after(sandbox, path, 450)
    folder = path.with_name(f"{path.name}.partial")
    for each in folder.iterdir():
        if each.name != "checkpoint.json":
            each.unlink()
    with pytest.raises(ConfigurationError, match="start over"):
        await settle(export(client.cdrs.list(page_size=50), path, resume=True))
    (folder / "checkpoint.json").write_text("{")
    with pytest.raises(ConfigurationError, match="start over"):
        await settle(export(client.cdrs.list(page_size=50), path, resume=True))


async def test_a_finished_draft_is_put_in_place_without_a_request(
    client: Any, sandbox: Sandbox, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from voipstudio_async.exports.partial import PartialFile

    path, whole = tmp_path / f"calls.{form}", tmp_path / f"whole.{form}"
    with monkeypatch.context() as patch:
        patch.setattr(PartialFile, "publish", full_disk)
        with pytest.raises(OSError, match="full"):
            await settle(export(client.cdrs.list(page_size=500), path))
    sandbox.requests.clear()
    done = await settle(export(client.cdrs.list(page_size=500), path, resume=True))
    assert sandbox.requests == []
    assert (done.rows, done.report.complete) == (1000, True)
    await settle(export(client.cdrs.list(page_size=500), whole))
    assert content(path) == content(whole)


def full_disk(*_: Any) -> None:
    raise OSError("the disk is full")


async def test_a_draft_whose_file_is_in_place_already_is_no_obstacle(
    client: Any, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from voipstudio_async.exports.partial import PartialFile

    path = tmp_path / "calls.csv"
    with monkeypatch.context() as patch:
        patch.setattr(PartialFile, "publish", full_disk)
        with pytest.raises(OSError, match="full"):
            await settle(export(client.cdrs.list(page_size=500), path))
    (tmp_path / "calls.csv.partial" / "rows").rename(path)
    done = await settle(export(client.cdrs.list(page_size=500), path, resume=True))
    assert (done.rows, len(path.read_text().splitlines())) == (1000, 1001)


async def test_another_order_can_be_exported_in_one_go_only(face: type[Any], sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    async with opened(face, sandbox.token, base_url=sandbox.url, retry=RetryPolicy(attempts=1)) as client:

        def fail(rows: int) -> None:
            if rows == 300:
                sandbox.faults.next(500)

        ordered = client.cdrs.list(order_by="-duration", page_size=100, prefetch=0)
        with pytest.raises(ServerError):
            await settle(export(ordered, path, batch_size=100, progress=fail))
        assert names_in(tmp_path) == set()
        assert (await settle(export(ordered, path, batch_size=100))).rows == 1000
