"""The mistakes that everybody makes: each is answered with what to write instead, and with no name of an inside."""

from __future__ import annotations

import gc
import inspect
import warnings
from collections.abc import AsyncIterable, Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from faces import settle
from recorder import Recorder

import voipstudio_async
from voipstudio_async import (
    AsyncVoipStudio,
    AuthenticationError,
    Cdr,
    ConfigurationError,
    Entity,
    User,
    VoipStudio,
    field,
)
from voipstudio_async.hints import misspelt
from voipstudio_async.sandbox import Sandbox

# What a type checker would refuse is what is tried here.
HERE: dict[str, Any] = {"token": "t", "base_url": "http://localhost:1"}
ASYNC: Any = AsyncVoipStudio(**HERE)
BLOCKING: Any = VoipStudio(**HERE)
MADE: Any = VoipStudio
USER: Any = User(id=1)
CDR: Any = Cdr(id=1, extra={"cost_centre": 7})
FIELD: Any = field
INSIDES = ("Bound", "Caller", "BaseClient", "_caller", "object has no", "takes 1 positional", "unset.Unset", "'str")


async def awaited(thing: Any) -> None:
    await thing


async def walked(things: Any) -> None:
    async for _ in things:
        pass


async def entered(client: Any) -> None:
    async with client:
        pass


def entered_plainly(client: Any) -> None:
    with client:
        pass


MISTAKES: tuple[tuple[str, Callable[[], Any], str], ...] = (
    ("await a listing", lambda: awaited(ASYNC.users.list()), "async for"),
    ("iterate a listing plainly", lambda: list(ASYNC.users.list()), "async for"),
    ("the length of a listing", lambda: len(BLOCKING.users.list()), ".count()"),
    ("the first of a listing", lambda: BLOCKING.users.list()[0], ".first()"),
    ("the first of an awaited listing", lambda: ASYNC.users.list()[0], "await ....first()"),
    ("async for on a blocking listing", lambda: walked(BLOCKING.users.list()), "'for'"),
    ("with on the awaited client", lambda: entered_plainly(ASYNC), "'async with'"),
    ("async with on the blocking client", lambda: entered(BLOCKING), "'with'"),
    ("await what was not called", lambda: awaited(ASYNC.me), "await client.me(...)"),
    ("iterate what was not called", lambda: walked(ASYNC.users.list), "client.users.list(...)"),
    ("a field of what was not called", lambda: BLOCKING.me.email, "client.me(...)"),
    ("a resource is called", BLOCKING.calls, "list()"),
    ("a resource is iterated", lambda: list(BLOCKING.calls), "list()"),
    ("a resource is iterated asynchronously", lambda: walked(ASYNC.calls), "list()"),
    ("no such resource", lambda: BLOCKING.usres, "users"),
    ("the vendor's name", lambda: BLOCKING.monitors, "recordings"),
    ("another word", lambda: BLOCKING.call_history, "cdrs"),
    ("no such operation", lambda: BLOCKING.users.lsit, "list"),
    ("timeout", lambda: MADE(**HERE, timeout=5), "timeouts=Timeouts("),
    ("timeouts as a number", lambda: MADE(**HERE, timeouts=5), "timeouts=Timeouts(total=5)"),
    ("retry as a number", lambda: MADE(**HERE, retry=3), "RetryPolicy(attempts=3)"),
    ("max_retries", lambda: MADE(max_retries=3), "RetryPolicy("),
    ("a misspelt setting", lambda: MADE(tokne="t"), "token"),
    ("a zone as a text", lambda: MADE(**HERE, tz="Europe/London"), "ZoneInfo('Europe/London')"),
    ("no credentials", VoipStudio, "VOIPSTUDIO_API_TOKEN"),
    ("a misspelt argument", lambda: BLOCKING.user_groups.create(nme="Sales"), "name"),
    ("a limit", lambda: BLOCKING.users.list(limit=5), ".collect(max_items="),
    ("a field as an option", lambda: BLOCKING.users.list(email="x"), "field('email') =="),
    ("and", lambda: (FIELD("a") > 1) & (FIELD("b") > 1), "side by side"),
    ("and with a range", lambda: FIELD("a").between(1, 2) & (FIELD("b") > 1), "side by side"),
    ("or", lambda: (FIELD("a") > 1) | (FIELD("b") > 1), "in_("),
    ("not", lambda: ~(FIELD("a") > 1), "not_like"),
    ("a range as a condition", lambda: FIELD("a").between(1, 2) and 1, "side by side"),
    ("in", lambda: "I" in FIELD("type"), "in_("),
    ("another library's comparison", lambda: FIELD("type").isin(["I"]), "in_("),
    ("in_ of a text", lambda: FIELD("type").in_("I"), "in_([first, second])"),
    ("a misspelt field of an entity", lambda: USER.emial, "email"),
    ("an entity as a dict", lambda: USER["email"], ".to_dict()"),
    ("NaN", lambda: BLOCKING.raw.request("POST", "/users", json={"a": float("nan")}), "a is nan"),
    ("a misspelt filter", lambda: BLOCKING.cdrs.list(FIELD("duraton") > 60), "did you mean 'duration'"),
    ("a misspelt order", lambda: ASYNC.cdrs.list(order_by="-caldate"), "did you mean 'calldate'"),
    ("a misspelt count", lambda: BLOCKING.cdrs.count(FIELD("usr_id") == 1), "did you mean 'user_id'"),
    ("a misspelt group", lambda: BLOCKING.cdrs.list(group_by="usr_id"), "did you mean 'user_id'"),
)


