"""A download: whole or not at all, with flat memory, whatever the server does, on both faces."""

from __future__ import annotations

import asyncio
import base64
import gzip
import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from faces import opened, settle
from hostile import trouble
from hostile.servers import Hostile, Script, Talk, always, answer, in_turn, until_left
from leaks import check_idle, nothing_left

from voipstudio_async import (
    AsyncVoipStudio,
    ConfigurationError,
    DeadlineExceeded,
    DecodeError,
    Limits,
    NotFoundError,
    ProtocolError,
    RequestTimeout,
    ResponseTooLarge,
    RetryPolicy,
    Timeouts,
    VoipStudioError,
)
from voipstudio_async.operations.file_names import safe_name
from voipstudio_async.operations.files import FileKind
from voipstudio_async.wire.exchange import Request

TOKEN = "0123456789abcdef0123456789abcdef01234567"
ASKED = Request("GET", "/recordings/7.mp3")
KIND = FileKind(name="7.mp3")
MP3 = "Content-Type: audio/mpeg"
SOUND = bytes(range(256)) * 12_000
"""Some 3 MB: several batches."""
WHOLE = answer(SOUND, MP3)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\n"
QUICK: dict[str, Any] = {
    "timeouts": Timeouts(connect=1.0, read=0.4, total=2.0),
    "retry": RetryPolicy(attempts=2, base=0.001, cap=0.002),
}


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    with nothing_left():
        yield


@asynccontextmanager
async def serving(face: type[Any], script: Script, **options: Any) -> Any:
    with Hostile(script) as server:
        async with opened(face, TOKEN, base_url=server.url, **(QUICK | options)) as client:
            yield client, server
            check_idle(client)


async def save(client: Any, target: Any, kind: FileKind = KIND) -> Any:
    return await settle(client._caller.download(ASKED, target, kind))


def names_in(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


async def saved(face: type[Any], script: Script, target: Any, kind: FileKind = KIND, **options: Any) -> Any:
    """Download, and return what came of it, or the error."""
    async with serving(face, script, **options) as (client, _):
        try:
            return await save(client, target, kind)
        except VoipStudioError as error:
            return error


# --- to where ------------------------------------------------------------------------------------------------


async def test_a_file_is_saved_under_its_path(face: type[Any], tmp_path: Path) -> None:
    done = await saved(face, always(WHOLE), tmp_path / "a.mp3")
    assert (done.path, done.size, done.type) == (tmp_path / "a.mp3", len(SOUND), "audio/mpeg")
    assert done.path.read_bytes() == SOUND
    assert names_in(tmp_path) == ["a.mp3"]


async def test_a_folder_takes_the_name_that_the_server_tells_without_its_path(face: type[Any], tmp_path: Path) -> None:
    told = 'Content-Disposition: attachment; filename="../../etc/cron.d/x.mp3"'
    done = await saved(face, always(answer(SOUND, MP3, told)), tmp_path)
    assert done.path == tmp_path / "x.mp3"
    assert (await saved(face, always(WHOLE), str(tmp_path))).path == tmp_path / "7.mp3"


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("..", ""),
        ("C:\\windows\\a.mp3", "a.mp3"),
        ("a\r\nb.mp3", "a__b.mp3"),
        ("nul.mp3", ""),
        ("x" * 400 + ".mp3", "x" * 196 + ".mp3"),
        ("żółw.pdf", "żółw.pdf"),
        ("ż" * 200 + ".pdf", "ż" * 98 + ".pdf"),
    ],
)
def test_the_name_of_a_server_is_made_harmless(told: str, name: str) -> None:
    assert safe_name(told) == name


async def test_an_open_file_goes_on_behind_what_it_holds(face: type[Any]) -> None:
    file = io.BytesIO(b"before ")
    file.seek(0, io.SEEK_END)
    done = await saved(face, always(WHOLE), file)
    assert done.path is None
    assert file.getvalue() == b"before " + SOUND


