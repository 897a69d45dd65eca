"""Routes and answers of a test's own."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from voipstudio_async.sandbox import Recorded, Reply, Sandbox

QUEUES = {"data": [{"id": 5, "name": "Support"}], "total": 1}


async def test_a_path_of_ones_own_with_a_value(ask: Any, sandbox: Sandbox) -> None:
    sandbox.on("get", "/ivrs", QUEUES)
    assert (await ask("GET", "/ivrs")).json == QUEUES
    assert (await ask("GET", "/ivrs", headers={"X-Auth-Token": None})).status == 401
    assert [(seen.path, seen.status) for seen in sandbox.requests] == [("/ivrs", 200), ("/ivrs", 401)]
    sandbox.off("GET", "/ivrs")
    assert (await ask("GET", "/ivrs")).status == 404


async def test_a_function_sees_the_request(ask: Any, sandbox: Sandbox) -> None:
    def join(request: Recorded) -> Reply:
        return Reply({"data": request.body | {"at": request.path}}, 202, {"X-Queued": request.query["soon"]})

    sandbox.on("PATCH", "/queues/{id}", join)
    reply = await ask("PATCH", "/queues/7?soon=yes", json={"users": [1]})
    assert (reply.status, reply.headers["X-Queued"]) == (202, "yes")
    assert reply.json == {"data": {"users": [1], "at": "/queues/7"}}
    assert (await ask("PATCH", "/queues/7/more")).status == 404


async def test_a_function_may_be_awaited_and_need_no_token(ask: Any, sandbox: Sandbox) -> None:
    async def log_in(request: Recorded) -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"user_token": "t", "user_id": 5, "seen": request.body}

    sandbox.on("POST", "/login", log_in, with_token=False)
    reply = await ask("POST", "/login", headers={"X-Auth-Token": None}, json={"email": "a", "password": "p"})
    assert reply.json == {"user_token": "t", "user_id": 5, "seen": {"email": "a", "password": "***"}}


async def test_it_goes_before_what_the_sandbox_does_itself(ask: Any, sandbox: Sandbox) -> None:
    sandbox.on("GET", "/users/{id}", {"data": {"id": 1}})
    sandbox.on("GET", "/users/2", Reply(status=410))
    assert (await ask("GET", "/users/1")).json == {"data": {"id": 1}}
    assert (await ask("GET", "/users/2")).status == 410
    assert (await ask("GET", "/users")).json["total"] == 6
    sandbox.off("GET", "/users/{id}")
    assert (await ask("GET", f"/users/{sandbox.user_id}")).json["data"]["id"] == sandbox.user_id


async def test_the_latest_answer_counts(ask: Any, sandbox: Sandbox) -> None:
    for number in (1, 2):
        sandbox.on("GET", "/ping", {"data": number})
    assert (await ask("GET", "/ping")).json == {"data": 2}


async def test_faults_and_denials_are_met_there_too(ask: Any, sandbox: Sandbox) -> None:
    sandbox.on("GET", "/ivrs", QUEUES)
    sandbox.faults.next(503)
    assert (await ask("GET", "/ivrs")).status == 503
    sandbox.deny("GET", "/ivrs")
    assert (await ask("GET", "/ivrs")).status == 403


async def test_a_function_that_fails_is_a_500_with_its_traceback_in_the_log(
    ask: Any, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_request: Recorded) -> None:
        raise LookupError("mine")

    sandbox.on("GET", "/ivrs", fail)
    with caplog.at_level(logging.ERROR, logger="voipstudio_async.sandbox"):
        reply = await ask("GET", "/ivrs")
    assert (reply.status, reply.json["message"]) == (500, "Internal Server Error")
    assert "LookupError: mine" in caplog.text
    assert sandbox.requests[-1].status == 500


@pytest.mark.parametrize(("method", "path"), [("GET", "queues"), ("GET", "/queues?page=1"), ("", "/x"), ("G T", "/x")])
def test_what_is_no_route(method: str, path: str) -> None:
    with pytest.raises(ValueError, match=r"a path is|a method is"):
        Sandbox().on(method, path, None)
