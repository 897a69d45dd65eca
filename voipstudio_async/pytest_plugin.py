"""Fixtures for the tests of programs that use this package.

``voipstudio_sandbox`` is a started `voipstudio_async.sandbox.Sandbox`, new for each test; it serves from a thread, so
that tests of either face can use it. Its arguments are given with a mark::

    @pytest.mark.voipstudio_sandbox(users=3, calls=10)
    def test_report(voipstudio_sandbox): ...
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .sandbox import Sandbox

_MARK = "voipstudio_sandbox"


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", f"{_MARK}(**arguments): the arguments of the sandbox that the test gets")


@pytest.fixture
def voipstudio_sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox with an invented account, for one test."""
    # Only here: a test run without the fixture does not pay for a web server.
    from .sandbox import Sandbox  # noqa: PLC0415

    mark = request.node.get_closest_marker(_MARK)
    arguments: dict[str, Any] = {"users": 5, "calls": 50} | (dict(mark.kwargs) if mark else {})
    with Sandbox(**arguments) as sandbox:
        yield sandbox
