"""Whoever reads declarations serves, describes and names every kind by its description: here, of made resources."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import TOKEN
from faces import every, opened, settle
from openapi_spec_validator import validate
from operations.made import Doors, Drawers, Parcels, Tickets

from voipstudio_async import Cdr, NotFoundError, UserGroup, ValidationError
from voipstudio_async.cli import names
from voipstudio_async.openapi import catalogue as openapi
from voipstudio_async.operations import Action, Arguments, Command, Delete, Get, Operation, Resource
from voipstudio_async.operations.description import Answers
from voipstudio_async.resources import RESOURCES
from voipstudio_async.sandbox import Sandbox


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox that plays the made resources as well."""
    monkeypatch.setitem(RESOURCES, "parcels", Parcels)
    monkeypatch.setitem(RESOURCES, "ticket_token", Tickets)
    monkeypatch.setitem(RESOURCES, "drawers", Drawers)
    with Sandbox(users=1, calls=1, token=TOKEN) as sandbox:
        yield sandbox


@pytest.fixture
async def parcels(face: type[Any], served: Sandbox) -> AsyncIterator[Any]:
    async with opened(face, TOKEN, base_url=served.url) as client:
        yield Parcels(client._caller)


@pytest.fixture
async def tickets(face: type[Any], served: Sandbox) -> AsyncIterator[Any]:
    async with opened(face, TOKEN, base_url=served.url) as client:
        yield Tickets(client._caller)


# --- the sandbox -----------------------------------------------------------------------------------------------


async def test_actions_that_share_a_place_change_what_they_say(parcels: Any, served: Sandbox) -> None:
    await settle(parcels.stop(2))
    await settle(parcels.shelve(2, "b"))

    row = served.store.row("parcels", 2)
    assert row is not None
    assert (row["state"], row["shelf"]) == ("STOPPED", "b")


async def test_a_create_that_is_an_action_answers_as_declared(parcels: Any, served: Sandbox) -> None:
    made = await settle(parcels.send(to="x"))

    assert (made.name, served.requests[-1].status) == ("x", 201)
    assert served.store.row("parcels", made.id) is not None


async def test_an_action_on_what_is_not_there_is_refused(parcels: Any) -> None:
    for call in (parcels.stop, parcels.number, parcels.print, parcels.delete):
        with pytest.raises(NotFoundError):
            await settle(call(999))


async def test_commands_answer_with_their_status(parcels: Any, served: Sandbox) -> None:
    await settle(parcels.ring())
    await settle(parcels.print(1))

    assert [seen.status for seen in served.requests] == [204, 202]


async def test_several_are_changed(parcels: Any, served: Sandbox) -> None:
    result = await settle(parcels.move([1, 3], shelf="attic"))

    assert [each.value.shelf for each in result] == ["attic", "attic"]
    assert [row["id"] for row in served.store.rows("parcels") if row["shelf"] == "attic"] == [1, 3]


async def test_several_are_changed_all_or_none(parcels: Any, served: Sandbox) -> None:
    before = served.store.rows("parcels")

    result = await settle(parcels.move([1, 999], shelf="attic"))

    assert [type(each.error) for each in result] == [NotFoundError, NotFoundError]
    assert served.store.rows("parcels") == before


@pytest.mark.parametrize("body", [{"id": 1, "shelf": "a"}, [1], [[]], [{"id": 1}], [{"shelf": "a"}], [{"id": "1"}]])
async def test_a_list_that_is_none_is_refused(body: Any, face: type[Any], served: Sandbox) -> None:
    async with opened(face, TOKEN, base_url=served.url) as client:
        assert (await settle(client.raw.request("GET", "/parcels"))).status == 200
        with pytest.raises(ValidationError):
            await settle(client.raw.request("PATCH", "/parcels", json=body))


async def test_several_and_all_are_deleted(parcels: Any, served: Sandbox) -> None:
    await settle(parcels.delete_many([1, 2]))
    assert [row["id"] for row in served.store.rows("parcels")] == [3, 4, 5]

    await settle(parcels.delete_all(confirm="parcels"))
    assert served.store.rows("parcels") == []
    assert served.store.rows("usergroups") != []


async def test_relations_are_put_in(parcels: Any, served: Sandbox) -> None:
    group = served.store.rows("usergroups")[0]
    served.store.replace("parcels", 1, {"id": 1, "groups": [group["id"], 999]})

    assert (await settle(parcels.get(1))).groups == [group["id"], 999]
    assert (await settle(parcels.get(1, include_groups=True))).groups == [group, 999]
    assert (await every(parcels.list(include_groups=True)))[-1].groups == [group, 999]


async def test_rows_are_grouped(parcels: Any, served: Sandbox) -> None:
    for id, shelf in enumerate(["a", "b", "a", "b", "a"], 1):
        served.store.replace("parcels", id, {"id": id, "shelf": shelf})

    pages = parcels.list(group_by="shelf", order_by="id")

    assert [each.id for each in await every(pages)] == [1, 2]
    assert pages.report.total_last == 2


async def test_a_group_of_nothing_is_refused(parcels: Any) -> None:
    with pytest.raises(ValidationError, match="group_by"):
        await every(parcels.list(group_by="nonsense"))


