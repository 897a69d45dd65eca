"""The command in the network of a company: proxies, certificates, plain http on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.commands import Ended, voipstudio
from hostile.certificates import authority, serving
from hostile.servers import Hostile, always, answer

ME = always(answer({"data": {"id": 7, "email": "ann@example.com"}}))


def run(*arguments: str, **variables: str) -> Ended:
    return voipstudio(*arguments, stdin=None, at=None, VOIPSTUDIO_API_TOKEN="x", **variables)


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_the_proxy_of_the_environment_is_used() -> None:
    with Hostile(ME) as proxy:
        way = f"http://127.0.0.1:{proxy.port}"
        at = ("--base-url", "http://api.example.invalid/v1", "--allow-http")
        assert run("me", *at, HTTP_PROXY=way).code == 0
        assert run("me", *at, "--proxy", way).code == 0
        assert {asked.target for asked in proxy.asked} == {"http://api.example.invalid/v1/me"}


def test_a_proxy_that_is_not_supported_is_refused() -> None:
    ended = run("me", ALL_PROXY="socks5://127.0.0.1:9")
    assert (ended.code, "SOCKS proxies are not supported" in ended.err) == (2, True)


def test_no_proxy_is_honoured() -> None:
    with Hostile(ME) as server:
        assert run("me", "--base-url", server.url, HTTP_PROXY="http://127.0.0.1:9", NO_PROXY="127.0.0.1").code == 0


def test_a_company_s_own_authority_is_trusted(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    authority().cert_pem.write_to_path(file)
    with Hostile(ME, serving("good")) as server:
        assert run("me", "--base-url", server.url, "--ca-file", str(file)).code == 0


@pytest.mark.parametrize(("content", "said"), [(None, "No such file"), ("nonsense", "no certificate in PEM")])
def test_a_file_without_certificates_is_refused(content: str | None, said: str, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    ended = run("me", "--ca-file", str(file))
    assert (ended.code, said in ended.err) == (2, True)
