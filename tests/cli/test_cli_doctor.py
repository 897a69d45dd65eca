"""``voipstudio doctor``: a text to paste, JSON, this side, and how it ends."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.commands import voipstudio

import voipstudio_async
from voipstudio_async.doctor import QUESTIONS
from voipstudio_async.sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(users=2, calls=10, seed=7) as started:
        yield started


def test_a_text_to_paste(sandbox: Sandbox) -> None:
    ended = voipstudio("doctor", at=sandbox)

    assert (ended.code, ended.err) == (0, "")
    for question in QUESTIONS:
        assert f"] {question.name}\n    assumed: {question.assumed}\n    found:   " in ended.out
    assert sandbox.token not in ended.out


def test_json_to_a_file(sandbox: Sandbox, tmp_path: Path) -> None:
    target = tmp_path / "findings.json"
    ended = voipstudio("doctor", "--format", "json", "--output", str(target), at=sandbox)

    assert (ended.code, ended.out) == (0, "")
    found = json.loads(target.read_text("utf-8"))
    assert [answer["question"] for answer in found["answers"]] == [question.name for question in QUESTIONS]
    assert {answer["verdict"] for answer in found["answers"]} <= {"holds", "differs", "unknown"}


def test_what_could_not_be_asked_is_exit_code_1(sandbox: Sandbox) -> None:
    sandbox.faults.malformed_headers(count=1000, path="/conversations")
    ended = voipstudio("doctor", at=sandbox)

    assert ended.code == 1
    assert "no answer (ProtocolError): conversations" in ended.out
    assert ended.err.startswith("warning: no answer came to 1 request: ")


def test_a_wrong_token_is_exit_code_1_and_no_token_2(sandbox: Sandbox) -> None:
    assert voipstudio("doctor", VOIPSTUDIO_API_TOKEN="wrong", VOIPSTUDIO_API_URL=sandbox.url).code == 1
    assert voipstudio("doctor", VOIPSTUDIO_API_URL=sandbox.url).code == 2


def test_this_side_sends_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    ended = voipstudio("doctor", "--local", "--tz", "Europe/Warsaw", at=sandbox)
    of_file = voipstudio("doctor", "--local", "--format", "json", "--token-file", str(tmp_path / "none"))

    assert (ended.code, of_file.code, list(sandbox.requests)) == (0, 0, [])
    assert "\ntoken             VOIPSTUDIO_API_TOKEN\n" in ended.out
    assert "\nzone              Europe/Warsaw (this machine: " in ended.out
    assert sandbox.token not in ended.out
    assert json.loads(of_file.out)["token"] == "--token-file"
    assert voipstudio("doctor", "--local", "--tz", "Nowhere").code == 2


@pytest.mark.parametrize("typed", ["--version --verbose", "--verbose --version", "-v --version"])
def test_the_version_with_all_that_belongs_to_it_is_what_the_doctor_says_of_this_side(typed: str) -> None:
    ended = voipstudio(*typed.split(), VOIPSTUDIO_API_TOKEN="s3cret")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out == voipstudio("doctor", "--local", VOIPSTUDIO_API_TOKEN="s3cret").out
    assert ended.out.startswith(f"voipstudio_async  {voipstudio_async.__version__}\nPython            ")
    assert "s3cret" not in ended.out


def test_the_version_alone_is_one_word_and_verbose_alone_is_wrong_usage() -> None:
    assert voipstudio("--version").out == f"{voipstudio_async.__version__}\n"
    alone = voipstudio("--verbose", "list", "users")
    assert (alone.code, alone.out) == (2, "")
    assert "or with --version" in alone.err


def test_a_login_is_told_by_its_kind_and_not_by_its_name(tmp_path: Path) -> None:
    profile = {"base_url": "https://api.example.com/v1", "email": "ann@example.com", "form": "file", "token": "s3cret"}
    (tmp_path / "profiles.json").write_text(json.dumps({"active": "ann", "profiles": {"ann": profile}}), "utf-8")
    folder = str(tmp_path)

    active = voipstudio("--version", "--verbose", VOIPSTUDIO_CONFIG_DIR=folder).out
    named = voipstudio("--version", "--verbose", VOIPSTUDIO_CONFIG_DIR=folder, VOIPSTUDIO_PROFILE="ann").out
    unknown = voipstudio("--version", "--verbose", VOIPSTUDIO_CONFIG_DIR=folder, VOIPSTUDIO_PROFILE="bo")

    assert "\ntoken             the active profile (file)\n" in active
    assert "\nAPI               https://api.example.com\n" in active
    assert "\ntoken             --profile (file)\n" in named
    assert (unknown.code, "\ntoken             none (--profile cannot be read)\n" in unknown.out) == (0, True)
    assert not {"ann", "s3cret"} & set(re.findall(r"\w+", active + named))
