"""The part of the bench where it is not the answer that is wrong but the way to it: ports, certificates, proxies."""

from __future__ import annotations

import base64
from typing import Any

from hostile import trouble
from hostile.case import Case, delete_user, one_page
from hostile.certificates import trusting
from hostile.servers import Hostile, always, answer, closed_port, rows

from voipstudio_async import APIError, ConnectError, ConnectTimeout

SOMEWHERE = "127.0.0.1:9"
"""Never reached: what stands there is for the proxy."""
PROXY_USER, PROXY_PASSWORD = "porter", "canary-of-the-proxy"


def _trusting(_: Hostile) -> dict[str, Any]:
    return {"ssl": trusting()}


def _nowhere(_: Hostile) -> dict[str, Any]:
    return {"base_url": f"http://127.0.0.1:{closed_port()}/api"}


def _through_nothing(_: Hostile) -> dict[str, Any]:
    return {"base_url": f"http://{SOMEWHERE}/api", "proxy": f"http://127.0.0.1:{closed_port()}"}


def _through(scheme: str) -> Any:
    def options(server: Hostile) -> dict[str, Any]:
        proxy = f"http://{PROXY_USER}:{PROXY_PASSWORD}@127.0.0.1:{server.port}"
        return {"base_url": f"{scheme}://{SOMEWHERE}/api", "proxy": proxy}

    return options


def _over_tls(server: Hostile) -> dict[str, Any]:
    return {"base_url": f"https://127.0.0.1:{server.port}/api"}


def _presented_itself(server: Hostile, _: Any) -> None:
    expected = "Basic " + base64.b64encode(f"{PROXY_USER}:{PROXY_PASSWORD}".encode()).decode()
    assert {asked.headers["proxy-authorization"] for asked in server.asked} == {expected.lower()}


def _kept_its_token(server: Hostile, error: Any) -> None:
    _presented_itself(server, error)
    assert all("x-auth-token" not in asked.headers for asked in server.asked), "the proxy must not see it"


GOOD = always(answer(rows(1, 2, 3)))
REFUSED = always(answer(b"", status="407 Proxy Authentication Required"))

PLACES = [
    Case(name="connection refused", script=GOOD, options=_nowhere, raises=ConnectError, match="after 2 attempts"),
    Case(
        name="connection refused for a DELETE",
        script=GOOD,
        options=_nowhere,
        act=delete_user,
        raises=ConnectError,
        match="after 2 attempts",
    ),
    Case(name="good certificate", script=GOOD, tls="good", options=_trusting, gives=[1, 2, 3]),
    Case(
        name="self-signed certificate", script=GOOD, tls="self-signed", raises=ConnectError, match="certificate is ref"
    ),
    Case(
        name="expired certificate",
        script=GOOD,
        tls="expired",
        options=_trusting,
        raises=ConnectError,
        match="certificate has expired",
    ),
    Case(
        name="certificate of another host",
        script=GOOD,
        tls="wrong host",
        options=_trusting,
        raises=ConnectError,
        match="mismatch",
    ),
    Case(name="TLS handshake without an answer", script=trouble.silence, options=_over_tls, raises=ConnectTimeout),
    Case(
        name="TLS handshake answered in plain HTTP",
        script=trouble.say_at_once(answer(b"")),
        options=_over_tls,
        raises=ConnectError,
        match="TLS handshake failed",
    ),
    Case(
        name="proxy that is down",
        script=GOOD,
        options=_through_nothing,
        raises=ConnectError,
        match="the proxy does not",
    ),
    Case(
        name="proxy that never answers CONNECT",
        script=trouble.silence,
        options=_through("https"),
        raises=ConnectTimeout,
        match="no connection within 1 s",
    ),
    Case(name="proxy that works", script=GOOD, options=_through("http"), gives=[1, 2, 3], check=_presented_itself),
    Case(
        name="407 from the proxy",
        script=REFUSED,
        options=_through("http"),
        raises=APIError,
        match="407",
        requests=1,
        check=_presented_itself,
    ),
    Case(
        name="407 from the proxy to CONNECT",
        script=REFUSED,
        options=_through("https"),
        act=one_page,
        raises=ConnectError,
        match="the proxy does not connect .it answered 407",
        check=_kept_its_token,
    ),
]
