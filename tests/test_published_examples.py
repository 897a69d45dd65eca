"""Every operation against the vendor's own page: each request is a documented one, each published example decodes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from faces import every, opened, operation, settle
from vendor_mock import PUBLISHED, VendorMock, success

from voipstudio_async import Entity, PaginationError, ValidationError, entities

ID = 7206

# The page's operations, in its order: what to call, with what, and what the answer is.
OPERATIONS: dict[str, tuple[str, tuple[Any, ...], dict[str, Any], type | None]] = {
    "GET /queuegroups": ("queue_groups.list", (), {}, entities.QueueGroup),
    "POST /queuegroups": ("queue_groups.create", (), {"name": "abcd"}, entities.QueueGroup),
    "GET /queuegroups/{id}": ("queue_groups.get", (ID,), {}, entities.QueueGroup),
    "PATCH /queuegroups/{id}": ("queue_groups.update", (ID,), {"name": "abcd"}, entities.QueueGroup),
    "DELETE /queuegroups/{id}": ("queue_groups.delete", (ID,), {}, None),
    "DELETE /customers/{id}": ("customers.delete", (ID,), {"confirm": ID}, None),
    "GET /users": ("users.list", (), {}, entities.User),
    "GET /users/{id}": ("users.get", (ID,), {}, entities.User),
    "DELETE /users/{id}": ("users.delete", (ID,), {}, None),
    "GET /me": ("me", (), {}, entities.Me),
    "GET /users/{id}/contacts": ("users.contacts", (ID,), {}, entities.Contact),
    "GET /users/{id}/cdrs": ("users.cdrs", (ID,), {}, entities.Cdr),
    "GET /users/{id}/chatmsgs": ("users.chat_messages", (ID,), {}, entities.ChatMessage),
    "GET /users/{id}/calls": ("users.calls", (ID,), {}, entities.Call),
    "GET /usergroups": ("user_groups.list", (), {}, entities.UserGroup),
    "POST /usergroups": ("user_groups.create", (), {"name": "abcd", "color": "abcd"}, entities.UserGroup),
    "GET /usergroups/{id}": ("user_groups.get", (ID,), {}, entities.UserGroup),
    "PATCH /usergroups/{id}": ("user_groups.update", (ID,), {"name": "abcd", "color": "abcd"}, entities.UserGroup),
    "DELETE /usergroups/{id}": ("user_groups.delete", (ID,), {}, None),
    "GET /usergrouppolicies": ("user_group_policies.list", (), {}, entities.UserGroupPolicy),
    "POST /usergrouppolicies": (
        "user_group_policies.create",
        (),
        {"name": "abcd", "color": "abcd"},
        entities.UserGroupPolicy,
    ),
    "GET /usergrouppolicies/{id}": ("user_group_policies.get", (ID,), {}, entities.UserGroupPolicy),
    "PATCH /usergrouppolicies/{id}": (
        "user_group_policies.update",
        (ID,),
        {"name": "abcd", "color": "abcd"},
        entities.UserGroupPolicy,
    ),
    "DELETE /usergrouppolicies/{id}": ("user_group_policies.delete", (ID,), {}, None),
    "GET /users/{id}/audio": ("users.audio", (ID,), {}, entities.UserAudio),
    "DELETE /users/{id}/audio": ("users.reset_audio", (ID,), {}, None),
}
BY_LABEL = {f"{published['method']} {published['path']}": published for published in PUBLISHED}
LISTINGS = [label for label, (name, *_) in OPERATIONS.items() if name.endswith(".list")]
SINGLE_OBJECTS = [f"GET /users/{{id}}/{part}" for part in ("contacts", "cdrs", "chatmsgs", "calls")]


@pytest.fixture
def vendor() -> Iterator[VendorMock]:
    with VendorMock() as server:
        yield server


@pytest.fixture
async def client(face: type[Any], vendor: VendorMock) -> AsyncIterator[Any]:
    async with opened(face, "a-token", base_url=vendor.url) as client:
        yield client


def begin(client: Any, label: str) -> Any:
    name, args, options, _ = OPERATIONS[label]
    if label.endswith("/{id}") and BY_LABEL[label]["example_response"] is not None:
        # An answer about another record than the one that was asked for is refused.
        args = (example(label)["id"],)
    return operation(client, name)(*args, **options)


async def answered(client: Any, label: str) -> Any:
    begun = begin(client, label)
    return (await settle(begun.page(1))).items[0] if hasattr(begun, "pages") else await settle(begun)


def example(label: str) -> Any:
    data = BY_LABEL[label]["example_response"]["data"]
    return data[0] if isinstance(data, list) else data


def test_the_page_and_this_table_have_the_same_26_operations() -> None:
    assert list(OPERATIONS) == list(BY_LABEL)
    assert len(OPERATIONS) == 26


@pytest.mark.parametrize("label", OPERATIONS)
async def test_the_request_is_accepted_and_the_example_decodes(label: str, client: Any, vendor: VendorMock) -> None:
    entity = OPERATIONS[label][3]

    answer = await answered(client, label)

    assert (vendor.served, vendor.refused) == ([label], [])
    if entity is None:
        assert answer is None
        assert success(BY_LABEL[label]) == 204
    else:
        assert isinstance(answer, Entity)
        assert type(answer) is entity
        assert answer.to_dict() == example(label)


@pytest.mark.parametrize("label", LISTINGS)
async def test_an_example_that_repeats_itself_is_not_walked_for_ever(
    label: str, client: Any, vendor: VendorMock
) -> None:
    pages = begin(client, label)

    with pytest.raises(PaginationError, match="no new rows") as caught:
        await every(pages)

    assert caught.value.report.rows == 1
    assert 1 < len(vendor.served) < 10
    assert await settle(pages.count()) == 59
    assert (await settle(pages.first())).to_dict() == example(label)


@pytest.mark.parametrize("label", SINGLE_OBJECTS)
async def test_a_single_object_where_rows_belong_is_one_row(label: str, client: Any, vendor: VendorMock) -> None:
    rows = await every(begin(client, label))

    assert [row.to_dict() for row in rows] == [example(label)]
    assert vendor.served == [label]


async def test_what_the_page_does_not_document_is_refused(client: Any, vendor: VendorMock) -> None:
    for method, path, body in (("POST", "/users", {"email": "a@b"}), ("POST", "/usergroups", {"nmae": "x"})):
        with pytest.raises(ValidationError):
            await settle(client.raw.request(method, path, json=body))

    assert len(vendor.refused) == 2
