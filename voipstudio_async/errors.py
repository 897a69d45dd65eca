"""Everything that can go wrong, as one family of exceptions.

::

    VoipStudioError
    ├── ConfigurationError           the client was given settings that cannot work
    ├── ClientClosedError            the client was used after close()
    ├── UnsafeOperationError         a call was refused before it was sent, because it would do harm
    ├── TransportError               no usable answer came back
    │   ├── ConnectError             no connection could be made: nothing was sent
    │   ├── RequestTimeout           one attempt took longer than its timeout
    │   ├── ConnectTimeout           both of these: connecting took too long
    │   ├── DeadlineExceeded         the whole call, with its retries and waits, took too long
    │   ├── ProtocolError            the answer was not well-formed HTTP, or broke off
    │   └── ResponseTooLarge         the body is larger than ``Limits.max_response_bytes``
    ├── APIError                     the API answered with an error status
    │   ├── ValidationError          400
    │   ├── AuthenticationError      401
    │   ├── PermissionDeniedError    403
    │   ├── NotFoundError            404
    │   ├── ConflictError            409
    │   ├── PreconditionFailedError  412
    │   ├── RateLimitError           429
    │   └── ServerError              500 and above
    ├── DecodeError                  the answer is not what the API is known to send
    ├── PaginationError              a listing could not be walked to a trustworthy end
    ├── BulkError                    some inputs of a bulk run failed
    └── TwoFactorRequired            the login needs a second factor

Every exception can be pickled, and none holds a token or a password.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Sequence


@attrs.frozen
class FieldError:
    """One entry of the ``errors`` list in an error answer."""

    field: str | None
    """The field that the API refuses, or None when it names none."""
    message: str
    """What the API says about it."""
    code: str | None = None
    """The vendor's error code, ``SF0010`` for instance, when one came along."""

    def __str__(self) -> str:
        named = f"{self.field}: {self.message}" if self.field else self.message
        return f"{named} [{self.code}]" if self.code else named


@attrs.frozen
class RequestInfo:
    """Which request an error is about: its method and its URL, with secrets replaced by ``***``."""

    method: str
    """``GET``, ``POST`` or another."""
    url: str
    """The address, with its query."""

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


def _rebuild(cls: type[VoipStudioError], args: tuple[Any, ...], state: dict[str, Any]) -> VoipStudioError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class VoipStudioError(Exception):
    """The root of the family: ``except VoipStudioError`` catches all that this package raises on its own."""

    def __reduce__(self) -> tuple[Any, ...]:
        # The default calls the class with ``args`` alone, which loses keyword-only arguments.
        return _rebuild, (type(self), self.args, dict(self.__dict__))


class ConfigurationError(VoipStudioError, ValueError):
    """The client, or a call, was given settings that cannot work. Nothing was sent."""


class ClientClosedError(VoipStudioError, RuntimeError):
    """The client was used after it had been closed."""


class UnsafeOperationError(VoipStudioError):
    """The call would do harm that cannot be undone, and was not confirmed. Nothing was sent."""