async def test_a_file_has_the_size_that_its_row_tells(parcels: Any, served: Sandbox, tmp_path: Path) -> None:
    served.store.replace("parcels", 1, {"id": 1, "size": 100_000})

    saved = await settle(parcels.label(1, tmp_path, size=100_000))

    assert (saved.size, saved.type) == (100_000, "application/pdf")
    with pytest.raises(NotFoundError):
        await settle(parcels.label(999, tmp_path))


async def test_a_secret_finds_its_row(tickets: Any, served: Sandbox) -> None:
    served.store.replace("ticket_token", 3, {"id": 3, "token": "t/3", "note": None})

    assert (await settle(tickets.get("t/3"))).id == 3
    assert (await settle(tickets.update("t/3", note="x"))).note == "x"
    await settle(tickets.delete("t/3"))
    with pytest.raises(NotFoundError):
        await settle(tickets.get("t/3"))


async def test_an_id_that_is_digits_finds_its_row(face: type[Any], served: Sandbox) -> None:
    async with opened(face, TOKEN, base_url=served.url) as client:
        drawers: Any = Drawers(client._caller)
        assert [each.id for each in await every(drawers.list(order_by="id"))] == [1, 2, 3, 4, 5]
        assert (await settle(drawers.get("2"))).to_dict() == served.store.rows("drawers")[1]
        assert served.store.rows("drawers")[1]["id"] == "2"


class Odd(Operation[Any, Any]):
    method = "PUT"
    answers = Answers.FILE
    success = (200,)


class Homeless(Resource[Any], path="homeless"):
    delete = Delete("Delete what nobody knows.")


class Twins(Resource[Any], path="twins"):
    get = Get(UserGroup, "One.")
    other = Action(Cdr, "Another.", lambda id, /: Arguments(id), method="GET")


class Odds(Resource[Any], path="odds"):
    mend = Odd("Mend it.")


class Nothing(Resource[Any], path="nothing"):
    show = Command("Answer with one of nothing.", Arguments, key=None)
    show.answers = Answers.ONE


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        (Odds, r"cannot serve Odds.mend \(PUT /odds\): it knows no PUT on all that answers file; give it a handler"),
        (Doors, r"cannot serve Doors.open \(POST /open\): it knows no POST on all that answers flat"),
        (Homeless, r"cannot serve Homeless.delete \(DELETE /homeless/{id}\): nothing says what entity"),
        (Twins, r"cannot tell apart Twins.get and Twins.other"),
        (Nothing, r"cannot serve Nothing.show \(POST /nothing\): it answers one, but of no declared entity"),
    ],
)
def test_the_sandbox_says_as_it_starts_what_it_cannot_serve(
    resource: type[Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RESOURCES, "odd", resource)

    with pytest.raises(TypeError, match=words), Sandbox(users=1, calls=1):
        pass


# --- the document ----------------------------------------------------------------------------------------------


@pytest.fixture
def document(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(RESOURCES, "parcels", Parcels)
    monkeypatch.setitem(RESOURCES, "ticket_token", Tickets)
    monkeypatch.setitem(RESOURCES, "doors", Doors)
    return json.loads(openapi.text())


def test_a_document_with_every_kind_is_valid(document: Any) -> None:
    validate(document)


def test_operations_at_one_place_are_described_together(document: Any) -> None:
    call = document["paths"]["/parcels/{id}"]["patch"]
    bodies = call["requestBody"]["content"]["application/json"]["schema"]["anyOf"]

    assert call["operationId"] == "parcels.stop_or_shelve"
    assert [each["$ref"].rpartition("/")[2] for each in bodies] == ["StateChange", "Shelving"]


def test_statuses_bodies_and_answers_are_those_of_the_declaration(document: Any) -> None:
    paths = document["paths"]

    assert set(paths["/parcels"]["delete"]["responses"]) == {"202", "400", "401", "403", "429", "default"}
    assert "content" not in paths["/parcels"]["delete"]["responses"]["202"]
    assert {"201", "412"} <= set(paths["/parcels"]["post"]["responses"])
    assert paths["/parcels"]["patch"]["requestBody"]["content"]["application/json"]["schema"]["type"] == "array"
    assert set(paths["/parcels/{id}.pdf"]["get"]["responses"]["200"]["content"]) == {"application/pdf"}
    flat = paths["/open"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert flat == {"$ref": "#/components/schemas/Opened"}


def test_keys_and_options_are_parameters(document: Any) -> None:
    parameters = document["components"]["parameters"]
    listed = [each["$ref"].rpartition("/")[2] for each in document["paths"]["/parcels"]["get"]["parameters"]]

    assert listed == ["page", "limit", "ParcelSort", "dir", "ParcelFilter", "include_groups", "group_by"]
    assert parameters["include_groups"]["schema"] == {"type": "string", "enum": ["groups"]}
    token = parameters["token"]["schema"]
    assert (token["type"], token["pattern"]) == ("string", "^[^/]+$")
    assert re.fullmatch(parameters["ids"]["schema"]["pattern"], "5,6")


# --- the command line ------------------------------------------------------------------------------------------


def test_the_command_line_reads_what_has_an_id_that_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RESOURCES, "parcels", Parcels)
    monkeypatch.setitem(RESOURCES, "ticket_token", Tickets)

    listings = {each.name for each in names._all_named(Answers.MANY, "list")}
    things = {each.name for each in names._all_named(Answers.ONE, "get")}

    assert {"parcels", "parcels.groups", "ticket_token"} <= listings
    assert "parcels" in things
    assert "ticket_token" not in things
