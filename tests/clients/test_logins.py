"""Logging in, on both faces: what is sent, when a code is asked for, and that nothing is tried twice."""

from __future__ import annotations

import asyncio
import json
import pickle
from typing import Any

import pytest
from faces import settle
from hostile.servers import Asked, Hostile, answer, in_turn, replying

from voipstudio_async import (
    AsyncVoipStudio,
    AuthenticationError,
    ConfigurationError,
    DecodeError,
    ServerError,
    TwoFactorRequired,
    ValidationError,
    VoipStudio,
)

PASSWORD = "correct-horse-battery"
TOKEN = "5e551077a1b2c3d4e5f60718293a4b5c6d7e8f90"
NONCE = "n0nce-0123456789"
SESSION = answer({"message": "Welcome", "user_token": TOKEN, "user_id": 7206})
CHALLENGE = answer({"message": "Code sent", "nonce": NONCE}, status="202 Accepted")
ME = answer({"data": {"id": "7206", "email": "ann@example.com"}})


def sent(server: Hostile, index: int) -> tuple[str, str, Any]:
    asked = server.asked[index]
    return asked.method, asked.target, json.loads(asked.body) if asked.body else None


async def test_a_login_is_one_request_and_its_token_goes_with_all_that_follow(face: type[Any]) -> None:
    with Hostile(in_turn(SESSION, ME)) as server:
        client = await settle(face.login("ann@example.com", PASSWORD, base_url=server.url))
        me = await settle(client.me())
        await settle(client.close())

    assert me.id == 7206
    assert sent(server, 0) == ("POST", "/api/login", {"email": "ann@example.com", "password": PASSWORD})
    assert "x-auth-token" not in server.asked[0].headers
    assert "authorization" not in server.asked[0].headers
    assert server.asked[1].headers["x-auth-token"] == TOKEN


async def test_what_the_device_is_known_by_is_sent_along(face: type[Any]) -> None:
    with Hostile(in_turn(SESSION)) as server:
        options = {"remember_me": True, "device_fingerprint": "laptop"}
        await settle((await settle(face.login("a@example.com", PASSWORD, base_url=server.url, **options))).close())

    assert sent(server, 0)[2] == {"email": "a@example.com", "password": PASSWORD, **options}


@pytest.mark.parametrize(
    "challenge", [CHALLENGE, answer({"nonce": NONCE}), answer({"nonce": NONCE, "user_token": None})]
)
async def test_the_code_is_asked_for_once(face: type[Any], challenge: bytes) -> None:
    asked: list[int] = []

    def code() -> str:
        asked.append(1)
        return " 123456 "

    with Hostile(in_turn(challenge, SESSION, ME)) as server:
        client = await settle(face.login("a@example.com", PASSWORD, code, base_url=server.url))
        await settle(client.me())
        await settle(client.close())

    assert asked == [1]
    assert sent(server, 1) == ("POST", "/api/login2fa", {"code": "123456", "nonce": NONCE})
    assert server.asked[2].headers["x-auth-token"] == TOKEN


async def test_a_code_may_be_awaited() -> None:
    async def code() -> str:
        await asyncio.sleep(0)
        return "123456"

    with Hostile(in_turn(CHALLENGE, SESSION)) as server:
        async with await AsyncVoipStudio.login("a@example.com", PASSWORD, code, base_url=server.url):
            assert sent(server, 1)[2]["code"] == "123456"


def test_the_blocking_face_asks_plain_functions_only() -> None:
    async def code() -> str:
        return "123456"

    with Hostile(in_turn(CHALLENGE, SESSION)) as server, pytest.raises(ConfigurationError, match="plain function"):
        VoipStudio.login("a@example.com", PASSWORD, code, base_url=server.url)  # type: ignore[arg-type]


async def test_without_a_code_the_second_half_can_come_later(face: type[Any]) -> None:
    with Hostile(in_turn(CHALLENGE, SESSION, ME)) as server:
        with pytest.raises(TwoFactorRequired) as caught:
            await settle(face.login("a@example.com", PASSWORD, base_url=server.url))
        error = pickle.loads(pickle.dumps(caught.value))
        client = await settle(face.confirm(error.nonce, "123456", base_url=server.url))
        await settle(client.me())
        await settle(client.close())

    assert sent(server, 1) == ("POST", "/api/login2fa", {"code": "123456", "nonce": NONCE})
    assert NONCE not in str(caught.value)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (answer({"message": "Invalid e-mail and/or password", "errors": []}, status="400 Bad"), ValidationError),
        (answer({"message": f"no {PASSWORD}"}, status="401 Unauthorized"), AuthenticationError),
        (answer({"message": "Busy"}, status="503 Busy"), ServerError),
        (answer({"message": "Busy"}, "Retry-After: 0", status="429 Slow down"), Exception),
        (answer({"message": "Welcome"}), DecodeError),
        (answer(b"<html>"), DecodeError),
    ],
)
async def test_a_login_that_fails_is_never_tried_again(face: type[Any], reply: bytes, error: type[Exception]) -> None:
    with Hostile(replying(lambda _: reply)) as server, pytest.raises(error) as caught:
        await settle(face.login("a@example.com", PASSWORD, lambda: "1", base_url=server.url))

    assert len(server.asked) == 1
    assert PASSWORD not in f"{caught.value} {caught.value!r}"


async def test_a_wrong_code_is_an_error_and_mails_no_other(face: type[Any]) -> None:
    wrong = answer({"message": "Wrong code", "errors": [{"field": "code", "message": "123456"}]}, status="400 Bad")
    with Hostile(in_turn(CHALLENGE, wrong)) as server, pytest.raises(ValidationError, match="Wrong code"):
        await settle(face.login("a@example.com", PASSWORD, lambda: "123456", base_url=server.url))

    assert [asked.target for asked in server.asked] == ["/api/login", "/api/login2fa"]


@pytest.mark.parametrize("name", ["token", "auth"])
async def test_a_login_takes_no_other_credentials(face: type[Any], name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name} cannot be given as well"):
        await settle(face.login("a@example.com", PASSWORD, **{name: "x"}))


@pytest.mark.parametrize("given", [("", PASSWORD), ("a@example.com", ""), (None, PASSWORD), ("a@example.com", 7)])
async def test_nothing_is_sent_without_an_address_and_a_password(face: type[Any], given: Any) -> None:
    with Hostile(in_turn(SESSION)) as server, pytest.raises(ConfigurationError):
        await settle(face.login(*given, base_url=server.url))
    assert server.asked == []


async def test_a_session_that_has_ended_is_not_begun_again(face: type[Any]) -> None:
    def reply(asked: Asked) -> bytes:
        return SESSION if asked.target == "/api/login" else answer({"message": "Expired"}, status="401 Unauthorized")

    with Hostile(replying(reply)) as server:
        client = await settle(face.login("a@example.com", PASSWORD, base_url=server.url))
        with pytest.raises(AuthenticationError):
            await settle(client.me())
        await settle(client.close())

    assert [asked.target for asked in server.asked] == ["/api/login", "/api/me"]


async def test_ping_and_logout(face: type[Any]) -> None:
    pong, gone = answer({"data": {"response": "Pong", "time": 1}}), b"HTTP/1.1 204 No Content\r\n\r\n"
    with Hostile(in_turn(SESSION, pong, gone)) as server:
        client = await settle(face.login("a@example.com", PASSWORD, base_url=server.url))
        assert (await settle(client.ping())).response == "Pong"
        assert await settle(client.logout()) is None
        await settle(client.close())

    assert [sent(server, index) for index in (1, 2)] == [("GET", "/api/ping", None), ("POST", "/api/logout", None)]
