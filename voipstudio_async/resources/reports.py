"""The Reports module: reports that the vendor makes and mails by itself.

Source: voipstudio.com/docs/api/resources/reports.
"""

from __future__ import annotations

from .. import entities as e
from ..operations import Create, F, Listing, Resource


class ReportSchedules(Resource[F], path="reportschedules"):
    """Reports that are mailed again and again."""

    list = Listing(e.ReportSchedule, "All scheduled reports.")
    """All scheduled reports.

    Args:
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `ReportSchedule`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    create = Create(e.ReportSchedule, "Schedule a report.", body=e.ReportScheduleDraft)
    """Schedule a report.

    Args:
        report_id: which of the vendor's reports it is
        name: what it is called
        emails: who receives it
        format: the type of the file
        description: what it is called
        culture: its language
        frequency: how often it is sent
        start_at: the first day
        end_at: the last day
        status: whether it is sent at present
        timezone: the zone of its days
        tz: the zone of its days, by its number at the vendor

    Returns: the new `ReportSchedule`.

    Raises: ValidationError (400); TransportError when no usable answer comes.
    """
