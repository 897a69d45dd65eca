"""The transport: one request goes out, one reply comes back, or one of our errors is raised.

This room alone speaks HTTP. Every failure of aiohttp, also one that happens while the body is read, is translated:
see `faults`.
"""

from __future__ import annotations

import asyncio
import base64
import inspect
import platform
import ssl as tls
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from yarl import URL

from ..entities.secret import Secret
from ..errors import ClientClosedError, ConfigurationError, RequestInfo
from ..version import __version__
from ..wire.exchange import Reply, Sending, Sink
from . import connections, forks
from .auth import Headers, HeaderValue
from .bodies import MOST_OF_AN_ERROR, TooLarge, beginning, drain
from .decompression import ENCODINGS
from .faults import translated
from .resolver import Resolver
from .settings import Limits, Timeouts
from .timers import Timers

USER_AGENT = f"voipstudio_async/{__version__} Python/{platform.python_version()} aiohttp/{aiohttp.__version__}"
HEADERS = {"Accept": "application/json", "Accept-Encoding": ENCODINGS, "User-Agent": USER_AGENT}
_TYPE = {"Content-Type": "application/json"}
_OF_FILES = {"Accept": "*/*"}
"""A file comes in its own type, or within JSON."""
_NO_TYPE: dict[str, Any] = {"skip_auto_headers": ("Content-Type",)}
"""For what has no body, and would be given the type of one: to a GET aiohttp gives none."""


_Ask = Callable[..., Awaitable[aiohttp.ClientResponse]]


class _NotTaken(Exception):
    """The sink failed: that is nothing of the connection's."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class Transport:
    """A connection pool, made on first use inside the running loop; or somebody else's session, which is left open."""

    def __init__(
        self,
        owner: str,
        limits: Limits,
        *,
        session: aiohttp.ClientSession | None,
        proxy: Secret | None,
        ssl: tls.SSLContext | bool | None,
    ) -> None:
        if session is not None and not isinstance(session, aiohttp.ClientSession):
            raise ConfigurationError(f"session must be an aiohttp.ClientSession, got {type(session).__name__}")
        self._owner = owner
        self._limits = limits
        self._session = session
        self._owned = session is None
        self._timers: Timers | None = None if session is None else Timers(session._loop)
        self._options: dict[str, Any] = {"allow_redirects": False, "auto_decompress": False}
        if session is not None:
            _check_session(session)
            self._options |= _header_bounds(limits)
        if proxy is not None:
            self._options |= _through(proxy.reveal())
        # With https, aiohttp shows this to the proxy alone, when it asks for the tunnel.
        self._presented: dict[str, str] | None = self._options.get("proxy_headers")
        if ssl is not None:
            self._options["ssl"] = ssl
        self._request: _Ask | None = None if session is None else session.request
        self._last: tuple[Timeouts, aiohttp.ClientTimeout] | None = None
        self.closed = False
        forks.renew_after(self)

    async def send(self, sending: Sending, credentials: Headers, timeouts: Timeouts) -> Reply:
        """Send one request, once, and read its reply to the end."""
        request = sending.request
        # Our own session knows the headers that never change.
        headers = credentials if self._owned else HEADERS | credentials
        if request.body is not None or sending.sink is not None:
            headers = headers | (_TYPE if sending.sink is None else _OF_FILES)
        is_plain = request.method == "GET" or request.body is not None
        if self._presented is not None and sending.url.scheme == "http":
            headers = headers | self._presented
        ask = self._request or self._open()
        if self._session is not None and not (self._owned and connections.IS_OURS):
            connections.leave_out(self._session.connector)
        failure: Exception
        response: Any = None
        content: Any = None
        try:
            response = await ask(
                request.method,
                sending.url,
                headers=headers,
                data=request.body,
                timeout=self._timeout(timeouts),
                **(self._options if is_plain else self._options | _NO_TYPE),
            )
            try:
                sink = sending.sink
                if sink is not None and _is_file(response, sink):
                    content = await self._pour(response, sending, sink)
                else:
                    content = self._at_hand(response)
                    if content is None:
                        content = await self._read(response)
            finally:
                if not response.closed:
                    response.release()
            return Reply(response.status, response.headers, content, 1, credentials)
        except _NotTaken as error:
            failure = error.error
        except (aiohttp.ClientError, TooLarge, OSError, ValueError, RuntimeError) as error:
            failure = self._translate(error, sending.info, timeouts)
        except asyncio.CancelledError as error:
            # Without aiohttp's frames: they hold the URL and the headers.
            error.__traceback__ = None
            raise
        finally:
            # Whoever prints the variables of this frame finds no credentials, and nothing that was received.
            del headers, credentials, response, content
        raise failure

    async def close(self) -> None:
        """Close the pool, unless it is somebody else's."""
        self.closed = True
        session, self._session = self._session, None
        self._request = None
        if session is not None and self._owned:
            await session.close()
        if self._timers is not None:
            self._timers.rest()

    def renew(self) -> None:
        """Begin afresh in a child process, without a word to the connections: they belong to the parent."""
        if self._owned:
            forks.keep(self._session, self._timers)
            self._session = self._timers = self._request = None

    def __del__(self) -> None:
        session = getattr(self, "_session", None)
        if session is None or not self._owned or session.closed:
            return
        text = f"{self._owner} was not closed: use 'async with', or await close()"
        warnings.warn(text, ResourceWarning, stacklevel=2, source=self)
        connector = session.connector
        session.detach()
        if connector is not None:
            _close_at_once(connector)

    def timers(self) -> Timers:
        """Return the timers of the running loop, by which the connections wait as well.

        It refuses when closed, and in another loop than that of the connections.
        """
        if self.closed:
            raise ClientClosedError(f"{self._owner} is closed; make a new one")
        loop = asyncio.get_running_loop()
        if self._timers is None:
            self._timers = Timers(loop)
        elif not self._owned and self._session is not None and self._session.closed:
            raise ClientClosedError("the session that this client was given is closed")
        elif self._timers.loop is not loop:
            whose = self._owner if self._owned else f"the session that {self._owner} was given"
            raise ConfigurationError(
                f"{whose} belongs to another event loop: make one client for each loop (each asyncio.run)"
            )
        return self._timers

    def _open(self) -> _Ask:
        self._session = session = self._make_session(self.timers())
        # What `request` wraps for `async with`, which nobody here needs.
        self._request = request = getattr(session, "_request", session.request)
        return request

    def _make_session(self, timers: Timers) -> aiohttp.ClientSession:
        connector = connections.Connector(limit=self._limits.concurrency, resolver=Resolver())
        connector.share(timers)
        session = aiohttp.ClientSession(
            connector=connector,
            headers=HEADERS,
            cookie_jar=aiohttp.DummyCookieJar(),
            **_header_bounds(self._limits),
        )
        # aiohttp sends an idempotent request again by itself when a kept-alive connection turns out to be closed.
        # Retries are ours to decide and to count: a DELETE is sent again only where its declaration allows it.
        session._retry_connection = False
        return session

    def _timeout(self, timeouts: Timeouts) -> aiohttp.ClientTimeout:
        # A timeout of None would switch the session's own off: it is always given, and kept, since making it costs.
        if self._last is None or self._last[0] is not timeouts:
            # `connect` starts a timer for every request, also on a connection that is there. Our own connector does
            # without: it bounds the making of a connection. Somebody else's has nothing better.
            timeout = aiohttp.ClientTimeout(
                total=None,
                connect=None if self._owned else timeouts.connect,
                sock_connect=timeouts.connect,
                sock_read=timeouts.read,
            )
            self._last = (timeouts, timeout)
        return self._last[1]

    def _at_hand(self, response: aiohttp.ClientResponse) -> bytes | None:
        """Return a body that came together with its head, as small ones do: to wait would take two steps more."""
        content = response.content
        if not content.is_eof() or content.exception() is not None or "Content-Encoding" in response.headers:
            return None
        body = content.read_nowait()
        if response.status >= 300:
            return body[:MOST_OF_AN_ERROR]
        if len(body) > self._limits.max_response_bytes:
            raise TooLarge("max_response_bytes", self._limits.max_response_bytes)
        return body

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        if response.status >= 300:
            return await beginning(response)
        chunks: list[bytes] = []

        async def keep(chunk: bytes) -> None:
            chunks.append(chunk)

        await drain(response, "max_response_bytes", self._limits.max_response_bytes, keep)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    async def _pour(self, response: aiohttp.ClientResponse, sending: Sending, sink: Sink) -> bytes:
        async def hand_on(piece: bytes) -> None:
            try:
                await sink.write(piece)
            except Exception as error:
                raise _NotTaken(error) from None
            sending.flow(len(piece))

        await drain(response, "max_file_bytes", self._limits.max_file_bytes, hand_on)
        return b""

    def _translate(self, error: Exception, info: RequestInfo, timeouts: Timeouts) -> Exception:
        if isinstance(error, RuntimeError) and self.closed:
            return ClientClosedError(f"{self._owner} was closed while a request was under way")
        return translated(error, info, timeouts)


