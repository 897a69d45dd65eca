"""Messages, queues, invoices, numbers and buttons at the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from faces import every, settle

from voipstudio_async import NotFoundError, User, ValidationError, field
from voipstudio_async.sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(users=4, calls=60, seed=7) as started:
        yield started


def names_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


async def first(listing: Any) -> Any:
    return (await every(listing))[0]


async def test_a_message_that_was_sent_is_listed(client: Any) -> None:
    sent = await settle(client.sms.send(to="+44 20 7183 8000", message="On my way"))
    assert (sent.to, sent.message, sent.type) == ("442071838000", "On my way", "O")
    assert await settle(client.sms.get(sent.id)) == sent
    assert sent.id in {message.id for message in await every(client.sms.list())}


async def test_all_messages_are_deleted_when_they_are_named(client: Any) -> None:
    await settle(client.sms.delete_all(confirm="sms"))
    assert await every(client.sms.list()) == []


async def test_agents_join_and_leave_a_queue(client: Any) -> None:
    queue = await first(client.queues.list())
    agent = await first(client.users.list())
    await settle(client.queues.leave(queue.id, [agent.id]))
    assert agent.id not in (await settle(client.queues.get(queue.id))).users
    joined = await settle(client.queues.join(queue.id, [agent.id]))
    assert agent.id in {each.id for each in joined.users}
    again = await settle(client.queues.join(queue.id, [agent.id]))
    assert again.users == joined.users


async def test_the_agents_of_a_queue_are_ids_or_users(client: Any) -> None:
    plain = await first(client.queues.list())
    whole = await first(client.queues.list(include_users=True))
    assert all(isinstance(agent, int) for agent in plain.users)
    assert all(isinstance(agent, User) for agent in whole.users)
    assert [agent.id for agent in whole.users] == list(plain.users)


async def test_nobody_joins_no_queue(client: Any) -> None:
    queue = await first(client.queues.list())
    with pytest.raises(ValidationError, match="no user 1"):
        await settle(client.queues.join(queue.id, [1]))
    with pytest.raises(NotFoundError):
        await settle(client.queues.join(queue.id + 10**6, [1]))


async def test_an_invoice_is_there_when_its_transaction_is_completed(client: Any, tmp_path: Path) -> None:
    transactions = await every(client.transactions.list())
    pending = next(each for each in transactions if each.result == "PENDING")
    completed = next(each for each in transactions if each.result != "PENDING")
    with pytest.raises(ValidationError, match="not completed yet"):
        await settle(client.transactions.download(pending.id, tmp_path))
    assert names_in(tmp_path) == []
    saved = await settle(client.transactions.download(completed.id, tmp_path))
    assert saved.path.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(("part", "beginning"), [("recordings", b"ID3"), ("voicemails", b"ID3"), ("faxes", b"%PDF")])
async def test_a_file_is_of_its_kind(part: str, beginning: bytes, client: Any, tmp_path: Path) -> None:
    record = await first(getattr(client, part).list())
    saved = await settle(getattr(client, part).download(record.id, tmp_path))
    assert saved.path.read_bytes().startswith(beginning)


async def test_numbers_count_calls_for_a_campaign(client: Any) -> None:
    number = await first(client.call_tracking.numbers())
    result = await settle(client.call_tracking.assign([number.e164], campaign_id=9))
    assert [outcome.error for outcome in result.outcomes] == [None]
    assert (await first(client.call_tracking.numbers(field("e164") == number.e164))).campaign_id == 9


async def test_a_button_is_made_and_deleted(client: Any) -> None:
    made = await settle(client.call_me_back.create(button_id=3, name="Shop", ddi_e164=442079460000))
    assert made.ddi == 442079460000
    assert made.id in {each.id for each in await every(client.call_me_back.settings())}
    await settle(client.call_me_back.delete(made.id))
    assert made.id not in {each.id for each in await every(client.call_me_back.settings())}


async def test_a_lead_call_shows_a_number_of_the_account(client: Any) -> None:
    number = await first(client.numbers.list())
    call = await settle(client.lead_calls.create(to="442071838000", caller_id=number.e164, text="Alarm in hall 2"))
    assert call.dst == "442071838000"
    with pytest.raises(ValidationError, match="DDI not found"):
        await settle(client.lead_calls.create(to="442071838000", caller_id="15550100", text="Alarm"))
