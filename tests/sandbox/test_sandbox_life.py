"""Starting and stopping: in the running loop, in a thread, through pytest."""

from __future__ import annotations

import asyncio
import gc
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from leaks import nothing_left
from plain_http import ask_at, fetch

from voipstudio_async.sandbox import Sandbox

pytest_plugins = ["pytester"]


def test_the_thread_form_serves_and_leaves_nothing() -> None:
    before = set(threading.enumerate())
    with Sandbox(users=2, calls=5) as sandbox:
        assert fetch(sandbox, "/cdrs")["total"] == 5
        port = int(sandbox.url.split(":")[2].split("/")[0])
    assert set(threading.enumerate()) == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port)).close()
    gc.collect()


async def test_the_async_form_leaves_no_task() -> None:
    before = asyncio.all_tasks()
    async with Sandbox(users=2, calls=5) as sandbox:
        assert (await ask_at(sandbox, "GET", "/cdrs")).json["total"] == 5
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
    gc.collect()


@pytest.mark.parametrize("turns", range(5))
async def test_a_connection_that_has_just_been_accepted_is_closed(turns: int) -> None:
    with nothing_left():
        async with Sandbox(users=1, calls=0) as sandbox:
            plug = socket.create_connection(("127.0.0.1", int(sandbox.url.split(":")[2].split("/")[0])))
            for _ in range(turns):
                await asyncio.sleep(0)
        with plug, suppress(ConnectionResetError):
            plug.settimeout(30)
            assert plug.recv(1) == b""


async def test_stopping_does_not_wait_for_who_waits() -> None:
    async with Sandbox(users=1, calls=0) as sandbox:
        sandbox.faults.latency(60)
        asked = asyncio.ensure_future(ask_at(sandbox, "GET", "/me"))
        await asyncio.sleep(0.1)
        began = time.monotonic()
    assert time.monotonic() - began < 5
    assert (await asked).status == 200


def test_url_and_store_are_there_while_it_runs() -> None:
    sandbox = Sandbox(users=1, calls=0)
    assert repr(sandbox) == "<Sandbox not started>"
    for name in ("url", "store"):
        with pytest.raises(RuntimeError, match="not started"):
            getattr(sandbox, name)
    with sandbox:
        assert sandbox.url.startswith("http://127.0.0.1:")
        assert sandbox.url.endswith("/v1.2/voipstudio")
        assert repr(sandbox) == f"<Sandbox {sandbox.url}>"
    with pytest.raises(RuntimeError, match="not started"):
        _ = sandbox.url
    with pytest.raises(sqlite3.ProgrammingError):
        sandbox.store.rows("users")


def test_it_can_be_started_again_with_the_rows_of_its_seed() -> None:
    sandbox = Sandbox(users=2, calls=5)
    with sandbox:
        first = sandbox.store.checksum("cdrs")
        sandbox.store.clear()
    with sandbox:
        assert sandbox.store.checksum("cdrs") == first


async def test_it_cannot_be_started_twice_at_once() -> None:
    async with Sandbox(users=1, calls=0) as sandbox:
        with pytest.raises(RuntimeError, match="already"):
            await sandbox.start()
        with pytest.raises(RuntimeError, match="already"), sandbox:
            pass
        assert (await ask_at(sandbox, "GET", "/me")).status == 200


def test_a_port_that_is_taken_is_an_error_in_both_forms() -> None:
    before = threading.active_count()
    with Sandbox(users=1, calls=0) as first:
        port = int(first.url.split(":")[2].split("/")[0])
        second = Sandbox(users=1, calls=0, port=port)
        with pytest.raises(OSError, match="address already in use"), second:
            pass
        with pytest.raises(OSError, match="address already in use"):
            asyncio.run(second.start())
        assert threading.active_count() <= before + 1


