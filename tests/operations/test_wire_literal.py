"""What goes over the wire, byte for byte, on both faces: held against literals, at a server that knows nothing."""

from __future__ import annotations

import base64
import json
import platform
import urllib.parse
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from conftest import TOKEN
from faces import every, opened, operation, settle
from literals import LITERALS
from recorder import Recorder

from voipstudio_async import UNSET, BasicAuth, CallType, ConfigurationError, TokenAuth, __version__, field

# aiohttp's own, and they depend on what is installed beside it.
UNDECIDED = {"Host", "Accept-Encoding"}
AGENT = f"voipstudio_async/{__version__} Python/{platform.python_version()} aiohttp/{aiohttp.__version__}"
BARE = {"Accept": "application/json", "User-Agent": AGENT, "X-Auth-Token": TOKEN}
CET = timezone(timedelta(hours=1))


async def finished(result: Any) -> Any:
    return await every(result) if hasattr(result, "collect") else await settle(result)


def query(recorder: Recorder) -> dict[str, str]:
    pairs = urllib.parse.parse_qsl(urllib.parse.urlsplit(recorder.last.target).query, keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


async def sent_filter(client: Any, recorder: Recorder, *filters: Any) -> Any:
    await every(client.cdrs.list(*filters))
    return json.loads(query(recorder)["filter"], parse_float=Decimal)


@pytest.mark.parametrize("name", LITERALS)
async def test_an_operation_sends_exactly_this(name: str, recorded: Any, recorder: Recorder) -> None:
    literal = LITERALS[name]
    is_file = isinstance(literal.answer, bytes)
    recorder.answer(literal.status, literal.answer, {"Content-Type": "application/octet-stream"} if is_file else None)

    await finished(operation(recorded, name)(*literal.args, **literal.options))

    (seen,) = recorder.requests
    assert (seen.method, seen.below, seen.body) == (literal.method, literal.target, literal.body)
    headers = {key: value for key, value in seen.headers.items() if key not in UNDECIDED}
    with_body = {"Content-Type": "application/json", "Content-Length": str(len(literal.body))}
    without = {} if literal.method == "GET" else {"Content-Length": "0"}
    of_file = {"Accept": "*/*"} if name.endswith(".download") else {}
    assert headers == BARE | of_file | (with_body if literal.body else without)


@pytest.mark.parametrize(
    ("condition", "operator", "value"),
    [
        (field("duration") == 60, "eq", 60),
        (field("duration") != 60, "ne", 60),
        (field("duration") < 60, "lt", 60),
        (field("duration") <= 60, "lte", 60),
        (field("duration") > 60, "gt", 60),
        (field("duration") >= 60, "gte", 60),
        (field("duration").like("6"), "like", "6"),
        (field("duration").op("in", [1, 2]), "in", [1, 2]),
    ],
)
async def test_operators(condition: Any, operator: str, value: Any, recorded: Any, recorder: Recorder) -> None:
    sent = await sent_filter(recorded, recorder, condition)

    assert sent == [{"property": "duration", "operator": operator, "value": value}]


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("O", '"O"'),
        (CallType.MISSED, '"M"'),
        (7, "7"),
        (True, "true"),
        (None, "null"),
        (0.5, "0.5"),
        (Decimal("1.10"), "1.10"),
        (2**80, str(2**80)),
        ('"}]\\', '"\\"}]\\\\"'),
        (datetime(2026, 3, 1, 12, 30), '"2026-03-01 12:30:00"'),
        (datetime(2026, 3, 1, 12, 30, tzinfo=UTC), '"2026-03-01 12:30:00"'),
        (datetime(2026, 3, 1, 0, 30, tzinfo=CET), '"2026-02-28 23:30:00"'),
        (date(2026, 3, 1), '"2026-03-01 00:00:00"'),
    ],
)
async def test_values_keep_their_types(value: Any, sent: str, recorded: Any, recorder: Recorder) -> None:
    await every(recorded.cdrs.list(field("x") >= value))

    assert query(recorder)["filter"] == f'[{{"property":"x","operator":"gte","value":{sent}}}]'


