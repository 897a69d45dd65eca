"""What went wrong in one line, with what to do about it. Imported where something did."""

from __future__ import annotations

import re

from ..errors import (
    APIError,
    AuthenticationError,
    ConfigurationError,
    ConnectError,
    DeadlineExceeded,
    DecodeError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionFailedError,
    ProtocolError,
    RateLimitError,
    RequestTimeout,
    ServerError,
    TransportError,
    UnsafeOperationError,
    ValidationError,
    VoipStudioError,
)
from .exits import FAILED, USAGE, WHERE_TOKENS_ARE_MADE

_ADVICE: tuple[tuple[type[Exception], str], ...] = (
    (
        AuthenticationError,
        f"the token is wrong or has expired; make one with 'voipstudio auth login', or see {WHERE_TOKENS_ARE_MADE}",
    ),
    (PermissionDeniedError, "the token's owner may not do this; use the token of an administrator"),
    (NotFoundError, "look the id up with 'voipstudio list'"),
    (ValidationError, "check the fields and values of --where, --order-by, --from and --to"),
    (PreconditionFailedError, "the user has no phone that is registered: start one, or let another user's phone ring"),
    (RateLimitError, "wait a while, or ask for less at once with --concurrency"),
    (ServerError, "the fault is on the other side; try again later"),
    (ConnectError, "check the network, VOIPSTUDIO_API_URL and --base-url"),
    (DeadlineExceeded, "ask for less, or wait longer with --deadline"),
    (RequestTimeout, "try again, or ask for less with --page-size"),
    (ProtocolError, "try again later, or ask for less at once with --concurrency"),
    (DecodeError, "without --strict such values are kept as they came"),
    (VoipStudioError, ""),
    (OSError, ""),
    (Exception, "this should not happen; --debug shows where it did"),
)


def code_of(error: Exception) -> int:
    """Return the exit code that an error stands for."""
    return USAGE if isinstance(error, ConfigurationError | UnsafeOperationError) else FAILED


def explained(error: BaseException) -> str:
    """Say in one line what went wrong and what to do about it."""
    text, advice = " ".join(_what(error).split()), _advice(error)
    return f"{text}; {advice}" if advice else text


_INCOMPLETE = "is the base URL complete, with its version? (--base-url, VOIPSTUDIO_API_URL)"
_NO_PATH = "the API has no such path"


def _advice(error: BaseException) -> str | None:
    if isinstance(error, NotFoundError) and error.request is not None and not _names_one(error.request.url):
        return _NO_PATH if _has_version(error.request.url) else _INCOMPLETE
    if isinstance(error, ValidationError | TransportError) and _changes(error):
        return _advice_on_a_change(error)
    return next((text for kind, text in _ADVICE if isinstance(error, kind)), None)


def _changes(error: ValidationError | TransportError) -> bool:
    return error.request is not None and error.request.method not in ("GET", "HEAD")


def _advice_on_a_change(error: ValidationError | TransportError) -> str:
    if isinstance(error, ConnectError):
        return "nothing was sent; check the network, VOIPSTUDIO_API_URL and --base-url"
    if isinstance(error, TransportError):
        return "it may have been done all the same: look before you try again"
    if error.request is not None and error.request.url.endswith(("/login", "/login2fa")):
        return "check the address, the password and the code; each login mails a new code"
    if "cli prefix" in error.message.lower():
        return "the account can show no other number: leave --caller-id out"
    return "check the values that were given"


def _names_one(url: str) -> bool:
    """Whether an address has an id in it: then it may be that which is not found, and otherwise hardly."""
    return any(part.isdigit() for part in url.partition("?")[0].split("/"))


def _has_version(url: str) -> bool:
    return re.search(r"/v\d+(\.\d+)?/", url) is not None


def _what(error: BaseException) -> str:
    if isinstance(error, APIError):
        details = "".join(f"; {each}" for each in error.errors)
        return f"{error.status} {error.message}{details}{_request(error)}"
    if isinstance(error, TransportError):
        return f"{error.message}{_request(error)}"
    if isinstance(error, VoipStudioError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return f"unexpected {type(error).__name__}: {error}"


def _request(error: APIError | TransportError) -> str:
    if error.request is None:
        return ""
    # Without the query: a filter is long, and was written by whoever reads this.
    place = f"{error.request.method} {error.request.url.partition('?')[0]}"
    return f" ({place}, {error.attempts} attempts)" if error.attempts > 1 else f" ({place})"
