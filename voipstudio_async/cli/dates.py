"""Dates on the command line: what a day, a moment and a zone are when a person writes them."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo

from ..entities.zones import NO_DATABASE, first_moment, next_day
from ..errors import ConfigurationError
from . import periods
from .names import hint

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:?[0-9]{2})?", re.ASCII
)
_EARLIEST, _LATEST = 1900, 9000
"""Years that a period may be in: four digits may be anything else. A day that is written out may be in any."""


def zone(name: str) -> tzinfo:
    """Return a time zone by its name, ``Europe/Warsaw``."""
    if name.upper() == "UTC":
        return UTC
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        names = zoneinfo.available_timezones()
        if not names:
            raise ConfigurationError(f"--tz: {NO_DATABASE}") from None
        near = hint(name, names)
        raise ConfigurationError(f"--tz: there is no time zone {name!r}{near}; write one like Europe/Warsaw") from None


def read(text: str) -> date | datetime | None:
    """Read a day or a moment; None when it is neither."""
    if not (_DAY.fullmatch(text) or _MOMENT.fullmatch(text)):
        return None
    read_one: Callable[[str], date] = date.fromisoformat if _DAY.fullmatch(text) else datetime.fromisoformat
    try:
        return read_one(text)
    except ValueError:
        raise ConfigurationError(f"{text!r} is not a date: the calendar does not have it") from None


def start_of(text: str, tz: tzinfo, option: str = "--from") -> datetime:
    """Read where a range begins: a moment, or the first second of a day."""
    return edge(given(text, tz, option, at_end=False), tz, at_end=False)


def end_of(text: str, tz: tzinfo, option: str = "--to") -> datetime:
    """Read where a range ends: a moment, or the last second of a day."""
    return edge(given(text, tz, option, at_end=True), tz, at_end=True)


def edge(value: date | datetime, tz: tzinfo, *, at_end: bool) -> datetime:
    """Return the moment that a day begins or ends with in a zone; a moment stays, in the zone if it names none."""
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=tz)
    if not at_end:
        return _writable(first_moment(value, tz))
    if value == date.max:
        return _writable(datetime.max.replace(microsecond=0, tzinfo=tz))  # no day comes after it
    # The day after begins one second later also where the clock is put forward at midnight.
    return (next_day(value, tz).astimezone(UTC) - timedelta(seconds=1)).astimezone(tz)


def _writable(edge: datetime) -> datetime:
    """Return the first or the last moment that there is, for one that only the clock of its own zone can show."""
    try:
        edge.astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC) if edge.year == 1 else datetime.max.replace(microsecond=0, tzinfo=UTC)
    return edge


def given(text: str, tz: tzinfo, option: str, *, at_end: bool) -> date | datetime:
    """Read a day or a moment that an option was given; of a period it is the first day, or (`at_end`) the last one."""
    try:
        found = read(text.strip()) or _day_of(text, tz, at_end)
    except ConfigurationError as error:
        raise ConfigurationError(f"{option}: {error}") from None
    if found is None:
        raise ConfigurationError(
            f"{option}: {text!r} is not a date; write 2026-03-31, '2026-03-31 17:30', 2026-03 (a month), "
            "today, yesterday, last-week, last-month or -7d (seven days ago)"
        )
    return found


def _day_of(text: str, tz: tzinfo, at_end: bool) -> date | None:
    try:
        period = periods.named(text, datetime.now(tz).date())
    except ValueError:
        raise ConfigurationError(f"{text!r} is not a date: the calendar does not have it") from None
    if period is not None and not _EARLIEST <= period[at_end].year <= _LATEST:
        raise ConfigurationError(f"{text!r} is too far away; years are from {_EARLIEST} to {_LATEST}")
    return None if period is None else period[at_end]


def check_order(since: str | None, until: str | None, tz: tzinfo) -> None:
    """Refuse a range that would end before it begins; both are told as they were given."""
    if since is not None and until is not None and start_of(since, tz) > end_of(until, tz):
        raise ConfigurationError(f"--to {until} is before --from {since}")
