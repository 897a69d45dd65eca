"""The blocking bulk and its caller's thread: inputs are read and progress is told there, and nowhere else."""

from __future__ import annotations

import gc
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from hostile.servers import Hostile, until_left
from leaks import check_idle, nothing_left

from voipstudio_async import Bulk, ClientClosedError, ConfigurationError, Hooks, RetryPolicy, VoipStudio
from voipstudio_async.sandbox import Sandbox


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    with nothing_left():
        yield


@pytest.fixture(name="client")
def opened_client(sandbox: Sandbox) -> Iterator[VoipStudio]:
    with VoipStudio(sandbox.token, base_url=sandbox.url) as client:
        yield client
        check_idle(client)


def test_inputs_may_come_from_the_same_client(client: VoipStudio, sandbox: Sandbox) -> None:
    ids = (user.id for user in client.users.list(page_size=1))

    result = client.bulk.run(client.users.cdrs, ids, concurrency=2)

    assert sum(len(rows) for rows in result.values) == sandbox.store.count("cdrs")


def test_many_takes_inputs_of_the_same_client(client: VoipStudio) -> None:
    assert len(client.users.get_many(user.id for user in client.users.list(page_size=1)).values) == 4


def test_inputs_may_come_from_what_belongs_to_one_thread(client: VoipStudio) -> None:
    database = sqlite3.connect(":memory:")
    database.execute("create table ids (id)")
    database.executemany("insert into ids values (?)", [(user.id,) for user in client.users.list()])

    rows = database.execute("select id from ids")
    outcomes = list(client.bulk.stream(client.users.get, (id for (id,) in rows)))
    database.close()

    assert [outcome.ok for outcome in outcomes] == [True] * 4


def test_progress_is_told_in_the_thread_of_the_caller(client: VoipStudio) -> None:
    told: list[tuple[int, int | None, str]] = []

    def progress(done: int, total: int | None, _: int) -> None:
        told.append((done, total, threading.current_thread().name))
        assert client.users.list().count() == 4

    client.bulk.run(client.users.get, [user.id for user in client.users.list()], progress=progress)

    assert told == [(done, 4, threading.current_thread().name) for done in (1, 2, 3, 4)]


def test_inputs_that_are_slow_to_come_do_not_hold_other_threads(client: VoipStudio) -> None:
    other_is_done = threading.Event()

    def call() -> None:
        client.me()
        other_is_done.set()

    def inputs() -> Iterator[int]:
        thread = threading.Thread(target=call)
        thread.start()
        assert other_is_done.wait(10), "another thread waits for these inputs"
        thread.join()
        yield from (user.id for user in client.users.list())

    assert len(client.bulk.run(client.users.get, inputs()).succeeded) == 4


def test_an_input_begins_before_the_next_one_is_read(client: VoipStudio, sandbox: Sandbox) -> None:
    first, second, *_ = [user.id for user in client.users.list()]
    seen = len(sandbox.requests)

    def inputs() -> Iterator[int]:
        yield first
        while len(sandbox.requests) == seen:
            threading.Event().wait(0.001)
        yield second

    assert [outcome.ok for outcome in client.bulk.stream(client.users.get, inputs())] == [True, True]


@pytest.mark.parametrize("count", [0, 1, 200])
def test_waiting_crosses_over_at_most_once_for_each_outcome(count: int, client: VoipStudio, sandbox: Sandbox) -> None:
    ids = [row["id"] for row in sandbox.store.rows("users")] * 50
    counting: Any = _Counting(client._caller.portal)

    result = Bulk(client._caller.core, counting).run(client.users.get, ids[:count])

    assert len(result.succeeded) == count
    assert counting.crossings <= count


class _Counting:
    """A portal that counts how often it is waited on."""

    def __init__(self, portal: Any) -> None:
        self.crossings = 0
        self.post = portal.post
        self.finish = portal.finish
        self._portal = portal

    def __call__(self, *args: Any) -> Any:
        self.crossings += 1
        return self._portal(*args)


def test_what_belongs_to_the_whole_account_takes_no_input(client: VoipStudio) -> None:
    me: Any = client.me

    with pytest.raises(TypeError, match=r"^me\(\): too many positional arguments"):
        client.bulk.run(me, [7])


def test_a_hook_cannot_run_a_bulk_of_its_own_client(sandbox: Sandbox) -> None:
    seen: list[BaseException] = []

    def meddle(_: object) -> None:
        try:
            client.bulk.run(client.users.get, [1])
        except ConfigurationError as error:
            seen.append(error)

    with VoipStudio(sandbox.token, base_url=sandbox.url, hooks=Hooks(on_request=meddle)) as client:
        assert client.me().id
    assert "own loop's thread" in str(seen[0])


class Enough(BaseException):
    """No Exception, and nothing that Python knows."""


@pytest.mark.parametrize("wish", [SystemExit, KeyboardInterrupt, Enough])
def test_a_hook_that_wants_to_end_everything_ends_the_run_and_not_the_loop(
    wish: type[BaseException], sandbox: Sandbox
) -> None:
    def leave(_: object) -> None:
        raise wish

    with VoipStudio(sandbox.token, base_url=sandbox.url, hooks=Hooks(on_request=leave)) as client:
        for _ in range(2):
            with pytest.raises(wish):
                client.bulk.run(client.users.get, [1, 2, 3])
        check_idle(client)


def test_a_hook_that_wants_to_exit_is_heard_also_by_who_reads_inputs_meanwhile(sandbox: Sandbox) -> None:
    left = threading.Event()

    def leave(_: object) -> None:
        left.set()
        raise SystemExit(3)

    def inputs() -> Iterator[int]:
        yield 1
        assert left.wait(5)
        time.sleep(0.1)

    with VoipStudio(sandbox.token, base_url=sandbox.url, hooks=Hooks(on_request=leave)) as client:
        with pytest.raises(SystemExit):
            client.bulk.run(client.users.get, inputs())
        check_idle(client)


def test_closing_ends_the_runs_of_other_threads() -> None:
    seen: list[BaseException] = []

    with Hostile(until_left) as server:
        client = VoipStudio("0" * 40, base_url=server.url, retry=RetryPolicy(attempts=1))

        def run() -> None:
            try:
                client.bulk.run(client.users.get, [1, 2, 3])
            except ClientClosedError as error:
                seen.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        while len(server.asked) < 3:
            threading.Event().wait(0.01)
        client.close()
        thread.join(10)

    assert len(seen) == 1


def test_a_view_keeps_its_client(sandbox: Sandbox) -> None:
    client = VoipStudio(sandbox.token, base_url=sandbox.url)
    mine = client.me().id
    view = client.with_options().with_options()
    kept = weakref.ref(client)
    del client
    gc.collect()

    assert view.me().id == mine
    there = kept()
    assert there is not None
    there.close()
    with pytest.raises(ClientClosedError):
        view.me()
