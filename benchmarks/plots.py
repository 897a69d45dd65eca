"""Draws how cost grows, from the JSON of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.ticker import ScalarFormatter

from .measure import OURS

RESULTS = Path(__file__).parent / "results" / "full.json"
IMAGES = Path(__file__).parent.parent / "docs" / "images"
_LOGARITHMIC = {"rows", "plain", "page-size", "at-a-time"}
_STEEP = {"rows", "plain", "at-a-time"}


def draw(series: dict[str, Any], folder: Path) -> Path:
    """Draw one series: each contender a line, the floor dashed."""
    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    sizes = [int(size) for size in series["points"]]
    points = list(series["points"].values())
    floor = points[0]["floor"]
    for name in points[0]["figures"]:
        values = [point["figures"][name]["median"] for point in points]
        style = (
            {"linestyle": "--", "color": "black"}
            if name == floor
            else {"linewidth": 2.5 if name.startswith(OURS) else 1.2}
        )
        axes.plot(sizes, values, marker="o", markersize=3, label=f"{name} (floor)" if name == floor else name, **style)
    if series["name"] in _LOGARITHMIC:
        axes.set_xscale("log")
    if series["name"] in _STEEP:
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(ScalarFormatter())
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes], minor=False)
    axes.minorticks_off()
    axes.set(xlabel=series["across"], title=series["title"])
    axes.set_ylim(bottom=None if series["name"] in _STEEP else 0)
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")
    path = folder / f"growth-{series['name']}.svg"
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
    return path


def draw_all(results: Path = RESULTS, folder: Path = IMAGES) -> list[Path]:
    """Draw every series of a run."""
    mpl.use("svg")
    # The same numbers give the same file.
    mpl.rcParams["svg.hashsalt"] = "voipstudio_async"
    folder.mkdir(parents=True, exist_ok=True)
    return [draw(series, folder) for series in json.loads(results.read_text(encoding="utf-8"))["series"]]
