"""The transport: one request goes out, one reply comes back, or one of our errors is raised.

The only module that speaks HTTP. Every failure of aiohttp, also one that happens while the body is read, is translated
here. aiohttp's own errors carry the request's headers, and with them the token, so they are not chained to ours.
"""

from __future__ import annotations

import asyncio
import base64
import math
import platform
import re
import select
import ssl as tls
import warnings
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from yarl import URL

from ..entities.secret import Secret
from ..errors import (
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
from ..version import __version__
from ..wire.exchange import Reply, Sending, Sink
from . import forks
from .auth import HeaderValue
from .decompression import ENCODINGS, BadEncoding, Unpacker
from .resolver import Resolver
from .settings import Limits, Timeouts
from .timers import Timer, Timers

USER_AGENT = f"voipstudio_async/{__version__} Python/{platform.python_version()} aiohttp/{aiohttp.__version__}"
HEADERS = {"Accept": "application/json", "Accept-Encoding": ENCODINGS, "User-Agent": USER_AGENT}
_TYPE = {"Content-Type": "application/json"}


class _TooLarge(Exception):
    """The body is larger than the limit."""

    def __init__(self, limit: str, most: int) -> None:
        super().__init__()
        self.limit = limit
        self.most = most


class _SpokeFirst(aiohttp.ClientConnectionError):
    """The server sent something before it was asked: whatever it is, it is no answer."""


class _NotTaken(Exception):
    """The sink failed: that is nothing of the connection's."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


_UNCONNECTED = (
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    _SpokeFirst,
)


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
        trust_env: bool,
    ) -> None:
        if session is not None and not isinstance(session, aiohttp.ClientSession):
            raise ConfigurationError(f"session must be an aiohttp.ClientSession, got {type(session).__name__}")
        self._owner = owner
        self._limits = limits
        self._session = session
        self._owned = session is None
        self._timers: Timers | None = None if session is None else Timers(session._loop)
        self._options: dict[str, Any] = {"allow_redirects": False, "auto_decompress": False}
        if proxy is not None:
            self._options |= _through(proxy.reveal())
        # With https, aiohttp shows this to the proxy alone, when it asks for the tunnel.
        self._presented: dict[str, str] | None = self._options.get("proxy_headers")
        if ssl is not None:
            self._options["ssl"] = ssl
        self._trust_env = trust_env
        self._last: tuple[Timeouts, aiohttp.ClientTimeout] | None = None
        self.closed = False
        forks.renew_after(self)

    async def send(
        self, session: aiohttp.ClientSession, sending: Sending, credentials: dict[str, str], timeouts: Timeouts
    ) -> Reply:
        """Send one request, once, and read its reply to the end."""
        request = sending.request
        # Our own session knows the headers that never change.
        headers = credentials if self._owned else HEADERS | credentials
        if request.body is not None:
            headers = headers | _TYPE
        if self._presented is not None and sending.url.scheme == "http":
            headers = headers | self._presented
        if not self._owned:
            _leave_out(session.connector)
        failure: Exception
        response: Any = None
        content: Any = None
        try:
            response = await session.request(
                request.method,
                sending.url,
                headers=headers,
                data=request.body,
                timeout=self._timeout(timeouts),
                **self._options,
            )
            try:
                sink = sending.sink
                if sink is not None and _is_file(response, sink):
                    content = await self._pour(response, sending, sink)
                else:
                    at_hand = self._at_hand(response)
                    content = await self._read(response) if at_hand is None else at_hand
            finally:
                if not response.closed:
                    response.release()
            return Reply(response.status, response.headers, content, 1, credentials)
        except _TooLarge as error:
            failure = _too_large(sending.info, error)
        except _NotTaken as error:
            failure = error.error
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, RuntimeError) as error:
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
        if session is not None and self._owned:
            await session.close()
        if self._timers is not None:
            self._timers.rest()

    def renew(self) -> None:
        """Begin afresh in a child process, without a word to the connections: they belong to the parent."""
        if self._owned:
            forks.keep(self._session, self._timers)
            self._session = self._timers = None

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

    def open(self) -> tuple[aiohttp.ClientSession, Timers]:
        """Return the session and its loop's timers, made on first use.

        It refuses when closed, and in another loop than that of the connections.
        """
        if self.closed:
            raise ClientClosedError(f"{self._owner} is closed; make a new one")
        loop = asyncio.get_running_loop()
        if self._session is None or self._timers is None:
            self._timers = Timers(loop)
            self._session = self._make_session(self._timers)
        elif not self._owned and self._session.closed:
            raise ClientClosedError("the session that this client was given is closed")
        elif self._timers.loop is not loop:
            whose = self._owner if self._owned else f"the session that {self._owner} was given"
            raise ConfigurationError(
                f"{whose} belongs to another event loop: make one client for each loop (each asyncio.run)"
            )
        return self._session, self._timers

    def _make_session(self, timers: Timers) -> aiohttp.ClientSession:
        connector = _Connector(limit=self._limits.concurrency, resolver=Resolver())
        connector.share(timers)
        session = aiohttp.ClientSession(
            connector=connector,
            headers=HEADERS,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=self._trust_env,
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
        if len(body) > self._limits.max_response_bytes:
            raise _TooLarge("max_response_bytes", self._limits.max_response_bytes)
        return body

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        chunks: list[bytes] = []

        async def keep(chunk: bytes) -> None:
            chunks.append(chunk)

        await _drain(response, "max_response_bytes", self._limits.max_response_bytes, keep)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    async def _pour(self, response: aiohttp.ClientResponse, sending: Sending, sink: Sink) -> bytes:
        async def hand_on(piece: bytes) -> None:
            try:
                await sink.write(piece)
            except Exception as error:
                raise _NotTaken(error) from None
            sending.flow(len(piece))

        await _drain(response, "max_file_bytes", self._limits.max_file_bytes, hand_on)
        return b""

    def _translate(self, error: Exception, info: RequestInfo, timeouts: Timeouts) -> Exception:
        if isinstance(error, _UNCONNECTED):
            return _connect_error(error, info, timeouts)
        if isinstance(error, BadEncoding):
            return ProtocolError(f"the body cannot be unpacked: {error}", request=info)
        if isinstance(error, TimeoutError):
            return RequestTimeout(f"nothing was received for {timeouts.read:g} s", request=info)
        if isinstance(error, (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError)):
            return ConfigurationError(f"the URL cannot be used: {info.url}")
        if isinstance(error, aiohttp.ClientResponseError):
            return ProtocolError(_malformed(error, info), request=info)
        if isinstance(error, RuntimeError) and self.closed:
            return ClientClosedError(f"{self._owner} was closed while a request was under way")
        if isinstance(error, (aiohttp.ClientError, OSError)):
            return ProtocolError(
                f"the connection broke off before the answer was complete ({_cause(error)})", request=info
            )
        return TransportError(f"the request failed ({_cause(error)})", request=info)


class _Connector(aiohttp.TCPConnector):
    """Makes connections within ``Timeouts.connect`` of the request that wants one.

    That is to look the host up, to be let through by a proxy, and the handshakes; aiohttp bounds only the last of them.
    """

    def share(self, timers: Timers) -> None:
        """Have the connections wait by these timers."""
        if _SHARES_TIMERS:
            self._factory: Any = partial(_Connection, timers)

    async def _create_connection(self, req: Any, traces: Any, timeout: aiohttp.ClientTimeout) -> Any:
        async with asyncio.timeout(timeout.sock_connect):
            made = await super()._create_connection(req, traces, timeout)
        # A TLS server may send tickets for later sessions before it is asked: there, only what was read counts.
        if made.should_close or (not req.is_ssl() and _watch(made.transport)()):
            made.close()
            raise _SpokeFirst
        return made


class _Connection(ResponseHandler):
    """A connection whose wait for the next piece is counted by a timer that all share.

    aiohttp sets a timer of the loop for every request, and again for every piece of its answer: that is a tenth of the
    time of a call. When and how long is waited stays aiohttp's own affair.
    """

    def __init__(self, timers: Timers) -> None:
        super().__init__(timers.loop)
        self._shared = timers
        self._patience: Timer | None = None
        self._awaits = False
        self._has_unread: Callable[[], object] | None = None

    def is_connected(self) -> bool:
        """Whether the connection can be used for a request.

        The pool asks this of a connection that it is about to give out again. What has come in since the last answer
        ended, all of it or a part, read or still in the system's buffer, would be taken for the next answer: such a
        connection is of no use, and neither is one whose end has not been noticed yet.
        """
        if not super().is_connected() or self._awaits or self.should_close:
            return False
        if self._has_unread is None:
            self._has_unread = _watch(self.transport)
        return not self._has_unread()

    def _reschedule_timeout(self) -> None:
        # Whenever a request has gone out, or something has come in.
        self._awaits = True
        seconds = self.read_timeout
        if not seconds:
            self._stop_waiting()
            return
        patience = self._patience
        if patience is None or patience.seconds != seconds:
            self._stop_waiting()
            patience = self._patience = self._shared.of(seconds)
        patience.start(self)

    def _drop_timeout(self) -> None:
        # At the end of an answer, among others.
        self._awaits = False
        self._stop_waiting()

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.stop(self)
            self._patience = None

    def expire(self) -> None:
        self._patience = None
        self._on_read_timeout()


# These are aiohttp's own. Should a release of it do without one, its timers are used as they come: slower, and as good.
_SHARES_TIMERS = all(
    hasattr(ResponseHandler, name)
    for name in ("read_timeout", "_reschedule_timeout", "_drop_timeout", "_on_read_timeout")
)


def _leave_out(connector: Any) -> None:
    """Close what must not be used again in the pool of somebody else's session, see `_Connection.is_connected`."""
    for pooled in getattr(connector, "_conns", {}).values():
        for connection, _ in pooled:
            if connection.should_close or _watch(connection.transport)():
                connection.close()


def _watch(transport: Any) -> Callable[[], object]:
    """Return what tells whether a connection has something to read, its end included, that the loop has not seen."""
    plug = None if transport is None else transport.get_extra_info("socket")
    if plug is None or (number := plug.fileno()) < 0:
        return list
    if not hasattr(select, "poll"):  # Windows
        return lambda: select.select([number], [], [], 0)[0]
    watch = select.poll()
    watch.register(number, select.POLLIN)
    return partial(watch.poll, 0)


def _is_file(response: aiohttp.ClientResponse, sink: Sink) -> bool:
    return 200 <= response.status < 300 and sink.begin(response.headers)


async def _drain(
    response: aiohttp.ClientResponse, limit: str, most: int | None, take: Callable[[bytes], Awaitable[None]]
) -> None:
    """Read a body to its end, unpacked and piece by piece, no further than a limit."""
    bound = math.inf if most is None else most
    if (response.content_length or 0) > bound and response.method != "HEAD":
        raise _TooLarge(limit, int(bound))
    unpacker = _unpacker(response)
    size = 0
    content = response.content
    while not content.at_eof():
        received = await content.readany()
        for piece in (received,) if unpacker is None else unpacker.feed(received):
            size += len(piece)
            if size > bound:
                response.close()
                raise _TooLarge(limit, int(bound))
            if piece:
                await take(piece)
    if (error := content.exception()) is not None:
        raise error
    if unpacker is not None:
        unpacker.end()


def _unpacker(response: aiohttp.ClientResponse) -> Unpacker | None:
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    return Unpacker(encoding) if encoding not in ("", "identity") else None


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


def _too_large(info: RequestInfo, error: _TooLarge) -> ResponseTooLarge:
    cure = "; ask for smaller pages" if error.limit == "max_response_bytes" else ""
    message = f"the body is larger than {error.most} bytes (Limits.{error.limit}){cure}"
    return ResponseTooLarge(message, request=info, limit=error.most)


def _connect_error(error: Exception, info: RequestInfo, timeouts: Timeouts) -> ConnectError:
    if isinstance(error, _SpokeFirst):
        return ConnectError("the server spoke before it was asked: is this the right port?", request=info)
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
    # What the server sent stands behind the first colon or quotation mark, and may repeat a token: it is left out.
    words = " ".join(re.split(r"[:\n'\"]", str(error.message))[0].split())[:120]
    return f"the answer is not well-formed HTTP ({words}){hint}"


def _cause(error: Exception) -> str:
    inner = getattr(error, "os_error", None) or error
    if isinstance(inner, aiohttp.ClientHttpProxyError):
        return f"it answered {inner.status}"
    words = getattr(inner, "strerror", None)
    return str(words) if words else type(inner).__name__
