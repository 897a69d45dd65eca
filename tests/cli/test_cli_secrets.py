"""No token in any output."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.commands import voipstudio

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
