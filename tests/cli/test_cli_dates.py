"""Days and zones as a person writes them on the command line."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from voipstudio_async import ConfigurationError
from voipstudio_async.cli import dates


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
