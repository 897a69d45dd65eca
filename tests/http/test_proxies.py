"""Which way a request takes: proxies by argument and environment, sessions of a program, plain http and TLS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from faces import opened, settle
from hostile.certificates import serving, trusting
from hostile.servers import Hostile, Talk, always, answer, rows
from leaks import nothing_left

from voipstudio_async import (
    AsyncVoipStudio,
    BasicAuth,
    ConfigurationError,
    ConnectError,
    ProtocolError,
    RetryPolicy,
    TransportError,
)
from voipstudio_async.http.proxies import proxy_from_environment

TOKEN = "0123456789abcdef0123456789abcdef01234567"
ONCE: dict[str, Any] = {"retry": RetryPolicy(attempts=1)}
GOOD = answer(rows(1))
VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
ELSEWHERE = "http://api.example.invalid/v1"


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with nothing_left():
        yield


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("scheme", ["http://", ""], ids=["a URL", "host and port"])
async def test_the_environment_names_the_proxy(
    name: str, scheme: str, face: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Hostile(always(GOOD)) as server:
        monkeypatch.setenv(name, f"{scheme}porter:key@127.0.0.1:{server.port}")
        options = {"base_url": ELSEWHERE, "allow_http": True, "trust_env": True}
        async with opened(face, TOKEN, **options, **ONCE) as client:
            await settle(client.users.list().page(1))
        (asked,) = server.asked
        assert asked.target.startswith("http://api.example.invalid/v1/users")
        assert asked.headers["proxy-authorization"].startswith("basic ")


@pytest.mark.parametrize(
    ("listed", "host", "is_direct"),
    [
        ("api.example.com", "api.example.com", True),
        (".example.com", "api.example.com", True),
        ("example.com", "api.example.com", True),
        ("other.com, api.example.com", "api.example.com", True),
        ("*", "api.example.com", True),
        ("api.example.com:443", "api.example.com", True),
        ("*.example.com", "api.example.com", True),
        ("*.ple.com", "api.example.com", False),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("[::1]", "[::1]", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("other.com", "api.example.com", False),
        ("ple.com", "api.example.com", False),
        ("", "api.example.com", False),
    ],
)
def test_no_proxy_is_honoured(listed: str, host: str, is_direct: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    monkeypatch.setenv("no_proxy", listed)
    assert (proxy_from_environment(f"https://{host}/v1")[1] is None) is is_direct


@pytest.mark.parametrize("proxy", ["socks5://user:secret@host:1", "socks4://host", "socks5h://host:1", "ftp://host"])
def test_a_proxy_that_is_not_supported_is_refused(proxy: str, face: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(ConfigurationError, match="ALL_PROXY must be http://host:port") as caught:
        face(TOKEN, trust_env=True)
    with pytest.raises(ConfigurationError, match="proxy must be http://host:port"):
        face(TOKEN, proxy=proxy)
    assert "secret" not in str(caught.value)


async def test_netrc_adds_nothing(face: type[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password canary", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    with Hostile(always(GOOD)) as server:
        for auth in ({"token": TOKEN}, {"auth": BasicAuth(7, TOKEN)}):
            async with opened(face, base_url=server.url, trust_env=True, **auth, **ONCE) as client:
                await settle(client.users.list().page(1))
        first, second = server.asked
        assert "authorization" not in first.headers
        assert second.headers["authorization"].startswith("basic ")


async def test_a_session_that_adds_credentials_is_refused() -> None:
    async with aiohttp.ClientSession(trust_env=True) as session:
        with pytest.raises(ConfigurationError, match="adds an Authorization of its own"):
            AsyncVoipStudio(TOKEN, session=session)


async def test_plain_http_to_a_host_of_a_network_is_possible_on_purpose(face: type[Any]) -> None:
    with pytest.raises(ConfigurationError, match="allow_http=True"):
        face(TOKEN, base_url="http://api:8080/v1")
    async with opened(face, TOKEN, base_url="http://api.example.invalid/v1", allow_http=True, **ONCE) as client:
        with pytest.raises(ConnectError):
            await settle(client.me())


async def test_plain_http_at_a_port_for_https_is_told(face: type[Any]) -> None:
    with Hostile(always(GOOD), serving("good")) as server:
        async with opened(face, TOKEN, base_url=f"http://127.0.0.1:{server.port}", **ONCE) as client:
            with pytest.raises(ProtocolError, match="https:// at this port"):
                await settle(client.me())


async def test_an_alert_of_tls_is_told(face: type[Any]) -> None:
    async def alert(talk: Talk) -> None:
        await talk.request()
        await talk.send(b"\x15\x03\x03\x00\x02\x02\x28")

    with Hostile(alert) as server:
        async with opened(face, TOKEN, base_url=server.url, **ONCE) as client:
            with pytest.raises(ProtocolError, match="https:// at this port"):
                await settle(client.me())


async def test_tls_at_a_port_for_plain_http_is_told(face: type[Any]) -> None:
    async def refuse(talk: Talk) -> None:
        await talk.reader.read(16)
        await talk.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with Hostile(refuse) as server:
        options = {"base_url": f"https://127.0.0.1:{server.port}", "ssl": trusting()}
        async with opened(face, TOKEN, **options, **ONCE) as client:
            with pytest.raises(TransportError, match="does not speak TLS at this port"):
                await settle(client.me())
