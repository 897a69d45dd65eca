"""Many files: each whole or not at all, whatever the server does; begun again, only what is missing."""

from __future__ import annotations

import asyncio
import base64
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from faces import opened, settle
from hostile import trouble
from hostile.servers import Hostile, Script, Talk, always, answer
from leaks import check_idle, nothing_left

from voipstudio_async import (
    AsyncVoipStudio,
    BulkError,
    Cdr,
    ConfigurationError,
    DecodeError,
    NotFoundError,
    ProtocolError,
    Recording,
    RequestTimeout,
    RetryPolicy,
    Timeouts,
    TransportError,
    VoipStudio,
)
from voipstudio_async.files import sweep, written
from voipstudio_async.sandbox import Sandbox

TOKEN = "0123456789abcdef0123456789abcdef01234567"
SOUND = b"ID3" + bytes(range(256)) * 1000
MP3 = "Content-Type: audio/mpeg3"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg3\r\n"
WHOLE = answer(SOUND, MP3)
QUICK: dict[str, Any] = {
    "timeouts": Timeouts(connect=1.0, read=0.3, total=2.0),
    "retry": RetryPolicy(attempts=2, base=0.001, cap=0.002),
}
ONE = Recording(id=7, size=len(SOUND))


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    with nothing_left():
        yield


async def fetched(face: type[Any], script: Script, source: Any, folder: Path, **options: Any) -> Any:
    """Download from a raw server; return the outcomes and how many requests there were."""
    with Hostile(script) as server:
        async with opened(face, TOKEN, base_url=server.url, **QUICK) as client:
            result = await settle(client.recordings.download_all(source, folder, **options))
            check_idle(client)
        return result, len(server.asked)


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def file_requests(sandbox: Sandbox) -> list[str]:
    return [request.path for request in sandbox.requests if request.path.endswith((".mp3", ".pdf"))]


