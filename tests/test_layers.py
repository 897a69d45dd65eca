"""Who may import whom. The imports are read, not run, so that one inside a function counts as well."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import attrs
import pytest

import voipstudio_async

PACKAGE = "voipstudio_async"
ROOT = Path(voipstudio_async.__file__).parent

LAYERS = (
    # pure: what is asked, and what it means
    "version",
    "surroundings",
    "errors",
    "extras",
    "unset",
    "hints",
    "tasks",
    "errand",
    "copies",
    "files",
    "deprecation",
    "texts",
    "entities",
    "wire",
    "columns",
    "pagination",
    # the way to the API and back
    "http",
    # what can be asked
    "operations",
    "resources",
    "bulk",
    # the two faces
    "clients",
    "_exports",
    "__init__",
    # what stands on them
    "server_logs",
    "listening",
    "webhooks",
    "sandbox",
    "openapi",
    "telemetry",
    "exports",
    "engines",
    "dlt",
    "dask",
    "polars",
    "duckdb",
    "reports",
    "doctor",
    "pytest_plugin",
    "cli",
    "__main__",
)
"""The modules and sub-packages. Each imports only what stands above it; a new one gets a line of its own."""

STRANGERS = (
    "webhooks",
    "sandbox",
    "openapi",
    "exports",
    "engines",
    "dlt",
    "dask",
    "polars",
    "duckdb",
    "reports",
    "doctor",
    "cli",
)
"""They do not know each other's insides: one of them is imported by the others by its own name only."""

APART = (("http", "pagination"), ("pagination", "http"))
"""Neighbours that do not know each other: which page comes next is decided without a word about HTTP."""

FACE_ONLY = ("exports", "engines", "dlt", "dask", "polars", "duckdb", "reports", "doctor", "cli")
BEHIND_THE_FACE = ("http", "bulk", "clients")
"""What exports, reports and the command line reach through the public client alone."""

LIBRARIES = {
    "aiohttp": {"http", "sandbox", "webhooks"},
    "anyio": {"clients"},
    "aiolimiter": {"http"},
    "typer": {"cli"},
    "rich": {"cli"},
    "platformdirs": {"cli"},
}
"""Which of our modules may import a library when it runs. (Naming its types costs nothing and is free.)"""


@attrs.frozen
class Import:
    """One import: the file it stands in, and the full name of what it imports."""

    file: str
    line: int
    name: str
    at_run_time: bool

    @property
    def source(self) -> str:
        return top(self.file.removesuffix(".py").split("/"))

    @property
    def target(self) -> str | None:
        """The line of the table that an import of our own leads to; None for a library."""
        parts = self.name.split(".")
        return top(parts[1:]) if parts[0] == PACKAGE else None

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.name}"


def top(parts: list[str]) -> str:
    return parts[0] if parts and is_module(parts[:1]) else "__init__"


def is_module(parts: list[str]) -> bool:
    path = ROOT.joinpath(*parts)
    return path.with_suffix(".py").is_file() or path.is_dir()


def imports_of(path: Path) -> Iterator[Import]:
    file = path.relative_to(ROOT)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {id(inner) for node in ast.walk(tree) if is_for_types(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        for name in imported_names(node, file):
            yield Import(file.as_posix(), getattr(node, "lineno", 0), name, id(node) not in for_types)


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def imported_names(node: ast.AST, file: Path) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        folders = [PACKAGE, *file.parent.parts]
        base = [*folders[: len(folders) + 1 - node.level]] if node.level else []
        base += node.module.split(".") if node.module else []
        for alias in node.names:
            inside = [*base, alias.name]
            is_ours = base[0] == PACKAGE and is_module(inside[1:])
            yield ".".join(inside if is_ours or base[0] == "aiohttp" else base)


def modules() -> list[str]:
    """List the lines that the table needs: what lies in the package's folder and holds code."""
    files = {path.stem for path in ROOT.glob("*.py")}
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and any(path.rglob("*.py"))}
    return sorted(files | folders)


IMPORTS = list(chain.from_iterable(imports_of(path) for path in sorted(ROOT.rglob("*.py"))))
OURS = [each for each in IMPORTS if each.target is not None]


def test_the_reader_of_imports_sees_them() -> None:
    found = {(each.source, each.target) for each in OURS}

    assert {("wire", "entities"), ("operations", "wire"), ("openapi", "resources")} <= found
    assert any(each.source == "http" and each.name == "aiohttp" and each.at_run_time for each in IMPORTS)


@pytest.mark.parametrize("module", modules())
def test_every_module_has_its_place(module: str) -> None:
    assert module in LAYERS, (
        f"{module} is missing from LAYERS in this file: give it a line below all that it imports and above all that "
        f"imports it, or find out that there is no such place"
    )


def test_the_table_has_no_line_too_many() -> None:
    assert sorted(LAYERS) == sorted({*modules()} & {*LAYERS})


def test_a_module_imports_only_those_above_it() -> None:
    wrong = [
        str(each)
        for each in OURS
        if each.source != each.target
        and each.source in LAYERS
        and each.target in LAYERS
        and LAYERS.index(each.target) > LAYERS.index(each.source)
    ]

    assert wrong == []


def test_neighbours_do_not_know_each_other() -> None:
    assert [str(each) for each in OURS if (each.source, each.target) in APART] == []


def test_strangers_do_not_know_each_others_insides() -> None:
    wrong = [
        str(each)
        for each in OURS
        if each.target in STRANGERS
        and each.source in (*STRANGERS, "pytest_plugin", "__main__")
        and each.source != each.target
        and each.name != f"{PACKAGE}.{each.target}"
    ]

    assert wrong == []


def test_reports_and_the_command_line_stand_on_the_public_client() -> None:
    assert [str(each) for each in OURS if each.source in FACE_ONLY and each.target in BEHIND_THE_FACE] == []


def test_how_a_report_looks_is_told_above_what_it_says() -> None:
    inside = [each for each in IMPORTS if each.file.startswith("reports/") and f"{PACKAGE}.reports." in each.name]
    known = {(each.file.split("/")[1], each.name.rpartition(".")[2]) for each in inside}

    assert {"values", "figures", "periods"} >= {
        name for file, name in known if file in ("values.py", "figures.py", "notice.py")
    }
    assert {"report", "stats", "fetch"}.isdisjoint(name for file, name in known if file in ("html.py", "plots.py"))


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_is_imported_where_it_belongs(library: str) -> None:
    wrong = [
        str(each)
        for each in IMPORTS
        if each.name.split(".")[0] == library and each.at_run_time and each.source not in LIBRARIES[library]
    ]

    assert wrong == []


@pytest.mark.parametrize("room", ["sandbox", "webhooks"])
def test_a_server_uses_aiohttp_as_a_server_only(room: str) -> None:
    used = {each.name for each in IMPORTS if each.source == room and each.name.split(".")[0] == "aiohttp"}

    assert used
    assert {name for name in used if not name.startswith("aiohttp.web")} == set()


@pytest.mark.parametrize("module", [name for name in LAYERS if name not in ("__init__", "__main__")])
def test_a_module_can_be_imported_first(module: str) -> None:
    code = f"import {PACKAGE}.{module}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
