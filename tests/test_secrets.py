"""A canary token, and canary passwords, are looked for in everything that a program may show, log or send on."""

from __future__ import annotations

import asyncio
import base64
import io
import logging
import pickle
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import attrs
import pytest
from faces import opened, settle
from hostile.servers import Hostile, Talk, always, answer, in_turn, rows, until_left
from hostile.trouble import cut, end, silence

from voipstudio_async import (
    AsyncVoipStudio,
    BasicAuth,
    ClientClosedError,
    ConfigurationError,
    Hooks,
    RetryPolicy,
    Timeouts,
    TokenAuth,
    VoipStudio,
    VoipStudioError,
)
from voipstudio_async.sandbox import Sandbox

CANARY = "cafe0123456789abcdef0123456789abcdef0123"
PASSWORD = "canary-of-the-phone"
PROXY = "canary-of-the-proxy"
NEVER = (
    CANARY,
    PASSWORD,
    PROXY,
    base64.b64encode(f"7:{CANARY}".encode()).decode(),
    base64.b64encode(f"porter:{PROXY}".encode()).decode(),
)
HASTE: dict[str, Any] = {
    "retry": RetryPolicy(attempts=2, base=0.001, cap=0.002),
    "timeouts": Timeouts(connect=1, read=0.2, total=0.5),
}


def find(text: str) -> None:
    """Fail if a secret is in a text, and say around which words."""
    for secret in NEVER:
        where = text.find(secret)
        assert where < 0, f"a secret shows: ...{text[max(0, where - 300) : where]}<HERE>"


def everything_about(error: BaseException) -> str:
    """Print an exception in every way there is: with the locals of all frames, its chain, its notes, its pickle."""
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    _hide_ours(told)
    shown = ["".join(told.format()), repr(error), str(error), repr(vars(error)), repr(error.args)]
    if isinstance(error, VoipStudioError):
        shown.append(pickle.dumps(error, 0).decode("latin-1"))
    return "\n".join(shown)


def _hide_ours(told: traceback.TracebackException | None) -> None:
    # This file's own frames hold the secrets as constants and arguments.
    while told is not None:
        for frame in told.stack:
            if frame.filename == __file__ or "/tests/" in frame.filename:
                frame.locals = None
        _hide_ours(told.__cause__)
        told = told.__context__


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    """Everything that is logged by anybody at DEBUG, tracebacks included."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


@attrs.frozen
class Vault:
    """A scheme of the user's own, which knows nothing of hiding."""

    async def headers(self) -> Mapping[str, str]:
        await asyncio.sleep(0)
        return {"X-Auth-Token": CANARY}


AUTHS = {"token": TokenAuth(CANARY), "basic": BasicAuth(7, CANARY), "vault": Vault()}


async def parrot(talk: Talk) -> None:
    """Refuse a request, and repeat in the answer all that came with it."""
    while (asked := await talk.request()) is not None:
        said = "; ".join([*asked.headers.values(), CANARY])
        await talk.send(answer({"message": f"not allowed: {said}", "errors": [said]}, status="401 Unauthorized"))


async def mangler(talk: Talk) -> None:
    """Repeat the token in a header line that is not HTTP."""
    while await talk.request() is not None:
        await talk.send(b"HTTP/1.1 200 OK\r\nX-Echo \x00" + CANARY.encode() + b"\r\n\r\n")


async def prater(talk: Talk) -> None:
    """Answer with a page that is no JSON and repeats the token."""
    while await talk.request() is not None:
        await talk.send(answer(f"<p>{CANARY}</p>".encode()))


ME = {"id": 7, "sip_password": PASSWORD, "user_token": CANARY}
SERVERS: dict[str, Callable[[Talk], Awaitable[None]]] = {
    "401 that repeats the token": parrot,
    "malformed headers that repeat the token": mangler,
    "HTML that repeats the token": prater,
    "no envelope": always(answer(ME)),
    "an error's body": always(answer(ME, status="400 Bad")),
    "data is a list": always(answer({"data": [ME, ME]})),
    "an id that is none": always(answer({"data": ME | {"id": "?"}})),
    "reset": cut(b""),
    "cut off": end(answer(rows(1))[:-5]),
    "silence": silence,
    "503": always(answer({"message": "Busy"}, status="503 Unavailable")),
    "redirect": always(answer(b"", "Location: http://localhost/", status="302 Found")),
}


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("auth", AUTHS)
async def test_no_error_log_or_event_shows_a_secret(server: str, auth: str, face: type[Any], logs: io.StringIO) -> None:
    events: list[Any] = []
    hooks = Hooks(on_request=events.append, on_response=events.append, on_retry=events.append, on_end=events.append)
    with Hostile(SERVERS[server]) as hostile:
        async with opened(face, auth=AUTHS[auth], base_url=hostile.url, hooks=hooks, strict=True, **HASTE) as client:
            with pytest.raises(VoipStudioError) as caught:
                await settle(client.me())
            find("\n".join(map(repr, [client, client.users, client.users.get, client._caller, client.with_options()])))
            find(repr(vars(client._caller)))
    assert len(events) >= 3
    find(everything_about(caught.value))
    find(repr(events))
    find(logs.getvalue())


