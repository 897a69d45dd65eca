"""One list of scenarios through both faces: the same results, and the same requests, as the sandbox saw them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from functools import partial
from typing import Any

import attrs
import pytest
from conftest import TOKEN
from faces import FACES, every, leave, opened, settle, step

from voipstudio_async import (
    APIError,
    ConfigurationError,
    Entity,
    Page,
    RetryPolicy,
    UnsafeOperationError,
    VoipStudioError,
    field,
)
from voipstudio_async.sandbox import Recorded, Sandbox

Scenario = Callable[[Any, Sandbox], Awaitable[Any]]
SCENARIOS: dict[str, Scenario] = {}


def scenario(function: Scenario) -> Scenario:
    SCENARIOS[function.__name__] = function
    return function


def plain(value: Any) -> Any:
    """Return a result in a form that can be compared: what is the same must look the same."""
    if isinstance(value, Entity):
        return type(value).__name__, value.to_dict()
    if isinstance(value, Page):
        return "page", value.number, value.total, plain(list(value))
    if isinstance(value, Exception):
        return type(value).__name__, str(value).partition("/v1.2/")[2] or str(value)
    if attrs.has(type(value)):
        return {name: plain(part) for name, part in attrs.asdict(value, recurse=False).items()}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value


async def caught(begin: Callable[[], Any]) -> Exception:
    with pytest.raises(VoipStudioError) as error:
        await settle(begin())
    return error.value


def user(sandbox: Sandbox) -> Any:
    return sandbox.store.rows("users")[0]["id"]


@scenario
async def who_am_i(client: Any, sandbox: Sandbox) -> Any:
    return await settle(client.me())


@scenario
async def read_users_and_what_they_have(client: Any, sandbox: Sandbox) -> Any:
    users = await every(client.users.list())
    found = [await settle(client.users.get(user.id)) for user in users]
    lists = [client.users.contacts, client.users.cdrs, client.users.chat_messages, client.users.calls]
    return users, found, [await every(listing(user.id)) for user in users for listing in lists]


@scenario
async def audio(client: Any, sandbox: Sandbox) -> Any:
    id = user(sandbox)
    return [
        await settle(client.users.audio(id)),
        await settle(client.users.reset_audio(id)),
        await settle(client.users.audio(id)),
    ]


@scenario
async def life_of_groups(client: Any, sandbox: Sandbox) -> Any:
    seen: list[Any] = []
    for groups in (client.user_groups, client.user_group_policies, client.queue_groups):
        made = await settle(groups.create(name="Night shift"))
        changed = await settle(groups.update(made.id, name="Day shift"))
        seen += [made.name, changed.name, (await settle(groups.get(made.id))).name]
        seen.append(await settle(groups.delete(made.id)))
        seen.append(await caught(partial(groups.get, made.id)))
        seen.append(await every(groups.list()))
    return seen


@scenario
async def filters_and_orders(client: Any, sandbox: Sandbox) -> Any:
    return [
        await every(client.cdrs.list(field("duration") > 60, field("type") == "O", order_by="-calldate", page_size=7)),
        await every(client.cdrs.list(field("src").like("44"), order_by="duration")),
        await every(client.users.cdrs(user(sandbox), field("duration").between(10, 200), order_by=None)),
        await settle(client.cdrs.count(field("duration") > 60)),
    ]


@scenario
async def ways_to_page(client: Any, sandbox: Sandbox) -> Any:
    # One after another: what is asked for side by side comes in any order.
    pages = client.cdrs.list(page_size=9, prefetch=0)
    seen: list[Any] = [repr(pages).removeprefix("Async"), pages.report]
    seen += [await settle(pages.page(2)), await settle(pages.page(99)), await settle(pages.first())]
    seen += [await settle(pages.count()), await every(pages.pages()), pages.report]
    seen += [await settle(pages.collect(max_items=13)), pages.report]
    seen += [len(await settle(pages.collect(require_complete=True))), pages.report, await settle(pages.collect(0))]
    return seen


@scenario
async def prefetch_gives_the_same(client: Any, sandbox: Sandbox) -> Any:
    return await every(client.cdrs.list(page_size=25, prefetch=1))


@scenario
async def keys_and_slices(client: Any, sandbox: Sandbox) -> Any:
    keys = client.cdrs.list(page_size=25, strategy="keyset")
    rows = await every(keys)
    days = sorted(row.calldate.date() for row in rows)
    walk = client.cdrs.walk(days[0], date.fromordinal(days[0].toordinal() + 3), concurrency=1)
    return rows, keys.report, await every(walk), walk.report


@scenario
async def leave_and_go_on(client: Any, sandbox: Sandbox) -> Any:
    pages = client.cdrs.list(page_size=20)
    walk = pages.pages()
    first = await step(walk)
    await leave(walk)
    rest = await every(pages.resumed(pages.checkpoint()))
    return first, rest, len(sandbox.requests)


@scenario
async def refusals(client: Any, sandbox: Sandbox) -> Any:
    sandbox.deny("GET", "/users/{id}/cdrs")
    return [
        await caught(lambda: client.users.get(10**9)),
        await caught(lambda: client.users.cdrs(user(sandbox)).collect()),
        await caught(lambda: client.with_options(token="wrong").me()),
        await caught(lambda: client.cdrs.list(field("nonsense") == 1).collect()),
        await caught(lambda: client.user_groups.create(name="")),
        await caught(lambda: client.customers.delete(1, confirm=1)),
    ]


@scenario
async def misuse(client: Any, sandbox: Sandbox) -> Any:
    errors = [
        await caught(lambda: client.users.get("7")),
        await caught(lambda: client.user_groups.update(7)),
        await caught(lambda: client.customers.delete(7, confirm=8)),
        await caught(lambda: client.raw.request("GET", "../x")),
    ]
    assert [type(error) for error in errors].count(ConfigurationError) == 3
    assert type(errors[2]) is UnsafeOperationError
    assert sandbox.requests == []
    return errors


@scenario
async def faults_are_survived(client: Any, sandbox: Sandbox) -> Any:
    sandbox.faults.next(503, retry_after=0)
    sandbox.faults.drop(method="GET")
    patient = client.with_options(retry=RetryPolicy(attempts=4, base=0.001))
    me = await settle(patient.me())
    sandbox.faults.drop_after_commit()
    return me, await settle(patient.users.delete(user(sandbox)))


@scenario
async def many_at_once(client: Any, sandbox: Sandbox) -> Any:
    ids = [row["id"] for row in sandbox.store.rows("users")]
    result = await settle(client.bulk.run(client.users.get, [*ids, 10**9], concurrency=1))
    rows = await settle(client.bulk.run(client.users.cdrs, ids, concurrency=1))
    return result.outcomes, [len(value) for value in rows.values], await settle(client.users.get_many(ids[:1]))


@scenario
async def raw_requests(client: Any, sandbox: Sandbox) -> Any:
    answers = [await settle(client.raw.request("GET", "/users", params={"limit": 2}))]
    answers.append(await settle(client.raw.request("POST", "/usergroups", json={"name": "Raw"})))
    errors = [await caught(lambda: client.raw.request("GET", "/nowhere")) for _ in range(2)]
    assert all(isinstance(error, APIError) for error in errors)
    return [(answer.status, answer.json()) for answer in answers], errors


@scenario
async def the_end_of_an_account(client: Any, sandbox: Sandbox) -> Any:
    id = sandbox.customer_id
    return await settle(client.customers.delete(id, confirm=id)), await caught(client.me)


def shown(request: Recorded) -> Any:
    headers = {name: value for name, value in request.headers.items() if name != "host"}
    return attrs.evolve(request, headers=headers)


async def played(play: Scenario, face: type[Any]) -> tuple[Any, list[Any]]:
    with Sandbox(users=4, calls=60, seed=7, token=TOKEN) as sandbox:
        async with opened(face, TOKEN, base_url=sandbox.url) as client:
            result = plain(await play(client, sandbox))
        return result, [shown(request) for request in sandbox.requests]


@pytest.mark.parametrize("name", SCENARIOS)
async def test_both_faces_do_the_same(name: str) -> None:
    (awaited, awaited_requests), (blocking, blocking_requests) = [await played(SCENARIOS[name], face) for face in FACES]

    assert awaited == blocking
    assert awaited_requests == blocking_requests
    assert bool(awaited_requests) == (name != "misuse")


def test_both_faces_have_the_same_names() -> None:
    awaited, blocking = (face("t") for face in FACES)

    def names(thing: Any) -> set[str]:
        return {name for name in dir(thing) if not name.startswith("_")}

    # Only the blocking face needs a way to run what is awaited.
    assert names(blocking) - names(awaited) == {"run"}
    assert names(awaited) <= names(blocking)
    for part in sorted(names(awaited)):
        assert names(getattr(awaited, part)) ^ names(getattr(blocking, part)) <= set(), part
