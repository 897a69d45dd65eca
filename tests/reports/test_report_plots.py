"""What is drawn on the page of a report, for many days and for few, for many calls and for one."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from voipstudio_async import Cdr, User
from voipstudio_async.reports import CallReport, CallStats
from voipstudio_async.reports.plots import classes, plots

pytest.importorskip("matplotlib", reason="needs the extra 'report' (matplotlib)")


def report_of(*moments: datetime, names: tuple[str, ...] = ("Ada",), **span: datetime) -> CallReport:
    """Report on a missed call of the first user at each of some moments."""
    stats = CallStats()
    for number, moment in enumerate(moments, 1):
        stats.add(Cdr(id=number, user_id=1, type="M", calldate=moment))
    return stats.report([User(id=id, first_name=name) for id, name in enumerate(names, 1)], **span)


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def every_day(first: date, count: int) -> list[datetime]:
    return [at(first + timedelta(days=number)) for number in range(count)]


def words(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_one_day_is_drawn_by_the_hour() -> None:
    day = date(2026, 3, 2)
    report = report_of(at(day, 9), at(day, 9), at(day, 14), start=at(day, 0), end=at(date(2026, 3, 3), 0))
    drawn = plots(report)
    assert set(drawn) == {"hours", "outcomes", "destinations", "users"}
    assert {"00", "09", "14", "23"} <= set(words(drawn["hours"]["wide"]))
    text = report.to_html()
    assert "<h2>Calls per hour</h2>" in text
    assert "The busiest began at 09:00 with 2." in text
    assert "Hours of the week" not in text


def test_each_of_a_few_days_has_its_date() -> None:
    told = words(plots(report_of(*every_day(date(2025, 12, 30), 4)))["days"]["wide"])
    for label in ("30 Dec", "31 Dec", "1 Jan", "2 Jan", "2025", "2026"):
        assert told.count(label) == 1
    assert not any(":" in label for label in told)


@pytest.mark.parametrize(
    ("count", "labels"),
    [(30, {"1 Mar", "2026"}), (200, {"Mar", "Jul", "2026"}), (500, {"Mar", "2026", "2027"}), (4000, {"2028", "2036"})],
)
def test_many_days_are_named_with_their_year(count: int, labels: set[str]) -> None:
    drawn = plots(report_of(*every_day(date(2026, 3, 1), count)))["days"]
    assert labels <= set(words(drawn["wide"]))
    assert "2026" in words(drawn["narrow"]) or count == 4000


@pytest.mark.parametrize("count", [1, 3])
def test_few_calls_are_counted_in_whole_numbers(count: int) -> None:
    drawn = plots(report_of(*[at(date(2026, 3, 2))] * count, at(date(2026, 3, 5))))
    numbers = [label for label in words(drawn["days"]["wide"]) if re.fullmatch(r"-?[0-9.]+", label)]
    assert {"0", "1", "2", "3", "4"} <= set(numbers)
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("most", [1, 2, 7, 24, 25, 100, 12345])
def test_an_hour_without_calls_has_a_class_of_its_own(most: int) -> None:
    bounds = classes(most)
    assert bounds[:2] == [0, 1]
    assert bounds[-1] == most + 1
    assert bounds == sorted(set(bounds))
    assert len(bounds) - 2 == min(most, 24)


def test_the_scale_of_the_hours_is_in_whole_numbers() -> None:
    drawn = plots(report_of(*[at(date(2026, 3, 2))] * 3, at(date(2026, 3, 5))))
    scale = words(drawn["week"]["wide"])[-5:]
    assert scale[:4] == ["0", "1", "2", "3"]


def test_calls_without_a_date_are_drawn_without_days() -> None:
    stats = CallStats()
    stats.add(Cdr(id=1, user_id=1))
    report = stats.report(start=at(date(2026, 3, 2)), end=at(date(2026, 3, 5)))
    assert set(plots(report)) == {"outcomes", "destinations", "users"}
    assert "The calls have no dates." in report.to_html()


def test_only_users_with_calls_are_drawn() -> None:
    report = report_of(at(date(2026, 3, 2)), names=("Ada", "Tom", *(f"Person {number}" for number in range(10))))
    assert "Tom" not in words(plots(report)["users"]["wide"])
    text = report.to_html()
    assert "Calls of each user who has any, 1 of 12" in text
    assert "busiest of" not in text


def test_namesakes_are_told_apart() -> None:
    long = "Maximiliane von und zu der Tannen-Rathsamhausen"
    for name in ("Ada", long):
        report = report_of(at(date(2026, 3, 2)), names=(name, name, "Tom"))
        assert report.labels == (f"{name} 1", f"{name} 2", "Tom")
        assert any(label.endswith(" 1") for label in words(plots(report)["users"]["narrow"]))
        assert f">{name} 2<" in report.to_html()


def test_a_user_who_is_called_unknown_is_not_the_unknown_one() -> None:
    stats = CallStats()
    stats.add(Cdr(id=1, user_id=7))
    report = stats.report([User(id=1, first_name="unknown")])
    assert report.labels == ("unknown 1", "unknown")


@pytest.mark.parametrize(
    ("span", "said"),
    [
        ({"start": datetime(2026, 10, 1, tzinfo=UTC)}, "from 1 October 2026 on"),
        ({"end": datetime(2026, 10, 1, tzinfo=UTC)}, "until 30 September 2026"),
        (
            {"start": datetime(2026, 10, 1, tzinfo=UTC), "end": datetime(2026, 10, 3, tzinfo=UTC)},
            "1 October 2026 to 2 October 2026",
        ),
    ],
)
def test_a_range_without_calls_says_so(span: dict[str, datetime], said: str) -> None:
    text = report_of(names=("Ada", "Tom"), **span).to_html()
    assert f">{said} · days and hours in UTC<" in text
    assert ">No calls<" in text
    assert ">Tom<" in text
    assert "busiest" not in text


def test_a_report_is_short_to_look_at() -> None:
    report = report_of(*every_day(date(2026, 3, 2), 400), names=tuple(f"Person {number}" for number in range(300)))
    assert repr(report) == "CallReport(2026-03-02 to 2027-04-05, UTC: 400 calls, 300 users)"
    assert repr(CallReport(tz="UTC")) == "CallReport(UTC: 0 calls, 0 users)"