async def test_a_pipe_takes_what_comes(face: type[Any]) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as source, os.fdopen(writing, "wb") as target:
        found: list[bytes] = []
        reader = threading.Thread(target=lambda: found.append(source.read(len(SOUND))))
        reader.start()
        await saved(face, always(WHOLE), target)
        reader.join()
    assert found == [SOUND]


async def test_a_pipe_that_took_half_a_file_is_not_given_the_beginning_again(face: type[Any]) -> None:
    reading, writing = os.pipe()
    script = trouble.end(answer(SOUND, MP3, length=len(SOUND) + 1))
    with os.fdopen(reading, "rb") as source, os.fdopen(writing, "wb") as target:
        reader = threading.Thread(target=source.read)
        reader.start()
        async with serving(face, script) as (client, server):
            with pytest.raises(ProtocolError):
                await save(client, target)
            assert len(server.asked) == 1
        target.close()
        reader.join()


@pytest.mark.parametrize("target", [io.StringIO(), 7, "no/such/folder/a.mp3"], ids=["text", "a number", "no folder"])
async def test_a_target_that_cannot_work_is_refused_before_anything_is_asked(face: type[Any], target: Any) -> None:
    async with serving(face, always(WHOLE)) as (client, server):
        with pytest.raises(ConfigurationError, match=r"target|no folder"):
            await save(client, target)
        assert server.asked == []


async def test_a_link_stays_and_a_file_keeps_its_permissions(face: type[Any], tmp_path: Path) -> None:
    real, link = tmp_path / "real.mp3", tmp_path / "link.mp3"
    real.write_bytes(b"old")
    real.chmod(0o600)
    link.symlink_to(real)
    await saved(face, always(WHOLE), link)
    assert link.is_symlink()
    assert (real.read_bytes(), real.stat().st_mode & 0o777) == (SOUND, 0o600)


async def test_a_full_disk_is_an_error_of_the_system(face: type[Any]) -> None:
    async with serving(face, always(WHOLE)) as (client, server):
        with pytest.raises(OSError, match="No space left"):
            await save(client, "/dev/full")
        assert len(server.asked) == 1


# --- what goes wrong on the way ------------------------------------------------------------------------------


def _endless(head: bytes) -> Script:
    return trouble.flood(HEAD + head)


async def _one_byte_at_a_time(talk: Talk) -> None:
    await talk.request()
    await talk.send(HEAD + b"Content-Length: 1000000\r\n\r\n")
    while True:
        await talk.send(b"x")
        await asyncio.sleep(0.05)


