"""A client: its arguments and the environment, its credentials, its views, and its end."""

from __future__ import annotations

import asyncio
import gc
import re
import warnings
from collections.abc import Mapping
from typing import Any

import aiohttp
import pytest
from conftest import TOKEN
from faces import every, opened, settle
from recorder import Recorder

from voipstudio_async import (
    AsyncVoipStudio,
    BasicAuth,
    ClientClosedError,
    ConfigurationError,
    DecodeError,
    FileGate,
    Limits,
    RetryPolicy,
    ServerError,
    Timeouts,
    TokenAuth,
    VoipStudio,
)
from voipstudio_async.clients.base import BaseClient
from voipstudio_async.sandbox import Sandbox

DEFAULT_URL = "https://l7api.com/v1.2/voipstudio"


def quiet(face: type[Any], *args: Any, **options: Any) -> Any:
    """Make a client that never connects, so that it need not be closed."""
    return face(*args, **options)


# --- arguments and the environment ---------------------------------------------------------------------------


def test_the_address_is_the_vendors_by_default(face: type[Any]) -> None:
    assert repr(quiet(face, "t")) == f"{face.__name__}({DEFAULT_URL!r})"


def test_the_environment_fills_in_what_is_not_given(face: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOIPSTUDIO_API_TOKEN", "from-outside")
    monkeypatch.setenv("VOIPSTUDIO_API_URL", "https://elsewhere.example/v1.2/voipstudio/")

    assert repr(quiet(face)) == f"{face.__name__}('https://elsewhere.example/v1.2/voipstudio')"
    assert "given.example" in repr(quiet(face, base_url="https://given.example/v1.2/voipstudio"))


async def test_a_token_of_the_environment_is_sent_and_a_given_one_is_preferred(
    face: type[Any], recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOIPSTUDIO_API_TOKEN", "from-outside")
    monkeypatch.setenv("VOIPSTUDIO_API_URL", recorder.url)

    for arguments, sent in (((), "from-outside"), (("given",), "given")):
        async with opened(face, *arguments) as client:
            await every(client.users.list())
        assert recorder.last.headers["X-Auth-Token"] == sent


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"token": None}, "no credentials: give a token, or auth, or set VOIPSTUDIO_API_TOKEN"),
        ({"token": ""}, "the token is empty"),
        ({"token": "  "}, "the token is empty"),
        ({"token": "abc\r\nX-Evil: 1"}, "characters that cannot stand in a header"),
        ({"token": "abc\n"}, "characters that cannot stand in a header"),
        ({"token": "tökén"}, "characters that cannot stand in a header"),
        ({"token": 5}, "the token is a text, got int"),
        ({"auth": TokenAuth("a"), "token": "b"}, "either a token or auth"),
        ({"auth": TokenAuth}, r"auth must be an instance: TokenAuth\(...\)"),
        ({"auth": "a-token", "token": None}, r"auth must have a method headers\(\), got str"),
        ({"base_url": "http://api.example.com/v1"}, "plain http would show the token"),
        ({"base_url": "http://127.0.0.1.evil.example/"}, "plain http would show the token"),
        ({"base_url": "https://user:pass@l7api.com/v1"}, "must not hold credentials"),
        ({"base_url": "https://user@l7api.com/v1"}, "must not hold credentials"),
        ({"base_url": "ftp://l7api.com/v1"}, "must be https://host"),
        ({"base_url": "l7api.com/v1"}, "must be https://host"),
        ({"base_url": "https://"}, "base_url"),
        ({"base_url": "https://l7api.com:port/"}, "base_url"),
        ({"base_url": "https://l7api.com/v1?x=1"}, "must end with its path"),
        ({"base_url": "https://l7api.com/v1#x"}, "must end with its path"),
        ({"timeouts": 30}, "timeouts must be a Timeouts, got int"),
        ({"retry": 3}, "retry must be a RetryPolicy, got int"),
        ({"limits": None}, "limits must be a Limits, got NoneType"),
        ({"tz": "Europe/Warsaw"}, "tz must be a tzinfo, got str"),
        ({"hooks": print}, "hooks must be a Hooks"),
        ({"ssl": "no"}, "ssl must be a SSLContext, got str"),
        ({"gate": 3}, r"gate must be like FileGate\(.*\), got int"),
        ({"gate": FileGate}, "got the class FileGate itself"),
        ({"base_url": "https://l7api.com/v1?token=secret"}, r"must end with its path, without '\?'"),
        ({"base_url": "l7api.com?token=secret"}, "must be https://host"),
        ({"proxy": "socks5://user:secret@host:1"}, "proxy must be http://host:port"),
        ({"proxy": "nonsense"}, "proxy must be http://host:port"),
    ],
)
def test_arguments_that_cannot_work_are_refused(options: Any, message: str, face: type[Any]) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        quiet(face, **({"token": "t"} if "token" not in options and "auth" not in options else {}) | options)

    assert not {"pass", "secret", "tökén"} & set(re.split("[:@=']", str(caught.value)))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8/x", "http://localhost/x", "http://[::1]:80/x", "http://api.localhost/"]
)
def test_plain_http_is_fine_on_this_machine(url: str, face: type[Any]) -> None:
    assert quiet(face, "t", base_url=url)


