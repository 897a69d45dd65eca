"""The plots of a report, drawn by matplotlib as inline SVG: each once for a wide page and paper, once for a phone.

The colours are those of Okabe and Ito, and viridis, which colour-blind readers can tell apart.
"""

from __future__ import annotations

import io
import re
import threading
import unicodedata
import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from .extras import needed
from .figures import Figures

if TYPE_CHECKING:
    from .report import CallReport

ANSWERED, MISSED, OTHER, PLAIN = "#0072B2", "#D55E00", "#BBBBBB", "#56B4E9"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_TOP = 10
_LONGEST_NAME = 28
_LEVELS = 10
_INK = "#333333"
_STYLE = {
    "svg.fonttype": "none",  # text stays text: it is small, can be searched, and is read out
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.edgecolor": "#CCCCCC",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#E4E4E4",
    "legend.frameon": False,
}
_drawing = threading.Lock()
"""Styles and warnings are settings of the whole process."""

Draw = Callable[[Any, Any, "CallReport", bool], None]


def plots(report: CallReport) -> dict[str, dict[str, str]]:
    """Draw all plots: name to ``wide`` and ``narrow``, each an ``<svg>`` element."""
    return {
        name: {width: _svg(draw, report, f"{name}-{width}", size) for width, size in _sizes(name, report).items()}
        for name, draw in _PLOTS.items()
    }


def _sizes(name: str, report: CallReport) -> dict[str, tuple[float, float]]:
    """Give width and height in inches."""
    if name == "days":
        return {"wide": (9.6, 2.9), "narrow": (4.2, 2.7)}
    if name == "week":
        return {"wide": (9.6, 3.1), "narrow": (4.2, 5.6)}
    bars = {"outcomes": len(report.outcomes), "destinations": len(report.destinations), "users": len(report.users)}
    height = 0.75 + 0.29 * max(1, min(_TOP, bars[name]))
    return {"wide": (9.6 if name == "users" else 4.7, height), "narrow": (4.2, height)}


def _svg(draw: Draw, report: CallReport, name: str, size: tuple[float, float]) -> str:
    matplotlib = needed("matplotlib", "report")
    figures = needed("matplotlib.figure", "report")
    text = io.StringIO()
    with _drawing, matplotlib.rc_context(_STYLE | {"svg.hashsalt": name}), warnings.catch_warnings():
        # A name may hold letters that the measuring font lacks; the browser's font draws it.
        warnings.simplefilter("ignore")
        figure = figures.Figure(figsize=size, layout="constrained")
        draw(figure, figure.add_subplot(), report, name.endswith("narrow"))
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    return _inline(text.getvalue(), name)


def _inline(document: str, name: str) -> str:
    """Turn an SVG document into an element of a page: ids of its own, no namespaces, no styles for others."""
    svg = document[document.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' xmlns(:xlink)?="[^"]*"| width="[^"]*pt" height="[^"]*pt"| version="[^"]*"', "", svg)
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", svg)
    # The figure around it has the words; what is drawn would be read out as loose numbers.
    return svg.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)


# --- the plots -----------------------------------------------------------------------------------------------


def _stacks(figures: Sequence[Figures]) -> list[tuple[str, str, list[int]]]:
    return [
        ("answered", ANSWERED, [each.answered for each in figures]),
        ("missed", MISSED, [each.missed for each in figures]),
        ("other", OTHER, [each.calls - each.answered - each.missed for each in figures]),
    ]


def _draw_days(figure: Any, axes: Any, report: CallReport, narrow: bool) -> None:
    dates = needed("matplotlib.dates", "report")
    days = list(report.days) or [date(2000, 1, 1)]
    edges = dates.date2num([*days, days[-1] + timedelta(days=1)])
    base = [0] * len(days)
    for label, colour, counts in _stacks(list(report.days.values()) or [Figures()]):
        top = [low + count for low, count in zip(base, counts, strict=True)]
        axes.stairs(top, edges, baseline=base, fill=True, color=colour, label=label, linewidth=0)
        base = top
    locator = dates.AutoDateLocator(minticks=2, maxticks=5 if narrow else 10)
    axes.xaxis_date()
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
    axes.set_xlim(edges[0], edges[-1])
    _finish_counts(axes, axes.yaxis)
    figure.legend(loc="outside upper left", ncols=3, handlelength=1, columnspacing=1.2)


