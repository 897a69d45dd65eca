"""Bulk takes any function of one input, on both faces; an error of the program is raised, and is no outcome."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from faces import every, settle

from voipstudio_async import BulkError, ConfigurationError, NotFoundError, VoipStudio, field
from voipstudio_async.sandbox import Sandbox

JUNE = field("calldate") >= datetime(2026, 3, 1, tzinfo=UTC)


def ids_of(sandbox: Sandbox) -> list[int]:
    return [row["id"] for row in sandbox.store.rows("users")]


def groups_of(sandbox: Sandbox) -> list[int]:
    return [row["id"] for row in sandbox.store.rows("usergroups")]


async def test_a_listing_takes_filters(client: Any, sandbox: Sandbox) -> None:
    ids = ids_of(sandbox)

    result = await settle(client.bulk.run(lambda id: client.users.cdrs(id, JUNE), ids))

    expected = [await every(client.users.cdrs(id, JUNE)) for id in ids]
    assert [[row.id for row in rows] for rows in result.values] == [[row.id for row in rows] for rows in expected]


async def test_things_are_created_from_keywords(client: Any, sandbox: Sandbox) -> None:
    rows = [{"name": f"Team {number}", "color": "#ff0000"} for number in range(20)]

    result = await settle(client.bulk.run(lambda row: client.user_groups.create(**row), rows, concurrency=5))

    assert [group.name for group in result.values] == [row["name"] for row in rows]
    assert [outcome.attempts for outcome in result] == [1] * 20
    assert {row["name"] for row in rows} <= {row["name"] for row in sandbox.store.rows("usergroups")}


async def test_things_are_changed_with_a_partial(client: Any, sandbox: Sandbox) -> None:
    ids = groups_of(sandbox)

    result = await settle(client.bulk.run(partial(client.user_groups.update, color="#00ff00"), ids))

    assert [(group.id, group.color) for group in result.values] == [(id, "#00ff00") for id in ids]


async def test_a_failure_of_a_function_is_an_outcome(client: Any, sandbox: Sandbox) -> None:
    ids = [ids_of(sandbox)[0], 10**9]

    outcomes = await every(client.bulk.stream(lambda id: client.users.get(id + 0), ids, ordered=True))

    assert [type(outcome.error) for outcome in outcomes] == [type(None), NotFoundError]


async def test_what_a_row_of_input_lacks_is_an_outcome(client: Any) -> None:
    rows: list[dict[str, Any]] = [{"name": "Ann"}, {}, {"name": None}]

    result = await settle(client.bulk.run(lambda row: client.user_groups.create(name=row["name"].title()), rows))

    assert [type(outcome.error) for outcome in result] == [type(None), KeyError, AttributeError]


WRONG: list[tuple[Callable[[Any], Any], type[Exception], str]] = [
    (lambda client: partial(client.user_groups.update, nme="x"), TypeError, "'nme'"),
    (lambda client: lambda id: client.user_groups.update(id, nme="x"), TypeError, "'nme'"),
    (lambda client: lambda id: client.users.cdrs(id, order="id"), TypeError, "'order'"),
    (lambda client: lambda id: client.users.gett(id, 1), AttributeError, "gett"),
    (lambda client: lambda id: client.usrs.get(id, 1), AttributeError, "usrs"),
    (lambda _: lambda id: clinet.users.get(id, 1), NameError, "clinet"),  # type: ignore[name-defined]  # noqa: F821 - so it is tested
    (lambda client: lambda: client.me, TypeError, "one input"),
    (lambda client: client.user_groups.create, TypeError, "a lambda makes of one input"),
    (lambda client: client.user_groups.update, ConfigurationError, "nothing to change"),
]


@pytest.mark.parametrize(("function", "error", "told"), WRONG)
async def test_an_error_of_the_program_is_raised(
    function: Callable[[Any], Any], error: type[Exception], told: str, client: Any, sandbox: Sandbox
) -> None:
    with pytest.raises(error, match=told):
        await settle(client.bulk.run(function(client), [1, 2, 3]))
    with pytest.raises(error, match=told):
        await every(client.bulk.stream(function(client), [1, 2, 3]))
    assert sandbox.requests == []


async def test_an_error_of_the_program_that_comes_late_keeps_the_outcomes(client: Any, sandbox: Sandbox) -> None:
    rows = [{"name": "Ann"}, {"nme": "Bob"}]

    with pytest.raises(BulkError, match=r"input 1 .*nme") as caught:
        await settle(client.bulk.run(lambda row: client.user_groups.create(**row), rows, concurrency=1))

    assert [outcome.ok for outcome in caught.value.outcomes] == [True, False]
    assert isinstance(caught.value.__cause__, TypeError)


# --- the blocking face: any function, in threads ----------------------------------------------------------------


@pytest.fixture(name="blocking")
def opened_client(sandbox: Sandbox) -> Any:
    with VoipStudio(sandbox.token, base_url=sandbox.url) as client:
        yield client


def test_a_function_may_do_several_things_and_give_anything(blocking: VoipStudio, sandbox: Sandbox) -> None:
    def report(id: int) -> tuple[str | None, int]:
        return blocking.users.get(id).first_name, blocking.users.cdrs(id).count()

    result = blocking.bulk.run(report, ids_of(sandbox))

    assert sum(count for _, count in result.values) == sandbox.store.count("cdrs")
    assert [outcome.attempts for outcome in result] == [2] * len(result)


def test_as_many_functions_run_at_once_as_was_said(blocking: VoipStudio) -> None:
    meet = threading.Barrier(3)

    result = blocking.bulk.run(lambda number: meet.wait(20) * 0 + number, range(6), concurrency=3)

    assert result.values == list(range(6))


def test_a_run_that_ends_early_cancels_the_calls_of_its_functions(blocking: VoipStudio, sandbox: Sandbox) -> None:
    sandbox.faults.latency(60)
    is_asking, seen = threading.Event(), []
    first = ids_of(sandbox)[0]

    def work(id: int) -> None:
        if id == 0:
            assert is_asking.wait(20)
            raise KeyError(id)
        is_asking.set()
        for _ in range(2):
            try:
                blocking.users.get(id)
            except Exception as error:
                seen.append(str(error))

    with pytest.raises(BulkError):
        blocking.bulk.run(work, [first, 0], on_error="raise")

    assert seen == ["the bulk run that this call belongs to has ended"] * 2


def test_a_bulk_run_may_be_inside_another(blocking: VoipStudio, sandbox: Sandbox) -> None:
    ids = ids_of(sandbox)

    result = blocking.bulk.run(lambda _: blocking.users.get_many(ids), range(3))

    assert [[user.id for user in inner.values] for inner in result.values] == [ids] * 3


def test_what_is_awaited_is_not_for_the_face_that_waits(blocking: VoipStudio) -> None:
    async def work(id: int) -> int:
        return id

    for function in (work, lambda id: work(id + 1)):
        with pytest.raises(ConfigurationError, match=r"client\.run"):
            blocking.bulk.run(function, [1])


def test_an_interrupt_in_a_function_reaches_the_caller(blocking: VoipStudio) -> None:
    def work(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        blocking.bulk.run(work, [1])


def test_a_client_runs_a_coroutine_function(blocking: VoipStudio, sandbox: Sandbox) -> None:
    async def both(awaited: Any) -> list[Any]:
        return await asyncio.gather(*(awaited.users.get(id) for id in ids_of(sandbox)))

    assert [user.id for user in blocking.run(both)] == ids_of(sandbox)
