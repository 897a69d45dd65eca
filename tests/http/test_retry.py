"""The retry policy, which decides and never sleeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voipstudio_async import ConfigurationError, RetryPolicy
from voipstudio_async.http.retry import MAX_WAIT, Budget, Failure, retry_after
from voipstudio_async.wire.exchange import Repeat

POLICY = RetryPolicy(attempts=4, base=0.5, cap=30)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ALWAYS, UNSENT = Repeat.ALWAYS, Repeat.UNSENT
BUSY, LOST, REFUSED = Failure(status=503), Failure(), Failure(unsent=True)


@pytest.mark.parametrize(
    ("attempt", "failure", "repeat", "delay"),
    [
        (1, BUSY, ALWAYS, 0.5),
        (2, BUSY, ALWAYS, 1.0),
        (3, BUSY, ALWAYS, 2.0),
        (4, BUSY, ALWAYS, None),
        (1, LOST, ALWAYS, 0.5),
        (1, REFUSED, ALWAYS, 0.5),
        (1, BUSY, UNSENT, None),
        (1, LOST, UNSENT, None),
        (1, REFUSED, UNSENT, 0.5),
        (4, REFUSED, UNSENT, None),
        (1, Failure(status=404), ALWAYS, None),
        (1, Failure(status=501), ALWAYS, None),
        (1, Failure(status=408), ALWAYS, 0.5),
        (1, Failure(final=True), ALWAYS, None),
        (1, Failure(unsent=True, final=True), ALWAYS, None),
        (1, Failure(status=429, wait=7.0), ALWAYS, 7.0),
        (1, Failure(status=429, wait=0.1), ALWAYS, 0.5),
        (1, Failure(status=429, wait=MAX_WAIT), ALWAYS, MAX_WAIT),
        (1, Failure(status=429, wait=MAX_WAIT + 1), ALWAYS, None),
        (1, Failure(status=429, wait=7.0), UNSENT, None),
    ],
)
def test_the_longest_wait_of_each_failure(attempt: int, failure: Failure, repeat: Repeat, delay: float | None) -> None:
    assert POLICY.delay(attempt, failure, repeat, 1.0) == delay


def failures() -> st.SearchStrategy[Failure]:
    waits = st.none() | st.floats(0, 1e6)
    statuses = st.none() | st.integers(400, 599)
    return st.builds(Failure, status=statuses, unsent=st.booleans(), final=st.booleans(), wait=waits)


@given(st.integers(1, 10_000), failures(), st.sampled_from(Repeat), st.floats(0, 1), st.integers(1, 10_000))
def test_a_wait_lies_within_its_bounds(
    attempt: int, failure: Failure, repeat: Repeat, chance: float, attempts: int
) -> None:
    policy = RetryPolicy(attempts=attempts, base=0.5, cap=30)
    delay = policy.delay(attempt, failure, repeat, chance)
    if delay is not None:
        assert attempt < attempts
        assert (failure.wait or 0) <= delay <= max(30, MAX_WAIT)
        assert not failure.final
        assert failure.unsent or repeat is ALWAYS


@given(st.floats(0, 1), st.integers(1, 60))
def test_jitter_is_full(chance: float, attempt: int) -> None:
    policy = RetryPolicy(attempts=100, base=0.5, cap=30)
    ceiling = policy.delay(attempt, BUSY, ALWAYS, 1.0)
    assert ceiling is not None
    assert policy.delay(attempt, BUSY, ALWAYS, chance) == pytest.approx(chance * ceiling)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0.05", 0.05),
        ("86400", 86400.0),
        ("Mon, 23 Nov 2026 12:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 13:00:30 +0100", 30.0),
        ("Mon, 23 Nov 2026 12:00:30", 30.0),
        ("Monday, 23-Nov-26 12:00:30 GMT", 30.0),
        ("Mon Nov 23 12:00:30 2026", 30.0),
        ("2026-11-23T12:00:30Z", 30.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        (None, None),
        ("", None),
        ("-5", None),
        ("+5", 5.0),
        ("1e9", 1e9),
        ("1e99999", 1e15),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("5 seconds", 5.0),
        ("5s", 5.0),
        ('"5"', 5.0),
        ("5.", 5.0),
        ("\u0665", None),
        ("99999999999", 99999999999.0),
        ("9" * 5000, 1e15),
        ("Mon, 99 Nov 2026 12:00:30 GMT", None),
        ("Mon, 23 Nov 99999999999 12:00:30 GMT", None),
    ],
)
def test_every_form_of_retry_after(text: str | None, seconds: float | None) -> None:
    assert retry_after(text, NOW) == seconds


@given(st.text(max_size=60) | st.from_regex(r"[A-Z][a-z]{2}, [0-9]{1,3} [A-Z][a-z]{2} [0-9]{1,12} [0-9:]{0,12} .{0,6}"))
def test_no_text_in_retry_after_does_harm(text: str) -> None:
    seconds = retry_after(text, NOW)
    assert seconds is None or 0 <= seconds < float("inf")


@given(st.integers(-(10**9), 10**9))
def test_a_date_is_read_as_the_seconds_until_then(seconds: int) -> None:
    moment = NOW + timedelta(seconds=seconds)
    assert retry_after(format_datetime(moment, usegmt=True), NOW) == max(0, seconds)


@given(st.lists(st.booleans(), max_size=300), st.integers(1, 20))
def test_a_budget_gives_one_retry_for_five_good_answers_at_most(steps: list[bool], size: int) -> None:
    budget = Budget(size)
    taken = 0
    for good in steps:
        if good:
            budget.give()
        else:
            taken += budget.take()
    assert taken <= size + 0.2 * sum(steps) + 1e-6


def test_a_budget_is_filled_again_by_good_answers() -> None:
    budget = Budget(1)
    assert [budget.take(), budget.take()] == [True, False]
    for _ in range(6):
        budget.give()
    assert [budget.take(), budget.take()] == [True, False]


@pytest.mark.parametrize(
    "wrong",
    [
        {"attempts": 0},
        {"attempts": True},
        {"attempts": 1.5},
        {"base": 0},
        {"base": None},
        {"base": float("nan")},
        {"cap": -1},
        {"cap": None},
        {"budget": 0},
        {"statuses": {200}},
        {"statuses": {399}},
        {"statuses": {600}},
        {"statuses": {True}},
        {"statuses": 503},
        {"statuses": {"503"}},
    ],
    ids=str,
)
def test_a_policy_is_checked_when_it_is_made(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        RetryPolicy(**wrong)


def test_a_policy_without_arguments_is_what_the_documentation_says() -> None:
    policy = RetryPolicy()

    assert (policy.attempts, policy.base, policy.cap, policy.budget) == (4, 0.5, 30.0, 100)
    assert policy.statuses == {408, 429, 500, 502, 503, 504}
    assert MAX_WAIT == 120.0
    with pytest.raises(TypeError):
        RetryPolicy(4)  # type: ignore[call-arg]


def test_the_first_and_the_last_error_status_can_be_tried_again() -> None:
    policy = RetryPolicy(statuses=frozenset({400, 599}))

    assert policy.delay(1, Failure(status=400), ALWAYS, 1.0) == 0.5
    assert policy.delay(1, Failure(status=599), ALWAYS, 1.0) == 0.5
    assert policy.delay(1, Failure(status=503), ALWAYS, 1.0) is None


@pytest.mark.parametrize(
    ("status", "wait", "throttled"),
    [
        (429, None, True),
        (429, 0.0, True),
        (503, 0.0, True),
        (503, None, False),
        (502, 1.0, False),
        (504, 1.0, False),
        (428, None, False),
        (430, 1.0, False),
        (None, 1.0, False),
    ],
)
def test_everybody_is_asked_to_slow_down_by_429_and_by_503_with_a_time(
    status: int | None, wait: float | None, throttled: bool
) -> None:
    assert Failure(status=status, wait=wait).throttled is throttled


def test_a_budget_is_as_many_retries_as_it_says() -> None:
    budget = Budget(3)

    assert [budget.take() for _ in range(5)] == [True, True, True, False, False]
