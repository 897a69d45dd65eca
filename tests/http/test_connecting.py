"""Making a connection is bounded by `Timeouts.connect`, whatever holds it up; and whose session may be used where."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from faces import opened, settle
from hostile.servers import Hostile, always, answer, rows, until_left
from leaks import nothing_left

from voipstudio_async import (
    AsyncVoipStudio,
    ConfigurationError,
    ConnectError,
    ConnectTimeout,
    Limits,
    ResponseTooLarge,
    RetryPolicy,
    Timeouts,
)
from voipstudio_async.http.resolver import Resolver

TOKEN = "0123456789abcdef0123456789abcdef01234567"
ONCE = RetryPolicy(attempts=1)
HASTE = Timeouts(connect=0.1, read=30, total=None)
LARGE = answer(b"", "Content-Encoding: gzip", length=2**40)


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    with nothing_left():
        yield


@pytest.fixture
def no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the host names of this test be looked up without an end."""

    async def resolve(*_: Any, **__: Any) -> list[Any]:
        await asyncio.Event().wait()
        return []

    monkeypatch.setattr(Resolver, "resolve", resolve)


async def test_a_proxy_that_never_answers_is_given_up(face: type[Any]) -> None:
    with Hostile(until_left) as proxy:
        options: dict[str, Any] = {"base_url": "https://127.0.0.1:9/api", "proxy": f"http://127.0.0.1:{proxy.port}"}
        async with opened(face, TOKEN, retry=ONCE, timeouts=HASTE, **options) as client:
            with pytest.raises(ConnectTimeout, match=r"no connection within 0\.1 s"):
                await settle(client.me())
    assert [asked.method for asked in proxy.asked] == ["CONNECT"]


async def test_a_proxy_that_never_answers_is_given_up_in_a_session_of_ones_own() -> None:
    with Hostile(until_left) as proxy:
        options: dict[str, Any] = {"base_url": "https://127.0.0.1:9/api", "proxy": f"http://127.0.0.1:{proxy.port}"}
        async with aiohttp.ClientSession() as session:
            client = AsyncVoipStudio(TOKEN, session=session, retry=ONCE, timeouts=HASTE, **options)
            with pytest.raises(ConnectTimeout):
                await client.me()


@pytest.mark.usefixtures("no_names")
async def test_a_name_that_is_never_found_is_given_up_as_each_view_wants_it(face: type[Any]) -> None:
    slow = Timeouts(connect=None, read=None, total=30)
    async with opened(face, TOKEN, base_url="https://api.invalid/v1", retry=ONCE, timeouts=slow) as client:
        for seconds in (0.05, 0.1):
            hasty = client.with_options(timeouts=Timeouts(connect=seconds, total=None))
            with pytest.raises(ConnectTimeout, match=f"no connection within {seconds} s"):
                await settle(hasty.me())


@pytest.mark.usefixtures("no_names")
async def test_callers_that_wait_for_one_look_up_keep_their_own_patience() -> None:
    async with AsyncVoipStudio(TOKEN, base_url="https://api.invalid/v1", retry=ONCE) as client:
        views = [client.with_options(timeouts=Timeouts(connect=seconds)) for seconds in (0.2, 0.05)]
        slow, fast = (asyncio.create_task(view.me()) for view in views)
        await asyncio.wait([slow, fast], return_when=asyncio.FIRST_COMPLETED)
        assert fast.done()
        errors = await asyncio.gather(slow, fast, return_exceptions=True)
    assert [str(error).rpartition(": ")[2] for error in errors] == [
        f"no connection within {seconds} s" for seconds in (0.2, 0.05)
    ]
    assert all(isinstance(error, ConnectError) for error in errors)


def test_a_session_is_one_of_aiohttp() -> None:
    session: Any = "x"

    with pytest.raises(ConfigurationError, match=r"session must be an aiohttp\.ClientSession, got str"):
        AsyncVoipStudio("t", session=session)


async def test_a_session_is_not_used_in_another_loop() -> None:
    def elsewhere(client: AsyncVoipStudio) -> None:
        asyncio.run(client.users.list().collect())

    with Hostile(always(answer(rows(1)))) as server:
        async with aiohttp.ClientSession() as session:
            client = AsyncVoipStudio(TOKEN, base_url=server.url, session=session)
            with pytest.raises(
                ConfigurationError, match=r"the session that .* was given belongs to another event loop"
            ):
                await asyncio.to_thread(elsewhere, client)
            assert len(await client.users.list().collect()) == 1


async def test_the_length_that_a_head_tells_is_not_that_of_a_body(face: type[Any]) -> None:
    with Hostile(always(LARGE)) as server:
        async with opened(face, TOKEN, base_url=server.url, limits=Limits(max_response_bytes=10)) as client:
            told = await settle(client.raw.request("HEAD", "/recordings/1"))
            assert (told.headers["Content-Length"], told.body) == (str(2**40), b"")
            with pytest.raises(ResponseTooLarge):
                await settle(client.raw.request("GET", "/recordings/1"))