@pytest.mark.parametrize(("do", "words"), [each[1:] for each in MISTAKES], ids=[each[0] for each in MISTAKES])
async def test_a_mistake_is_answered_with_what_to_write(do: Callable[[], Any], words: str) -> None:
    with pytest.raises((TypeError, AttributeError, ConfigurationError)) as caught:
        await settle(do())

    assert words in str(caught.value)
    assert not [inside for inside in INSIDES if inside in str(caught.value)]
    assert caught.type.__name__ in ("TypeError", "AttributeError", "ConfigurationError")


NEVER: tuple[tuple[str, Callable[[AsyncVoipStudio], Any]], ...] = (
    ("client.me", lambda client: client.me()),
    ("client.users.get", lambda client: client.users.get(7)),
    ("client.user_groups.create", lambda client: client.user_groups.create(name="Sales")),
    ("client.cdrs.count", lambda client: client.cdrs.count()),
    ("client.users.get_many", lambda client: client.users.get_many([7])),
    ("client.recordings.download", lambda client: client.recordings.download(7, "x.mp3")),
    ("client.calls.wait", lambda client: client.calls.wait(7)),
    ("client.raw.request", lambda client: client.raw.request("GET", "/users")),
)


@pytest.mark.parametrize(("name", "call"), NEVER, ids=[each[0] for each in NEVER])
def test_what_is_never_awaited_is_named_as_it_was_called(name: str, call: Callable[[AsyncVoipStudio], Any]) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call(ASYNC)
        gc.collect()

    assert [str(each.message) for each in caught if each.category is RuntimeWarning] == [
        f"coroutine '{name}' was never awaited"
    ]


async def test_a_record_in_the_place_of_an_id_is_named_and_not_shown(recorded: Any, recorder: Recorder) -> None:
    with pytest.raises(ConfigurationError, match=r"^an id is an integer, got User; give its id$"):
        await settle(recorded.users.get(User(id=7, email="ann@example.com")))
    assert not recorder.requests


async def test_a_wrong_token_is_told_where_a_right_one_is_made(face: type[Any], sandbox: Sandbox) -> None:
    client = face("wrong", base_url=sandbox.url)
    try:
        with pytest.raises(AuthenticationError, match=r"401 Unauthorized; is the token right.*dashboard.*API keys"):
            await settle(client.me())
    finally:
        await settle(client.close())


async def test_nothing_is_sent_for_a_misspelling_and_an_unlike_name_passes(recorded: Any, recorder: Recorder) -> None:
    with pytest.raises(ConfigurationError, match="Cdr has no field 'dispositon'; did you mean 'disposition'"):
        recorded.cdrs.list(field("dispositon") == "BUSY")
    assert not recorder.requests

    assert await settle(recorded.cdrs.list(field("cost_centre") == 7, order_by="created_by").collect()) == []


def test_an_entity_that_was_refused_is_in_nobodys_way() -> None:
    with pytest.raises(TypeError, match="complex is not a type") as caught:

        @attrs.frozen(kw_only=True)
        class Refused(Entity):
            odd: complex

    # It lives on as long as the error does, and longer.
    assert str(caught.value)
    assert any(each.__name__ == "Refused" for each in Entity.__subclasses__())
    with pytest.raises(ConfigurationError, match="did you mean 'disposition'"):
        BLOCKING.cdrs.list(field("dispositon") == "BUSY")


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("caldate", "calldate"),
        ("call_date", "calldate"),
        ("Duration", "duration"),
        ("dsiposition", "disposition"),
        ("user_ids", None),
        ("userid", "user_id"),
        ("created_by", None),
        ("state", None),
        ("id", "id"),
        ("iid", None),
        ("", None),
    ],
)
def test_only_a_slip_of_the_hand_is_a_misspelling(word: str, found: str | None) -> None:
    names = ("id", "calldate", "disposition", "duration", "user_id", "status", "created_at")

    assert misspelt(word, names) == found


def test_a_name_that_another_entity_has_is_no_misspelling() -> None:
    assert misspelt("called", ["caller"]) == "caller"
    assert BLOCKING.voicemails.list(field("called") == "1")


def test_whoever_asks_sees_only_what_is_there() -> None:
    assert not [name for name in ("__await__", "__iter__", "__len__") if hasattr(ASYNC.users.list(), name)]
    assert not hasattr(BLOCKING.users.list(), "__aiter__")
    assert not hasattr(ASYNC, "__enter__")
    assert not hasattr(BLOCKING, "__aenter__")
    assert BLOCKING.users.list()


def test_the_rows_of_a_blocking_listing_can_be_inputs(sandbox: Sandbox, tmp_path: Path) -> None:
    with VoipStudio(sandbox.token, base_url=sandbox.url) as client:
        listing = client.users.list()
        assert isinstance(listing, AsyncIterable), "the price of the words for 'async for'"
        assert client.recordings.download_all(client.recordings.list(field("id") < 1), tmp_path).ok


def test_a_subclass_has_arguments_of_its_own() -> None:
    class Ours(VoipStudio):
        def __init__(self, region: str, **options: Any) -> None:
            super().__init__(**options)
            self.region = region

    ours = Ours(region="eu", **HERE)

    assert (ours.region, list(inspect.signature(Ours).parameters)) == ("eu", ["region", "options"])


def test_a_field_that_the_answer_had_besides_is_found() -> None:
    with pytest.raises(AttributeError, match=r"write .extra\['cost_centre'\]"):
        CDR.cost_centre  # noqa: B018 - it is looked up


def test_a_module_of_the_package_is_no_name_of_its_own() -> None:
    assert "hints" not in voipstudio_async.__all__
