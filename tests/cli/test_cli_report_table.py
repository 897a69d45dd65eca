"""The table of a report: its head, its lines, and what is said below it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cli.commands import voipstudio

from voipstudio_async.cli.report_table import fetch_line, span
from voipstudio_async.reports import CallReport, Fetch, Figures
from voipstudio_async.sandbox import Sandbox

FIRST, AFTER_LAST = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
DAYS = {date(2027, 1, 5): Figures(), date(2027, 1, 9): Figures()}


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (CallReport(tz="UTC", start=FIRST), "from 1 January 2027 on (UTC)"),
        (CallReport(tz="UTC", start=FIRST, days=DAYS), "from 1 January 2027 on (UTC)"),
        (CallReport(tz="UTC", end=AFTER_LAST, days=DAYS), "up to 31 January 2027 (UTC)"),
        (CallReport(tz="UTC", start=FIRST, end=AFTER_LAST), "1 January 2027 to 31 January 2027 (UTC)"),
        (CallReport(tz="UTC", start=FIRST, end=FIRST + timedelta(days=1)), "1 January 2027 (UTC)"),
        (CallReport(tz="UTC", days=DAYS), "5 January 2027 to 9 January 2027 (UTC)"),
        (CallReport(tz="UTC"), "none (UTC)"),
    ],
)
def test_the_head_says_which_days_were_asked_for(report: CallReport, expected: str) -> None:
    assert span(report) == expected


@pytest.mark.parametrize(
    ("fetch", "expected"),
    [
        (Fetch(source="users", requests=1, seconds=0.04), "0 rows in 1 request, 0.0 s"),
        (Fetch(source="users", requests=2, rows=1, seconds=0.5), "1 row in 2 requests, 0.5 s: 2 rows a second"),
        (
            Fetch(source="users", requests=1200, rows=9000, seconds=3),
            "9,000 rows in 1,200 requests, 3.0 s: 3,000 rows a second",
        ),
    ],
)
def test_what_it_took_is_told_in_plain_words(fetch: Fetch, expected: str) -> None:
    assert fetch_line(CallReport(tz="UTC", fetch=fetch)) == expected


def test_two_equal_reports_are_equal_files(sandbox: Sandbox, tmp_path: Path) -> None:
    files = tmp_path / "first.txt", tmp_path / "second.txt"

    ends = [voipstudio("report", "--output", str(file), at=sandbox) for file in files]

    assert files[0].read_bytes() == files[1].read_bytes()
    assert "Total  4 users" in files[0].read_text("utf-8")
    for ended in ends:
        assert (ended.code, ended.out) == (0, "")
        assert re.fullmatch(r"60 rows in 2 requests, .* s: .* rows a second\n", ended.err)


def shown(sandbox: Sandbox, *options: str) -> dict[str, int]:
    """Return the calls of each line of the table."""
    ended = voipstudio("report", *options, at=sandbox)
    assert (ended.code, ended.err) == (0, "")
    found = re.findall(r"^(\S.*?)\s{2,}[█▏▎▍▌▋▊▉ ]*(\d+)\s+\d+\s+\d+%", ended.out, re.MULTILINE)
    return {name: int(calls) for name, calls in found}


def test_the_busiest_can_be_shown_alone_and_the_others_together(sandbox: Sandbox) -> None:
    whole, cut = (shown(sandbox, *options) for options in ((), ("--top", "1")))

    assert list(cut) == [next(iter(whole)), "3 more users", "Total  4 users"]
    assert cut.pop("Total  4 users") == whole.pop("Total  4 users") < sum(cut.values()) == sum(whole.values())


@pytest.mark.parametrize("top", ["4", "100"])
def test_more_than_there_are_is_the_whole_table(top: str, sandbox: Sandbox) -> None:
    whole, cut = voipstudio("report", at=sandbox).out, voipstudio("report", "--top", top, at=sandbox).out

    assert cut.splitlines()[:-1] == whole.splitlines()[:-1]


def test_others_that_are_incomplete_are_marked(sandbox: Sandbox) -> None:
    sandbox.deny("GET", "/users/{id}/cdrs")

    out = voipstudio("report", "--source", "users", "--top", "1", at=sandbox).out

    assert "3 more users (incomplete)" in out
    assert "Total  4 users (incomplete)" in out
