"""The async face when its caller loses patience, or has more than one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from hostile.servers import Hostile, until_left
from leaks import check_idle, check_no_tasks, nothing_left

from voipstudio_async import AsyncVoipStudio, ConfigurationError, Limits
from voipstudio_async.sandbox import Sandbox

TOKEN = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
async def clean() -> AsyncIterator[None]:
    with nothing_left():
        yield
        check_no_tasks()


@pytest.fixture
def mute() -> Iterator[Hostile]:
    with Hostile(until_left) as server:
        yield server


async def test_a_timeout_around_a_call_releases_its_connection(mute: Hostile) -> None:
    async with AsyncVoipStudio(TOKEN, base_url=mute.url, limits=Limits(concurrency=1)) as client:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await client.me()
            check_idle(client)
    assert mute.left.wait(5)


async def test_a_failing_task_group_releases_all_connections(mute: Hostile) -> None:
    async def fail_soon() -> None:
        await asyncio.sleep(0.1)
        raise LookupError

    async def all_together(client: AsyncVoipStudio) -> None:
        async with asyncio.TaskGroup() as group:
            for id in (1, 2, 3):
                group.create_task(client.users.get(id))
            group.create_task(fail_soon())

    async with AsyncVoipStudio(TOKEN, base_url=mute.url) as client:
        with pytest.raises(ExceptionGroup):
            await all_together(client)
        check_idle(client)
    assert mute.left.wait(5)


async def test_cancelling_a_walk_cancels_what_it_fetched_ahead(sandbox: Sandbox) -> None:
    async with AsyncVoipStudio(TOKEN, base_url=sandbox.url) as client:
        walk = client.cdrs.list(page_size=5, prefetch=3).pages()
        await anext(walk)
        sandbox.faults.latency(30)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(_to_the_end(walk), 0.05)
        check_idle(client)


async def _to_the_end(walk: AsyncIterator[object]) -> None:
    async for _ in walk:
        pass


async def test_waiting_for_a_place_can_be_cancelled(mute: Hostile) -> None:
    async with AsyncVoipStudio(TOKEN, base_url=mute.url, limits=Limits(concurrency=1)) as client:
        calls = [asyncio.create_task(client.me()) for _ in range(3)]
        await asyncio.sleep(0.05)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        check_idle(client)
    assert len(mute.asked) == 1


def test_a_second_event_loop_gets_a_clear_error(sandbox: Sandbox) -> None:
    limits = Limits(per_second=1000)
    client = AsyncVoipStudio(TOKEN, base_url=sandbox.url, limits=limits)

    async def use() -> None:
        await client.me()

    with asyncio.Runner() as first:
        first.run(use())
        with asyncio.Runner() as second, pytest.raises(ConfigurationError, match="another event loop"):
            second.run(use())
        first.run(client.close())
