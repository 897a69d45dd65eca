"""Time zones: by one rule, a wall clock in a zone is a moment, for every kind of `tzinfo` that people use.

Python lets a zone be anything that is derived from `tzinfo`, and puts it to a date-time unasked. For pytz that is wrong
(its zones begin as the local mean time of the nineteenth century; they want `localize`), so its zones are replaced by
those of `zoneinfo`. Others are tried on a few moments when they are given, and refused when they do not tell them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from ..errors import ConfigurationError
from .arguments import plain, told

_PROBES = tuple(datetime(year, month, 15, 12, tzinfo=UTC) for year in (1985, 2005, 2025) for month in (1, 7))
_REACH = timedelta(hours=50)
"""No clock was ever moved so far; a whole day was left out in Samoa."""
_SECOND = timedelta(seconds=1)
NO_DATABASE = "this system has no database of time zones; install one: pip install tzdata"


def known(tz: Any, name: str = "tz") -> tzinfo:
    """Return a zone that tells right moments when it is put to a wall clock, or refuse what does not.

    :raises ConfigurationError: it is no zone, or one that does not say its offset; `name` is the argument's
    """
    if type(tz) is timezone or type(tz) is ZoneInfo:
        return tz
    if isinstance(tz, str):
        raise ConfigurationError(f"{name} must be a tzinfo, got str: write zoneinfo.ZoneInfo({told(tz)})")
    if not isinstance(tz, tzinfo):
        raise ConfigurationError(f"{name} must be a tzinfo, like zoneinfo.ZoneInfo('Europe/Warsaw'), got {told(tz)}")
    if hasattr(tz, "localize"):
        return _of_pytz(tz)
    for moment in _PROBES:
        if not _tells(tz, moment):
            raise ConfigurationError(
                f"{name}: {told(tz)} does not tell which moments its clock means (its utcoffset(), dst() and fromutc()"
                " have to agree); use zoneinfo.ZoneInfo or datetime.timezone"
            )
    return tz


def _of_pytz(tz: Any) -> tzinfo:
    key = getattr(tz, "zone", None)
    if key is None:
        return timezone(tz.utcoffset(None))
    try:
        return UTC if key == "UTC" else ZoneInfo(key)
    except (LookupError, ValueError, OSError):
        raise ConfigurationError(f"zoneinfo does not know the zone {key} of pytz; {NO_DATABASE}") from None


def _tells(tz: tzinfo, moment: datetime) -> bool:
    try:
        # Of pytz and its like, the zone that is put to a moment is not the one that was asked for.
        wall = moment.astimezone(tz).replace(tzinfo=tz)
        offset = wall.utcoffset()
    except Exception:
        return False
    return offset is not None and wall.replace(tzinfo=UTC) - offset == moment


def aware(value: datetime, tz: tzinfo) -> datetime:
    """Return a date-time with a zone by which it is the right moment; without one it is on the clock of `tz`."""
    value = plain(value)
    if value.tzinfo is None:
        return value.replace(tzinfo=tz)
    try:
        offset = value.utcoffset()
    except Exception:
        raise ConfigurationError(f"the zone of {told(value)} does not tell its offset") from None
    if offset is None:
        return value.replace(tzinfo=tz)
    return _on_the_clock(value, offset) if hasattr(value.tzinfo, "localize") else value


def _on_the_clock(value: datetime, offset: timedelta) -> datetime:
    zone = known(value.tzinfo)
    folds = (value.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    # No fold has it where the zone of pytz was put to the clock without localize().
    return next((each for each in folds if each.utcoffset() == offset), value.replace(tzinfo=zone, fold=0))


def wall_clock(value: datetime, tz: tzinfo) -> datetime:
    """Return what the clock of a zone shows at a moment, without the zone.

    :raises ConfigurationError: it shows a year that Python does not have
    """
    try:
        return aware(value, tz).astimezone(tz).replace(tzinfo=None)
    except OverflowError:
        raise ConfigurationError(f"{value} is outside of the years 1 to 9999 in the zone {zone_name(tz)}") from None


def seen_in(value: datetime, tz: tzinfo) -> datetime:
    """Return the same moment on the clock of a zone, or as it is where that clock shows a year that Python lacks."""
    try:
        return value.astimezone(tz)
    except OverflowError:
        return value


def first_moment(day: date, tz: tzinfo) -> datetime:
    """Return the first moment of a day: also where its midnight is left out, or comes twice."""
    midnight = datetime.combine(day, time(), tz)
    return _behind_the_gap(midnight, tz) if is_skipped(midnight, tz) else midnight


def next_day(day: date, tz: tzinfo) -> datetime:
    """Return the first moment that is not of a day any more; the last there is, for the last of all days."""
    return first_moment(day + timedelta(days=1), tz) if day < date.max else datetime.max.replace(tzinfo=tz)


def last_day(end: datetime, tz: tzinfo) -> date:
    """Return the day of a zone that the last moment before `end` is in."""
    try:
        return (end.astimezone(UTC) - timedelta.resolution).astimezone(tz).date()
    except OverflowError:
        return seen_in(end, tz).date()


def is_skipped(wall: datetime, tz: tzinfo) -> bool:
    """Tell whether the clock of a zone never shows this: it is put forward over it."""
    try:
        shown = wall.replace(tzinfo=tz, fold=0).astimezone(UTC).astimezone(tz)
    except OverflowError:
        return False
    return shown.replace(tzinfo=None, fold=0) != wall.replace(tzinfo=None, fold=0)


def is_repeated(wall: datetime, tz: tzinfo) -> bool:
    """Tell whether the clock of a zone shows this twice, and it does not begin what is shown twice."""
    if not _is_ambiguous(wall, tz):
        return False
    return wall.fold == 1 or _is_ambiguous(wall.replace(fold=0) - timedelta.resolution, tz)


def _is_ambiguous(wall: datetime, tz: tzinfo) -> bool:
    first, second = (wall.replace(tzinfo=tz, fold=fold).utcoffset() for fold in (0, 1))
    return first != second and not is_skipped(wall, tz)


def _behind_the_gap(wall: datetime, tz: tzinfo) -> datetime:
    # By bisection: `zoneinfo` and dateutil put another offset to what does not exist, and neither lists its changes.
    bare = wall.replace(tzinfo=None)
    low, high = bare.replace(tzinfo=UTC) - _REACH, bare.replace(tzinfo=UTC) + _REACH
    while high - low > _SECOND:
        middle = low + (high - low) // _SECOND // 2 * _SECOND
        if middle.astimezone(tz).replace(tzinfo=None) < bare:
            low = middle
        else:
            high = middle
    return high.astimezone(tz)


def zone_text(tz: tzinfo) -> str:
    """Write a zone as a text that `zone_called` reads: ``Europe/London``, ``UTC``, ``+02:00``.

    :raises ConfigurationError: it has no name that another process knows
    """
    if tz is UTC:
        return "UTC"
    if isinstance(tz, timezone):
        return datetime(2000, 1, 1, tzinfo=tz).isoformat()[19:]
    if key := getattr(tz, "key", None):
        return str(key)
    raise ConfigurationError(f"a zone with a name is needed, like tz=ZoneInfo('Europe/London'), got {told(tz)}")


def zone_called(text: str) -> tzinfo:
    """Return the zone that `zone_text` wrote."""
    try:
        if text[:1] in ("+", "-"):
            return datetime.fromisoformat(f"2000-01-01T00:00:00{text}").tzinfo or UTC
        return UTC if text == "UTC" else ZoneInfo(text)
    except (LookupError, ValueError, OSError):
        raise ConfigurationError(f"there is no zone {told(text)} here; {NO_DATABASE}") from None


def zone_name(tz: tzinfo) -> str:
    """Name a zone: ``Europe/London``, ``UTC``, ``UTC+02:00``."""
    return str(getattr(tz, "key", None) or tz)
