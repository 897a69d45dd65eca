"""Lists, relations, nested entities and bodies: their misfits, their paths, and what is sent back."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

import attrs
import pytest

from voipstudio_async import UNSET, ConfigurationError, DecodeError, User
from voipstudio_async.entities import CallType, Code, DigitId, Entity, EpochTime, Secret
from voipstudio_async.unset import Unset
from voipstudio_async.wire.codec import Codec
from voipstudio_async.wire.parsing import encode


@attrs.frozen(kw_only=True, repr=False)
class Team(Entity):
    id: int
    numbers: tuple[int, ...] | None = None
    names: tuple[str, ...] | None = None
    users: tuple[int | User, ...] | None = None
    lead: int | User | None = None
    rate: float | None = None
    since: date | None = None
    days: tuple[date, ...] | None = None
    settings: Mapping[str, Any] | None = None
    parent: Team | None = None


def read(rows: list[dict[str, Any]], *, strict: bool = False, times: int = 3) -> list[Team]:
    """Read a page again and again: plainly first, and by what was learned from it then."""
    codec, body = Codec(UTC, strict), json.dumps({"data": rows}).encode()
    pages = [codec.rows(Team, body).items for _ in range(times)]
    assert all(page == pages[0] for page in pages)
    assert all([row.to_dict() for row in page] == rows for page in pages)
    return list(pages[-1])


def test_lists_and_relations_are_read() -> None:
    ann = {"id": 7, "first_name": "Ann", "new": {"x": 1.5}}
    (team,) = read([{"id": 1, "numbers": [1, 2], "users": [5, ann], "lead": ann, "days": ["2026-01-31"], "rate": 0.5}])

    assert (team.numbers, team.rate, team.days) == ((1, 2), 0.5, (date(2026, 1, 31),))
    assert team.users == (5, User(id=7, first_name="Ann", extra={"new": {"x": 1.5}}))
    assert team.lead == team.users[1]


def test_a_list_reads_the_same_on_every_page() -> None:
    teams = read([{"id": 1, "numbers": ["1", "2"], "names": ["1", "2"]}, {"id": 2, "numbers": [1], "names": [1]}])

    assert [(team.numbers, team.names) for team in teams] == [((1, 2), ("1", "2")), ((1,), ("1",))]


def test_a_misfit_in_a_list_sets_the_whole_list_aside(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "voipstudio_async"):
        teams = read([{"id": 1, "numbers": [1, "x"]}, {"id": 2, "numbers": [None]}])

    assert [(team.numbers, team.extra) for team in teams] == [
        (None, {"numbers": [1, "x"]}),
        (None, {"numbers": [None]}),
    ]
    assert [entry.getMessage().split(" does not fit")[0] for entry in caplog.records] == ["Team.numbers[1]"]


def test_a_misfit_of_a_nested_entity_is_its_own() -> None:
    (team,) = read([{"id": 1, "users": [{"id": 3, "dnd": "maybe"}]}])

    assert team.extra == {}
    assert team.users == (User(id=3, extra={"dnd": "maybe"}),)


def test_a_nested_entity_without_its_id_is_a_misfit_of_the_field() -> None:
    (team,) = read([{"id": 1, "users": [{"first_name": "Ann"}], "lead": {}}])

    assert (team.users, team.lead) == (None, None)
    assert team.extra == {"users": [{"first_name": "Ann"}], "lead": {}}


@pytest.mark.parametrize(
    ("row", "path", "message"),
    [
        ({"users": [5, {"id": "x"}]}, "data[1].users[1].id", "expected an integer, got a text"),
        ({"users": [5, {"first_name": "Ann"}]}, "data[1].users[1].id", "is missing"),
        ({"users": [5, {"id": None}]}, "data[1].users[1].id", "is null"),
        ({"users": [{"id": 1, "dnd": "maybe"}]}, "data[1].users[0].dnd", "expected a boolean"),
        ({"parent": {"id": 1, "numbers": [1, "x"]}}, "data[1].parent.numbers[1]", "expected an integer"),
        ({"days": ["2026-02-30"]}, "data[1].days[0]", "expected a date"),
        ({"settings": [1]}, "data[1].settings", "expected an object, got a list"),
        ({"rate": "fast"}, "data[1].rate", "expected a number"),
    ],
    ids=str,
)
def test_strict_names_the_whole_path(row: dict[str, Any], path: str, message: str) -> None:
    body = json.dumps({"data": [{"id": 1}, {"id": 2, **row}]}).encode()
    codec = Codec(UTC, strict=True)
    for _ in range(2):
        with pytest.raises(DecodeError, match=message) as caught:
            codec.rows(Team, body)
        assert caught.value.path == path


def test_what_is_changed_in_a_list_shows_in_to_dict() -> None:
    (team,) = read([{"id": 1, "numbers": ["1"], "users": [{"id": 5, "new": 1}]}])
    assert team.users is not None

    renamed = attrs.evolve(team.users[0], first_name="Ann")  # type: ignore[misc]

    assert attrs.evolve(team, users=(renamed, 9), numbers=(2,)).to_dict() == {
        "id": 1,
        "numbers": [2],
        "users": [{"first_name": "Ann", "id": 5, "new": 1}, 9],
    }


def test_a_free_mapping_is_a_value() -> None:
    one, other = read([{"id": 1, "settings": {"a": [1, 0.1]}}, {"id": 1, "settings": {"a": [1, 0.1]}}])

    assert one == other
    assert hash(one) == hash(other)
    with pytest.raises(TypeError, match="read-only"):
        one.settings["a"] = 2  # type: ignore[index]


@pytest.mark.parametrize("sent", [0.1, 5, "0.5", "0.10000000000000001", 1e308, -0.0])
def test_a_float_is_the_nearest_one(sent: Any) -> None:
    (team,) = read([{"id": 1, "rate": sent}])

    assert type(team.rate) is float
    assert team.rate == float(sent)


@pytest.mark.parametrize("sent", ["1e999", "1e-999", "-1e400"])
def test_what_no_float_can_hold_is_set_aside(sent: str) -> None:
    (team,) = Codec(UTC, strict=False).rows(Team, f'{{"data": [{{"id": 1, "rate": {sent}}}]}}'.encode()).items

    assert team.rate is None
    assert "rate" in team.extra


# --- bodies ----------------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Line:
    text: str
    price: Decimal | None | Unset = UNSET


@attrs.frozen(kw_only=True)
class Draft:
    labels: tuple[str, ...] | Unset = UNSET
    numbers: tuple[int, ...] | None | Unset = UNSET
    kind: Annotated[Code, CallType] | Unset = UNSET
    number: DigitId | Unset = UNSET
    at: datetime | Unset = UNSET
    seconds: EpochTime | Unset = UNSET
    day: date | Unset = UNSET
    rate: float | Unset = UNSET
    password: Secret | Unset = UNSET
    line: Line | Unset = UNSET
    lines: tuple[Line, ...] | Unset = UNSET
    users: tuple[int | User, ...] | Unset = UNSET
    free: Mapping[str, Any] | Unset = UNSET
    anything: Any = UNSET


WIRE = Codec(UTC, strict=True)
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"labels": ("vip",)}, {"labels": ["vip"]}),
        ({"labels": ["vip"]}, {"labels": ["vip"]}),
        ({"numbers": None}, {"numbers": None}),
        ({"kind": CallType.MISSED}, {"kind": "M"}),
        ({"kind": 3}, {"kind": 3}),
        ({"number": 12}, {"number": "12"}),
        ({"at": NOON, "seconds": NOON}, {"at": "2026-01-31 12:00:00", "seconds": 1769860800}),
        ({"day": date(2026, 1, 31)}, {"day": "2026-01-31"}),
        ({"rate": 0.5}, {"rate": 0.5}),
        ({"password": Secret("x")}, {"password": "x"}),
        ({"line": Line(text="a")}, {"line": {"text": "a"}}),
        ({"lines": (Line(text="a", price=Decimal("1.50")),)}, {"lines": [{"text": "a", "price": 1.5}]}),
        ({"users": (5, User(id=7, first_name="Ann"))}, {"users": [5, {"id": 7, "first_name": "Ann"}]}),
        ({"free": {"a": [1, None]}, "anything": [{}]}, {"free": {"a": [1, None]}, "anything": [{}]}),
        ({}, {}),
    ],
    ids=str,
)
def test_a_body_is_sent_as_it_is_declared(given: dict[str, Any], sent: dict[str, Any]) -> None:
    assert json.loads(encode(WIRE.body(Draft(**given)))) == sent


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"labels": ("vip", 5)}, r"labels\[1\] must be str, got 5"),
        ({"labels": "vip"}, "labels must be list of str, got 'vip'"),
        ({"kind": 1.5}, "kind must be str or int or bool, got 1.5"),
        ({"number": -1}, "number must be int"),
        ({"at": date(2026, 1, 1)}, "at must be datetime"),
        ({"day": NOON}, "day must be date"),
        ({"rate": float("nan")}, "rate must be float"),
        ({"line": {"text": "a"}}, "line must be Line"),
        ({"lines": (Line(text=5),)}, r"lines\[0\]\.text must be str, got 5"),  # type: ignore[arg-type]
        ({"users": (True,)}, r"users\[0\] must be User or int, got True"),
        ({"free": {"a": {1, 2}}}, r"free\.a is a value of the type set"),
        ({"anything": float("inf")}, "anything is inf"),
    ],
    ids=str,
)
def test_what_a_field_cannot_be_is_refused_with_its_path(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        WIRE.body(Draft(**given))


def test_a_secret_that_is_none_is_not_shown() -> None:
    with pytest.raises(ConfigurationError, match=r"^password must be Secret, got something else$"):
        WIRE.body(Draft(password=12345))  # type: ignore[arg-type]


def test_a_body_can_be_a_list() -> None:
    assert WIRE.body([Line(text="a"), Line(text="b", price=None)]) == [{"text": "a"}, {"text": "b", "price": None}]