@pytest.mark.parametrize("kind", [Timeouts, Limits, RetryPolicy])
@pytest.mark.parametrize("value", [0, -1, "5", True, float("nan"), float("inf")])
def test_settings_check_their_numbers(kind: Any, value: Any) -> None:
    names = {
        Timeouts: ("connect", "read", "total"),
        Limits: ("concurrency", "per_second"),
        RetryPolicy: ("attempts", "base"),
    }
    for name in names[kind]:
        with pytest.raises(ConfigurationError, match=f"{kind.__name__}.{name} must be"):
            kind(**{name: value})


def test_a_blocking_client_takes_no_session() -> None:
    session: Any = object()

    with pytest.raises(ConfigurationError, match="VoipStudio has its own"):
        VoipStudio("t", session=session)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timeouts": 5}, "timeouts must be a Timeouts, got int"),
        ({"timeouts": 0}, "timeouts must be a Timeouts, got int"),
        ({"retry": 5}, "retry must be a RetryPolicy, got int"),
        ({"token": 5}, "the token is a text, got int"),
        ({"token": ""}, "the token is empty"),
    ],
    ids=str,
)
def test_options_of_a_view_that_cannot_work_are_refused(options: Any, message: str, face: type[Any]) -> None:
    with pytest.raises(ConfigurationError, match=message):
        quiet(face, "t").with_options(**options)


@pytest.mark.parametrize("user_id", [0, -1, True, "5", None])
def test_basic_authentication_needs_a_user_id(user_id: Any) -> None:
    with pytest.raises(ConfigurationError, match="positive integer"):
        BasicAuth(user_id, "t")


# --- credentials ---------------------------------------------------------------------------------------------


async def test_both_schemes_are_accepted(face: type[Any], sandbox: Sandbox) -> None:
    for auth in (TokenAuth(sandbox.token), BasicAuth(sandbox.user_id, sandbox.token)):
        async with opened(face, auth=auth, base_url=sandbox.url) as client:
            assert (await settle(client.me())).id == sandbox.user_id


class Rotating:
    """Returns another token each time."""

    def __init__(self) -> None:
        self.given = 0

    def headers(self) -> Mapping[str, str]:
        self.given += 1
        return {"X-Auth-Token": f"token-{self.given}"}


class Vault:
    """Has to wait for its token."""

    async def headers(self) -> Mapping[str, str]:
        await asyncio.sleep(0)
        return {"X-Auth-Token": "from-the-vault", "X-Tenant": "7"}


async def test_a_scheme_of_ones_own_is_asked_for_every_attempt(face: type[Any], recorder: Recorder) -> None:
    recorder.answer(503, headers={"Retry-After": "0"})
    async with opened(face, auth=Rotating(), base_url=recorder.url) as client:
        await every(client.users.list())

    assert [seen.headers["X-Auth-Token"] for seen in recorder.requests] == ["token-1", "token-2"]


