"""A report as one page of HTML: its styles and drawings are in it, it runs no script and asks nobody for anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from html import escape
from importlib.resources import files

from ..texts import amount, duration
from .figures import Figures
from .notice import missing_lines
from .plots import DAYS, busiest, has_weeks, plots
from .values import ReportValues

# The browser itself refuses whatever would leave the page.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_HEADS = ("Calls", "Answered", "Missed", "Talk time", "Average", "Longest")
_RULES = (
    "A call is answered when it is connected or has billed seconds, and missed when it came in and was not."
    " Each leg of a call is a record of its own. Talk time is billed seconds; average and longest are of answered ones."
    " ASR, the answer-seizure ratio, is answered calls of all calls; ACD, the average call duration, is talk time by"
    " answered call. The busy hour is the one in which most calls began. A call goes on from its first ring to its end;"
    " one that ends as another begins is not beside it."
)


def render_html(report: ReportValues, title: str = "Call report") -> str:
    """Draw a report as one page of HTML with tables and plots, for a screen, a phone, and paper.

    The page is complete in itself. Everything that comes from the account is escaped.

    :raises ConfigurationError: matplotlib is missing (extra ``report``)
    """
    style = files("voipstudio_async.reports").joinpath("report.css").read_text("utf-8")
    body = "\n".join(_sections(report, title))
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _sections(report: ReportValues, title: str) -> Iterable[str]:
    drawn = plots(report)
    heading = f'<h1>{escape(title)}</h1>\n{_owner(report)}<p class="soft">{_subtitle(report)}</p>'
    yield f"<header>\n{heading}\n</header>\n<main>"
    yield _cards(report)
    yield _notice(report)
    *sections, last = _figures(report, drawn) if drawn else _nothing(report)
    yield from sections
    # On paper, the last words do not stand on a page of their own.
    yield f'<div class="end">\n{last}\n{_footer(report)}\n</div>\n</main>'


def _nothing(report: ReportValues) -> Iterable[str]:
    yield '<p class="none">No calls</p>'
    if report.users:
        yield _section("Users", _users_table(report))


def _figures(report: ReportValues, drawn: Mapping[str, Mapping[str, str]]) -> Iterable[str]:
    if "hours" in drawn:
        yield _section("Calls per hour", _figure(drawn["hours"], _about_hours(report)), _hours_table(report))
    elif "days" in drawn:
        heading = "Calls per week" if has_weeks(report) else "Calls per day"
        yield _section(heading, _figure(drawn["days"], _about_days(report)), *_dated_tables(report))
        yield _section("Hours of the week", _figure(drawn["week"], _about_week(report)), _week_table(report))
    else:
        yield _section("Calls per day", "<p>The calls have no dates.</p>")
    yield '<div class="pair">'
    yield _section("Outcomes", _figure(drawn["outcomes"], "How calls ended."))
    yield _section("Destinations", _figure(drawn["destinations"], "Where calls went; incoming ones are one group."))
    yield "</div>"
    if "charges" in drawn:
        yield _section(_priced("Charge by destination", report), _figure(drawn["charges"], _about_charges(report)))
    if "teams" in drawn:
        words = "Calls of each team: one that rang at several users of a team is one call of it."
        yield _section("Teams", _figure(drawn["teams"], words), _groups_table("Figures of each team", "Team", report))
    yield _section("Users", _figure(drawn["users"], _about_users(report)), _users_table(report))
    outcomes = _table("Figures of each outcome", "Outcome", report.outcomes.items(), report)
    yield _section("All figures by outcome", outcomes)
    destinations = _table("Figures of each destination", "Destination", report.destinations.items(), report)
    yield _section("All figures by destination", destinations)


def _section(heading: str, *parts: str) -> str:
    return f"<section>\n<h2>{escape(heading)}</h2>\n" + "\n".join(parts) + "\n</section>"


def _figure(drawn: Mapping[str, str], words: str) -> str:
    # The drawings are two forms of one picture, which the caption describes and a table spells out.
    pictures = "\n".join(
        f'<div class="{width}" role="img" aria-label="{escape(words)}">{svg}</div>' for width, svg in drawn.items()
    )
    return f"<figure>\n{pictures}\n<figcaption>{escape(words)}</figcaption>\n</figure>"


def _cards(report: ReportValues) -> str:
    total = report.total
    share = _small(f"{total.asr:.0%} ASR") if total.asr is not None else ""
    cards = (
        ("", "Calls" if report.count == "calls" else "Legs of calls", f"{total.calls:,}"),
        ("answered", "Answered", f"{total.answered:,}{share}"),
        ("missed", "Missed", f"{total.missed:,}"),
        ("", "Talk time", duration(total.talk_seconds, "-")),
        ("", "Charge", f"{amount(total.charge)}{_small(report.currency or '')}"),
        ("", "Average call (ACD)", duration(total.acd, "-")),
        ("", "Longest call", duration(total.longest_seconds if total.answered else None, "-")),
        ("", "Busiest hour", _busiest_hour(report)),
        ("", "Most calls at once", _most_at_once(report)),
    )
    items = "\n".join(f'<div class="{kind}"><dt>{name}</dt><dd>{value}</dd></div>' for kind, name, value in cards)
    return f'<dl class="cards">\n{items}\n</dl>\n<p class="soft">{report.counting}</p>'


def _small(words: str) -> str:
    return f" <small>{escape(words)}</small>" if words else ""


def _busiest_hour(report: ReportValues) -> str:
    peak = report.busiest_hour
    return "-" if peak is None else f"{peak.calls:,}{_small(f'{_short(peak.at)}, {peak.at:%H}:00')}"


def _most_at_once(report: ReportValues) -> str:
    peak = report.most_at_once
    return "-" if peak is None else f"{peak.calls:,}{_small(f'{_short(peak.at)}, {peak.at:%H:%M}')}"


def _short(moment: datetime) -> str:
    return f"{DAYS[moment.weekday()]} {moment.day} {moment:%b}"


def _notice(report: ReportValues) -> str:
    fetch = report.fetch
    if fetch.complete:
        return ""
    items = "\n".join(f"<li>{escape(line)}</li>" for line in missing_lines(report))
    lead = "Some of the call records are missing" if fetch.failures else "Some call records may be missing"
    return f'<div class="notice" role="note">\n<strong>{lead}.</strong>\n<ul>\n{items}\n</ul>\n</div>'


# --- words ---------------------------------------------------------------------------------------------------


def _subtitle(report: ReportValues) -> str:
    return f"{escape(_range(report))} · days and hours in {escape(report.tz)}"


def _owner(report: ReportValues) -> str:
    return f'<p class="owner">{escape(report.account)}</p>\n' if report.account else ""


def _priced(words: str, report: ReportValues) -> str:
    """Name the currency behind what is about money, where it is known."""
    return f"{words}, {report.currency}" if report.currency else words


def _range(report: ReportValues) -> str:
    days = list(report.days)
    if not days:
        return "calls without a date" if report.total.calls else "no calls"
    if not report.total.calls and report.end is None:
        return f"from {_day(days[0])} on"
    if not report.total.calls and report.start is None:
        return f"until {_day(days[-1])}"
    return _day(days[0]) if len(days) == 1 else f"{_day(days[0])} to {_day(days[-1])}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _about_days(report: ReportValues) -> str:
    day, figures = max(report.days.items(), key=lambda item: item[1].calls)
    words = "The busiest day was" if has_weeks(report) else "The busiest was"
    most = f"{words} {DAYS[day.weekday()]} {_day(day)} with {figures.calls:,}."
    if not has_weeks(report):
        return f"Calls of each day, by what became of them. {most}{_undated(report)}"
    first, last = list(report.days)[:: max(1, len(report.days) - 1)]
    partly = " The first and the last week may not be whole." if first.weekday() or last.weekday() < 6 else ""
    return f"Calls of each week, by what became of them.{partly} {most}{_undated(report)}"


def _about_hours(report: ReportValues) -> str:
    hours = [figures.calls for figures in _hours(report)]
    most = f"The busiest began at {hours.index(max(hours)):02d}:00 with {max(hours):,}."
    return f"Calls of each hour of the day, by what became of them. {most}{_undated(report)}"


def _undated(report: ReportValues) -> str:
    return f" {report.undated.calls:,} calls without a date are not shown." if report.undated.calls else ""


def _hours(report: ReportValues) -> Sequence[Figures]:
    """Return the hours of the only day of a report."""
    (day,) = report.days
    return report.week[day.weekday()]


def _about_week(report: ReportValues) -> str:
    calls, day, hour = max(
        (cell.calls, -day, -hour) for day, row in enumerate(report.week) for hour, cell in enumerate(row)
    )
    return f"Calls by day of the week and hour. The busiest hour is {DAYS[-day]} {-hour:02d}:00 with {calls:,} in all."


def _about_charges(report: ReportValues) -> str:
    dearest, charge = next(iter(report.charges.items()))
    return f"What calls cost. The most went to {dearest}: {amount(charge)} {report.currency or ''}".rstrip() + "."


def _about_users(report: ReportValues) -> str:
    drawn = len(busiest(report))
    if drawn == len(report.users):
        return "Calls of each user: those that rang at the user, or were made there."
    if sum(1 for user in report.users if user.figures.calls) > drawn:
        return f"The {drawn} busiest of {len(report.users):,}; the table has all of them."
    return f"Calls of each user who has any, {drawn} of {len(report.users):,}; the table has all of them."


# --- tables --------------------------------------------------------------------------------------------------


def _cells(figures: Figures) -> str:
    share = f" ({figures.answered_share:.0%})" if figures.answered_share is not None else ""
    values = (
        f"{figures.calls:,}",
        f"{figures.answered:,}{share}",
        f"{figures.missed:,}",
        duration(figures.talk_seconds, "-"),
        duration(figures.average_seconds, "-"),
        duration(figures.longest_seconds if figures.answered else None, "-"),
        amount(figures.charge),
    )
    return "".join(f"<td>{value}</td>" for value in values)


def _table(
    caption: str,
    first: str,
    rows: Iterable[tuple[str, Figures]],
    report: ReportValues,
    total: Figures | None = None,
) -> str:
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in (*_HEADS, _priced("Charge", report)))
    lines = "\n".join(f'<tr><th scope="row">{escape(name)}</th>{_cells(figures)}</tr>' for name, figures in rows)
    foot = f'<tfoot>\n<tr><th scope="row">All</th>{_cells(total)}</tr>\n</tfoot>\n' if total is not None else ""
    head = f'<thead><tr><th scope="col">{first}</th>{heads}</tr></thead>'
    return _framed(caption, f"{head}\n<tbody>\n{lines}\n</tbody>\n{foot}")


def _framed(caption: str, inner: str) -> str:
    """Put a table into a region of its own, which a narrow screen can scroll, by key too."""
    words = escape(caption)
    return (
        f'<div class="scroll" role="region" aria-label="{words}" tabindex="0">\n'
        f'<table>\n<caption>{words}<span class="hint"> · swipe for more</span></caption>\n{inner}</table>\n</div>'
    )


def _folded(summary: str, table: str) -> str:
    return f"<details>\n<summary>{summary}</summary>\n{table}\n</details>"


def _users_table(report: ReportValues) -> str:
    rows = (
        (label if user.complete else f"{label} (incomplete)", user.figures)
        for user, label in zip(report.users, report.labels, strict=True)
    )
    return _table("Figures of each user", "User", rows, report, report.total)


def _groups_table(caption: str, first: str, report: ReportValues) -> str:
    return _table(caption, first, report.groups.items(), report)


def _dated_tables(report: ReportValues) -> Iterable[str]:
    if report.grouped_by in ("month", "week"):
        yield _groups_table(f"Figures of each {report.grouped_by}", report.grouped_by.title(), report)
    if has_weeks(report) and report.grouped_by != "week":
        yield _folded("The weeks as a table", _table("Figures of each week", "Week", report.weeks.items(), report))
    rows = ((f"{DAYS[day.weekday()]} {day.isoformat()}", figures) for day, figures in report.days.items())
    yield _folded("The days as a table", _table("Figures of each day", "Day", rows, report))


def _hours_table(report: ReportValues) -> str:
    rows = ((f"{hour:02d}:00", figures) for hour, figures in enumerate(_hours(report)))
    return _folded("The hours as a table", _table("Figures of each hour", "Hour", rows, report))


def _week_table(report: ReportValues) -> str:
    heads = "".join(f'<th scope="col">{hour:02d}</th>' for hour in range(24))
    rows = "\n".join(
        f'<tr><th scope="row">{name}</th>' + "".join(f"<td>{cell.calls:,}</td>" for cell in day) + "</tr>"
        for name, day in zip(DAYS, report.week, strict=True)
    )
    head = f'<thead><tr><th scope="col">Day</th>{heads}</tr></thead>'
    table = _framed("Calls by day of the week and hour", f"{head}\n<tbody>\n{rows}\n</tbody>\n")
    return _folded("The hours as a table", f'<div class="week">\n{table}\n</div>')


def _footer(report: ReportValues) -> str:
    fetch = report.fetch
    source = "the account's call records" if fetch.source == "account" else "each user's call records"
    asked = " and ".join(
        f"{word} {escape(_moment(bound))}"
        for word, bound in (("from", report.start), ("until", report.end))
        if bound is not None
    )
    span = f" Calls {asked} were asked for." if asked else ""
    made = f"{fetch.rows:,} rows in {fetch.requests:,} requests and {fetch.seconds:.1f} s"
    return f'<footer class="soft small">\n<p>Made from {source}: {made}.{span}</p>\n<p>{_RULES}</p>\n</footer>'


def _moment(bound: datetime) -> str:
    return bound.isoformat(" ", "minutes")
