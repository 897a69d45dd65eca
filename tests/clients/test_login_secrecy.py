"""What a login is given shows in no frame of its errors, and neither does a token that is refused later."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from faces import opened, settle
from hostile.servers import Hostile, Talk, answer
from renderers import ERRORS

from voipstudio_async import AsyncVoipStudio, ConfigurationError, RenewingAuth, SessionAuth, VoipStudioError

PASSWORD, CODE, NONCE = "hush-Hush-7hush", "hush-918273", "n0nce-hush-0123456789"
PROXY = "http://porter:hush-pw@127.0.0.1:9"


def find(error: BaseException) -> None:
    """Fail if a renderer of the error shows a secret; what the error itself is for may be among its fields."""
    for name, show in ERRORS.items():
        shown = show(error)
        for secret in (PASSWORD, CODE, NONCE, "hush-pw"):
            assert secret not in shown or (secret == getattr(error, "nonce", "") and name in ("pickle", "log")), name


async def refusing(talk: Talk) -> None:
    """Refuse what is sent, and repeat it."""
    while (asked := await talk.request()) is not None:
        await talk.send(answer({"message": f"not {asked.body.decode()}"}, status="400 Bad"))


async def repeating(talk: Talk) -> None:
    """Accept what is sent, with no token; repeat it."""
    while (asked := await talk.request()) is not None:
        await talk.send(answer({"said": asked.body.decode()}))


async def challenging(talk: Talk) -> None:
    """Ask for a code, and refuse it."""
    while (asked := await talk.request()) is not None:
        first = asked.target.endswith("/login")
        wrong = answer({"message": f"not {asked.body.decode()}"}, status="400 Bad")
        await talk.send(answer({"nonce": NONCE}) if first else wrong)


def failing() -> str:
    raise VoipStudioError("nobody is there")


SERVERS = {"refuses": refusing, "repeats": repeating, "challenges": challenging}
CODES: dict[str, Callable[[], Any] | None] = {"none": None, "given": lambda: CODE, "fails": failing, "odd": lambda: 7}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("server", SERVERS)
async def test_a_login_that_fails_shows_nothing(server: str, code: str, face: type[Any]) -> None:
    with Hostile(SERVERS[server]) as hostile, pytest.raises(VoipStudioError) as caught:
        await settle(face.login("a@example.com", PASSWORD, CODES[code], base_url=hostile.url))
    find(caught.value)


@pytest.mark.parametrize("server", SERVERS)
async def test_a_second_half_that_fails_shows_nothing(server: str, face: type[Any]) -> None:
    with Hostile(SERVERS[server]) as hostile, pytest.raises(VoipStudioError) as caught:
        await settle(face.confirm(NONCE, CODE, base_url=hostile.url))
    find(caught.value)


WRONG: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "address": (7, PASSWORD, {}),
    "password": ("a@example.com", [PASSWORD], {}),
    "token": ("a@example.com", PASSWORD, {"token": CODE}),
    "proxy": ("a@example.com", PASSWORD, {"proxy": f"socks{PROXY}"}),
    "option": ("a@example.com", PASSWORD, {"proxy": PROXY, "timeouts": 7}),
    "unreachable": ("a@example.com", PASSWORD, {"proxy": PROXY, "base_url": "http://127.0.0.1:9/api"}),
}


@pytest.mark.parametrize("case", WRONG)
async def test_a_login_with_wrong_arguments_shows_nothing(case: str, face: type[Any]) -> None:
    email, password, options = WRONG[case]
    with pytest.raises(VoipStudioError) as caught:
        await settle(face.login(email, password, **options))
    find(caught.value)


async def test_a_view_with_a_wrong_token_shows_nothing(face: type[Any]) -> None:
    async with opened(face, "t", base_url="http://127.0.0.1:9/api") as client:
        with pytest.raises(ConfigurationError) as caught:
            client.with_options(token=f"{PASSWORD}\n")
    find(caught.value)


def test_a_session_with_a_wrong_token_shows_nothing() -> None:
    for token, keep_alive in ((f"{PASSWORD}\n", False), ([PASSWORD], False), (PASSWORD, 7)):
        with pytest.raises(ConfigurationError) as caught:
            SessionAuth(token, keep_alive=keep_alive)  # type: ignore[arg-type]
        find(caught.value)


async def later() -> str:
    return f"{PASSWORD}\n"


@pytest.mark.parametrize("fetch", [later, lambda: f"{PASSWORD}\n", lambda: [PASSWORD]])
async def test_a_token_that_was_fetched_and_is_wrong_shows_nothing(fetch: Callable[[], str | Awaitable[str]]) -> None:
    async with AsyncVoipStudio(auth=RenewingAuth(fetch), base_url="http://127.0.0.1:9/api") as client:
        with pytest.raises(ConfigurationError) as caught:
            await client.me()
    find(caught.value)
