"""Every block of Python on every page runs as printed, against a sandbox of its own; every command is one."""

from __future__ import annotations

import ast
import asyncio
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from importlib.util import find_spec
from inspect import CO_COROUTINE
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from documentation import airflow_sdk
from documentation.pages import ROOT, Block, all_blocks

from voipstudio_async import ConfigurationError
from voipstudio_async.sandbox import Sandbox

PYTHON = all_blocks("python")
PROGRAMS = [block for block in PYTHON if block.source is None and "def test_" not in block.text]
TESTS = [block for block in PYTHON if "def test_" in block.text]
COMMANDS = [
    pytest.param(shlex.split(line), id=f"{block.id}-{number}")
    for block in [*all_blocks("sh"), *all_blocks("console")]
    for number, line in enumerate(re.findall(r"^(?:\$ )?voipstudio (.+)$", block.text, re.MULTILINE))
]
READING = ("me", "list", "count", "report", "export", "sql")
"""Commands that read the account that is there and end by themselves: they are run, the others are parsed."""
EXTRA = re.compile(r"needs (\w+), .*: (pip install .*)")
OTHERS = ("dagster", "duckdb", "polars", "prefect", "pyspark", "requests", "typer")
"""What blocks import, or commands stand on, that not every environment of the tests has."""


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sandbox]:
    """The account of a reader: its address and token in the environment, and an empty folder to work in.

    Each block has its own, which takes some 40 ms: what one creates another would trip over, in some order.
    """
    monkeypatch.chdir(tmp_path)
    with Sandbox(users=4, calls=300, seed=1) as sandbox:
        monkeypatch.setenv("VOIPSTUDIO_API_TOKEN", sandbox.token)
        monkeypatch.setenv("VOIPSTUDIO_API_URL", sandbox.url)
        yield sandbox


@pytest.fixture
def airflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have ``airflow.sdk`` be the stand-in: Airflow itself brings a scheduler, a database and 150 packages."""
    monkeypatch.setitem(sys.modules, "airflow", ModuleType("airflow"))
    monkeypatch.setitem(sys.modules, "airflow.sdk", airflow_sdk)


@pytest.mark.usefixtures("account", "airflow")
@pytest.mark.parametrize("block", PROGRAMS, ids=lambda block: block.id)
def test_a_block_runs_as_printed(block: Block, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in OTHERS:
        if re.search(rf"^\s*(?:import|from) {name}\b", block.text, re.MULTILINE):
            pytest.importorskip(name)
    script = tmp_path / "example.py"
    script.write_text(block.text, "utf-8")

    try:
        # Of other people's schedulers, the program itself is tried, with whatever they warn of.
        run(script) if block.page.stem != "recipes" else run_apart(script)
    except ConfigurationError as error:
        missing = EXTRA.search(str(error))
        if missing is None or find_spec(missing[1]) is not None:
            raise
        pytest.skip(f"the block needs an extra: {missing[2]}")

    assert capsys.readouterr().out, "a block that prints nothing shows nothing"


def run(script: Path) -> None:
    """Run a program, or the cell of a notebook, which awaits outside of any function."""
    code = compile(script.read_text("utf-8"), str(script), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    if code.co_flags & CO_COROUTINE:
        asyncio.run(eval(code, {"__name__": "__main__"}))
    else:
        runpy.run_path(str(script), run_name="__main__")


def run_apart(script: Path) -> None:
    """Run a program in a process of its own."""
    if "pyspark" in script.read_text("utf-8") and shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    # Workers of Spark are of the Python that is found first, if nothing else is said.
    env = {**os.environ, "PYSPARK_PYTHON": sys.executable}
    done = subprocess.run([sys.executable, str(script)], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    sys.stdout.write(done.stdout)


def test_the_tests_on_the_pages_pass(tmp_path: Path) -> None:
    for number, block in enumerate(TESTS):
        (tmp_path / f"test_{block.page.stem.replace('-', '_')}_{number}.py").write_text(block.text, "utf-8")
    settings = ["asyncio_mode=auto", "asyncio_default_fixture_loop_scope=function"]
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:anyio", "-W", "error"]
    options = [part for setting in settings for part in ("-o", setting)]
    # Installed, the plugin is found by itself; run from a working tree that is not, it has to be named.
    if not entry_points(group="pytest11", name="voipstudio"):
        options += ["-p", "voipstudio_async.pytest_plugin"]
    done = subprocess.run(
        [sys.executable, *command, *options, str(tmp_path)], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{sum(block.text.count('def test_') for block in TESTS)} passed" in done.stdout


@pytest.mark.parametrize("arguments", COMMANDS)
def test_a_command_is_one(arguments: list[str], account: Sandbox) -> None:
    pytest.importorskip("typer")
    from cli.commands import voipstudio  # it needs the extra `cli`

    if arguments[0] not in READING or any("$" in part for part in arguments):
        parse(arguments)
        return
    ended = voipstudio(*arguments)
    if missing := EXTRA.search(ended.err):
        pytest.skip(f"the command needs an extra: {missing[2]}")
    assert (ended.code, ended.err.count("Traceback")) == (0, 0), ended.err


def parse(arguments: list[str]) -> None:
    """Have the command line read the arguments, without doing what they say."""
    from typer.main import get_command

    from voipstudio_async.cli.app import app

    command: Any = get_command(app)
    rest, parent, name = arguments, None, "voipstudio"
    while True:
        context = command.make_context(name, list(rest), parent=parent)
        if not hasattr(command, "resolve_command"):
            return
        name, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        parent = context


def test_every_program_in_examples_is_shown_on_a_page_and_run_by_a_test() -> None:
    shown = {block.source for block in PYTHON if block.source is not None}
    files = chain.from_iterable((ROOT / "tests" / room).glob("test_*.py") for room in ("examples", "engines"))
    tests = "".join(file.read_text("utf-8") for file in files)
    programs = list((ROOT / "examples").glob("*.py"))

    assert {f"examples/{program.name}" for program in programs} == shown
    assert [program.name for program in programs if program.stem not in tests] == []
