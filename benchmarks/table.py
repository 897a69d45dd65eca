"""The results as one table in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .measure import OURS, Result
from .targets import TARGETS, Kind

_HEAD = "| what | contender | median | 10th percentile | over the floor | against ours |\n|---|---|--:|--:|--:|--:|"


def markdown(machine: Mapping[str, Any], results: Mapping[str, Result]) -> str:
    """Write everything."""
    parts = ["# Results", provenance(machine), "## Targets", targets(results), "## All rows", _EXPLAINED]
    return "\n\n".join([*parts, "\n".join([_HEAD, *rows(results)])]) + "\n"


_EXPLAINED = (
    "Less is better everywhere. *Over the floor*: how many times what the work costs at least, by the contender that "
    "does the least. *Against ours*: how many times what the SDK takes."
)


def provenance(machine: Mapping[str, Any]) -> str:
    """Say where the numbers come from."""
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    load = ", ".join(f"{value:g}" for value in machine["load"])
    return (
        f"{machine['when']}; {machine['python']} on {machine['system']}; {machine['cores']} cores, "
        f"{machine['processor']}; load at the start (1, 5, 15 minutes): {load}. {versions}."
    )


def targets(results: Mapping[str, Result]) -> str:
    """Write what must be, what is aimed at, and what is."""
    lines = ["| what | must | aim | measured | state |", "|---|--:|--:|--:|---|"]
    for target in TARGETS:
        value = target.value(results)
        sign = "at least" if target.kind is Kind.SPEED else "at most"
        shown = "" if value is None else number(value)
        lines.append(f"| {target.what} | {sign} {target.must:g} | {target.aim:g} | {shown} | {target.state(value)} |")
    return "\n".join(lines)


def rows(results: Mapping[str, Result]) -> Iterator[str]:
    """Write one line for each contender of each result, the quickest first."""
    for result in results.values():
        ordered = sorted(result.figures.items(), key=lambda pair: pair[1].median)
        for name, figure in ordered:
            shown = f"**{name}**" if name.startswith(OURS) else name
            median, p10 = f"{number(figure.median)} {result.unit}/{result.item}", number(figure.p10)
            ratios = f"{_ratio(result, name, result.floor)} | {_ratio(result, name, OURS)}"
            yield f"| {result.title} | {shown} | {median} | {p10} | {ratios} |"
        for name in result.refused:
            yield f"| {result.title} | {name} | refuses it | | | |"


def _ratio(result: Result, name: str, base: str | None) -> str:
    if base is None or base not in result.figures:
        return ""
    return number(result.figures[name].median / result.figures[base].median)


def number(value: float) -> str:
    """Write a number with three digits that count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
