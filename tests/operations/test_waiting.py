"""Waiting for a call: by the clock of the sandbox, until a state, an end, or a deadline."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from faces import settle

from voipstudio_async import (
    AsyncVoipStudio,
    AuthenticationError,
    Call,
    CallEnded,
    CallState,
    ConfigurationError,
    DeadlineExceeded,
    VoipStudio,
)
from voipstudio_async.sandbox import Sandbox

NUMBER = "+44 20 7946 0000"


@contextmanager
def soon(function: Callable[[], object]) -> Iterator[None]:
    """Do something while somebody waits."""
    timer = threading.Timer(0.1, function)
    timer.start()
    try:
        yield
    finally:
        timer.join()


async def place(client: Any, sandbox: Sandbox, **phones: Any) -> int:
    for name, value in phones.items():
        setattr(sandbox.telephony, name, value)
    call = await settle(client.calls.place(to=NUMBER))
    id: int = call.id
    return id


async def test_a_call_that_rings_is_waited_for_until_it_is_answered(client: Any, sandbox: Sandbox) -> None:
    id = await place(client, sandbox, rings=600, talks=600)
    with soon(lambda: sandbox.clock.advance(601)):
        call = await settle(client.calls.wait(id))
    assert isinstance(call, Call)
    assert (call.id, call.state) == (id, CallState.CONNECTED)


async def test_a_state_that_is_there_is_seen_at_once(client: Any, sandbox: Sandbox) -> None:
    id = await place(client, sandbox)
    asked = len(sandbox.requests)
    assert (await settle(client.calls.wait(id, CallState.RINGING))).state == "RINGING"
    assert len(sandbox.requests) == asked + 1


async def test_a_call_that_ends_first_is_an_end_and_no_error(client: Any, sandbox: Sandbox) -> None:
    id = await place(client, sandbox, rings=None, gives_up=600)
    with soon(lambda: sandbox.clock.advance(601)):
        ended = await settle(client.calls.wait(id))
    assert isinstance(ended, CallEnded)
    assert ended.last is not None
    assert (ended.id, ended.last.state) == (id, CallState.RINGING)
    assert await settle(client.calls.wait(id)) == CallEnded(id, None)


async def test_a_call_that_says_itself_that_it_has_ended_is_an_end(client: Any, sandbox: Sandbox) -> None:
    sandbox.on("GET", "/calls/7", {"data": {"id": 7, "state": "HANGUP"}, "links": {}})
    ended = await settle(client.calls.wait(7))
    assert ended == CallEnded(7, Call(id=7, state="HANGUP"))
    assert isinstance(await settle(client.calls.wait(7, until=CallState.HANGUP)), Call)


async def test_a_function_says_when_it_is_enough(client: Any, sandbox: Sandbox) -> None:
    id = await place(client, sandbox, rings=0, talks=600)
    call = await settle(client.calls.wait(id, until=lambda call: call.connected_at is not None))
    assert call.connected_at is not None


async def test_a_wait_that_takes_too_long_is_a_deadline(client: Any, sandbox: Sandbox) -> None:
    id = await place(client, sandbox, rings=600)
    asked = len(sandbox.requests)
    with pytest.raises(DeadlineExceeded, match=f"call {id} did not come to the wanted state within 0.7 s") as caught:
        await settle(client.calls.wait(id, timeout=0.7))
    assert round(caught.value.elapsed, 3) >= 0.7  # the sum of a moment and 0.7, less that moment, is a bit off
    assert len(sandbox.requests) == asked + 2


async def test_the_deadline_holds_over_an_answer_that_does_not_come(client: Any, sandbox: Sandbox) -> None:
    sandbox.faults.latency(5)
    with pytest.raises(DeadlineExceeded):
        await settle(client.calls.wait(7, timeout=0.2))


async def test_what_else_goes_wrong_is_raised(client: Any, sandbox: Sandbox) -> None:
    sandbox.faults.next(401)
    with pytest.raises(AuthenticationError):
        await settle(client.calls.wait(7))
    id = await place(client, sandbox)
    with pytest.raises(ZeroDivisionError):
        await settle(client.calls.wait(id, until=lambda _: bool(1 / 0)))


@pytest.mark.parametrize(
    "arguments",
    [{"timeout": 0}, {"timeout": -1}, {"timeout": float("nan")}, {"timeout": "7"}, {"until": 7}, {"until": ""}],
)
async def test_a_wait_that_cannot_be_is_refused(arguments: dict[str, Any], client: Any, sandbox: Sandbox) -> None:
    with pytest.raises(ConfigurationError):
        await settle(client.calls.wait(7, **arguments))
    assert sandbox.requests == []


async def test_a_wait_can_be_cancelled(sandbox: Sandbox) -> None:
    async with AsyncVoipStudio(sandbox.token, base_url=sandbox.url) as client:
        id = await place(client, sandbox, rings=600)
        with pytest.raises(TimeoutError) as caught:
            await asyncio.wait_for(client.calls.wait(id, timeout=None), 0.2)
    assert not isinstance(caught.value, DeadlineExceeded)


def test_closing_the_client_ends_a_wait_that_blocks(sandbox: Sandbox) -> None:
    client = VoipStudio(sandbox.token, base_url=sandbox.url)
    sandbox.telephony.rings = None
    id = client.calls.place(to=NUMBER).id
    with soon(client.close), pytest.raises(RuntimeError, match="closed while the call was under way"):
        client.calls.wait(id)
