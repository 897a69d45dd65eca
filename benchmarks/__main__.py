"""``python -m benchmarks [--quick] [--only NAME] [--json FILE]``: run all, print one table, and keep it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs

from . import (
    calls,
    decoding,
    downloads,
    encoding,
    growth,
    iterating,
    machine,
    nets,
    plain,
    starting,
    table,
    tables,
    walking,
    webhooks,
)
from .generated import Generated
from .measure import FULL, QUICK, TINY, Plan, Result
from .server import Server

RESULTS = Path(__file__).parent / "results"
Group = Callable[[Plan, Server, Generated], Iterator[Result]]
GROUPS: dict[str, Group] = {
    "decoding": lambda plan, _, generated: decoding.results(plan, generated),
    "encoding": lambda plan, _, __: encoding.results(plan),
    "calls": calls.results,
    "iterating": lambda plan, _, __: iterating.results(plan),
    "starting": starting.results,
    "nets": lambda plan, server, _: nets.results(plan, server),
    "walking": lambda plan, server, _: walking.results(plan, server),
    "plain": lambda plan, server, _: plain.results(plan, server),
    "tables": lambda plan, server, _: tables.results(plan, server),
    "webhooks": lambda plan, _, __: webhooks.results(plan),
    "downloads": lambda plan, server, _: downloads.results(plan, server),
}


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser("benchmarks", description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument(
        "--quick", action="store_const", dest="plan", const=QUICK, help="a rough picture in under two minutes"
    )
    size.add_argument("--tiny", action="store_const", dest="plan", const=TINY, help="only see that everything runs")
    parser.add_argument("--only", metavar="NAME", choices=[*GROUPS, "growth"], help=", ".join([*GROUPS, "growth"]))
    parser.add_argument("--json", metavar="FILE", type=Path, help="where to write the results (and FILE.md beside it)")
    parser.set_defaults(plan=FULL)
    return parser.parse_args()


def main() -> None:
    """Run."""
    options = arguments()
    described = machine.described()
    plan: Plan = options.plan
    results: dict[str, Result] = {}
    with Server() as server, Generated() as generated:
        if generated.problem:
            _note(f"the generated client is left out: {generated.problem}")
        for result in _measured(plan, options.only, server, generated):
            results[result.name] = result
            _note("\n".join(table.rows({"": result})))
        wanted = plan.growth if options.only is None else options.only == "growth"
        series = list(growth.series(plan, server, generated)) if wanted else []
    described["load_after"] = machine.load()
    text = table.markdown(described, results)
    print(text)
    target: Path | None = options.json or (RESULTS / "full.json" if plan is FULL and options.only is None else None)
    if target is not None:
        _keep(
            target,
            text,
            {"machine": described, "results": _plain(results), "series": [_plain(each) for each in series]},
        )


def _measured(plan: Plan, only: str | None, server: Server, generated: Generated) -> Iterator[Result]:
    for name, group in GROUPS.items():
        if only in (None, name):
            yield from group(plan, server, generated)


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    return attrs.asdict(value) if attrs.has(type(value)) else value


def _keep(target: Path, text: str, content: dict[str, object]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(content, indent=1, default=str) + "\n", encoding="utf-8")
    target.with_suffix(".md").write_text(text, encoding="utf-8")
    _note(f"written: {target} and {target.with_suffix('.md')}")


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
