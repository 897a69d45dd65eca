"""The Reports module: reports that the vendor makes and mails by itself.

Source: the vendor's page "Reports". Dates are written as days and read as date-times.
"""

from datetime import datetime
from typing import Any

import attrs

from .base import Code, Entity


@attrs.frozen(kw_only=True, repr=False)
class ReportSchedule(Entity):
    """A report that is mailed again and again."""

    id: int
    report_id: int | None = None
    """Which report is made."""
    name: str | None = None
    description: str | None = None
    emails: tuple[str, ...] | str | None = None
    """Who receives it."""
    format: Code | None = None
    culture: Code | None = None
    """The language of the report."""
    status: Code | None = None
    frequency: Any = attrs.field(default=None, hash=False)
    """When it is made: an object with ``type``, ``time_of_day``, ``day_of_week`` and ``day_of_month``."""
    timezone: str | None = None
    tz: str | None = None
    start_at: datetime | None = None
    end_at: datetime | None = None
    created_at: datetime | None = None
    last_run_at: datetime | None = None
    next_run_at: datetime | None = None
