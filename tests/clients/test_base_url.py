"""Where a client sends its requests."""

from __future__ import annotations

from typing import Any

import pytest
from faces import opened


async def test_a_client_and_its_views_tell_where_the_api_is(face: type[Any]) -> None:
    async with opened(face, "x", base_url="https://api.example.com/v1/") as client:
        assert client.base_url == "https://api.example.com/v1"
        assert client.with_options().base_url == client.base_url


async def test_the_address_of_the_environment_is_told(face: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOIPSTUDIO_API_URL", "https://api.example.com/v2")

    async with opened(face, "x") as client:
        assert client.base_url == "https://api.example.com/v2"