async def test_a_scheme_of_ones_own_may_be_awaited(face: type[Any], recorder: Recorder) -> None:
    async with opened(face, auth=Vault(), base_url=recorder.url) as client:
        await every(client.users.list())

    assert (recorder.last.headers["X-Auth-Token"], recorder.last.headers["X-Tenant"]) == ("from-the-vault", "7")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, r"headers\(\) of auth must give a mapping, got NoneType"),
        ("a-token", r"headers\(\) of auth must give a mapping, got str"),
        ({"X-Auth-Token": None}, "must give texts, got NoneType for 'X-Auth-Token'"),
        ({5: "a-token"}, "must give texts"),
        ({"X-Auth-Token": "a-token\r\nX: y"}, "a line end in 'X-Auth-Token'"),
    ],
    ids=str,
)
async def test_a_scheme_that_gives_no_headers_is_refused(given: Any, message: str, face: type[Any]) -> None:
    class Broken:
        def headers(self) -> Any:
            return given

    async with opened(face, auth=Broken(), base_url="http://127.0.0.1:1/api") as client:
        with pytest.raises(ConfigurationError, match=message) as caught:
            await settle(client.me())
    assert "a-token" not in str(caught.value)


def test_credentials_do_not_show() -> None:
    for auth in (TokenAuth(TOKEN), BasicAuth(5, TOKEN)):
        assert TOKEN not in f"{auth!r} {auth} {auth.headers()}"


# --- views ---------------------------------------------------------------------------------------------------


async def test_a_view_has_its_own_options_and_does_not_end_its_client(face: type[Any], recorder: Recorder) -> None:
    async with opened(face, TOKEN, base_url=recorder.url) as client:
        view = client.with_options(retry=RetryPolicy(attempts=1), timeouts=Timeouts(total=5))
        recorder.answer(503)
        with pytest.raises(ServerError):
            await every(view.users.list())
        assert len(recorder.requests) == 1
        await settle(view.close())
        assert await every(client.users.list()) == []
        assert await every(view.users.list()) == []
        assert type(view) is face
        assert repr(view) == repr(client)


async def test_a_view_of_a_view_keeps_what_it_does_not_change(face: type[Any], recorder: Recorder) -> None:
    async with opened(face, TOKEN, base_url=recorder.url) as client:
        view = client.with_options(token="other").with_options(retry=RetryPolicy(attempts=1))
        await every(view.users.list())

    assert recorder.last.headers["X-Auth-Token"] == "other"


async def test_a_view_ends_with_its_client(face: type[Any], recorder: Recorder) -> None:
    async with opened(face, TOKEN, base_url=recorder.url) as client:
        view = client.with_options(token="other")
        await every(view.users.list())

    with pytest.raises(ClientClosedError):
        await every(view.users.list())


async def test_a_view_that_is_dropped_warns_of_nothing(face: type[Any], recorder: Recorder) -> None:
    async with opened(face, TOKEN, base_url=recorder.url) as client:
        for _ in range(3):
            await every(client.with_options(token="other").users.list())
            gc.collect()
        assert await every(client.users.list()) == []


# --- its end -------------------------------------------------------------------------------------------------


async def test_a_closed_client_says_so(face: type[Any], recorder: Recorder) -> None:
    async with opened(face, TOKEN, base_url=recorder.url) as client:
        await every(client.users.list())
        pages = client.users.list()
    await settle(client.close())

    for use, *arguments in ((client.me,), (client.raw.request, "GET", "/x"), (pages.page, 1)):
        with pytest.raises(ClientClosedError, match=rf"{face.__name__}\('http.*'\) is closed; make a new one"):
            await settle(use(*arguments))
    assert len(recorder.requests) == 1


async def test_a_client_that_was_never_used_can_be_closed_and_is_closed_then(face: type[Any]) -> None:
    client = face("t")
    await settle(client.close())

    with pytest.raises(ClientClosedError):
        await settle(client.me())


async def test_the_context_manager_closes_also_after_an_error(recorder: Recorder) -> None:
    with pytest.raises(KeyError):
        async with AsyncVoipStudio(TOKEN, base_url=recorder.url) as client:
            raise KeyError
    with pytest.raises(KeyError), VoipStudio(TOKEN, base_url=recorder.url) as blocking:
        raise KeyError
    with pytest.raises(ClientClosedError):
        await client.me()
    with pytest.raises(ClientClosedError):
        blocking.me()


def dropped(record: list[warnings.WarningMessage]) -> list[str]:
    gc.collect()
    return [f"{entry.category.__name__}: {entry.message}" for entry in record]


