"""The limiter: so many at once, so many a second, none while the API asks to wait, and then one after another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voipstudio_async import ConfigurationError, Limits
from voipstudio_async.http.limiter import Limiter


@asynccontextmanager
async def inside_of(limiter: Limiter) -> AsyncIterator[None]:
    await limiter.enter()
    try:
        yield
    finally:
        limiter.leave()


async def passes(limiter: Limiter, times: list[float]) -> None:
    async with inside_of(limiter):
        times.append(asyncio.get_running_loop().time())


async def all_pass(limiter: Limiter, count: int) -> list[float]:
    """Let so many through, and give when each one was."""
    times: list[float] = []
    await asyncio.gather(*(passes(limiter, times) for _ in range(count)))
    return times


async def most_at_once(limiter: Limiter, count: int) -> int:
    """Send so many through, and give how many were inside together."""
    inside = most = 0

    async def stay() -> None:
        nonlocal inside, most
        async with inside_of(limiter):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(stay() for _ in range(count)))
    return most


async def test_no_more_than_its_width_pass_at_once() -> None:
    assert await most_at_once(Limiter(Limits(concurrency=3)), 20) == 3


async def test_a_pause_holds_everybody_and_ends_spread_out() -> None:
    limiter = Limiter(Limits(concurrency=16, adaptive=False))
    begin = asyncio.get_running_loop().time()
    limiter.slow_down(0.1)
    times = await all_pass(limiter, 8)
    assert min(times) >= begin + 0.1
    assert max(times) - min(times) >= 0.1, "they must not go out all at once"
    assert limiter.pause == 0


async def test_a_longer_pause_stands_against_a_shorter_one() -> None:
    limiter = Limiter(Limits())
    limiter.slow_down(30)
    limiter.slow_down(1)
    assert 29 < limiter.pause <= 30


async def test_a_pause_that_is_made_longer_holds_those_who_wait_already() -> None:
    limiter = Limiter(Limits())
    begin = asyncio.get_running_loop().time()
    limiter.slow_down(0.05)
    waiting = asyncio.create_task(all_pass(limiter, 2))
    await asyncio.sleep(0.02)
    limiter.slow_down(0.2)
    assert min(await waiting) >= begin + 0.2


async def test_leaving_while_held_back_gives_the_place_back() -> None:
    limiter = Limiter(Limits(concurrency=1))
    limiter.slow_down(30)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await all_pass(limiter, 1)
    limiter._closed_until = 0.0
    assert await most_at_once(limiter, 3) == 1


async def test_the_width_halves_once_for_each_pause_and_grows_back() -> None:
    limiter = Limiter(Limits(concurrency=16))
    limiter.slow_down(0.01)
    limiter.slow_down(0.01)
    assert limiter.width == 8
    await asyncio.sleep(0.02)
    limiter.slow_down(0)
    assert limiter.width == 4
    assert await most_at_once(limiter, 40) <= 16
    assert await most_at_once(limiter, 40) == 4
    for _ in range(4 * 16 + 200):
        limiter.ease()
    assert limiter.width == 16
    assert await most_at_once(limiter, 40) == 16


async def test_the_width_never_falls_below_one() -> None:
    limiter = Limiter(Limits(concurrency=2))
    for _ in range(5):
        limiter.slow_down(0)
    assert limiter.width == 1
    assert await most_at_once(limiter, 5) <= 2
    assert await most_at_once(limiter, 5) == 1


async def test_a_fixed_width_stays() -> None:
    limiter = Limiter(Limits(concurrency=4, adaptive=False))
    limiter.slow_down(0)
    assert limiter.width == 4


STEPS = ["slow", "ease", "come", "come", "leave", "give up", "leave and give up"]


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 9)), max_size=60), st.integers(1, 8))
def test_places_are_neither_lost_nor_made_and_given_in_order(steps: list[tuple[str, int]], concurrency: int) -> None:
    async def go() -> None:
        limiter = Limiter(Limits(concurrency=concurrency))
        line = Line(limiter)
        for step, which in steps:
            line.take(step, which)
            for _ in range(4):
                await asyncio.sleep(0)
            assert limiter._inside == len(line.inside)
            assert len(limiter._queue) == len(line.waiting)
            assert not line.waiting or limiter._inside >= limiter.width, "a free place, and somebody waits"
        assert line.entered == sorted(line.entered), "who came first is in first"
        await line.end()

    asyncio.run(go())


class Line:
    """People who come to a limiter, wait, give up, enter and leave."""

    def __init__(self, limiter: Limiter) -> None:
        self.limiter = limiter
        self.inside: list[int] = []
        self.waiting: dict[int, asyncio.Task[None]] = {}
        self.entered: list[int] = []
        self.came = 0

    def take(self, step: str, which: int) -> None:
        if step == "slow":
            self.limiter.slow_down(0)
        elif step == "ease":
            self.limiter.ease()
        elif step == "come":
            self.came += 1
            if not self.waiting and self.limiter.enter_at_once():
                self.inside.append(self.came)
            else:
                self.waiting[self.came] = asyncio.create_task(self._come(self.came))
        if "leave" in step and self.inside:
            self.inside.pop(which % len(self.inside))
            self.limiter.leave()
        if "give up" in step and self.waiting:
            # Also in the moment in which the place is given.
            number = list(self.waiting)[0 if "leave" in step else which % len(self.waiting)]
            self.waiting.pop(number).cancel()

    async def _come(self, number: int) -> None:
        await self.limiter.enter()
        del self.waiting[number]
        self.entered.append(number)
        self.inside.append(number)

    async def end(self) -> None:
        for task in self.waiting.values():
            task.cancel()
        await asyncio.gather(*self.waiting.values(), return_exceptions=True)


async def test_a_rate_is_kept_without_a_burst() -> None:
    times = await all_pass(Limiter(Limits(concurrency=16, per_second=50)), 11)
    assert max(times) - min(times) >= 10 / 50 - 0.02


def test_a_limiter_can_be_made_anew_for_another_loop() -> None:
    limiter = Limiter(Limits(per_second=1000))
    for _ in range(2):
        asyncio.run(all_pass(limiter, 3))
        limiter.renew()


@pytest.mark.parametrize(
    "wrong",
    [
        {"concurrency": 0},
        {"concurrency": True},
        {"concurrency": 2.0},
        {"per_second": 0},
        {"per_second": float("inf")},
        {"max_response_bytes": 0},
        {"max_response_bytes": None},
    ],
    ids=str,
)
def test_limits_are_checked_when_they_are_made(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=f"Limits.{next(iter(wrong))}"):
        Limits(**wrong)


async def test_who_waits_for_a_place_looks_at_the_limiter_again() -> None:
    limiter = Limiter(Limits(concurrency=1))
    await limiter.enter()
    waiting = asyncio.create_task(all_pass(limiter, 1))
    await asyncio.sleep(0)
    limiter.slow_down(0.05)
    closed = asyncio.get_running_loop().time()
    limiter.leave()
    assert (await waiting)[0] - closed >= 0.04


@pytest.mark.parametrize("places", [1, 2, 3, 4, 5])
async def test_as_many_places_are_taken_at_once_as_there_are(places: int) -> None:
    limiter = Limiter(Limits(concurrency=places))

    assert [limiter.enter_at_once() for _ in range(places + 2)] == [True] * places + [False] * 2


async def test_a_place_is_taken_at_once_only_where_nothing_is_waited_for() -> None:
    limiter = Limiter(Limits(concurrency=2))
    assert limiter.enter_at_once()
    assert limiter.enter_at_once()
    assert not limiter.enter_at_once()

    waiting = asyncio.create_task(limiter.enter())
    await asyncio.sleep(0)
    limiter.leave()
    # The place has gone to whoever stood in line.
    assert not limiter.enter_at_once()
    await waiting
    limiter.leave()
    limiter.leave()
    assert limiter.enter_at_once()
    limiter.leave()

    limiter.slow_down(60)
    assert not limiter.enter_at_once()
    assert not Limiter(Limits(per_second=50)).enter_at_once()


async def test_good_answers_widen_it_by_one_for_as_many_as_are_under_way() -> None:
    limiter = Limiter(Limits(concurrency=8, adaptive=True))
    limiter.slow_down(0.0)
    assert limiter.width == 4
    widths = []
    for _ in range(60):
        limiter.ease()
        widths.append(limiter.width)

    # 1/4, 1/4.25, ... at each answer.
    assert widths[:5] == [4, 4, 4, 4, 5]
    assert widths.index(6) == 9
    assert widths[-1] == 8


async def test_half_of_an_odd_number_is_not_rounded_before_it_grows() -> None:
    limiter = Limiter(Limits(concurrency=5, adaptive=True))
    limiter.slow_down(0.0)
    assert limiter.width == 2
    limiter.ease()
    limiter.ease()
    # 2.5 + 1/2.5 + 1/2.9
    assert limiter.width == 3


async def test_those_who_are_held_back_are_let_go_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    limiter, waits = Limiter(Limits(concurrency=4)), list[float]()
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: 100.0)
    limiter.slow_down(5)
    waiting = [asyncio.create_task(limiter.opened(waits.append)) for _ in range(3)]
    for _ in range(3):
        await asyncio.sleep(0)
    monkeypatch.undo()
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    assert waits == pytest.approx([5.02, 5.04, 5.06])
    # They are gone: the next one has nobody before it.
    assert limiter._held == 0


@pytest.mark.parametrize(("per_second", "apart"), [(50, 0.02), (2, 0.5), (0.5, 2.0)])
async def test_a_rate_is_the_time_between_two_requests(per_second: float, apart: float) -> None:
    rate = Limiter(Limits(per_second=per_second))._rate

    assert rate is not None
    assert (rate.max_rate, rate.time_period) == (1, apart)


async def test_a_narrower_limiter_lets_nobody_in_until_enough_have_left() -> None:
    limiter = Limiter(Limits(concurrency=4, adaptive=True))
    for _ in range(4):
        await limiter.enter()
    limiter.slow_down(0.0)
    waiting = asyncio.create_task(limiter.enter())
    for _ in range(2):
        await asyncio.sleep(0.03)
        limiter.leave()
        await asyncio.sleep(0.03)
        assert not waiting.done()

    limiter.leave()
    await waiting
    assert limiter.width == 2
