"""Arguments of every kind and size, in every place: they work, or are refused in words before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NoReturn

import pytest
from faces import every, settle
from recorder import Recorder

from voipstudio_async import (
    AsyncVoipStudio,
    BasicAuth,
    ConfigurationError,
    Limits,
    RetryPolicy,
    TokenAuth,
    VoipStudio,
    field,
)
from voipstudio_async.exports import export
from voipstudio_async.http.settings import Timeouts
from voipstudio_async.operations import keys
from voipstudio_async.operations.raw import RawRequest
from voipstudio_async.pagination.checkpoints import Checkpoint
from voipstudio_async.reports import CallStats, call_report
from voipstudio_async.resources.raw import Raw
from voipstudio_async.webhooks import Receiver
from voipstudio_async.wire.codec import codec

CODEC = codec(UTC)
CLIENT = AsyncVoipStudio("token")
BLOCKING = VoipStudio("token")
RAW: RawRequest = Raw.request


class Hostile:
    """Neither shown nor compared nor hashed."""

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> NoReturn:
        raise RuntimeError("cannot be shown")

    def __eq__(self, other: object) -> NoReturn:
        raise RuntimeError("cannot be compared")


def loops() -> tuple[list[Any], dict[str, Any]]:
    items: list[Any] = []
    items.append(items)
    entries: dict[str, Any] = {}
    entries["again"] = entries
    return items, entries


NUMBERS = [True, 0, -1, 1.5, float("nan"), float("-inf"), 10**400, 10**5000, -(10**5000), Decimal("NaN"), 1j]
URLS = ["https://h /x", "https://[::1", "https://h:99999", "https://h\n/", "//h"]
TEXTS = [
    "",
    " ",
    "x",
    "\ud800",
    "a\nb",
    "\0",
    b"x",
    "https://h /x",
    "https://[::1",
    "https://h:99999",
    "https://h\n/",
    "//h",
]
TIMES = [date.min, datetime.max, datetime.min.replace(tzinfo=UTC), timedelta(0), timedelta.max, timedelta.min]
THINGS = [None, [], [("a", "b")], {}, {"a": 1}, {1, 2}, *loops(), object(), Hostile(), int, range(3), len, (1,)]
ODD: list[Any] = [*NUMBERS, *TEXTS, *TIMES, *THINGS]


def listing(**options: Any) -> Any:
    return CLIENT.cdrs.list(**options)._query.page(1).request


def report(**options: Any) -> None:
    call_report(CLIENT, **options).close()


PLACES: dict[str, Callable[[Any], Any]] = {
    "token": lambda odd: VoipStudio(token="t" if odd is None else odd),
    "auth": lambda odd: VoipStudio(token="t" if odd is None else None, auth=odd),
    **{
        name: lambda odd, name=name: VoipStudio("t", **{name: odd})  # type: ignore[misc]
        for name in ("base_url", "timeouts", "retry", "limits", "ssl", "tz", "hooks", "strict", "trust_env", "gate")
    },
    **{f"Timeouts.{name}": lambda odd, name=name: Timeouts(**{name: odd}) for name in ("connect", "read", "total")},  # type: ignore[misc]
    **{
        f"RetryPolicy.{name}": lambda odd, name=name: RetryPolicy(**{name: odd})  # type: ignore[misc]
        for name in ("attempts", "base", "cap", "statuses", "budget")
    },
    **{
        f"Limits.{name}": lambda odd, name=name: Limits(**{name: odd})  # type: ignore[misc]
        for name in ("concurrency", "per_second", "max_response_bytes", "adaptive")
    },
    "TokenAuth": TokenAuth,
    "BasicAuth": lambda odd: BasicAuth(odd, "t"),
    **{
        f"list.{name}": lambda odd, name=name: listing(**{name: odd})  # type: ignore[misc]
        for name in ("order_by", "page_size", "prefetch", "strategy", "resume")
    },
    "page": CLIENT.cdrs.list()._query.page,
    "a filter": CLIENT.cdrs.list,
    "the name of a field": lambda odd: CODEC.filter_text((field(odd).op("eq", 1),)),
    "an operator": lambda odd: CODEC.filter_text((field("x").op(odd, 1),)),
    "a value": lambda odd: CODEC.filter_text((field("x").op("gte", odd),)),
    "a listed value": lambda odd: CODEC.filter_text((field("x").op("in", [odd]),)),
    "walk.start": lambda odd: CLIENT.cdrs.walk(odd, date(2026, 1, 1)),
    "walk.end": lambda odd: CLIENT.cdrs.walk(date(2026, 1, 1), odd),
    **{
        f"walk.{name}": lambda odd, name=name: CLIENT.cdrs.walk(date(2026, 1, 1), date(2026, 2, 1), **{name: odd})  # type: ignore[misc]
        for name in ("slice", "concurrency", "resume")
    },
    "raw.method": lambda odd: RAW.exchange(CODEC, "", odd, "/x"),
    "raw.path": lambda odd: RAW.exchange(CODEC, "", "GET", odd),
    "raw.params": lambda odd: RAW.exchange(CODEC, "", "GET", "/x", params=odd),
    "raw.json": lambda odd: RAW.exchange(CODEC, "", "POST", "/x", json=odd),
    "a parameter": lambda odd: RAW.exchange(CODEC, "", "GET", "/x", params={"a": odd}),
    "an id": keys.check_id,
    "several ids": keys.write_ids,
    "digits": keys.write_digits,
    "a text in a path": keys.write_text,
    **{
        f"report.{name}": lambda odd, name=name: report(**{name: odd})  # type: ignore[misc]
        for name in ("start", "end", "tz", "source", "count", "concurrency", "deadline")
    },
}


def outcome(place: str, odd: Any) -> str:
    """Return how an argument was refused; nothing where it was taken."""
    try:
        made = PLACES[place](odd)
    except ConfigurationError as error:
        return str(error)
    if isinstance(made, VoipStudio):
        made.close()
    return ""


@pytest.mark.parametrize("place", PLACES)
def test_what_is_odd_works_or_is_refused_in_words(place: str) -> None:
    told = [outcome(place, odd) for odd in ODD]

    assert any(told)
    assert max(map(len, told)) < 400


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ([("a", "b")], "params is a mapping"),
        ("a=b", "params is a mapping"),
        ({"a": float("nan")}, "parameter a must be a text or a finite number"),
        ({"a": "x\ud800"}, "parameter a must be"),
        ({"\udc00": "x"}, "the name of a query parameter"),
        ({5: "x"}, "the name of a query parameter"),
        ({"": "x"}, "the name of a query parameter"),
        ({"a": 10**5000}, "parameter a must be"),
    ],
)
async def test_parameters_that_would_not_arrive_are_refused(
    params: Any, message: str, recorded: Any, recorder: Recorder
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        await settle(recorded.raw.request("GET", "/x", params=params))
    assert recorder.requests == []


async def test_half_a_surrogate_pair_does_not_vanish(recorded: Any, recorder: Recorder) -> None:
    with pytest.raises(ConfigurationError, match="order_by"):
        recorded.cdrs.list(order_by="src\ud800")
    with pytest.raises(ConfigurationError, match="a field needs a name"):
        field("s\ud800")
    with pytest.raises(ConfigurationError, match="half of a surrogate pair"):
        await every(recorded.cdrs.list(field("src") == "\udfff"))
    assert recorder.requests == []


@pytest.mark.parametrize(
    "change",
    [
        {"page": 0},
        {"page": "2"},
        {"page": None},
        {"last": "x"},
        {"report": {"rows": -1}},
        {"report": {"total_last": "x"}},
    ],
)
def test_a_damaged_checkpoint_is_refused(change: dict[str, Any]) -> None:
    pages: Any = CLIENT.cdrs.list()
    fields = json.loads(pages.checkpoint())
    fields["report"] |= change.pop("report", {})
    with pytest.raises(ConfigurationError, match="not the text of a checkpoint"):
        Checkpoint.load(json.dumps(fields | change), pages._query)


@pytest.mark.parametrize("change", [{"slice": -1}, {"slice": 99}, {"slice": True}, {"slice": "1"}, {"inner": 5}])
def test_a_damaged_checkpoint_of_slices_is_refused(change: dict[str, Any]) -> None:
    pages: Any = CLIENT.cdrs.walk(date(2026, 1, 1), date(2026, 1, 5))
    text = json.dumps(json.loads(pages.checkpoint()) | change)
    with pytest.raises(ConfigurationError, match="not the text of a checkpoint"):
        pages.resumed(text)


WORDS: dict[str, Callable[[Any], object]] = {
    "on_error": lambda word: BLOCKING.bulk.run(BLOCKING.users.get, [1], on_error=word),
    "strategy": lambda word: CLIENT.users.list(strategy=word),
    "format": lambda word: export(CLIENT.users.list(), "users.csv", format=word),
    "encoding": lambda word: export(CLIENT.users.list(), "users.csv", encoding=word),
    "money": lambda word: export(CLIENT.users.list(), "users.csv", money=word),
    "secrets": lambda word: export(CLIENT.users.list(), "users.csv", secrets=word),
    "count": lambda word: CallStats(count=word),
    "ack": lambda word: Receiver(ack=word),
}


@pytest.mark.parametrize("take", WORDS.values(), ids=WORDS)
def test_an_option_of_some_words_refuses_what_compares_in_a_way_of_its_own(take: Callable[[Any], object]) -> None:
    for odd in (pytest.importorskip("pandas").NA, pytest.importorskip("numpy").array(["x", "y"])):
        with pytest.raises(ConfigurationError, match=r" (is|must be) "):
            take(odd)


def test_a_boolean_of_numpy_is_one(recorder: Recorder) -> None:
    recorder.answer(200, {"data": [], "total": 0})
    with VoipStudio("token", base_url=recorder.url) as client:
        client.queues.list(include_users=pytest.importorskip("numpy").True_).collect()
    assert "include=users" in recorder.last.target
