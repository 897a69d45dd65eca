"""Brings a full run into the documentation, its table and its plots: ``python -m benchmarks.publish``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .measure import OURS, Figure, Result
from .plots import IMAGES, RESULTS, draw_all
from .table import number, provenance, targets

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
_BETWEEN = re.compile(r"(<!-- results -->\n).*(<!-- end of results -->)", re.DOTALL)
_HEAD = "| what | voipstudio_async | how long others take, ours being 1 |\n|---|--:|---|"


def load(run: Mapping[str, Any]) -> dict[str, Result]:
    """Make results of a run's JSON."""
    return {name: _result(fields) for name, fields in run["results"].items()}


def _result(fields: Mapping[str, Any]) -> Result:
    figures = {name: Figure(**figure) for name, figure in fields["figures"].items()}
    return Result(**{**fields, "figures": figures, "refused": tuple(fields["refused"])})


def section(run: Mapping[str, Any]) -> str:
    """Write what the page shows of a run."""
    results = load(run)
    lines = "\n".join([_HEAD, *_lines(results)])
    return f"{provenance(run['machine'])}\n\n{targets(results)}\n\n{lines}\n"


def _lines(results: Mapping[str, Result]) -> Iterator[str]:
    for result in results.values():
        ours = result.figures[OURS].median
        others = sorted((figure.median, name) for name, figure in result.figures.items() if name != OURS)
        shown = [f"{name} {number(median / ours)}" for median, name in others]
        shown += [f"{name} refuses it" for name in result.refused]
        yield f"| {result.title} | {number(ours)} {result.unit}/{result.item} | {'; '.join(shown)} |"


def main() -> None:
    """Write the page anew between its marks, and draw."""
    run = json.loads(RESULTS.read_text(encoding="utf-8"))
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(_BETWEEN.sub(lambda found: f"{found[1]}\n{section(run)}\n{found[2]}", text), encoding="utf-8")
    drawn = draw_all(RESULTS, IMAGES)
    print(f"written: {PAGE} and {len(drawn)} plots in {IMAGES}")


if __name__ == "__main__":
    main()
