"""What a browser asks before it lets a page speak to the API."""

from __future__ import annotations

from typing import Any

import pytest

from voipstudio_async.sandbox import Sandbox

PAGE = {"Origin": "https://app.example.com"}
PREFLIGHT = PAGE | {
    "X-Auth-Token": None,
    "Access-Control-Request-Method": "PATCH",
    "Access-Control-Request-Headers": "x-auth-token,content-type",
}


@pytest.mark.parametrize("path", ["/users", "/users/1/cdrs", "/ping", "/nothing"])
async def test_a_preflight_is_answered_without_credentials(ask: Any, path: str) -> None:
    reply = await ask("OPTIONS", path, headers=PREFLIGHT)
    assert (reply.status, reply.json) == (204, None)
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert "PATCH" in reply.headers["Access-Control-Allow-Methods"]
    assert {"X-Auth-Token", "Content-Type"} <= set(reply.headers["Access-Control-Allow-Headers"].split(", "))


async def test_a_page_may_read_answers_and_errors(ask: Any) -> None:
    for path, status in (("/users", 200), ("/users/1", 404)):
        reply = await ask("GET", path, headers=PAGE)
        assert (reply.status, reply.headers["Access-Control-Allow-Origin"]) == (status, "*")


async def test_a_page_still_needs_the_token(ask: Any) -> None:
    reply = await ask("GET", "/users", headers=PAGE | {"X-Auth-Token": None})
    assert (reply.status, reply.headers["Access-Control-Allow-Origin"]) == (401, "*")


async def test_other_clients_get_no_such_headers(ask: Any) -> None:
    assert not [name for name in (await ask("GET", "/users")).headers if name.startswith("Access-Control")]


async def test_a_preflight_spends_no_fault_and_is_recorded(ask: Any, sandbox: Sandbox) -> None:
    sandbox.faults.next(500)
    assert (await ask("OPTIONS", "/users", headers=PREFLIGHT)).status == 204
    assert (await ask("GET", "/users", headers=PAGE)).status == 500
    assert [(seen.method, seen.status) for seen in sandbox.requests] == [("OPTIONS", 204), ("GET", 500)]
