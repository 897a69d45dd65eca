"""How a command ends: its exit code, and one clear line on stderr with what to do.

====  ==========================================================================
code  meaning
====  ==========================================================================
0     everything was done
1     something could not be fetched, written or served, or may not be all; stderr
      names it
2     wrong usage: the command cannot work as it was given
129   ended by SIGHUP: the terminal was closed
130   ended by Ctrl-C
141   whoever read the output has gone (``| head``)
143   ended by SIGTERM
====  ==========================================================================
"""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Generator
from contextlib import contextmanager, suppress

import typer

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
from . import signals
from .streams import ReaderGone
from .terminal import tame

FAILED = 1
USAGE = 2
INTERRUPTED = 130
READER_GONE = 141

WHERE_TOKENS_ARE_MADE = "Administration, edit user, API Keys"

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


@contextmanager
def ended(*, debug: bool = False) -> Generator[None]:
    """End a command: turn what it raises into a line on stderr and an exit code."""
    try:
        yield
        sys.stdout.flush()
    except ReaderGone:
        raise typer.Exit(READER_GONE) from None
    except KeyboardInterrupt:
        _say_interrupted()
        raise typer.Exit(signals.code(INTERRUPTED)) from None
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:
        if debug:
            traceback.print_exc()
        say(f"error: {explained(error)}")
        raise typer.Exit(code_of(error)) from None


def _say_interrupted() -> None:
    # Where the terminal was closed, nobody is told.
    with suppress(OSError):
        # A terminal has just shown ^C: the word stands on a line of its own.
        say("\ninterrupted" if sys.stderr.isatty() else "interrupted")


def say(line: str) -> None:
    """Write one line for the person at the terminal, on stderr."""
    typer.echo(tame(line), err=True)


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
