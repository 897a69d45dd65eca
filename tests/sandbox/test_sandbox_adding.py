"""An account that is exactly what a test needs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from voipstudio_async import Call, Cdr, Contact, UserGroup, VoipStudio, field
from voipstudio_async.reports import call_report
from voipstudio_async.sandbox import Sandbox


@pytest.fixture
def empty() -> Iterator[Sandbox]:
    with Sandbox(users=0, calls=0) as sandbox:
        yield sandbox


@pytest.fixture
def client(empty: Sandbox) -> Iterator[VoipStudio]:
    with VoipStudio(empty.token, base_url=empty.url) as client:
        yield client


def test_ann_lee_and_one_missed_call_are_two_lines(empty: Sandbox, client: VoipStudio) -> None:
    ann = empty.add_user("Ann Lee")
    call = empty.add_call(ann)

    assert list(client.users.list()) == [ann]
    assert list(client.cdrs.list()) == list(client.users.cdrs(ann.id)) == [call]
    report = call_report(client)
    assert [(user.name, user.figures.missed) for user in report.users] == [("Ann Lee", 1)]
    assert report.total.missed == report.total.calls == 1


def test_the_first_user_is_the_owner_of_the_token(empty: Sandbox, client: VoipStudio) -> None:
    ann = empty.add_user("Ann Lee", email="ann@example.com")
    empty.add_user("Bo")
    me = client.me()
    assert (me.id, me.email, me.last_name, empty.user_id) == (ann.id, "ann@example.com", "Lee", ann.id)
    assert client.users.audio(ann.id).first_name == "Ann"


def test_a_user_that_is_added_to_others_owns_nothing(sandbox: Sandbox) -> None:
    before = sandbox.user_id
    added = sandbox.add_user("Bo", ext="9000")
    assert (sandbox.user_id, added.is_root, added.ext, added.last_name) == (before, False, "9000", None)


def test_a_call_can_be_anything_that_a_record_can_say(empty: Sandbox, client: VoipStudio) -> None:
    ann = empty.add_user()
    moment = datetime(2026, 5, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    call = empty.add_call(ann, talk=90, type="O", dst="442071838000", charge=Decimal("0.035"), calldate=moment)
    assert client.cdrs.get(call.id) == call
    assert (call.calldate, call.charge, call.billsec, call.disposition) == (moment, Decimal("0.035"), 90, "CONNECTED")
    assert client.cdrs.list(field("calldate") == datetime(2026, 5, 1, 10, tzinfo=UTC)).count() == 1


def test_a_further_leg_is_of_the_same_call(empty: Sandbox, client: VoipStudio) -> None:
    ann, bo = empty.add_user("Ann Lee"), empty.add_user("Bo Ray")
    first = empty.add_call(ann)
    second = empty.add_call(bo, talk=30, leg_of=first)
    assert (second.root_live_id, second.parent_live_id) == (first.live_id, first.live_id)
    assert second.live_id != first.live_id
    assert (first.is_root, second.is_root, second.user_id) == (True, False, bo.id)
    assert call_report(client).total.answered == call_report(client).total.calls == 1


def test_a_call_is_dated_by_the_clock(empty: Sandbox) -> None:
    empty.clock.advance(timedelta(days=3))
    calldate = empty.add_call(empty.add_user()).calldate
    assert calldate is not None
    assert timedelta(days=2) < calldate - datetime.now(UTC) < timedelta(days=4)


def test_other_rows_are_added_by_their_class(empty: Sandbox, client: VoipStudio) -> None:
    ann = empty.add_user()
    contact = empty.add(Contact, ann, first_name="Bo", labels=("vip",))
    group = empty.add(UserGroup, name="Sales")
    live = empty.add(Call, ann.id, state="RINGING", start_time=datetime(2026, 5, 1, tzinfo=UTC))
    assert list(client.users.contacts(ann.id)) == [contact]
    assert (contact.user_id, contact.created_at is not None) == (ann.id, True)
    assert list(client.users.calls(ann.id)) == [live]
    assert client.user_groups.get(group.id) == group


@pytest.mark.parametrize(
    ("error", "message", "fields"),
    [
        (TypeError, r"no field 'bilsec' to give; did you mean 'billsec'\?", {"bilsec": 5}),
        (TypeError, "no field 'id' to give", {"id": 5}),
        (ValueError, "Cdr: .*duration", {"duration": "long"}),
        (ValueError, "Cdr: .*calldate", {"calldate": "soon"}),
        (ValueError, "a missed call has no talk", {"type": "M", "talk": 5}),
    ],
)
def test_what_does_not_fit_is_refused_and_not_stored(
    empty: Sandbox, error: type[Exception], message: str, fields: dict[str, Any]
) -> None:
    ann = empty.add_user()
    with pytest.raises(error, match=message):
        empty.add_call(ann, **fields)
    assert empty.store.count("cdrs") == 0


def test_an_owner_must_be_there_and_the_entity_be_known(empty: Sandbox) -> None:
    with pytest.raises(ValueError, match="no user 5"):
        empty.add_call(5)
    with pytest.raises(RuntimeError, match="not started"):
        Sandbox().add_user()


def test_what_json_cannot_hold_is_refused_by_name(empty: Sandbox) -> None:
    with pytest.raises(ValueError, match="Cdr: info cannot be"):
        empty.add_call(empty.add_user(), info=object())


def test_what_is_added_is_counted_and_sorted_with_the_others(sandbox: Sandbox) -> None:
    before = sandbox.store.count("cdrs")
    added = sandbox.add_call(sandbox.user_id)
    assert isinstance(added, Cdr)
    assert sandbox.store.count("cdrs") == before + 1
    assert sandbox.store.rows("cdrs", owner=sandbox.user_id)[-1]["id"] == added.id
