"""Pages, order and filters: by example, and against the same thing done in plain Python."""

from __future__ import annotations

import json
import operator
import string
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_http import ask_at, fetch

from voipstudio_async.sandbox import Sandbox

OUTSIDE = {"message": "Filtration error"}


def filters(*entries: tuple[str, str, Any]) -> dict[str, str]:
    return {
        "filter": json.dumps([dict(zip(("property", "operator", "value"), entry, strict=True)) for entry in entries])
    }


async def test_the_default_is_a_hundred_rows_by_id(ask: Any, sandbox: Sandbox) -> None:
    assert (await ask("GET", "/cdrs")).json == {"data": sandbox.store.rows("cdrs")[:100], "total": 300}


async def test_pages_follow_each_other_and_end(ask: Any, sandbox: Sandbox) -> None:
    pages = [(await ask("GET", f"/cdrs?limit=130&page={number}")).json for number in (1, 2, 3, 4, 1000)]
    assert [len(page["data"]) for page in pages] == [130, 130, 40, 0, 0]
    assert {page["total"] for page in pages} == {300}
    assert [row for page in pages for row in page["data"]] == sandbox.store.rows("cdrs")


@pytest.mark.parametrize("name", ["page", "limit"])
@pytest.mark.parametrize("value", ["0", "-1", "x", "", "1.0", "99999999999", "٣"])
async def test_page_and_limit_are_whole_numbers(ask: Any, name: str, value: str) -> None:
    reply = await ask("GET", "/users", params={name: value})
    assert (reply.status, reply.json["message"]) == (400, "Validation error")
    assert (reply.json["errors"][0]["field"], reply.json["errors"][0]["code"]) == (name, "SF0010")


async def test_no_more_than_5000_rows(ask: Any) -> None:
    assert (await ask("GET", "/users?limit=5000")).status == 200
    assert (await ask("GET", "/users?limit=5001")).status == 400


@pytest.mark.parametrize(
    "query", ["sort=nothing", "sort=-id", "sort=", "sort=id&dir=up", "size=5", "page=1&page=2", "order_by=id"]
)
async def test_what_is_not_known_is_400(ask: Any, query: str) -> None:
    assert (await ask("GET", f"/users?{query}")).status == 400


async def test_one_thing_takes_no_parameters(ask: Any, sandbox: Sandbox) -> None:
    assert (await ask("GET", f"/users/{sandbox.user_id}?page=1")).status == 400


async def test_order(ask: Any, sandbox: Sandbox) -> None:
    latest = (await ask("GET", "/cdrs?sort=calldate&dir=DESC&limit=5")).json["data"]
    dates = sorted((row["calldate"] for row in sandbox.store.rows("cdrs")), reverse=True)
    assert [row["calldate"] for row in latest] == dates[:5]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not JSON"),
        ("[", "is not JSON"),
        ("[" * 5000, "is not JSON"),
        ('[{"property":"id","operator":"eq","value":NaN}]', "is not JSON"),
        ('[{"property":"email","operator":"eq","value":"\\ud800"}]', "is not JSON"),
        ("{}", "must be a list"),
        ("[1]", "each entry is an object with property, operator and value"),
        ('[{"property":"id","operator":"eq"}]', "each entry is an object with property, operator and value"),
        (
            '[{"property":"id","operator":"eq","value":1,"x":1}]',
            "each entry is an object with property, operator and value",
        ),
    ],
)
async def test_a_filter_is_a_list_of_conditions(ask: Any, text: str, message: str) -> None:
    reply = await ask("GET", "/users", params={"filter": text})
    assert (reply.status, reply.json) == (400, OUTSIDE | {"errors": [{"field": "filter", "message": message}]})


@pytest.mark.parametrize("name", ["between", "neq", "not in", "EQ", "", None, 1, ["eq"]])
async def test_there_are_nine_operators(ask: Any, name: Any) -> None:
    reply = await ask("GET", "/users", params=filters(("id", name, 1)))
    assert (reply.status, reply.json["message"]) == (400, "Filtration error")


