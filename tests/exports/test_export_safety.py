"""Exports that meet others, damage, and targets that are no files: clear words, and never a file that lacks rows."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from exports.test_export_resume import EXPORT, checkpoint_of, content, names_in, stop_after
from faces import settle
from hypothesis import given
from hypothesis import strategies as st
from recorder import Recorder

from voipstudio_async import AsyncVoipStudio, ConfigurationError, VoipStudio, field
from voipstudio_async.exports.text import count_records
from voipstudio_async.reports import export
from voipstudio_async.sandbox import Sandbox
from voipstudio_async.texts import cell, csv_text

FORMATS = ["csv", "ndjson", "parquet", "arrow"]
posix = pytest.mark.skipif(sys.platform == "win32", reason="devices, links and pipes of POSIX")


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


# --- two at once ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resume", [True, False])
def test_of_two_exports_to_one_target_the_second_is_refused(
    sandbox: Sandbox, tmp_path: Path, form: str, resume: bool
) -> None:
    path, refusals = tmp_path / f"calls.{form}", list[str]()
    with VoipStudio(sandbox.token, base_url=sandbox.url) as client:

        def meddle(rows: int) -> None:
            if rows in (200, 800):
                with pytest.raises(ConfigurationError) as caught:
                    export(client.cdrs.list(field("id") < 5, page_size=100), path, resume=resume)
                refusals.append(str(caught.value))

        done = export(client.cdrs.list(page_size=100), path, batch_size=100, progress=meddle)
        again = export(client.cdrs.list(page_size=500), tmp_path / f"again.{form}")
    assert refusals == [f"another export to {path} is under way: wait until it has ended, or choose another target"] * 2
    assert (done.rows, again.rows) == (1000, 1000)
    assert content(path) == content(tmp_path / f"again.{form}")


async def test_an_export_of_the_other_face_is_refused_too(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    async with AsyncVoipStudio(sandbox.token, base_url=sandbox.url) as client:
        (tmp_path / "link.csv").symlink_to(path)
        seen = list[str]()

        def meddle(rows: int) -> None:
            if rows == 100:
                thread = threading.Thread(target=in_thread)
                thread.start()
                thread.join()

        def in_thread() -> None:
            with VoipStudio(sandbox.token, base_url=sandbox.url) as other:
                try:
                    export(other.cdrs.list(), tmp_path / "link.csv")
                except ConfigurationError as error:
                    seen.append(str(error))

        done = await export(client.cdrs.list(page_size=100), path, progress=meddle)
    assert (done.rows, len(seen), path.read_bytes().count(b"\r\n")) == (1000, 1, 1001)


@posix
def test_an_export_of_another_process_is_refused_until_that_is_killed(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    command = [sys.executable, "-c", EXPORT, sandbox.token, sandbox.url, str(path)]
    with (
        VoipStudio(sandbox.token, base_url=sandbox.url) as client,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process,
    ):
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        with pytest.raises(ConfigurationError, match=r"another export to .* is under way"):
            export(client.cdrs.list(page_size=50), path, resume=True)
        process.kill()
        process.wait()
        assert export(client.cdrs.list(page_size=50), path, resume=True).rows == 1000
    assert names_in(tmp_path) == {"calls.csv"}


# --- what is not ours ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("resume", [True, False])
@pytest.mark.parametrize("names", [["letters.txt"], ["checkpoint.json", "model.bin"], ["rows", "lock"], ["lock"]])
async def test_a_folder_that_no_export_made_is_left_as_it_is(
    client: Any, tmp_path: Path, resume: bool, names: list[str]
) -> None:
    folder = tmp_path / "calls.csv.partial"
    folder.mkdir()
    for name in names:
        (folder / name).write_text("precious")
    with pytest.raises(ConfigurationError, match="was made by no export, and is left as it is: to start over"):
        await settle(export(client.cdrs.list(), tmp_path / "calls.csv", resume=resume))
    assert {each.name: each.read_text() for each in folder.iterdir()} == dict.fromkeys(names, "precious")


async def test_an_empty_folder_that_no_export_made_stays(client: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    path, folder = tmp_path / "calls.csv", tmp_path / "calls.csv.partial"
    folder.mkdir()
    assert (await settle(export(client.cdrs.list(), path))).rows == 1000
    stop_after(sandbox, path, 450)
    assert (await settle(export(client.cdrs.list(page_size=50), path, resume=True))).resumed
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"\0" * 9])
async def test_a_lock_that_a_loss_of_power_has_emptied_is_no_obstacle(
    client: Any, sandbox: Sandbox, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "calls.csv"
    stop_after(sandbox, path, 450)
    (tmp_path / "calls.csv.partial" / "lock").write_bytes(content)
    assert (await settle(export(client.cdrs.list(page_size=50), path, resume=True))).resumed


async def test_what_somebody_put_into_the_folder_of_an_export_stays(
    client: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "calls.csv"
    stop_after(sandbox, path, 450)
    (tmp_path / "calls.csv.partial" / "letters.txt").write_text("precious")
    assert (await settle(export(client.cdrs.list(page_size=50), path))).rows == 1000
    assert (tmp_path / "calls.csv.partial" / "letters.txt").read_text() == "precious"


def link_to_parent(path: Path) -> None:
    path.symlink_to(path.parent)


@posix
@pytest.mark.parametrize("make", [Path.touch, link_to_parent])
async def test_a_folder_that_is_none_is_told(client: Any, tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "calls.csv.partial")
    with pytest.raises(ConfigurationError, match="move it away to start over"):
        await settle(export(client.cdrs.list(), tmp_path / "calls.csv"))


async def test_the_folder_of_an_export_is_no_place_for_another(client: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    stop_after(sandbox, tmp_path / "calls.csv", 450)
    for target in (tmp_path / "calls.csv.partial", tmp_path / "calls.csv.partial" / "rows"):
        with pytest.raises(ConfigurationError, match=r"is a folder|is the folder of another export"):
            await settle(export(client.cdrs.list(), target, format="csv"))


# --- damage --------------------------------------------------------------------------------------------------


def changed(**values: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda found: found | values


def without(key: str) -> Callable[[dict[str, Any]], Any]:
    return lambda found: {name: value for name, value in found.items() if name != key}


def replaced(value: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda _: value


def inner(**values: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda found: found | {"checkpoint": json.dumps(json.loads(found["checkpoint"]) | values)}


OTHERS: list[Any] = [[], "text", 7, None, {}, [{}], 1.5]
ROWS: list[Any] = [-1, 399, "many", None, 10**30, 1.5, []]
MARKS: list[Any] = [{}, {"size": -5}, {"size": 10**18}, {"size": 777}, {"parts": -1}, [], None]
REPORTS: list[Any] = [{}, [], {"rows": -1}, {"odd": 1}, None]
DAMAGES: list[Callable[[dict[str, Any]], Any]] = [
    *(without(key) for key in ("v", "sum", "kind", "rows", "mark")),
    *(replaced(odd) for odd in OTHERS),
    *(changed(rows=rows) for rows in ROWS),
    *(changed(mark=mark) for mark in MARKS),
    *(changed(v=v) for v in (1, 3, "2", None)),
    *(changed(finished=finished) for finished in (True, "yes", None)),
    *(changed(report=report) for report in REPORTS),
    *(changed(checkpoint=text) for text in ("", "{", "[]", "null", 7, None)),
    *(inner(page=page) for page in (-1, 10**30, "first", None, 99)),
    *(inner(last=last) for last in (-1, "last", 1.5, 1)),
    *(inner(listing="of another"), inner(v=9), inner(report=None)),
    changed(kind=[]),
    changed(kind={"format": 5}),
]


@pytest.mark.parametrize("number", range(len(DAMAGES)))
async def test_a_damaged_checkpoint_says_how_to_start_over(
    client: Any, sandbox: Sandbox, tmp_path: Path, number: int
) -> None:
    path = tmp_path / "calls.csv"
    stop_after(sandbox, path, 450)
    place = tmp_path / "calls.csv.partial" / "checkpoint.json"
    place.write_text(json.dumps(DAMAGES[number](checkpoint_of(path))))
    with pytest.raises(ConfigurationError, match="run without resume to start over"):
        await settle(export(client.cdrs.list(page_size=50), path, resume=True))
    assert not path.exists()
    assert (await settle(export(client.cdrs.list(page_size=50), path))).rows == 1000


@pytest.mark.parametrize(
    "text", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"\0" * 2_000_000, b"1" * 5000, b'{"v": 2}', b"NaN"]
)
async def test_a_checkpoint_that_is_none_says_how_to_start_over(
    client: Any, sandbox: Sandbox, tmp_path: Path, text: bytes
) -> None:
    path = tmp_path / "calls.csv"
    stop_after(sandbox, path, 450)
    place = tmp_path / "calls.csv.partial" / "checkpoint.json"
    for damage in (text, place.read_bytes()[: len(place.read_bytes()) // 2]):
        place.write_bytes(damage)
        with pytest.raises(ConfigurationError, match="run without resume to start over"):
            await settle(export(client.cdrs.list(page_size=50), path, resume=True))
    place.unlink()
    place.mkdir()
    with pytest.raises(ConfigurationError, match="run without resume to start over"):
        await settle(export(client.cdrs.list(page_size=50), path, resume=True))
    with pytest.raises(ConfigurationError, match="is a folder, which no export made: move it away to start over"):
        await settle(export(client.cdrs.list(page_size=50), path))


def shorten(place: Path) -> None:
    place.write_bytes(place.read_bytes()[:-100])


def empty(place: Path) -> None:
    place.write_bytes(b"")


def spoil(place: Path) -> None:
    content = place.read_bytes()
    place.write_bytes(content[: len(content) // 2] + b'\r\n"\n' + content[len(content) // 2 + 4 :])


@pytest.mark.parametrize("damage", [shorten, empty, spoil, Path.unlink])
async def test_damaged_rows_are_told_and_never_published(
    client: Any, sandbox: Sandbox, tmp_path: Path, form: str, damage: Callable[[Path], None]
) -> None:
    path = tmp_path / f"calls.{form}"
    stop_after(sandbox, path, 450)
    for each in (tmp_path / f"calls.{form}.partial").iterdir():
        if each.name == "rows" or each.suffix == ".arrow":
            damage(each)
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="run without resume to start over"):
            await settle(export(client.cdrs.list(page_size=50), path, resume=True))
        assert not path.exists()
    assert (await settle(export(client.cdrs.list(page_size=50), path))).rows == 1000


async def test_rows_that_somebody_else_wrote_meanwhile_are_not_published(
    client: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "calls.csv"

    def meddle(rows: int) -> None:
        # More than once: on newer Pythons nothing of the first rows is in the file yet.
        if rows >= 500:
            with (tmp_path / "calls.csv.partial" / "rows").open("r+b") as file:
                file.truncate(10)

    with pytest.raises(ConfigurationError, match="does not hold the 1,000 rows"):
        await settle(export(client.cdrs.list(page_size=100), path, progress=meddle))
    assert not path.exists()


@given(st.lists(st.lists(st.text(st.sampled_from('a"\r\n,')), min_size=2, max_size=3)), st.integers(1, 7))
def test_records_are_counted_as_csv_reads_them(rows: list[list[str]], chunk: int) -> None:
    written = csv_text([map(cell, row) for row in rows]).encode()

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or chunk, chunk))

    assert count_records(Slow(written), b"\r\n") == len(rows)


# --- targets -------------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("target", ["/dev/null", "/dev/stdout", "/dev/fd/1", "pipe"])
async def test_an_export_is_a_file(client: Any, tmp_path: Path, target: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigurationError, match="is a device or a pipe: an export is a file"):
        await settle(export(client.cdrs.list(), tmp_path / target, format="csv"))


@posix
async def test_links_permissions_and_long_names_are_kept(client: Any, tmp_path: Path) -> None:
    target = tmp_path / ("n" * 246 + ".csv")
    target.touch(0o640)
    target.chmod(0o640)
    (tmp_path / "link.csv").symlink_to(target)
    (tmp_path / "twin.csv").hardlink_to(target)
    done = await settle(export(client.cdrs.list(), tmp_path / "link.csv"))
    assert (done.path, (tmp_path / "link.csv").is_symlink(), target.stat().st_mode & 0o777) == (target, True, 0o640)
    assert target.read_bytes() == (tmp_path / "twin.csv").read_bytes() != b""
    assert len(names_in(tmp_path)) == 3


async def test_a_full_folder_is_told(client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", nothing_goes)
    with pytest.raises(ConfigurationError, match=r"the folder .* cannot be written to"):
        await settle(export(client.cdrs.list(), tmp_path / "calls.csv"))


def nothing_goes(_path: Path, _mode: int) -> bool:
    return False


@posix
def test_a_full_disk_names_the_target_and_is_gone_on_from(sandbox: Sandbox, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"calls.{form}"
    code = EXPORT.replace("import sys, time", "import sys, time, resource; resource.setrlimit(1, (20000, 20000))")
    done = subprocess.run(
        [sys.executable, "-c", code.replace("rows >= 600", "False"), sandbox.token, sandbox.url, str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={name: value for name, value in os.environ.items() if "COV" not in name},
    )
    assert done.stderr.splitlines()[-1] == f"OSError: [Errno 27] File too large: '{path}'"
    assert not path.exists()
    with VoipStudio(sandbox.token, base_url=sandbox.url) as client:
        assert export(client.cdrs.list(page_size=50), path, resume=True).rows == 1000


# --- dates ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tz", [timezone(timedelta(hours=14)), timezone(timedelta(hours=-12)), ZoneInfo("Asia/Tokyo")])
async def test_dates_at_both_ends_of_time_are_exported(
    recorder: Recorder, recorded: Any, tmp_path: Path, form: str, tz: tzinfo
) -> None:
    rows = [{"id": 9, "calldate": "0001-01-01 00:00:00"}, {"id": 8, "calldate": "9999-12-31 23:59:59"}]
    recorder.answer(200, {"data": rows, "total": 2})
    done = await settle(export(recorded.cdrs.list(), tmp_path / f"calls.{form}", tz=tz))
    assert done.rows == 2
