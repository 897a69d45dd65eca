"""One request over a connection of its own, as the sender of webhooks makes it. Only the status is read."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress

from yarl import URL

_HEAD = "{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n"


async def status_of(method: str, url: URL, headers: Mapping[str, str], body: bytes, patience: float) -> int:
    """Send a request and return the status of its answer.

    :param patience: seconds until the answer must have begun
    :raises OSError: there is no connection, no answer in time (`TimeoutError`), or no HTTP
    """
    secure = ssl.create_default_context() if url.scheme == "https" else None
    async with asyncio.timeout(patience):
        reader, writer = await asyncio.open_connection(url.host, url.port, ssl=secure)
        try:
            writer.write(_head(method, url, headers, len(body)) + body)
            await writer.drain()
            return _status(await reader.readline())
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


def _head(method: str, url: URL, headers: Mapping[str, str], length: int) -> bytes:
    host = f"[{url.host}]" if ":" in (url.host or "") else url.host
    head = _HEAD.format(method=method, target=url.raw_path_qs, host=f"{host}:{url.port}", length=length)
    return (head + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n").encode("latin-1")


def _status(line: bytes) -> int:
    version, _, rest = line.partition(b" ")
    code = rest[:3]
    if not version.startswith(b"HTTP/") or not code.isdigit():
        raise ConnectionError("the answer is no HTTP" if line else "the connection was closed without an answer")
    return int(code)
