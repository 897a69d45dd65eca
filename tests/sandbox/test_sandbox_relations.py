"""Relations, and groups of rows."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from operations.made import Parcels

from voipstudio_async.resources import RESOURCES
from voipstudio_async.sandbox import Sandbox


@pytest.fixture
async def sandbox(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sandbox]:
    monkeypatch.setitem(RESOURCES, "parcels", Parcels)
    async with Sandbox(users=4, calls=200) as started:
        yield started


@pytest.fixture
def parcel(sandbox: Sandbox) -> tuple[str, dict[str, Any]]:
    group = sandbox.store.rows("usergroups")[0]
    row = sandbox.store.insert("parcels", {"name": "both", "groups": [group["id"], 5]})
    return f"/parcels/{row['id']}", group


async def test_ids_become_the_things_that_have_them(ask: Any, parcel: tuple[str, dict[str, Any]]) -> None:
    path, group = parcel
    assert (await ask("GET", path)).json["data"]["groups"] == [group["id"], 5]
    assert (await ask("GET", f"{path}?include=groups")).json["data"]["groups"] == [group, 5]


async def test_the_fields_of_a_relation_can_be_chosen(ask: Any, parcel: tuple[str, dict[str, Any]]) -> None:
    path, group = parcel
    query = "?include=groups&fields[groups]=id,name,status"
    shown = {"id": group["id"], "name": group["name"]}
    assert (await ask("GET", path + query)).json["data"]["groups"] == [shown, 5]
    listed = await ask("GET", "/parcels" + query + "&sort=id&dir=DESC&limit=1")
    assert listed.json["data"][0]["groups"] == [shown, 5]


@pytest.mark.parametrize("query", ["include=users", "include=", "fields[groups]=id", "include=groups&fields[users]=id"])
async def test_relations_that_are_not_there_are_400(ask: Any, parcel: tuple[str, Any], query: str) -> None:
    assert (await ask("GET", f"{parcel[0]}?{query}")).status == 400


async def test_a_group_is_the_first_of_its_rows(ask: Any, sandbox: Sandbox) -> None:
    rows = sandbox.store.rows("cdrs")
    first = {row["user_id"]: row for row in reversed(rows)}
    page = (await ask("GET", "/cdrs?group_by=user_id")).json
    assert page == {"data": sorted(first.values(), key=lambda row: row["id"]), "total": len(first)}
    missed = json.dumps([{"property": "type", "operator": "eq", "value": "M"}])
    of_missed = {row["user_id"] for row in rows if row["type"] == "M"}
    assert (await ask("GET", "/cdrs", params={"group_by": "user_id", "filter": missed})).json["total"] == len(of_missed)
    assert (await ask("GET", "/cdrs?group_by=nothing")).status == 400
