"""The Reports module: reports that the vendor makes and mails by itself.

Source: voipstudio.com/docs/api/resources/reports.
"""

from __future__ import annotations

from .. import entities as e
from ..operations import Create, F, Listing, Resource


class ReportSchedules(Resource[F], path="reportschedules"):
    """Reports that are mailed again and again."""

    list = Listing(e.ReportSchedule, "All scheduled reports.")
    create = Create(e.ReportSchedule, "Schedule a report.", body=e.ReportScheduleDraft)