@pytest.mark.parametrize(
    ("condition", "sent"),
    [
        (field("d") <= date(2026, 3, 31), "2026-03-31 23:59:59"),
        (field("d") > date(2026, 3, 31), "2026-03-31 23:59:59"),
        (field("d") >= date(2026, 3, 31), "2026-03-31 00:00:00"),
        (field("d") < date(2026, 3, 31), "2026-03-31 00:00:00"),
    ],
)
async def test_a_bare_date_is_the_whole_day(condition: Any, sent: str, recorded: Any, recorder: Recorder) -> None:
    (entry,) = await sent_filter(recorded, recorder, condition)

    assert entry["value"] == sent


async def test_a_range_is_two_filters_and_several_are_one_list(recorded: Any, recorder: Recorder) -> None:
    sent = await sent_filter(
        recorded, recorder, field("calldate").between(date(2026, 1, 1), date(2026, 1, 31)), field("type") == "O"
    )

    assert sent == [
        {"property": "calldate", "operator": "gte", "value": "2026-01-01 00:00:00"},
        {"property": "calldate", "operator": "lte", "value": "2026-01-31 23:59:59"},
        {"property": "type", "operator": "eq", "value": "O"},
    ]


async def test_an_aware_moment_is_sent_in_the_zone_of_the_client(face: type[Any], recorder: Recorder) -> None:
    async with opened(face, TOKEN, base_url=recorder.url, tz=ZoneInfo("Europe/Warsaw")) as client:
        (summer,) = await sent_filter(client, recorder, field("d") >= datetime(2026, 7, 1, tzinfo=UTC))
        (naive,) = await sent_filter(client, recorder, field("d") >= datetime(2026, 7, 1))

    assert (summer["value"], naive["value"]) == ("2026-07-01 02:00:00", "2026-07-01 00:00:00")


async def test_the_query_of_a_filter_is_percent_encoded(recorded: Any, recorder: Recorder) -> None:
    await every(recorded.users.cdrs(7206, field("src_name").like("Zoë & Co +1")))

    raw = recorder.last.target.partition("filter=")[2]
    assert raw.isascii()
    assert not {" ", "&", '"', "{"} & set(raw)
    assert json.loads(query(recorder)["filter"])[0]["value"] == "Zoë & Co +1"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {"page": "1", "limit": "100", "sort": "id", "dir": "DESC"}),
        ({"order_by": "-calldate"}, {"page": "1", "limit": "100", "sort": "calldate", "dir": "DESC"}),
        ({"order_by": "duration"}, {"page": "1", "limit": "100", "sort": "duration", "dir": "ASC"}),
        ({"order_by": None, "page_size": 5000}, {"page": "1", "limit": "5000"}),
        ({"page_size": 1}, {"page": "1", "limit": "1", "sort": "id", "dir": "DESC"}),
        ({"order_by": None, "group_by": "user_id"}, {"page": "1", "limit": "100", "group_by": "user_id"}),
    ],
)
async def test_order_and_size(options: Any, expected: dict[str, str], recorded: Any, recorder: Recorder) -> None:
    await every(recorded.cdrs.list(**options))

    assert query(recorder) == expected


async def test_groups_are_counted(recorded: Any, recorder: Recorder) -> None:
    recorder.answer(200, {"data": [{"id": 5}], "total": 7})

    assert await settle(recorded.cdrs.list(field("type") == "M", group_by="src").count()) == 7
    expected = '[{"property":"type","operator":"eq","value":"M"}]'
    assert query(recorder) == {"page": "1", "limit": "1", "filter": expected, "group_by": "src"}


@pytest.mark.parametrize("options", [{"group_by": ""}, {"group_by": " "}, {"group_by": 7}, {"group_by": "\ud800"}])
def test_what_names_no_field_is_not_grouped_by(options: Any, recorded: Any, recorder: Recorder) -> None:
    with pytest.raises(ConfigurationError, match="group_by names a field"):
        recorded.cdrs.list(**options)
    assert recorder.requests == []


def test_groups_are_not_walked_by_their_ids(recorded: Any) -> None:
    with pytest.raises(ConfigurationError, match="keyset walk cannot be grouped"):
        recorded.cdrs.list(group_by="src", strategy="keyset")


async def test_single_pages(recorded: Any, recorder: Recorder) -> None:
    pages = recorded.users.list(page_size=25)

    await settle(pages.page(3))
    assert recorder.last.below == "/users?page=3&limit=25&sort=id&dir=DESC"
    await settle(pages.first())
    assert recorder.last.below == "/users?page=1&limit=1&sort=id&dir=DESC"
    await settle(pages.count())
    assert recorder.last.below == "/users?page=1&limit=1"


