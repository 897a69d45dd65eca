"""How a bulk run ends early: inputs that fail, a failure that is not tolerated; and equal inputs over a whole run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from conftest import TOKEN
from faces import every, settle, step
from hostile.servers import Hostile, until_left
from recorder import Recorder

from voipstudio_async import (
    AsyncBulk,
    AsyncVoipStudio,
    BulkError,
    Hooks,
    Limits,
    Outcome,
    TransportError,
    VoipStudioError,
)
from voipstudio_async.sandbox import Sandbox

NOBODY = 10**9


def ids_of(sandbox: Sandbox) -> list[int]:
    return [row["id"] for row in sandbox.store.rows("users")]


def broken_after(items: list[int]) -> Iterator[int]:
    yield from items
    raise ValueError("the file ended early")


async def broken_later(items: list[int]) -> AsyncIterator[int]:
    for item in items:
        await asyncio.sleep(0)
        yield item
    raise ValueError("the file ended early")


# --- inputs that fail ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("concurrency", [1, 2, 16])
async def test_inputs_that_fail_lose_nothing_of_what_was_begun(concurrency: int, client: Any, sandbox: Sandbox) -> None:
    ids = ids_of(sandbox)

    with pytest.raises(BulkError, match="reading the inputs failed, 4 were done: the file ended early") as caught:
        await settle(client.users.delete_many(broken_after(ids), concurrency=concurrency))

    assert isinstance(caught.value.__cause__, ValueError)
    assert [(outcome.input, outcome.ok, outcome.attempts) for outcome in caught.value.outcomes] == [
        (id, True, 1) for id in ids
    ]
    assert ids_of(sandbox) == []


@pytest.mark.parametrize("ordered", [False, True])
async def test_a_stream_gives_all_outcomes_before_what_the_inputs_raised(
    ordered: bool, client: Any, sandbox: Sandbox
) -> None:
    ids = ids_of(sandbox)
    stream = client.bulk.stream(client.users.get, broken_after(ids), ordered=ordered)

    outcomes = [await step(stream) for _ in ids]

    assert sorted(outcome.index for outcome in outcomes) == [0, 1, 2, 3]
    assert all(outcome.ok for outcome in outcomes)
    with pytest.raises(ValueError, match="the file ended early"):
        await step(stream)


async def test_asynchronous_inputs_may_fail_too() -> None:
    async def double(number: int) -> int:
        await asyncio.sleep(0.01)
        return number * 2

    with pytest.raises(BulkError) as caught:
        await AsyncBulk().run(double, broken_later([1, 2, 3]))

    assert [outcome.value for outcome in caught.value.outcomes] == [2, 4, 6]
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_inputs_that_are_cancelled_from_within_fail() -> None:
    async def cancelled() -> AsyncIterator[int]:
        yield 1
        raise asyncio.CancelledError

    async def same(number: int) -> int:
        return number

    with pytest.raises(BulkError, match="reading the inputs was cancelled") as caught:
        await AsyncBulk().run(same, cancelled())

    assert [outcome.value for outcome in caught.value.outcomes] == [1]


async def test_inputs_that_fail_at_once_send_nothing(recorded: Any, recorder: Recorder) -> None:
    with pytest.raises(BulkError, match="reading the inputs failed, 0 were done") as caught:
        await settle(recorded.users.delete_many(broken_after([])))

    assert caught.value.outcomes == []
    assert recorder.requests == []


async def test_what_cannot_be_iterated_is_refused(recorded: Any) -> None:
    number: Any = 7
    with pytest.raises(TypeError, match="not iterable"):
        await settle(recorded.bulk.run(recorded.users.get, number))


# --- a failure that is not tolerated -------------------------------------------------------------------------


async def test_what_was_cancelled_under_way_is_named(sandbox: Sandbox) -> None:
    begun = asyncio.Event()

    async def work(number: int) -> int:
        if number == 2:
            await begun.wait()
            raise KeyError(number)
        if number == 1:
            begun.set()
            await asyncio.sleep(30)
        return number

    with pytest.raises(BulkError) as caught:
        await AsyncBulk().run(work, [0, 2, 1], on_error="raise", concurrency=3)

    done, failed, cancelled = caught.value.outcomes
    assert (done.value, type(failed.error), cancelled.input) == (0, KeyError, 1)
    assert isinstance(cancelled.error, TransportError)
    assert str(cancelled.error) == "cancelled under way: it may have been carried out"


async def test_what_was_cancelled_says_whether_it_was_sent() -> None:
    sent = asyncio.Event()

    async def inputs() -> AsyncIterator[Any]:
        yield 1
        yield 2
        await sent.wait()
        yield "seven"

    options: dict[str, Any] = {"limits": Limits(concurrency=1), "hooks": Hooks(on_request=lambda _: sent.set())}
    with Hostile(until_left) as server:
        async with AsyncVoipStudio(TOKEN, base_url=server.url, **options) as client:
            with pytest.raises(BulkError, match=r"input 2 \('seven'\) failed, 1 were done") as caught:
                await client.bulk.run(client.users.delete, inputs(), on_error="raise")
        assert server.left.wait(10), "the request is still under way"

    assert [(outcome.attempts, str(outcome.error)) for outcome in caught.value.outcomes[:2]] == [
        (1, "cancelled under way: it may have been carried out"),
        (0, "cancelled before it was sent: it was not carried out"),
    ]


@pytest.mark.parametrize("count", [1, 5, 40])
async def test_every_input_that_was_begun_has_an_outcome(count: int, recorded: Any, recorder: Recorder) -> None:
    read: list[int] = []

    def inputs() -> Iterator[int]:
        for number in range(1, count + 1):
            read.append(number)
            yield number

    recorder.answer(404, {"message": "nobody"})
    with pytest.raises(BulkError) as caught:
        await settle(recorded.bulk.run(recorded.users.delete, inputs(), on_error="raise", concurrency=4))

    assert [outcome.input for outcome in caught.value.outcomes] == read


@pytest.mark.parametrize("turns", range(12))
async def test_what_ends_in_the_very_moment_of_the_end_has_an_outcome(turns: int) -> None:
    async def work(number: int) -> int:
        for _ in range(turns if number else 5):
            await asyncio.sleep(0)
        if number == 0:
            raise KeyError(number)
        return number

    with pytest.raises(BulkError) as caught:
        await AsyncBulk().run(work, [0, 1], on_error="raise")

    assert [outcome.input for outcome in caught.value.outcomes] == [0, 1]


@pytest.mark.parametrize("number", [0, 1])
async def test_what_is_no_exception_ends_the_run_and_reaches_the_caller(number: int) -> None:
    class Enough(BaseException):
        pass

    async def work(item: int) -> int:
        if item == number:
            raise Enough
        return item

    async with asyncio.timeout(10):
        with pytest.raises(Enough):
            await AsyncBulk().run(work, [0, 1, 2])


# --- equal inputs over a whole run ---------------------------------------------------------------------------


async def test_an_input_that_comes_again_later_in_a_run_is_not_asked_for_again(client: Any, sandbox: Sandbox) -> None:
    one, two, *_ = ids_of(sandbox)

    result = await settle(client.users.get_many([one, two, one, two, one], concurrency=1))

    assert [user.id for user in result.values] == [one, two, one, two, one]
    assert [outcome.attempts for outcome in result] == [1, 1, 0, 0, 0]
    assert len(sandbox.requests) == 2


async def test_a_listing_that_comes_again_is_not_walked_again(client: Any, sandbox: Sandbox) -> None:
    one = ids_of(sandbox)[0]

    result = await settle(client.bulk.run(client.users.cdrs, [one, one], concurrency=1))

    assert result.outcomes[0].value == result.outcomes[1].value
    assert [outcome.attempts for outcome in result] == [1, 0]


async def test_an_input_that_failed_is_asked_for_again(client: Any, sandbox: Sandbox) -> None:
    result = await settle(client.users.get_many([NOBODY, NOBODY], concurrency=1))

    assert [isinstance(outcome.error, VoipStudioError) for outcome in result] == [True, True]
    assert [outcome.attempts for outcome in result] == [1, 1]


async def test_a_stream_asks_anew_for_what_is_no_longer_under_way(client: Any, sandbox: Sandbox) -> None:
    one = ids_of(sandbox)[0]

    outcomes: list[Outcome[int, Any]] = await every(client.bulk.stream(client.users.get, [one, one], concurrency=1))

    assert [outcome.attempts for outcome in outcomes] == [1, 1]


async def test_what_changes_something_is_done_as_often_as_it_is_listed(recorded: Any, recorder: Recorder) -> None:
    await settle(recorded.bulk.run(recorded.users.delete, [7, 8, 7], concurrency=1))

    assert len(recorder.requests) == 3
