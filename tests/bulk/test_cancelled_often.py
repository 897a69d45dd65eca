"""Cancelling, once or often, at any moment: everything ends, and nobody waits for what does not."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from datetime import date
from typing import Any

import anyio
import pytest
from hostile.servers import Hostile, Talk, answer, rows
from leaks import check_idle, check_no_tasks, nothing_left

from voipstudio_async import AsyncBulk, AsyncVoipStudio, BulkError, RetryPolicy

TOKEN = "0123456789abcdef0123456789abcdef01234567"


async def first_page_only(talk: Talk) -> None:
    """Answer what asks for a first page, and let everything else wait until the client leaves."""
    while (asked := await talk.request()) is not None:
        if "/cdrs?" not in asked.target or asked.page > 1:
            await talk.reader.read()
            return
        await talk.send(answer(rows(1, 2, 3, total=300)))


async def every(things: AsyncIterator[Any]) -> None:
    async for _ in things:
        pass


Work = Callable[[AsyncVoipStudio], Coroutine[Any, Any, Any]]

WORKS: dict[str, Work] = {
    "call": lambda client: client.me(),
    "collect": lambda client: client.cdrs.list(page_size=3, prefetch=4).collect(),
    "walk": lambda client: every(aiter(client.cdrs.list(page_size=3, prefetch=4))),
    "slices": lambda client: every(aiter(client.cdrs.walk(date(2026, 1, 1), date(2026, 1, 9), page_size=3))),
    "bulk": lambda client: client.bulk.run(client.users.get, range(1, 99)),
    "listings": lambda client: client.bulk.run(client.users.cdrs, range(1, 99)),
    "stream": lambda client: every(client.bulk.stream(client.users.get, range(1, 99))),
}
works = pytest.mark.parametrize("work", WORKS.values(), ids=WORKS)


async def turns(number: int) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


@works
@pytest.mark.parametrize("times", [1, 2, 5])
async def test_cancelling_however_often_and_whenever_leaves_nothing(work: Work, times: int) -> None:
    chance = random.Random(times)
    with Hostile(first_page_only) as server, nothing_left():
        async with AsyncVoipStudio(TOKEN, base_url=server.url, retry=RetryPolicy(attempts=1)) as client:
            for _ in range(20):
                task = asyncio.create_task(work(client))
                await asyncio.sleep(chance.choice([0, 0.001, 0.01, 0.02]))
                for _ in range(times):
                    task.cancel()
                    await turns(chance.randrange(4))
                with pytest.raises(asyncio.CancelledError):
                    await task
                check_no_tasks()
                check_idle(client)


@works
async def test_a_cancel_scope_of_anyio_leaves_nothing(work: Work) -> None:
    with Hostile(first_page_only) as server, nothing_left():
        async with AsyncVoipStudio(TOKEN, base_url=server.url) as client:
            with anyio.move_on_after(0.05) as scope:
                await work(client)
            assert scope.cancelled_caught
            check_no_tasks()
            check_idle(client)


@works
@pytest.mark.parametrize("how", ["timeout", "wait_for", "group"])
async def test_a_deadline_or_a_failing_neighbour_leaves_nothing(work: Work, how: str) -> None:
    async def bounded(client: AsyncVoipStudio) -> None:
        if how == "wait_for":
            await asyncio.wait_for(work(client), 0.05)
        async with asyncio.timeout(0.05):
            await work(client)

    async def beside(client: AsyncVoipStudio) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(work(client))
            await asyncio.sleep(0.05)
            raise TimeoutError

    with Hostile(first_page_only) as server, nothing_left():
        async with AsyncVoipStudio(TOKEN, base_url=server.url) as client:
            with pytest.raises((TimeoutError, ExceptionGroup)):
                await (beside(client) if how == "group" else bounded(client))
            check_no_tasks()
            check_idle(client)


async def test_a_second_cancellation_reaches_inputs_that_are_slow_to_end() -> None:
    ended: list[str] = []

    async def inputs() -> AsyncIterator[int]:
        try:
            yield 1
            await asyncio.sleep(30)
        finally:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(30)
            ended.append("inputs")

    async def work(_: int) -> None:
        try:
            await asyncio.sleep(30)
        finally:
            ended.append("work")

    run = asyncio.create_task(AsyncBulk().run(work, inputs()))
    await turns(10)
    for _ in range(2):
        run.cancel()
        await turns(5)
    with pytest.raises(asyncio.CancelledError):
        await run

    assert sorted(ended) == ["inputs", "work"]
    check_no_tasks()


async def test_what_does_not_heed_a_cancellation_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voipstudio_async.tasks.PATIENCE", 0.05)
    enough = asyncio.Event()

    async def deaf(number: int) -> int:
        if number == 2:
            raise KeyError(number)
        while not enough.is_set():
            with suppress(asyncio.CancelledError):
                await enough.wait()
        return number

    with pytest.raises(BulkError, match="failed, 1 were done") as caught:
        await AsyncBulk().run(deaf, [1, 2], on_error="raise")
    enough.set()
    await turns(5)

    assert str(caught.value.outcomes[0].error) == "cancelled under way: it may have been carried out"
    check_no_tasks()


async def test_a_slice_that_is_cancelled_from_within_does_not_hold_the_walk() -> None:
    class Auth:
        asked = 0

        async def headers(self) -> dict[str, str]:
            self.asked += 1
            if self.asked == 3:
                raise asyncio.CancelledError
            return {"X-Auth-Token": TOKEN}

    async def one_row(talk: Talk) -> None:
        while await talk.request() is not None:
            await talk.send(answer(rows(1)))

    with Hostile(one_row) as server:
        async with AsyncVoipStudio(auth=Auth(), base_url=server.url) as client, asyncio.timeout(5):
            with pytest.raises(asyncio.CancelledError):
                await every(aiter(client.cdrs.walk(date(2026, 1, 1), date(2026, 1, 9))))
    check_no_tasks()