class TransportError(VoipStudioError):
    """No usable answer came back. The request may have reached the server, unless it is a `ConnectError`."""

    def __init__(self, message: str, *, request: RequestInfo | None = None, attempts: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.request = request
        self.attempts = attempts

    def __str__(self) -> str:
        tries = f" (after {self.attempts} attempts)" if self.attempts > 1 else ""
        return f"{self.request}: {self.message}{tries}" if self.request else f"{self.message}{tries}"


class ConnectError(TransportError):
    """No connection could be made (refused, unknown host, TLS, proxy): nothing was sent."""

    def __init__(
        self, message: str, *, request: RequestInfo | None = None, attempts: int = 1, final: bool = False
    ) -> None:
        super().__init__(message, request=request, attempts=attempts)
        self.final = final
        """Trying again cannot help: the certificate is refused, for instance."""


class RequestTimeout(TransportError, TimeoutError):
    """One attempt took longer than ``Timeouts.connect`` or ``Timeouts.read`` allows."""


class ConnectTimeout(ConnectError, RequestTimeout):
    """Making the connection took longer than ``Timeouts.connect``: a timeout, and nothing was sent."""


class DeadlineExceeded(TransportError, TimeoutError):
    """The whole call, every retry and wait included, took longer than ``Timeouts.total`` allows."""

    def __init__(
        self,
        message: str,
        *,
        request: RequestInfo | None = None,
        attempts: int = 1,
        elapsed: float = 0.0,
    ) -> None:
        super().__init__(message, request=request, attempts=attempts)
        self.elapsed = elapsed
        """How long the call had been under way, in seconds."""


class ProtocolError(TransportError):
    """The answer was not well-formed HTTP, or the connection broke off before it was complete."""


class ResponseTooLarge(TransportError):
    """The body is larger than ``Limits.max_response_bytes`` and was not read to its end."""

    def __init__(
        self,
        message: str,
        *,
        request: RequestInfo | None = None,
        attempts: int = 1,
        limit: int = 0,
    ) -> None:
        super().__init__(message, request=request, attempts=attempts)
        self.limit = limit


class APIError(VoipStudioError):
    """The API answered with an error status (or with a redirect, which is never followed)."""

    def __init__(
        self,
        status: int,
        message: str,
        errors: Sequence[FieldError] = (),
        request: RequestInfo | None = None,
        attempts: int = 1,
    ) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message
        self.errors = list(errors)
        self.request = request
        self.attempts = attempts
        self.retry_after: float | None = None
        """How many seconds the API asks to wait, or None when it does not say."""

    def __str__(self) -> str:
        about = f"{self.request}: " if self.request else ""
        details = "".join(f"; {error}" for error in self.errors)
        tries = f" (after {self.attempts} attempts)" if self.attempts > 1 else ""
        return f"{about}{self.status} {self.message}{details}{tries}"


class ValidationError(APIError):
    """400: the API refuses the arguments, or the business behind them; `errors` names the fields."""


_SAYS_NOTHING = ("unauthorized", "unauthenticated", "not authenticated", "the answer has no message")
"""Messages of a 401 that tell no more than its number."""


class AuthenticationError(APIError):
    """401: the token is missing, wrong or expired."""

    def __str__(self) -> str:
        told = super().__str__()
        if self.message.strip(".").lower() not in _SAYS_NOTHING:
            return told
        return (
            f"{told}; is the token right? One of a session ends with it: log in again. Others are made in the "
            "dashboard: Administration, edit a user, API keys"
        )


class PermissionDeniedError(APIError):
    """403: the token's owner may not do this."""


class NotFoundError(APIError):
    """404: no such thing, or, for a live call, not any more."""


class ConflictError(APIError):
    """409: the thing is in a state that does not allow this."""


class PreconditionFailedError(APIError):
    """412: something outside the request is missing; for a call, the user has no registered phone."""


class RateLimitError(APIError):
    """429: too many requests; `retry_after` says for how long, where the API does."""


class ServerError(APIError):
    """500 and above: the fault is on the other side."""


class DecodeError(VoipStudioError):
    """The answer is not what the API is known to send; `path` says where, `data[3].created_at` for instance."""

    def __init__(self, path: str, message: str, *, request: RequestInfo | None = None) -> None:
        super().__init__(path, message)
        self.path = path
        self.message = message
        self.request = request

    def __str__(self) -> str:
        about = f"{self.request}: " if self.request else ""
        return f"{about}{self.path}: {self.message}" if self.path else f"{about}{self.message}"


class PaginationError(VoipStudioError):
    """A listing could not be walked to an end that can be trusted; `report` says what was seen."""

    def __init__(self, message: str, report: Any = None) -> None:
        super().__init__(message)
        self.report = report


class BulkError(VoipStudioError):
    """An input of a bulk run failed, or reading them did; `outcomes` holds all that was begun, cancelled ones too."""

    def __init__(self, message: str, outcomes: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.outcomes = list(outcomes)


class TwoFactorRequired(VoipStudioError):
    """The login needs the code that was just e-mailed; give it back together with `nonce`."""

    def __init__(self, nonce: str) -> None:
        super().__init__("the account asks for a second factor: send the e-mailed code with this nonce")
        self.nonce = nonce


_BY_STATUS: dict[int, type[APIError]] = {
    400: ValidationError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    412: PreconditionFailedError,
    429: RateLimitError,
}


def error_class(status: int) -> type[APIError]:
    """Return the class of `APIError` that stands for an HTTP status."""
    return _BY_STATUS.get(status, ServerError if status >= 500 else APIError)