@pytest.mark.parametrize("name", ["nothing", "", None, 5, ["id"], "timezone", "id; DROP TABLE users", "extra"])
async def test_only_declared_fields_are_properties(ask: Any, sandbox: Sandbox, name: Any) -> None:
    reply = await ask("GET", "/users", params=filters((name, "eq", 1)))
    assert (reply.status, reply.json["errors"][0]["code"]) == (400, "SF0010")
    assert sandbox.store.count("users") == 6


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("cdrs", ("duration", "gt", "a minute")),
        ("cdrs", ("duration", "gt", True)),
        ("cdrs", ("duration", "gt", None)),
        ("cdrs", ("duration", "eq", [1])),
        ("cdrs", ("duration", "eq", {})),
        ("cdrs", ("duration", "in", 1)),
        ("cdrs", ("duration", "in", [])),
        ("cdrs", ("duration", "in", ["a minute"])),
        ("cdrs", ("duration", "in", [None])),
        ("cdrs", ("duration", "in", {"1": 1})),
        ("cdrs", ("duration", "ne", [1])),
        ("cdrs", ("src", "notlike", None)),
        ("cdrs", ("duration", "like", None)),
        ("cdrs", ("duration", "like", True)),
        ("cdrs", ("calldate", "gt", 5)),
        ("cdrs", ("calldate", "gt", "yesterday")),
        ("cdrs", ("calldate", "gt", "2026-02-30")),
        ("cdrs", ("calldate", "gt", "2026-02-03T10:00:00")),
        ("cdrs", ("calldate", "gt", "2026-02-03 10:00:00+00:00")),
        ("cdrs", ("src_id", "eq", "x")),
        ("cdrs", ("src_id", "eq", True)),
        ("cdrs", ("src", "eq", True)),
        ("cdrs", ("is_root", "eq", "yes")),
        ("cdrs", ("is_root", "eq", 2)),
    ],
)
async def test_values_have_the_type_of_their_field(ask: Any, path: str, entry: tuple[str, str, Any]) -> None:
    reply = await ask("GET", f"/{path}", params=filters(entry))
    assert (reply.status, reply.json["errors"][0]["field"]) == (400, entry[0])


async def count(ask: Any, path: str, *entries: tuple[str, str, Any]) -> int:
    reply = await ask("GET", path, params=filters(*entries) | {"limit": "1"})
    assert reply.status == 200, reply.json
    total = reply.json["total"]
    assert isinstance(total, int)
    return total


async def test_what_is_without_a_value_is_neither_equal_nor_unequal(ask: Any, sandbox: Sandbox) -> None:
    infos = [row["info"] for row in sandbox.store.rows("cdrs")]
    assert await count(ask, "/cdrs", ("info", "ne", None)) == sum(info is not None for info in infos) > 0
    assert await count(ask, "/cdrs", ("info", "ne", "transferred")) == 0
    assert await count(ask, "/cdrs", ("info", "notlike", "nothing")) == sum(info is not None for info in infos)


async def test_one_of_several_values_each_as_its_field_is(ask: Any, sandbox: Sandbox) -> None:
    rows = sandbox.store.rows("cdrs")
    dates, ids = [row["calldate"] for row in rows[:3]], [row["id"] for row in rows[:40]]
    found = sum(row["calldate"] in dates for row in rows)
    assert await count(ask, "/cdrs", ("calldate", "in", [*dates, dates[0] + ".000"])) == found > 2
    assert await count(ask, "/cdrs", ("id", "in", [*map(str, ids[:20]), *ids[20:], 2**70])) == 40
    assert await count(ask, "/cdrs", ("type", "in", ["M", "I"])) == sum(row["type"] != "O" for row in rows)
    assert await count(ask, "/cdrs", ("src_id", "in", [rows[0]["src_id"], 5])) > 0
    assert await count(ask, "/cdrs", ("is_root", "in", [True, False])) == 300


async def test_a_page_that_is_too_large_can_be_cut_instead() -> None:
    async with Sandbox(users=2, calls=5005, largest_page="cut") as cut:
        for limit in ("5001", "10000", "9" * 30):
            reply = await ask_at(cut, "GET", f"/cdrs?limit={limit}")
            assert (reply.status, len(reply.json["data"]), reply.json["total"]) == (200, 5000, 5005)
        assert len((await ask_at(cut, "GET", "/cdrs?limit=10000&page=2")).json["data"]) == 5
        assert len((await ask_at(cut, "GET", "/cdrs?limit=0010")).json["data"]) == 10
        for limit in ("0", "-1", "x", "1e4"):
            assert (await ask_at(cut, "GET", f"/cdrs?limit={limit}")).status == 400
    with pytest.raises(ValueError, match="'refuse' or 'cut'"):
        Sandbox(largest_page="guess")  # type: ignore[arg-type]


