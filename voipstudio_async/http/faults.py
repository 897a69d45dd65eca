"""What goes wrong on the way, as errors of our own.

aiohttp's carry the request's headers, and with them the token: they are neither chained to ours nor quoted. What a
server has sent is not quoted either.
"""

from __future__ import annotations

import re

import aiohttp

from ..errors import (
    ConfigurationError,
    ConnectError,
    ConnectTimeout,
    ProtocolError,
    RequestInfo,
    RequestTimeout,
    ResponseTooLarge,
    TransportError,
)
from .bodies import TooLarge
from .connections import SpokeFirst
from .decompression import BadEncoding, Inflated
from .settings import Timeouts

_UNCONNECTED = (
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    SpokeFirst,
)


def translated(error: Exception, info: RequestInfo, timeouts: Timeouts) -> Exception:
    """Return our error for one of aiohttp's, of the system's, or of reading a body."""
    if isinstance(error, TooLarge):
        return _too_large(info, error)
    if isinstance(error, Inflated):
        return ResponseTooLarge(f"the body is packed, and {error}", request=info)
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
    if isinstance(error, (aiohttp.ClientError, OSError)):
        return ProtocolError(
            f"the connection broke off before the answer was complete ({_cause(error)}){_is_it_tls(error, info)}",
            request=info,
        )
    return TransportError(f"the request failed ({_cause(error)})", request=info)


def _too_large(info: RequestInfo, error: TooLarge) -> ResponseTooLarge:
    cure = "; ask for smaller pages" if error.limit == "max_response_bytes" else ""
    message = f"the body is larger than {error.most} bytes (Limits.{error.limit}){cure}"
    return ResponseTooLarge(message, request=info, limit=error.most)


def _connect_error(error: Exception, info: RequestInfo, timeouts: Timeouts) -> ConnectError:
    if isinstance(error, SpokeFirst):
        return ConnectError("the server spoke before it was asked: is this the right port?", request=info)
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return ConnectTimeout(f"no connection within {timeouts.connect:g} s", request=info)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        reason = getattr(error.certificate_error, "verify_message", "") or "it cannot be verified"
        return ConnectError(f"the server's certificate is refused: {reason}", request=info, final=True)
    if isinstance(error, aiohttp.ClientSSLError):
        return ConnectError(f"the TLS handshake failed ({_tls_cause(error)})", request=info, final=True)
    if isinstance(error, (aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError)):
        return ConnectError(f"the proxy does not connect ({_cause(error)})", request=info)
    return ConnectError(f"no connection could be made ({_cause(error)})", request=info)


def _malformed(error: aiohttp.ClientResponseError, info: RequestInfo) -> str:
    # What the server sent stands behind the first colon or quotation mark, and may repeat a token: it is left out.
    words = " ".join(re.split(r"[:\n'\"]", str(error.message))[0].split())[:120]
    if re.match(r"Got more than|Too many headers", words):
        return f"the headers of the answer are too large ({words}); Limits.max_header_bytes and max_headers bound them"
    if _TLS_ALERT in str(error.message):
        return "the answer is TLS, and no HTTP: the server wants https:// at this port"
    # The vendor's own client knows a page with malformed headers that seems to be its rate limiter's.
    hint = "; the API is known to answer so when it limits the rate" if info.method == "GET" else ""
    return f"the answer is not well-formed HTTP ({words}){hint}"


_TLS_ALERT = r"\x15\x03"
"""How a record that a TLS server sends to whoever speaks something else begins, as aiohttp quotes it."""
_NO_TLS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"}


def _is_it_tls(error: Exception, info: RequestInfo) -> str:
    # Most servers with TLS end the connection without a word when they are spoken to in plain HTTP.
    if not isinstance(error, aiohttp.ServerDisconnectedError) or not info.url.startswith("http://"):
        return ""
    return "; a server that wants https:// at this port behaves so"


def _tls_cause(error: Exception) -> str:
    if getattr(getattr(error, "os_error", error), "reason", None) in _NO_TLS:
        return "the server does not speak TLS at this port: is it http:// there?"
    return _cause(error)


def _cause(error: Exception) -> str:
    inner = getattr(error, "os_error", None) or error
    if isinstance(inner, aiohttp.ClientHttpProxyError):
        return f"it answered {inner.status}"
    words = getattr(inner, "strerror", None)
    return str(words) if words else type(inner).__name__
