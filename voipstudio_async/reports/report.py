"""`CallReport`: the values of a report, which can draw themselves."""

from __future__ import annotations

import attrs

from .html import render_html
from .values import ReportValues


@attrs.frozen(kw_only=True, repr=False)
class CallReport(ReportValues):
    """The figures of an account's calls. Each grouping but `users` holds every call once."""

    def to_html(self, title: str = "Call report") -> str:
        """Draw the report as one page of HTML; see `voipstudio_async.reports.render_html`."""
        return render_html(self, title)