async def test_what_is_made_of_other_operations(recorded: Any, recorder: Recorder) -> None:
    assert await settle(recorded.cdrs.count(field("type") == "O")) == 0
    assert query(recorder) == {"page": "1", "limit": "1", "filter": '[{"property":"type","operator":"eq","value":"O"}]'}

    recorder.answer(200, {"data": {"id": 7}})
    recorder.answer(204)
    assert [outcome.value.id for outcome in await settle(recorded.users.get_many([7]))] == [7]
    assert len((await settle(recorded.users.delete_many([7]))).succeeded) == 1
    assert await settle(recorded.users.delete_many([])) is not None
    sent = [(seen.method, seen.below) for seen in recorder.requests[1:]]
    assert sent == [("GET", "/users/7"), ("DELETE", "/users/7")]


async def test_a_walk_in_slices_asks_for_each_range(recorded: Any, recorder: Recorder) -> None:
    await every(recorded.cdrs.walk(date(2026, 3, 1), date(2026, 3, 3), concurrency=1))

    bounds = [
        [(entry["property"], entry["operator"], entry["value"]) for entry in json.loads(parameters["filter"][0])]
        for parameters in (urllib.parse.parse_qs(seen.target.partition("?")[2]) for seen in recorder.requests)
    ]
    assert [[operator for _, operator, _ in pair] for pair in bounds] == [["gte", "lt"]] * 2
    assert [[value for _, _, value in pair] for pair in bounds] == [
        ["2026-03-01 00:00:00", "2026-03-02 00:00:00"],
        ["2026-03-02 00:00:00", "2026-03-03 00:00:00"],
    ]
    assert {name for pair in bounds for name, _, _ in pair} == {"calldate"}


async def test_what_is_unset_is_left_out_and_none_is_null(recorded: Any, recorder: Recorder) -> None:
    update = recorded.user_groups.update
    for options, sent in (
        ({"name": "Sales", "color": UNSET}, b'{"name":"Sales"}'),
        ({"name": UNSET, "color": None}, b'{"color":null}'),
        ({"name": "Zoë", "color": ""}, '{"name":"Zoë","color":""}'.encode()),
    ):
        recorder.answer(200, {"data": {"id": 12}})
        await settle(update(12, **options))
        assert recorder.last.body == sent


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        (TokenAuth("abc"), "X-Auth-Token", "abc"),
        (BasicAuth(31415, "abc"), "Authorization", "Basic " + base64.b64encode(b"31415:abc").decode()),
    ],
)
async def test_credentials(auth: Any, header: str, value: str, face: type[Any], recorder: Recorder) -> None:
    async with opened(face, auth=auth, base_url=recorder.url) as client:
        await every(client.users.list())

    assert recorder.last.headers[header] == value
    assert len({"X-Auth-Token", "Authorization"} & recorder.last.headers.keys()) == 1


async def test_a_view_sends_its_own_token(recorded: Any, recorder: Recorder) -> None:
    for client, token in ((recorded.with_options(token="other"), "other"), (recorded, TOKEN)):
        await every(client.users.list())
        assert recorder.last.headers["X-Auth-Token"] == token


async def test_a_raw_request_goes_out_as_given(recorded: Any, recorder: Recorder) -> None:
    recorder.answer(202, b"queued", {"X-Task": "9"})

    response = await settle(
        recorded.raw.request("put", "/a/b;c@d%20e", params={"t": "x y&z", "n": 1, "f": 0.5, "b": True}, json=[None])
    )

    assert (response.status, response.body, response.text(), response.headers["X-Task"]) == (
        202,
        b"queued",
        "queued",
        "9",
    )
    seen = recorder.last
    assert (seen.method, seen.below.partition("?")[0], seen.body) == ("PUT", "/a/b;c@d%20e", b"[null]")
    assert query(recorder) == {"t": "x y&z", "n": "1", "f": "0.5", "b": "true"}
    assert seen.headers["Content-Type"] == "application/json"


async def test_a_raw_request_has_a_body_only_when_one_is_given(recorded: Any, recorder: Recorder) -> None:
    await settle(recorded.raw.request("GET", "/users"))
    assert (recorder.last.below, recorder.last.body) == ("/users", b"")
    assert not {"Content-Type", "Content-Length"} & recorder.last.headers.keys()

    await settle(recorded.raw.request("POST", "/users", json=None))
    assert recorder.last.body == b"null"
