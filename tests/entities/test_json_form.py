"""The typed JSON form of entities, by itself and in a web service whose models are pydantic's."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from voipstudio_async import Cdr, ConfigurationError, Me, Queue, User
from voipstudio_async.entities import Secret

ANN = User(
    id=7, first_name="Ann", last_name="Lee", created_at=datetime(2026, 1, 1, tzinfo=UTC), extra={"desk": {"floor": 2}}
)
PAID = Cdr(id=1, charge=Decimal("1.10"))


def test_moments_have_an_offset_and_money_has_every_digit() -> None:
    form = json.loads(json.dumps(ANN.to_json()))

    assert (form["id"], form["first_name"], form["created_at"]) == (7, "Ann", "2026-01-01T00:00:00+00:00")
    assert (form["dnd"], form["desk"]) == (None, {"floor": 2})
    assert PAID.to_json()["charge"] == "1.10"
    assert PAID.to_json(money="number")["charge"] == 1.1


def test_money_of_no_known_form_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="money is 'text' or 'number', got 'float'"):
        PAID.to_json(money="float")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_secrets_are_masked_also_where_nobody_knows_them() -> None:
    form = Me(sip_password=Secret("hush"), extra={"sip": {"password": "hush"}, "pin": 1234}).to_json()

    assert (form["sip_password"], form["sip"], form["pin"]) == ("***", {"password": "***"}, "***")


def test_what_is_inside_has_the_same_form() -> None:
    nested = Queue(id=1, users=(ANN,)).to_json()

    assert nested["users"] == [ANN.to_json()]


def test_what_did_not_fit_is_null_and_no_other_type() -> None:
    assert User(id=7, extra={"dnd": "sometimes"}).to_json()["dnd"] is None


@pytest.mark.parametrize(
    ("person", "name"),
    [
        (ANN, "Ann Lee"),
        (User(id=1, last_name="Lee"), "Lee"),
        (User(id=1, email="a@b.example"), "a@b.example"),
        (Me(first_name="Ann"), "Ann"),
        (User(id=1), ""),
    ],
)
def test_a_person_has_a_name(person: User | Me, name: str) -> None:
    assert person.name == name


async def answered(app: Any, path: str) -> tuple[int, Any]:
    """Ask an ASGI application, without a server."""
    sent: list[dict[str, Any]] = []
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])


def service() -> Any:
    fastapi = pytest.importorskip("fastapi", reason="newer Pythons may have no wheels of what it stands on")
    app = fastapi.FastAPI()

    async def one() -> User:
        return ANN

    async def several() -> Any:
        return [PAID]

    app.add_api_route("/untyped", lambda: {"one": ANN, "all": [PAID]})
    # Its annotations are texts here, and of names that are not the module's.
    app.add_api_route("/one", one, response_model=User)
    app.add_api_route("/several", several, response_model=list[Cdr])
    return app


async def test_a_web_service_answers_with_entities_and_describes_them() -> None:
    app = service()

    assert await answered(app, "/one") == (200, ANN.to_json())
    assert await answered(app, "/several") == (200, [PAID.to_json()])
    described = app.openapi()["paths"]["/one"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert "first_name" in described["required"]
    assert described["properties"]["created_at"]["anyOf"][0] == {"type": "string", "format": "date-time"}


async def test_a_web_service_answers_with_entities_where_no_type_is_said() -> None:
    assert await answered(service(), "/untyped") == (200, {"one": ANN.to_json(), "all": [PAID.to_json()]})


def test_vars_are_the_typed_form_and_masked() -> None:
    me = Me(id=7, sip_password=Secret("hidden"))

    assert vars(me) == me.to_json()
    assert json.loads(json.dumps({"who": me}, default=vars))["who"]["sip_password"] == "***"


def test_the_names_of_an_entity_are_those_of_its_class() -> None:
    assert "desk" not in dir(ANN)
    assert {"first_name", "name", "to_json"} <= set(dir(ANN))


def test_pydantic_refuses_what_is_no_entity_of_the_class() -> None:
    pydantic = pytest.importorskip("pydantic", reason="it comes with fastapi")
    adapter = pydantic.TypeAdapter(User)

    assert adapter.validate_python(ANN) is ANN
    with pytest.raises(ValueError, match="instance of User"):
        adapter.validate_python(PAID)
