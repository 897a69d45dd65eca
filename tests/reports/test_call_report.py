"""The call report against the sandbox, through both faces."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from faces import opened, settle
from recorder import Recorder
from reports.made_calls import counted, counted_calls

from voipstudio_async import (
    Cdr,
    ConfigurationError,
    DeadlineExceeded,
    PermissionDeniedError,
    RequestTimeout,
    RetryPolicy,
    ServerError,
    Timeouts,
)
from voipstudio_async.reports import CallReport, Progress, call_report
from voipstudio_async.reports.values import Fetch
from voipstudio_async.sandbox import Sandbox
from voipstudio_async.wire.codec import codec


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(users=5, calls=400, seed=3) as server:
        yield server


def records_of(sandbox: Sandbox) -> list[Cdr]:
    body = json.dumps({"data": list(sandbox.store.rows("cdrs")), "total": 0}).encode()
    return list(codec(UTC, False).rows(Cdr, body).items)


def figures_of(report: CallReport) -> CallReport:
    return attrs.evolve(report, fetch=Fetch(source="account"))


async def test_the_figures_are_those_of_the_rows(client: Any, sandbox: Sandbox) -> None:
    report = await settle(call_report(client))
    rows = records_of(sandbox)
    assert report.total == counted_calls(rows)
    assert (await settle(call_report(client, count="legs"))).total == counted(rows)
    for user in report.users:
        assert user.figures == counted(row for row in rows if row.user_id == user.user_id)
    assert (report.fetch.source, report.fetch.rows, report.fetch.complete) == ("account", 400, True)


async def test_both_sources_give_the_same_report(client: Any, sandbox: Sandbox) -> None:
    options: dict[str, Any] = {"tz": ZoneInfo("Europe/Warsaw"), "start": date(2026, 2, 1), "end": date(2026, 5, 31)}
    whole = await settle(call_report(client, **options))
    sandbox.deny("GET", "/cdrs")
    each = await settle(call_report(client, **options))
    assert (whole.fetch.source, each.fetch.source) == ("account", "users")
    assert figures_of(each) == figures_of(whole)
    assert whole.total.calls > 0
    assert each.fetch.complete


async def test_an_account_without_that_listing_is_read_user_by_user(client: Any, sandbox: Sandbox) -> None:
    sandbox.faults.next(404, path="/cdrs")
    report = await settle(call_report(client, count="legs"))
    assert (report.fetch.source, report.total.calls, report.fetch.failures) == ("users", 400, ())


async def test_a_source_that_was_asked_for_is_not_replaced(client: Any, sandbox: Sandbox) -> None:
    sandbox.deny("GET", "/cdrs")
    report = await settle(call_report(client, source="account"))
    (failure,) = report.fetch.failures
    assert isinstance(failure.error, PermissionDeniedError)
    assert (report.fetch.complete, report.total.calls, len(report.users)) == (False, 0, 5)
    assert not any(user.complete for user in report.users)


async def test_one_user_that_fails_does_not_lose_the_others(client: Any, sandbox: Sandbox) -> None:
    whole = await settle(call_report(client, source="users", count="legs"))
    lost = whole.users[0]
    sandbox.deny("GET", f"/users/{lost.user_id}/cdrs")
    report = await settle(call_report(client, source="users", count="legs"))
    (failure,) = report.fetch.failures
    assert (failure.user_id, failure.what, failure.error.status) == (lost.user_id, lost.name, 403)
    assert report.total.calls == whole.total.calls - lost.figures.calls
    assert {user.user_id for user in report.users if not user.complete} == {lost.user_id}
    assert str(lost.user_id) in str(failure)
    assert report.to_dict()["fetch"]["failures"][0]["user_id"] == lost.user_id


async def test_a_list_of_users_that_fails_is_an_error(face: type[Any], sandbox: Sandbox) -> None:
    # At every size that is tried: a large page that fails is asked for again in halves.
    sandbox.faults.next(500, count=20, path="/users")
    async with opened(face, sandbox.token, base_url=sandbox.url, retry=RetryPolicy(attempts=1)) as client:
        with pytest.raises(ServerError):
            await settle(call_report(client))


async def test_days_are_those_of_the_callers_zone(client: Any, sandbox: Sandbox) -> None:
    tz = ZoneInfo("Asia/Kolkata")
    day = min(row.calldate.astimezone(tz).date() for row in records_of(sandbox) if row.calldate) + timedelta(days=8)
    report = await settle(call_report(client, tz=tz, start=day, end=day))
    expected = counted(row for row in records_of(sandbox) if row.calldate and row.calldate.astimezone(tz).date() == day)
    assert report.total == expected
    assert list(report.days) == [day]
    assert report.fetch.outside == 0


async def test_a_moment_at_the_end_is_not_included(client: Any, sandbox: Sandbox) -> None:
    moments = sorted(row.calldate for row in records_of(sandbox) if row.calldate)
    start, end = moments[10], moments[20]
    report = await settle(call_report(client, start=start.replace(tzinfo=None), end=end))
    assert report.total.calls == sum(start <= moment < end for moment in moments)
    assert (report.start, report.end) == (start, end)


async def test_progress_is_told_after_every_page(client: Any) -> None:
    seen: list[Progress] = []
    report = await settle(call_report(client, source="users", progress=seen.append))
    assert [step.rows for step in seen] == sorted(step.rows for step in seen)
    assert (seen[-1].done, seen[-1].total, seen[-1].rows, seen[-1].failed) == (5, 5, 400, 0)
    assert seen[-1].requests == report.fetch.requests
    assert report.fetch.rows_per_second > 0


async def test_a_deadline_gives_what_there_is(client: Any, sandbox: Sandbox) -> None:
    sandbox.faults.latency(30)
    report = await settle(call_report(client, deadline=0.05))
    (failure,) = report.fetch.failures
    assert isinstance(failure.error, DeadlineExceeded)
    assert (failure.what, report.users, report.fetch.complete) == ("users", (), False)


def answer_user(recorder: Recorder, *ids: int) -> None:
    recorder.answer(200, {"data": [{"id": id} for id in ids], "total": len(ids)})


async def test_rows_that_were_not_asked_for_are_not_counted(recorded: Any, recorder: Recorder) -> None:
    answer_user(recorder, 1)
    rows = [{"id": 3, "calldate": "2026-03-05 10:00:00"}, {"id": 2}, {"id": 1, "calldate": "2026-02-01 10:00:00"}]
    recorder.answer(200, {"data": rows, "total": 3})
    report = await settle(call_report(recorded, start=date(2026, 3, 1), end=date(2026, 3, 31)))
    assert (report.fetch.outside, report.fetch.rows, report.undated.calls) == (1, 2, 1)


async def test_a_row_that_stands_with_two_users_counts_once(recorded: Any, recorder: Recorder) -> None:
    answer_user(recorder, 2, 1)
    shared, own = {"id": 7, "user_id": 2}, {"id": 8, "user_id": None}
    recorder.answer(200, {"data": [shared], "total": 1})
    recorder.answer(200, {"data": [own, shared], "total": 2})
    report = await settle(call_report(recorded, source="users", concurrency=1))
    assert {user.user_id: user.figures.calls for user in report.users} == {2: 1, 1: 1}
    assert report.fetch.elsewhere == 1


async def test_totals_that_are_not_told_prove_nothing(recorded: Any, recorder: Recorder) -> None:
    answer_user(recorder, 1)
    recorder.answer(200, {"data": [{"id": 7, "user_id": 1}]})
    recorder.answer(200, {"data": []})
    report = await settle(call_report(recorded))
    assert report.total.calls == 1
    assert report.fetch.failures == ()
    assert (report.fetch.complete, report.fetch.incomplete) == (False, ("call records of the account",))


async def test_a_list_of_users_that_may_be_longer_is_told(recorded: Any, recorder: Recorder) -> None:
    recorder.answer(200, {"data": [{"id": 1}]})
    recorder.answer(200, {"data": []})
    report = await settle(call_report(recorded))
    assert (report.fetch.incomplete, report.fetch.complete) == (("users",), False)
    assert [user.complete for user in report.users] == [True]


async def test_a_timeout_of_the_client_is_not_taken_for_the_deadline(face: type[Any], sandbox: Sandbox) -> None:
    sandbox.faults.latency(30)
    options: dict[str, Any] = {"timeouts": Timeouts(read=0.05), "retry": RetryPolicy(attempts=1)}
    async with opened(face, sandbox.token, base_url=sandbox.url, **options) as client:
        with pytest.raises(RequestTimeout):
            await settle(call_report(client, deadline=30))


@pytest.mark.parametrize(
    "options",
    [
        {"start": date(2026, 3, 2), "end": date(2026, 3, 1)},
        {"start": "2026-03-02"},
        {"source": "somewhere"},
        {"concurrency": 0},
        {"concurrency": True},
        {"deadline": 0},
        {"deadline": float("nan")},
    ],
)
async def test_arguments_that_cannot_work_are_refused_before_a_request(
    client: Any, sandbox: Sandbox, options: dict[str, Any]
) -> None:
    with pytest.raises(ConfigurationError):
        await settle(call_report(client, **options))
    assert sandbox.requests == []


async def test_an_end_of_a_day_is_the_midnight_after_it_where_the_clock_is_changed(
    recorded: Any, recorder: Recorder
) -> None:
    day = date(2026, 3, 29)
    report = await settle(call_report(recorded, tz=ZoneInfo("Europe/London"), start=day, end=day))
    assert report.end is not None
    assert report.start == datetime(2026, 3, 29, tzinfo=UTC)
    assert report.end.astimezone(UTC) == datetime(2026, 3, 29, 23, tzinfo=UTC)
    assert list(report.days) == [day]
