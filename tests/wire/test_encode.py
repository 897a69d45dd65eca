"""What is sent, before it is sent: filters, bodies, ids and paths are checked, and nothing wrong reaches the wire."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from faces import every, operation, settle
from hypothesis import given
from hypothesis import strategies as st
from recorder import Recorder
from strategies import json_values, texts

from voipstudio_async import (
    UNSET,
    Cdr,
    ConfigurationError,
    DecodeError,
    PaginationError,
    UnsafeOperationError,
    VoipStudioError,
    field,
)
from voipstudio_async.entities import QueueGroupPatch, UserGroupDraft, UserGroupPatch
from voipstudio_async.wire.codec import codec
from voipstudio_async.wire.filters import Filter, flatten
from voipstudio_async.wire.parsing import encode, parse

WIRE = codec(UTC)
names = texts.filter(lambda text: text.strip())
plain_values = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63), texts)
BAD_IDS: list[Any] = [True, False, 0, -1, "7", "7/../8", 7.0, None, [7], b"7", Decimal(7)]


# --- properties ----------------------------------------------------------------------------------------------


@given(name=names, operator=names, value=plain_values)
def test_a_filter_survives_its_way_through_json(name: str, operator: str, value: Any) -> None:
    (sent,) = json.loads(WIRE.filter_text(flatten((field(name).op(operator, value),))))

    assert sent == {"property": name, "operator": operator, "value": value}
    assert type(sent["value"]) is type(value)


@given(low=st.integers(), high=st.integers())
def test_a_range_is_its_two_ends(low: int, high: int) -> None:
    assert flatten((field("x").between(low, high),)) == (Filter("x", "gte", low), Filter("x", "lte", high))


def test_not_equal_one_of_and_not_like_are_sent_as_they_are_documented() -> None:
    wanted = (field("type") != "M", field("type").in_(("I", "O")), field("src").not_like("44"))

    assert [(each["operator"], each["value"]) for each in json.loads(WIRE.filter_text(flatten(wanted)))] == [
        ("ne", "M"),
        ("in", ["I", "O"]),
        ("notlike", "44"),
    ]


@pytest.mark.parametrize("values", [[], (), "M", 5, None, {"M": 1}])
def test_one_of_needs_a_list_with_something_in_it(values: Any) -> None:
    with pytest.raises(ConfigurationError, match="takes a list with at least one value"):
        field("type").in_(values)


@pytest.mark.parametrize("unclear", [field("d") != date(2026, 6, 1), field("d").in_([date(2026, 6, 1)])])
def test_a_day_is_not_compared_where_its_midnight_alone_would_be_meant(unclear: Filter) -> None:
    with pytest.raises(ConfigurationError, match="ask for its range"):
        flatten((unclear,))


@given(amount=st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=3))
def test_money_is_sent_with_every_digit(amount: Decimal) -> None:
    (sent,) = json.loads(WIRE.filter_text((Filter("charge", "eq", amount),)), parse_float=Decimal)

    assert sent["value"] == amount


@given(moment=st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)), hours=st.integers(-12, 14))
def test_an_aware_moment_is_sent_as_the_same_moment(moment: datetime, hours: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(hours=hours)), microsecond=0)

    (sent,) = json.loads(WIRE.filter_text((Filter("d", "eq", aware),)))

    assert datetime.fromisoformat(sent["value"]).replace(tzinfo=UTC) == aware


@given(name=texts, color=st.none() | texts)
def test_a_body_is_what_was_given(name: str, color: str | None) -> None:
    assert json.loads(encode(WIRE.body(UserGroupDraft(name=name, color=color)))) == {"name": name, "color": color}
    assert WIRE.body(UserGroupDraft(name=name)) == {"name": name}
    assert WIRE.body(UserGroupPatch(color=color)) == {"color": color}
    assert WIRE.body(UserGroupPatch(name=UNSET, color=UNSET)) == {}


@given(json_values)
def test_any_json_survives_encoding_and_parsing(value: Any) -> None:
    assert json.loads(encode(value)) == value
    assert parse(encode(value)) == json.loads(encode(value), parse_float=Decimal)


@given(name=st.none() | st.booleans() | st.integers() | st.floats() | st.lists(st.none()))
def test_a_body_takes_no_other_types(name: Any) -> None:
    if name is None:
        assert WIRE.body(QueueGroupPatch(name=None)) == {"name": None}
    else:
        with pytest.raises(ConfigurationError, match="name must be str"):
            WIRE.body(QueueGroupPatch(name=name))


# --- errors, on both faces, before any request ---------------------------------------------------------------


@pytest.fixture
def nothing_sent(recorder: Recorder) -> Any:
    yield recorder
    assert recorder.requests == []


@pytest.mark.parametrize("bad", BAD_IDS, ids=repr)
async def test_what_is_no_id_is_refused(bad: Any, recorded: Any, nothing_sent: Recorder) -> None:
    for name in ("users.get", "users.delete", "users.audio", "users.reset_audio", "cdrs.get", "user_groups.get"):
        with pytest.raises(ConfigurationError, match="an id is"):
            await settle(operation(recorded, name)(bad))
    with pytest.raises(ConfigurationError, match="an id is"):
        await every(recorded.users.cdrs(bad))
    with pytest.raises(ConfigurationError, match="an id is"):
        await settle(recorded.user_groups.update(bad, name="x"))
    with pytest.raises(VoipStudioError):
        await settle(recorded.customers.delete(bad, confirm=bad))


async def test_an_id_of_any_size_is_sent(recorded: Any, recorder: Recorder) -> None:
    recorder.answer(200, {"data": {"id": 10**40}})

    await settle(recorded.users.get(10**40))

    assert recorder.last.below == f"/users/{10**40}"


@pytest.mark.parametrize("confirm", [89, "88", None, 0, 1, True])
async def test_an_account_is_deleted_only_with_its_id_repeated(
    confirm: Any, recorded: Any, nothing_sent: Recorder
) -> None:
    with pytest.raises(UnsafeOperationError, match="repeat its id: confirm="):
        await settle(recorded.customers.delete(88, confirm=confirm))
    with pytest.raises(UnsafeOperationError):
        await settle(recorded.customers.delete(88))


async def test_true_does_not_confirm_account_1(recorded: Any, nothing_sent: Recorder) -> None:
    with pytest.raises(UnsafeOperationError):
        await settle(recorded.customers.delete(1, confirm=True))


@pytest.mark.parametrize("options", [{}, {"name": UNSET}, {"name": UNSET, "color": UNSET}])
async def test_an_update_with_nothing_to_change_is_refused(options: Any, recorded: Any, nothing_sent: Recorder) -> None:
    with pytest.raises(ConfigurationError, match=r"nothing to change at /usergroups/12: .* one of name, color"):
        await settle(recorded.user_groups.update(12, **options))


@pytest.mark.parametrize("options", [{}, {"nmae": "x"}, {"name": "x", "id": 5}])
async def test_fields_that_are_missing_or_unknown_are_refused(
    options: Any, recorded: Any, nothing_sent: Recorder
) -> None:
    with pytest.raises(TypeError, match="argument"):
        await settle(recorded.user_groups.create(**options))


@pytest.mark.parametrize("name", [5, None, True, b"x", ["x"], "\ud800"])
async def test_a_body_of_the_wrong_type_is_refused(name: Any, recorded: Any, nothing_sent: Recorder) -> None:
    with pytest.raises(ConfigurationError):
        await settle(recorded.user_groups.create(name=name))


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), Decimal("NaN"), object, {"a": 1}, b"x", {1}, timedelta(1), "\ud800"], ids=repr
)
async def test_a_filter_that_cannot_be_sent_is_refused(value: Any, recorded: Any, nothing_sent: Recorder) -> None:
    with pytest.raises(ConfigurationError):
        await every(recorded.cdrs.list(field("duration") == value))
    with pytest.raises(ConfigurationError):
        await every(recorded.cdrs.list(field("duration").op("in", [1, value])))


@pytest.mark.parametrize("condition", ["duration > 60", None, True, ("duration", "gt", 60), field("duration")])
async def test_what_is_no_filter_is_refused(condition: Any, recorded: Any, nothing_sent: Recorder) -> None:
    with pytest.raises(ConfigurationError, match="a filter is made like"):
        await every(recorded.cdrs.list(condition))


@pytest.mark.parametrize("name", ["", " ", None, 5])
def test_a_field_and_an_operator_need_names(name: Any) -> None:
    with pytest.raises(ConfigurationError, match="needs a name"):
        field(name)
    with pytest.raises(ConfigurationError, match="needs the name of an operator"):
        field("x").op(name, 1)


def test_a_filter_has_no_truth_value() -> None:
    with pytest.raises(TypeError, match="pass several filters side by side"):
        bool(1 < field("x") < 5)
    assert repr(field("x")) == "field('x')"


@pytest.mark.parametrize(
    "options",
    [
        {"page_size": 0},
        {"page_size": 5001},
        {"page_size": True},
        {"page_size": "100"},
        {"prefetch": -1},
        {"prefetch": True},
        {"prefetch": 1.5},
        {"order_by": ""},
        {"order_by": "-"},
        {"order_by": 5},
    ],
)
async def test_options_of_a_listing_are_checked(options: Any, recorded: Any, nothing_sent: Recorder) -> None:
    with pytest.raises(ConfigurationError):
        await every(recorded.users.list(**options))


@pytest.mark.parametrize("number", [0, -1, True, "1", None, 1.0])
async def test_page_numbers_are_checked(number: Any, recorded: Any, nothing_sent: Recorder) -> None:
    with pytest.raises(ConfigurationError, match="counted from 1"):
        await settle(recorded.users.list().page(number))


@pytest.mark.parametrize("most", [-1, True, "5", 1.5])
async def test_the_most_items_are_checked(most: Any, recorded: Any, nothing_sent: Recorder) -> None:
    with pytest.raises(ConfigurationError, match="max_items"):
        await settle(recorded.users.list().collect(max_items=most))


@pytest.mark.parametrize(
    "path",
    [
        "users",
        "",
        "/",
        "//evil.example/x",
        "/users/../me",
        "/users/./1",
        "/users?limit=1",
        "/users#x",
        "/a b",
        "/a\r\nX-Evil: 1",
        "/\u00e9",
        "http://evil.example/",
        "@evil.example/",
        "/a\\b",
        None,
        5,
    ],
)
async def test_a_raw_path_that_leads_elsewhere_is_refused(path: Any, recorded: Any, nothing_sent: Recorder) -> None:
    with pytest.raises(ConfigurationError, match="a path is below the base URL"):
        await settle(recorded.raw.request("GET", path))


@pytest.mark.parametrize("path", ["/users/%2e%2e/me", "/users/%2E./me", "/%2e/x"])
async def test_a_raw_path_with_encoded_dots_is_refused(path: str, recorded: Any, nothing_sent: Recorder) -> None:
    with pytest.raises(ConfigurationError):
        await settle(recorded.raw.request("GET", path))


@pytest.mark.parametrize("method", ["", "GET /x", "G\r\nT", "GÉT", None, 5])
async def test_a_raw_method_is_a_word(method: Any, recorded: Any, nothing_sent: Recorder) -> None:
    with pytest.raises(ConfigurationError, match="a method is a word like GET"):
        await settle(recorded.raw.request(method, "/users"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"params": {"a": None}}, "query parameter a"),
        ({"params": {"a": [1]}}, "query parameter a"),
        ({"json": object()}, "cannot be sent as JSON"),
        ({"json": {"a": {1j}}}, "cannot be sent as JSON"),
        ({"json": "\ud800"}, "cannot be sent as JSON"),
    ],
)
async def test_raw_values_are_checked(options: Any, message: str, recorded: Any, nothing_sent: Recorder) -> None:
    with pytest.raises(ConfigurationError, match=message):
        await settle(recorded.raw.request("POST", "/x", **options))


async def test_a_raw_answer_that_is_not_json_says_so_when_asked(recorded: Any, recorder: Recorder) -> None:
    recorder.answer(200, b"<html>")

    response = await settle(recorded.raw.request("GET", "/x"))

    with pytest.raises(DecodeError, match="is not JSON"):
        response.json()


async def test_a_raw_answer_has_plain_numbers(recorded: Any, recorder: Recorder) -> None:
    recorder.answer(200, b'{"a": 1.5, "b": [2.50], "c": null}')

    assert (await settle(recorded.raw.request("GET", "/x"))).json() == {"a": 1.5, "b": [2.5], "c": None}


def test_a_date_is_a_day_and_a_datetime_is_a_moment() -> None:
    filters = (Filter("d", "lte", date(2026, 1, 1)), Filter("d", "lte", datetime(2026, 1, 1)))
    sent = json.loads(WIRE.filter_text(filters))

    assert [entry["value"] for entry in sent] == ["2026-01-01 23:59:59", "2026-01-01 00:00:00"]


def test_unset_is_false_and_shows_as_itself() -> None:
    assert not UNSET
    assert repr(UNSET) == "UNSET"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strategy": "cursor"}, "strategy is 'offset' or 'keyset'"),
        ({"strategy": "keyset", "order_by": "calldate"}, "a keyset walk goes by id"),
        ({"strategy": "keyset", "order_by": None}, "a keyset walk goes by id"),
        ({"resume": "nonsense"}, "not the text of a checkpoint"),
    ],
)
async def test_ways_to_walk_are_checked(options: Any, message: str, recorded: Any, nothing_sent: Recorder) -> None:
    with pytest.raises(ConfigurationError, match=message):
        await every(recorded.cdrs.list(**options))


async def test_a_count_that_is_not_told_is_an_error(recorded: Any, recorder: Recorder) -> None:
    recorder.answer(200, {"data": []})

    with pytest.raises(PaginationError, match="/cdrs: the API does not tell how many there are"):
        await settle(recorded.cdrs.count())


async def test_a_listing_of_one_thing_needs_its_id(recorded: Any, nothing_sent: Recorder) -> None:
    with pytest.raises(ConfigurationError, match=r"cdrs needs an id: cdrs\(7206\)"):
        await every(recorded.users.cdrs())


async def test_a_pager_says_what_its_rows_are(recorded: Any) -> None:
    assert recorded.users.cdrs(5).entity is Cdr
    assert repr(recorded.users) == "<Users users>"
    assert repr(recorded.raw) == "<Raw />"


@pytest.mark.parametrize(("operator", "second"), [("gte", "06"), ("lt", "06"), ("gt", "05"), ("lte", "05")])
def test_a_moment_is_sent_in_whole_seconds(operator: str, second: str) -> None:
    moment = datetime(2026, 1, 1, 10, 0, 5, 250_000, tzinfo=UTC)
    text = codec(UTC).filter_text((field("calldate").op(operator, moment),))
    assert json.loads(text)[0]["value"] == f"2026-01-01 10:00:{second}"


def test_a_bare_date_that_is_compared_for_equality_is_the_whole_day() -> None:
    filters = flatten((field("calldate") == date(2026, 1, 31),))
    assert [(entry["operator"], entry["value"]) for entry in json.loads(codec(UTC).filter_text(filters))] == [
        ("gte", "2026-01-31 00:00:00"),
        ("lte", "2026-01-31 23:59:59"),
    ]
