"""The invented account: the same from the same seed, plausible, in the forms of the live API."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import attrs
import pytest
from plain_http import ask_at

from voipstudio_async.entities import CallType, Cdr, Code, DigitId, Entity, EpochTime
from voipstudio_async.entities.fields import field_specs
from voipstudio_async.operations import Get, Listing, Resource
from voipstudio_async.resources import RESOURCES
from voipstudio_async.sandbox import Sandbox, checksum
from voipstudio_async.sandbox.account import account
from voipstudio_async.sandbox.seed_account import lines
from voipstudio_async.sandbox.tables import Table, tables


def sums(**arguments: Any) -> dict[str, str]:
    with Sandbox(**arguments) as sandbox:
        return {name: sandbox.store.checksum(name) for name in sandbox.store.tables}


def test_the_same_seed_gives_the_same_rows_and_another_seed_others() -> None:
    first, again = sums(users=5, calls=100, seed=7), sums(users=5, calls=100, seed=7)
    other, more = sums(users=5, calls=100, seed=8), sums(users=5, calls=200, seed=7)
    assert first == again
    empty = {"apitokens", "login", "ping"}
    assert all(first[name] != other[name] for name in first if name not in empty)
    assert {name for name in first if first[name] != more[name]} == {"cdrs", "monitors"}


def test_a_row_is_known_by_its_seed_for_ever() -> None:
    # Written out, so that a change of the generator is noticed: reports of users are compared with it.
    with Sandbox(users=2, calls=3, seed=1) as sandbox:
        assert [row["id"] for row in sandbox.store.rows("users")] == [70881, 70884]
        assert sandbox.user_id == 70881


def test_ids_have_five_to_seven_digits() -> None:
    with Sandbox(users=12, calls=0) as sandbox:
        ids = [user["id"] for user in sandbox.store.rows("users")]
        assert {len(str(id)) for id in ids} == {5, 6, 7}
        assert ids == sorted(set(ids))
        groups = [row["id"] for name in ("usergroups", "queuegroups") for row in sandbox.store.rows(name)]
        assert {len(str(id)) for id in [sandbox.customer_id, *groups]} == {5}


@pytest.fixture(scope="module")
def calls() -> list[dict[str, Any]]:
    made = account(5, users=30, calls=20_000)
    table = Table("cdrs", Cdr)
    return [json.loads(doc) for _, _, doc in lines(made, table)]


def test_call_records_have_every_declared_field_and_one_that_is_not(calls: list[dict[str, Any]]) -> None:
    declared = {spec.wire for spec in field_specs(Cdr)}
    assert all(row.keys() == declared | {"recorded"} for row in calls)


def test_call_records_are_in_order(calls: list[dict[str, Any]]) -> None:
    ids, dates = [row["id"] for row in calls], [row["calldate"] for row in calls]
    assert ids == sorted(set(ids))
    assert dates == sorted(dates)
    assert ids[-1] - ids[0] > len(ids)
    assert all(datetime.strptime(date, "%Y-%m-%d %H:%M:%S") for date in dates)
    assert (dates[0][:10], dates[-1][:7]) == ("2026-01-05", "2026-07")


def test_outcomes_are_plausible(calls: list[dict[str, Any]]) -> None:
    outcomes = Counter((row["type"], row["disposition"]) for row in calls)
    answered = sum(number for (_, how), number in outcomes.items() if how == "CONNECTED")
    assert 0.6 < answered / len(calls) < 0.8
    assert {kind for kind, _ in outcomes} == {"O", "I", "M"}
    assert {how for _, how in outcomes} == {"CONNECTED", "NO ANSWER", "BUSY", "FAILED"}
    assert ("M", "CONNECTED") not in outcomes
    assert all((row["billsec"] > 0) == (row["disposition"] == "CONNECTED") for row in calls)
    assert all(row["duration"] > row["billsec"] for row in calls)


def test_durations_are_plausible(calls: list[dict[str, Any]]) -> None:
    talks = sorted(row["billsec"] for row in calls if row["billsec"])
    assert 60 < talks[len(talks) // 2] < 150
    assert 1800 < talks[-1] <= 4 * 3600


def legs_by_call(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["root_live_id"], []).append(row)
    return list(found.values())


def test_the_legs_of_a_call_name_their_root(calls: list[dict[str, Any]]) -> None:
    assert len({row["live_id"] for row in calls}) == len({row["call_id"] for row in calls}) == len(calls)
    for root, *others in legs_by_call(calls):
        assert (root["is_root"], root["live_id"], root["parent_live_id"]) == (True, root["root_live_id"], None)
        for leg in others:
            assert (leg["is_root"], leg["parent_live_id"]) == (False, root["live_id"])
            assert (leg["src"], leg["calldate"], leg["context"]) == (root["src"], root["calldate"], root["context"])


def test_groups_and_queues_ring_at_several_users_and_one_of_them_answers_at_most(calls: list[dict[str, Any]]) -> None:
    shared = [legs for legs in legs_by_call(calls) if len(legs) > 1]
    answers = Counter(sum(leg["disposition"] == "CONNECTED" for leg in legs) for legs in shared)
    assert 0.03 < len(shared) / len(calls) < 0.08
    assert answers.keys() == {0, 1}
    assert answers[1] > answers[0]
    assert {leg["context"] for legs in shared for leg in legs} == {"RG-12", "Queue"}
    assert {len(legs) for legs in shared} == {2, 3, 4}
    for legs in shared:
        assert len({leg["user_id"] for leg in legs}) == len(legs)
        assert {leg["type"] for leg in legs} <= {"I", "M"}


def test_an_account_of_one_has_no_shared_calls() -> None:
    with Sandbox(users=1, calls=500) as sandbox:
        assert all(row["is_root"] for row in sandbox.store.rows("cdrs"))


@pytest.mark.parametrize(
    ("until", "last"),
    [
        (None, "2026-07-05 23"),
        (date(2027, 2, 28), "2027-02-28 23"),
        (datetime(2027, 3, 1, 15, 30), "2027-03-01 14"),
        (datetime(2027, 3, 1, 15, 30, tzinfo=timezone(timedelta(hours=3))), "2027-03-01 11"),
    ],
)
def test_a_history_ends_where_it_is_told_to(until: Any, last: str) -> None:
    with Sandbox(users=3, calls=3000, until=until) as sandbox:
        dates = [row["calldate"] for row in sandbox.store.rows("cdrs")]
        latest = datetime.fromisoformat(f"{last}:59:59")
        assert len(dates) == 3000
        assert latest - timedelta(days=2) < datetime.fromisoformat(dates[-1]) <= latest
        assert latest - timedelta(days=183) < datetime.fromisoformat(dates[0])
        assert max(row["created_at"] for row in sandbox.store.rows("contacts")) <= str(latest)


def test_a_history_until_today_has_calls_of_yesterday_and_none_to_come() -> None:
    with Sandbox(users=3, calls=20_000, until="today") as sandbox:
        dates = [row["calldate"] for row in sandbox.store.rows("cdrs")]
    now = datetime.now(UTC)
    assert str(now - timedelta(days=2))[:10] < dates[-1] <= str(now)[:19]
    assert any(each.startswith(str(now - timedelta(days=1))[:10]) for each in dates)


def test_the_same_seed_and_day_give_the_same_rows_whatever_the_day() -> None:
    first, again = (sums(users=3, calls=50, until=date(2027, 1, 31)) for _ in range(2))
    assert first == again != sums(users=3, calls=50, until=date(2027, 2, 1))
    assert sums(users=3, calls=50) == sums(users=3, calls=50, until=date(2026, 7, 5))


@pytest.mark.parametrize("until", ["yesterday", 5, date.max, date.min, datetime.max])
def test_where_a_history_cannot_end(until: Any) -> None:
    with pytest.raises(ValueError, match="until must be"):
        Sandbox(until=until)


def test_charges_follow_from_rate_and_time(calls: list[dict[str, Any]]) -> None:
    for row in calls:
        exact = Decimal(str(row["rate"])) * row["billsec"] / 60
        assert abs(Decimal(str(row["charge"])) - exact) <= Decimal("0.00005")
        assert len(str(row["charge"]).partition(".")[2]) <= 4
        assert row["type"] == "O" or row["charge"] == 0
    assert sum(row["charge"] for row in calls) > 0


def test_a_few_users_have_most_calls_and_each_is_an_end_of_its_own(calls: list[dict[str, Any]]) -> None:
    per_user = Counter(row["user_id"] for row in calls)
    assert len(per_user) == 30
    assert sum(number for _, number in per_user.most_common(6)) > len(calls) / 2
    for row in calls:
        assert str(row["user_id"]) == row["src_id" if row["type"] == "O" else "dst_id"]
        assert row["dst_id" if row["type"] == "O" else "src_id"] == "0"


def test_people_call_in_office_hours(calls: list[dict[str, Any]]) -> None:
    hours = Counter(row["calldate"][11:13] for row in calls)
    weekend = sum(datetime.fromisoformat(row["calldate"]).weekday() > 4 for row in calls)
    assert hours["10"] > 10 * hours["03"]
    assert weekend < len(calls) / 10


def test_nulls_and_undeclared_fields_are_there() -> None:
    with Sandbox(users=40, calls=200) as sandbox:
        users, contacts = sandbox.store.rows("users"), sandbox.store.rows("contacts")
        assert None in {user["last_name"] for user in users}
        assert all("timezone" in user for user in users)
        assert {contact["mobile"] is None for contact in contacts} == {True, False}
        assert all(message["message"] for message in sandbox.store.rows("chatmsgs"))
        assert [user["is_initial"] for user in users] == [True] + [False] * 39
        assert len({user["email"] for user in users}) == len({user["ext"] for user in users}) == 40


def test_a_hundred_thousand_call_records_are_ready_in_seconds() -> None:
    began = time.monotonic()
    with Sandbox(users=100, calls=100_000) as sandbox:
        assert time.monotonic() - began < 20  # about 1 on an idle machine
        assert sandbox.store.count("cdrs") == 100_000


def test_the_checksum_sees_what_is_lost_doubled_or_changed_but_not_the_order() -> None:
    rows: list[dict[str, Any]] = [{"id": 1, "a": "é"}, {"id": 2, "a": 0.5}]
    assert checksum(rows) == checksum(reversed(rows)) == checksum([{"a": "é", "id": 1}, rows[1]])
    others: list[list[dict[str, Any]]] = [rows[:1], [*rows, rows[0]], [rows[0], {"id": 2, "a": 0.25}], []]
    assert len({checksum(each) for each in others} | {checksum(rows)}) == 5


# --- what is declared one day --------------------------------------------------------------------------------


@attrs.frozen(kw_only=True, repr=False)
class Parcel(Entity):
    id: int
    sent_at: datetime | None = None
    start: EpochTime | None = None
    from_: str | None = None
    sender_id: DigitId | None = None
    price: Decimal | None = None
    is_small: bool | None = None
    pages: int | None = None
    state: Annotated[Code, CallType] | None = None
    anything: Any = None


class Parcels(Resource[Any], path="parcels"):
    list = Listing(Parcel, "All.")
    get = Get(Parcel, "One.")


async def test_a_new_resource_needs_no_line_in_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RESOURCES, "parcels", Parcels)
    async with Sandbox(users=1, calls=1) as sandbox:
        page = (await ask_at(sandbox, "GET", "/parcels?sort=from&dir=DESC&limit=2")).json
        assert (page["total"], len(page["data"])) == (5, 2)
        one = (await ask_at(sandbox, "GET", "/parcels/1")).json["data"]
        assert one == sandbox.store.rows("parcels")[0]
        assert one.keys() == {spec.wire for spec in field_specs(Parcel)}
        assert (type(one["start"]), type(one["price"]), one["sender_id"].isdigit()) == (int, float, True)
        assert (one["anything"], one["state"] in ("O", "I", "M")) == (None, True)


def test_two_entities_at_one_path_are_refused() -> None:
    class Others(Resource[Any], path="parcels"):
        list = Listing(Cdr, "All.")

    with pytest.raises(TypeError, match="share a path"):
        tables([Parcels, Others])


# --- files ---------------------------------------------------------------------------------------------------


async def test_a_file_is_opened_again_with_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "account.sqlite"
    async with Sandbox(users=3, calls=20, seed=4, database=path) as first:
        made = await ask_at(first, "POST", "/usergroups", json={"name": "kept"})
        rows, identity = first.store.rows("cdrs"), (first.user_id, first.customer_id)
    async with Sandbox(users=50, calls=999, seed=9, database=str(path)) as second:
        assert second.store.rows("cdrs") == rows
        assert second.store.count("users") == 3
        assert (second.user_id, second.customer_id) == identity
        again = await ask_at(second, "GET", f"/usergroups/{made.json['data']['id']}")
        assert again.json["data"] == made.json["data"]
        assert (await ask_at(second, "DELETE", f"/customers/{second.customer_id}")).status == 204
    async with Sandbox(database=path) as third:
        assert (await ask_at(third, "GET", "/me")).status == 401
