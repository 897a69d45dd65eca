"""Credentials that end or change: pings of an idle session, tokens that are fetched anew."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from faces import opened, settle
from hostile.servers import Asked, Hostile, answer, replying

from voipstudio_async import AsyncVoipStudio, AuthenticationError, ConfigurationError, RenewingAuth, SessionAuth
from voipstudio_async.http import sessions

TOKEN = "0123456789abcdef0123456789abcdef01234567"
ME = answer({"data": {"id": 7, "email": "ann@example.com"}})
PONG = answer({"data": {"response": "Pong"}})
EXPIRED = answer({"message": "Expired"}, status="401 Unauthorized")


def good(token: str) -> Any:
    """Answer requests that carry this token, and refuse all others."""
    return replying(lambda asked: ME if asked.headers.get("x-auth-token") == token else EXPIRED)


def everything(asked: Asked) -> bytes:
    return PONG if asked.target.endswith("/ping") else ME


# --- sessions ------------------------------------------------------------------------------------------------


async def pings(server: Hostile, most: int = 3) -> int:
    """Wait until so many pings came in."""
    while (count := sum(asked.target.endswith("/ping") for asked in server.asked)) < most:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    return count


async def test_a_session_is_kept_alive_while_nothing_is_sent(face: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "PING_AFTER", 0.03)
    with Hostile(replying(everything)) as server:
        async with opened(face, auth=SessionAuth(TOKEN, keep_alive=True), base_url=server.url) as client:
            await settle(client.me())
            assert await pings(server) >= 3
        count = len(server.asked)
        await asyncio.sleep(0.1)
        assert len(server.asked) == count, "a client that is closed still pings"


async def test_nothing_is_pinged_before_the_first_request_or_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "PING_AFTER", 0.01)
    with Hostile(replying(everything)) as server:
        async with (
            AsyncVoipStudio(auth=SessionAuth(TOKEN, keep_alive=True), base_url=server.url),
            AsyncVoipStudio(auth=SessionAuth(TOKEN), base_url=server.url) as plain,
        ):
            await plain.me()
            await asyncio.sleep(0.05)
    assert [asked.target for asked in server.asked] == ["/api/me"]


async def test_a_session_that_has_ended_is_not_pinged_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "PING_AFTER", 0.01)
    with Hostile(replying(lambda asked: EXPIRED if asked.target.endswith("/ping") else ME)) as server:
        async with AsyncVoipStudio(auth=SessionAuth(TOKEN, keep_alive=True), base_url=server.url) as client:
            await client.me()
            await pings(server, 1)
            await asyncio.sleep(0.05)
    assert len(server.asked) == 2


async def test_a_client_that_is_forgotten_is_not_kept_alive_by_its_pings(monkeypatch: pytest.MonkeyPatch) -> None:
    auth = SessionAuth(TOKEN, keep_alive=True)
    with Hostile(replying(everything)) as server:
        client = AsyncVoipStudio(auth=auth, base_url=server.url)
        await client.me()
        await client.close()
        assert auth._timer is None


@pytest.mark.parametrize("wrong", ["", "a b", "a\n", None, 7])
def test_a_token_that_cannot_be_one_is_refused(wrong: Any) -> None:
    with pytest.raises(ConfigurationError, match="token"):
        SessionAuth(wrong)


def test_keeping_alive_is_asked_for_with_a_boolean() -> None:
    with pytest.raises(ConfigurationError, match="keep_alive is True or False"):
        SessionAuth(TOKEN, keep_alive=300)  # type: ignore[arg-type]


def test_a_session_does_not_show_its_token() -> None:
    assert TOKEN not in repr(SessionAuth(TOKEN))


# --- tokens that change --------------------------------------------------------------------------------------


async def test_a_token_that_was_refused_is_fetched_anew_and_the_request_sent_once_more(face: type[Any]) -> None:
    tokens = iter(["old-token-1234567890", "new-token-1234567890"])
    with Hostile(good("new-token-1234567890")) as server:
        async with opened(face, auth=RenewingAuth(lambda: next(tokens)), base_url=server.url) as client:
            assert (await settle(client.me())).id == 7
            assert (await settle(client.me())).id == 7
    shown = [asked.headers["x-auth-token"] for asked in server.asked]
    assert shown == ["old-token-1234567890", *["new-token-1234567890"] * 2]


async def test_a_post_that_was_refused_is_sent_once_more_as_well() -> None:
    tokens = iter(["old-token-1234567890", "new-token-1234567890"])
    with Hostile(good("new-token-1234567890")) as server:
        async with AsyncVoipStudio(auth=RenewingAuth(lambda: next(tokens)), base_url=server.url) as client:
            await client.user_groups.create(name="Sales")
    assert [asked.method for asked in server.asked] == ["POST", "POST"]


async def test_many_requests_share_one_fetch() -> None:
    fetched: list[str] = []

    async def fetch() -> str:
        await asyncio.sleep(0.01)
        fetched.append(f"token-{len(fetched)}-1234567890")
        return fetched[-1]

    with Hostile(good("token-1-1234567890")) as server:
        async with AsyncVoipStudio(auth=RenewingAuth(fetch), base_url=server.url) as client:
            users = await asyncio.gather(*(client.users.get(7) for _ in range(20)))
    assert len(users) == 20
    assert len(fetched) == 2


async def test_a_request_is_sent_once_more_and_not_again() -> None:
    count = iter(range(100))
    with Hostile(good("never")) as server:
        async with AsyncVoipStudio(auth=RenewingAuth(lambda: f"token-{next(count)}"), base_url=server.url) as client:
            with pytest.raises(AuthenticationError):
                await client.me()
    assert len(server.asked) == 2


async def test_the_same_token_again_is_not_tried_again() -> None:
    with Hostile(good("never")) as server:
        async with AsyncVoipStudio(auth=RenewingAuth(lambda: "the-same-token"), base_url=server.url) as client:
            with pytest.raises(AuthenticationError):
                await client.me()
    assert len(server.asked) == 1


async def test_what_fetching_raises_reaches_whoever_asked_and_the_next_one_tries_again(face: type[Any]) -> None:
    answers: list[Any] = [OSError("the vault is sealed"), "good-token-1234567890"]

    def fetch() -> str:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return str(found)

    with Hostile(good("good-token-1234567890")) as server:
        async with opened(face, auth=RenewingAuth(fetch), base_url=server.url) as client:
            with pytest.raises(OSError, match="the vault is sealed"):
                await settle(client.me())
            assert (await settle(client.me())).id == 7


async def test_whoever_gives_up_does_not_end_the_fetch_for_the_others() -> None:
    started = asyncio.Event()

    async def fetch() -> str:
        started.set()
        await asyncio.sleep(0.02)
        return "good-token-1234567890"

    with Hostile(good("good-token-1234567890")) as server:
        async with AsyncVoipStudio(auth=RenewingAuth(fetch), base_url=server.url) as client:
            first, second = asyncio.create_task(client.me()), asyncio.create_task(client.me())
            await started.wait()
            first.cancel()
            assert (await second).id == 7
            with pytest.raises(asyncio.CancelledError):
                await first


@pytest.mark.parametrize("wrong", ["a b", "", None, 7, b"token"])
async def test_what_is_fetched_must_be_a_token(wrong: Any) -> None:
    with Hostile(good("x")) as server:
        async with AsyncVoipStudio(auth=RenewingAuth(lambda: wrong), base_url=server.url) as client:
            with pytest.raises(ConfigurationError, match="token"):
                await client.me()
    assert server.asked == []


def test_a_function_is_needed() -> None:
    with pytest.raises(ConfigurationError, match="fetch is a function"):
        RenewingAuth("token")  # type: ignore[arg-type]
