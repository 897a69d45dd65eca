"""`CallReport`: the values of a report, which can draw themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from ..entities.notebook import MOST_ROWS, table
from ..extras import needed
from .html import render_html
from .values import ReportValues, UserFigures

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]  # pandas-stubs are a matter of who uses pandas

_HEADERS = ("user", "calls", "answered", "missed", "talk seconds", "charge")


@attrs.frozen(kw_only=True, repr=False)
class CallReport(ReportValues):
    """The figures of an account's calls. Each grouping but `users` holds every call once."""

    def to_html(self, title: str = "Call report") -> str:
        """Draw the report as one page of HTML; see `voipstudio_async.reports.render_html`."""
        return render_html(self, title)

    def to_text(self) -> str:
        """Return the figures of each user as lines of text, the whole account last."""
        rows = [_HEADERS, *(tuple(map(str, _line(user))) for user in self.users), tuple(map(str, self._last()))]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = (
            "  ".join(cell.rjust(width) if place else cell.ljust(width) for place, (cell, width) in enumerate(cells))
            for cells in (list(zip(row, widths, strict=True)) for row in rows)
        )
        return "\n".join((repr(self), "", *lines))

    def to_pandas(self) -> pd.DataFrame:
        """Return a DataFrame with a row for each user, and money as `Decimal`; it needs the extra ``pandas``.

        :raises ConfigurationError: pandas is not installed
        """
        frames = needed("pandas", "pandas", "to_pandas")
        made: pd.DataFrame = frames.DataFrame([user.to_dict() | {"charge": user.figures.charge} for user in self.users])
        return made

    def _repr_html_(self) -> str:
        rows = [self._last(), *map(_line, self.users[: MOST_ROWS - 1])]
        return table(repr(self), _HEADERS, rows, len(self.users) + 1)

    def _last(self) -> tuple[object, ...]:
        return _line(UserFigures(user_id=None, name="whole account", figures=self.total))


def _line(user: UserFigures) -> tuple[object, ...]:
    figures = user.figures
    return (user.name, figures.calls, figures.answered, figures.missed, figures.talk_seconds, figures.charge)
