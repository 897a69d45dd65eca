"""Fixtures for the tests of programs that use this package.

``voipstudio_sandbox`` is a started `voipstudio_async.sandbox.Sandbox`, new for each test; it serves from a thread, so
that tests of either face can use it. Its arguments are given with a mark::

    @pytest.mark.voipstudio_sandbox(users=3, calls=10)
    def test_report(voipstudio_sandbox): ...

On it stand ``voipstudio_client``, ``voipstudio_async_client``, ``voipstudio_environment`` and ``voipstudio_webhooks``.
One for the whole session is ``voipstudio_session_sandbox``; what ``voipstudio_sandbox_options`` returns are the
arguments of both.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from . import AsyncVoipStudio, VoipStudio
    from .sandbox import Sandbox, Webhooks

_MARK = "voipstudio_sandbox"


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line(
        "markers", f"{_MARK}(users, calls, seed, **arguments): the arguments of the sandbox that the test gets"
    )


@pytest.fixture(scope="session")
def voipstudio_sandbox_options() -> dict[str, Any]:
    """The arguments of the sandboxes that no mark says otherwise about. Override it to have others."""
    return {"users": 5, "calls": 50}


@pytest.fixture
def voipstudio_sandbox(request: pytest.FixtureRequest, voipstudio_sandbox_options: dict[str, Any]) -> Iterator[Sandbox]:
    """A sandbox with an invented account, for one test."""
    # Only here: a test run without the fixture does not pay for a web server.
    from .sandbox import Sandbox  # noqa: PLC0415

    mark = request.node.get_closest_marker(_MARK)
    with Sandbox(**voipstudio_sandbox_options | ({} if mark is None else _arguments(mark))) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def voipstudio_session_sandbox(voipstudio_sandbox_options: dict[str, Any]) -> Iterator[Sandbox]:
    """A sandbox for the whole session: what one test changes, the next one meets."""
    from .sandbox import Sandbox  # noqa: PLC0415

    with Sandbox(**voipstudio_sandbox_options) as sandbox:
        yield sandbox


@pytest.fixture
def voipstudio_client(voipstudio_sandbox: Sandbox) -> Iterator[VoipStudio]:
    """A blocking client of the sandbox; it is closed after the test."""
    from . import VoipStudio  # noqa: PLC0415

    with VoipStudio(voipstudio_sandbox.token, base_url=voipstudio_sandbox.url) as client:
        yield client


@pytest.fixture
def voipstudio_async_client(voipstudio_sandbox: Sandbox) -> AsyncVoipStudio:
    """An async client of the sandbox; the test opens it in its own loop: ``async with voipstudio_async_client:``."""
    from . import AsyncVoipStudio  # noqa: PLC0415

    return AsyncVoipStudio(voipstudio_sandbox.token, base_url=voipstudio_sandbox.url)


@pytest.fixture
def voipstudio_environment(voipstudio_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment variables that lead a program to the sandbox; they are set during the test, and returned."""
    variables = {"VOIPSTUDIO_API_URL": voipstudio_sandbox.url, "VOIPSTUDIO_API_TOKEN": voipstudio_sandbox.token}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture
def voipstudio_webhooks(voipstudio_sandbox: Sandbox) -> Webhooks:
    """The sender of the sandbox's webhooks: ``voipstudio_webhooks.to(url, credentials)``, ``deliver(event)``."""
    return voipstudio_sandbox.webhooks


def _arguments(mark: pytest.Mark) -> dict[str, Any]:
    from .sandbox import Sandbox  # noqa: PLC0415

    try:
        return dict(inspect.signature(Sandbox).bind_partial(*mark.args, **mark.kwargs).arguments)
    except TypeError as error:
        raise pytest.UsageError(f"@pytest.mark.{_MARK}: {error}") from None
