"""The other modules against what is published of them: each request is a documented one, each example decodes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from faces import opened, operation, settle
from vendor_mock import OTHERS, VendorMock, success

from voipstudio_async import Entity, ValidationError
from voipstudio_async.entities import ReportFrequency
from voipstudio_async.resources.certainty import CERTAINTY, Certainty

ID = 7206
NUMBER = "442079460000"

# What to call for each, and with what: every documented field is sent.
CONTACT = dict.fromkeys(
    (
        *("group_name", "first_name", "last_name", "email", "tel", "speed_dial_phone", "mobile"),
        *("speed_dial_mobile", "notes"),
    ),
    "abcd",
) | {"labels": ["abcd"], "global_": True}
OPERATIONS: dict[str, tuple[str, tuple[Any, ...], dict[str, Any]]] = {
    "POST /login": (
        "auth.login",
        (),
        {"email": "a@example.com", "password": "abcd", "remember_me": True, "device_fingerprint": "abcd"},
    ),
    "POST /login2fa": ("auth.confirm", (), {"nonce": "abcd", "code": "123456"}),
    "GET /ping": ("ping", (), {}),
    "POST /apitokens": ("api_tokens.create", (), {"name": "abcd", "expiry": timedelta(days=7)}),
    "GET /calls": ("calls.list", (), {}),
    "POST /calls": ("calls.place", (), {"to": NUMBER, "from_user": ID, "caller_id": "anonymous"}),
    "POST /webcalls": ("web_calls.create", (), {"from_number": NUMBER, "to": "101"}),
    "POST /leadcalls": ("lead_calls.create", (), {"to": NUMBER, "caller_id": NUMBER, "text": "abcd"}),
    "GET /chats": ("chats.list", (), {}),
    "GET /chats/{id}": ("chats.get", (3101,), {}),
    "DELETE /chatmsgs/{ids}": ("chat_messages.delete_many", ([1, 2],), {}),
    "DELETE /chatmsgs": ("chat_messages.delete_all", (), {"confirm": "chat_messages"}),
    "GET /cdrs": ("cdrs.list", (), {"group_by": "user_id"}),
    "GET /sms": ("sms.list", (), {}),
    "POST /sms": ("sms.send", (), {"to": NUMBER, "message": "abcd", "from_number": NUMBER}),
    "DELETE /sms": ("sms.delete_all", (), {"confirm": "sms"}),
    "GET /sms/{id}": ("sms.get", (7001,), {}),
    "GET /contacts": ("contacts.list", (), {}),
    "POST /contacts": ("contacts.create", (), CONTACT),
    "PATCH /contacts": ("contacts.move", ([611],), {"group_name": "abcd"}),
    "GET /contacts/{id}": ("contacts.get", (611,), {}),
    "PATCH /contacts/{id}": ("contacts.update", (611,), CONTACT),
    "GET /calltracking/ddis": ("call_tracking.numbers", (), {}),
    "PATCH /calltracking/ddis": ("call_tracking.assign", ([NUMBER],), {"campaign_id": 9}),
    "GET /calltracking/campaigns": ("call_tracking.campaigns", (), {}),
    "GET /callmeback/websites": ("call_me_back.websites", (), {}),
    "GET /callmeback/settings": ("call_me_back.settings", (), {}),
    "POST /callmeback/settings": (
        "call_me_back.create",
        (),
        {
            "button_id": 3,
            "name": "abcd",
            "floating_icon": True,
            "allowed_countries": ["GB"],
            "show_to_allowed_countries_only": False,
            "ddi_e164": int(NUMBER),
            "max_call_rate": Decimal("0.15"),
        },
    ),
    "GET /reportschedules": ("report_schedules.list", (), {}),
    "POST /reportschedules": (
        "report_schedules.create",
        (),
        {
            "report_id": 2,
            "name": "abcd",
            "emails": ["a@example.com"],
            "frequency": ReportFrequency(type="W", time_of_day=(8,)),
            "start_at": date(2026, 6, 1),
        },
    ),
}
BY_LABEL = {f"{published['method']} {published['path']}": published for published in OTHERS}
WITH_LIVE = [label for label, published in BY_LABEL.items() if "live_response" in published]


@pytest.fixture(params=[False, True], ids=["documented", "live"])
def vendor(request: pytest.FixtureRequest) -> Iterator[VendorMock]:
    with VendorMock(live=request.param) as server:
        yield server


@pytest.fixture
async def client(face: type[Any], vendor: VendorMock) -> AsyncIterator[Any]:
    async with opened(face, "a-token", base_url=vendor.url) as client:
        yield client


async def answered(client: Any, label: str) -> Any:
    name, args, options = OPERATIONS[label]
    begun = operation(client, name)(*args, **options)
    return (await settle(begun.page(1))).items[0] if hasattr(begun, "pages") else await settle(begun)


def example(vendor: VendorMock, label: str) -> Any:
    published = BY_LABEL[label]
    live = published.get("live_response") if vendor.live else None
    whole = live or published["example_response"]
    data = whole.get("data", whole)
    return data[0] if isinstance(data, list) else data


def test_the_pages_and_this_table_have_the_same_operations() -> None:
    assert list(OPERATIONS) == list(BY_LABEL)
    assert len(BY_LABEL) == len(OTHERS)
    assert WITH_LIVE


@pytest.mark.parametrize("label", OPERATIONS)
async def test_the_request_is_accepted_and_the_example_decodes(label: str, client: Any, vendor: VendorMock) -> None:
    answer = await answered(client, label)

    assert (vendor.served, vendor.refused) == ([label], [])
    if BY_LABEL[label]["example_response"] is None:
        assert success(BY_LABEL[label]) in (202, 204)
        assert answer is None or [outcome.error for outcome in answer.outcomes] == [None, None]
    elif BY_LABEL[label].get("bulk"):
        assert [outcome.error for outcome in answer.outcomes] == [None]
    else:
        assert isinstance(answer, Entity)
        assert answer.to_dict() == example(vendor, label)


@pytest.mark.parametrize("body", [{"to": 5}, {"nmae": "x"}, [{"to": NUMBER}]])
async def test_what_the_pages_do_not_document_is_refused(body: Any, client: Any, vendor: VendorMock) -> None:
    with pytest.raises(ValidationError):
        await settle(client.raw.request("POST", "/sms", json=body))
    assert len(vendor.refused) == 1


def test_what_is_on_these_pages_is_said_to_be_documented() -> None:
    said = {name for name, known in CERTAINTY.items() if known.certainty is Certainty.DOCUMENTED}
    here = {name for name, _, _ in OPERATIONS.values()}

    assert here <= said
