"""Every way in for a secret, and every renderer: what goes in here comes out nowhere there."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import logging
import pickle
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC
from functools import partial
from typing import Any
from urllib.parse import quote

import attrs
import msgspec
import pytest
from faces import opened, settle
from hostile.servers import Hostile, Talk, always, answer
from hostile.trouble import silence
from renderers import ERRORS, VALUES

from voipstudio_async import (
    AsyncVoipStudio,
    BasicAuth,
    ConfigurationError,
    Hooks,
    RawResponse,
    RetryPolicy,
    Timeouts,
    TokenAuth,
    VoipStudioError,
)
from voipstudio_async.entities import Contact, Me, User
from voipstudio_async.entities.auth import ApiToken
from voipstudio_async.entities.base import Secret
from voipstudio_async.entities.fields import field_specs
from voipstudio_async.entities.secrecy import is_secret
from voipstudio_async.resources import RESOURCES
from voipstudio_async.sandbox import Sandbox
from voipstudio_async.wire.codec import codec

TOKEN = "Zq7-hush+hush/9%xX" * 5
"""Longer than what printers cut texts to, and written in another way in a URL and in JSON."""
PASSWORD = "hush-Hush-7hush"
ENCODED = base64.b64encode(TOKEN.encode()).decode()[4:-4]
FORMS = (TOKEN, quote(TOKEN, safe=""), ENCODED, PASSWORD, TOKEN[:40], TOKEN[-40:])


def find(text: str) -> None:
    """Fail if a secret is in a text, and say around which words."""
    for form in FORMS:
        where = text.find(form)
        assert where < 0, f"a secret shows: ...{text[max(0, where - 300) : where]}<HERE>"


@attrs.frozen
class Vault:
    """A scheme of the user's own, which knows nothing of hiding."""

    def headers(self) -> Mapping[str, str]:
        return {"X-Auth-Token": TOKEN, "X-Tenant": "x"}


@attrs.frozen
class SlowVault:
    """The same, and it has to be awaited."""

    async def headers(self) -> Mapping[str, str]:
        await asyncio.sleep(0)
        return {"X-Auth-Token": TOKEN}


WAYS: dict[str, dict[str, Any]] = {
    "token": {"token": TOKEN},
    "auth": {"auth": TokenAuth(TOKEN)},
    "basic": {"auth": BasicAuth(7, TOKEN)},
    "vault": {"auth": Vault()},
    "slow vault": {"auth": SlowVault()},
    "env": {},
}
PLACES: dict[str, tuple[str, dict[str, Any]]] = {
    "nowhere else": ("/users", {}),
    "params": ("/users", {"params": {"key": TOKEN, "note": f"x{TOKEN}y"}}),
    "path": (f"/notes/{quote(TOKEN, safe='')}/7", {}),
    "filter": ("/users", {"params": {"filter": f'[{{"property":"name","value":"{TOKEN}"}}]'}}),
    "body": ("/users", {"json": {"note": TOKEN, "pin": PASSWORD}}),
}


ECHO = (f"X-Echo: {TOKEN}", f"Set-Cookie: session={PASSWORD}")


async def parrot(talk: Talk) -> None:
    """Refuse a request, and repeat in the answer, its headers and its body, all that came with it."""
    while (asked := await talk.request()) is not None:
        said = f"{asked.target} {'; '.join(asked.headers.values())} {asked.body!r} {TOKEN} pin={PASSWORD}"
        entries = [{"field": "pin", "message": f"pin: {PASSWORD}"}, {"pin": PASSWORD}, said]
        await talk.send(answer({"message": said, "errors": entries, "pin": PASSWORD}, *ECHO, status="400 Bad"))


async def prater(talk: Talk) -> None:
    """Answer with what is no envelope, and repeats it."""
    while await talk.request() is not None:
        await talk.send(answer({"profile": {"pin": PASSWORD}, "x": TOKEN}, *ECHO))


async def breaker(talk: Talk) -> None:
    """Break the answer off."""
    while await talk.request() is not None:
        await talk.send(answer({"x": TOKEN}, *ECHO)[:-5])
        return


SERVERS: dict[str, Callable[[Talk], Any]] = {"400": parrot, "broken off": breaker, "silence": silence}
HASTE: dict[str, Any] = {
    "retry": RetryPolicy(attempts=2, base=0.001, cap=0.002),
    "timeouts": Timeouts(connect=1, read=0.1, total=0.15),
}