async def test_a_lost_connection_and_a_proxy_do_not_show_the_proxys_password(
    face: type[Any], logs: io.StringIO
) -> None:
    for scheme in ("http", "https"):
        for server in (cut(b""), silence, always(answer(b"", status="407 No"))):
            with Hostile(server) as hostile:
                proxy = f"http://porter:{PROXY}@127.0.0.1:{hostile.port}"
                base = f"{scheme}://127.0.0.1:9/api"
                async with opened(face, CANARY, base_url=base, proxy=proxy, **HASTE) as client:
                    with pytest.raises(VoipStudioError) as caught:
                        await settle(client.me())
            find(everything_about(caught.value))
            find(repr(client))
    find(logs.getvalue())


async def test_a_cancelled_call_shows_no_secret() -> None:
    with Hostile(until_left) as hostile:
        proxy = f"http://porter:{PROXY}@127.0.0.1:{hostile.port}"
        async with AsyncVoipStudio(CANARY, base_url="http://127.0.0.1:9/api", proxy=proxy) as client:
            with pytest.raises(TimeoutError) as caught:
                async with asyncio.timeout(0.1):
                    await client.me()
    find(everything_about(caught.value))


SHORT = "hunter2-s'\\t"
"""A token that looks like none: only those who sent it know that it is one."""
ESCAPED = "".join(f"\\u{ord(letter):04x}" for letter in SHORT)
ECHOES: dict[str, bytes] = {
    "HTML": answer(f"<html>bad token {SHORT}</html>".encode()),
    "HTML cut off by the quotation": answer(f"<html>{'.' * 105}{SHORT} is bad</html>".encode()),
    "no envelope": answer({"note": SHORT}),
    "a message": answer({"message": f"bad {SHORT}", "errors": [{"field": SHORT, "message": SHORT}, SHORT, [SHORT]]}),
    "an escaped message": answer(f'{{"message": "bad {ESCAPED}", "errors": ["{ESCAPED}"]}}'.encode()),
    "an error that is no JSON": answer(f"{'.' * 105}{SHORT}".encode()),
}
REFUSALS = [name for name in ECHOES if "message" in name or "error" in name]


def _find_short(error: BaseException) -> None:
    shown = everything_about(error)
    assert "hunter" not in shown, shown[max(0, shown.find("hunter") - 200) :][:400]


@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("auth", [TokenAuth(SHORT), BasicAuth(7, SHORT)], ids=["token", "basic"])
async def test_a_token_of_any_form_is_not_quoted(echo: str, auth: Any, face: type[Any]) -> None:
    content = ECHOES[echo].replace(b"200 OK", b"400 Bad") if echo in REFUSALS else ECHOES[echo]
    with Hostile(always(content)) as hostile:
        async with opened(face, auth=auth, base_url=hostile.url) as client:
            with pytest.raises(VoipStudioError, match=r"\*\*\*") as caught:
                await settle(client.users.get(1))
    _find_short(caught.value)


@pytest.mark.parametrize("echo", REFUSALS)
async def test_a_password_that_is_sent_is_not_quoted(echo: str, face: type[Any]) -> None:
    with Hostile(always(ECHOES[echo].replace(b"200 OK", b"400 Bad"))) as hostile:
        async with opened(face, "t", base_url=hostile.url) as client:
            with pytest.raises(VoipStudioError, match=r"\*\*\*") as caught:
                await settle(client.raw.request("POST", "/login", json={"email": "a@b.c", "password": SHORT}))
    assert "hunter" not in f"{caught.value} {caught.value!r} {vars(caught.value)} {pickle.dumps(caught.value, 0)!r}"


async def test_a_raw_answer_is_not_quoted_when_it_is_no_json(face: type[Any]) -> None:
    with Hostile(always(ECHOES["HTML"])) as hostile:
        async with opened(face, SHORT, base_url=hostile.url) as client:
            raw = await settle(client.raw.request("GET", "/x"))
    with pytest.raises(VoipStudioError, match=r"is not JSON; text\(\) gives it as it came") as caught:
        raw.json()
    _find_short(caught.value)


@pytest.mark.parametrize(
    "condition",
    [
        f'[{{"property": "user_token", "operator": "eq", "value": "{ESCAPED}"}}]',
        f'[{{"property": "active", "value": 1}}, {{"value": ["{ESCAPED}"], "property": "password"}}]',
        f'[{{"property": "token", "value": "{ESCAPED}"',
    ],
    ids=["text", "list", "damaged"],
)
async def test_the_value_of_a_filter_on_a_secret_is_redacted(condition: str) -> None:
    with Hostile(SERVERS["503"]) as hostile:
        async with AsyncVoipStudio("t", base_url=hostile.url, **HASTE) as client:
            with pytest.raises(VoipStudioError, match=r"filter=.*\*\*\*") as caught:
                await client.raw.request("GET", "/users", params={"filter": condition})
    _find_short(caught.value)
    assert ESCAPED not in str(caught.value)


