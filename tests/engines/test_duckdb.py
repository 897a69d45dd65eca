"""Listings as tables of DuckDB: what is asked for, and that what comes out is the same as of all rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from recorder import Recorder
from yarl import URL

from voipstudio_async import AsyncVoipStudio, ConfigurationError, VoipStudio, field
from voipstudio_async.duckdb import register, table
from voipstudio_async.reports import to_arrow
from voipstudio_async.sandbox import Sandbox

duckdb = pytest.importorskip("duckdb")
LONDON = ZoneInfo("Europe/London")


@pytest.fixture(scope="module")
def office() -> Iterator[Sandbox]:
    with Sandbox(users=4, calls=900, seed=7, until=datetime(2026, 4, 30).date()) as server:
        yield server


@pytest.fixture
def client(office: Sandbox) -> Iterator[VoipStudio]:
    with VoipStudio(office.token, base_url=office.url, tz=LONDON) as made:
        yield made


@pytest.fixture
def connection(client: VoipStudio) -> Iterator[Any]:
    with duckdb.connect() as made:
        made.execute("set TimeZone = 'Europe/London'")
        register(made, client)
        yield made


def ask(connection: Any, query: str) -> list[Any]:
    rows: list[Any] = connection.sql(query).fetchall()
    return rows


def filters(sandbox: Sandbox, since: int) -> list[Any]:
    """List the filters of the requests since one, each as a tuple; equal requests once."""
    asked = [json.loads(request.query.get("filter", "[]")) for request in list(sandbox.requests)[since:]]
    told = [tuple((each["property"], each["operator"], each["value"]) for each in one) for one in asked]
    return list(dict.fromkeys(told))


def test_every_listing_is_a_table_by_its_name(connection: Any, client: VoipStudio) -> None:
    names = {name for (name,) in ask(connection, "select table_name from information_schema.tables")}

    assert {"users", "cdrs", "recordings", "transactions", "contacts", "queues", "sms"} <= names
    for name in names:
        assert ask(connection, f"select count(*) from {name}") == [(len(getattr(client, name).list().collect()),)]


def test_sums_are_exact(connection: Any, client: VoipStudio) -> None:
    wanted: dict[int | None, Decimal] = {}
    for cdr in client.cdrs.list():
        wanted[cdr.user_id] = wanted.get(cdr.user_id, Decimal(0)) + (cdr.charge or 0)

    found = dict(ask(connection, "select user_id, sum(charge) from cdrs group by 1"))

    assert found == wanted
    assert all(isinstance(total, Decimal) for total in found.values())


def test_a_limit_costs_one_page(connection: Any, office: Sandbox) -> None:
    before = len(office.requests)

    rows = ask(connection, "select id, charge from cdrs limit 3")

    (request,) = list(office.requests)[before:]
    assert (len(rows), request.path, request.query["limit"]) == (3, "/cdrs", "100")


def test_nothing_is_sent_before_a_query(client: VoipStudio, office: Sandbox) -> None:
    before = len(office.requests)
    with duckdb.connect() as connection:
        register(connection, client)
        connection.sql("describe cdrs").fetchall()
        connection.sql("explain select * from cdrs join users on cdrs.user_id = users.id").fetchall()

    assert len(office.requests) == before


@pytest.mark.parametrize(
    ("condition", "sent"),
    [
        ("duration > 60", [("duration", "gt", 60)]),
        ("60 <= duration and type = 'O'", [("duration", "gte", 60), ("type", "eq", "O")]),
        ("charge > 0", [("charge", "gt", 0)]),
        ("charge = 0.05", [("charge", "gt", 0), ("charge", "lt", 1)]),
        ("charge <= 0.05", [("charge", "lt", 1)]),
        ("calldate >= '2026-03-01 10:00'", [("calldate", "gte", "2026-03-01 10:00:00")]),
        # The clocks of London are put forward on the 29th of March.
        ("calldate >= '2026-03-29 10:00'", [("calldate", "gte", "2026-03-27 09:00:00")]),
        ("calldate < '2026-03-01'", [("calldate", "lte", "2026-03-01 00:00:00")]),
        ("duration > 60 or duration < 10", []),
        ("type > 'I'", []),
        ("src like '44%'", []),
        ("src is null", []),
        ("duration * charge > 1", []),
        ("type = '1'", []),
    ],
)
def test_conditions_become_filters_where_the_api_has_them(
    connection: Any, office: Sandbox, condition: str, sent: list[Any]
) -> None:
    before = len(office.requests)

    ask(connection, f"select count(*) from cdrs where {condition}")

    (found,) = filters(office, before)
    assert sorted(found) == sorted(sent)


@pytest.fixture(scope="module")
def both(office: Sandbox) -> Iterator[Any]:
    """The call records as a table of a listing, and as one that all of them were fetched into."""
    with (
        VoipStudio(office.token, base_url=office.url, tz=LONDON) as client,
        duckdb.connect() as connection,
    ):
        connection.execute("set TimeZone = 'Europe/London'")
        register(connection, client)
        connection.register("fetched", to_arrow(client.cdrs.list()))
        yield connection


NUMBERS = st.integers(-3, 400).map(str)
AMOUNTS = st.decimals(-1, 2, places=3).map(str)
TEXTS = st.sampled_from(["'I'", "'O'", "'o'", "'M'", "'1'", "''", "'I'' and ''x'", "'CONNECTED'", "'\"'", "null"])
MOMENTS = st.datetimes(datetime(2025, 10, 1), datetime(2026, 6, 1)).map(lambda moment: f"timestamptz '{moment}'")
COMPARED = st.one_of(
    *(
        st.tuples(st.sampled_from(columns), st.sampled_from(["=", "<", "<=", ">", ">=", "<>"]), values)
        for columns, values in (
            (["duration", "billsec", "user_id", "id"], NUMBERS),
            (["charge", "rate"], AMOUNTS),
            (["type", "disposition", "src", "dst_name"], TEXTS),
            (["calldate"], MOMENTS),
        )
    )
)
CONDITIONS = st.recursive(
    COMPARED.map(" ".join),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda condition: f"not ({condition})"),
    ),
    max_leaves=4,
)


@settings(max_examples=examples(60))
@given(condition=CONDITIONS)
def test_what_comes_is_what_there_is(both: Any, condition: str) -> None:
    query = "select id, charge, calldate, type from {} where {} order by id"

    assert ask(both, query.format("cdrs", condition)) == ask(both, query.format("fetched", condition))


def test_a_listing_has_filters_and_an_owner_of_its_own(connection: Any, client: VoipStudio, office: Sandbox) -> None:
    user = next(user.id for user in client.users.list())
    connection.register("long", table(client.users.cdrs(user, field("duration") > 60, order_by="id")))
    before = len(office.requests)

    found = ask(connection, "select id from long where charge > 0")

    wanted = [cdr.id for cdr in client.users.cdrs(user, field("duration") > 60, order_by="id") if cdr.charge]
    assert [id for (id,) in found] == wanted
    assert filters(office, before)[0] == (("duration", "gt", 60), ("charge", "gt", 0))


def test_a_walk_in_slices_and_groups_are_not_narrowed(connection: Any, client: VoipStudio) -> None:
    start, end = datetime(2026, 3, 1), datetime(2026, 4, 1)
    connection.register("march", table(client.cdrs.walk(start, end)))
    connection.register("groups", table(client.cdrs.list(group_by="user_id")))

    (count,) = ask(connection, "select count(*) from march where duration > 60")

    assert count == (client.cdrs.walk(start, end, field("duration") > 60).count(),)
    last = ask(connection, "select id from groups where duration >= 0")
    assert len(last) <= len(client.cdrs.list(group_by="user_id").collect())


def test_a_filter_that_the_api_refuses_is_left_out(recorder: Recorder) -> None:
    refusal = {"message": "Filtration error", "errors": [{"field": "filter", "message": "unknown"}]}
    rows = [{"id": id, "calldate": "2026-03-01 10:00:00", "duration": id, "charge": "0.5"} for id in (3, 2, 1)]
    recorder.answer(400, refusal)
    recorder.answer(200, {"data": rows, "total": 3})
    with VoipStudio("x", base_url=recorder.url) as client, duckdb.connect() as connection:
        connection.register("cdrs", table(client.cdrs.list()))
        connection.execute("set TimeZone = 'UTC'")

        query = "select sum(charge) from cdrs where duration > 1 and calldate >= '2026-01-01'"
        assert ask(connection, query) == [(Decimal("1.0"),)]

    sent = [json.loads(URL(request.target).query.get("filter", "[]")) for request in recorder.requests]
    assert [[each["property"] for each in one] for one in sent] == [["duration", "calldate"], ["calldate"]]


def test_rows_that_may_not_be_all_are_an_error(recorder: Recorder) -> None:
    recorder.answer(200, {"data": [{"id": 3}, {"id": 2}], "total": 3})
    recorder.answer(200, {"data": [], "total": 3})
    recorder.answer(200, {"data": [], "total": 3})
    with VoipStudio("x", base_url=recorder.url) as client, duckdb.connect() as connection:
        made = table(client.users.list())
        connection.register("users", made)

        with pytest.raises(duckdb.Error, match="is not complete, read it again"):
            ask(connection, "select count(*) from users")
        assert type(made.failure).__name__ == "PaginationError"


def test_an_error_of_the_api_is_told(recorder: Recorder) -> None:
    recorder.answer(401, {"message": "no such token"})
    with VoipStudio("x", base_url=recorder.url) as client, duckdb.connect() as connection:
        register(connection, client)

        with pytest.raises(duckdb.Error, match="AuthenticationError"):
            ask(connection, "select count(*) from users")


def test_money_with_more_digits_is_rounded_on_request(recorder: Recorder) -> None:
    with VoipStudio("x", base_url=recorder.url) as client, duckdb.connect() as connection:
        connection.register("exact", table(client.cdrs.list()))
        connection.register("rounded", table(client.cdrs.list(), money="round"))
        row = b'{"data": [{"id": 1, "charge": 0.30000000000000004}], "total": 1}'

        recorder.answer(200, row)
        with pytest.raises(duckdb.Error, match="money='round'"):
            ask(connection, "select sum(charge) from exact")
        recorder.answer(200, row)
        assert ask(connection, "select sum(charge) from rounded") == [(Decimal("0.3"),)]


@pytest.mark.parametrize("condition", ["charge >= 3", "charge = 3", "charge <= 3", "charge > 2.9", "charge < 3.1"])
def test_money_is_found_by_what_it_is_rounded_to(condition: str) -> None:
    with Sandbox(users=1, calls=2, seed=1) as server:
        below, above = server.store.rows("cdrs")
        server.store.replace("cdrs", below["id"], below | {"charge": 2.9999999999999996})
        server.store.replace("cdrs", above["id"], above | {"charge": 3.0000000000000004})
        with VoipStudio(server.token, base_url=server.url) as client, duckdb.connect() as connection:
            connection.register("rounded", table(client.cdrs.list(), money="round"))

            assert ask(connection, f"select count(*) from rounded where {condition}") == [(2,)]


async def test_the_other_face_is_refused(sandbox: Sandbox) -> None:
    async with AsyncVoipStudio(sandbox.token, base_url=sandbox.url) as client:
        listing: Any = client.cdrs.list()
        other: Any = client
        with pytest.raises(ConfigurationError, match="listing of VoipStudio"):
            table(listing)
        with duckdb.connect() as connection, pytest.raises(ConfigurationError, match="give it a VoipStudio"):
            register(connection, other)
    with pytest.raises(ConfigurationError, match=r"like client\.cdrs\.list\(\)"):
        table("cdrs")  # type: ignore[arg-type]
