"""The page on reliability and the bench name the same cases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from hostile.cases import CASES

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
FAMILY = re.compile(r"((?:\d{3}, )+\d{3}) (.+)")


def documented() -> Iterator[str]:
    """Read the names of the cases: the first column of the tables of the first section."""
    section = PAGE.read_text(encoding="utf-8").split("\n## ")[1]
    for line in section.splitlines():
        if line.startswith("| ") and not line.startswith("| What happens"):
            name = line.split("|")[1].strip()
            family = FAMILY.fullmatch(name)
            yield from [f"{status} {family[2]}" for status in family[1].split(", ")] if family else [name]


def test_every_case_is_documented_and_every_documented_case_is_run() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
    assert sorted(documented()) == sorted(names)
