"""How a number comes about: the contenders of one table row take turns, in random order, many short samples each."""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections.abc import Callable, Mapping

import attrs

OURS = "voipstudio_async"

Sample = Callable[[], float]
"""Takes one sample: seconds (or bytes) per item."""

UNITS = {"us": 1e6, "ms": 1e3, "s": 1.0, "MB": 1 / 2**20, "requests": 1.0}


@attrs.frozen
class Figure:
    """What was measured of one contender, in the unit of its result."""

    median: float
    p10: float
    samples: int


@attrs.frozen
class Result:
    """One measurement: the same work, done by each contender. Less is always better."""

    name: str
    title: str
    unit: str
    item: str
    """What the number is for one of: a record, a call, a walk."""
    figures: dict[str, Figure]
    floor: str | None = None
    """The contender that nobody can beat in this work."""
    refused: tuple[str, ...] = ()
    """Contenders that could not do the work at all."""

    def speed(self, contender: str, against: str) -> float:
        """Tell how many times as fast as `against` a contender is."""
        return self.figures[against].median / self.figures[contender].median


@attrs.frozen
class Plan:
    """How much to do."""

    seconds: float
    """How long the contenders of one result may take turns."""
    least: int
    """The fewest samples of each, however long that takes."""
    most: int
    rows: int
    """How many rows a long walk has."""
    growth: bool = True
    """Whether to measure how cost grows."""

    def slow(self) -> Plan:
        """Return the plan for samples that take seconds each."""
        return attrs.evolve(self, seconds=self.seconds * 4, least=min(2, self.least))


TINY = Plan(seconds=0.01, least=1, most=1, rows=5_000, growth=False)
QUICK = Plan(seconds=0.4, least=3, most=100, rows=50_000, growth=False)
FULL = Plan(seconds=4.0, least=9, most=300, rows=1_000_000)


def compare(
    name: str,
    title: str,
    contenders: Mapping[str, Sample],
    plan: Plan,
    *,
    unit: str,
    item: str,
    floor: str | None = None,
    warm_up: bool = True,
) -> Result:
    """Let the contenders take turns and sum up. Warming up is one sample of each that does not count."""
    willing, refused = _warm_up(contenders) if warm_up else (dict(contenders), ())
    taken = _take_turns(willing, plan)
    figures = {contender: _figure(values, UNITS[unit]) for contender, values in taken.items()}
    return Result(name, title, unit, item, figures, floor, refused)


def _warm_up(contenders: Mapping[str, Sample]) -> tuple[dict[str, Sample], tuple[str, ...]]:
    willing: dict[str, Sample] = {}
    refused: list[str] = []
    for name, sample in contenders.items():
        try:
            sample()
        except Refusal:
            refused.append(name)
        else:
            willing[name] = sample
    return willing, tuple(refused)


class Refusal(Exception):
    """A contender cannot do this work: its input does not fit its types."""


def _take_turns(contenders: Mapping[str, Sample], plan: Plan) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    began = time.perf_counter()
    order = list(contenders)
    for number in range(plan.most):
        if number >= plan.least and time.perf_counter() - began > plan.seconds:
            break
        random.shuffle(order)
        for name in order:
            gc.collect()
            taken[name].append(contenders[name]())
    return taken


def _figure(values: list[float], scale: float) -> Figure:
    # The 10th percentile is what the machine can do; the median is what it did while others used it, too.
    p10 = statistics.quantiles(values, n=10, method="inclusive")[0] if len(values) > 1 else values[0]
    return Figure(statistics.median(values) * scale, p10 * scale, len(values))


def timed(work: Callable[[], object], times: int = 1, items: int = 1) -> Sample:
    """Make a sample of calling `work` some times, each of which handles `items`."""

    def sample() -> float:
        began = time.perf_counter()
        for _ in range(times):
            work()
        return (time.perf_counter() - began) / (times * items)

    return sample
