"""The plots of a report, drawn by matplotlib as inline SVG: each once for a wide page and paper, once for a phone.

The colours are those of Okabe and Ito, which colour-blind readers can tell apart; a heat map has shades of one.
"""

from __future__ import annotations

import io
import re
import threading
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ..extras import needed
from ..texts import amount
from .figures import Figures
from .periods import by_period
from .values import ReportValues, UserFigures

ANSWERED, MISSED, OTHER, PLAIN = "#0072B2", "#D55E00", "#BBBBBB", "#56B4E9"
_HEAT, _NONE, _PAPER, _INK, _AXIS, _GRID = "#0B62A8", "#EDEFF1", "#FEFEFE", "#333333", "#CCCCCC", "#E4E4E4"
_FAINTEST = 0.12
"""How much of its colour the quietest hour with a call has; one without any has none."""
_NAMES = {
    "answered": ANSWERED,
    "missed": MISSED,
    "other": OTHER,
    "plain": PLAIN,
    "heat": _HEAT,
    "none": _NONE,
    "paper": _PAPER,
    "ink": _INK,
    "axis": _AXIS,
    "grid": _GRID,
}
"""What the page's styles call the colours: they have others of the same names where the page is dark."""
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_TOP = 10
_LONGEST_NAME = 28
_CLASSES = 24
_FEW_DAYS = 14
"""So many days are drawn as columns with their dates, more as an area."""
_MANY_DAYS = 150
"""From so many days on, five months, weeks are drawn."""
_LEAST_TOP = 4
"""Axes of counts reach this far at least: one call does not fill the plot."""
_STYLE = {
    "svg.fonttype": "none",  # text stays text: it is small, can be searched, and is read out
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.edgecolor": _AXIS,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": _GRID,
    "legend.frameon": False,
}
_VARIABLES = {colour.lower(): name for name, colour in _NAMES.items()}
_LONGEST_BAR = 1e15
_drawing = threading.Lock()
"""Styles and warnings are settings of the whole process."""

Draw = Callable[[Any, Any, "ReportValues", bool], None]


def plots(report: ReportValues) -> dict[str, dict[str, str]]:
    """Draw what there is to draw: name to ``wide`` and ``narrow``, each an ``<svg>`` element."""
    return {
        name: {
            width: _svg(_PLOTS[name], report, f"{name}-{width}", size) for width, size in _sizes(name, report).items()
        }
        for name in _chosen(report)
    }


def _chosen(report: ReportValues) -> tuple[str, ...]:
    if not report.total.calls:
        return ()
    charged = ("charges",) if report.charges else ()
    teams = ("teams",) if report.teams else ()
    groups = ("outcomes", "destinations", *charged, *teams, "users")
    if report.undated.calls == report.total.calls:
        return groups
    return ("hours", *groups) if len(report.days) == 1 else ("days", "week", *groups)


def has_weeks(report: ReportValues) -> bool:
    """Whether the report is so long that its weeks are drawn, not its days."""
    return len(report.days) >= _MANY_DAYS


def busiest(report: ReportValues) -> list[tuple[UserFigures, str]]:
    """Return the users that are drawn, those with the most calls, and how each is called."""
    named = zip(report.users[:_TOP], report.labels, strict=False)
    return [(user, label) for user, label in named if user.figures.calls]


def _sizes(name: str, report: ReportValues) -> dict[str, tuple[float, float]]:
    """Return width and height in inches."""
    if name in ("days", "hours"):
        return {"wide": (9.6, 2.9), "narrow": (4.2, 2.7)}
    if name == "week":
        return {"wide": (9.6, 3.1), "narrow": (4.2, 5.6)}
    bars = {
        "outcomes": report.outcomes,
        "destinations": report.destinations,
        "charges": report.charges,
        "teams": report.teams,
        "users": busiest(report),
    }
    height = 0.75 + 0.29 * max(1, min(_TOP, len(bars[name])))
    return {"wide": (4.7 if name in ("outcomes", "destinations") else 9.6, height), "narrow": (4.2, height)}


