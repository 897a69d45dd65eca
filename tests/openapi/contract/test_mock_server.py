"""Every call of the SDK, answered by Prism: a mock server that knows nothing but the document."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from faces import every, operation, settle
from literals import LITERALS, Literal
from outside import program

from voipstudio_async import AsyncVoipStudio, RetryPolicy

GOLDEN = Path(__file__).parents[2] / "golden" / "openapi.json"
DOCUMENT: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
# The one id of all examples: an answer about another thing than was asked for is refused.
(ID,) = DOCUMENT["components"]["parameters"]["id"]["schema"]["examples"]


@pytest.fixture
def mock() -> Iterator[str]:
    """Prism, on a port that was free."""
    command = program("prism")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    options = ("--errors", "--host", "127.0.0.1", "--port", str(port), GOLDEN)
    with subprocess.Popen((command, "mock", *options), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as prism:
        try:
            wait_for(port, prism)
            yield f"http://127.0.0.1:{port}"
        finally:
            prism.terminate()


def wait_for(port: int, prism: subprocess.Popen[bytes]) -> None:
    while prism.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("prism ended before it served")


def arguments(literal: Literal) -> tuple[Any, ...]:
    first, *others = literal.args or (None,)
    return (ID, *others) if type(first) is int else literal.args


async def test_every_call_is_answered_and_read(mock: str) -> None:
    failures: dict[str, str] = {}
    async with AsyncVoipStudio("token", base_url=mock, retry=RetryPolicy(attempts=1)) as client:
        for name, literal in LITERALS.items():
            try:
                options = {"confirm": ID} if name == "customers.delete" else literal.options
                result = operation(client, name)(*arguments(literal), **options)
                await (every(result) if hasattr(result, "collect") else settle(result))
            except Exception as error:
                failures[name] = f"{type(error).__name__}: {error}"

    assert failures == {}
