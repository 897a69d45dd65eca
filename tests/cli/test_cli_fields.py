"""``--fields`` with what is worked out from fields, such as ``name`` of users."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from cli.commands import voipstudio

from voipstudio_async.cli.names import LISTINGS, ME, THINGS
from voipstudio_async.entities import User
from voipstudio_async.entities.computed import computed_specs, offered_specs
from voipstudio_async.entities.fields import field_specs
from voipstudio_async.sandbox import Sandbox

ENTITIES = {named.entity for named in [*LISTINGS.values(), *THINGS.values()]} | {ME}


def names_of(sandbox: Sandbox) -> set[str]:
    return {f"{row['first_name']} {row['last_name']}" for row in sandbox.store.rows("users")}


def test_a_listing_shows_what_is_worked_out(sandbox: Sandbox) -> None:
    shown = voipstudio("list", "users", "--fields", "name", "--format", "json", at=sandbox)
    drawn = voipstudio("list", "users", "--fields", "id,name", at=sandbox)

    assert {row["name"] for row in json.loads(shown.out)} == names_of(sandbox)
    assert shown.err == drawn.err == ""
    assert all(name in drawn.out for name in names_of(sandbox))


@pytest.mark.parametrize("arguments", [["me"], ["get", "users"]])
def test_one_thing_shows_what_is_worked_out(arguments: list[str], sandbox: Sandbox) -> None:
    user = sandbox.store.rows("users")[0]
    id = [] if arguments == ["me"] else [str(user["id"])]

    ended = voipstudio(*arguments, *id, "--fields", "name", "--format", "csv", at=sandbox)

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[0] == "name"
    assert ended.out.splitlines()[1]


def test_an_export_has_a_column_of_what_is_worked_out(sandbox: Sandbox, tmp_path: Path) -> None:
    target = tmp_path / "users.csv"

    assert voipstudio("export", "users", "--fields", "id,name", "--output", str(target), at=sandbox).code == 0

    with target.open(encoding="utf-8", newline="") as file:
        assert {row["name"] for row in csv.DictReader(file)} == names_of(sandbox)


def test_a_field_goes_by_its_name_in_python_as_well(sandbox: Sandbox) -> None:
    ended = voipstudio("list", "faxes", "--fields", "from,from_", "--format", "ndjson", at=sandbox)

    rows = [json.loads(line) for line in ended.out.splitlines()]
    assert rows
    assert all(row["from"] == row["from_"] for row in rows)


def test_every_public_property_of_an_entity_is_offered() -> None:
    for entity in ENTITIES:
        properties = {name for name in dir(entity) if isinstance(getattr(entity, name, None), property)}
        public = {name for name in properties if not name.startswith("_")}
        assert {spec.name for spec in computed_specs(entity)} == public
        assert set(offered_specs(entity)) >= public | {spec.wire for spec in field_specs(entity)}
    assert [spec.name for spec in computed_specs(User)] == ["name"]
