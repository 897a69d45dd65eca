"""What a POST and a PATCH may say: anything else is 400, with each thing that is wrong."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import attrs
import pytest

from voipstudio_async.entities import Code, DigitId, EpochTime, Secret
from voipstudio_async.sandbox import Sandbox
from voipstudio_async.sandbox.bodies import checked
from voipstudio_async.sandbox.refusals import Refusal
from voipstudio_async.unset import UNSET, Unset

NOT_TEXT = {"message": "must be str", "code": "SF0010"}
NOT_TEXT_OR_NULL = {"message": "must be null or str", "code": "SF0010"}


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [{"field": "name", "message": "is required"}]),
        ({"name": ""}, [{"field": "name", **NOT_TEXT}]),
        ({"name": None}, [{"field": "name", **NOT_TEXT}]),
        ({"name": 1}, [{"field": "name", **NOT_TEXT}]),
        ({"name": True}, [{"field": "name", **NOT_TEXT}]),
        ({"name": ["x"]}, [{"field": "name", **NOT_TEXT}]),
        ({"name": "x", "color": 5}, [{"field": "color", **NOT_TEXT_OR_NULL}]),
        ({"name": "x", "colour": "red"}, [{"field": "colour", "message": "unknown field"}]),
        ({"name": "x", "id": 5}, [{"field": "id", "message": "unknown field"}]),
    ],
)
async def test_what_is_wrong_is_named(ask: Any, body: Any, errors: Any) -> None:
    reply = await ask("POST", "/usergroups", json=body)
    assert (reply.status, reply.json) == (400, {"message": "Validation error", "errors": errors})


async def test_all_that_is_wrong_is_named_at_once(ask: Any) -> None:
    reply = await ask("PATCH", f"/usergroups/{await any_group(ask)}", json={"name": 1, "color": 2, "x": 3})
    assert [error["field"] for error in reply.json["errors"]] == ["x", "name", "color"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the body is not JSON"),
        (b"{", "the body is not JSON"),
        (b"[]", "the body must be an object"),
        (b"null", "the body must be an object"),
        (b'{"name": NaN}', "the body is not JSON"),
        (b'{"name": "\xff"}', "the body is not JSON"),
        (b'{"name": "\\ud800"}', "the body is not JSON"),
        (b"[" * 100_000, "the body is not JSON"),
    ],
)
async def test_what_is_not_a_json_object(ask: Any, sandbox: Sandbox, content: bytes, message: str) -> None:
    before = sandbox.store.count("usergroups")
    reply = await ask("POST", "/usergroups", data=content, headers={"Content-Type": "application/json"})
    assert (reply.status, reply.json) == (400, {"message": message, "errors": []})
    assert sandbox.store.count("usergroups") == before


async def test_the_content_type_is_json(ask: Any) -> None:
    reply = await ask("POST", "/usergroups", data=b'{"name":"x"}', headers={"Content-Type": "text/plain"})
    assert (reply.status, reply.json["message"]) == (400, "the body must be application/json, not text/plain")


async def test_a_body_that_is_too_large_is_refused_and_not_kept(ask: Any, sandbox: Sandbox) -> None:
    content = BytesIO(b'{"name": "%b"}' % (b"x" * 1_100_000))
    reply = await ask("POST", "/usergroups", data=content, headers={"Content-Type": "application/json"})
    assert (reply.status, reply.json["errors"]) == (413, [])
    assert sandbox.requests[-1].body is None


async def test_an_empty_patch_is_refused(ask: Any, sandbox: Sandbox) -> None:
    group = sandbox.store.rows("usergroups")[0]
    reply = await ask("PATCH", f"/usergroups/{group['id']}", json={})

    assert (reply.status, reply.json["errors"][0]["message"]) == (400, "give at least one field")
    assert sandbox.store.rows("usergroups")[0] == group


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/calls", {"to": "+44 20 7946 0001"}),
        ("/calls", {"to": "442079460001", "caller_id": "nobody"}),
        ("/calls", {"to": "442079460001", "from": "ann"}),
        ("/webcalls", {"from": "1", "to": "442079460001"}),
        ("/sms", {"to": "4420\n", "message": "On my way"}),
        ("/apitokens", {"name": "laptop", "expiry": 0}),
    ],
)
async def test_what_a_field_does_not_allow_is_refused(ask: Any, path: str, body: dict[str, Any]) -> None:
    reply = await ask("POST", path, json=body)

    assert (reply.status, reply.json["message"]) == (400, "Validation error")


async def test_a_list_of_nothing_is_refused(ask: Any) -> None:
    assert (await ask("PATCH", "/contacts", json=[])).status == 400


async def test_a_day_is_answered_as_its_midnight(ask: Any) -> None:
    draft = {"report_id": 1, "name": "Weekly", "emails": ["ann@example.com"], "start_at": "2026-06-01"}

    reply = await ask("POST", "/reportschedules", json=draft)

    assert reply.json["data"]["start_at"] == "2026-06-01 00:00:00"


@attrs.frozen(kw_only=True)
class Everything:
    """A body with each kind of field, for those that are declared one day."""

    at: datetime | None | Unset = UNSET
    start: EpochTime | Unset = UNSET
    digits: DigitId | Unset = UNSET
    amount: Decimal | Unset = UNSET
    share: float | Unset = UNSET
    count: int | Unset = UNSET
    flag: bool | Unset = UNSET
    code: Code | Unset = UNSET
    tags: tuple[str, ...] | Unset = UNSET
    password: Secret | Unset = UNSET
    anything: Any = UNSET
    from_: str | Unset = UNSET


@pytest.mark.parametrize(
    ("field", "right", "not_right"),
    [
        ("at", ["2026-01-05 10:00:00", None], ["2026-01-05", "2026-01-05T10:00:00", "2026-02-30 10:00:00", 5]),
        ("start", [1767600000], ["1767600000", 1.5, True, None]),
        ("digits", ["7206"], [7206, "x", ""]),
        ("amount", [1, 0.5], ["1", True]),
        ("share", [1, 0.5], ["1", True]),
        ("count", [1], [0.5, "1", True]),
        ("flag", [True], [1, "true"]),
        ("code", ["O", 1, True], [0.5, []]),
        ("tags", [[], ["vip"]], ["vip", [1]]),
        ("password", ["x"], [1]),
        ("anything", [1, None, {"a": []}], []),
        ("from", ["442071838000"], [442071838000]),
    ],
)
def test_each_kind_of_field(field: str, right: list[Any], not_right: list[Any]) -> None:
    for value in right:
        assert checked(Everything, {field: value}) == {field: value}
    for value in not_right:
        with pytest.raises(Refusal) as refused:
            checked(Everything, {field: value})
        assert refused.value.errors[0]["field"] == field


async def any_group(ask: Any) -> int:
    id = (await ask("GET", "/usergroups")).json["data"][0]["id"]
    assert isinstance(id, int)
    return id