def _is_file(response: aiohttp.ClientResponse, sink: Sink) -> bool:
    return 200 <= response.status < 300 and sink.begin(response.headers)


def _check_session(session: aiohttp.ClientSession) -> None:
    if session.trust_env or session.auth is not None:
        what = "trust_env" if session.trust_env else "auth"
        raise ConfigurationError(
            f"the session has {what}, by which aiohttp adds an Authorization of its own: make it without; "
            "for proxies give trust_env=True to the client"
        )


def _header_bounds(limits: Limits) -> dict[str, Any]:
    size = limits.max_header_bytes
    bounds = {"max_line_size": size, "max_field_size": size, "max_headers": limits.max_headers}
    return {name: value for name, value in bounds.items() if name in _BOUNDS}


_BOUNDS = inspect.signature(aiohttp.ClientSession).parameters
"""Older versions of aiohttp do not bound the number of headers."""


def _through(proxy: str) -> dict[str, Any]:
    # The password is taken out of the URL: there it would show in any dump of local variables.
    url = URL(proxy)
    if url.user is None:
        return {"proxy": url}
    pair = f"{url.user}:{url.password or ''}".encode()
    credentials = HeaderValue("Basic " + base64.b64encode(pair).decode("ascii"))
    return {"proxy": url.with_user(None), "proxy_headers": {"Proxy-Authorization": credentials}}


def _close_at_once(connector: aiohttp.BaseConnector) -> None:
    # aiohttp closes the connections in the first step, and then only waits: there is nobody here who could wait.
    closing = connector.close().__await__()
    next(closing, None)
    closing.close()