def test_a_file_that_is_no_database_is_an_error_in_both_forms(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir or Madam, " * 100)
    sandbox = Sandbox(database=path)
    with pytest.raises(sqlite3.DatabaseError), sandbox:
        pass
    with pytest.raises(sqlite3.DatabaseError):
        asyncio.run(sandbox.start())
    gc.collect()


def test_ctrl_c_while_it_fills_leaves_a_thread_that_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> None:
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr(Future, "result", interrupted)
    with pytest.raises(KeyboardInterrupt), Sandbox(users=1, calls=20_000):
        pass
    for thread in threading.enumerate():
        if thread.name == "voipstudio-sandbox":
            thread.join(10)
            assert not thread.is_alive()


def test_it_listens_where_it_is_told() -> None:
    with Sandbox(users=1, calls=0, host="::1") as sandbox:
        assert sandbox.url.startswith("http://[::1]:")
        assert fetch(sandbox, "/users")["total"] == 1


@pytest.mark.parametrize("arguments", [{"users": -1}, {"calls": -1}, {"faults": 2}])
def test_what_cannot_be_made(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must be 0 or more|from 0 to 1"):
        Sandbox(**arguments)


def test_many_threads_at_once() -> None:
    with Sandbox(users=3, calls=200) as sandbox:
        answers: list[Any] = []
        threads = [threading.Thread(target=lambda: answers.append(fetch(sandbox, "/cdrs?limit=200"))) for _ in range(8)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            sandbox.store.rows("cdrs")
        assert answers == [{"data": sandbox.store.rows("cdrs"), "total": 200}] * 8


# --- the plugin ----------------------------------------------------------------------------------------------

TESTS_OF_A_USER = """
import asyncio, json, os, urllib.request
import pytest
from voipstudio_async import VoipStudio

def total(sandbox, path):
    request = urllib.request.Request(sandbox.url + path, headers={"X-Auth-Token": sandbox.token})
    with urllib.request.urlopen(request) as response:
        return json.load(response)["total"]

def test_default(voipstudio_sandbox):
    assert total(voipstudio_sandbox, "/users") == 5

@pytest.mark.voipstudio_sandbox(users=3, calls=10, token="mine")
def test_marked(voipstudio_sandbox):
    assert voipstudio_sandbox.token == "mine"
    assert (total(voipstudio_sandbox, "/users"), total(voipstudio_sandbox, "/cdrs")) == (3, 10)

@pytest.mark.voipstudio_sandbox(calls=7)
def test_part_of_the_arguments(voipstudio_sandbox):
    assert (total(voipstudio_sandbox, "/users"), total(voipstudio_sandbox, "/cdrs")) == (5, 7)

@pytest.mark.voipstudio_sandbox(3, 10)
def test_arguments_by_place(voipstudio_sandbox):
    assert (total(voipstudio_sandbox, "/users"), total(voipstudio_sandbox, "/cdrs")) == (3, 10)

@pytest.mark.voipstudio_sandbox(2, calls=4)
def test_blocking_client(voipstudio_client, voipstudio_sandbox):
    assert (voipstudio_client.users.list().count(), voipstudio_client.cdrs.list().count()) == (2, 4)
    assert voipstudio_client.me().id == voipstudio_sandbox.user_id

def test_awaited_client(voipstudio_async_client):
    async def count():
        async with voipstudio_async_client as client:
            return await client.users.list().count()

    assert asyncio.run(count()) == 5

def test_environment(voipstudio_environment, voipstudio_sandbox):
    with VoipStudio() as client:
        assert client.users.list().count() == 5
    assert voipstudio_environment["VOIPSTUDIO_API_URL"] == voipstudio_sandbox.url

def test_environment_is_gone():
    assert not [name for name in os.environ if name.startswith("VOIPSTUDIO_API_")]

seen = []

@pytest.mark.parametrize("number", [1, 2])
def test_session(voipstudio_session_sandbox, number):
    seen.append(voipstudio_session_sandbox)
    assert seen[0] is voipstudio_session_sandbox
    assert total(voipstudio_session_sandbox, "/users") == 5
"""

WITH_WEBHOOKS = """
import threading
from wsgiref.simple_server import make_server

from voipstudio_async.webhooks import CallMissed, Credentials, Receiver

def test_a_receiver(voipstudio_webhooks, voipstudio_sandbox):
    taken = []
    hooks = Receiver(credentials=Credentials("voip", "s3cret"), ack="done")
    hooks.on(CallMissed)(taken.append)
    with make_server("127.0.0.1", 0, hooks.wsgi) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        voipstudio_webhooks.to(f"http://127.0.0.1:{server.server_port}/", Credentials("voip", "s3cret"))
        assert voipstudio_webhooks.deliver(CallMissed(id="a"), repeats=1).result() == [200, 200]
        server.shutdown()
        thread.join()
    assert [event.id for event in taken] == ["a"]
    assert voipstudio_webhooks is voipstudio_sandbox.webhooks
"""

REFUSED = """
import pytest

@pytest.mark.voipstudio_sandbox(1, 2, 3, 4)
def test_too_many(voipstudio_sandbox): ...

@pytest.mark.voipstudio_sandbox(user=3)
def test_unknown(voipstudio_sandbox): ...
"""

OWN_OPTIONS = """
import pytest

@pytest.fixture(scope="session")
def voipstudio_sandbox_options():
    return {"users": 1, "calls": 2}

@pytest.fixture
def voipstudio_sandbox(voipstudio_session_sandbox):
    return voipstudio_session_sandbox

def test_own_options_for_the_session(voipstudio_client):
    assert (voipstudio_client.users.list().count(), voipstudio_client.cdrs.list().count()) == (1, 2)
"""


def test_the_fixture_of_the_plugin(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    # Installed or not, it is loaded by its name, and alone.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(TESTS_OF_A_USER)
    result = pytester.runpytest_subprocess("-p", "voipstudio_async.pytest_plugin", "--strict-markers", "-W", "error")
    result.assert_outcomes(passed=10)


def test_the_fixture_for_webhooks(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(WITH_WEBHOOKS)
    result = pytester.runpytest_subprocess("-p", "voipstudio_async.pytest_plugin", "-W", "error")
    result.assert_outcomes(passed=1)


def test_arguments_that_a_sandbox_has_not_are_refused(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(REFUSED)
    result = pytester.runpytest_subprocess("-p", "voipstudio_async.pytest_plugin")
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(
        ["*mark.voipstudio_sandbox: too many positional arguments*", "*got an unexpected keyword argument 'user'*"]
    )


def test_the_arguments_and_the_scope_are_the_tests_own(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(OWN_OPTIONS)
    result = pytester.runpytest_subprocess("-p", "voipstudio_async.pytest_plugin", "-W", "error")
    result.assert_outcomes(passed=1)


def test_the_plugin_alone_loads_no_server() -> None:
    code = "import sys, voipstudio_async.pytest_plugin\n"
    code += "print('aiohttp.web' in sys.modules, 'voipstudio_async.sandbox' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.split() == ["False", "False"]
