"""Every operation, spelled out: the paths here are typed off the vendor's page, not read from the declarations."""

from __future__ import annotations

from typing import Any

import pytest
from plain_http import ask_at

from voipstudio_async.sandbox import Sandbox

COLLECTIONS = ("users", "queuegroups", "usergroups", "usergrouppolicies", "cdrs")
OF_A_USER = ("contacts", "cdrs", "chatmsgs", "calls")
GROUPS = ("queuegroups", "usergroups", "usergrouppolicies")


@pytest.mark.parametrize("name", COLLECTIONS)
async def test_a_collection_and_one_of_it(ask: Any, sandbox: Sandbox, name: str) -> None:
    rows = sandbox.store.rows(name)
    every = await ask("GET", f"/{name}?limit=5000")
    assert (every.status, every.json) == (200, {"data": rows, "total": len(rows)})
    one = await ask("GET", f"/{name}/{rows[1]['id']}")
    assert (one.status, one.json) == (200, {"data": rows[1], "links": {}})
    assert rows


@pytest.mark.parametrize("name", OF_A_USER)
async def test_what_belongs_to_a_user(ask: Any, sandbox: Sandbox, name: str) -> None:
    seen = 0
    for user in sandbox.store.rows("users"):
        reply = await ask("GET", f"/users/{user['id']}/{name}?limit=5000")
        rows = sandbox.store.rows(name, owner=user["id"])
        assert (reply.status, reply.json) == (200, {"data": rows, "total": len(rows)})
        seen += len(rows)
    assert seen == sandbox.store.count(name) > 0


async def test_call_records_name_their_user(ask: Any, sandbox: Sandbox) -> None:
    rows = (await ask("GET", f"/users/{sandbox.user_id}/cdrs?limit=5000")).json["data"]
    assert rows
    assert {row["user_id"] for row in rows} == {sandbox.user_id}


async def test_me_is_one_object_with_what_the_live_api_adds(ask: Any, sandbox: Sandbox) -> None:
    reply = await ask("GET", "/me")
    me = reply.json["data"]
    assert (reply.status, reply.json["links"]) == (200, {})
    assert (me["id"], me["customer_id"]) == (sandbox.user_id, sandbox.customer_id)
    assert {"balance", "cc", "cli", "currency_iso", "is_root", "language", "sip_password", "sip_domain"} < me.keys()


@pytest.mark.parametrize("name", GROUPS)
async def test_a_group_from_its_making_to_its_end(ask: Any, sandbox: Sandbox, name: str) -> None:
    made = await ask("POST", f"/{name}", json={"name": "Søles"})
    id = made.json["data"]["id"]
    assert (made.status, made.json["links"], made.json["data"]["name"]) == (201, {}, "Søles")
    changed = await ask("PATCH", f"/{name}/{id}", json={"name": None})
    assert (changed.status, changed.json["data"]) == (200, made.json["data"] | {"name": None})
    assert (await ask("GET", f"/{name}/{id}")).json == changed.json
    gone = await ask("DELETE", f"/{name}/{id}")
    assert (gone.status, gone.json) == (204, None)
    assert "Content-Type" not in gone.headers
    for method in ("GET", "PATCH", "DELETE"):
        assert (await ask(method, f"/{name}/{id}", json={} if method == "PATCH" else None)).status == 404


@pytest.mark.parametrize("name", ["usergroups", "usergrouppolicies"])
async def test_colours(ask: Any, name: str) -> None:
    made = await ask("POST", f"/{name}", json={"name": "a", "color": "#fff"})
    changed = await ask("PATCH", f"/{name}/{made.json['data']['id']}", json={"color": "#000"})
    assert changed.json["data"] == {"id": made.json["data"]["id"], "color": "#000", "name": "a"}
    assert (await ask("POST", f"/{name}", json={"name": "a"})).json["data"]["color"] is None


async def test_an_id_is_never_given_twice(ask: Any) -> None:
    first = (await ask("POST", "/usergroups", json={"name": "a"})).json["data"]["id"]
    await ask("DELETE", f"/usergroups/{first}")
    assert (await ask("POST", "/usergroups", json={"name": "b"})).json["data"]["id"] > first


async def test_the_audio_of_a_user_can_be_set_back(ask: Any, sandbox: Sandbox) -> None:
    custom = next(row for row in sandbox.store.rows("audio") if row["greeting"] == "custom")
    path = f"/users/{custom['id']}/audio"
    assert (await ask("GET", path)).json == {"data": custom, "links": {}}
    assert (await ask("DELETE", path)).status == 204
    after = (await ask("GET", path)).json["data"]
    assert after == custom | {"greeting": "default", "greeting_seconds": None}
    assert (await ask("DELETE", path)).status == 204
    assert (await ask("DELETE", "/users/1/audio")).status == 404


async def test_a_user_goes_with_all_belongings(ask: Any, sandbox: Sandbox) -> None:
    user = sandbox.user_id
    others = sandbox.store.count("cdrs") - sandbox.store.count("cdrs", owner=user)
    assert (await ask("DELETE", f"/users/{user}")).status == 204
    assert (await ask("DELETE", f"/users/{user}")).status == 404
    assert sandbox.store.count("cdrs") == others > 0
    for name in (*OF_A_USER, "audio"):
        assert sandbox.store.rows(name, owner=user) == []
        assert (await ask("GET", f"/users/{user}/{name}")).status == 404


async def test_only_ones_own_account_can_be_deleted_and_then_all_is_over(ask: Any, sandbox: Sandbox) -> None:
    assert (await ask("DELETE", f"/customers/{sandbox.customer_id + 1}")).status == 403
    assert (await ask("GET", "/users")).json["total"] == 6
    assert (await ask("DELETE", f"/customers/{sandbox.customer_id}")).status == 204
    assert (await ask("GET", "/users")).status == 401
    assert {name: sandbox.store.count(name) for name in sandbox.store.tables} == dict.fromkeys(sandbox.store.tables, 0)


async def test_an_account_without_users_still_has_an_owner() -> None:
    async with Sandbox(users=0, calls=10) as empty:
        assert [me["id"] for me in empty.store.rows("me")] == [empty.user_id]
        assert empty.store.count("cdrs") == empty.store.count("users") == 0


async def test_a_row_without_audio_is_404(ask: Any, sandbox: Sandbox) -> None:
    sandbox.store.delete("audio", sandbox.user_id)
    assert (await ask("GET", f"/users/{sandbox.user_id}/audio")).status == 404


async def test_ping_wants_the_token(ask: Any) -> None:
    assert (await ask("GET", "/ping")).json["data"] == {"response": "Pong"}
    assert (await ask("GET", "/ping", headers={"X-Auth-Token": None})).status == 401


async def test_both_versions_are_the_same_api(sandbox: Sandbox) -> None:
    older = sandbox.url.replace("v1.2", "v1.1")
    made = await ask_at(sandbox, "POST", "/usergroups", url=older, json={"name": "old"})
    group = await ask_at(sandbox, "GET", f"/usergroups/{made.json['data']['id']}")
    assert group.json["data"]["name"] == "old"
    assert [seen.path for seen in sandbox.requests] == ["/usergroups", f"/usergroups/{group.json['data']['id']}"]
    assert sandbox.requests[0].target == "/v1.1/voipstudio/usergroups"
    assert (await ask_at(sandbox, "GET", "/users", url=older.replace("v1.1", "v1.3"))).status == 404