def _svg(draw: Draw, report: ReportValues, name: str, size: tuple[float, float]) -> str:
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
    svg = re.sub(r"#[0-9a-fA-F]{6}\b", _variable, svg)
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", svg)
    # The figure around it has the words; what is drawn would be read out as loose numbers.
    return svg.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)


def _variable(colour: re.Match[str]) -> str:
    """Name a colour, so that the page can have another in its place."""
    name = _VARIABLES.get(colour[0].lower())
    return colour[0] if name is None else f"var(--{name}, {colour[0]})"


# --- the plots -----------------------------------------------------------------------------------------------


def _stacks(figures: Sequence[Figures]) -> list[tuple[str, str, list[int]]]:
    return [
        ("answered", ANSWERED, [each.answered for each in figures]),
        ("missed", MISSED, [each.missed for each in figures]),
        ("other", OTHER, [each.calls - each.answered - each.missed for each in figures]),
    ]


def _draw_days(figure: Any, axes: Any, report: ReportValues, narrow: bool) -> None:
    days = list(report.days)
    if has_weeks(report):
        weeks = by_period(report.days, _monday)
        _draw_areas(axes, weeks, timedelta(days=7), narrow)
        _finish_columns(figure, axes, weeks.values())
        return
    if len(days) > _FEW_DAYS:
        _draw_areas(axes, report.days, timedelta(days=1), narrow)
    else:
        labels = [_day_label(f"{DAYS[day.weekday()]}\n{day.day} {day:%b}", day, before) for day, before in _pairs(days)]
        _draw_columns(axes, list(report.days.values()), labels, 2 if narrow and len(days) > _FEW_DAYS // 2 else 1)
    _finish_columns(figure, axes, report.days.values())


def _draw_hours(figure: Any, axes: Any, report: ReportValues, narrow: bool) -> None:
    (day,) = report.days
    hours = report.week[day.weekday()]
    _draw_columns(axes, hours, [f"{hour:02d}" for hour in range(24)], 3 if narrow else 1)
    _finish_columns(figure, axes, hours)


def _draw_columns(axes: Any, figures: Sequence[Figures], labels: Sequence[str], step: int) -> None:
    """Draw one column for each, and a label for each or every so manieth; few columns do not grow broad."""
    count = len(figures)
    base = [0] * count
    for label, colour, counts in _stacks(figures):
        axes.bar(range(count), counts, bottom=base, color=colour, label=label, width=0.72)
        base = [low + each for low, each in zip(base, counts, strict=True)]
    axes.set_xticks(range(0, count, step), labels[::step])
    margin = max(1, 8 - count) / 2
    axes.set_xlim(-margin, count - 1 + margin)


def _monday(day: date) -> date:
    return max(day - timedelta(days=day.weekday()), date.min) if day.toordinal() > day.weekday() else date.min


def _draw_areas(axes: Any, shown: Mapping[date, Figures], step: timedelta, narrow: bool) -> None:
    dates = needed("matplotlib.dates", "report")
    days = list(shown)
    edges = dates.date2num([*days, days[-1] + step])
    base = [0] * len(days)
    for label, colour, counts in _stacks(list(shown.values())):
        top = [low + count for low, count in zip(base, counts, strict=True)]
        axes.stairs(top, edges, baseline=base, fill=True, color=colour, label=label, linewidth=0)
        base = top
    locator = dates.AutoDateLocator(minticks=2, maxticks=5 if narrow else 10)
    places = [
        place for place in locator.tick_values(*dates.num2date([edges[0], edges[-1]])) if edges[0] <= place < edges[-1]
    ]
    axes.set_xticks(places, _calendar([moment.date() for moment in dates.num2date(places)]))
    axes.set_xlim(edges[0], edges[-1])


def _calendar(days: Sequence[date]) -> list[str]:
    """Name the days of an axis: as days, months or years, with the year where it is not that of the one before."""
    if all((day.day, day.month) == (1, 1) for day in days):
        return [str(day.year) for day in days]
    has_days = any(day.day != 1 for day in days)
    return [_day_label(f"{day.day} {day:%b}" if has_days else f"{day:%b}", day, before) for day, before in _pairs(days)]


def _pairs(days: Sequence[date]) -> list[tuple[date, date | None]]:
    return list(zip(days, [None, *days], strict=False))


def _day_label(words: str, day: date, before: date | None) -> str:
    return f"{words}\n{day.year}" if before is None or before.year != day.year else words


def _finish_columns(figure: Any, axes: Any, figures: Iterable[Figures]) -> None:
    axes.tick_params(axis="x", length=0)
    axes.set_ylim(0, _top_of(figures))
    _finish_counts(axes, axes.yaxis)
    figure.legend(loc="outside upper left", ncols=3, handlelength=1, columnspacing=1.2)


def _draw_week(figure: Any, axes: Any, report: ReportValues, narrow: bool) -> None:
    colors = needed("matplotlib.colors", "report")
    counts = [[hour.calls for hour in day] for day in report.week]
    most = max(map(max, counts))
    bounds = classes(most)
    norm = colors.BoundaryNorm(bounds, len(bounds) - 1)
    rows = [list(column) for column in zip(*counts, strict=True)] if narrow else counts
    mesh = axes.pcolormesh(rows, cmap=_shades(len(bounds) - 2), norm=norm, edgecolors=_PAPER, linewidth=0.8)
    hours = [f"{hour:02d}" for hour in range(24)]
    (days, clock) = (axes.xaxis, axes.yaxis) if narrow else (axes.yaxis, axes.xaxis)
    days.set_ticks([place + 0.5 for place in range(7)], DAYS)
    clock.set_ticks(list(range(0, 24, 1 if narrow else 2)), hours[:: 1 if narrow else 2])
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    if narrow:
        axes.xaxis.tick_top()
    _draw_scale(figure, axes, mesh, most)


def _draw_scale(figure: Any, axes: Any, mesh: Any, most: int) -> None:
    ticker = needed("matplotlib.ticker", "report")
    bar = figure.colorbar(mesh, ax=axes, label="calls in that hour", pad=0.015, fraction=0.06, spacing="uniform")
    told = ticker.MaxNLocator(nbins=5, integer=True).tick_values(0, most)
    values = [0, *(int(value) for value in told if 0 < value <= most)]
    # A class holds whole numbers from its bound on: half a step further lies within it.
    bar.set_ticks([value + 0.5 for value in values], labels=[f"{value:,}" for value in values])
    bar.ax.minorticks_off()
    bar.ax.tick_params(length=0)
    bar.outline.set_visible(False)


def _shades(count: int) -> Any:
    """Return a colour for none, and so many for some: the more, the darker."""
    colors = needed("matplotlib.colors", "report")
    steps = [_FAINTEST + (1 - _FAINTEST) * place / max(1, count - 1) for place in range(count)]
    return colors.ListedColormap([_NONE, *((_HEAT, step) for step in steps)])


def classes(most: int) -> list[int]:
    """Return the bounds of the classes of a heat map: 0 is one of its own, then come up to 24 of whole numbers."""
    count = min(most, _CLASSES)
    return [0, *(1 + most * number // count for number in range(count + 1))]


def _draw_outcomes(_: Any, axes: Any, report: ReportValues, __: bool) -> None:
    colours = {"answered": ANSWERED, "missed": MISSED}
    shown = _top(report.outcomes)
    _bars(axes, shown, [colours.get(name, OTHER) for name in shown], report.total.calls)


def _draw_destinations(_: Any, axes: Any, report: ReportValues, __: bool) -> None:
    shown = _top(report.destinations)
    _bars(axes, shown, [PLAIN] * len(shown), report.total.calls)


def _draw_charges(_: Any, axes: Any, report: ReportValues, __: bool) -> None:
    shown = dict(list(report.charges.items())[:_TOP])
    # Only the length of a bar is a float; what is written beside it is exact.
    bars = axes.barh(range(len(shown)), [_length(charge) for charge in shown.values()], color=PLAIN, height=0.72)
    axes.bar_label(bars, [amount(charge) for charge in shown.values()], padding=4)
    axes.margins(x=0.28)
    _name_bars(axes, [shortened(name) for name in shown])
    axes.xaxis.set_visible(False)
    axes.spines[:].set_visible(False)


def _length(charge: Decimal) -> float:
    return max(0.0, min(float(charge), _LONGEST_BAR)) if charge.is_finite() else 0.0


def _draw_teams(figure: Any, axes: Any, report: ReportValues, __: bool) -> None:
    shown = sorted(report.teams.items(), key=lambda item: -item[1].total.calls)[:_TOP]
    _draw_stacked_bars(figure, axes, [team.total for _, team in shown], [shortened(name) for name, _ in shown])


def _draw_users(figure: Any, axes: Any, report: ReportValues, __: bool) -> None:
    shown = busiest(report)
    _draw_stacked_bars(
        figure, axes, [user.figures for user, _ in shown], [_bar_name(user, label) for user, label in shown]
    )


def _draw_stacked_bars(figure: Any, axes: Any, shown: Sequence[Figures], names: Sequence[str]) -> None:
    left = [0] * len(shown)
    for label, colour, counts in _stacks(shown):
        axes.barh(range(len(shown)), counts, left=left, color=colour, label=label, height=0.72)
        left = [low + count for low, count in zip(left, counts, strict=True)]
    _name_bars(axes, names)
    axes.set_xlim(0, _top_of(shown))
    _finish_counts(axes, axes.xaxis)
    figure.legend(loc="outside upper left", ncols=3, handlelength=1, columnspacing=1.2)


def _bar_name(user: UserFigures, label: str) -> str:
    """Shorten a name, but not the id that tells it from another."""
    told_apart = label.removeprefix(user.name)
    return shortened(user.name, _LONGEST_NAME - len(told_apart)) + told_apart


_PLOTS: dict[str, Draw] = {
    "days": _draw_days,
    "hours": _draw_hours,
    "week": _draw_week,
    "outcomes": _draw_outcomes,
    "users": _draw_users,
    "destinations": _draw_destinations,
    "charges": _draw_charges,
    "teams": _draw_teams,
}


def _top(groups: Mapping[str, Figures]) -> dict[str, Figures]:
    return dict(list(groups.items())[:_TOP])


def _bars(axes: Any, shown: Mapping[str, Figures], colours: list[str], total: int) -> None:
    counts = [figures.calls for figures in shown.values()]
    bars = axes.barh(range(len(shown)), counts, color=colours, height=0.72)
    labels = [f"{count:,} ({count / total:.0%})" for count in counts]
    axes.bar_label(bars, labels, padding=4)
    axes.margins(x=0.28)
    _name_bars(axes, [shortened(name) for name in shown])
    axes.xaxis.set_visible(False)
    axes.spines[:].set_visible(False)


def _name_bars(axes: Any, names: Sequence[str]) -> None:
    # A dollar sign in a name is no mathematics.
    axes.set_yticks(range(len(names)), labels=names, parse_math=False)
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    axes.spines["left"].set_visible(False)


def _top_of(figures: Iterable[Figures]) -> float:
    return max(_LEAST_TOP, 1.05 * max(each.calls for each in figures))


def _finish_counts(axes: Any, axis: Any) -> None:
    ticker = needed("matplotlib.ticker", "report")
    axis.set_major_locator(ticker.MaxNLocator(nbins=6, integer=True))
    axis.set_major_formatter(ticker.StrMethodFormatter("{x:,.0f}"))
    axes.grid(axis=axis.axis_name)
    axes.spines["left"].set_visible(False)


def shortened(name: str, most: int = _LONGEST_NAME) -> str:
    """Cut a name so that it fits beside a bar, and drop what cannot stand in XML."""
    clean = "".join(" " if unicodedata.category(char) in ("Cc", "Cs", "Cn") else char for char in name).strip()
    return clean if len(clean) <= most else f"{clean[: max(0, most - 1)]}…"