def _draw_week(figure: Any, axes: Any, report: CallReport, narrow: bool) -> None:
    matplotlib = needed("matplotlib", "report")
    colors = needed("matplotlib.colors", "report")
    counts = [[hour.calls for hour in day] for day in report.week]
    most = max(1, *(max(day) for day in counts))
    step = _round_step(most)
    bounds = [step * number for number in range(max(2, -(-most // step) + 1))]
    norm = colors.BoundaryNorm(bounds, 256, clip=True)
    rows = [list(column) for column in zip(*counts, strict=True)] if narrow else counts
    mesh = axes.pcolormesh(rows, cmap=matplotlib.colormaps["viridis"], norm=norm, edgecolors="white", linewidth=0.8)
    hours = [f"{hour:02d}" for hour in range(24)]
    (days, clock) = (axes.xaxis, axes.yaxis) if narrow else (axes.yaxis, axes.xaxis)
    days.set_ticks([place + 0.5 for place in range(7)], DAYS)
    clock.set_ticks(list(range(0, 24, 1 if narrow else 2)), hours[:: 1 if narrow else 2])
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    if narrow:
        axes.xaxis.tick_top()
    bar = figure.colorbar(mesh, ax=axes, label="calls in that hour", pad=0.015, fraction=0.06, spacing="uniform")
    bar.ax.tick_params(length=0)
    bar.outline.set_visible(False)


def _round_step(most: int) -> int:
    """Give the least of 1, 2, 5, 10, 20, 50... of which ten steps reach `most`."""
    step = 1
    while step * _LEVELS < most:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return step


def _draw_outcomes(_: Any, axes: Any, report: CallReport, __: bool) -> None:
    colours = {"answered": ANSWERED, "missed": MISSED}
    shown = _top(report.outcomes)
    _bars(axes, shown, [colours.get(name, OTHER) for name in shown], report.total.calls)


def _draw_destinations(_: Any, axes: Any, report: CallReport, __: bool) -> None:
    shown = _top(report.destinations)
    _bars(axes, shown, [PLAIN] * len(shown), report.total.calls)


def _draw_users(figure: Any, axes: Any, report: CallReport, __: bool) -> None:
    shown = report.users[:_TOP]
    left = [0] * len(shown)
    for label, colour, counts in _stacks([user.figures for user in shown]):
        axes.barh(range(len(shown)), counts, left=left, color=colour, label=label, height=0.72)
        left = [low + count for low, count in zip(left, counts, strict=True)]
    _name_bars(axes, [user.name for user in shown])
    _finish_counts(axes, axes.xaxis)
    if shown:
        figure.legend(loc="outside upper left", ncols=3, handlelength=1, columnspacing=1.2)


_PLOTS: dict[str, Draw] = {
    "days": _draw_days,
    "week": _draw_week,
    "outcomes": _draw_outcomes,
    "users": _draw_users,
    "destinations": _draw_destinations,
}


def _top(groups: Mapping[str, Figures]) -> dict[str, Figures]:
    return dict(list(groups.items())[:_TOP])


def _bars(axes: Any, shown: Mapping[str, Figures], colours: list[str], total: int) -> None:
    counts = [figures.calls for figures in shown.values()]
    bars = axes.barh(range(len(shown)), counts, color=colours, height=0.72)
    labels = [f"{count:,} ({count / total:.0%})" for count in counts]
    axes.bar_label(bars, labels, padding=4)
    axes.margins(x=0.28)
    _name_bars(axes, list(shown))
    axes.xaxis.set_visible(False)
    axes.spines[:].set_visible(False)


def _name_bars(axes: Any, names: Sequence[str]) -> None:
    # A dollar sign in a name is no mathematics.
    axes.set_yticks(range(len(names)), labels=[shortened(name) for name in names], parse_math=False)
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    axes.spines["left"].set_visible(False)


def _finish_counts(axes: Any, axis: Any) -> None:
    ticker = needed("matplotlib.ticker", "report")
    axis.set_major_locator(ticker.MaxNLocator(nbins=6, integer=True))
    axis.set_major_formatter(ticker.StrMethodFormatter("{x:,.0f}"))
    axes.grid(axis=axis.axis_name)
    axes.spines["left"].set_visible(False)


def shortened(name: str) -> str:
    """Cut a name so that it fits beside a bar, and drop what cannot stand in XML."""
    clean = "".join(" " if unicodedata.category(char) in ("Cc", "Cs", "Cn") else char for char in name).strip()
    return clean if len(clean) <= _LONGEST_NAME else f"{clean[: _LONGEST_NAME - 1]}…"
