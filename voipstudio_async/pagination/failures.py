"""What the failure of a page says: that it was too large, too deep, or nothing about the page at all."""

from __future__ import annotations

from ..errors import (
    APIError,
    ConnectTimeout,
    DeadlineExceeded,
    RequestTimeout,
    ResponseTooLarge,
    ServerError,
)

_REFUSALS = (400, 416, 422)


def is_too_much(error: Exception, *, tried: bool) -> bool:
    """Tell whether a page failed in a way that a smaller one may not.

    :param tried: it was a smaller one already, which was sent only once: then its whole time was not enough for it
    """
    if isinstance(error, ServerError):
        return not is_throttled(error)
    if isinstance(error, DeadlineExceeded):
        # With the usual settings, an answer that does not come in time is this: the retries take all the time there is.
        return error.attempts > 0 and not tried
    return isinstance(error, (RequestTimeout, ResponseTooLarge)) and not isinstance(error, ConnectTimeout)


def is_throttled(error: Exception) -> bool:
    """Tell whether the API asks to come later: then it is not the page that is the matter."""
    return isinstance(error, APIError) and (error.status == 429 or error.retry_after is not None)


def is_refusal(error: Exception) -> bool:
    """Tell whether the API refuses to give a page."""
    return isinstance(error, APIError) and error.status in _REFUSALS


def is_limit_refused(error: Exception) -> bool:
    """Tell whether a refusal names the number of rows as its reason."""
    if not isinstance(error, APIError):
        return False
    return any(each.field == "limit" for each in error.errors) or "limit" in error.message.lower()
