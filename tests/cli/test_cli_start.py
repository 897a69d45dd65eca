"""What a command line imports before it does something, by the names of the modules."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from typing import Any

import pytest
import typer.main
from cli.commands import ROOT

from voipstudio_async import cli
from voipstudio_async.cli.app import PLACES, app

MAIN: Any = typer.main.get_group(app)
HEAVY = {"aiohttp", "anyio", "asyncio", "attrs", "cattrs", "msgspec"}
RUN = """
import sys
{before}
try:
    main()
except SystemExit:
    pass
print(*sys.modules, file=sys.stderr)
"""


def imported(*arguments: str) -> set[str]:
    """Return the names of the modules that a command line has imported in the end."""
    before = f"from voipstudio_async.cli import main; sys.argv[1:] = {list(arguments)!r}"
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(before=before)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


def ours(modules: set[str]) -> set[str]:
    names = {name.partition(".")[2] for name in modules if name.startswith("voipstudio_async.")}
    return {name.removeprefix("cli.") for name in names}


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ()])
def test_what_only_tells_about_the_program_imports_no_command(arguments: tuple[str, ...]) -> None:
    modules = imported(*arguments)

    assert modules & HEAVY == set()
    assert ours(modules) == {
        "cli",
        "app",
        "boundary",
        "exits",
        "flags",
        "groups",
        "narrow",
        "signals",
        "streams",
        "terminal",
        "version",
    }


def test_the_help_of_a_command_starts_no_sandbox() -> None:
    modules = imported("report", "--help")

    assert "voipstudio_async.cli.reporting" in modules
    assert {name for name in ours(modules) if name.partition(".")[0] in ("sandbox", "webhooks", "doctor")} == set()


def test_importing_the_command_line_imports_no_more_than_itself() -> None:
    code = "import sys, voipstudio_async.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    modules = set(done.stdout.split())

    assert modules & (HEAVY | {"rich", "typer"}) == set()
    assert ours(modules) == {"cli"}


@pytest.mark.parametrize("place", PLACES, ids=[place.name for place in PLACES])
def test_the_summary_is_what_the_command_says_of_itself(place: Any) -> None:
    command = MAIN.get_command(None, place.name)

    assert command.help.partition("\n\n")[0].split() == place.summary.split()
    assert command.name == place.name


def commands_of(module: Any) -> Any:
    return vars(module).get("COMMANDS", ())


def test_every_command_has_a_place() -> None:
    modules = [importlib.import_module(f"{cli.__name__}.{each.name}") for each in pkgutil.iter_modules(cli.__path__)]
    declared = {(name, module.__name__.rpartition(".")[2]) for module in modules for name in commands_of(module)}

    assert declared == {(place.name, place.module) for place in PLACES}
