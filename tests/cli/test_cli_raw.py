"""``raw``: any request."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.commands import voipstudio

from voipstudio_async.sandbox import Sandbox


def test_an_answer_is_shown_as_json_without_secrets(sandbox: Sandbox) -> None:
    ended = voipstudio("raw", "GET", "/me", at=sandbox)

    assert ended.code == 0
    assert json.loads(ended.out)["data"]["sip_password"] == "***"


def test_parameters_go_into_the_query(sandbox: Sandbox) -> None:
    ended = voipstudio("raw", "get", "cdrs", "--param", "limit=2", "--param", "sort=id", at=sandbox)

    assert len(json.loads(ended.out)["data"]) == 2
    assert sandbox.requests[0].path == "/cdrs"


@pytest.mark.parametrize("source", ["text", "file", "stdin"])
def test_a_body_comes_from_the_line_a_file_or_stdin(source: str, sandbox: Sandbox, tmp_path: Path) -> None:
    body = '{"name": "Sales"}'
    (tmp_path / "body.json").write_text(body, "utf-8")
    given = {"text": body, "file": f"@{tmp_path / 'body.json'}", "stdin": "-"}[source]

    ended = voipstudio("raw", "POST", "/usergroups", "--json", given, "--yes", at=sandbox, stdin=body)

    assert ended.code == 0
    assert "Sales" in [row["name"] for row in sandbox.store.rows("usergroups")]


@pytest.mark.parametrize("method", ["POST", "patch", "DELETE"])
def test_what_may_change_things_asks_for_yes(method: str, sandbox: Sandbox) -> None:
    ended = voipstudio("raw", method, "/users/5", at=sandbox)

    assert ended.code == 2
    assert "add --yes" in ended.err
    assert sandbox.requests == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["GET", "/users", "--param", "limit"], "'limit' is not KEY=VALUE"),
        (["GET", "/users", "--json", "{"], "--json is not JSON"),
        (["GET", "/users", "--json", "@/nowhere/body.json"], "No such file"),
        (["GET", "/users/../me"], "a path is below the base URL"),
        (["G T", "/users", "--yes"], "a method is a word"),
    ],
)
def test_wrong_usage_is_refused_before_any_request(arguments: list[str], message: str, sandbox: Sandbox) -> None:
    ended = voipstudio("raw", *arguments, at=sandbox)

    assert ended.code == 2
    assert message in ended.err
    assert sandbox.requests == []


def test_an_error_status_is_an_error(sandbox: Sandbox) -> None:
    ended = voipstudio("raw", "GET", "/nothing", at=sandbox)

    assert ended.code == 1
    assert ended.err.startswith("error: 404")
