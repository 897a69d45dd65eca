"""Call reports and exports, on top of the public client only. Every function takes either face.

::

    report = await call_report(client, start=date(2026, 3, 1), end=date(2026, 3, 31), tz=ZoneInfo("Europe/London"))
    Path("report.html").write_text(report.to_html(), "utf-8")

    await export(client.cdrs.list(), "calls.parquet")

With an `AsyncVoipStudio`, or a pager of one, a function is awaited; with a `VoipStudio` it waits.

* `call_report` fetches all users and their call records, and sums them up as they come: a `CallReport`. Its `fetch`
  says what could not be fetched. `to_dict` gives plain data, `to_html` a page of HTML. `CallStats` is the accumulator.
* `export` writes any listing to a file (CSV, NDJSON, Parquet, Arrow), and goes on after an interruption.
* `to_arrow`, `to_pandas` and `to_polars` fetch any listing into a table.

The libraries behind some of them are extras: ``report`` (HTML), ``arrow`` (Parquet too), ``pandas``, ``polars``.
"""

from ..exports import Exported, Format, export, to_arrow, to_pandas, to_polars
from .fetch import GroupBy, Progress, call_report
from .figures import Figures, Peak
from .html import render_html
from .periods import by_period, month_of, week_of
from .report import CallReport
from .stats import CallStats, TeamStats, destination_of, is_answered, is_missed, name_of, outcome_of
from .teams import NO_TEAM, team_of, teams_of
from .values import Failure, Fetch, UserFigures

__all__ = (
    "NO_TEAM",
    "CallReport",
    "CallStats",
    "Exported",
    "Failure",
    "Fetch",
    "Figures",
    "Format",
    "GroupBy",
    "Peak",
    "Progress",
    "TeamStats",
    "UserFigures",
    "by_period",
    "call_report",
    "destination_of",
    "export",
    "is_answered",
    "is_missed",
    "month_of",
    "name_of",
    "outcome_of",
    "render_html",
    "team_of",
    "teams_of",
    "to_arrow",
    "to_pandas",
    "to_polars",
    "week_of",
)
