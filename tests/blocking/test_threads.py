"""The blocking face in threads, in running loops, with iterators left half-way, and after its end."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hostile.servers import Hostile, always, answer, rows, until_left
from leaks import check_idle, nothing_left

from voipstudio_async import ClientClosedError, ConfigurationError, Hooks, RetryPolicy, VoipStudio
from voipstudio_async.sandbox import Sandbox

TOKEN = "0123456789abcdef0123456789abcdef01234567"
GOOD = always(answer(rows(1, 2, 3)))


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    with nothing_left():
        yield


def test_sixteen_threads_share_one_client(sandbox: Sandbox) -> None:
    ids = [row["id"] for row in sandbox.store.rows("users")] * 16
    with VoipStudio(TOKEN, base_url=sandbox.url) as client, ThreadPoolExecutor(16) as pool:
        users = list(pool.map(client.users.get, ids))
        counts = list(pool.map(lambda id: len(client.users.cdrs(id, page_size=7).collect()), ids))
        check_idle(client)
    assert [user.id for user in users] == ids
    assert counts == [sandbox.store.count("cdrs", id) for id in ids]


def test_sixteen_threads_may_be_the_first_at_once(sandbox: Sandbox) -> None:
    barrier = threading.Barrier(16)
    with VoipStudio(TOKEN, base_url=sandbox.url) as client, ThreadPoolExecutor(16) as pool:

        def ask(_: int) -> Any:
            barrier.wait()
            return client.me().id

        assert len(set(pool.map(ask, range(16)))) == 1
        assert sum(thread.name.startswith("voipstudio_async") for thread in threading.enumerate()) == 1


async def test_it_works_inside_a_running_loop(sandbox: Sandbox) -> None:
    with VoipStudio(TOKEN, base_url=sandbox.url) as client:
        assert len(client.users.list().collect()) == 4
        assert [user.id for user in client.users.list(page_size=1)]


@pytest.mark.parametrize("prefetch", [0, 3])
def test_an_iterator_left_half_way_leaves_nothing_running(sandbox: Sandbox, prefetch: int) -> None:
    with VoipStudio(TOKEN, base_url=sandbox.url) as client:
        for _ in client.cdrs.list(page_size=5, prefetch=prefetch):
            break
        gc.collect()
        check_idle(client)


def test_a_bulk_run_left_half_way_leaves_nothing_running(sandbox: Sandbox) -> None:
    ids = [row["id"] for row in sandbox.store.rows("cdrs")]
    with VoipStudio(TOKEN, base_url=sandbox.url) as client:
        for _ in client.bulk.stream(client.cdrs.get, ids, concurrency=4):
            break
        gc.collect()
        check_idle(client)


def test_an_iterator_may_outlive_its_client(sandbox: Sandbox) -> None:
    with VoipStudio(TOKEN, base_url=sandbox.url) as client:
        users = iter(client.users.list(page_size=1))
        first = next(users)
    with pytest.raises(ClientClosedError, match="is closed"):
        next(users)
    assert first.id


def test_an_iterator_that_outlived_its_client_is_collected_in_silence(sandbox: Sandbox) -> None:
    with VoipStudio(TOKEN, base_url=sandbox.url) as client:
        users = iter(client.users.list(page_size=1))
        outcomes = iter(client.bulk.stream(client.users.get, [1, 2, 3]))
        next(users)
        next(outcomes)
    del users, outcomes
    gc.collect()


def test_an_iterator_may_be_collected_on_the_thread_of_the_loop(sandbox: Sandbox) -> None:
    kept: list[Any] = []

    def forget(_: object) -> None:
        kept.clear()
        gc.collect()

    with VoipStudio(TOKEN, base_url=sandbox.url, hooks=Hooks(on_request=forget)) as client:
        users = iter(client.users.list(page_size=1))
        next(users)
        kept.append(users)
        del users
        client.me()
        check_idle(client)


def test_a_client_may_be_collected_on_the_thread_of_its_loop() -> None:
    with Hostile(GOOD) as server:
        held: dict[str, Any] = {}
        held["client"] = VoipStudio(TOKEN, base_url=server.url)
        portal = held["client"]._caller.portal
        held["client"].users.list().page(1)
        thread = next(thread for thread in threading.enumerate() if thread.name.startswith("voipstudio_async"))
        with pytest.warns(ResourceWarning, match="was not closed"):
            portal.run(_drop, held)
        thread.join()


async def _drop(held: dict[str, Any]) -> None:
    _forget(held)


def _forget(held: dict[str, Any]) -> None:
    held.clear()
    gc.collect()


@pytest.mark.parametrize("what", ["call", "close"])
def test_a_hook_that_uses_its_own_client_gets_a_clear_error(sandbox: Sandbox, what: str) -> None:
    seen: list[BaseException] = []

    def meddle(_: object) -> None:
        try:
            client.close() if what == "close" else client.me()
        except ConfigurationError as error:
            seen.append(error)

    with VoipStudio(TOKEN, base_url=sandbox.url, hooks=Hooks(on_request=meddle)) as client:
        assert client.me().id
    assert "own loop's thread" in str(seen[0])


def test_a_hook_that_wants_to_exit_ends_the_call_and_not_the_loop(sandbox: Sandbox) -> None:
    def leave(_: object) -> None:
        raise SystemExit(3)

    with VoipStudio(TOKEN, base_url=sandbox.url, hooks=Hooks(on_request=leave)) as client:
        with pytest.raises(SystemExit):
            client.me()
        with pytest.raises(SystemExit):
            client.me()
        check_idle(client)


def test_a_closed_client_says_so(sandbox: Sandbox) -> None:
    client = VoipStudio(TOKEN, base_url=sandbox.url)
    client.close()
    client.close()
    for use in (client.me, client.users.list().collect, client.with_options().me):
        with pytest.raises(ClientClosedError, match="is closed; make a new one"):
            use()


def test_closing_ends_the_calls_of_other_threads() -> None:
    with Hostile(until_left) as server, ThreadPoolExecutor(4) as pool:
        client = VoipStudio(TOKEN, base_url=server.url, retry=RetryPolicy(attempts=1))
        calls = [pool.submit(client.me) for _ in range(4)]
        while len(server.asked) < 4:
            threading.Event().wait(0.01)
        client.close()
        for call in calls:
            with pytest.raises(ClientClosedError):
                call.result()
        assert server.left.wait(5)


def test_a_dropped_client_warns_once_and_ends_its_thread() -> None:
    with Hostile(GOOD) as server:
        client = VoipStudio(TOKEN, base_url=server.url)
        client.users.list().page(1)
        held = {"client": client}
        del client
        with pytest.warns(ResourceWarning, match=r"VoipStudio\(.*was not closed") as caught:
            _forget(held)
        assert len(caught) == 1


def test_every_thread_waits_for_its_own_answer(sandbox: Sandbox) -> None:
    ids = [row["id"] for row in sandbox.store.rows("cdrs")]
    sandbox.faults.mix(0.1)
    retry = RetryPolicy(attempts=12, base=0.001, cap=0.01)
    with VoipStudio(TOKEN, base_url=sandbox.url, retry=retry) as client, ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda id: client.cdrs.get(id).id, ids))
        check_idle(client)
    assert found == ids


async def test_blocking_calls_of_a_thread_do_not_stop_the_loop_beside_them(sandbox: Sandbox) -> None:
    with VoipStudio(TOKEN, base_url=sandbox.url) as client:
        users, _ = await asyncio.gather(asyncio.to_thread(client.users.list().collect), asyncio.sleep(0))
    assert len(users) == 4
