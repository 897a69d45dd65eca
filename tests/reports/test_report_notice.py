"""What a report says about records that are missing."""

from __future__ import annotations

import pytest

from voipstudio_async import (
    ConflictError,
    ConnectError,
    DeadlineExceeded,
    DecodeError,
    PaginationError,
    PermissionDeniedError,
    ProtocolError,
    RequestTimeout,
    ServerError,
    VoipStudioError,
)
from voipstudio_async.errors import RequestInfo
from voipstudio_async.pagination.page import PageReport
from voipstudio_async.reports import CallReport, Failure, Fetch, UserFigures
from voipstudio_async.reports.notice import listed, missing_lines, reason_of

ASKED = RequestInfo("GET", "https://api.example/users/7/cdrs?page=2&limit=5000&filter=%5B%5D")


def lines(*failures: Failure, incomplete: tuple[str, ...] = (), users: tuple[UserFigures, ...] = ()) -> list[str]:
    fetch = Fetch(source="users", failures=failures, incomplete=incomplete)
    return list(missing_lines(CallReport(tz="UTC", users=users, fetch=fetch)))


def refused(name: str, id: int | None, rows: int = 0) -> Failure:
    error = PermissionDeniedError(403, "Forbidden", request=ASKED)
    return Failure(what=name, user_id=id, error=error, rows=rows)


def test_those_who_miss_for_one_reason_stand_in_one_line() -> None:
    broken = Failure(what="Olga", user_id=3, error=ServerError(502, "Bad gateway", request=ASKED), rows=1200)
    assert lines(refused("Ada", 1), broken, refused("Tom", 2)) == [
        "Ada and Tom: the token's owner may not read them (403).",
        "Olga: VoIPstudio had a fault (502). The 1,200 read until then are counted.",
    ]


def test_the_whole_account_is_named_as_such() -> None:
    assert lines(refused("call records of the account", None)) == [
        "Call records of the account: the token's owner may not read them (403)."
    ]


def test_namesakes_are_told_apart_as_in_the_table() -> None:
    users = tuple(UserFigures(user_id=id, name="Ada") for id in (1, 2))
    assert lines(refused("Ada", 2), users=users) == ["Ada 2: the token's owner may not read them (403)."]


def test_what_is_not_confirmed_is_said_once() -> None:
    assert lines(incomplete=("Ada", "Tom", "Olga")) == [
        "Ada, Tom and Olga: VoIPstudio does not confirm that these are all."
    ]


def test_of_many_names_the_first_are_told() -> None:
    assert listed([f"P{number}" for number in range(1012)]) == "P0, P1, P2, P3, P4, P5, P6, P7, P8, P9 and 1,002 more"
    assert listed(["Ada"]) == "Ada"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ConflictError(409, "Conflict", request=ASKED), "VoIPstudio refused the request (409)"),
        (ConnectError("refused", request=ASKED), "VoIPstudio could not be reached"),
        (RequestTimeout("slow", request=ASKED), "VoIPstudio did not answer in time"),
        (DeadlineExceeded("slow", request=ASKED), "the time for it was up"),
        (ProtocolError("broke off", request=ASKED), "the connection broke off"),
        (DecodeError("data[3]", "not a number"), "the answer was not of the known form"),
        (PaginationError("no end", PageReport()), "the reading went wrong"),
    ],
)
def test_every_reason_is_said_without_technical_details(error: VoipStudioError, reason: str) -> None:
    assert reason_of(error) == reason
    assert "http" not in lines(Failure(what="Ada", user_id=1, error=error))[0]
