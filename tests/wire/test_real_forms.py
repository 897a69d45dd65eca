"""The forms that real answers have where they differ from the vendor's page: a literal answer, and the exact entity."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest

from voipstudio_async import (
    Call,
    CallState,
    CallType,
    Cdr,
    Contact,
    DecodeError,
    Disposition,
    Me,
    QueueGroup,
    Secret,
    User,
)
from voipstudio_async.entities import Entity, UserAudio
from voipstudio_async.wire.codec import codec

WIRE = codec(UTC)
E = TypeVar("E", bound=Entity)


def enveloped(data: str, rest: str = '"links": {}') -> bytes:
    return f'{{"data": {data}, {rest}}}'.encode()


def record(cls: type[E], text: str) -> E:
    entity = WIRE.reader(cls).read_one(enveloped(text))
    assert entity.to_dict() == json.loads(text)
    return entity


def test_me_is_an_object_with_the_password_of_a_phone() -> None:
    me = record(
        Me,
        """{"id": 31415, "customer_id": 4944, "email": "ann@example.com", "first_name": "Ann", "last_name": null,
        "balance": 5.14, "cc": "GB", "cli": "442030000000", "currency_iso": "GBP", "is_root": true, "language": "en_GB",
        "sip_password": "hunter2-sip", "sip_domain": "sip.example.com"}""",
    )

    assert me == Me(
        id=31415,
        customer_id=4944,
        email="ann@example.com",
        first_name="Ann",
        balance=Decimal("5.14"),
        cc="GB",
        cli="442030000000",
        currency_iso="GBP",
        is_root=True,
        language="en_GB",
        sip_password=Secret("hunter2-sip"),
        sip_domain="sip.example.com",
    )
    assert me.sip_password is not None
    assert me.sip_password.reveal() == "hunter2-sip"


def test_the_password_of_a_phone_shows_nowhere() -> None:
    me = record(Me, '{"id": 1, "sip_password": "hunter2-sip"}')

    assert "hunter2" not in f"{me!r} {me} {me.sip_password} {me.sip_password!r} {[me.sip_password]}"
    assert "***" in repr(me)


def test_me_as_the_page_prints_it_is_a_list_of_one_with_texts() -> None:
    me = WIRE.reader(Me).read_one(enveloped('[{"id": "31415", "balance": 5.14, "is_root": "1"}]', '"total": 1'))

    assert me == Me(id=31415, balance=Decimal("5.14"), is_root=True)
    assert me.to_dict() == {"id": "31415", "balance": 5.14, "is_root": "1"}


def test_a_live_user_has_more_fields_than_documented() -> None:
    user = record(
        User,
        """{"id": 48210, "active": true, "created_at": "2021-05-04 08:00:01", "customer": 4944,
        "email": "bob@example.com", "first_name": "Bob", "last_name": null, "is_initial": 0, "is_root": 1,
        "roles": ["ROLE_USER", "ROLE_ADMIN"], "two_factor_auth": "off", "visited_apps": ["softphone"],
        "ext": "1001", "dnd": false, "cli": "442030000000", "nb_sip_locations": 2, "status": true,
        "avatar": {"url": null}}""",
    )

    assert user == User(
        id=48210,
        active=True,
        created_at=datetime(2021, 5, 4, 8, 0, 1, tzinfo=UTC),
        customer=4944,
        email="bob@example.com",
        first_name="Bob",
        is_initial=False,
        is_root=True,
        roles=("ROLE_USER", "ROLE_ADMIN"),
        two_factor_auth="off",
        visited_apps=["softphone"],
        ext="1001",
        dnd=False,
        cli="442030000000",
        nb_sip_locations=2,
        status=True,
        extra={"avatar": {"url": None}},
    )


def test_a_live_call_record_has_words_where_the_page_prints_numbers() -> None:
    cdr = record(
        Cdr,
        """{"id": 987654321, "call_id": 55, "live_id": 4294967401, "user_id": 48210, "is_root": true, "type": "O",
        "calldate": "2026-03-01 23:59:59", "duration": 75, "billsec": 60, "disposition": "CONNECTED",
        "destination": "out", "src": "442030000000", "src_id": "48210", "dst": "447700900000", "dst_id": "0",
        "rate": 0.0125, "charge": 0.10, "t_cause": "NORMAL_CLEARING", "labels": ["vip", "sales"],
        "metadata": null, "nb_notes": 0}""",
    )

    assert cdr == Cdr(
        id=987654321,
        call_id=55,
        live_id=4294967401,
        user_id=48210,
        is_root=True,
        type="O",
        calldate=datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC),
        duration=75,
        billsec=60,
        disposition="CONNECTED",
        destination="out",
        src="442030000000",
        src_id=48210,
        dst="447700900000",
        dst_id=0,
        rate=Decimal("0.0125"),
        charge=Decimal("0.10"),
        t_cause="NORMAL_CLEARING",
        labels=("vip", "sales"),
        nb_notes=0,
    )
    assert (cdr.type, cdr.disposition) == (CallType.OUTBOUND, Disposition.CONNECTED)
    assert str(cdr.charge) == "0.10"


def test_a_call_record_as_the_page_prints_it_has_numbers_for_words() -> None:
    cdr = record(Cdr, '{"id": 1, "type": 2, "disposition": 0, "destination": 1, "charge": 5, "labels": "value"}')

    assert cdr == Cdr(id=1, type=2, disposition=0, destination=1, charge=Decimal(5), labels="value")


def test_a_live_call_counts_seconds_and_has_a_large_id() -> None:
    call = record(
        Call,
        """{"id": 4294967999, "state": "RINGING", "start_time": 1767225600, "connected_at": null, "src_id": "48210",
        "dst_id": "0", "dst": "447700900000", "dst_name": "Mobile", "dst_rate": 0.02,
        "clid": "\\"Ann\\" <+442030000000>"}""",
    )

    assert call == Call(
        id=4294967999,
        state="RINGING",
        start_time=datetime(2026, 1, 1, tzinfo=UTC),
        src_id=48210,
        dst_id=0,
        dst="447700900000",
        dst_name="Mobile",
        dst_rate=Decimal("0.02"),
        clid='"Ann" <+442030000000>',
    )
    assert call.state == CallState.RINGING


def test_a_live_call_with_the_date_times_of_the_history_is_read_as_well() -> None:
    call = record(Call, '{"id": 1, "start_time": "2026-01-01 00:00:00", "connected_at": "1767225600"}')

    assert call.start_time == call.connected_at == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("cls", [User, Cdr, Call, Contact, QueueGroup])
def test_everything_but_the_id_may_be_null(cls: type[Any]) -> None:
    names = sorted(cls.__annotations__.keys() - {"id"})
    nulls = {"id": 7} | {name.rstrip("_"): None for name in names}

    entity = WIRE.reader(cls).read_one(enveloped(json.dumps(nulls)))

    assert entity == cls(id=7)
    assert entity.to_dict() == nulls


@pytest.mark.parametrize("sent", ["0000-00-00 00:00:00", "0000-00-00"])
def test_the_zero_date_of_the_database_is_none(sent: str) -> None:
    assert record(User, f'{{"id": 1, "created_at": "{sent}"}}') == User(id=1)


def test_ids_as_texts_become_numbers() -> None:
    contact = record(Contact, '{"id": "12", "user_id": "7", "rel_user_id": "18446744073709551616", "global": "1"}')

    assert contact == Contact(id=12, user_id=7, rel_user_id=2**64, global_=True)


def test_date_times_are_read_in_the_zone_of_the_client() -> None:
    warsaw = ZoneInfo("Europe/Warsaw")

    user = codec(warsaw).reader(User).read_one(enveloped('{"id": 1, "created_at": "2026-07-01 12:00:00"}'))

    assert user.created_at == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert user.created_at is not None
    assert user.created_at.tzinfo is warsaw


def test_a_single_object_is_read_where_rows_belong_and_a_list_where_one_belongs() -> None:
    assert WIRE.rows(QueueGroup, enveloped('{"id": 1}')).items == [QueueGroup(id=1)]
    assert WIRE.total(enveloped('{"id": 1}')) == 1
    assert WIRE.reader(QueueGroup).read_one(enveloped('[{"id": 1}]', '"total": 59')) == QueueGroup(id=1)


@pytest.mark.parametrize("data", ["[]", '[{"id": 1}, {"id": 2}]', "null", '"text"', "1"])
def test_what_is_not_one_object_is_an_error(data: str) -> None:
    with pytest.raises(DecodeError, match=r"^data: expected one object"):
        WIRE.reader(QueueGroup).read_one(enveloped(data))


@pytest.mark.parametrize(("sent", "total"), [('"59"', 59), ("59.0", 59), ("0", 0), ("null", None)])
def test_a_total_is_read_in_any_form(sent: str, total: int | None) -> None:
    assert WIRE.rows(User, enveloped("[]", f'"total": {sent}')).total == total


@pytest.mark.parametrize("sent", ["-1", '"many"', "[]", "1.5", "true"])
def test_a_total_that_is_none_is_not_told(sent: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert codec(UTC).total(enveloped("[]", f'"total": {sent}')) is None
    with pytest.raises(DecodeError, match=r"^total: "):
        codec(UTC, strict=True).total(enveloped("[]", f'"total": {sent}'))


def test_an_unknown_audio_keeps_what_came() -> None:
    audio = record(UserAudio, '{"greeting": {"url": "x", "size": 10}, "files": []}')

    assert audio.id is None
    assert audio.extra == {"greeting": {"url": "x", "size": 10}, "files": []}
