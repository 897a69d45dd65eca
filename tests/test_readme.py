"""The README and the generated pages are true; `tests/documentation` runs the code on all pages."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_every_link_of_the_docs_leads_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_reference_is_up_to_date() -> None:
    command = [sys.executable, "-c", "import make_api; print(make_api.document(), end='')"]
    done = subprocess.run(command, cwd=ROOT / "docs", capture_output=True, text=True, check=True)
    assert done.stdout == (ROOT / "docs" / "api.md").read_text("utf-8"), "run: python docs/make_api.py"


def test_the_names_of_the_command_line_are_up_to_date() -> None:
    command = [sys.executable, "-c", "import make_api; print(make_api.named(), end='')"]
    done = subprocess.run(command, cwd=ROOT / "docs", capture_output=True, text=True, check=True)
    assert done.stdout == (ROOT / "docs" / "cli.md").read_text("utf-8"), "run: python docs/make_api.py"


def test_the_coverage_page_is_up_to_date() -> None:
    command = [sys.executable, "-c", "import make_coverage; print(make_coverage.document(), end='')"]
    done = subprocess.run(command, cwd=ROOT / "docs", capture_output=True, text=True, check=True)
    assert done.stdout == (ROOT / "docs" / "coverage.md").read_text("utf-8"), "run: python docs/make_coverage.py"


def test_the_page_for_language_models_is_up_to_date() -> None:
    command = [sys.executable, "-c", "import make_llms; print(make_llms.document(), end='')"]
    done = subprocess.run(command, cwd=ROOT / "docs", capture_output=True, text=True, check=True)
    assert done.stdout == (ROOT / "docs" / "llms.txt").read_text("utf-8"), "run: python docs/make_llms.py"


def test_the_navigation_of_the_site_names_every_page() -> None:
    named = re.findall(r": (\S+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    assert sorted(named) == [page.name for page in PAGES[1:]]


def test_ci_runs_the_test_command_of_the_readme() -> None:
    commands = re.findall(r"^```sh\n(python3 .*)\n```", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert len(commands) == 2
    assert commands[1] in (ROOT / ".ci" / "run").read_text("utf-8")
