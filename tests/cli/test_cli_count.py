"""``count``: how many rows there are."""

from __future__ import annotations

import pytest
from cli.commands import Ended, voipstudio

from voipstudio_async.cli.names import LISTINGS
from voipstudio_async.sandbox import Sandbox


def told(ended: Ended) -> int:
    assert (ended.code, ended.err) == (0, "")
    return int(ended.out)


@pytest.mark.parametrize("conditions", [("duration>30", "type=O"), ("type=O",), ()])
def test_the_rows_for_which_all_conditions_hold_are_counted(conditions: tuple[str, ...], sandbox: Sandbox) -> None:
    stored = [
        row
        for row in sandbox.store.rows("cdrs")
        if (row["duration"] > 30 or "duration>30" not in conditions) and (row["type"] == "O" or not conditions)
    ]
    options = [part for each in conditions for part in ("--where", each)]

    assert told(voipstudio("count", "cdrs", *options, at=sandbox)) == len(stored)
    assert len(sandbox.requests) == 1


def test_a_range_of_dates_is_counted(sandbox: Sandbox) -> None:
    day = sandbox.store.rows("cdrs")[0]["calldate"][:10]
    stored = sum(row["calldate"].startswith(day) for row in sandbox.store.rows("cdrs"))

    assert told(voipstudio("count", "cdrs", "--from", day, "--to", day, at=sandbox)) == stored


def test_every_listing_can_be_counted(sandbox: Sandbox) -> None:
    owner = str(sandbox.store.rows("users")[0]["id"])
    for name, named in LISTINGS.items():
        assert told(voipstudio("count", name, *([owner] if named.needs_id else []), at=sandbox)) >= 0


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["users", "1"], "users takes no id"),
        (["users.cdrs"], "users.cdrs needs an id"),
        (["usrs"], "did you mean users?"),
        (["users", "--where", "x"], "is not a condition"),
        (["cdrs", "--from", "2026-02-02", "--to", "2026-02-01"], "is before --from"),
    ],
)
def test_what_cannot_be_counted_is_refused_before_any_request(
    arguments: list[str], error: str, sandbox: Sandbox
) -> None:
    ended = voipstudio("count", *arguments, at=sandbox)

    assert (ended.code, ended.out) == (2, "")
    assert error in ended.err
    assert sandbox.requests == []