TOKEN_IN_PATH = f"/apitokens/{CANARY}"


@pytest.mark.parametrize("server", ["reset", "503", "silence", "401 that repeats the token"])
async def test_a_token_in_the_path_is_redacted(server: str, logs: io.StringIO) -> None:
    events: list[Any] = []
    hooks = Hooks(on_request=events.append, on_response=events.append, on_end=events.append)
    with Hostile(SERVERS[server]) as hostile:
        async with AsyncVoipStudio(CANARY, base_url=hostile.url, hooks=hooks, **HASTE) as client:
            with pytest.raises(VoipStudioError) as caught:
                await client.raw.request("DELETE", TOKEN_IN_PATH, params={"user_token": CANARY, "page": 1})
    assert "/apitokens/***?user_token=***&page=1" in str(caught.value)
    assert hostile.asked[0].target.startswith(f"/api{TOKEN_IN_PATH}")
    find(everything_about(caught.value))
    find(repr(events) + logs.getvalue())


async def test_the_phones_password_is_shown_to_those_only_who_ask(face: type[Any], caplog: Any) -> None:
    body = {"data": {"id": 7, "sip_password": PASSWORD, "user_token": CANARY, "balance": "much"}}
    with Hostile(always(answer(body))) as hostile:
        async with opened(face, CANARY, base_url=hostile.url) as client:
            me = await settle(client.me())
            raw = await settle(client.raw.request("GET", "/me"))
    find(f"{me!r} {me} {me.sip_password!r} {me.sip_password} {me.extra!r} {raw!r} {raw}")
    find(caplog.text)
    assert me.sip_password.reveal() == PASSWORD
    assert me.to_dict()["sip_password"] == PASSWORD


@pytest.mark.parametrize("wrong", [f"{CANARY} {CANARY}", f"{CANARY}\n", f"{CANARY}\u00e9"])
@pytest.mark.parametrize("scheme", [TokenAuth, lambda token: BasicAuth(7, token), AsyncVoipStudio, VoipStudio])
def test_a_token_that_is_refused_is_not_repeated(wrong: str, scheme: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        scheme(wrong)
    find(f"{caught.value} {caught.value!r}")


@pytest.mark.parametrize(
    "options",
    [
        {"base_url": f"https://porter:{PROXY}@l7api.com/v1.2"},
        {"proxy": f"socks5://porter:{PROXY}@127.0.0.1"},
        {"proxy": f"porter:{PROXY}"},
    ],
    ids=["base_url", "proxy scheme", "no URL"],
)
def test_an_address_that_is_refused_is_not_repeated(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        VoipStudio(CANARY, **options)
    find(f"{caught.value} {caught.value!r}")


@pytest.mark.parametrize("host", ["l7api.com", "192.168.1.7", "127.0.0.1.example.com", "[2001:db8::1]"])
def test_plain_http_to_another_machine_is_refused(host: str) -> None:
    with pytest.raises(ConfigurationError, match="plain http"):
        AsyncVoipStudio(CANARY, base_url=f"http://{host}/v1.2/voipstudio")


def test_schemes_do_not_show_their_token() -> None:
    headers = [TokenAuth(CANARY).headers(), BasicAuth(7, CANARY).headers()]
    find(repr([*AUTHS.values(), headers]))


async def test_a_closed_client_shows_no_secret(face: type[Any]) -> None:
    client = face(CANARY, base_url="http://127.0.0.1:9/api", proxy=f"http://porter:{PROXY}@127.0.0.1:9")
    await settle(client.close())
    with pytest.raises(ClientClosedError) as caught:
        await settle(client.me())
    find(everything_about(caught.value))


async def test_the_sandbox_records_no_secret(face: type[Any]) -> None:
    with Sandbox(users=2, calls=0, token=CANARY) as sandbox:
        async with opened(face, CANARY, base_url=sandbox.url) as client:
            await settle(client.me())
            for path in (TOKEN_IN_PATH, "/usergroups"):
                with pytest.raises(VoipStudioError):
                    await settle(client.raw.request("POST", path, json={"password": PASSWORD, "name": CANARY}))
        async with opened(face, auth=BasicAuth(sandbox.user_id, CANARY), base_url=sandbox.url) as client:
            await settle(client.me())
        assert len(sandbox.requests) == 4
        find(f"{sandbox.requests!r} {sandbox!r}")


async def test_spans_hold_no_secret(face: type[Any]) -> None:
    sdk = pytest.importorskip("opentelemetry.sdk.trace")
    from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor

    from voipstudio_async.telemetry import tracing

    out = io.StringIO()
    provider = sdk.TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(out=out)))
    with Hostile(in_turn(answer(ME, status="503 No"), answer(ME, status="400 No"))) as hostile:
        async with opened(face, CANARY, base_url=hostile.url, hooks=tracing(provider), **HASTE) as client:
            with pytest.raises(VoipStudioError):
                await settle(client.raw.request("GET", TOKEN_IN_PATH))
    assert "/apitokens/***" in out.getvalue()
    find(out.getvalue())
