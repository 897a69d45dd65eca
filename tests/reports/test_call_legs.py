"""Calls of several legs: which belong together, and what they make."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports.made_calls import counted, counted_calls, money

from voipstudio_async import Cdr, ConfigurationError
from voipstudio_async.reports import CallReport, CallStats, Figures

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MISSED: dict[str, Any] = {"type": "M", "disposition": "NO ANSWER", "billsec": 0, "calldate": NOON}
TAKEN: dict[str, Any] = {"type": "I", "disposition": "CONNECTED", "billsec": 60, "calldate": NOON}


def leg(id: int, root: int | None = 1, **fields: Any) -> Cdr:
    at_root = {"live_id": id, "root_live_id": root, "is_root": id == root, "user_id": id}
    return Cdr(id=id, **at_root | fields)


def reported(*legs: Cdr, count: Any = "calls") -> CallReport:
    stats = CallStats(count=count)
    for each in legs:
        stats.add(each)
    return stats.report()


def test_a_ring_group_of_three_that_one_answers_is_one_call_and_no_missed_one() -> None:
    report = reported(leg(1, **MISSED), leg(2, **TAKEN), leg(3, **MISSED))
    assert report.total == Figures(calls=1, answered=1, talk_seconds=60, longest_seconds=60)
    assert report.outcomes == {"answered": report.total}
    assert report.destinations == {"incoming": report.total}
    assert report.days[NOON.date()] == report.week[0][12] == report.total
    assert "one that rang at three users is one" in report.counting
    assert report.is_shared


def test_legs_can_be_counted_instead() -> None:
    report = reported(leg(1, **MISSED), leg(2, **TAKEN), leg(3, **MISSED), count="legs")
    assert (report.total.calls, report.total.answered, report.total.missed) == (3, 1, 2)
    assert (report.count, report.to_dict()["count"], report.is_shared) == ("legs", "legs", False)
    assert report.counting.startswith("Legs are counted")


def test_a_call_that_nobody_answers_is_missed_once() -> None:
    report = reported(*(leg(id, **MISSED) for id in (1, 2, 3)))
    assert (report.total.calls, report.total.missed, list(report.outcomes)) == (1, 1, ["missed"])


def test_each_user_has_the_own_legs() -> None:
    report = reported(leg(1, **MISSED), leg(2, **TAKEN), leg(3, **MISSED))
    figures = {user.user_id: user.figures for user in report.users}
    assert {id: (each.calls, each.answered, each.missed) for id, each in figures.items()} == {
        1: (1, 0, 1),
        2: (1, 1, 0),
        3: (1, 0, 1),
    }


def test_talk_and_charge_are_those_of_all_legs() -> None:
    out: dict[str, Any] = TAKEN | {"type": "O", "dst": "442071838000"}
    report = reported(leg(1, **out, charge=Decimal("0.1")), leg(2, **out, charge=Decimal("0.2")))
    assert report.total == Figures(calls=1, answered=1, talk_seconds=120, longest_seconds=120, charge=Decimal("0.3"))
    assert report.destinations == {"+44 United Kingdom": report.total}


def test_a_call_is_where_its_root_went_and_when_its_first_leg_began() -> None:
    root = leg(1, **MISSED | {"type": "O", "dst": "442071838000", "calldate": NOON + timedelta(hours=1)})
    report = reported(leg(2, **TAKEN), root)
    assert (list(report.destinations), report.week[0][12].calls, report.week[0][13].calls) == (
        ["+44 United Kingdom"],
        1,
        0,
    )


def test_a_leg_without_a_date_belongs_to_its_call_all_the_same() -> None:
    report = reported(leg(1, **MISSED), leg(2, **TAKEN | {"calldate": None}))
    assert (report.total.calls, report.undated.calls, report.week[0][12].answered) == (1, 0, 1)


def test_legs_without_the_root_are_tied_by_their_parent_or_stand_alone() -> None:
    tied = [leg(1, None, **MISSED), leg(2, None, parent_live_id=1, **TAKEN)]
    assert reported(*tied).total.calls == 1
    alone = [Cdr(id=id, live_id=0, **TAKEN) for id in (1, 2, 3)]
    assert reported(*alone).total.calls == 3


def test_an_id_that_was_given_again_after_a_day_is_another_call() -> None:
    later = [leg(1, **TAKEN | {"calldate": NOON + timedelta(hours=hours)}) for hours in (0, 20, 44, 69, 500)]
    assert reported(*later).total.calls == 3
    assert reported(*reversed(later)).total.calls == 3


@pytest.mark.parametrize("root", [2**63, 2**80, -5])
def test_ids_of_any_size_are_counted(root: int) -> None:
    assert reported(leg(1, root, **TAKEN), leg(2, root, **MISSED)).total.answered == 1


@given(
    st.lists(
        st.builds(
            Cdr,
            id=st.integers(1, 2**63 - 1),
            root_live_id=st.integers(1, 9),
            is_root=st.booleans(),
            user_id=st.sampled_from([1, 2, None]),
            type=st.sampled_from(["O", "I", "M"]),
            disposition=st.sampled_from(["CONNECTED", "BUSY", None]),
            calldate=st.none() | st.integers(0, 20).map(lambda hours: NOON + timedelta(hours=hours)),
            billsec=st.none() | st.integers(0, 5000) | st.just(2**64),
            charge=money,
            dst=st.sampled_from(["442071838000", "101"]),
        ),
        max_size=30,
    ),
    st.integers(0, 30),
)
def test_calls_are_those_of_counting_one_by_one_in_any_order_and_merged(legs: list[Cdr], cut: int) -> None:
    report = reported(*legs)
    week = [cell for day in report.week for cell in day]
    if all(leg.billsec != 2**64 for leg in legs):
        assert report.total == counted_calls(legs)
    for parts in (report.outcomes.values(), report.destinations.values(), [*week, report.undated]):
        assert sum(parts, Figures()) == report.total
    one, two = CallStats(), CallStats()
    for stats, part in ((one, legs[cut:]), (two, legs[:cut])):
        for each in reversed(part):
            stats.add(each)
    assert one.merge(two).report() == report


def test_calls_and_legs_are_not_added_to_each_other() -> None:
    with pytest.raises(ConfigurationError, match="legs cannot be added to calls"):
        CallStats().merge(CallStats(count="legs"))
    with pytest.raises(ConfigurationError, match="count must be"):
        CallStats(count="both")  # type: ignore[arg-type]


def test_what_is_held_of_a_leg_is_small() -> None:
    stats = CallStats()
    for number in range(1, 5001):
        stats.add(leg(number, number, user_id=7, **TAKEN))
    held = sum(map(sys.getsizeof, stats._legs._rows))
    assert held < 5000 * 32 + 64 * 3 * 100
    assert stats.report().total == counted([leg(number, number, **TAKEN) for number in range(1, 5001)])
