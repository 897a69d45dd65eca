"""The public names. Other programs bind to them, so they are written out here."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest

import voipstudio_async as package
from voipstudio_async import _exports as face
from voipstudio_async import errors

CHANGELOG = Path(__file__).parent.parent / "CHANGELOG.md"

ERRORS = {
    "VoipStudioError": "Exception",
    "ConfigurationError": "VoipStudioError",
    "ClientClosedError": "VoipStudioError",
    "UnsafeOperationError": "VoipStudioError",
    "TransportError": "VoipStudioError",
    "ConnectError": "TransportError",
    "RequestTimeout": "TransportError",
    "DeadlineExceeded": "TransportError",
    "ProtocolError": "TransportError",
    "ResponseTooLarge": "TransportError",
    "APIError": "VoipStudioError",
    "ValidationError": "APIError",
    "AuthenticationError": "APIError",
    "PermissionDeniedError": "APIError",
    "NotFoundError": "APIError",
    "ConflictError": "APIError",
    "PreconditionFailedError": "APIError",
    "RateLimitError": "APIError",
    "ServerError": "APIError",
    "DecodeError": "VoipStudioError",
    "PaginationError": "VoipStudioError",
    "BulkError": "VoipStudioError",
    "TwoFactorRequired": "VoipStudioError",
}
CONTRACT = (
    *ERRORS,
    "AsyncVoipStudio",
    "VoipStudio",
    "Timeouts",
    "RetryPolicy",
    "Limits",
    "TokenAuth",
    "BasicAuth",
    "RawResponse",
    "FieldError",
    "AsyncPages",
    "Pages",
    "Page",
    "PageReport",
    "field",
    "UNSET",
    "Outcome",
    "BulkResult",
)
FACES = (package.AsyncVoipStudio, package.VoipStudio)
ARGUMENTS = [
    "token",
    "auth",
    "base_url",
    "timeouts",
    "retry",
    "limits",
    "session",
    "proxy",
    "ssl",
    "trust_env",
    "allow_http",
    "tz",
    "strict",
]
RESOURCES = {
    "users": ["list", "get", "delete", "contacts", "cdrs", "chat_messages", "calls", "audio", "reset_audio"],
    "queue_groups": ["list", "create", "get", "update", "delete"],
    "user_groups": ["list", "create", "get", "update", "delete"],
    "user_group_policies": ["list", "create", "get", "update", "delete"],
    "customers": ["delete"],
    "cdrs": ["list", "get"],
    "bulk": ["stream", "run"],
    "raw": ["request"],
}
EXPENSIVE = ("aiohttp", "pandas", "pyarrow", "polars", "duckdb", "rich", "typer", "uvloop", "opentelemetry")
OPTIONAL = ("sandbox", "cli", "reports", "openapi", "pytest_plugin")


def parameters(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


def test_all_is_sorted_and_has_no_repetition() -> None:
    assert list(package.__all__) == sorted(set(package.__all__))


def test_what_is_not_public_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nobody'"):
        package.nobody  # noqa: B018
    assert dir(package) == list(package.__all__)


def test_importing_the_package_alone_imports_next_to_nothing() -> None:
    code = "import sys, voipstudio_async; print('attrs' in sys.modules, 'asyncio' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_all_is_what_is_public() -> None:
    public = {
        name
        for name, value in vars(face).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }

    assert public | {"__version__"} == set(package.__all__)


@pytest.mark.parametrize("name", CONTRACT)
def test_a_contract_name_is_importable(name: str) -> None:
    assert name in package.__all__
    assert getattr(package, name) is not None


@pytest.mark.parametrize(("name", "base"), ERRORS.items())
def test_an_error_is_in_its_place_in_the_family(name: str, base: str) -> None:
    error = getattr(errors, name)

    assert error is getattr(package, name)
    assert [each.__name__ for each in error.__bases__][:1] == [base]


def test_every_error_is_public() -> None:
    family = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}

    assert family <= set(package.__all__)


@pytest.mark.parametrize("face", FACES)
def test_a_client_takes_the_arguments_of_the_contract(face: type) -> None:
    taken = inspect.signature(face).parameters

    assert [name for name in taken if name in ARGUMENTS] == ARGUMENTS
    assert taken["token"].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert {taken[name].kind for name in ARGUMENTS[1:]} == {inspect.Parameter.KEYWORD_ONLY}
    assert all(each.default is not inspect.Parameter.empty for each in taken.values())


def test_both_faces_take_the_same_arguments() -> None:
    first, second = (parameters(face) for face in FACES)

    assert first == second


@pytest.mark.parametrize("face", FACES)
def test_a_view_takes_the_options_of_the_contract(face: Any) -> None:
    assert {"timeouts", "retry", "token"} <= set(parameters(face.with_options))


@pytest.mark.parametrize(
    ("settings", "fields"),
    [
        (package.Timeouts, ["connect", "read", "total"]),
        (package.RetryPolicy, ["attempts", "base", "cap", "statuses", "budget"]),
        (package.Limits, ["concurrency", "per_second", "max_response_bytes"]),
    ],
)
def test_settings_take_the_fields_of_the_contract(settings: Any, fields: list[str]) -> None:
    assert [name for name in parameters(settings) if name in fields] == fields


@pytest.mark.parametrize("face", FACES)
def test_a_client_has_the_operations_of_the_contract(face: Any) -> None:
    client = face("token", base_url="http://127.0.0.1:1")

    assert callable(client.me)
    for resource, names in RESOURCES.items():
        assert all(callable(getattr(getattr(client, resource), name)) for name in names), resource


@pytest.mark.parametrize("pages", [package.AsyncPages, package.Pages])
def test_a_pager_has_the_methods_of_the_contract(pages: Any) -> None:
    assert all(callable(getattr(pages, name)) for name in ("pages", "page", "first", "total", "collect"))
    assert {"max_items", "require_complete"} <= set(parameters(pages.collect))
    assert hasattr(pages, "report")


def test_a_page_has_the_fields_of_the_contract() -> None:
    assert {"items", "number", "total"} <= set(parameters(package.Page))
    assert set(parameters(package.PageReport)) == {
        "requests",
        "rows",
        "duplicates",
        "total_first",
        "total_last",
        "complete",
        "smaller_pages",
        "by_key",
    }


def test_importing_the_package_imports_nothing_that_is_optional_or_expensive() -> None:
    unwanted = {*EXPENSIVE, *(f"voipstudio_async.{name}" for name in OPTIONAL)}
    code = f"import sys, voipstudio_async; print(*sorted({unwanted!r} & set(sys.modules)))"

    found = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, check=True, encoding="utf-8"
    )

    assert found.stdout.split() == []


def test_the_newest_entry_of_the_changelog_is_this_version() -> None:
    entries = re.findall(r"^## \[([0-9][^]]*)\]", CHANGELOG.read_text(encoding="utf-8"), re.MULTILINE)

    assert entries[0] == package.__version__


def test_what_is_deprecated_says_what_to_use_and_goes_in_a_version_to_come() -> None:
    messages = [
        node.args[0].value
        for path in Path(package.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "deprecated"
        if isinstance(node.args[0], ast.Constant)
    ]
    current = tuple(map(int, package.__version__.split(".")[:2]))

    assert messages
    for message in messages:
        found = re.match(r"\S+ goes in (\d+)\.(\d+): use \S+", str(message))
        assert found, repr(message)
        assert (int(found[1]), int(found[2])) > current, f"remove it now: {message!r}"
