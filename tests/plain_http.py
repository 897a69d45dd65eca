"""A plain HTTP client that knows nothing of the SDK."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import attrs

from voipstudio_async.sandbox import Sandbox


@attrs.frozen
class Reply:
    status: int
    headers: dict[str, str]
    json: Any


Ask = Callable[..., Awaitable[Reply]]


async def ask_at(sandbox: Sandbox, method: str, path: str, **options: Any) -> Reply:
    """Send one request on a connection of its own: aiohttp must not send it again behind our back."""
    headers = {"X-Auth-Token": sandbox.token} | options.pop("headers", {})
    headers = {name: value for name, value in headers.items() if value is not None}
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, options.pop("url", sandbox.url) + path, headers=headers, **options) as response,
    ):
        content = await response.read()
        return Reply(response.status, dict(response.headers), await response.json() if content else None)


def fetch(sandbox: Sandbox, path: str) -> Any:
    """Get some JSON without a loop."""
    request = urllib.request.Request(sandbox.url + path, headers={"X-Auth-Token": sandbox.token})
    with urllib.request.urlopen(request) as response:
        return json.load(response)
