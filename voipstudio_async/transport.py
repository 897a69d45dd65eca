"""The transport: one request goes out, one reply comes back, or one of our errors is raised. The only module that speaks HTTP.

Every failure of aiohttp, also one that happens while the body is read, is translated here. aiohttp's own errors carry the
request's headers, and with them the token, so they are not chained to ours.
"""

from __future__ import annotations

import asyncio
import platform
import ssl as tls
import warnings
from typing import Any

import aiohttp
from yarl import URL

from .errors import (
    ClientClosedError,
    ConfigurationError,
    ConnectError,
    ConnectTimeout,
    ProtocolError,
    RequestInfo,
    RequestTimeout,
    ResponseTooLarge,
    TransportError,
)
from .exchange import Reply
from .settings import Limits, Timeouts
from .version import __version__

USER_AGENT = f"voipstudio_async/{__version__} Python/{platform.python_version()} aiohttp/{aiohttp.__version__}"
HEADERS = {"Accept": "application/json", "User-Agent": USER_AGENT}


class Transport:
    """A connection pool, made on first use inside the running loop; or somebody else's session, which is left open."""

    def __init__(
        self,
        owner: str,
        limits: Limits,
        *,
        session: aiohttp.ClientSession | None,
        proxy: str | None,
        ssl: tls.SSLContext | bool | None,
        trust_env: bool,
    ) -> None:
        self._owner = owner
        self._limits = limits
        self._session = session
        self._owned = session is None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._options: dict[str, Any] = {"allow_redirects": False}
        if proxy is not None:
            self._options["proxy"] = proxy
        if ssl is not None:
            self._options["ssl"] = ssl
        self._trust_env = trust_env
        self._timeouts: dict[Timeouts, aiohttp.ClientTimeout] = {}
        self.closed = False

    async def send(
        self, info: RequestInfo, url: URL, headers: dict[str, str], body: bytes | None, timeouts: Timeouts
    ) -> Reply:
        """Send one request, once, and read its reply to the end."""
        session = self._session_here()
        failure: Exception
        try:
            async with session.request(
                info.method, url, headers=headers, data=body, timeout=self._timeout(timeouts), **self._options
            ) as response:
                content = await self._read(response, info)
                return Reply(response.status, response.headers, content)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, RuntimeError) as error:
            if isinstance(error, ResponseTooLarge):
                raise
            failure = self._translate(error, info, timeouts)
        raise failure

    async def close(self) -> None:
        """Close the pool, unless it is somebody else's."""
        self.closed = True
        session, self._session = self._session, None
        if session is not None and self._owned:
            await session.close()

    def forget(self) -> None:
        """Drop the pool without a word to its connections: after a fork they belong to the parent."""
        self._session = None if self._owned else self._session
        self._loop = None

    def __del__(self) -> None:
        session = getattr(self, "_session", None)
        if session is None or not self._owned or session.closed:
            return
        warnings.warn(f"{self._owner} was not closed: use 'with', or call close()", ResourceWarning, source=self)
        connector = session.connector
        session.detach()
        if connector is not None and self._loop is not None and not self._loop.is_closed():
            connector.close()

    def _session_here(self) -> aiohttp.ClientSession:
        if self.closed:
            raise ClientClosedError(f"{self._owner} is closed; make a new one")
        loop = asyncio.get_running_loop()
        if self._session is None:
            self._session = self._make_session()
            self._loop = loop
        elif self._owned and self._loop is not loop:
            raise ConfigurationError(
                f"{self._owner} belongs to another event loop: make one client for each loop (each asyncio.run)"
            )
        elif self._session.closed:
            raise ClientClosedError("the session that this client was given is closed")
        return self._session

    def _make_session(self) -> aiohttp.ClientSession:
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._limits.concurrency),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=self._trust_env,
        )
        # aiohttp sends an idempotent request again by itself when a kept-alive connection turns out to be closed. Retries are
        # ours to decide and to count: a DELETE is sent again only where its declaration allows it.
        session._retry_connection = False
        return session

    def _timeout(self, timeouts: Timeouts) -> aiohttp.ClientTimeout:
        # A timeout of None would switch the session's own off: it is always given, and kept, since making it costs.
        timeout = self._timeouts.get(timeouts)
        if timeout is None:
            # Waiting for a place in an injected session's pool is not connecting.
            connect = timeouts.connect if self._owned else None
            timeout = aiohttp.ClientTimeout(
                total=None, connect=connect, sock_connect=timeouts.connect, sock_read=timeouts.read
            )
            self._timeouts[timeouts] = timeout
        return timeout

    async def _read(self, response: aiohttp.ClientResponse, info: RequestInfo) -> bytes:
        most = self._limits.max_response_bytes
        if response.content_length is not None and response.content_length > most:
            raise _too_large(info, most)
        chunks: list[bytes] = []
        size = 0
        while chunk := await response.content.readany():
            size += len(chunk)
            if size > most:
                response.close()
                raise _too_large(info, most)
            chunks.append(chunk)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _translate(self, error: Exception, info: RequestInfo, timeouts: Timeouts) -> Exception:
        if isinstance(error, (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError)) or isinstance(
            error, aiohttp.ClientHttpProxyError
        ):
            return _connect_error(error, info, timeouts)
        if isinstance(error, TimeoutError):
            return RequestTimeout(f"nothing was received for {timeouts.read:g} s", request=info)
        if isinstance(error, (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError)):
            return ConfigurationError(f"the URL cannot be used: {info.url}")
        if isinstance(error, aiohttp.ClientResponseError):
            return ProtocolError(_malformed(error, info), request=info)
        if isinstance(error, RuntimeError) and self.closed:
            return ClientClosedError(f"{self._owner} was closed while a request was under way")
        if isinstance(error, (aiohttp.ClientError, OSError)):
            return ProtocolError(f"the connection broke off before the answer was complete ({_cause(error)})", request=info)
        return TransportError(f"the request failed ({_cause(error)})", request=info)


def _too_large(info: RequestInfo, most: int) -> ResponseTooLarge:
    message = f"the body is larger than {most} bytes (Limits.max_response_bytes); ask for smaller pages"
    return ResponseTooLarge(message, request=info, limit=most)


def _connect_error(error: Exception, info: RequestInfo, timeouts: Timeouts) -> ConnectError:
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return ConnectTimeout(f"no connection within {timeouts.connect:g} s", request=info)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        reason = getattr(error.certificate_error, "verify_message", "") or "it cannot be verified"
        return ConnectError(f"the server's certificate is refused: {reason}", request=info, final=True)
    if isinstance(error, aiohttp.ClientSSLError):
        return ConnectError(f"the TLS handshake failed ({_cause(error)})", request=info, final=True)
    if isinstance(error, (aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError)):
        return ConnectError(f"the proxy does not connect ({_cause(error)})", request=info)
    return ConnectError(f"no connection could be made ({_cause(error)})", request=info)


def _malformed(error: aiohttp.ClientResponseError, info: RequestInfo) -> str:
    # The vendor's own client knows a page with malformed headers that seems to be its rate limiter's.
    hint = "; the API is known to answer so when it limits the rate" if info.method == "GET" else ""
    words = " ".join(str(error.message).split())[:120]
    return f"the answer is not well-formed HTTP ({words}){hint}"


def _cause(error: Exception) -> str:
    inner = getattr(error, "os_error", None) or error
    if isinstance(inner, aiohttp.ClientHttpProxyError):
        return f"it answered {inner.status}"
    words = getattr(inner, "strerror", None)
    return str(words) if words else type(inner).__name__
