"""The benchmarks run and their table is whole. How fast anything is, is not tested here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = [
    pytest.mark.skipif(
        not (ROOT / "benchmarks").exists(), reason="the benchmarks are not part of a source distribution"
    ),
]


@pytest.fixture(scope="module", autouse=True)
def _peers() -> None:
    for name in ("httpx", "orjson", "pydantic", "requests", "uvloop"):
        pytest.importorskip(name, reason="the peers are in the dependency group `peers`")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", "--tiny", *arguments]
    return subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True)


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def published(results: Path) -> str:
    """Return what the page on performance would show of a run."""
    return python(
        f"import json\nfrom pathlib import Path\nfrom benchmarks.publish import section\n"
        f"print(section(json.loads(Path({str(results)!r}).read_text('utf-8'))))"
    )


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("encoding", {"encode-filters", "encode-body"}),
        ("iterating", {"iterate"}),
        ("nets", {"nets"}),
        ("plain", {"plain-20", "plain-100", "first-20", "first-100", "requests"}),
        ("tables", {"batch", "batch-odd", "report", "table", "parquet"}),
        ("webhooks", {"webhooks", "webhooks-p99"}),
        ("downloads", {"downloads", "downloads-memory"}),
    ],
)
def test_a_group_measures_every_contender(group: str, names: set[str], tmp_path: Path) -> None:
    done = run("--only", group, "--json", str(tmp_path / "run.json"))
    content = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert set(content["results"]) == names
    assert content["machine"]["versions"]["aiohttp"]
    page = published(tmp_path / "run.json")
    assert all(f"| {result['title']} | " in page for result in content["results"].values())
    for result in content["results"].values():
        assert "voipstudio_async" in result["figures"]
        for contender, figure in result["figures"].items():
            assert figure["median"] > 0
            assert contender in done.stdout


def test_many_accounts_are_read_into_files() -> None:
    pytest.importorskip("pyarrow")
    pytest.importorskip("typer")
    command = [sys.executable, "-m", "benchmarks.scale", "3", "2000", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.startswith("6,000 rows of 3 accounts in ")
    assert "\n3 requests\n" in done.stdout


def test_every_target_has_a_line_and_what_was_not_measured_is_said() -> None:
    done = run("--only", "encoding")
    lines = [line for line in done.stdout.splitlines() if line.endswith("| not measured |")]
    code = "from benchmarks.targets import TARGETS\nfor target in TARGETS: print(target.what)"
    assert [line.split(" | ")[0].removeprefix("| ") for line in lines] == python(code).splitlines()


def test_a_target_is_met_reached_or_missed() -> None:
    code = """
from benchmarks.targets import TARGETS, Kind
speed = TARGETS[0]
print([speed.state(value) for value in (None, 0.1, 0.5, 0.65)])
cost = next(target for target in TARGETS if target.kind is Kind.MOST)
print([cost.state(value) for value in (200, 150, 90)])
"""
    assert python(code).splitlines() == ["['not measured', 'MISSED', 'must', 'aim']", "['MISSED', 'must', 'aim']"]