HALF = WHOLE[: len(WHOLE) // 2]
CHUNKS = trouble.chunked(SOUND[:2_000_000], SOUND[2_000_000:]).replace(b"application/json", b"audio/mpeg")
TROUBLE: dict[str, tuple[Script, type[Exception], int]] = {
    "too short for its Content-Length": (trouble.end(HALF), ProtocolError, 2),
    "chunked body cut off": (trouble.end(CHUNKS), ProtocolError, 2),
    "reset in the middle": (trouble.cut(HALF), ProtocolError, 2),
    "silence in the middle": (trouble.stall(HALF), RequestTimeout, 2),
    "silence": (trouble.silence, RequestTimeout, 2),
    "one byte at a time": (_one_byte_at_a_time, DeadlineExceeded, 1),
    "gzip that is none": (always(answer(SOUND, MP3, "Content-Encoding: gzip")), ProtocolError, 2),
    "gzip cut off": (always(answer(gzip.compress(SOUND)[:-9], MP3, "Content-Encoding: gzip")), ProtocolError, 2),
    "a body without end": (_endless(b"Connection: close\r\n\r\n"), ResponseTooLarge, 1),
    "a huge Content-Length": (_endless(b"Content-Length: 99999999999\r\n\r\n"), ResponseTooLarge, 1),
    "404": (always(answer({"message": "Gone"}, status="404 Not Found")), NotFoundError, 1),
    "an empty body": (always(answer(b"", MP3)), DecodeError, 1),
    "JSON": (always(answer({"message": "later"})), DecodeError, 1),
}


@pytest.mark.parametrize("name", TROUBLE)
async def test_a_failed_download_leaves_what_was_there(name: str, face: type[Any], tmp_path: Path) -> None:
    script, error, requests = TROUBLE[name]
    target = tmp_path / "a.mp3"
    target.write_bytes(b"old")
    async with serving(face, script, limits=Limits(max_file_bytes=10 * 2**20)) as (client, server):
        with pytest.raises(error) as caught:
            await save(client, target)
        assert len(server.asked) == requests
    assert TOKEN not in str(caught.value)
    assert (names_in(tmp_path), target.read_bytes()) == (["a.mp3"], b"old")


async def _second_time_whole(talk: Talk) -> None:
    while await talk.request() is not None:
        if len(talk.server.asked) == 1:
            await talk.send(WHOLE[:-100])
            return
        await talk.send(WHOLE)


@pytest.mark.parametrize("as_file", [False, True], ids=["path", "open file"])
async def test_what_failed_half_way_begins_again_from_nothing(as_file: bool, face: type[Any], tmp_path: Path) -> None:
    file = io.BytesIO()
    done = await saved(face, _second_time_whole, file if as_file else tmp_path / "a.mp3")
    assert done.size == len(SOUND)
    assert (file.getvalue() if as_file else (tmp_path / "a.mp3").read_bytes()) == SOUND


async def test_an_open_file_is_as_before_after_a_failure(face: type[Any]) -> None:
    file = io.BytesIO(b"before")
    file.seek(0, io.SEEK_END)
    assert isinstance(await saved(face, trouble.end(HALF), file), ProtocolError)
    assert file.getvalue() == b"before"


async def test_a_file_that_is_packed_on_the_way_is_unpacked(face: type[Any], tmp_path: Path) -> None:
    packed = answer(gzip.compress(SOUND), MP3, "Content-Encoding: gzip")
    assert (await saved(face, always(packed), tmp_path / "a")).path.read_bytes() == SOUND


async def test_a_busy_server_is_asked_again(face: type[Any], tmp_path: Path) -> None:
    busy = answer({"message": "Busy"}, "Retry-After: 0", status="429 Too Many")
    assert (await saved(face, in_turn(busy, WHOLE), tmp_path / "a")).size == len(SOUND)


async def test_a_long_download_outlives_the_deadline_as_long_as_bytes_flow(face: type[Any], tmp_path: Path) -> None:
    async def steady(talk: Talk) -> None:
        await talk.request()
        await talk.send(HEAD + b"Content-Length: %d\r\n\r\n" % (10 * 2**16))
        for _ in range(10):
            await talk.send(bytes(2**16))
            await asyncio.sleep(0.1)

    timeouts = Timeouts(read=0.5, total=0.5)
    assert (await saved(face, steady, tmp_path / "a", timeouts=timeouts)).size == 10 * 2**16


async def test_a_file_in_json_is_unpacked_by_whoever_knows_how(face: type[Any], tmp_path: Path) -> None:
    def unpack(reply: Any) -> bytes:
        return base64.b64decode(json.loads(reply.body)["data"])

    kind = FileKind(name="1.pdf", unpack=unpack, size=4)
    script = always(answer({"data": base64.b64encode(b"%PDF").decode()}))
    assert (await saved(face, script, tmp_path, kind)).path.read_bytes() == b"%PDF"


async def test_another_size_than_the_record_tells_is_refused(face: type[Any], tmp_path: Path) -> None:
    error = await saved(face, always(WHOLE), tmp_path, FileKind(name="a", size=12))
    assert isinstance(error, DecodeError)
    assert "where its record says 12" in str(error)
    assert names_in(tmp_path) == []


async def test_what_is_no_such_file_is_refused_before_it_is_written(face: type[Any], tmp_path: Path) -> None:
    def check(beginning: bytes) -> None:
        if not beginning.startswith(b"%PDF"):
            raise DecodeError("", "the answer is no PDF")

    error = await saved(face, always(WHOLE), tmp_path, FileKind(name="a.pdf", check=check))
    assert isinstance(error, DecodeError)
    assert names_in(tmp_path) == []


# --- cancelled, interrupted, large ---------------------------------------------------------------------------


async def test_a_cancelled_download_leaves_no_connection_and_no_file(tmp_path: Path) -> None:
    arrived = threading.Event()

    async def half(talk: Talk) -> None:
        await talk.request()
        await talk.send(HALF)
        arrived.set()
        await talk.reader.read()
        talk.server.left.set()

    async with serving(AsyncVoipStudio, half, timeouts=Timeouts()) as (client, server):
        task = asyncio.create_task(save(client, tmp_path / "a.mp3"))
        assert await asyncio.to_thread(arrived.wait, 5)
        await asyncio.sleep(0.05)
        assert len(names_in(tmp_path)) == 1
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(server.left.wait, 5)
        check_idle(client)
        assert names_in(tmp_path) == []
    await asyncio.get_running_loop().shutdown_default_executor()


async def test_the_deadline_counts_until_the_first_byte(face: type[Any], tmp_path: Path) -> None:
    timeouts = Timeouts(read=5, total=0.2)
    assert isinstance(await saved(face, until_left, tmp_path / "a", timeouts=timeouts), DeadlineExceeded)


INTERRUPTED = """
import sys
from voipstudio_async import VoipStudio
from voipstudio_async.operations.files import FileKind
from voipstudio_async.wire.exchange import Request
with VoipStudio("t", base_url=sys.argv[1]) as client:
    print("go", flush=True)
    client._caller.download(Request("GET", "/7.mp3"), sys.argv[2], FileKind(name="7.mp3"))
"""


def test_ctrl_c_ends_a_blocking_download(tmp_path: Path) -> None:
    with Hostile(_one_byte_at_a_time) as server:
        command = [sys.executable, "-c", INTERRUPTED, server.url, str(tmp_path / "a.mp3")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            while not server.asked:
                threading.Event().wait(0.01)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=10)
    assert b"KeyboardInterrupt" in said
    assert names_in(tmp_path) == []


LARGE = """
import asyncio, resource, sys
from voipstudio_async import AsyncVoipStudio
from voipstudio_async.operations.files import FileKind
from voipstudio_async.wire.exchange import Request
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
async def main():
    async with AsyncVoipStudio("t", base_url=sys.argv[1]) as client:
        for name in sys.argv[3:]:
            await client._caller.download(Request("GET", "/" + name), sys.argv[2], FileKind(name="7.mp3"))
            print(peak())
asyncio.run(main())
"""
ROUNDS = 200


async def _large(talk: Talk) -> None:
    while (asked := await talk.request()) is not None:
        rounds = ROUNDS if asked.target.endswith("large") else 4
        await talk.send(HEAD + b"Content-Length: %d\r\n\r\n" % (rounds * 2**20))
        for _ in range(rounds):
            await talk.send(bytes(2**20))


def test_200_megabytes_take_no_more_memory_than_4(tmp_path: Path) -> None:
    with Hostile(_large) as server:
        command = [sys.executable, "-c", LARGE, server.url, str(tmp_path / "a"), "small", "large"]
        done = subprocess.run(command, check=True, capture_output=True, timeout=50)
    small, large = map(int, done.stdout.split())
    assert (tmp_path / "a").stat().st_size == ROUNDS * 2**20
    assert large - small < 16


def test_what_a_file_may_hold_is_checked() -> None:
    with pytest.raises(ConfigurationError, match="max_file_bytes"):
        Limits(max_file_bytes=0)