@asynccontextmanager
async def listening() -> AsyncGenerator[tuple[Hooks, Callable[[], str]]]:
    """Collect what hooks, logs and spans are told."""
    told: list[Any] = []
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        hooks = Hooks(on_request=told.append, on_response=told.append, on_retry=told.append, on_end=told.append)
        yield hooks, lambda: f"{told!r}{out.getvalue()}{[attrs.asdict(each) for each in told]}"
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("way", WAYS)
async def test_no_renderer_of_an_error_shows_what_came_in(
    way: str, place: str, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOIPSTUDIO_API_TOKEN", TOKEN)
    path, options = PLACES[place]
    method = "POST" if "json" in options else "GET"
    async with listening() as (hooks, told):
        with Hostile(SERVERS[server]) as hostile:
            async with AsyncVoipStudio(**WAYS[way], base_url=hostile.url, hooks=hooks, **HASTE) as client:
                with pytest.raises(VoipStudioError) as caught:
                    await client.raw.request(method, path, **options)
                find("".join(show(client) for show in (repr, VALUES["rich"], VALUES["pprint"])))
        find(told())
    for show in ERRORS.values():
        find(show(caught.value))


@pytest.mark.parametrize("way", WAYS)
async def test_no_renderer_of_a_decode_error_shows_what_came_in(
    way: str, face: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOIPSTUDIO_API_TOKEN", TOKEN)
    with Hostile(prater) as hostile:
        async with opened(face, **WAYS[way], base_url=hostile.url, **HASTE) as client:
            with pytest.raises(VoipStudioError) as caught:
                await settle(client.me())
    for show in ERRORS.values():
        find(show(caught.value))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("place", PLACES)
async def test_a_cancelled_call_shows_nothing(way: str, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOIPSTUDIO_API_TOKEN", TOKEN)
    path, options = PLACES[place]
    with Hostile(silence) as hostile:
        async with AsyncVoipStudio(**WAYS[way], base_url=hostile.url) as client:
            with pytest.raises(TimeoutError) as caught:
                async with asyncio.timeout(0.05):
                    await client.raw.request("POST" if "json" in options else "GET", path, **options)
    for show in ERRORS.values():
        find(show(caught.value))


BAD = f"{TOKEN}\n"
REFUSED: dict[str, dict[str, Any]] = {
    "token": {"token": BAD},
    "env": {"VOIPSTUDIO_API_TOKEN": BAD},
    "base_url": {"token": TOKEN, "base_url": f"https://porter:{PASSWORD}@l7api.com/v1.2"},
    "base_url of the environment": {"token": TOKEN, "VOIPSTUDIO_API_URL": f"https://porter:{PASSWORD}@l7api.com/v1.2"},
    "proxy": {"token": TOKEN, "proxy": f"socks5://porter:{PASSWORD}@127.0.0.1"},
    "other": {"token": TOKEN, "proxy": f"http://porter:{PASSWORD}@127.0.0.1", "timeouts": 7},
    "tls": {"token": TOKEN, "proxy": f"http://porter:{PASSWORD}@127.0.0.1", "ssl": 7},
    "session": {"token": TOKEN, "proxy": f"http://porter:{PASSWORD}@127.0.0.1", "session": 7},
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_client_that_is_refused_shows_nothing(case: str, face: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    options = dict(REFUSED[case])
    for name in [name for name in options if name.isupper()]:
        monkeypatch.setenv(name, options.pop(name))
    with pytest.raises(ConfigurationError) as caught:
        face(**options)
    for show in ERRORS.values():
        find(show(caught.value))


SCHEMES: dict[str, Callable[[str], Any]] = {"token": TokenAuth, "basic": partial(BasicAuth, 7)}


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)
def test_a_scheme_shows_nothing(scheme: Any) -> None:
    for name, show in VALUES.items():
        find(show(scheme(TOKEN)) + show({"of": [scheme(TOKEN)]}))
        if name not in ("json", "fields"):
            find(show(scheme(TOKEN).headers()))
    with pytest.raises(ConfigurationError) as caught:
        scheme(BAD)
    for shown in ERRORS.values():
        find(shown(caught.value))


HEADERS: dict[str, Any] = {"line end": {"X-Auth-Token": BAD}, "list": [TOKEN], "kind": {"X": PASSWORD, "Y": 7}}


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
@pytest.mark.parametrize("waits", [False, True])
async def test_headers_that_are_refused_show_nothing(headers: Any, waits: bool) -> None:
    class Own:
        def headers(self) -> Any:
            return asyncio.sleep(0, headers) if waits else headers

    async with AsyncVoipStudio(auth=Own(), base_url="http://127.0.0.1:9/api", **HASTE) as client:
        with pytest.raises(ConfigurationError) as caught:
            await client.me()
    for show in ERRORS.values():
        find(show(caught.value))


NESTED = {"profile": {"sip_password": PASSWORD, "name": "Ann"}, "pins": [PASSWORD], "list": [{"apiKey": PASSWORD}]}
RECEIVED: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "field": (Me, {"sip_password": PASSWORD}),
    "misfit": (Me, {"sip_password": {"of": [PASSWORD]}}),
    "number": (Me, {"sip_password": 47114711}),
    "extra": (User, {"user_token": PASSWORD, "sipPin": 47114711}),
    "extra nested": (User, NESTED),
    "field of free form": (User, {"visited_apps": NESTED}),
    "contact": (Contact, NESTED),
    "token": (ApiToken, {"token": PASSWORD}),
}


@pytest.mark.parametrize("renderer", VALUES)
def test_no_renderer_of_a_raw_response_shows_what_came(renderer: str) -> None:
    response = RawResponse(200, {"Set-Cookie": TOKEN}, json.dumps({"sip_password": PASSWORD}).encode())
    if renderer != "fields":
        find(VALUES[renderer](response))
    assert (response.headers["set-cookie"], response.json()) == (TOKEN, {"sip_password": PASSWORD})
    assert pickle.loads(pickle.dumps(response)) == attrs.evolve(response) == response


@pytest.mark.parametrize("renderer", VALUES)
@pytest.mark.parametrize("case", RECEIVED)
def test_no_renderer_of_an_entity_shows_a_secret(case: str, renderer: str) -> None:
    cls, sent = RECEIVED[case]
    body = msgspec.json.encode({"data": [{"id": 1} | sent] * 3, "total": 3})
    for _ in range(3):  # the plain way, and then the fast one
        for item in codec(UTC).rows(cls, body).items:
            shown = VALUES[renderer](item)
            find(shown)
            assert "47114711" not in shown
            assert item.to_dict() | sent == item.to_dict()


@pytest.mark.parametrize("renderer", VALUES)
def test_an_entity_made_by_hand_shows_none_either(renderer: str) -> None:
    user = User(id=1, extra={"profile": {"sip_password": "x"}}, visited_apps={"pin": PASSWORD})
    if renderer in ("repr", "str", "format", "rich", "pprint", "logging"):
        find(VALUES[renderer](user))


async def test_an_answer_shows_neither_its_headers_nor_its_body(face: type[Any]) -> None:
    with Hostile(
        always(answer({"pin": PASSWORD}, f"Set-Cookie: session={PASSWORD}", f"X-Session-Id: {TOKEN}"))
    ) as hostile:
        async with opened(face, "t", base_url=hostile.url) as client:
            raw = await settle(client.raw.request("GET", "/me"))
    for name in ("repr", "str", "format", "rich", "pprint", "logging"):
        find(VALUES[name](raw) + VALUES[name](raw.headers))
    assert raw.headers["x-session-id"] == TOKEN


async def test_the_sandbox_records_none_of_them(face: type[Any]) -> None:
    with Sandbox(users=1, calls=0, token=TOKEN) as sandbox:
        for way in ("token", "basic"):
            given = WAYS[way] if way == "token" else {"auth": BasicAuth(sandbox.user_id, TOKEN)}
            async with opened(face, **given, base_url=sandbox.url) as client:
                for path, options in PLACES.values():
                    with pytest.raises(VoipStudioError):
                        await settle(client.raw.request("POST", f"/x{path}", **options))
        assert len(sandbox.requests) == 2 * len(PLACES)
        for show in VALUES.values():
            for seen in sandbox.requests:
                find(show(seen))


def test_each_declared_field_with_the_name_of_a_secret_is_a_secret() -> None:
    entities = {getattr(each, "entity", None) for cls in RESOURCES.values() for each in vars(cls).values()}
    classes = [cls for cls in entities if isinstance(cls, type)]
    assert len(classes) > 5
    wrong = [
        f"{cls.__name__}.{spec.name}"
        for cls in classes
        for spec in field_specs(cls)
        if is_secret(spec.wire) and "Secret" not in repr(spec.type)
    ]
    assert wrong == []
    assert Secret("x") != Secret("y")
