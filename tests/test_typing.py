"""What four type checkers say of `tests/typing`: exact types on both faces, an error for each line that must fail."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

Checker = Callable[[Path, list[str]], tuple[int, str]]
HERE = Path(__file__).parent / "typing"
REFUSED = HERE / "refused.py"
MISTAKE = "assert_type(1, str)"


def check(folder: Path, *command: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, timeout=280, check=False
    )
    return done.returncode, done.stdout + done.stderr


def mypy(folder: Path, files: list[str]) -> tuple[int, str]:
    return check(folder, "mypy", "--strict", "--config-file", "", "--cache-dir", str(folder / "cache"), *files)


def pyright(folder: Path, files: list[str]) -> tuple[int, str]:
    """Run it so that only its own comments count, and so that each of them is needed."""
    settings = {
        "include": files,
        "typeCheckingMode": "strict",
        "enableTypeIgnoreComments": False,
        "reportUnnecessaryTypeIgnoreComment": "error",
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    return check(folder, "pyright", "--pythonpath", sys.executable, "--project", str(folder))


def ty(folder: Path, files: list[str]) -> tuple[int, str]:
    command = ["check", "--error-on-warning", "--python", sys.executable, "--output-format", "concise"]
    return check(folder, "ty", *command, *files)


def pyrefly(folder: Path, files: list[str]) -> tuple[int, str]:
    """Run it with settings of its own: without any, it leaves out most of what it can find."""
    settings = folder / "pyrefly.toml"
    settings.write_text('preset = "strict"\n', encoding="utf-8")
    command = ["check", "--config", str(settings), "--python-interpreter-path", sys.executable]
    return check(folder, "pyrefly", *command, "--output-format", "min-text", *files)


def errors(said: str) -> set[tuple[str, int]]:
    """Find the files and lines of the errors: each checker prints one a line."""
    found = re.findall(r"(?mi)^(?=.*\berror\b).*?(\w+\.py):(\d+)", said)
    return {(name, int(line)) for name, line in found}


checkers = pytest.mark.parametrize(
    "checker",
    [
        pytest.param(
            checker,
            id=checker.__name__,
            marks=pytest.mark.skipif(
                find_spec(checker.__name__) is None,
                reason="the type checkers are in the dependency group `types`, whose session runs this",
            ),
        )
        for checker in (mypy, pyright, ty, pyrefly)
    ],
)


@checkers
def test_types_are_exact_and_what_must_fail_fails(checker: Checker, tmp_path: Path) -> None:
    expected = set()
    for file in HERE.glob("*.py"):
        if checker is ty and file == REFUSED:
            continue  # its ignore comments name errors of mypy and pyright, and ty heeds none of these names
        text = file.read_text(encoding="utf-8") + MISTAKE + "\n"
        (tmp_path / file.name).write_text(text, encoding="utf-8")
        # One mistake in each file: a checker that did not read it would have nothing to say.
        expected.add((file.name, len(text.splitlines())))

    status, said = checker(tmp_path, [name for name, _ in expected])

    assert errors(said) == expected, said
    assert status == 1
    assert len(expected) == (4 if checker is ty else 5)


@checkers
def test_each_line_that_must_fail_is_an_error_of_its_own(checker: Checker, tmp_path: Path) -> None:
    lines = REFUSED.read_text(encoding="utf-8").splitlines()
    bare = "\n".join(re.sub(r"  # type: ignore.*", "", line) for line in lines)
    (tmp_path / "bare.py").write_text(bare, encoding="utf-8")
    marked = {("bare.py", number) for number, line in enumerate(lines, 1) if "# type: ignore" in line}
    # Where a newer version of a checker sees the mistake, the comment has to go.
    spared = f"# {checker.__name__} accepts this: "
    accepted = {("bare.py", number + 1) for number, line in enumerate(lines, 1) if spared in line}

    status, said = checker(tmp_path, ["bare.py"])

    assert errors(said) == marked - accepted, said
    assert status == 1
    assert accepted < marked
    assert len(marked) > 80
