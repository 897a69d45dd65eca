"""The examples of the README and the docs run as printed, against the sandbox."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from voipstudio_async.sandbox import Sandbox

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLES = [
    pytest.param(code, id=f"{page.name}-{index}")
    for page in PAGES
    for index, code in enumerate(
        re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    )
]


@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_runs_as_printed(code: str, tmp_path: Path) -> None:
    script = tmp_path / ("test_example.py" if "def test_" in code else "example.py")
    script.write_text(code, "utf-8")
    command = (
        ["-m", "pytest", "-q", "-p", "no:cacheprovider", str(script)]
        if "def test_" in code
        else ["-W", "error", str(script)]
    )
    with Sandbox(users=4, calls=300, seed=1) as sandbox:
        settings = {"VOIPSTUDIO_API_TOKEN": sandbox.token, "VOIPSTUDIO_API_URL": sandbox.url}
        done = subprocess.run(
            [sys.executable, *command],
            cwd=tmp_path,
            env=os.environ | settings,
            capture_output=True,
            text=True,
            check=False,
        )
    missing = re.search(r"ConfigurationError: this needs (\w+), .*: (pip install .*)", done.stderr)
    if missing is not None and find_spec(missing[1]) is None:
        pytest.skip(f"the example needs an extra: {missing[2]}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout
    assert "Traceback" not in done.stderr


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


def test_ci_runs_the_test_command_of_the_readme() -> None:
    commands = re.findall(r"^```sh\n(python3 .*)\n```", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert len(commands) == 2
    assert commands[1] in (ROOT / ".ci" / "run").read_text("utf-8")