async def test_a_client_that_is_dropped_unclosed_gives_one_warning_that_names_it(
    face: type[Any], recorder: Recorder
) -> None:
    client = face(TOKEN, base_url=recorder.url)
    await every(client.users.list())
    advice = "use 'async with', or await close()" if face is AsyncVoipStudio else "use 'with', or call close()"
    expected = f"ResourceWarning: {client!r} was not closed: {advice}"

    with warnings.catch_warnings(record=True) as record:
        warnings.simplefilter("always")
        del client
        seen = dropped(record)
        await asyncio.sleep(0)

    assert seen == [expected]


def test_a_client_that_outlives_its_loop_gives_one_warning_as_well(recorder: Recorder) -> None:
    recorder.answer(200, {"data": [], "total": 0}, {"Connection": "keep-alive"})
    client = AsyncVoipStudio(TOKEN, base_url=recorder.url)

    async def use(client: AsyncVoipStudio) -> None:
        await client.users.list().collect()

    asyncio.run(use(client))
    with warnings.catch_warnings(record=True) as record:
        warnings.simplefilter("always")
        del client
        # asyncio may add its own, about a connection that it can no longer close.
        assert [line.split("(")[0] for line in dropped(record)].count("ResourceWarning: AsyncVoipStudio") == 1


async def test_a_client_that_never_connected_is_dropped_in_silence(face: type[Any]) -> None:
    with warnings.catch_warnings(record=True) as record:
        warnings.simplefilter("always")
        face("t")
        assert dropped(record) == []


async def test_an_injected_session_is_used_and_not_closed(recorder: Recorder) -> None:
    async with aiohttp.ClientSession(headers={"X-Mine": "1", "User-Agent": "mine"}) as session:
        async with AsyncVoipStudio(TOKEN, base_url=recorder.url, session=session) as client:
            await client.users.list().collect()
        assert not session.closed
        assert recorder.last.headers["X-Mine"] == "1"
        assert recorder.last.headers["User-Agent"].startswith("voipstudio_async/")
        with pytest.raises(ClientClosedError):
            await client.me()
    other = AsyncVoipStudio(TOKEN, base_url=recorder.url, session=session)
    with pytest.raises(ClientClosedError, match="the session that this client was given is closed"):
        await other.me()


def test_a_client_belongs_to_one_event_loop(recorder: Recorder) -> None:
    client = AsyncVoipStudio(TOKEN, base_url=recorder.url)

    async def use() -> None:
        await client.users.list().collect()

    with asyncio.Runner() as first, asyncio.Runner() as second:
        first.run(use())
        with pytest.raises(ConfigurationError, match="belongs to another event loop: make one client for each loop"):
            second.run(use())
        first.run(client.close())


async def test_the_blocking_face_is_not_called_from_its_own_loop(recorder: Recorder) -> None:
    class Recursive:
        def headers(self) -> Mapping[str, str]:
            client.me()
            return {}

    with VoipStudio(auth=Recursive(), base_url=recorder.url) as client, pytest.raises(ConfigurationError) as caught:
        client.me()
    assert "would wait for itself" in str(caught.value)


async def test_strict_is_an_option_of_the_client(face: type[Any], recorder: Recorder) -> None:
    for strict in (False, True):
        recorder.answer(200, {"data": {"id": 1, "dnd": "maybe"}})
        async with opened(face, TOKEN, base_url=recorder.url, strict=strict) as client:
            if not strict:
                assert (await settle(client.users.get(1))).extra == {"dnd": "maybe"}
                continue
            with pytest.raises(DecodeError, match=r"GET http.*/users/1: data.dnd: expected a boolean"):
                await settle(client.users.get(1))


def test_the_client_without_a_face_says_which_to_use() -> None:
    with pytest.raises(TypeError, match="use AsyncVoipStudio or VoipStudio"):
        BaseClient("t")


async def test_a_program_of_coroutines_runs_on_the_loop_of_a_blocking_client(recorder: Recorder) -> None:
    async def both(client: AsyncVoipStudio) -> list[int]:
        await client.close()  # a view: this does nothing
        pages = await asyncio.gather(client.users.list().collect(), client.cdrs.list().collect())
        return [len(rows) for rows in pages]

    with VoipStudio(TOKEN, base_url=recorder.url) as client:
        assert client.run(both) == [0, 0]
        assert client.users.list().collect() == []
    assert len(recorder.requests) == 3
