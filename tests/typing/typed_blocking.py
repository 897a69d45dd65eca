"""The exact types of the blocking face. Never run: read by the type checkers."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import assert_type

from voipstudio_async import (
    UNSET,
    BulkResult,
    Call,
    Cdr,
    ChatMessage,
    Contact,
    Me,
    Outcome,
    Page,
    PageReport,
    Pages,
    QueueGroup,
    RawResponse,
    Timeouts,
    User,
    UserAudio,
    UserGroup,
    UserGroupPolicy,
    VoipStudio,
    field,
)


def the_customer_module(client: VoipStudio) -> None:
    assert_type(client.me(), Me)
    assert_type(client.users.list(), Pages[User])
    assert_type(client.users.get(7206), User)
    assert_type(client.users.contacts(7206), Pages[Contact])
    assert_type(client.users.cdrs(7206), Pages[Cdr])
    assert_type(client.users.chat_messages(7206), Pages[ChatMessage])
    assert_type(client.users.calls(7206), Pages[Call])
    assert_type(client.users.audio(7206), UserAudio)
    client.users.delete(7206)
    client.users.reset_audio(7206)


def groups(client: VoipStudio) -> None:
    assert_type(client.queue_groups.list(), Pages[QueueGroup])
    assert_type(client.queue_groups.create(name="Support"), QueueGroup)
    assert_type(client.queue_groups.get(1), QueueGroup)
    assert_type(client.queue_groups.update(1, name=None), QueueGroup)
    assert_type(client.user_groups.list(), Pages[UserGroup])
    assert_type(client.user_groups.create(name="Sales", color="#ff8800"), UserGroup)
    assert_type(client.user_groups.get(1), UserGroup)
    assert_type(client.user_groups.update(1, color=UNSET, name="Sales"), UserGroup)
    assert_type(client.user_group_policies.list(), Pages[UserGroupPolicy])
    assert_type(client.user_group_policies.create(name="Night"), UserGroupPolicy)
    assert_type(client.user_group_policies.get(1), UserGroupPolicy)
    assert_type(client.user_group_policies.update(1, color=None), UserGroupPolicy)
    client.customers.delete(1, confirm=1)


def listings(client: VoipStudio) -> None:
    since = field("calldate") >= date(2026, 1, 1)
    pages = client.users.cdrs(7206, since, field("duration") > 60, order_by="-calldate", page_size=500, prefetch=2)
    for cdr in pages:
        assert_type(cdr, Cdr)
    for page in pages.pages():
        assert_type(page, Page[Cdr])
    assert_type(pages.page(3), Page[Cdr])
    assert_type(pages.first(), Cdr | None)
    assert_type(pages.count(), int)
    assert_type(pages.collect(max_items=5, require_complete=True), list[Cdr])
    assert_type(pages.report, PageReport)
    assert_type(pages.checkpoint(), str)


def call_records(client: VoipStudio) -> None:
    assert_type(client.cdrs.list(field("type") == "O"), Pages[Cdr])
    assert_type(client.cdrs.list(field("type") == "O", group_by="user_id", page_size=50), Pages[Cdr])
    assert_type(client.cdrs.get(5), Cdr)
    assert_type(client.cdrs.count(field("duration") > 60), int)
    assert_type(client.cdrs.walk(date(2026, 1, 1), date(2026, 2, 1)), Pages[Cdr])


def many(client: VoipStudio) -> None:
    assert_type(client.bulk.run(client.users.get, [1, 2]), BulkResult[int, User])
    assert_type(client.bulk.run(client.users.cdrs, [1, 2]), BulkResult[int, list[Cdr]])
    assert_type(client.bulk.stream(client.users.get, [1, 2]), Iterator[Outcome[int, User]])
    long = field("duration") > 60
    assert_type(client.bulk.run(lambda id: client.users.cdrs(id, long), [1, 2]), BulkResult[int, list[Cdr]])
    assert_type(client.bulk.run(partial(client.user_groups.update, name="Ann"), [1, 2]), BulkResult[int, UserGroup])
    assert_type(client.bulk.run(lambda name: client.user_groups.create(name=name), ["a"]), BulkResult[str, UserGroup])
    assert_type(client.users.get_many([1, 2]), BulkResult[int, User])
    assert_type(client.users.delete_many([1, 2]), BulkResult[int, None])
    result = client.users.get_many([1, 2])
    assert_type(result.ok, bool)
    assert_type(result.succeeded, list[Outcome[int, User]])
    for outcome in client.bulk.stream(client.users.cdrs, [1, 2], ordered=True):
        assert_type(outcome.unwrap(), list[Cdr])


def the_client(client: VoipStudio) -> None:
    assert_type(client.with_options(timeouts=Timeouts(total=5)), VoipStudio)
    assert_type(client.raw.request("GET", "/x", params={"a": 1}, json=None), RawResponse)
    with VoipStudio("token") as opened:
        assert_type(opened, VoipStudio)
    client.close()
