"""The private names of aiohttp that we use: should one of these fail, a release of aiohttp has renamed it."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from aiohttp.client_proto import ResponseHandler
from hostile.servers import Hostile, Talk, answer
from leaks import nothing_left

from voipstudio_async import AsyncVoipStudio, RetryPolicy
from voipstudio_async.http import connections
from voipstudio_async.http.timers import Timers

TOKEN = "0123456789abcdef0123456789abcdef01234567"
OF_A_CONNECTION = {
    "_reschedule_timeout": "the shared timers, and what has come in",
    "_drop_timeout": "the end of an answer",
    "_on_read_timeout": "the shared timers",
    "read_timeout": "the shared timers",
    "should_close": "late answers",
    "is_connected": "late answers",
    "resume_reading": "answers that never had to be paused",
    "_reading_paused": "answers that never had to be paused",
    "_payload": "a body that ends by a reset",
}
OF_A_CONNECTOR = {
    "_create_connection": "the time to connect, and what is said before it is asked",
    "_factory": "connections of our own",
    "_conns": "the pool of somebody else's session",
}
OF_A_SESSION = {
    "_retry_connection": "retries that are ours to count",
    "_loop": "sessions of other loops",
    "_request": "requests",
}


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    with nothing_left():
        yield


async def test_aiohttp_has_the_private_names_that_we_use() -> None:
    async with aiohttp.ClientSession() as session:
        things: list[tuple[Any, dict[str, str]]] = [
            (ResponseHandler(asyncio.get_running_loop()), OF_A_CONNECTION),
            (session.connector, OF_A_CONNECTOR),
            (session, OF_A_SESSION),
        ]
        missing = [
            f"{type(thing).__name__}.{name}" for thing, names in things for name in names if not hasattr(thing, name)
        ]
    assert missing == []
    assert connections.IS_OURS


def test_the_pool_asks_a_connection_before_it_gives_it_out() -> None:
    assert "is_connected()" in inspect.getsource(aiohttp.BaseConnector._get)


async def test_without_connections_of_our_own_a_late_answer_is_nobody_s_either(monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(talk: Talk) -> None:
        while (asked := await talk.request()) is not None:
            await talk.send(answer({"data": {"id": int(asked.target.rpartition("/")[2])}}))
            await asyncio.sleep(0.02)
            await talk.send(answer({"data": {"id": 666}}))

    monkeypatch.setattr(connections, "IS_OURS", False)
    with Hostile(script) as server:
        async with AsyncVoipStudio(TOKEN, base_url=server.url, retry=RetryPolicy(attempts=1)) as client:
            for id in (1, 2, 3):
                assert (await client.users.get(id)).id == id
                await asyncio.sleep(0.06)
    assert server.connections == 3


async def test_a_connection_is_resumed_only_after_it_was_paused(monkeypatch: pytest.MonkeyPatch) -> None:
    resumed: list[ResponseHandler] = []

    def resume(self: ResponseHandler, *_: object, **__: object) -> None:
        resumed.append(self)

    monkeypatch.setattr(ResponseHandler, "resume_reading", resume)

    async def script(talk: Talk) -> None:
        while await talk.request():
            await talk.send(answer({"data": {"id": 1}}))

    with Hostile(script) as server:
        async with AsyncVoipStudio(TOKEN, base_url=server.url) as client:
            assert (await client.users.get(1)).id == 1
    assert resumed == []
    connection = connections.Connection(Timers(asyncio.get_running_loop()))
    connection._reading_paused = True
    connection.resume_reading(resume_parser=False)
    assert resumed == [connection]
