"""Where a client sends its requests."""

from __future__ import annotations

from typing import Any

import pytest
from faces import opened
from yarl import URL

from voipstudio_async import ConfigurationError


async def test_a_client_and_its_views_tell_where_the_api_is(face: type[Any]) -> None:
    async with opened(face, "x", base_url="https://api.example.com/v1/") as client:
        assert client.base_url == "https://api.example.com/v1"
        assert client.with_options().base_url == client.base_url


async def test_the_address_of_the_environment_is_told(face: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOIPSTUDIO_API_URL", "https://api.example.com/v2")

    async with opened(face, "x") as client:
        assert client.base_url == "https://api.example.com/v2"


async def test_a_url_of_yarl_is_as_good_as_a_text(face: type[Any]) -> None:
    place, proxy = URL("https://example.com/api/"), URL("http://127.0.0.1:3128")
    async with opened(face, "x-some-token", base_url=place, proxy=proxy) as client:
        assert client.base_url == "https://example.com/api"
    with pytest.raises(ConfigurationError, match="must not hold credentials"):
        face("x-some-token", base_url=URL("https://ann:secret@example.com"))
    with pytest.raises(ConfigurationError, match="must end with its path"):
        face("x-some-token", base_url=URL("https://example.com/?a=b"))
