"""Reports by team, month and week."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from effort import examples
from faces import settle
from hypothesis import given, settings
from hypothesis import strategies as st
from reports.made_calls import grouped, records

from voipstudio_async import Cdr, ConfigurationError, User
from voipstudio_async.reports import (
    NO_TEAM,
    CallReport,
    Figures,
    TeamStats,
    call_report,
    month_of,
    team_of,
    teams_of,
    week_of,
)
from voipstudio_async.sandbox import Sandbox

ADA = User(id=1, first_name="Ada", last_name="Berg", email="ada@example.com")
TOM = User(id=2, first_name="Tom")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(users=5, calls=400, seed=3) as server:
        yield server


@pytest.mark.parametrize("key", [1, "1", "ada@example.com", "ADA@Example.com", "ada berg"])
def test_a_user_is_named_by_id_address_or_name(key: Any) -> None:
    assert (team_of(ADA, {key: "Sales"}), team_of(TOM, {key: "Sales"})) == ("Sales", NO_TEAM)


def test_a_function_tells_the_team_of_a_user() -> None:
    assert teams_of([ADA, TOM], lambda user: "A" if user.last_name else None) == {1: "A", 2: NO_TEAM}


@pytest.mark.parametrize("teams", [["Sales"], 7, {1: 7}, lambda _: 7])
def test_what_names_no_team_is_refused(teams: Any) -> None:
    with pytest.raises(ConfigurationError, match="team"):
        teams_of([ADA], teams)


def test_a_call_that_rings_at_three_of_a_team_is_one_call_of_the_team() -> None:
    stats = TeamStats({1: "Sales", 2: "Sales", 3: "Help"})
    for id, billsec in ((1, 0), (2, 60), (3, 0)):
        stats.add(Cdr(id=id, user_id=id, root_live_id=9, type="I" if billsec else "M", billsec=billsec))
    stats.add(Cdr(id=4, user_id=99))
    reports = stats.reports([User(id=id) for id in (1, 2, 3)])
    assert list(reports) == ["Help", "Sales", NO_TEAM]
    assert reports["Sales"].total == Figures(calls=1, answered=1, talk_seconds=60, longest_seconds=60)
    assert (reports["Help"].total.missed, reports[NO_TEAM].total.calls) == (1, 1)
    assert [user.user_id for user in reports["Sales"].users] == [1, 2]


@settings(max_examples=examples(40))
@given(st.lists(records, max_size=20))
def test_teams_are_those_of_counting_their_users_one_by_one(cdrs: list[Cdr]) -> None:
    teams: dict[Any, str] = {1: "Sales", 2: "Sales", 3: "Help"}
    stats = TeamStats(teams)
    for cdr in cdrs:
        stats.add(cdr)
    users = [User(id=id) for id in teams]
    expected = grouped(cdrs, lambda cdr: teams.get(cdr.user_id, NO_TEAM))
    assert {name: report.total for name, report in stats.reports(users).items() if report.total.calls} == expected


@settings(max_examples=examples(40))
@given(st.lists(st.dates(date(2024, 12, 20), date(2026, 1, 10)), max_size=20))
def test_months_and_weeks_are_those_of_their_days(days: list[date]) -> None:
    report = CallReport(tz="UTC", days={day: Figures(calls=day.day) for day in sorted(set(days))})
    for found, period in ((report.months, month_of), (report.weeks, week_of)):
        assert {name: figures.calls for name, figures in found.items()} == {
            name: sum(day.day for day in set(days) if period(day) == name) for name in map(period, days)
        }


def test_weeks_are_those_of_iso_8601() -> None:
    assert [week_of(date(2027, 1, 3) + timedelta(days=number)) for number in (0, 1)] == ["2026-W53", "2027-W01"]


async def test_one_call_reports_on_each_team(client: Any) -> None:
    plain = await settle(call_report(client))
    first, *others = plain.users
    report = await settle(call_report(client, group_by={first.user_id: "Sales"}))
    assert list(report.groups) == ["Sales", NO_TEAM]
    assert report.total == plain.total
    assert report.teams["Sales"].users == (first,)
    assert report.teams[NO_TEAM].users == tuple(others)
    assert report.teams["Sales"].currency == report.currency == "GBP"
    assert sum(report.teams["Sales"].months.values(), Figures()) == report.groups["Sales"]
    told = report.to_dict()
    assert told["groups"]["Sales"] == told["teams"]["Sales"]["total"]


async def test_one_call_reports_on_each_month(client: Any) -> None:
    report = await settle(call_report(client, group_by="month"))
    assert report.groups == report.months
    assert sum(report.groups.values(), Figures()) == report.total
    assert report.teams == {}


async def test_the_account_and_its_currency_are_told(client: Any, sandbox: Sandbox) -> None:
    report = await settle(call_report(client))
    me = next(iter(sandbox.store.rows("me")))
    assert (report.account, report.currency) == (f"{me['first_name']} {me['last_name']}", "GBP")
    sandbox.deny("GET", "/me")
    unknown = await settle(call_report(client))
    assert (unknown.account, unknown.currency, unknown.fetch.complete) == (None, None, True)
    assert unknown.total == report.total


@pytest.mark.parametrize("group_by", ["team", 7, ["Sales"]])
async def test_groups_that_are_unknown_are_refused_before_a_request(
    client: Any, sandbox: Sandbox, group_by: Any
) -> None:
    with pytest.raises(ConfigurationError, match="group_by"):
        await settle(call_report(client, group_by=group_by))
    assert sandbox.requests == []


async def test_a_page_shows_teams_weeks_and_money(client: Any) -> None:
    pytest.importorskip("matplotlib")
    report = await settle(call_report(client, group_by=lambda _: "<Sales>"))
    page = report.to_html("March")
    assert "<h2>Teams</h2>" in page
    assert "&lt;Sales&gt;" in page
    assert "<Sales>" not in page
    assert "<h2>Calls per week</h2>" in page
    assert "<h2>Charge by destination, GBP</h2>" in page
    assert f'<p class="owner">{report.account}</p>' in page
    assert "prefers-color-scheme: dark" in page
    assert "var(--heat, #" in page
