"""What the shell completes behind an option: fields, conditions, orders, zones."""

from __future__ import annotations

import pytest
from cli.commands import voipstudio

from voipstudio_async.cli.names import LISTINGS, THINGS
from voipstudio_async.entities.fields import field_specs


def completed(line: str) -> list[str]:
    """Return what the shell is offered for the last word of a line."""
    ended = voipstudio(
        _VOIPSTUDIO_COMPLETE="complete_bash", COMP_WORDS=f"voipstudio {line}", COMP_CWORD=str(len(line.split(" ")))
    )
    assert ended.code == 0
    return ended.out.split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("list users --fields ema", ["email"]),
        ("list users --fields id,na", ["id,name"]),
        ("list cdrs --fields id,id", []),
        ("me --fields ema", ["email"]),
        ("get users 7206 --fields first", ["first_name"]),
        ("contacts list --fields comp", ["company"]),
        ("export user-groups --fields col", ["color"]),
        ("list cdrs --order-by dur", ["duration"]),
        ("list cdrs --where dur", ["duration=", "duration<", "duration>"]),
        ("list cdrs --where type=", ["type=O", "type=I", "type=M"]),
        ("list users --where active=", ["active=true", "active=false"]),
        ("list cdrs --where duration=", []),
        (
            "count users.cdrs 7206 --where cal",
            ["call_id=", "call_id<", "call_id>", "calldate=", "calldate<", "calldate>"],
        ),
        ("invoices download --where amo", ["amount=", "amount<", "amount>"]),
        ("list --fields i", []),
        ("list nonsense --fields i", []),
        ("me --tz Europe/Wars", ["Europe/Warsaw"]),
        ("report --tz UT", ["UTC"]),
    ],
)
def test_the_word_is_completed(line: str, offered: list[str]) -> None:
    assert completed(line) == offered


def test_all_fields_are_offered_to_who_has_typed_nothing() -> None:
    declared = [spec.wire for spec in field_specs(LISTINGS["users"].entity)]

    assert completed("list users --fields ") == [*declared, "name"]


def test_an_order_is_offered_in_both_directions() -> None:
    offered = completed("list users --order-by ")

    assert {"id", "-id", "last_name", "-last_name"} <= set(offered)
    assert "roles" not in offered


def test_the_fields_of_every_resource_are_offered() -> None:
    for word, names in (("list", LISTINGS), ("get", THINGS)):
        for name, named in names.items():
            assert field_specs(named.entity)[-1].wire in completed(f"{word} {name} --fields ")