async def test_pages_that_reach_too_far_can_be_refused() -> None:
    async with Sandbox(users=2, calls=50, deepest=30) as shallow:
        for query in ("page=3&limit=10", "page=1&limit=30", "limit=25&page=1", "sort=id&dir=DESC&page=30&limit=1"):
            reply = await ask_at(shallow, "GET", f"/cdrs?{query}")
            assert (reply.status, reply.json["total"]) == (200, 50)
        for query in ("page=4&limit=10", "limit=31", "page=2&limit=16", "", "page=31&limit=1"):
            reply = await ask_at(shallow, "GET", f"/cdrs?{query}")
            assert (reply.status, reply.json["errors"][0]["field"]) == (400, "page")
    with pytest.raises(ValueError, match="1 or more"):
        Sandbox(deepest=0)


async def test_moments_and_days(ask: Any, sandbox: Sandbox) -> None:
    rows = sandbox.store.rows("cdrs")
    middle = rows[150]["calldate"]
    day = middle[:10]
    assert await count(ask, "/cdrs", ("calldate", "lt", middle)) == sum(row["calldate"] < middle for row in rows)
    alike = sum(row["calldate"] == middle for row in rows)
    assert await count(ask, "/cdrs", ("calldate", "eq", middle + ".000000")) == alike > 0
    assert await count(ask, "/cdrs", ("calldate", "gt", middle + ".5")) == sum(row["calldate"] > middle for row in rows)
    assert await count(ask, "/cdrs", ("calldate", "gte", day)) == sum(row["calldate"] >= day for row in rows)
    sandbox.store.insert("cdrs", {"calldate": f"{day} 00:00:00"})
    # A bare day is its first moment, also as an upper bound.
    assert await count(ask, "/cdrs", ("calldate", "gte", day), ("calldate", "lte", day)) == 1


async def test_numbers_as_digits_flags_codes_and_null(ask: Any, sandbox: Sandbox) -> None:
    rows, user = sandbox.store.rows("cdrs"), sandbox.user_id
    mine = sum(row["user_id"] == user for row in rows)
    assert await count(ask, "/cdrs", ("user_id", "eq", str(user))) == mine > 0
    assert await count(ask, "/cdrs", ("src_id", "eq", user)) == sum(row["src_id"] == str(user) for row in rows) > 0
    assert await count(ask, "/cdrs", ("src_id", "eq", str(user))) > 0
    roots = sum(row["is_root"] for row in rows)
    assert (
        await count(ask, "/cdrs", ("is_root", "eq", True)) == await count(ask, "/cdrs", ("is_root", "eq", 1)) == roots
    )
    assert await count(ask, "/cdrs", ("type", "eq", "M")) == sum(row["type"] == "M" for row in rows) > 0
    assert await count(ask, "/cdrs", ("type", "eq", 1)) == await count(ask, "/cdrs", ("type", "eq", True)) == 0
    assert await count(ask, "/cdrs", ("src", "eq", int(rows[0]["src"]))) >= 1
    assert await count(ask, "/cdrs", ("info", "eq", None)) == sum(row["info"] is None for row in rows) > 0
    assert await count(ask, "/cdrs", ("rate", "eq", "0.0235")) == sum(row["rate"] == 0.0235 for row in rows) > 0
    assert await count(ask, "/users", ("visited_apps", "eq", None)) > 0


async def test_numbers_of_any_size(ask: Any) -> None:
    assert await count(ask, "/cdrs", ("id", "lt", 10**30)) == await count(ask, "/cdrs", ("id", "gt", -(10**30))) == 300
    assert await count(ask, "/cdrs", ("id", "gt", 2**63)) == await count(ask, "/cdrs", ("charge", "gt", 1e300)) == 0
    assert (await ask("GET", "/cdrs", params=filters(("id", "lt", 10**400)))).status == 400


async def test_live_calls_are_filtered_by_seconds(ask: Any, sandbox: Sandbox) -> None:
    (call,) = sandbox.store.rows("calls", owner=sandbox.user_id)
    path = f"/users/{sandbox.user_id}/calls"
    assert await count(ask, path, ("start_time", "eq", call["start_time"])) == 1
    assert await count(ask, path, ("start_time", "gt", call["start_time"])) == 0
    assert call["id"] > 2**32


