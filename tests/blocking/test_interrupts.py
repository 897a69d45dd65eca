"""Ctrl-C at any moment, and more than once: it is a KeyboardInterrupt, and nothing goes on or hangs afterwards."""

from __future__ import annotations

import contextlib
import gc
import os
import random
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import date
from types import FrameType
from typing import Any

import pytest
from blocking.scripts import begin, finish
from hostile.servers import Hostile, Talk, answer, rows
from leaks import check_idle, nothing_left

from voipstudio_async import ClientClosedError, Hooks, RetryPolicy, VoipStudio
from voipstudio_async.clients.portal import Portal
from voipstudio_async.sandbox import Sandbox

TOKEN = "0123456789abcdef0123456789abcdef01234567"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send Ctrl-C to a thread that waits")


async def first_page_only(talk: Talk) -> None:
    """Answer what asks for a first page, and let everything else wait until the client leaves."""
    while (asked := await talk.request()) is not None:
        if "page=" not in asked.target or asked.page > 1 or "/cdrs?" not in asked.target:
            await talk.reader.read()
            return
        await talk.send(answer(rows(1, 2, 3, total=300)))


class Interrupts:
    """Presses Ctrl-C some times while a piece of work is under way."""

    def __init__(self, gaps: list[float]) -> None:
        self._gaps = gaps
        self._begun = threading.Event()

    def during(self, work: Callable[[], object]) -> None:
        before = signal.signal(signal.SIGINT, self._strike)
        # Python cannot raise out of a callback of the collector: Hypothesis's would swallow the interrupt.
        callbacks, gc.callbacks[:] = gc.callbacks[:], []
        thread = threading.Thread(target=self._press)
        thread.start()
        try:
            with contextlib.suppress(KeyboardInterrupt):
                self._do(work)
        finally:
            thread.join()
            gc.callbacks[:] = callbacks
            signal.signal(signal.SIGINT, before)

    def _do(self, work: Callable[[], object]) -> None:
        self._begun.set()
        work()

    def _strike(self, _: int, frame: FrameType | None) -> None:
        """Interrupt the work, and nothing that comes before or after it."""
        if any(each.f_code is Interrupts._do.__code__ for each, _ in traceback.walk_stack(frame)):
            raise KeyboardInterrupt

    def _press(self) -> None:
        self._begun.wait()
        for gap in self._gaps:
            time.sleep(gap)
            os.kill(os.getpid(), signal.SIGINT)


def settle_down(client: VoipStudio) -> None:
    """Wait until the client is idle: whoever has interrupted the clean-up has not waited for it."""
    for _ in range(200):
        try:
            return check_idle(client)
        except AssertionError:
            time.sleep(0.01)
    return check_idle(client)


WORKS: dict[str, Callable[[VoipStudio], object]] = {
    "call": lambda client: client.me(),
    "collect": lambda client: client.cdrs.list(page_size=3).collect(),
    "walk": lambda client: list(client.cdrs.list(page_size=3)),
    "ahead": lambda client: list(client.cdrs.list(page_size=3, prefetch=4)),
    "slices": lambda client: list(client.cdrs.walk(date(2026, 1, 1), date(2026, 1, 9), page_size=3)),
    "bulk": lambda client: client.bulk.run(client.users.get, range(1, 99)),
    "stream": lambda client: list(client.bulk.stream(client.users.get, range(1, 99))),
    "many": lambda client: client.users.get_many(range(1, 99)),
}


@pytest.mark.parametrize("work", WORKS.values(), ids=WORKS)
def test_interrupts_however_often_and_whenever_leave_nothing_running(work: Callable[[VoipStudio], object]) -> None:
    chance = random.Random(7)
    with (
        Hostile(first_page_only) as server,
        nothing_left(),
        VoipStudio(TOKEN, base_url=server.url, retry=RetryPolicy(attempts=1)) as client,
    ):
        for number in range(20):
            more = [chance.choice([0.0, 0.0002, 0.001, 0.003]) for _ in range(number % 5)]
            Interrupts([chance.uniform(0, 0.02), *more]).during(lambda: work(client))
            settle_down(client)


