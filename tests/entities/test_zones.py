"""Time zones of every kind give right moments or are refused in words; days may begin late, and hours come twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from faces import every, settle
from hypothesis import given
from hypothesis import strategies as st
from recorder import Recorder

from voipstudio_async import AsyncVoipStudio, Cdr, ConfigurationError, VoipStudio, field
from voipstudio_async.entities.zones import aware, first_moment, is_repeated, is_skipped, known, last_day, next_day
from voipstudio_async.pagination.slices import cut
from voipstudio_async.reports import CallStats, call_report
from voipstudio_async.sandbox import Sandbox
from voipstudio_async.wire.codec import codec
from voipstudio_async.wire.filters import flatten

pytz: Any = pytest.importorskip("pytz")
dateutil: Any = pytest.importorskip("dateutil.tz")
pd: Any = pytest.importorskip("pandas")

WARSAW = ZoneInfo("Europe/Warsaw")
SUMMER, WINTER = datetime(2026, 7, 1, 12), datetime(2026, 1, 1, 12)
LATE_DAYS = [
    ("Africa/Cairo", date(2026, 4, 24)),
    ("America/Havana", date(2026, 3, 8)),
    ("Asia/Beirut", date(2026, 3, 29)),
    ("America/Santiago", date(2026, 9, 6)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("Pacific/Apia", date(2011, 12, 30)),
]


class Handmade(tzinfo):
    """Central European time by hand, without a fold, and with a summer that is one of whole months."""

    def utcoffset(self, when: datetime | None) -> timedelta:
        return timedelta(hours=1) + self.dst(when)

    def dst(self, when: datetime | None) -> timedelta:
        return timedelta(hours=1 if when is not None and 4 <= when.month <= 9 else 0)

    def tzname(self, when: datetime | None) -> str:
        return "by hand"


class Silent(tzinfo):
    """A zone that does not say its offset: Python takes it for the clock of the machine."""

    def utcoffset(self, when: datetime | None) -> None:
        return None

    def dst(self, when: datetime | None) -> None:
        return None

    def tzname(self, when: datetime | None) -> str:
        return "silent"


class Crooked(Handmade):
    """A zone that says one thing and does another."""

    def fromutc(self, when: datetime) -> datetime:
        return when


_bare: Any = tzinfo
NOTHING = _bare()
"""A zone that raises whatever it is asked."""
ZONES = {
    "zoneinfo": WARSAW,
    "pytz": pytz.timezone("Europe/Warsaw"),
    "pytz, of a moment": pytz.timezone("Europe/Warsaw").localize(datetime(2026, 7, 1)).tzinfo,
    "dateutil": dateutil.gettz("Europe/Warsaw"),
    "dateutil, by rules": dateutil.tzstr("CET-1CEST,M3.5.0,M10.5.0/3"),
    "pandas": pd.Timestamp("2026-07-01", tz="Europe/Warsaw").tz,
    "by hand": Handmade(),
}
FIXED = {
    "UTC": UTC,
    "timezone": timezone(timedelta(hours=-3)),
    "pytz.utc": pytz.utc,
    "pytz, fixed": pytz.FixedOffset(90),
    "pytz, static": pytz.timezone("Etc/GMT+5"),
    "dateutil, fixed": dateutil.tzoffset("x", 3600),
    "dateutil, UTC": dateutil.UTC,
    "pandas": pd.Timestamp("2026-07-01", tz="UTC").tz,
}


@pytest.mark.parametrize("zone", ZONES.values(), ids=ZONES)
def test_every_zone_tells_the_moments_of_its_clock(zone: tzinfo) -> None:
    wire = codec(known(zone))
    body = '{{"data": [{{"id": 1, "calldate": "{}"}}], "total": 1}}'

    for wall, hours in ((SUMMER, 2), (WINTER, 1)):
        for _ in range(3):  # the first pages are read another way than those behind them
            (row,) = wire.rows(Cdr, body.format(wall).encode()).items
            assert row.calldate == (wall - timedelta(hours=hours)).replace(tzinfo=UTC)
        moment = (wall - timedelta(hours=hours)).replace(tzinfo=UTC)
        assert f'"{wall}"' in wire.filter_text(flatten((field("calldate") >= moment,)))


@pytest.mark.parametrize("zone", FIXED.values(), ids=FIXED)
@given(wall=st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1)))
def test_a_fixed_zone_keeps_its_offset(zone: tzinfo, wall: datetime) -> None:
    offset = wall.replace(tzinfo=zone).utcoffset()
    assert offset is not None
    assert wall.replace(tzinfo=known(zone)) == (wall - offset).replace(tzinfo=UTC)


@pytest.mark.parametrize("zone", [*ZONES.values(), *FIXED.values()], ids=[*ZONES, *(f"fixed {name}" for name in FIXED)])
async def test_a_client_takes_every_zone(zone: tzinfo, face: Any) -> None:
    client = face("token", tz=zone)
    try:
        assert client.cdrs.list().tz.utcoffset(SUMMER) == known(zone).utcoffset(SUMMER)
    finally:
        await settle(client.close())


@pytest.mark.parametrize("zone", [Silent(), Crooked(), NOTHING, "Europe/Warsaw", None, 2, timedelta(hours=1)])
def test_what_tells_no_moments_is_no_zone(zone: Any) -> None:
    for taker in (known, CallStats, lambda tz: VoipStudio("token", tz=tz), lambda tz: AsyncVoipStudio("token", tz=tz)):
        with pytest.raises(ConfigurationError, match="tz"):
            taker(zone)


def test_a_name_is_answered_with_what_to_write() -> None:
    with pytest.raises(ConfigurationError, match=r"write zoneinfo\.ZoneInfo\('Europe/Warsaw'\)"):
        known("Europe/Warsaw")


def test_a_system_without_zones_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voipstudio_async.entities.zones.ZoneInfo", {}.__getitem__)
    with pytest.raises(ConfigurationError, match="pip install tzdata"):
        known(pytz.timezone("Europe/Warsaw"))


# --- moments that are arguments ------------------------------------------------------------------------------


def test_a_zone_of_pytz_that_was_put_to_a_clock_means_that_clock() -> None:
    warsaw = pytz.timezone("Europe/Warsaw")
    slipped = datetime(2026, 3, 1, tzinfo=warsaw)  # 01:24 by itself

    assert (
        aware(slipped, UTC)
        == aware(warsaw.localize(datetime(2026, 3, 1)), UTC)
        == datetime(2026, 2, 28, 23, tzinfo=UTC)
    )
    for is_summer, hour in ((True, 0), (False, 1)):
        twice = warsaw.localize(datetime(2026, 10, 25, 2, 30), is_dst=is_summer)
        assert aware(twice, UTC).astimezone(UTC) == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)


def test_a_moment_whose_zone_is_silent_is_on_the_clients_clock() -> None:
    assert aware(datetime(2026, 1, 1, tzinfo=Silent()), WARSAW) == datetime(2026, 1, 1, tzinfo=WARSAW)
    with pytest.raises(ConfigurationError, match="does not tell its offset"):
        aware(datetime(2026, 1, 1, tzinfo=NOTHING), WARSAW)


ends = st.sampled_from([datetime.min, datetime.max, datetime.max.replace(microsecond=0), datetime(1, 1, 1, 12)])
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
zones = offsets | st.sampled_from(["Europe/Warsaw", "America/Lima", "Asia/Tokyo", "Pacific/Kiritimati"]).map(ZoneInfo)


@given(wall=ends, own=zones | st.none(), tz=zones, operator=st.sampled_from(["gte", "lt", "gt", "lte", "eq"]))
def test_the_first_and_the_last_moments_are_sent_or_refused(
    wall: datetime, own: tzinfo | None, tz: tzinfo, operator: str
) -> None:
    condition = field("calldate").op(operator, wall.replace(tzinfo=own))
    try:
        codec(tz).filter_text(flatten((condition,)))
    except ConfigurationError as error:
        if not ("outside of the years" in str(error) and own) and not ("rounded up" in str(error) and wall.microsecond):
            raise


@given(text=st.sampled_from(["0001-01-01 00:00:00", "9999-12-31 23:59:59"]), tz=zones, other=zones)
def test_the_first_and_the_last_moments_can_be_rows(text: str, tz: tzinfo, other: tzinfo) -> None:
    from voipstudio_async.cli.records import record

    for form in (text, text.replace(" ", "T") + "Z", text + "+14:00", text + "-14:00"):
        for _ in range(3):
            body = f'{{"data": [{{"id": 1, "calldate": "{form}"}}], "total": 1}}'
            (row,) = codec(tz).rows(Cdr, body.encode()).items
            assert row.to_dict()["calldate"] == form
            assert record(row, other)["id"] == 1
            CallStats(other).add(row)


@given(start=ends, end=ends, own=zones | st.none(), tz=zones, days=st.integers(1, 10**6))
def test_a_range_may_begin_and_end_with_the_calendar(
    start: datetime, end: datetime, own: tzinfo | None, tz: tzinfo, days: int
) -> None:
    try:
        cuts = cut(start.replace(tzinfo=own), end.replace(tzinfo=own), timedelta(days=days), tz)
    except ConfigurationError:
        return
    slices = list(islice(cuts.slices(), 100))
    assert slices[0][1] == cuts.low
    assert cuts.count > 100 or slices[-1][2] == cuts.high
    assert all(one[2] == other[1] for one, other in pairwise(slices))


# --- days that begin late, and hours that come twice ---------------------------------------------------------


def utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


@pytest.mark.parametrize(("name", "day"), LATE_DAYS)
@pytest.mark.parametrize("library", [ZoneInfo, dateutil.gettz, pytz.timezone], ids=["zoneinfo", "dateutil", "pytz"])
def test_a_day_without_a_midnight_begins_where_the_day_before_ends(name: str, day: date, library: Any) -> None:
    tz = known(library(name))

    begin = first_moment(day, tz)

    assert is_skipped(datetime.combine(day, datetime.min.time()), tz)
    assert begin == next_day(day - timedelta(days=1), tz)
    assert (utc(begin) - timedelta(seconds=1)).astimezone(tz).date() < day
    assert utc(begin).astimezone(tz).date() >= day
    assert last_day(begin, tz) == (utc(begin) - timedelta(seconds=1)).astimezone(tz).date()


@given(
    name=st.sampled_from([name for name, _ in LATE_DAYS] + ["Europe/Warsaw", "UTC"]),
    day=st.dates(date(1950, 1, 1), date(2036, 1, 1)),
)
def test_days_follow_one_another(name: str, day: date) -> None:
    tz = ZoneInfo(name)
    begin, end = first_moment(day, tz), next_day(day, tz)

    assert utc(begin) <= utc(end)
    assert (utc(begin) - timedelta(seconds=1)).astimezone(tz).date() != day
    assert timedelta(0) <= utc(end) - utc(begin) <= timedelta(hours=26)


@pytest.mark.parametrize(("name", "day"), LATE_DAYS)
def test_a_day_without_a_midnight_can_be_walked(name: str, day: date) -> None:
    cuts = list(cut(day - timedelta(days=1), day + timedelta(days=2), timedelta(days=1), ZoneInfo(name)).slices())

    assert cuts[0][1] == f"{day - timedelta(days=1)} 00:00:00"
    assert cuts[-1][2] == f"{day + timedelta(days=2)} 00:00:00"
    assert cut(day, day + timedelta(days=1), timedelta(hours=5), ZoneInfo(name)).low == f"{day} 00:00:00"


@pytest.mark.parametrize(("name", "day"), LATE_DAYS[:4])
def test_a_day_without_a_midnight_can_be_reported(name: str, day: date) -> None:
    tz = ZoneInfo(name)
    with (
        Sandbox(users=1, calls=20, seed=3) as sandbox,
        VoipStudio(sandbox.token, base_url=sandbox.url, tz=tz) as client,
    ):
        report = call_report(client, start=day, end=day, tz=tz)

    assert list(report.days) == [day]
    assert report.fetch is not None
    assert not report.fetch.failures


def test_the_beginning_of_an_hour_that_comes_twice_is_clear_and_its_middle_is_not() -> None:
    havana = ZoneInfo("America/Havana")
    begin = datetime(2026, 11, 1, tzinfo=havana)

    assert cut(begin, datetime(2026, 11, 2), timedelta(days=1), havana).low == "2026-11-01 00:00:00"
    assert cut(date(2026, 11, 1), date(2026, 11, 2), timedelta(days=1), havana).count == 2
    for unclear in (begin.replace(fold=1), begin.replace(minute=30)):
        assert is_repeated(unclear, havana)
        with pytest.raises(ConfigurationError, match="clocks of America/Havana"):
            cut(unclear, datetime(2026, 11, 2), timedelta(days=1), havana)


@given(step=st.integers(60, 7000), minutes=st.integers(0, 300))
def test_slices_through_an_hour_that_comes_twice_leave_no_gap(step: int, minutes: int) -> None:
    start = datetime(2026, 10, 24, 21, tzinfo=UTC) - timedelta(minutes=minutes)
    cuts = cut(start, datetime(2026, 10, 25, 12, tzinfo=UTC), timedelta(seconds=step), WARSAW)
    slices = list(cuts.slices())

    assert (slices[0][1], slices[-1][2]) == (cuts.low, cuts.high)
    assert all(low < high for _, low, high in slices)
    assert all(one[2] == other[1] for one, other in pairwise(slices))
    for index, low, high in slices:
        assert next(cuts.slices(index)) == (index, low, high)


# --- a long range --------------------------------------------------------------------------------------------


async def test_a_range_of_ten_thousand_years_begins_at_once(face: Any, recorder: Recorder) -> None:
    for tz in (UTC, WARSAW, ZoneInfo("America/Lima")):
        client = face("token", base_url=recorder.url, tz=tz)
        try:
            pages = client.cdrs.walk(date.min, date.max, slice=timedelta(seconds=1), concurrency=1)
            walk = pages.pages()
            assert pages.report.requests == 0
            await settle(walk.aclose() if hasattr(walk, "aclose") else walk.close())
            assert await settle(pages.count()) == 0
        finally:
            await settle(client.close())
    assert "0001-01-01+00:00:00" in recorder.last.target.replace("%3A", ":").replace("%20", "+")
    assert "9999-12-31+00:00:00" in recorder.last.target.replace("%3A", ":").replace("%20", "+")


async def test_the_whole_calendar_can_be_walked(face: Any, recorder: Recorder) -> None:
    client = face("token", base_url=recorder.url, tz=WARSAW)
    try:
        pages = client.cdrs.walk(date.min, date.max, slice=timedelta(days=365_000), concurrency=2)
        assert await every(pages) == []
        assert pages.report.complete
    finally:
        await settle(client.close())
    assert len(recorder.requests) == 11
