"""``--verbose`` and ``VOIPSTUDIO_LOG``: what the library does, on stderr; and the short forms of options."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from cli.commands import voipstudio

from voipstudio_async.sandbox import Sandbox


@pytest.mark.parametrize("how", ["-v", "--verbose", "debug"])
def test_the_log_is_shown_on_stderr(how: str, sandbox: Sandbox) -> None:
    said = {"VOIPSTUDIO_LOG": how} if how == "debug" else {}

    ended = voipstudio("me", "--format", "json", *([] if said else [how]), at=sandbox, **said)

    assert ended.code == 0
    assert json.loads(ended.out)["id"]
    assert "DEBUG" in ended.err
    assert "GET" in ended.err
    assert "/me" in ended.err
    assert sandbox.token not in ended.err
    assert logging.getLogger("voipstudio_async").level == logging.NOTSET


def test_without_a_wish_nothing_is_said(sandbox: Sandbox) -> None:
    assert voipstudio("me", at=sandbox).err == ""
    assert voipstudio("me", at=sandbox, VOIPSTUDIO_LOG="WARNING").err == ""


def test_a_level_that_is_none_is_wrong_usage(sandbox: Sandbox) -> None:
    ended = voipstudio("me", at=sandbox, VOIPSTUDIO_LOG="loud")

    assert ended.code == 2
    assert "VOIPSTUDIO_LOG is one of debug, info, warning, error, got 'loud'" in ended.err


def test_options_have_short_forms(sandbox: Sandbox, tmp_path: Path) -> None:
    rows, file = tmp_path / "rows.json", tmp_path / "calls.csv"

    assert voipstudio("list", "cdrs", "-n", "3", "--format", "json", "-o", str(rows), at=sandbox).code == 0
    assert voipstudio("export", "cdrs", "-o", str(file), at=sandbox).code == 0

    assert len(json.loads(rows.read_text("utf-8"))) == 3
    assert file.exists()