@pytest.mark.parametrize("moment", ["handing over", "waiting"])
def test_an_interrupt_between_handing_a_page_over_and_waiting_is_one(
    moment: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with VoipStudio(TOKEN, base_url=sandbox.url) as client:
        pages = client.cdrs.list(page_size=5, prefetch=2).pages()
        next(pages)
        cross, times = Portal._cross, [0]

        def interrupted(*args: Any) -> None:
            times[0] += 1
            if moment == "waiting":
                cross(*args)
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(Portal, "_cross", interrupted)
            with pytest.raises(KeyboardInterrupt):
                next(pages)
        settle_down(client)
        assert times[0] >= 1
        assert client.me().id


def test_an_interrupt_while_the_thread_starts_leaves_a_client_that_works(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    starting = Portal._begin

    def slowly(portal: Portal) -> Any:
        time.sleep(0.2)
        return starting(portal)

    monkeypatch.setattr(Portal, "_begin", slowly)
    ended: list[object] = []
    with nothing_left(), VoipStudio(TOKEN, base_url=sandbox.url) as client:
        Interrupts([0.05, 0.02]).during(lambda: ended.append(client.me().id))
        assert ended == []
        assert client.me().id


def test_an_interrupt_while_the_thread_starts_does_not_keep_a_client_from_being_closed(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    starting = Portal._begin

    def slowly(portal: Portal) -> Any:
        with portal._lock:
            time.sleep(0.2)
        return starting(portal)

    monkeypatch.setattr(Portal, "_begin", slowly)
    with nothing_left():
        client = VoipStudio(TOKEN, base_url=sandbox.url)
        Interrupts([0.05]).during(client.me)
        client.close()
        with pytest.raises(ClientClosedError):
            client.me()


def test_an_interrupt_of_close_does_not_stop_it(sandbox: Sandbox) -> None:
    with nothing_left():
        for number in range(20):
            client = VoipStudio(TOKEN, base_url=sandbox.url)
            client.me()
            Interrupts([number * 0.0001, 0.0001]).during(client.close)
            client.close()


START = """
print("ready", flush=True)
try:
    with client:
        client.me()
except KeyboardInterrupt:
    pass
print("ended", flush=True)
"""


def test_processes_that_are_interrupted_as_they_start_end(sandbox: Sandbox) -> None:
    chance = random.Random(11)
    for _ in range(4):
        programs = [begin(START, sandbox.url) for _ in range(4)]
        for program in programs:
            assert program.stdout is not None
            assert program.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0, 0.02))
            program.send_signal(signal.SIGINT)
        for program in programs:
            code, out, err = finish(program)
            assert (code in (0, -signal.SIGINT), "Error" in err) == (True, False), (code, out, err)


class Enough(BaseException):
    """No Exception, and nothing that Python knows."""


LISTINGS: dict[str, Callable[[VoipStudio], Any]] = {
    "ahead": lambda client: client.cdrs.list(page_size=5, prefetch=4),
    "slices": lambda client: client.cdrs.walk(date(2026, 1, 1), date(2026, 9, 1)),
}


@pytest.mark.parametrize("wish", [SystemExit, KeyboardInterrupt, Enough])
@pytest.mark.parametrize("listing", LISTINGS.values(), ids=LISTINGS)
def test_a_hook_that_wants_to_end_everything_reaches_who_walks_and_the_loop_goes_on(
    wish: type[BaseException], listing: Callable[[VoipStudio], Any], sandbox: Sandbox
) -> None:
    seen: list[object] = []

    def leave(event: object) -> None:
        seen.append(event)
        if len(seen) == 3:
            raise wish

    with VoipStudio(sandbox.token, base_url=sandbox.url, hooks=Hooks(on_request=leave)) as client:
        with pytest.raises(wish):
            list(listing(client))
        assert client.me().id
        check_idle(client)


def test_an_interrupt_in_the_body_of_a_loop_over_rows_ends_what_was_fetched_ahead(sandbox: Sandbox) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    def walk(rows: Iterator[object]) -> None:
        for _ in rows:
            stop()

    with VoipStudio(sandbox.token, base_url=sandbox.url) as client:
        with pytest.raises(KeyboardInterrupt):
            walk(iter(client.cdrs.list(page_size=5, prefetch=3)))
        check_idle(client)
