"""Names are looked up in threads that nobody waits for."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from blocking.scripts import late_threads, run
from leaks import nothing_left

from voipstudio_async import AsyncVoipStudio, ConnectError, ConnectTimeout, RetryPolicy, Timeouts, VoipStudio
from voipstudio_async.http.resolver import Resolver
from voipstudio_async.sandbox import Sandbox

TOKEN = "0123456789abcdef0123456789abcdef01234567"
ONCE = RetryPolicy(attempts=1)


def named(sandbox: Sandbox) -> str:
    return sandbox.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Let every look-up hang until the test is over; what was asked for is listed."""
    asked: list[Any] = []
    over = threading.Event()

    def hang(*args: Any, **_: Any) -> Any:
        asked.append(args)
        over.wait(30)
        raise socket.gaierror(socket.EAI_AGAIN, "too late")

    monkeypatch.setattr("voipstudio_async.http.resolver.socket.getaddrinfo", hang)
    with nothing_left():
        yield asked
        over.set()


async def test_a_name_is_looked_up_on_the_awaited_face(sandbox: Sandbox) -> None:
    with nothing_left():
        async with AsyncVoipStudio(TOKEN, base_url=named(sandbox)) as client:
            assert (await client.me()).id


def test_a_name_is_looked_up_on_the_blocking_face(sandbox: Sandbox) -> None:
    with nothing_left(), VoipStudio(TOKEN, base_url=named(sandbox)) as client:
        assert client.me().id


async def test_addresses_are_those_that_the_system_gives() -> None:
    found = await Resolver().resolve("localhost", 80, socket.AF_UNSPEC)

    assert {entry["hostname"] for entry in found} == {"localhost"}
    assert {entry["host"] for entry in found} <= {"127.0.0.1", "::1"}
    assert {entry["port"] for entry in found} == {80}


async def test_a_name_that_does_not_exist_is_a_connect_error() -> None:
    async with AsyncVoipStudio(TOKEN, base_url="https://nobody.invalid/x", retry=ONCE) as client:
        with pytest.raises(ConnectError):
            await client.me()


async def test_a_look_up_that_hangs_ends_by_the_timeout_and_is_asked_for_once(hanging: list[Any]) -> None:
    timeouts = Timeouts(connect=0.05)
    async with AsyncVoipStudio(TOKEN, base_url="https://hangs.example/x", retry=ONCE, timeouts=timeouts) as client:
        calls = [asyncio.create_task(client.me()) for _ in range(3)]
        for call in calls:
            with pytest.raises(ConnectTimeout):
                await call
        with pytest.raises(ConnectTimeout):
            await client.me()
    assert len(hanging) == 1


def test_a_look_up_that_hangs_does_not_hold_close(hanging: list[Any]) -> None:
    began = time.monotonic()
    timeouts = Timeouts(connect=0.05)
    with (
        VoipStudio(TOKEN, base_url="https://hangs.example/x", retry=ONCE, timeouts=timeouts) as client,
        pytest.raises(ConnectTimeout),
    ):
        client.me()
    assert time.monotonic() - began < 20


HANGS = """
import socket, threading
socket.getaddrinfo = lambda *_, **__: threading.Event().wait()
soon = Timeouts(connect=0.1)
client = VoipStudio("0" * 40, base_url="https://hangs.example/x", retry=RetryPolicy(attempts=1), timeouts=soon)
try:
    client.me()
except ConnectTimeout:
    print("timeout")
"""


def test_a_look_up_that_hangs_does_not_hold_the_end_of_the_process(sandbox: Sandbox) -> None:
    assert run(HANGS, sandbox.url) == (0, "timeout", "")


LATER = """
import asyncio, atexit, threading
async def anew(awaited):
    # One connection is there: the second one has to look the name up once more.
    awaited._caller.sender.transport._session.connector.clear_dns_cache()
    await asyncio.gather(awaited.me(), awaited.me())
def later():
    if threading.current_thread() is not threading.main_thread():
        threading.main_thread().join()
    print(client.me().id > 0)
    client.run(anew)
    client.close()
"""


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("threading.Thread(target=later).start()", marks=late_threads),
        "client.me(); threading.Thread(target=later).start()",
        "client.me(); atexit.register(later)",
    ],
    ids=["thread", "thread-later", "atexit"],
)
def test_names_are_looked_up_when_the_main_thread_has_ended(script: str, sandbox: Sandbox) -> None:
    assert run(LATER + script, named(sandbox)) == (0, "True", "")


def test_where_no_thread_can_be_started_the_loop_looks_the_name_up(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if "look-up" in thread.name:
            raise RuntimeError("can't create new thread at interpreter shutdown")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with VoipStudio(TOKEN, base_url=named(sandbox)) as client:
        assert client.me().id
