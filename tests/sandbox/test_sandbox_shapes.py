"""The documented odd forms, on request."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from voipstudio_async.sandbox import Sandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(users=3, calls=100, documented_shapes=True) as started:
        yield started


async def test_me_is_a_list_of_one_with_texts(ask: Any, sandbox: Sandbox) -> None:
    reply = await ask("GET", "/me")
    (me,) = reply.json["data"]
    assert reply.json["total"] == 1
    assert (me["id"], me["is_root"]) == (str(sandbox.user_id), "1")
    assert me.keys() == {"id", "balance", "cc", "cli", "currency_iso", "is_root", "language"}


@pytest.mark.parametrize("name", ["contacts", "cdrs", "chatmsgs", "calls"])
async def test_what_belongs_to_a_user_is_one_object(ask: Any, sandbox: Sandbox, name: str) -> None:
    sandbox.store.insert(name, {"user_id": sandbox.user_id}, sandbox.user_id)
    first = sandbox.store.rows(name, owner=sandbox.user_id)[0]
    assert (await ask("GET", f"/users/{sandbox.user_id}/{name}")).json == {"data": first, "links": {}}


async def test_nothing_is_still_an_empty_list(ask: Any, sandbox: Sandbox) -> None:
    sandbox.store.delete_owned(["cdrs"], sandbox.user_id)
    assert (await ask("GET", f"/users/{sandbox.user_id}/cdrs")).json == {"data": [], "total": 0}


async def test_collections_are_as_ever(ask: Any, sandbox: Sandbox) -> None:
    assert (await ask("GET", "/users")).json == {"data": sandbox.store.rows("users"), "total": 3}
