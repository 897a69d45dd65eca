"""The Reports module: reports that the vendor makes and mails by itself.

Source: the vendor's page "Reports". Dates are written as days and read as date-times.
"""

from datetime import date, datetime
from typing import Any

import attrs

from ..unset import UNSET, Unset
from .base import Code, Entity


@attrs.frozen(kw_only=True, repr=False)
class ReportSchedule(Entity):
    """A report that is mailed again and again."""

    id: int
    """Its id."""
    report_id: int | None = None
    """Which report is made."""
    name: str | None = None
    """What it is called."""
    description: str | None = None
    """What it says about itself."""
    emails: tuple[str, ...] | str | None = None
    """Who receives it."""
    format: Code | None = None
    """The type of the file."""
    culture: Code | None = None
    """The language of the report."""
    status: Code | None = None
    """Whether it is sent at present; the values are not documented."""
    frequency: Any = attrs.field(default=None, hash=False)
    """When it is made: an object with ``type``, ``time_of_day``, ``day_of_week`` and ``day_of_month``."""
    timezone: str | None = None
    """The zone of its days."""
    tz: str | None = None
    """The zone of its days, by its number at the vendor."""
    start_at: datetime | None = None
    """The first day."""
    end_at: datetime | None = None
    """The last day."""
    created_at: datetime | None = None
    """When it was made."""
    last_run_at: datetime | None = None
    """When it was last made; None if never."""
    next_run_at: datetime | None = None
    """When it will be made next."""


@attrs.frozen(kw_only=True)
class ReportFrequency:
    """When a report is made."""

    type: str
    """How often: ``W`` is weekly; the other letters are not documented."""
    time_of_day: tuple[int, ...] | Unset = UNSET
    """Hours."""
    day_of_week: tuple[int, ...] | Unset = UNSET
    """Days of the week, by their numbers; which day is 0 is not documented."""
    day_of_month: tuple[int, ...] | Unset = UNSET
    """Days of the month, from 1."""


@attrs.frozen(kw_only=True)
class ReportScheduleDraft:
    """What a scheduled report is made of."""

    report_id: int
    name: str
    emails: tuple[str, ...]
    """Who receives it."""
    format: str | Unset = UNSET
    description: str | Unset = UNSET
    culture: str | Unset = UNSET
    frequency: ReportFrequency | Unset = UNSET
    start_at: date | Unset = UNSET
    """The first day."""
    end_at: date | Unset = UNSET
    """The last day."""
    status: str | Unset = UNSET
    timezone: str | Unset = UNSET
    tz: str | Unset = UNSET
