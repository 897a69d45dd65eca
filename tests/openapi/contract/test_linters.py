"""What public linters say of the document."""

from __future__ import annotations

import json
from pathlib import Path

from outside import program, run

GOLDEN = Path(__file__).parents[2] / "golden" / "openapi.json"


def test_redocly_finds_nothing(tmp_path: Path) -> None:
    printed = run(program("redocly"), "lint", GOLDEN, "--format", "json", cwd=tmp_path)

    report = json.loads(printed[printed.index("{") :])
    assert report["problems"] == []


def test_spectral_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "ruleset.yaml").write_text('extends: ["spectral:oas"]\n', encoding="utf-8")
    options = ("--ruleset", "ruleset.yaml", "--fail-severity", "hint", "--format", "json")

    assert json.loads(run(program("spectral"), "lint", *options, "--quiet", GOLDEN, cwd=tmp_path)) == []
