"""No token in any output."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest
from cli.commands import Ended, voipstudio
from recorder import Recorder

from voipstudio_async.sandbox import Sandbox

CANARY = "canary0123456789abcdef0123456789abcdef0123"


@pytest.fixture
def account() -> Sandbox:
    return Sandbox(users=3, calls=20, seed=3, token=CANARY)


def test_no_command_shows_the_token_or_a_password(account: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(CANARY, "utf-8")
    commands = [*COMMANDS, ["list", "users", "--token-file", str(file)]]
    with account:
        password = account.store.rows("me")[0]["sip_password"]
        shown = [voipstudio(*command, "--debug", at=account) for command in commands]
    shown += [
        voipstudio(*command, "--debug", VOIPSTUDIO_API_URL="http://127.0.0.1:9", VOIPSTUDIO_API_TOKEN=CANARY)
        for command in (["me"], ["raw", "GET", f"/apitokens/{CANARY}"])
    ]

    assert {ended.code for ended in shown} == {0, 1, 2}
    for ended in shown:
        assert CANARY not in ended.out + ended.err
        assert password not in ended.out + ended.err


COMMANDS = (
    *(["me", "--format", form] for form in ("table", "json", "ndjson", "csv")),
    *(["raw", "GET", path] for path in ("/me", f"/apitokens/{CANARY}", "/users")),
    ["me", "--fields", "sip_password"],
    ["raw", "POST", "/apitokens", "--json", '{"name": "x"}'],
    ["get", "users", "1"],
    ["report", "--format", "json"],
)


def test_there_is_no_option_for_the_token() -> None:
    ended = voipstudio("me", "--token", CANARY)

    assert ended.code == 2
    assert "No such option" in ended.err
    assert CANARY not in ended.err


BODIES: dict[str, object] = {
    "a field": {"data": [{"id": 7, "note": f"asked with {CANARY}", "links": {CANARY: [CANARY.upper()]}}], "total": 1},
    "text": f"you are {CANARY}, password=hunter2!".encode(),
    "base64": {"data": [{"id": 7, "email": b64encode(b"x:" + CANARY.encode()).decode()}], "total": 1},
}


@pytest.mark.parametrize("form", ["table", "json", "ndjson", "csv"])
def test_a_row_that_repeats_the_token_is_shown_without_it(form: str, recorder: Recorder) -> None:
    recorder.answer(body=BODIES["a field"])
    ended = _told(recorder, "list", "users", "--format", form)

    assert (ended.code, "7" in ended.out) == (0, True)
    assert CANARY not in ended.out + ended.err


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_raw_answer_that_repeats_what_was_sent_is_shown_without_it(body: object, recorder: Recorder) -> None:
    recorder.answer(body=body)
    ended = _told(recorder, "raw", "GET", "/users")

    assert (ended.code, "***" in ended.out) == (0, True)
    for secret in (CANARY, CANARY.upper(), "hunter2", b64encode(b"x:" + CANARY.encode()).decode()):
        assert secret not in ended.out + ended.err


def test_a_password_that_a_raw_request_sets_is_not_shown_where_the_answer_repeats_it(recorder: Recorder) -> None:
    recorder.answer(body={"data": {"note": "now it is correct-horse"}})
    ended = _told(recorder, "raw", "PATCH", "/me", "--json", '{"password": "correct-horse"}', "--yes")

    assert (ended.code, "now it is ***" in ended.out) == (0, True)


def _told(recorder: Recorder, *arguments: str) -> Ended:
    return voipstudio(*arguments, VOIPSTUDIO_API_URL=recorder.url, VOIPSTUDIO_API_TOKEN=CANARY)
