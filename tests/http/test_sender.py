"""One call through its attempts: deadlines, what is sent again and what never, budget, limiter, and hooks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from faces import opened, settle
from hostile.servers import Hostile, Talk, always, answer, in_turn, rows, until_left
from hostile.trouble import cut, lose_first
from leaks import check_idle, nothing_left

from voipstudio_async import (
    APIError,
    AsyncVoipStudio,
    ConnectError,
    DeadlineExceeded,
    Hooks,
    Limits,
    NotFoundError,
    ProtocolError,
    RateLimitError,
    RetryPolicy,
    ServerError,
    Timeouts,
    TransportError,
)

TOKEN = "0123456789abcdef0123456789abcdef01234567"
QUICK = RetryPolicy(attempts=3, base=0.001, cap=0.002)
GOOD = answer(rows(1))
BUSY = answer({"message": "Busy"}, status="503 Unavailable")
GROUP = answer({"data": {"id": 1, "name": "Sales"}, "links": {}})


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    with nothing_left():
        yield


def client_of(server: Hostile, **options: Any) -> AsyncVoipStudio:
    return AsyncVoipStudio(TOKEN, base_url=server.url, **({"retry": QUICK} | options))


# --- deadlines -----------------------------------------------------------------------------------------------


async def test_the_deadline_bounds_the_whole_call_and_says_what_was_tried() -> None:
    timeouts = Timeouts(read=0.3, total=0.45)
    retry = RetryPolicy(attempts=50, base=0.01, cap=0.01)
    with Hostile(until_left) as server:
        async with client_of(server, timeouts=timeouts, retry=retry) as client:
            with pytest.raises(DeadlineExceeded, match=r"not done within 0.45 s: 2 attempts in 0.4\d* s") as caught:
                await client.me()
            check_idle(client)
    assert caught.value.attempts == len(server.asked) == 2
    assert 0.44 < caught.value.elapsed < 5
    assert isinstance(caught.value, TimeoutError)
    assert caught.value.__context__ is None


async def test_a_deadline_at_the_closed_limiter_says_that_nothing_was_sent() -> None:
    with Hostile(always(GOOD)) as server:
        async with client_of(server, timeouts=Timeouts(total=0.05)) as client:
            held = [asyncio.create_task(client.me()) for _ in range(3)]
            client._caller.sender.limiter.slow_down(0.01)
            await asyncio.sleep(0)
            client._caller.sender.limiter.slow_down(30)
            for caught in await asyncio.gather(*held, return_exceptions=True):
                assert isinstance(caught, DeadlineExceeded)
                assert caught.attempts == 0
    assert server.asked == []


async def test_a_pause_that_does_not_fit_the_deadline_is_not_waited_for() -> None:
    waits: list[Any] = []
    with Hostile(always(GOOD)) as server:
        hooks = Hooks(on_wait=waits.append)
        async with client_of(server, timeouts=Timeouts(total=20), hooks=hooks) as client:
            client._caller.sender.limiter.slow_down(100)
            with pytest.raises(DeadlineExceeded, match=r"asked everybody to wait, .* another 100 s") as caught:
                await client.users.list().page(1)
            check_idle(client)
    assert (caught.value.attempts, server.asked, waits) == (0, [], [])
    assert caught.value.elapsed < 10


async def test_a_wait_that_does_not_fit_the_deadline_is_not_begun() -> None:
    busy = answer({"message": "Busy"}, "Retry-After: 60", status="429 Too Many")
    with Hostile(always(busy)) as server:
        async with client_of(server, timeouts=Timeouts(total=5)) as client:
            with pytest.raises(RateLimitError) as caught:
                await client.me()
    assert (caught.value.retry_after, caught.value.attempts, len(server.asked)) == (60, 1, 1)


async def test_a_report_of_many_calls_may_have_a_deadline_of_its_own() -> None:
    with Hostile(until_left) as server:
        async with client_of(server) as client:
            hasty = client.with_options(timeouts=Timeouts(total=0.05))
            with pytest.raises(DeadlineExceeded):
                await hasty.me()
            with pytest.raises(TimeoutError) as caught:
                async with asyncio.timeout(0.05):
                    await client.users.list().collect()
            assert not isinstance(caught.value, TransportError)


async def test_a_deadline_of_the_client_that_gives_the_credentials_is_not_tried_again() -> None:
    asked: list[DeadlineExceeded] = []

    class Late:
        def headers(self) -> dict[str, str]:
            asked.append(DeadlineExceeded("not done within 1 s: 7 attempts", attempts=7))
            raise asked[-1]

    with Hostile(always(answer(rows(1)))) as server:
        async with AsyncVoipStudio(auth=Late(), base_url=server.url) as client:
            with pytest.raises(DeadlineExceeded) as caught:
                await client.users.list().page(1)
            check_idle(client)
    assert asked == [caught.value]
    assert caught.value.attempts == 7


async def test_a_timeout_of_the_users_own_scheme_is_not_taken_for_a_deadline() -> None:
    class Vault:
        async def headers(self) -> dict[str, str]:
            raise TimeoutError("the vault is shut")

    with Hostile(always(GOOD)) as server:
        async with AsyncVoipStudio(auth=Vault(), base_url=server.url) as client:
            with pytest.raises(TimeoutError, match="the vault is shut"):
                await client.me()


# --- what is sent again --------------------------------------------------------------------------------------

CALLS: dict[str, Callable[[Any], Any]] = {
    "GET": lambda client: client.users.list().page(1),
    "POST": lambda client: client.user_groups.create(name="Sales"),
    "PATCH": lambda client: client.user_groups.update(1, name="Sales"),
    "DELETE": lambda client: client.user_groups.delete(1),
    "DELETE audio": lambda client: client.users.reset_audio(1),
    "DELETE customer": lambda client: client.customers.delete(1, confirm=1),
    "raw GET": lambda client: client.raw.request("GET", "/anything"),
    "raw POST": lambda client: client.raw.request("POST", "/calls", json={"to": "1"}),
    "raw PUT": lambda client: client.raw.request("PUT", "/calls/1"),
    "raw DELETE": lambda client: client.raw.request("DELETE", "/sms"),
}
AGAIN = {"GET", "PATCH", "DELETE", "DELETE audio", "raw GET"}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("trouble", [cut(b""), always(BUSY)], ids=["cut off", "503"])
async def test_only_what_is_declared_safe_is_sent_again(name: str, trouble: Any, face: type[Any]) -> None:
    with Hostile(trouble) as server:
        async with opened(face, TOKEN, base_url=server.url, retry=QUICK) as client:
            with pytest.raises((ProtocolError, ServerError)) as caught:
                await settle(CALLS[name](client))
    error: Any = caught.value
    assert len(server.asked) == error.attempts == (3 if name in AGAIN else 1)


@pytest.mark.parametrize("name", CALLS)
async def test_anything_is_tried_again_while_nothing_was_sent(name: str) -> None:
    told: list[Any] = []
    hooks = Hooks(on_retry=told.append)
    async with AsyncVoipStudio(TOKEN, base_url="http://127.0.0.1:1/api", retry=QUICK, hooks=hooks) as client:
        with pytest.raises(ConnectError, match="after 3 attempts"):
            await CALLS[name](client)
    assert len(told) == 2


async def test_a_deletion_whose_answer_was_lost_is_a_success() -> None:
    gone = answer({"message": "Not found"}, status="404 Not Found")
    with Hostile(lose_first(gone)) as server:
        async with client_of(server) as client:
            await client.users.delete(1)
    assert [asked.method for asked in server.asked] == ["DELETE", "DELETE"]


@pytest.mark.parametrize(
    "first",
    [
        answer(b"", "Retry-After: 0", status="429 Too Many"),
        answer(b"", "Retry-After: 0", status="503 Unavailable"),
        answer(b"", status="408 Timeout"),
    ],
    ids=["429", "503 with Retry-After", "408"],
)
async def test_a_deletion_that_was_refused_and_then_found_nothing_is_none(first: bytes) -> None:
    with Hostile(in_turn(first, answer({"message": "Not found"}, status="404 Not Found"))) as server:
        async with client_of(server) as client:
            with pytest.raises(NotFoundError, match="after 2 attempts"):
                await client.users.delete(1)


async def test_a_404_after_an_error_that_never_reached_the_api_is_still_told_for_other_methods() -> None:
    with Hostile(lose_first(answer({"message": "No"}, status="404 Not Found"))) as server:
        async with client_of(server) as client:
            with pytest.raises(APIError, match="404"):
                await client.users.get(1)


async def test_aiohttp_sends_nothing_a_second_time_behind_our_back() -> None:
    async def drop_the_second(talk: Talk) -> None:
        await talk.request()
        await talk.send(GOOD)
        await talk.request()

    with Hostile(drop_the_second) as server:
        async with client_of(server, retry=RetryPolicy(attempts=1)) as client:
            await client.users.list().page(1)
            with pytest.raises(ProtocolError, match="broke off"):
                await client.users.list().page(1)
    assert len(server.asked) == 2


async def test_an_outage_is_not_multiplied() -> None:
    retry = RetryPolicy(attempts=4, base=0.0001, cap=0.0001, budget=10)
    with Hostile(cut(b"")) as server:
        async with client_of(server, retry=retry, limits=Limits(concurrency=4)) as client:
            calls = [client.users.get(id) for id in range(1, 101)]
            errors = await asyncio.gather(*calls, return_exceptions=True)
            check_idle(client)
    assert all(isinstance(error, ProtocolError) for error in errors)
    assert len(server.asked) == 110


# --- the limiter ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["429 Too Many", "503 Unavailable"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_wait_that_the_api_asks_for_holds_every_caller(status: str, method: str) -> None:
    busy = answer({"message": "Busy"}, "Retry-After: 0.3", status=status)
    waits: list[Any] = []
    loop = asyncio.get_running_loop()
    begin = loop.time()
    with Hostile(in_turn(busy, GOOD)) as server:
        hooks = Hooks(on_wait=waits.append)
        async with client_of(server, hooks=hooks, retry=RetryPolicy(attempts=1)) as client:
            with pytest.raises(APIError):
                await CALLS[method](client)
            ends = await asyncio.gather(*(_ended(client, id) for id in range(1, 6)))
    assert min(ends) - begin >= 0.29
    assert len(waits) == 5
    seconds = [event.seconds for event in waits]
    assert max(seconds) - min(seconds) >= 0.05, "they must not go out all at once"
    assert all(0 < each <= 0.3 + 5 * 0.02 for each in seconds)


async def test_callers_that_wait_for_a_place_are_told_of_a_pause_that_begins_meanwhile() -> None:
    busy = answer({"message": "Busy"}, "Retry-After: 0.1", status="429 Too Many")
    waits: list[Any] = []
    with Hostile(in_turn(busy, GOOD)) as server:
        options: dict[str, Any] = {"limits": Limits(concurrency=1), "retry": RetryPolicy(attempts=1)}
        async with client_of(server, hooks=Hooks(on_wait=waits.append), **options) as client:
            calls = [client.users.get(id) for id in (1, 2)]
            errors = await asyncio.gather(*calls, return_exceptions=True)
    assert isinstance(errors[0], RateLimitError)
    assert [event.request.url for event in waits] == [f"{server.url}/users/2"]
    assert waits[0].call != waits[0].seconds > 0


async def test_credentials_are_asked_for_after_the_wait_at_the_limiter() -> None:
    asked: list[float] = []

    class Fresh:
        def headers(self) -> dict[str, str]:
            asked.append(asyncio.get_running_loop().time())
            return {"X-Auth-Token": TOKEN}

    with Hostile(always(GOOD)) as server:
        async with AsyncVoipStudio(auth=Fresh(), base_url=server.url) as client:
            begin = asyncio.get_running_loop().time()
            client._caller.sender.limiter.slow_down(0.1)
            await client.users.list().page(1)
    assert asked[0] - begin >= 0.1


async def _ended(client: AsyncVoipStudio, number: int) -> float:
    await client.users.list().page(number)
    return asyncio.get_running_loop().time()


async def test_throttling_narrows_the_client_and_good_answers_widen_it() -> None:
    busy = answer({"message": "Busy"}, "Retry-After: 0", status="429 Too Many")
    with Hostile(in_turn(busy, GOOD)) as server:
        async with client_of(server, limits=Limits(concurrency=8)) as client:
            limiter = client._caller.sender.limiter
            await client.users.list().page(1)
            assert limiter.width == 4
            for number in range(60):
                await client.users.list().page(number + 1)
            assert limiter.width == 8
            check_idle(client)


# --- hooks and logs ------------------------------------------------------------------------------------------


async def test_hooks_see_every_attempt_on_both_faces(face: type[Any]) -> None:
    seen: list[Any] = []
    hooks = Hooks(on_request=seen.append, on_response=seen.append, on_retry=seen.append, on_wait=seen.append)
    with Hostile(in_turn(BUSY, GOOD)) as server:
        async with opened(face, TOKEN, base_url=server.url, retry=QUICK, hooks=hooks) as client:
            await settle(client.users.list().page(1))
    names = [type(event).__name__ for event in seen]
    assert names == ["RequestEvent", "ResponseEvent", "RetryEvent", "RequestEvent", "ResponseEvent"]
    assert len({event.call for event in seen}) == 1
    assert [event.attempt for event in seen] == [1, 1, 1, 2, 2]
    assert (seen[1].status, seen[4].status) == (503, 200)
    assert seen[2].reason == "ServerError: 503"


async def test_hooks_hear_of_a_request_that_failed() -> None:
    seen: list[Any] = []
    with Hostile(cut(b"")) as server:
        hooks = Hooks(on_response=seen.append)
        async with client_of(server, hooks=hooks, retry=RetryPolicy(attempts=1)) as client:
            with pytest.raises(ProtocolError):
                await client.me()
    assert (seen[0].status, seen[0].error.split(":")[0]) == (None, "ProtocolError")


async def test_events_and_logs_hold_no_word_of_an_answer(face: type[Any], caplog: pytest.LogCaptureFixture) -> None:
    seen: list[Any] = []
    hooks = Hooks(on_request=seen.append, on_response=seen.append, on_retry=seen.append, on_end=seen.append)
    told = answer({"message": "spoken", "errors": [{"field": "x", "message": "spoken"}]}, status="500 No")
    with caplog.at_level(logging.DEBUG, "voipstudio_async"), Hostile(always(told)) as server:
        async with opened(face, TOKEN, base_url=server.url, retry=QUICK, hooks=hooks) as client:
            with pytest.raises(ServerError, match="spoken"):
                await settle(client.me())
    assert seen[-1].error == "ServerError: 500"
    assert "ServerError: 500" in caplog.text
    assert "spoken" not in f"{seen} {caplog.text}"


async def test_a_hook_that_raises_harms_nobody(face: type[Any], caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: object) -> None:
        raise LookupError("the hook is broken")

    hooks = Hooks(on_request=fail, on_response=fail, on_retry=fail, on_wait=fail)
    with Hostile(in_turn(BUSY, GOOD)) as server:
        async with opened(face, TOKEN, base_url=server.url, retry=QUICK, hooks=hooks) as client:
            page = await settle(client.users.list().page(1))
    assert len(page) == 1
    assert "a hook failed for RequestEvent" in caplog.text


def test_hooks_can_be_joined() -> None:
    seen: list[str] = []
    first = Hooks(on_request=lambda _: seen.append("first"), on_retry=lambda _: seen.append("retry"))
    second = Hooks(on_request=lambda _: seen.append("second"))
    joined = first | second
    joined.tell(joined.on_request, None)
    joined.tell(joined.on_retry, None)
    assert seen == ["first", "second", "retry"]
    assert joined.on_wait is None


async def test_the_logger_is_used_and_never_configured(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("voipstudio_async")
    with caplog.at_level(logging.DEBUG, "voipstudio_async"), Hostile(in_turn(BUSY, GOOD)) as server:
        async with client_of(server) as client:
            await client.users.list().page(1)
    assert "attempt 1 failed" in caplog.text
    assert logger.handlers == []
    assert logger.propagate
    assert not logger.disabled


@pytest.mark.parametrize("wrong", [{"connect": 0}, {"read": -1}, {"total": float("nan")}, {"total": True}], ids=str)
def test_timeouts_are_checked_when_they_are_made(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"Timeouts.{next(iter(wrong))} must be a number above 0"):
        Timeouts(**wrong)


# --- what an answer asks to wait -----------------------------------------------------------------------------

WAITS: dict[str, tuple[list[str], float]] = {
    "11 digits": (["Retry-After: 99999999999"], 99999999999.0),
    "more digits than a number has": (["Retry-After: " + "9" * 5000], 1e15),
    "by the server's clock": (
        ["Date: Mon, 05 Jan 2015 08:00:00 GMT", "Retry-After: Mon, 05 Jan 2015 08:05:00 GMT"],
        300.0,
    ),
    "in the form of RFC 850": (
        ["Date: Monday, 05-Jan-15 08:00:00 GMT", "Retry-After: Monday, 05-Jan-15 08:05:00 GMT"],
        300.0,
    ),
    "in the form of asctime": (
        ["Date: Mon Jan  5 08:00:00 2015", "Retry-After: Mon Jan  5 08:05:00 2015"],
        300.0,
    ),
    "said twice": (["Retry-After: 200", "Retry-After: 300"], 300.0),
}


@pytest.mark.parametrize("status", ["429 Too Many", "503 Unavailable"])
@pytest.mark.parametrize("name", WAITS)
async def test_a_wait_that_is_too_long_is_the_caller_s(name: str, status: str, face: type[Any]) -> None:
    headers, seconds = WAITS[name]
    with Hostile(always(answer({"message": "Busy"}, *headers, status=status))) as server:
        async with opened(face, TOKEN, base_url=server.url, retry=QUICK) as client:
            with pytest.raises(APIError) as caught:
                await settle(client.me())
        assert len(server.asked) == 1
    assert caught.value.retry_after == seconds


async def test_304_is_no_redirect(face: type[Any]) -> None:
    with Hostile(always(b"HTTP/1.1 304 Not Modified\r\n\r\n")) as server:
        async with opened(face, TOKEN, base_url=server.url, retry=QUICK) as client:
            with pytest.raises(APIError, match="304 the API says that nothing has changed") as caught:
                await settle(client.me())
    assert "redirect" not in str(caught.value)
