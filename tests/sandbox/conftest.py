"""What the tests of the sandbox share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from plain_http import Ask, Reply, ask_at

from voipstudio_async.sandbox import Sandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(users=6, calls=300, seed=3) as started:
        yield started


@pytest.fixture
def ask(sandbox: Sandbox) -> Ask:
    async def ask(method: str, path: str, **options: Any) -> Reply:
        return await ask_at(sandbox, method, path, **options)

    return ask
