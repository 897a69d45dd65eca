"""What a report says about records that are missing: whose, which, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ..errors import (
    APIError,
    AuthenticationError,
    ConnectError,
    DeadlineExceeded,
    DecodeError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    RequestTimeout,
    ServerError,
    TransportError,
    VoipStudioError,
)
from .values import Failure, ReportValues

_MOST_NAMED = 10
_REASONS: tuple[tuple[type[VoipStudioError], str], ...] = (
    (AuthenticationError, "VoIPstudio did not accept the token"),
    (PermissionDeniedError, "the token's owner may not read them"),
    (NotFoundError, "VoIPstudio did not find them"),
    (RateLimitError, "VoIPstudio allowed no more requests for now"),
    (ServerError, "VoIPstudio had a fault"),
    (APIError, "VoIPstudio refused the request"),
    (DeadlineExceeded, "the time for it was up"),
    (RequestTimeout, "VoIPstudio did not answer in time"),
    (ConnectError, "VoIPstudio could not be reached"),
    (TransportError, "the connection broke off"),
    (DecodeError, "the answer was not of the known form"),
    (VoipStudioError, "the reading went wrong"),
)


def missing_lines(report: ReportValues) -> Iterator[str]:
    """Say what could not be fetched, one line for each reason, and then what is not known to be complete."""
    labels = {user.user_id: label for user, label in zip(report.users, report.labels, strict=True)}
    grouped: defaultdict[str, list[Failure]] = defaultdict(list)
    for failure in report.fetch.failures:
        grouped[reason_of(failure.error)].append(failure)
    for reason, failures in grouped.items():
        named = [_name(each, labels.get(each.user_id, each.what)) for each in failures]
        yield f"{listed(named)}: {reason}.{_came_before(failures)}"
    if report.fetch.incomplete:
        yield f"{listed(report.fetch.incomplete)}: VoIPstudio does not confirm that these are all."


def reason_of(error: VoipStudioError) -> str:
    """Say why something could not be fetched, without technical details."""
    words = next(words for kind, words in _REASONS if isinstance(error, kind))
    return f"{words} ({error.status})" if isinstance(error, APIError) else words


def listed(names: Sequence[str]) -> str:
    """Write names as a list in a sentence; of many, the first ten."""
    if len(names) > _MOST_NAMED:
        return f"{', '.join(names[:_MOST_NAMED])} and {len(names) - _MOST_NAMED:,} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _name(failure: Failure, label: str) -> str:
    return label if failure.user_id is not None else failure.what[:1].upper() + failure.what[1:]


def _came_before(failures: Iterable[Failure]) -> str:
    rows = sum(each.rows for each in failures)
    return f" The {rows:,} read until then are counted." if rows else ""
