"""Plans and slices: small, picklable, without a secret; read elsewhere, whole or with an error."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from effort import examples
from faces import every, settle
from hypothesis import given, settings
from hypothesis import strategies as st
from recorder import Recorder

from voipstudio_async import (
    Accounts,
    AsyncAccounts,
    AsyncVoipStudio,
    Cdr,
    ConfigurationError,
    PaginationError,
    Slice,
    TokenAuth,
    VoipStudio,
    VoipStudioError,
    field,
)
from voipstudio_async.entities.zones import zone_called, zone_text
from voipstudio_async.pagination.page import PageQuery
from voipstudio_async.pagination.plans import asked, planned
from voipstudio_async.pagination.slices import cut
from voipstudio_async.sandbox import Sandbox
from voipstudio_async.wire.codec import codec
from voipstudio_async.wire.filters import Filter, flatten

LONDON = ZoneInfo("Europe/London")
START, END = date(2026, 3, 1), date(2026, 4, 2)
ACCOUNTS: dict[type[Any], type[Any]] = {AsyncVoipStudio: AsyncAccounts, VoipStudio: Accounts}


@pytest.fixture
def accounts(face: type[Any], sandbox: Sandbox) -> Any:
    return ACCOUNTS[face]({"acme": TokenAuth(sandbox.token)}, base_url=sandbox.url)


def reader(accounts: Any) -> str:
    return "aread" if isinstance(accounts, AsyncAccounts) else "read"


async def read(part: Slice, accounts: Any, **options: Any) -> Any:
    return await settle(getattr(part, reader(accounts))(accounts, **options))


async def test_the_slices_together_are_the_range(client: Any, accounts: Any) -> None:
    pytest.importorskip("pyarrow")
    long = field("duration") > 60
    plan = client.cdrs.plan(START, END, long, slice=timedelta(days=7), account="acme")
    wanted = await every(client.cdrs.walk(START, END, long))

    tables = [await read(pickle.loads(pickle.dumps(part)), accounts) for part in plan]
    await settle(accounts.close())

    rows = {row["id"]: row["charge"] for table in tables for row in table.to_pylist()}
    assert (len(plan), len(rows)) == (5, sum(table.num_rows for table in tables))
    assert rows == {cdr.id: cdr.charge for cdr in wanted}
    assert all(isinstance(charge, Decimal) for charge in rows.values())


async def test_a_plan_sends_nothing(client: Any, sandbox: Sandbox) -> None:
    assert len(client.cdrs.plan(date(2026, 1, 1), date(2026, 1, 4))) == 3
    assert len(sandbox.requests) == 0


def test_a_slice_is_small_and_plain() -> None:
    with VoipStudio("s3cr3t-token", tz=LONDON) as client:
        part = client.cdrs.plan(START, END, field("type").in_(["I", "O"]), account="acme")[0]

    pickled = pickle.dumps(part)
    assert len(pickled) < 300
    assert b"s3cr3t" not in pickled
    assert pickle.loads(pickled) == part
    assert hash(part) == hash(Slice(**json.loads(json.dumps(attrs.asdict(part)))))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        part.account = "other"  # type: ignore[misc]


async def test_a_slice_has_the_zone_of_its_plan(face: type[Any], sandbox: Sandbox, accounts: Any) -> None:
    pytest.importorskip("pyarrow")
    client = face("token", base_url=sandbox.url, tz=LONDON)
    part = client.cdrs.plan(START, END, slice=timedelta(days=60), account="acme")[0]
    await settle(client.close())

    table = await read(part, accounts, columns=["id", "calldate"])
    await settle(accounts.close())

    assert table.column_names == ["id", "calldate"]
    assert table.schema.field("calldate").type.tz == "Europe/London"


async def test_the_token_is_taken_from_where_it_is_read(
    client: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyarrow")
    part = client.cdrs.plan(START, END, slice=timedelta(days=60), account="acme-uk")[0]
    monkeypatch.setenv("VOIPSTUDIO_API_URL", sandbox.url)
    name = "aread" if isinstance(client, AsyncVoipStudio) else "read"
    with pytest.raises(ConfigurationError, match="set VOIPSTUDIO_API_TOKEN_ACME_UK"):
        await settle(getattr(part, name)())
    monkeypatch.setenv("VOIPSTUDIO_API_TOKEN_ACME_UK", sandbox.token)

    table = await settle(getattr(part, name)())

    assert table.num_rows == await settle(client.cdrs.walk(START, END).count())


async def test_a_slice_that_may_lack_rows_is_an_error(face: type[Any], recorder: Recorder) -> None:
    pytest.importorskip("pyarrow")
    rows = [{"id": id, "calldate": f"2026-03-0{id} 10:00:00"} for id in (3, 2)]
    recorder.answer(200, {"data": rows, "total": 2})
    part = Slice("cdrs", "2026-03-02 00:00:00", "2026-03-03 00:00:00")
    accounts = ACCOUNTS[face]({"default": TokenAuth("x")}, base_url=recorder.url)

    with pytest.raises(PaginationError, match="cdrs from 2026-03-02 00:00:00 to 2026-03-03 00:00:00") as caught:
        await read(part, accounts)
    await settle(accounts.close())
    assert (caught.value.report.rows, caught.value.report.complete) == (1, False)


async def test_accounts_of_the_other_face_are_refused(client: Any, face: type[Any], sandbox: Sandbox) -> None:
    pytest.importorskip("pyarrow")
    part = client.cdrs.plan(START, END)[0]
    name, other = ("aread", Accounts) if face is AsyncVoipStudio else ("read", AsyncAccounts)
    accounts: Any = other({"default": TokenAuth("x")}, base_url=sandbox.url)

    with pytest.raises(ConfigurationError, match=rf"{name}\(\) takes"):
        await settle(getattr(part, name)(accounts))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"listing": "users"}, "'users'"),
        ({"listing": "no"}, "'no'"),
        ({"filters": "[1]"}, "what plan\\(\\) writes"),
        ({"filters": "{"}, "what plan\\(\\) writes"),
        ({"zone": "Nowhere/Else"}, "no zone"),
        ({"zone": "+99:99"}, "no zone"),
    ],
)
def test_a_slice_that_was_not_made_by_a_plan_is_refused(fields: dict[str, str], words: str, sandbox: Sandbox) -> None:
    pytest.importorskip("pyarrow")
    made = {"listing": "cdrs", "low": "2026-03-01 00:00:00", "high": "2026-03-02 00:00:00", **fields}
    with (
        Accounts({"default": TokenAuth("x")}, base_url=sandbox.url) as accounts,
        pytest.raises(ConfigurationError, match=words),
    ):
        Slice(**made).read(accounts)


@pytest.mark.parametrize(
    "fields",
    [
        {"account": ""},
        {"account": None},
        {"low": "yesterday"},
        {"low": "2026-03-01T00:00:00+01:00"},
        {"low": "2026-03-03 00:00:00"},
        {"high": 7},
        {"zone": None},
    ],
)
def test_odd_fields_of_a_slice_are_refused(fields: dict[str, Any]) -> None:
    made = {"listing": "cdrs", "low": "2026-03-01 00:00:00", "high": "2026-03-02 00:00:00", **fields}
    with pytest.raises(ConfigurationError):
        Slice(**made)


@pytest.mark.parametrize("tz", [UTC, LONDON, timezone(timedelta(hours=5, minutes=45)), timezone(-timedelta(seconds=7))])
def test_a_zone_comes_back_from_its_text(tz: tzinfo) -> None:
    assert zone_called(zone_text(tz)) == tz


def test_a_zone_without_a_name_cannot_be_planned_with() -> None:
    class Odd(tzinfo):
        def tzname(self, _: datetime | None) -> str:
            return "odd"

        def utcoffset(self, _: datetime | None) -> timedelta:
            return timedelta(hours=1)

        def dst(self, _: datetime | None) -> timedelta:
            return timedelta()

    with VoipStudio("token", tz=Odd()) as client, pytest.raises(ConfigurationError, match="zone with a name"):
        client.cdrs.plan(START, END)


VALUES = st.one_of(
    st.text(max_size=8),
    st.integers(-(2**60), 2**60),
    st.booleans(),
    st.none(),
    st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12),
    st.floats(-1e9, 1e9),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),
    st.lists(st.integers(0, 99) | st.text(max_size=3), min_size=1, max_size=3),
)


@settings(max_examples=examples(60))
@given(st.lists(st.tuples(st.sampled_from(["eq", "lt", "gte", "like"]), VALUES), max_size=3))
def test_filters_come_back_as_they_were_asked_for(conditions: list[tuple[str, Any]]) -> None:
    filters = flatten(tuple(Filter("duration", operator, value) for operator, value in conditions))
    query = PageQuery(Cdr, "/cdrs", codec(LONDON), filters)
    (part,) = planned(query, "cdrs", cut(START, END, timedelta(days=99), LONDON), "acme")

    again, piece = asked(part, Cdr, "/cdrs", strict=False)

    texts = (again.codec.filter_text(again.filters), query.codec.filter_text(filters))
    one, other = (json.loads(text, parse_float=Decimal) for text in texts)
    assert one == other
    assert [(low, high) for _, low, high in piece.slices()] == [(part.low, part.high)]


@settings(max_examples=examples(25))
@given(
    st.sampled_from(["UTC", "Europe/London", "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns"]),
    st.dates(date(2011, 12, 20), date(2026, 12, 1)),
    st.integers(1, 400),
    st.integers(20, 9000),
)
def test_slices_lie_side_by_side(zone: str, start: date, days: int, minutes: int) -> None:
    tz = ZoneInfo(zone)
    try:
        cuts = cut(start, start + timedelta(days=days), timedelta(minutes=minutes), tz)
    except VoipStudioError:
        return
    parts = planned(PageQuery(Cdr, "/cdrs", codec(tz)), "cdrs", cuts, "acme")

    assert (parts[0].low, parts[-1].high) == (cuts.low, cuts.high)
    assert [part.high for part in parts[:-1]] == [part.low for part in parts[1:]]
