"""Calls, messages, contacts and queues on the command line."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Sequence
from typing import Any

import pytest
from cli.commands import Screen, finish, process, until, voipstudio

from voipstudio_async.sandbox import Sandbox

NUMBER = "+44 20 7946 0123"


def shown(*arguments: str, at: Sandbox) -> Any:
    ended = voipstudio(*arguments, "--format", "json", at=at)
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def changes(sandbox: Sandbox) -> list[str]:
    return [each.method for each in sandbox.requests if each.method != "GET"]


def user(sandbox: Sandbox) -> int:
    return int(sandbox.store.rows("users")[0]["id"])


def test_a_call_is_placed_listed_and_ended(sandbox: Sandbox) -> None:
    call = shown("calls", "place", NUMBER, "--from-user", str(user(sandbox)), "--yes", at=sandbox)

    assert (call["dst"], call["state"]) == ("442079460123", "RINGING")
    assert call["id"] in [row["id"] for row in shown("calls", "list", at=sandbox)]
    assert voipstudio("calls", "hang-up", str(call["id"]), "--yes", at=sandbox).code == 0
    assert call["id"] not in [row["id"] for row in shown("calls", "list", at=sandbox)]


@pytest.mark.parametrize(
    "arguments", [["calls", "place", NUMBER], ["calls", "hang-up", "1"], ["sms", "send", NUMBER, "--message", "Hello"]]
)
def test_what_cannot_be_taken_back_is_not_done_unasked(sandbox: Sandbox, arguments: Sequence[str]) -> None:
    ended = voipstudio(*arguments, at=sandbox, stdin="y\n")

    assert ended.code == 2
    assert "add --yes" in ended.err
    assert changes(sandbox) == []


@pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")
@pytest.mark.parametrize(("answer", "code", "sent"), [("y", 0, ["POST"]), ("", 2, []), ("no", 2, [])])
def test_a_person_is_asked(sandbox: Sandbox, answer: str, code: int, sent: list[str]) -> None:
    screen = Screen(120)
    arguments = ("sms", "send", NUMBER, "--message", "Hello")
    with process(*arguments, at=sandbox, stdin=screen.theirs, stderr=screen.theirs) as started:
        screen.wait_for("send a text message to 442079460123? [y/N]")
        screen.type(answer)
        ended = finish(started)
    screen.end()

    assert ended.code == code
    assert changes(sandbox) == sent


@pytest.mark.parametrize(
    "arguments",
    [
        ["calls", "place", "nobody", "--yes"],
        ["calls", "place", NUMBER, "--caller-id", "x", "--yes"],
        ["calls", "watch", "--interval", "0"],
        ["sms", "send", NUMBER, "--message", " ", "--yes"],
        ["sms", "send", "12345678901234567", "--message", "Hello", "--yes"],
        ["contacts", "create"],
        ["contacts", "update", "1"],
    ],
)
def test_what_cannot_be_right_is_not_sent(sandbox: Sandbox, arguments: Sequence[str]) -> None:
    assert voipstudio(*arguments, at=sandbox).code == 2
    assert sandbox.requests == []


def test_an_agent_without_a_phone_is_told_so(sandbox: Sandbox) -> None:
    agent = user(sandbox)
    sandbox.telephony.offline.add(agent)

    ended = voipstudio("calls", "place", NUMBER, "--from-user", str(agent), "--yes", at=sandbox)

    assert ended.code == 1
    assert "has no phone that is registered" in ended.err


def test_a_message_is_sent(sandbox: Sandbox) -> None:
    sms = shown("sms", "send", NUMBER, "--message", "Hello", "--yes", at=sandbox)

    assert (sms["to"], sms["message"]) == ("442079460123", "Hello")


def test_a_contact_is_created_changed_and_moved(sandbox: Sandbox) -> None:
    made = shown("contacts", "create", "--first-name", "Ann", "--mobile", "447700900123", at=sandbox)
    changed = shown("contacts", "update", str(made["id"]), "--tel", "442079460000", at=sandbox)
    moved = voipstudio("contacts", "move", str(made["id"]), "--group-name", "Friends", at=sandbox)

    assert (changed["first_name"], changed["tel"]) == ("Ann", "442079460000")
    assert (moved.code, moved.err) == (0, "moved 1 contact to 'Friends'\n")
    row = next(row for row in shown("contacts", "list", "--all", at=sandbox) if row["id"] == made["id"])
    assert row["group_name"] == "Friends"


def test_an_agent_joins_a_queue_and_leaves_it(sandbox: Sandbox) -> None:
    queue = str(shown("queues", "list", at=sandbox)[0]["id"])
    agent = user(sandbox)

    def agents(word: str) -> list[int]:
        return [each["id"] for each in shown("queues", word, queue, str(agent), at=sandbox)["users"]]

    assert agent in agents("join")
    assert agent not in agents("leave")


def test_calls_are_watched_as_lines_where_there_is_no_terminal(sandbox: Sandbox) -> None:
    with process("calls", "watch", "--interval", "0.5", at=sandbox) as started:
        until(lambda: len(sandbox.requests) > 1)
        started.send_signal(signal.SIGINT)
        ended = finish(started)

    assert (ended.code, ended.err) == (130, "interrupted\n")
    live = [str(row["id"]) for row in sandbox.store.rows("calls")]
    assert sorted(line.split("\t")[0] for line in ended.out.splitlines()) == sorted(live)


@pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")
def test_calls_are_watched_in_a_table_on_a_terminal(sandbox: Sandbox) -> None:
    screen = Screen(160)
    with process("calls", "watch", at=sandbox, stdout=screen.theirs, variables={"TERM": "xterm"}) as started:
        screen.wait_for("calls: ")
        started.send_signal(signal.SIGINT)
        assert finish(started).code == 130
    screen.end()

    assert "src_name" in screen.shown
