"""Bulk: one outcome for each input, in bounds, lazily, and nothing left running; on both faces."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from conftest import TOKEN
from faces import every, leave, opened, settle, step
from hypothesis import given, settings
from hypothesis import strategies as st
from recorder import Recorder

from voipstudio_async import (
    AsyncBulk,
    AsyncVoipStudio,
    BulkError,
    ConfigurationError,
    NotFoundError,
    Outcome,
    TransportError,
    User,
    VoipStudio,
    field,
)
from voipstudio_async.sandbox import Sandbox

NOBODY = 10**9


def ids_of(sandbox: Sandbox) -> list[int]:
    return [row["id"] for row in sandbox.store.rows("users")]


class Inputs:
    """Yields inputs and keeps the greatest distance to what was done."""

    def __init__(self, items: Any) -> None:
        self.items = items
        self.read = 0
        self.done = 0
        self.furthest = 0

    def __iter__(self) -> Iterator[Any]:
        for item in self.items:
            self.read += 1
            self.furthest = max(self.furthest, self.read - self.done)
            yield item


async def slowly(inputs: Inputs) -> AsyncIterator[Any]:
    for item in inputs:
        await asyncio.sleep(0)
        yield item


# --- outcomes ------------------------------------------------------------------------------------------------


async def test_one_outcome_each_in_the_order_of_the_inputs(client: Any, sandbox: Sandbox) -> None:
    inputs = [*ids_of(sandbox), NOBODY, "seven"]

    result = await settle(client.bulk.run(client.users.get, inputs))

    assert [(outcome.index, outcome.input) for outcome in result] == list(enumerate(inputs))
    assert [outcome.ok for outcome in result] == [True] * 4 + [False, False]
    assert [user.id for user in result.values] == inputs[:4]
    assert [type(outcome.error) for outcome in result.failed] == [NotFoundError, ConfigurationError]
    assert [outcome.attempts for outcome in result] == [1, 1, 1, 1, 1, 0]
    assert (len(result), repr(result)) == (6, "<BulkResult: 6 outcomes, 2 failed>")


@pytest.mark.parametrize(("bad", "ok"), [([], True), ([NOBODY], False)])
async def test_a_result_is_ok_when_nothing_failed(bad: list[int], ok: bool, client: Any, sandbox: Sandbox) -> None:
    ids = ids_of(sandbox)

    result = await settle(client.users.get_many([*ids, *bad]))

    assert result.ok is ok
    assert [outcome.input for outcome in result.succeeded] == ids
    assert [outcome.input for outcome in result.failed] == bad


async def test_the_value_of_a_listing_is_the_list_of_its_rows(client: Any, sandbox: Sandbox) -> None:
    result = await settle(client.bulk.run(client.users.cdrs, ids_of(sandbox)))

    assert sum(len(rows) for rows in result.values) == sandbox.store.count("cdrs")
    assert {row.user_id for rows in result.values for row in rows} <= set(ids_of(sandbox))


async def test_an_operation_that_is_made_of_others_can_be_run(client: Any, sandbox: Sandbox) -> None:
    filters = [field("user_id") == id for id in ids_of(sandbox)]

    result = await settle(client.bulk.run(client.cdrs.count, filters))

    assert sum(result.values) == sandbox.store.count("cdrs")


async def test_a_stream_gives_each_outcome_once(client: Any, sandbox: Sandbox) -> None:
    inputs = [*ids_of(sandbox), NOBODY]

    outcomes = await every(client.bulk.stream(client.users.get, inputs))

    assert sorted(outcome.index for outcome in outcomes) == list(range(5))
    assert {outcome.input for outcome in outcomes} == set(inputs)


async def test_an_ordered_stream_keeps_the_order(client: Any, sandbox: Sandbox) -> None:
    inputs = ids_of(sandbox) * 3

    outcomes = await every(client.bulk.stream(client.users.get, inputs, ordered=True, concurrency=3))

    assert [(outcome.index, outcome.value.id) for outcome in outcomes] == list(enumerate(inputs))


async def test_no_inputs_make_no_request(client: Any, sandbox: Sandbox) -> None:
    result = await settle(client.bulk.run(client.users.get, []))

    assert result.ok
    assert result.outcomes == result.succeeded == result.failed == result.values == []
    assert repr(result) == "<BulkResult: no inputs, nothing was done>"
    assert await every(client.bulk.stream(client.users.delete, iter(()))) == []
    assert len(await settle(client.users.delete_many([]))) == 0
    assert sandbox.requests == []


def test_an_outcome_gives_its_value_or_raises_its_error() -> None:
    assert Outcome(0, 7, "x", None, 1).unwrap() == "x"
    with pytest.raises(KeyError):
        Outcome(0, 7, None, KeyError("x"), 1).unwrap()


# --- bounds --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize("ordered", [False, True])
async def test_inputs_are_read_no_further_ahead_than_there_is_room(
    concurrency: int, ordered: bool, recorded: Any
) -> None:
    inputs = Inputs(range(1, 41))

    stream = recorded.bulk.stream(recorded.users.delete, inputs, concurrency=concurrency, ordered=ordered)
    for _ in range(40):
        await step(stream)
        inputs.done += 1
    await leave(stream)

    assert inputs.read == 40
    assert inputs.furthest <= concurrency


async def test_leaving_a_stream_reads_no_more_and_leaves_nothing_running(recorded: Any, recorder: Recorder) -> None:
    inputs = Inputs(range(1, 10**9))

    stream = recorded.bulk.stream(recorded.users.delete, inputs, concurrency=3)
    await step(stream)
    await leave(stream)

    read = inputs.read
    assert read <= 5
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []
    await every(recorded.users.list())
    assert inputs.read == read


async def test_inputs_may_come_asynchronously() -> None:
    inputs = Inputs(range(20))

    async def double(number: int) -> int:
        await asyncio.sleep(0)
        return number * 2

    def progress(done: int, *_: Any) -> None:
        inputs.done = done

    result = await AsyncBulk().run(double, slowly(inputs), concurrency=3, progress=progress)

    assert result.values == [number * 2 for number in range(20)]
    assert inputs.furthest <= 3


@settings(deadline=None)
@given(count=st.integers(0, 30), concurrency=st.integers(1, 6), ordered=st.booleans(), bad=st.sets(st.integers(0, 30)))
def test_whatever_finishes_first_no_outcome_is_lost(count: int, concurrency: int, ordered: bool, bad: set[int]) -> None:
    running = most = 0

    async def work(number: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _ in range(number * 7 % 5):
            await asyncio.sleep(0)
        running -= 1
        if number in bad:
            raise KeyError(number)
        return number

    async def run() -> list[Outcome[int, int]]:
        stream = AsyncBulk().stream(work, range(count), concurrency=concurrency, ordered=ordered)
        outcomes = [outcome async for outcome in stream]
        assert len(asyncio.all_tasks()) == 1
        return outcomes

    outcomes = asyncio.run(run())

    in_order = outcomes if ordered else sorted(outcomes, key=lambda outcome: outcome.index)
    assert [outcome.index for outcome in in_order] == list(range(count))
    assert {outcome.index for outcome in outcomes if not outcome.ok} == {number for number in bad if number < count}
    assert most <= concurrency


# --- sharing -------------------------------------------------------------------------------------------------


async def test_equal_inputs_that_are_under_way_share_a_request(client: Any, sandbox: Sandbox) -> None:
    id = ids_of(sandbox)[0]
    sandbox.faults.latency(0.05)

    result = await settle(client.bulk.run(client.users.get, [id] * 5, concurrency=5))

    assert len(sandbox.requests) == 1
    assert [outcome.attempts for outcome in result] == [1, 0, 0, 0, 0]
    assert {user.id for user in result.values} == {id}


async def test_equal_inputs_share_a_failure(client: Any, sandbox: Sandbox) -> None:
    sandbox.faults.latency(0.05)

    result = await settle(client.bulk.run(client.users.get, [NOBODY] * 3))

    assert [type(outcome.error) for outcome in result] == [NotFoundError] * 3
    assert len(sandbox.requests) == 1


async def test_what_changes_something_is_never_shared(recorded: Any, recorder: Recorder) -> None:
    await settle(recorded.bulk.run(recorded.users.delete, [7] * 4))

    assert len(recorder.requests) == 4


async def test_inputs_that_only_look_equal_do_not_share(client: Any, sandbox: Sandbox) -> None:
    id = ids_of(sandbox)[0]
    sandbox.faults.latency(0.05)

    result = await settle(client.bulk.run(client.users.get, [id, float(id), id]))

    assert [outcome.ok for outcome in result] == [True, False, True]


async def test_inputs_need_not_be_hashable(client: Any) -> None:
    result = await settle(client.bulk.run(client.users.get, [[1], {}]))

    assert [type(outcome.error) for outcome in result] == [ConfigurationError] * 2


# --- errors and progress -------------------------------------------------------------------------------------


async def test_a_run_that_must_not_fail_ends_at_the_first_failure(client: Any, sandbox: Sandbox) -> None:
    inputs = Inputs([*ids_of(sandbox), NOBODY, *range(1, 1000)])

    with pytest.raises(BulkError, match=rf"input 4 \({NOBODY}\) failed, 5 were done: .*404") as caught:
        await settle(client.bulk.run(client.users.get, inputs, on_error="raise", concurrency=1))

    assert [outcome.ok for outcome in caught.value.outcomes] == [True] * 4 + [False]
    assert isinstance(caught.value.__cause__, NotFoundError)
    assert inputs.read <= 6


@pytest.mark.parametrize(("inputs", "total"), [([1, 2], 2), ({1, 2}, 2), (range(1, 3), 2), (iter([1, 2]), None)])
async def test_progress_is_told(inputs: Any, total: int | None, recorded: Any) -> None:
    told: list[tuple[int, int | None, int]] = []
    inputs = [1, 2] if total is None else inputs

    await settle(
        recorded.bulk.run(
            recorded.users.get, iter(inputs) if total is None else inputs, progress=lambda *now: told.append(now)
        )
    )

    assert told == [(1, total, 1), (2, total, 2)]


async def test_an_error_of_progress_reaches_the_caller(recorded: Any) -> None:
    def progress(*_: Any) -> None:
        raise RuntimeError("the terminal is gone")

    with pytest.raises(RuntimeError, match="the terminal is gone"):
        await settle(recorded.bulk.run(recorded.users.delete, [1, 2, 3], progress=progress))


@pytest.mark.parametrize("concurrency", [0, -1, True, "5", 1.5, None])
async def test_concurrency_is_checked(concurrency: Any, recorded: Any, recorder: Recorder) -> None:
    with pytest.raises(ConfigurationError, match="concurrency must be 1 or more"):
        await settle(recorded.bulk.run(recorded.users.get, [1], concurrency=concurrency))
    with pytest.raises(ConfigurationError, match="concurrency must be 1 or more"):
        await every(recorded.bulk.stream(recorded.users.get, [1], concurrency=concurrency))
    assert recorder.requests == []


async def test_on_error_is_checked(recorded: Any) -> None:
    with pytest.raises(ConfigurationError, match="on_error is 'collect' or 'raise'"):
        await settle(recorded.bulk.run(recorded.users.get, [1], on_error="ignore"))


@pytest.mark.parametrize("wrong", ["users.get", None, 7])
async def test_what_cannot_be_called_is_raised_before_anything_is_sent(
    wrong: Any, recorded: Any, recorder: Recorder
) -> None:
    with pytest.raises(ConfigurationError, match="takes an operation like client"):
        await settle(recorded.bulk.run(wrong, [1, 2]))
    with pytest.raises(ConfigurationError, match="takes an operation like client"):
        await every(recorded.bulk.stream(wrong, [1, 2]))
    assert recorder.requests == []


async def test_what_does_not_take_one_input_is_raised_before_anything_is_sent(
    recorded: Any, recorder: Recorder
) -> None:
    for operation, told in (
        (recorded.me, r"^me\(\): too many positional"),
        (recorded.customers.delete, r"^delete\(\): missing a required .*'confirm'"),
    ):
        with pytest.raises(TypeError, match=told):
            await settle(recorded.bulk.run(operation, [1, 2]))
    assert recorder.requests == []


async def test_what_is_no_operation_is_refused() -> None:
    same: Any = lambda number: number  # noqa: E731 - a function whose type says nothing
    with pytest.raises(ConfigurationError, match=r"asynchronous, or lists; .* returned int"):
        await AsyncBulk().run(same, [1])


@pytest.mark.parametrize("ids", ["77", b"77", 77])
async def test_many_ids_are_a_list(ids: Any, recorded: Any, recorder: Recorder) -> None:
    for many in (recorded.users.get_many, recorded.users.delete_many):
        with pytest.raises(ConfigurationError, match="takes a list of ids"):
            await settle(many(ids))
    assert recorder.requests == []


# --- views, cancellation, threads ----------------------------------------------------------------------------


async def test_an_operation_of_a_view_runs_with_its_options(face: type[Any], recorder: Recorder) -> None:
    async with opened(face, TOKEN, base_url=recorder.url) as client:
        view = client.with_options(token="other")
        for bulk in (client.bulk, view.bulk):
            await settle(bulk.run(view.users.delete, [1]))
            assert recorder.last.headers["X-Auth-Token"] == "other"


async def test_cancelling_a_run_leaves_no_task() -> None:
    begun: list[int] = []
    all_begun = asyncio.Event()

    async def wait(number: int) -> None:
        begun.append(number)
        if len(begun) == 4:
            all_begun.set()
        await asyncio.sleep(30)

    run = asyncio.create_task(AsyncBulk().run(wait, range(100), concurrency=4))
    await all_begun.wait()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run

    assert begun == [0, 1, 2, 3]
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_one_slow_input_does_not_hold_the_others(sandbox: Sandbox) -> None:
    gate = asyncio.Event()

    async def work(number: int) -> int:
        if number == 0:
            await gate.wait()
        return number

    stream = AsyncBulk().stream(work, range(5), concurrency=2)
    seen = [(await anext(stream)).index for _ in range(4)]
    gate.set()

    assert seen == [1, 2, 3, 4]
    assert [outcome.index async for outcome in stream] == [0]


def test_threads_share_a_blocking_client(sandbox: Sandbox) -> None:
    found: list[list[User]] = []
    ids = ids_of(sandbox)

    with VoipStudio(sandbox.token, base_url=sandbox.url) as client:

        def fetch() -> None:
            found.append(client.bulk.run(client.users.get, ids).values)

        threads = [threading.Thread(target=fetch) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert [[user.id for user in users] for users in found] == [ids] * 4


async def test_an_async_client_counts_attempts_with_retries(sandbox: Sandbox) -> None:
    sandbox.faults.next(503, retry_after=0, count=2)

    async with AsyncVoipStudio(sandbox.token, base_url=sandbox.url) as client:
        (outcome,) = await client.bulk.run(client.users.get, ids_of(sandbox)[:1])

    assert (outcome.ok, outcome.attempts) == (True, 3)


async def test_an_operation_that_is_cancelled_from_within_is_an_outcome() -> None:
    async def operation(item: int) -> int:
        if item == 2:
            raise asyncio.CancelledError
        return item

    result = await AsyncBulk().run(operation, [1, 2, 3])
    assert [outcome.value for outcome in result] == [1, None, 3]
    assert isinstance(result.outcomes[1].error, TransportError)
