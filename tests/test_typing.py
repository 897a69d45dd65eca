"""What the type checkers say of `tests/typing`: exact types on both faces, an error for each line that must fail."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

for checker in ("mypy", "pyright"):
    pytest.importorskip(
        checker, reason="the type checkers are in the dependency group `types`, whose session runs this"
    )

HERE = Path(__file__).parent / "typing"
CHECKED = sorted(HERE.glob("*.py"))
REFUSED = HERE / "refused.py"


def check(*command: str, folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, timeout=280, check=False
    )
    return done.returncode, done.stdout + done.stderr


def mypy(folder: Path, *files: Path) -> tuple[int, str]:
    command = ["mypy", "--strict", "--config-file", "", "--cache-dir", str(folder / "cache"), *map(str, files)]
    return check(*command, folder=folder)


def pyright(folder: Path, *files: Path) -> tuple[int, str]:
    """Run it so that only its own comments count, and so that each of them is needed."""
    settings = {
        "include": [str(file) for file in files],
        "typeCheckingMode": "strict",
        "enableTypeIgnoreComments": False,
        "reportUnnecessaryTypeIgnoreComment": "error",
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    return check("pyright", "--pythonpath", sys.executable, "--project", str(folder), folder=folder)


checkers = pytest.mark.parametrize("checker", [mypy, pyright], ids=["mypy", "pyright"])


@checkers
def test_types_are_exact_and_what_must_fail_fails(checker: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    status, said = checker(tmp_path, *CHECKED)

    assert status == 0, said
    assert len(CHECKED) == 5


@checkers
def test_each_line_that_must_fail_is_an_error_of_its_own(
    checker: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    text = REFUSED.read_text(encoding="utf-8")
    bare = tmp_path / "bare.py"
    bare.write_text(re.sub(r"  # type: ignore.*", "", text), encoding="utf-8")
    marked = {number for number, line in enumerate(text.splitlines(), 1) if "# type: ignore" in line}

    status, said = checker(tmp_path, bare)

    found = {int(number) for number in re.findall(r"bare\.py:(\d+)(?::\d+)?(?: -|:) error", said)}
    assert status == 1, said
    assert found == marked
    assert len(marked) > 50
