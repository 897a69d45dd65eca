"""Call reports and exports, on top of the public client only. Every function takes either face.

::

    report = await call_report(client, start=date(2026, 3, 1), end=date(2026, 3, 31), tz=ZoneInfo("Europe/London"))
    Path("report.html").write_text(report.to_html(), "utf-8")

    await export(client.cdrs.list(page_size=5000), "calls.parquet")

With an `AsyncVoipStudio`, or a pager of one, a function is awaited; with a `VoipStudio` it waits.

* `call_report` fetches all users and their call records, and sums them up as they come: a `CallReport`. Its `fetch`
  says what could not be fetched. `to_dict` gives plain data, `to_html` a page of HTML. `CallStats` is the accumulator.
* `export` writes any listing to a file (CSV, NDJSON, Parquet, Arrow), and goes on after an interruption.
* `to_arrow`, `to_pandas` and `to_polars` fetch any listing into a table.

The libraries behind some of them are extras: ``report`` (HTML), ``arrow`` (Parquet too), ``pandas``, ``polars``.
"""

from ..exports import Exported, Format, export, to_arrow, to_pandas, to_polars
from .fetch import Progress, call_report
from .figures import Figures
from .html import render_html
from .report import CallReport
from .stats import CallStats, is_answered, is_missed, outcome_of
from .values import Failure, Fetch, UserFigures

__all__ = (
    "CallReport",
    "CallStats",
    "Exported",
    "Failure",
    "Fetch",
    "Figures",
    "Format",
    "Progress",
    "UserFigures",
    "call_report",
    "export",
    "is_answered",
    "is_missed",
    "outcome_of",
    "render_html",
    "to_arrow",
    "to_pandas",
    "to_polars",
)
