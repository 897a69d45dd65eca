"""Days and zones as a person writes them on the command line."""

from __future__ import annotations

import json
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cli.commands import Ended, voipstudio
from hostile.servers import Hostile, always, answer

from voipstudio_async import ConfigurationError
from voipstudio_async.cli import dates, periods
from voipstudio_async.cli.listening import _line
from voipstudio_async.webhooks import Event


def test_a_system_without_zones_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> ZoneInfo:
        raise zoneinfo.ZoneInfoNotFoundError(name)

    monkeypatch.setattr(zoneinfo, "ZoneInfo", missing)
    monkeypatch.setattr(zoneinfo, "available_timezones", set)
    with pytest.raises(ConfigurationError, match="pip install tzdata"):
        dates.zone("Europe/Warsaw")
    assert dates.zone("utc") is UTC


@pytest.mark.parametrize(
    ("name", "day", "hour"),
    [
        ("Africa/Cairo", "2026-04-24", 1),
        ("America/Havana", "2026-03-08", 1),
        ("Asia/Beirut", "2026-03-29", 1),
        ("America/Santiago", "2026-09-06", 1),
        ("Europe/Warsaw", "2026-03-29", 0),
    ],
)
def test_a_day_begins_with_its_first_moment_and_ends_with_its_last_second(name: str, day: str, hour: int) -> None:
    zone = ZoneInfo(name)
    before = str(datetime.fromisoformat(day).date() - timedelta(days=1))

    start = dates.start_of(day, zone)

    assert start.hour == hour
    assert str(start.date()) == day
    assert start.astimezone(UTC) - dates.end_of(before, zone).astimezone(UTC) == timedelta(seconds=1)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("today", "2026-03-31", "2026-03-31"),
        ("Yesterday", "2026-03-30", "2026-03-30"),
        ("this-week", "2026-03-30", "2026-04-05"),
        ("last-week", "2026-03-23", "2026-03-29"),
        ("this-month", "2026-03-01", "2026-03-31"),
        ("last-month", "2026-02-01", "2026-02-28"),
        ("last_month", "2026-02-01", "2026-02-28"),
        ("this-quarter", "2026-01-01", "2026-03-31"),
        ("last-quarter", "2025-10-01", "2025-12-31"),
        ("this-year", "2026-01-01", "2026-12-31"),
        ("last-year", "2025-01-01", "2025-12-31"),
        ("-0d", "2026-03-31", "2026-03-31"),
        ("-7d", "2026-03-24", "2026-03-24"),
        ("-2w", "2026-03-17", "2026-03-17"),
        ("-1m", "2026-02-28", "2026-02-28"),
        ("-13m", "2025-02-28", "2025-02-28"),
        ("-2y", "2024-03-31", "2024-03-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-12", "2026-12-01", "2026-12-31"),
        ("2026-w01", "2025-12-29", "2026-01-04"),
        ("2026", "2026-01-01", "2026-12-31"),
    ],
)
def test_a_period_has_a_first_and_a_last_day(text: str, first: str, last: str) -> None:
    found = periods.named(text, date(2026, 3, 31))

    assert found == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("text", ["soon", "7d", "-7", "-7x", "last-day", "month", "2026-1", "26", "-99999d", ""])
def test_what_is_no_period_is_none(text: str) -> None:
    assert periods.named(text, date(2026, 3, 31)) is None


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-w60", "0000", "-9999y", "-9999m", "1066"])
def test_a_period_that_is_not_in_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^--from: .*(calendar|too far)"):
        dates.start_of(text, UTC)


def test_a_range_of_one_period_is_the_whole_of_it() -> None:
    zone = ZoneInfo("Europe/Warsaw")

    start, end = dates.start_of("2026-03", zone), dates.end_of("2026-03", zone)

    assert (str(start), str(end)) == ("2026-03-01 00:00:00+01:00", "2026-03-31 23:59:59+02:00")
    dates.check_order("2026-03", "2026-03", zone)


ENDS = ("0001-01-01 00:00:00", "9999-12-31 23:59:59")
ZONES = ("UTC", "Asia/Tokyo", "Pacific/Niue")
"""And one on either side of it."""
BOUNDS = ("--from", "0001-01-01", "--to", "9999-12-31")
COMMANDS = (
    ("list", "cdrs", "--format", "json"),
    ("list", "cdrs", "--format", "table", "--fields", "id,calldate"),
    ("export", "cdrs", "--output", "calls.csv"),
)


@pytest.fixture(scope="module")
def server() -> Iterator[Hostile]:
    rows = [{"id": number, "calldate": end, "charge": 0} for number, end in enumerate(ENDS, 1)]
    with Hostile(always(answer({"data": rows, "total": 2}))) as started:
        yield started


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_calls_at_both_ends_of_time_are_asked_for_and_shown(
    command: tuple[str, ...], zone: str, server: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    ended = _told(server, *command, *BOUNDS, "--tz", zone)

    shown = ended.out + "".join(each.read_text("utf-8") for each in tmp_path.iterdir())
    assert (ended.code, "0001-01-01" in shown, "9999-12-31" in shown) == (0, True, True), ended


@pytest.mark.parametrize(("zone", "calls"), [("UTC", 2), ("Asia/Tokyo", 1), ("Pacific/Niue", 1)])
def test_a_report_covers_all_days_that_there_are(zone: str, calls: int, server: Hostile) -> None:
    # On the clocks of the others, one of the calls is in the year 0, or in the year 10000.
    ended = _told(server, "report", *BOUNDS, "--tz", zone, "--format", "json")

    assert (ended.code, ended.err.count("error")) == (0, 0), ended
    assert json.loads(ended.out)["total"]["calls"] == calls


def test_an_event_at_the_beginning_of_time_is_one_line() -> None:
    east = timezone(timedelta(hours=14))
    assert _line(Event(event_time=datetime(1, 1, 1, tzinfo=east))).startswith("0001-01-01 00:00:00 ")


def _told(server: Hostile, *command: str) -> Ended:
    return voipstudio(*command, VOIPSTUDIO_API_URL=server.url, VOIPSTUDIO_API_TOKEN="t")
