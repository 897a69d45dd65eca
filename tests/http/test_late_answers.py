"""A late answer is nobody's: a connection that has something to read, or is closed, is not used again."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
import pytest
from faces import opened, settle
from hostile.servers import Asked, Hostile, Script, Talk, answer
from leaks import check_idle, nothing_left

from voipstudio_async import (
    AsyncVoipStudio,
    ConnectError,
    DecodeError,
    ProtocolError,
    RetryPolicy,
    Timeouts,
)

TOKEN = "0123456789abcdef0123456789abcdef01234567"
OTHER = "ffffffffffffffffffffffffffffffffffffffff"
ONCE: dict[str, Any] = {"retry": RetryPolicy(attempts=1), "timeouts": Timeouts(read=5)}
STRAY = answer({"data": {"id": 666, "name": "of somebody else"}})


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    with nothing_left():
        yield


def honest(asked: Asked) -> bytes:
    """Answer what was asked, about the id that was asked for."""
    if asked.method == "DELETE":
        return b"HTTP/1.1 204 No Content\r\n\r\n"
    last = asked.target.rpartition("/")[2]
    id = int(last) if last.isdigit() else 1
    return answer({"data": {"id": id, "name": "honest"}, "links": {}})


class Late:
    """A server that sends some bytes more behind its first answer, a moment later."""

    def __init__(self, stray: bytes, delay: float = 0.03) -> None:
        self.stray = stray
        self.delay = delay
        self.sent = threading.Event()

    async def __call__(self, talk: Talk) -> None:
        while (asked := await talk.request()) is not None:
            await talk.send(honest(asked))
            if len(talk.server.asked) == 1:
                await asyncio.sleep(self.delay)
                await talk.send(self.stray)
                self.sent.set()


STRAYS = {
    "a whole answer": STRAY,
    "the head of an answer": STRAY.partition(b"\r\n\r\n")[0],
    "half a line": STRAY[:9],
    "an answer without its end": STRAY[:-5],
    "an answer in chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n\r\n",
    "a 204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "a 103": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
    "a line end": b"\r\n",
    "no HTTP": b"\0\1\2 what?",
}
NEXT: dict[str, Callable[[Any], Any]] = {
    "get": lambda client: client.users.get(8),
    "get for another tenant": lambda client: client.with_options(token=OTHER).users.get(8),
    "create": lambda client: client.user_groups.create(name="Sales"),
    "delete": lambda client: client.users.delete(8),
}


def check(server: Hostile, found: Any) -> None:
    assert found is None or found.id != 666
    assert len(server.asked) == 2, "the second request was not sent"
    assert server.connections == 2, "the connection was used again"


@pytest.mark.parametrize("follow", NEXT)
@pytest.mark.parametrize("stray", STRAYS)
async def test_what_comes_while_a_connection_is_idle_is_given_to_nobody(
    stray: str, follow: str, face: type[Any]
) -> None:
    late = Late(STRAYS[stray])
    with Hostile(late) as server:
        async with opened(face, TOKEN, base_url=server.url, **ONCE) as client:
            assert (await settle(client.users.get(7))).id == 7
            assert await asyncio.to_thread(late.sent.wait, 5)
            await asyncio.sleep(0.02)
            found = await settle(NEXT[follow](client))
            check_idle(client)
        check(server, found)
    await asyncio.get_running_loop().shutdown_default_executor()


@pytest.mark.parametrize("timeouts", [Timeouts(read=5), Timeouts(read=None)], ids=["timeout", "no timeout"])
async def test_what_the_loop_has_had_no_time_to_read_is_found_too(timeouts: Timeouts) -> None:
    late = Late(STRAY)
    with Hostile(late) as server:
        async with AsyncVoipStudio(TOKEN, base_url=server.url, retry=RetryPolicy(attempts=1), timeouts=timeouts) as own:
            await own.users.get(7)
            assert late.sent.wait(5)
            time.sleep(0.02)  # noqa: ASYNC251 - a program that keeps its loop busy
            check(server, await own.user_groups.create(name="Sales"))


async def test_the_session_of_a_program_is_looked_through_too() -> None:
    late = Late(STRAY)
    with Hostile(late) as server:
        async with (
            aiohttp.ClientSession() as session,
            AsyncVoipStudio(TOKEN, base_url=server.url, session=session, **ONCE) as client,
        ):
            await client.users.get(7)
            await asyncio.sleep(0.06)
            check(server, await client.users.get(8))


async def _together(talk: Talk) -> None:
    while (asked := await talk.request()) is not None:
        await talk.send(honest(asked) + STRAY)


async def _closes_and_goes_on(talk: Talk) -> None:
    if (asked := await talk.request()) is not None:
        await talk.send(honest(asked).replace(b"\r\n", b"\r\nConnection: close\r\n", 1) + STRAY)
        await talk.reader.read()


async def _closes_behind_the_answer(talk: Talk) -> None:
    if (asked := await talk.request()) is not None:
        await talk.send(honest(asked))


def _until(done: Callable[[], bool]) -> None:
    while not done():
        time.sleep(0.001)


async def _quiet(server: Hostile, name: str) -> None:
    """Wait until the server has closed what it closes: a request that is sent before that meets the connection."""
    if name == "closed without a word":
        await asyncio.to_thread(_until, lambda: server.closed == server.connections)


async def _hints_first(talk: Talk) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
    while (asked := await talk.request()) is not None:
        await talk.send(hints + honest(asked))


SCRIPTS: dict[str, Script] = {
    "a second answer with the first": _together,
    "closed without a word": _closes_behind_the_answer,
    "early hints": _hints_first,
}


@pytest.mark.parametrize("name", SCRIPTS)
async def test_every_request_gets_its_own_answer(name: str, face: type[Any]) -> None:
    with Hostile(SCRIPTS[name]) as server:
        async with opened(face, TOKEN, base_url=server.url, **ONCE) as client:
            for id in (1, 2):
                assert (await settle(client.users.get(id))).id == id
                await _quiet(server, name)
            assert (await settle(client.user_groups.create(name="Sales"))).id == 1
            await _quiet(server, name)
            await settle(client.users.delete(1))
            await _quiet(server, name)
            assert (await settle(client.users.get(3))).id == 3
            check_idle(client)
        assert len(server.asked) == 5


async def test_a_server_that_goes_on_behind_its_last_word_is_not_understood(face: type[Any]) -> None:
    with Hostile(_closes_and_goes_on) as server:
        async with opened(face, TOKEN, base_url=server.url, **ONCE) as client:
            with pytest.raises(ProtocolError):
                await settle(client.users.get(7))
        assert len(server.asked) == 1


async def test_what_stands_behind_a_204_is_no_answer(face: type[Any]) -> None:
    async def script(talk: Talk) -> None:
        while (asked := await talk.request()) is not None:
            await talk.send(honest(asked) + (STRAY if asked.method == "DELETE" else b""))

    with Hostile(script) as server:
        async with opened(face, TOKEN, base_url=server.url, **ONCE) as client:
            await settle(client.users.delete(7))
            assert (await settle(client.users.get(8))).id == 8
        assert len(server.asked) == 2


async def test_what_is_said_before_it_was_asked_is_no_answer(face: type[Any]) -> None:
    async def script(talk: Talk) -> None:
        await talk.send(STRAY)
        await talk.reader.read()

    with Hostile(script) as server:
        async with opened(face, TOKEN, base_url=server.url, **ONCE) as client:
            with pytest.raises((ConnectError, DecodeError), match=r"spoke before|the answer is about"):
                await settle(client.users.get(7))


async def test_a_record_of_another_id_is_refused(face: type[Any]) -> None:
    async def script(talk: Talk) -> None:
        while await talk.request() is not None:
            await talk.send(STRAY)

    with Hostile(script) as server:
        async with opened(face, TOKEN, base_url=server.url, **ONCE) as client:
            with pytest.raises(DecodeError, match="the answer is about 666, and 7 was asked for"):
                await settle(client.users.get(7))
            with pytest.raises(DecodeError, match="the answer is about 666, and 7 was asked for"):
                await settle(client.user_groups.update(7, name="Sales"))
            with pytest.raises(DecodeError, match="the answer is about 666, and 7 was asked for"):
                await settle(client.queues.get(7, include_users=True))