# --- from a listing, or ids ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "called", "ending"),
    [("recordings", "recording", ".mp3"), ("voicemails", "voicemail", ".mp3"), ("faxes", "fax", ".pdf")],
)
async def test_all_of_a_listing_are_saved_under_their_ids(
    part: str, called: str, ending: str, client: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    resource = getattr(client, part)
    result = await settle(resource.download_all(resource.list(), tmp_path))
    ids = [row["id"] for row in sandbox.store.rows(resource._path)]
    assert {path.name for path in result.values} == {f"{called}-{id}{ending}" for id in ids}
    assert len(result) == len(ids) > 5
    assert all(path.read_bytes().startswith((b"ID3", b"%PDF")) for path in result.values)
    assert names_in(tmp_path) == sorted(path.name for path in result.values)


async def test_begun_again_it_fetches_what_is_missing_or_of_another_size(
    client: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    first = await settle(client.recordings.download_all(client.recordings.list(), tmp_path))
    missing, changed = first.values[:2]
    missing.unlink()
    changed.write_bytes(b"ID3 half")
    sandbox.requests.clear()
    again = await settle(client.recordings.download_all(client.recordings.list(), tmp_path))
    assert again.values == first.values
    assert [outcome.attempts for outcome in again] == [1, 1, *[0] * (len(again) - 2)]
    assert len(file_requests(sandbox)) == 2
    assert changed.stat().st_size == first.outcomes[1].input.size


async def test_where_no_size_is_known_a_file_that_is_there_counts_but_not_an_empty_one(
    client: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    ids = [row["id"] for row in sandbox.store.rows("voicemessages")]
    (tmp_path / f"voicemail-{ids[0]}.mp3").write_bytes(b"mine")
    (tmp_path / f"voicemail-{ids[1]}.mp3").touch()
    await settle(client.voicemails.download_all(ids, tmp_path))
    assert len(file_requests(sandbox)) == len(ids) - 1
    assert (tmp_path / f"voicemail-{ids[0]}.mp3").read_bytes() == b"mine"
    await settle(client.voicemails.download_all(ids[:1], tmp_path, skip_existing=False))
    assert (tmp_path / f"voicemail-{ids[0]}.mp3").read_bytes() != b"mine"


async def test_an_invoice_that_is_not_completed_is_a_state_and_no_failure(
    client: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    result = await settle(client.transactions.download_all(client.transactions.list(), tmp_path))
    pending = {row["id"] for row in sandbox.store.rows("transactions") if row["result"] == "PENDING"}
    assert result.ok
    assert {outcome.input.id for outcome in result if outcome.value is None} == pending
    assert 0 < len(pending) < len(result) == len(pending) + len(names_in(tmp_path))


async def test_what_is_not_there_does_not_end_the_run(client: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    id = sandbox.store.rows("monitors")[0]["id"]
    told: list[tuple[int, int | None, int]] = []
    result = await settle(
        client.recordings.download_all(
            [1, id, 2, id], tmp_path, concurrency=1, progress=lambda *done: told.append(done)
        )
    )
    assert [type(outcome.error) for outcome in result] == [NotFoundError, type(None), NotFoundError, type(None)]
    assert [done for done, _, _ in told] == [1, 2, 3, 4]
    assert told[-1] == (4, 4, 2)
    assert len(file_requests(sandbox)) == 3


async def test_a_token_that_ends_on_the_way_is_told_of_each_file(client: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.faults.next(401, count=2, path="/monitors/")
    ids = [row["id"] for row in sandbox.store.rows("monitors")[:3]]
    result = await settle(client.recordings.download_all(ids, tmp_path, concurrency=1))
    # Whose turn it is first is not promised; that nobody's failure is another one's is.
    assert sorted(type(outcome.error).__name__ for outcome in result) == ["AuthenticationError"] * 2 + ["NoneType"]
    assert len(names_in(tmp_path)) == 1


async def test_a_listing_that_breaks_off_gives_what_was_saved(client: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    listing = client.recordings.list(page_size=4)
    sandbox.on("GET", "/monitors", lambda request: sandbox_page(sandbox, request))
    with pytest.raises(BulkError, match="reading the inputs failed") as caught:
        await settle(client.recordings.download_all(listing, tmp_path))
    assert len(caught.value.outcomes) == len(names_in(tmp_path)) == 4


def sandbox_page(sandbox: Sandbox, request: Any) -> Any:
    if request.query.get("page", "1") != "1":
        raise RuntimeError("no more pages")
    rows = sandbox.store.rows("monitors")
    return {"data": rows[:4], "total": len(rows)}


# --- what cannot be ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        ("7", {}, "a listing or a list of ids"),
        (7, {}, "a listing or a list of ids"),
        ([7], {"folder": "/no/such/folder"}, "there is no folder"),
        ([7], {"folder": 7}, "the path of a folder"),
        ([7], {"concurrency": 0}, "concurrency must be 1"),
        ([7], {"name": "{nobody}"}, "asks for 'nobody'; the fields are"),
        ([7], {"name": "{}"}, "a field without a name"),
        ([7], {"name": "{id"}, "is no format"),
        ([7], {"name": 7}, "a format or a function"),
    ],
)
async def test_what_cannot_work_is_refused_before_anything_is_asked(
    source: Any, options: dict[str, Any], message: str, client: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        await settle(client.recordings.download_all(source, **({"folder": tmp_path} | options)))
    assert sandbox.requests == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
async def test_a_folder_that_cannot_be_written_is_refused(client: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    os.chmod(tmp_path, 0o500)  # noqa: PTH101 - at once, as nothing else runs on this loop
    with pytest.raises(ConfigurationError, match="cannot be written to"):
        await settle(client.recordings.download_all([7], tmp_path))
    assert sandbox.requests == []


@pytest.mark.parametrize("thing", [0, "7", 7.5, True, None, Cdr(id=7)])
async def test_a_thing_of_another_kind_fails_alone_and_is_not_asked_for(
    thing: Any, client: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    result = await settle(client.recordings.download_all([thing], tmp_path))
    assert isinstance(result.outcomes[0].error, ConfigurationError)
    assert sandbox.requests == []


async def test_a_folder_in_the_place_of_a_file_stays(face: type[Any], tmp_path: Path) -> None:
    (tmp_path / "recording-7.mp3").mkdir()
    result, requests = await fetched(face, always(WHOLE), [7], tmp_path)
    assert (type(result.outcomes[0].error), requests) == (ConfigurationError, 0)
    assert names_in(tmp_path / "recording-7.mp3") == []


def test_an_asynchronous_listing_is_not_for_the_blocking_face(tmp_path: Path) -> None:
    with VoipStudio("t") as client, pytest.raises(ConfigurationError, match="use it with AsyncVoipStudio"):
        client.recordings.download_all(AsyncVoipStudio("t").recordings.list(), tmp_path)  # type: ignore[call-overload]


# --- names ---------------------------------------------------------------------------------------------------


async def test_names_that_servers_and_records_tell_stay_in_the_folder(face: type[Any], tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    told = answer(SOUND, MP3, 'Content-Disposition: attachment; filename="../../evil.mp3"')
    callers = {7: "../../../etc/passwd", 8: "C:\\nul", 9: "..", 10: None, 11: "a\x00b/\n"}
    records = [Recording(id=id, caller=caller) for id, caller in callers.items()]
    await fetched(face, always(told), records, folder, name="{caller}")
    named = {"passwd-7.mp3", "recording-8.mp3", "recording-9.mp3", "recording-10.mp3", "_-11.mp3"}
    assert set(names_in(folder)) == named
    assert names_in(tmp_path) == ["here"]


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("{timestamp:%Y-%m-%d} {caller}", "2026-03-01 447-7.mp3"),
        ("{called}{timestamp:%Y}", "2026-7.mp3"),
        ("{id}.MP3", "7.mp3"),
        ("77.mp3", "77-7.mp3"),
        ("", "recording-7.mp3"),
        (".mp3", "recording-7.mp3"),
        (lambda record: f"{record.caller}/{record.id}", "7.mp3"),
        (lambda _: "x" * 400, "x" * 176 + "-7.mp3"),
        (lambda _: "ż" * 400 + ".mp3", "ż" * 88 + "-7.mp3"),
    ],
)
async def test_a_file_is_named_as_wanted_and_its_id_is_in_the_name(
    name: Any, made: str, face: type[Any], tmp_path: Path
) -> None:
    record = Recording(id=7, caller="447", timestamp=datetime(2026, 3, 1, tzinfo=UTC))
    result, _ = await fetched(face, always(WHOLE), [record], tmp_path, name=name)
    assert [path.name for path in result.values] == [made] == names_in(tmp_path)


async def test_records_that_are_named_alike_do_not_take_each_others_place(face: type[Any], tmp_path: Path) -> None:
    records = [Recording(id=id, caller="447") for id in range(1, 20)]
    result, requests = await fetched(face, always(WHOLE), records, tmp_path, name="{caller}.mp3")
    assert len(set(result.values)) == len(names_in(tmp_path)) == requests == 19


@pytest.mark.parametrize("name", ["{caller}", "{id:%Y}", "{id.nothing}", lambda _: 7])
async def test_a_name_that_cannot_be_made_of_an_id_fails_alone(name: Any, face: type[Any], tmp_path: Path) -> None:
    result, requests = await fetched(face, always(WHOLE), [7], tmp_path, name=name)
    assert (type(result.outcomes[0].error), requests) == (ConfigurationError, 0)


# --- what goes wrong on the way ------------------------------------------------------------------------------


async def _one_byte_at_a_time(talk: Talk) -> None:
    await talk.request()
    await talk.send(HEAD + b"Content-Length: 1000000\r\n\r\n")
    while True:
        await talk.send(b"x")
        await asyncio.sleep(0.05)


def _places() -> dict[str, tuple[Script, type[Exception]]]:
    chunks = trouble.chunked(SOUND[:9000], SOUND[9000:]).replace(b"application/json", b"audio/mpeg3")
    head = WHOLE.index(b"\r\n\r\n") + 4
    after = {"no byte": 0, "the status": 15, "the head": head, "a byte": head + 1, "half": len(WHOLE) // 2}
    after |= {"all but a byte": len(WHOLE) - 1}
    cut: dict[str, tuple[Script, type[Exception]]] = {}
    for name, place in after.items():
        cut[f"ended after {name}"] = (trouble.end(WHOLE[:place]), TransportError)
        cut[f"reset after {name}"] = (trouble.cut(WHOLE[:place]), TransportError)
    return cut | {
        "ended in a chunk": (trouble.end(chunks[:-2000]), ProtocolError),
        "ended before the last chunk": (trouble.end(chunks[:-5]), ProtocolError),
        "silence": (trouble.silence, RequestTimeout),
        "silence in the middle": (trouble.stall(WHOLE[:9000]), RequestTimeout),
        "one byte at a time": (_one_byte_at_a_time, TransportError),
        "less than its record says": (always(answer(SOUND[:-1], MP3)), DecodeError),
        "more than its record says": (always(answer(SOUND + b"x", MP3)), DecodeError),
        "a body without end": (trouble.flood(HEAD + b"Connection: close\r\n\r\nID3"), DecodeError),
        "nothing": (always(answer(b"", MP3)), DecodeError),
        "an error page": (always(answer(b"<html>".ljust(len(SOUND)), MP3)), DecodeError),
        "an error in JSON": (always(answer({"message": "later"})), DecodeError),
        "JSON without an end": (always(answer(b'{"data": {"base64": "', length=21)), DecodeError),
        "Base64 that is none": (always(answer({"data": {"base64": "*" * 400}})), DecodeError),
        "Base64 of something else": (always(answer({"data": {"base64": "AAAA"}})), DecodeError),
        "no such thing": (always(answer({"message": "Gone"}, status="404 Not Found")), NotFoundError),
    }


PLACES = _places()


@pytest.mark.parametrize("name", PLACES)
async def test_a_file_that_fails_leaves_what_was_there_and_the_others_come(
    name: str, face: type[Any], tmp_path: Path
) -> None:
    script, error = PLACES[name]
    (tmp_path / "recording-7.mp3").write_bytes(b"old")

    async def one_is_bad(talk: Talk) -> None:
        while (asked := await talk.request()) is not None:
            if "/7." not in asked.target:
                await talk.send(WHOLE)
                continue
            talk.request = _again(asked)  # type: ignore[method-assign]
            await script(talk)
            return

    others = [attrs.evolve(ONE, id=id) for id in (8, 9)]
    result, _ = await fetched(face, one_is_bad, [others[0], ONE, others[1]], tmp_path, concurrency=2)
    assert [outcome.ok for outcome in result] == [True, False, True]
    assert isinstance(result.outcomes[1].error, error)
    assert names_in(tmp_path) == ["recording-7.mp3", "recording-8.mp3", "recording-9.mp3"]
    assert (tmp_path / "recording-7.mp3").read_bytes() == b"old"
    assert (tmp_path / "recording-9.mp3").read_bytes() == SOUND


def _again(asked: Any) -> Any:
    """Hand a request that was read to a script that wants to read it, and then the end of the connection."""
    left = [None, asked]

    async def request() -> Any:
        return left.pop() if left else None

    return request


async def test_a_file_in_json_is_taken_out_and_looked_at(face: type[Any], tmp_path: Path) -> None:
    packed = answer({"data": {"mime_type": "audio/mpeg", "base64": base64.b64encode(SOUND).decode()}})
    result, _ = await fetched(face, always(packed), [ONE], tmp_path)
    assert result.values[0].read_bytes() == SOUND


# --- ended, interrupted, killed ------------------------------------------------------------------------------


async def test_a_run_that_is_cancelled_leaves_whole_files_only(tmp_path: Path) -> None:
    async def slow_but_one(talk: Talk) -> None:
        while (asked := await talk.request()) is not None:
            if "/1." not in asked.target:
                await talk.send(WHOLE[:9000])
                await talk.reader.read()
                return
            await talk.send(WHOLE)

    with Hostile(slow_but_one) as server:
        async with AsyncVoipStudio(TOKEN, base_url=server.url) as client:
            task = asyncio.create_task(client.recordings.download_all([1, 2, 3], tmp_path))
            await asyncio.to_thread(wait_for_files, tmp_path, 1)
            await asyncio.to_thread(until, lambda: len(server.asked) == 3)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            check_idle(client)
    assert names_in(tmp_path) == ["recording-1.mp3"]


RUN = """
import sys
from voipstudio_async import Recording, VoipStudio
url, token, folder = sys.argv[1:]
with VoipStudio(token, base_url=url) as client:
    result = client.recordings.download_all(client.recordings.list(), folder)
    print(len(result), len(result.failed), sum(outcome.attempts for outcome in result))
"""


def started(url: str, token: str, folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", RUN, url, token, str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def wait_for_files(folder: Path, count: int) -> None:
    until(lambda: len(list(folder.glob("*.mp3"))) >= count)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        threading.Event().wait(0.005)


def test_killed_twice_every_file_is_whole_and_none_is_fetched_twice(tmp_path: Path) -> None:
    with Sandbox(users=4, calls=480, seed=5, faults=0.05) as sandbox:
        sandbox.faults.latency(0.01)
        rows = {f"recording-{row['id']}.mp3": row["size"] for row in sandbox.store.rows("monitors")}
        saved: list[set[str]] = [set()]
        for share in (4, 2):
            with started(sandbox.url, sandbox.token, tmp_path) as process:
                wait_for_files(tmp_path, len(rows) // share)
                process.kill()
            saved.append({path.name for path in tmp_path.glob("*.mp3")})
        mark = len(sandbox.requests)
        with started(sandbox.url, sandbox.token, tmp_path) as process:
            out, _ = process.communicate(timeout=60)
        asked = {
            request.path.rpartition("/")[2] for request in sandbox.requests[mark:] if request.path.endswith(".mp3")
        }
    assert out.split()[:2] == [b"%d" % len(rows), b"0"]
    assert {path.name: path.stat().st_size for path in tmp_path.iterdir()} == rows
    assert {f"recording-{name}" for name in asked} == rows.keys() - saved[-1]
    assert saved[0] < saved[1] < saved[2] < rows.keys()


def test_ctrl_c_ends_the_face_that_waits_and_leaves_whole_files_only(tmp_path: Path) -> None:
    with Sandbox(users=4, calls=400, seed=5) as sandbox:
        sandbox.faults.latency(0.05)
        with started(sandbox.url, sandbox.token, tmp_path) as process:
            wait_for_files(tmp_path, 5)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=10)
        sizes = {f"recording-{row['id']}.mp3": row["size"] for row in sandbox.store.rows("monitors")}
    assert said.rstrip().endswith(b"KeyboardInterrupt")
    assert all(sizes[path.name] == path.stat().st_size for path in tmp_path.iterdir())


def test_what_a_killed_writer_left_is_swept_and_what_is_being_written_stays(tmp_path: Path) -> None:
    left, other = tmp_path / f".{'0' * 16}.part", tmp_path / ".mine.part"
    left.touch()
    other.touch()
    with written(tmp_path / "a") as file:
        sweep(tmp_path)
        assert not left.exists()
        assert len(names_in(tmp_path)) == 2
        file.write(b"whole")
    assert names_in(tmp_path) == [".mine.part", "a"]
    sweep(tmp_path / "nowhere")
