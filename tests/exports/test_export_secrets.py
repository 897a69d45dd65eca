"""Secrets in exported files: masked, unless somebody says the word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hostile.servers import Hostile, always, answer

from voipstudio_async import ConfigurationError, VoipStudio
from voipstudio_async.exports import export

ROW = {"id": 1, "user_token": "hush-1", "profile": {"pin": "hush-2"}, "visited_apps": {"sipPassword": "hush-3"}}


def exported(path: Path, **options: Any) -> str:
    page = answer({"data": [ROW], "total": 1})
    with Hostile(always(page)) as hostile, VoipStudio("t", base_url=hostile.url) as client:
        export(client.users.list(), path, extras=True, **options)
    return path.read_text("utf-8")


@pytest.mark.parametrize("name", ["users.csv", "users.ndjson"])
def test_secrets_are_masked_in_a_file_as_in_a_list(name: str, tmp_path: Path) -> None:
    text = exported(tmp_path / name)
    assert "hush" not in text
    assert text.count("***") == 3


@pytest.mark.parametrize("name", ["users.csv", "users.ndjson"])
def test_a_word_reveals_them(name: str, tmp_path: Path) -> None:
    text = exported(tmp_path / name, secrets="reveal")
    assert all(f"hush-{number}" in text for number in (1, 2, 3))
    assert "***" not in text


def test_another_word_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="secrets is 'mask' or 'reveal'"):
        exported(tmp_path / "users.csv", secrets="show")
