"""Who comes in, and what the answers to the others look like."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from voipstudio_async.sandbox import Sandbox

UNAUTHORIZED = {"message": "Unauthorized", "errors": []}


def basic(text: str) -> dict[str, Any]:
    return {"X-Auth-Token": None, "Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


async def test_the_token_in_its_header(ask: Any) -> None:
    assert (await ask("GET", "/users")).status == 200


async def test_basic_with_the_user_id_or_the_email(ask: Any, sandbox: Sandbox) -> None:
    email = sandbox.store.rows("me")[0]["email"]
    for name in (sandbox.user_id, email):
        assert (await ask("GET", "/users", headers=basic(f"{name}:{sandbox.token}"))).status == 200


@pytest.mark.parametrize("header", ["Basic !!!", "Basic", "Basic " + base64.b64encode(b"\xff\xfe").decode()])
async def test_basic_that_cannot_be_read_is_400(ask: Any, header: str) -> None:
    reply = await ask("GET", "/users", headers={"X-Auth-Token": None, "Authorization": header})
    assert (reply.status, reply.json["errors"]) == (400, [])
    assert "Authorization" in reply.json["message"]


async def test_basic_with_the_token_alone_is_400(ask: Any, sandbox: Sandbox) -> None:
    assert (await ask("GET", "/users", headers=basic(sandbox.token))).status == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Auth-Token": None},
        {"X-Auth-Token": "wrong"},
        {"X-Auth-Token": "wröng"},
        {"X-Auth-Token": None, "Authorization": "Bearer x"},
        basic("1:wrong"),
    ],
)
async def test_everybody_else_is_401(ask: Any, headers: dict[str, Any]) -> None:
    reply = await ask("GET", "/users", headers=headers)
    assert (reply.status, reply.json) == (401, UNAUTHORIZED)


async def test_another_users_name_with_the_right_token_is_401(ask: Any, sandbox: Sandbox) -> None:
    assert (await ask("GET", "/me", headers=basic(f"1:{sandbox.token}"))).status == 401


async def test_an_unknown_path_needs_the_token_too(ask: Any) -> None:
    assert (await ask("GET", "/nothing", headers={"X-Auth-Token": None})).status == 401


async def test_denied_by_template_by_path_and_allowed_again(ask: Any, sandbox: Sandbox) -> None:
    user = sandbox.user_id
    sandbox.deny("get", "/users/{id}/cdrs")
    sandbox.deny("GET", f"/users/{user}")
    denied = await ask("GET", f"/users/{user}/cdrs")
    assert (denied.status, denied.json) == (403, {"message": "Access denied", "errors": []})
    assert (await ask("GET", f"/users/{user}")).status == 403
    assert (await ask("DELETE", f"/users/{user}")).status == 204
    sandbox.allow("GET", "/users/{id}/cdrs")
    assert (await ask("GET", f"/users/{sandbox.store.rows('users')[0]['id']}/cdrs")).status == 200


@pytest.mark.parametrize(
    "path", ["/nothing", "/users/", "/users/0", "/users/-1", "/users/x", "/users/07", "/users/1", "/users/1/cdrs"]
)
async def test_what_is_not_there_is_404(ask: Any, path: str) -> None:
    reply = await ask("GET", path)
    assert (reply.status, reply.json) == (404, {"message": "Not Found", "errors": []})


@pytest.mark.parametrize("digits", [19, 25, 40, 5000])
async def test_an_id_of_any_length_is_404(ask: Any, digits: int) -> None:
    for path in (f"/users/{'9' * digits}", f"/users/{'9' * digits}/calls"):
        assert (await ask("GET", path)).status == 404


async def test_a_method_that_is_not_there_is_405_with_what_is(ask: Any) -> None:
    reply = await ask("PUT", "/usergroups")
    assert (reply.status, reply.json["message"]) == (405, "Method Not Allowed")
    assert sorted(reply.headers["Allow"].split(",")) == ["GET", "POST"]


async def test_the_token_can_be_given_and_is_made_up_otherwise() -> None:
    assert Sandbox(token="mine").token == "mine"
    assert Sandbox().token != Sandbox().token
    assert len(Sandbox().token) == 40


async def test_requests_are_recorded_without_secrets(ask: Any, sandbox: Sandbox) -> None:
    canary = sandbox.token
    await ask("POST", "/usergroups", json={"name": "n", "api_token": canary, "deep": [{"password": "p4ss"}]})
    await ask("GET", f"/users/{canary}?page=2&filter={canary}", headers=basic(f"{sandbox.user_id}:{canary}"))
    posted, got = sandbox.requests
    assert (posted.method, posted.path, posted.status) == ("POST", "/usergroups", 400)
    assert posted.body == {"name": "n", "api_token": "***", "deep": [{"password": "***"}]}
    assert posted.headers["x-auth-token"] == "***"
    assert (got.path, got.query, got.status) == ("/users/***", {"page": "2", "filter": "***"}, 404)
    assert got.target == "/v1.2/voipstudio/users/***?page=2&filter=***"
    assert got.headers["authorization"] == "***"
    assert got.body is None
    assert canary not in repr(sandbox.requests)
    assert "p4ss" not in repr(sandbox.requests)
    assert canary not in repr(sandbox)


async def test_a_body_that_is_not_json_is_recorded_as_text(ask: Any, sandbox: Sandbox) -> None:
    await ask("POST", "/usergroups", data=b"\xff{", headers={"Content-Type": "application/json"})
    assert sandbox.requests[0].body == "\ufffd{"