async def test_like_knows_no_wildcards(ask: Any, sandbox: Sandbox) -> None:
    for notes in ("50% off", "5099", "a_b", "axb", "back\\slash", "Ann"):
        sandbox.store.insert("contacts", {"notes": notes, "company": "test"}, sandbox.user_id)
    for text, found in (("0% o", 1), ("50%", 1), ("a_b", 1), ("\\", 1), ("_", 1), ("ANN", 1), ("50", 2), (50, 2)):
        total = await count(
            ask, f"/users/{sandbox.user_id}/contacts", ("company", "eq", "test"), ("notes", "like", text)
        )
        assert (text, total) == (text, found)


async def test_a_walk_by_key(ask: Any, sandbox: Sandbox) -> None:
    seen: list[int] = []
    while True:
        page = await ask("GET", "/cdrs", params=filters(("id", "gt", seen[-1] if seen else 0)) | {"limit": "70"})
        if not page.json["data"]:
            break
        seen += [row["id"] for row in page.json["data"]]
    assert seen == [row["id"] for row in sandbox.store.rows("cdrs")]


# --- against plain Python ------------------------------------------------------------------------------------

FIELDS = {
    "id": int,
    "duration": int,
    "billsec": int,
    "user_id": int,
    "server_id": int,
    "charge": float,
    "rate": float,
    "calldate": str,
    "src": str,
    "dst": str,
    "src_name": str,
    "dst_name": str,
    "t_cause": str,
    "type": str,
    "disposition": str,
    "info": str,
    "clid": str,
}
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Sandbox, list[dict[str, Any]]]]:
    with Sandbox(users=5, calls=150, seed=11) as sandbox:
        yield sandbox, sandbox.store.rows("cdrs")


def holds(row: dict[str, Any], name: str, how: str, value: Any) -> bool:
    if row[name] is None or value is None:
        return (how == "eq" and row[name] is value) or (how == "ne" and value is None and row[name] is not None)
    if how == "in":
        return row[name] in value
    if how in ("like", "notlike"):
        return (str(value).translate(LOWER) in str(row[name]).translate(LOWER)) == (how == "like")
    return COMPARE[how](row[name], value)


@st.composite
def conditions(draw: st.DrawFn, rows: list[dict[str, Any]]) -> tuple[str, str, Any]:
    name = draw(st.sampled_from(sorted(FIELDS)))
    how = draw(st.sampled_from([*COMPARE, "in", "like", "notlike"] if FIELDS[name] is not float else [*COMPARE]))
    value = draw(st.sampled_from([row[name] for row in rows]))
    if how == "in":
        known = [row[name] for row in rows if row[name] is not None]
        return name, how, draw(st.lists(st.sampled_from(known), min_size=1, max_size=4)) if known else ["x"]
    if how in ("like", "notlike") and value is not None:
        start = draw(st.integers(0, 8))
        value = draw(st.sampled_from([str(value)[start : start + 3], "%", "_", "\\", "é"]))
    elif FIELDS[name] is str and name != "calldate" and draw(st.booleans()):
        value = draw(st.text(max_size=5).filter(lambda text: "\0" not in text))
    return name, how, value if how in ("eq", "ne") or value is not None else 0 if FIELDS[name] is not str else "x"


@settings(max_examples=examples(150), deadline=None)
@given(st.data())
def test_it_gives_what_plain_python_gives(served: tuple[Sandbox, list[dict[str, Any]]], data: st.DataObject) -> None:
    sandbox, rows = served
    wanted = data.draw(st.lists(conditions(rows), max_size=3))
    sort, descending = data.draw(st.sampled_from(sorted(FIELDS))), data.draw(st.booleans())
    limit, page = data.draw(st.integers(1, 60)), data.draw(st.integers(1, 4))

    found = [row for row in rows if all(holds(row, *condition) for condition in wanted)]
    found.sort(key=lambda row: (row[sort] is not None, row[sort] if row[sort] is not None else 0), reverse=descending)
    query = {"limit": limit, "page": page, "sort": sort, "dir": "DESC" if descending else "ASC"} | filters(*wanted)
    answer = fetch(sandbox, "/cdrs?" + urllib.parse.urlencode(query))
    assert answer == {"data": found[(page - 1) * limit : page * limit], "total": len(found)}
