"""Exit codes, and the one line that an error is."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.commands import voipstudio

from voipstudio_async import ConnectError, DecodeError, ProtocolError, RequestInfo, RequestTimeout, VoipStudioError
from voipstudio_async.cli import exits
from voipstudio_async.cli.advice import code_of, explained
from voipstudio_async.cli.terminal import tame
from voipstudio_async.entities.secrecy import masked
from voipstudio_async.errors import error_class
from voipstudio_async.sandbox import Sandbox

TOKEN_FILE_MODE = 0o600
PLACING = RequestInfo("POST", "https://example.com/v1/calls")


def test_a_wrong_token_says_where_tokens_are_made(sandbox: Sandbox) -> None:
    ended = voipstudio("me", at=sandbox, VOIPSTUDIO_API_TOKEN="wrong")

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("error: 401 ")
    assert "Administration, edit user, API Keys" in ended.err
    assert ended.err.count("\n") == 1


def test_no_token_says_how_to_give_one() -> None:
    ended = voipstudio("me")

    assert ended.code == 2
    assert "set VOIPSTUDIO_API_TOKEN, or name a file with --token-file" in ended.err


def test_a_token_file_takes_the_place_of_the_variable(sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{sandbox.token}\nsecond line\n", "utf-8")
    file.chmod(TOKEN_FILE_MODE)

    ended = voipstudio("me", "--token-file", str(file), "--base-url", sandbox.url, VOIPSTUDIO_API_TOKEN="wrong")

    assert (ended.code, ended.err) == (0, "")


def test_a_token_file_that_others_can_read_is_warned_about(sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(sandbox.token, "utf-8")
    file.chmod(0o644)

    ended = voipstudio("me", "--token-file", str(file), "--base-url", sandbox.url)

    assert ended.code == 0
    assert ended.err == f"warning: others can read the token in {file}; do: chmod 600 {file}\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "No such file"), (b"", "is empty"), (b"\n", "is empty"), (b"\xff\xfe", "not a text file")],
)
def test_a_token_file_without_a_token_is_wrong_usage(content: bytes | None, message: str, tmp_path: Path) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
        file.chmod(TOKEN_FILE_MODE)

    ended = voipstudio("me", "--token-file", str(file))

    assert ended.code == 2
    assert ended.err.startswith("error: --token-file")
    assert message in ended.err


def test_a_server_that_is_not_there_is_named() -> None:
    ended = voipstudio("me", "--base-url", "http://127.0.0.1:9/v1", VOIPSTUDIO_API_TOKEN="x")

    assert ended.code == 1
    assert "http://127.0.0.1:9/v1/me" in ended.err
    assert "check the network" in ended.err


def test_an_address_without_the_version_is_suspected(sandbox: Sandbox) -> None:
    short = sandbox.url.removesuffix("/v1.2/voipstudio")

    whole, one = voipstudio("me", "--base-url", short, at=sandbox), voipstudio("get", "users", "1", at=sandbox)

    assert short != sandbox.url
    assert whole.err.startswith("error: 404 ")
    assert "is the base URL complete, with its version?" in whole.err
    assert "look the id up with 'voipstudio list'" in one.err


def test_a_path_that_is_not_there_is_not_the_fault_of_the_address(sandbox: Sandbox) -> None:
    ended = voipstudio("raw", "GET", "/nothing", at=sandbox)

    assert (ended.code, "base URL" in ended.err) == (1, False)
    assert "the API has no such path" in ended.err


def test_plain_http_to_another_host_is_refused() -> None:
    ended = voipstudio("me", "--base-url", "http://192.0.2.1/v1", VOIPSTUDIO_API_TOKEN="x")

    assert ended.code == 2
    assert "plain http would show the token" in ended.err


def test_a_deadline_that_passes_is_said(sandbox: Sandbox) -> None:
    sandbox.faults.latency(5)

    ended = voipstudio("me", "--deadline", "0.2", at=sandbox)

    assert ended.code == 1
    assert "not done after 0.2 seconds" in ended.err


def test_debug_shows_the_traceback(sandbox: Sandbox) -> None:
    plain = voipstudio("get", "users", "1", at=sandbox)
    debug = voipstudio("get", "users", "1", "--debug", at=sandbox)

    assert "Traceback" not in plain.err
    assert "Traceback" in debug.err
    assert debug.err.splitlines()[-1] == plain.err.strip()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 418, 429, 500, 503])
def test_every_status_is_one_line_with_its_request(status: int) -> None:
    info = RequestInfo("GET", "https://example.com/v1/users?filter=long")
    error = error_class(status)(status, "two\nlines", request=info, attempts=3)

    assert explained(error).startswith(f"{status} two lines (GET https://example.com/v1/users, 3 attempts)")
    assert code_of(error) == 1


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (error_class(400)(400, "No CLI prefix set", request=PLACING), "leave --caller-id out"),
        (error_class(400)(400, "Validation error", request=PLACING), "check the values that were given"),
        (error_class(412)(412, "No VoIP clients registered", request=PLACING), "has no phone that is registered"),
        (RequestTimeout("no answer", request=PLACING), "it may have been done all the same"),
        (ProtocolError("broke off", request=PLACING), "it may have been done all the same"),
        (ConnectError("refused", request=PLACING), "nothing was sent"),
        (error_class(400)(400, "no", request=RequestInfo("POST", "https://example.com/v1/login")), "mails a new code"),
    ],
)
def test_what_changes_something_is_advised_on_otherwise_than_a_listing(error: Exception, advice: str) -> None:
    assert advice in explained(error)


def test_an_unexpected_error_is_a_line_too(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("voipstudio_async.cli.reading.draw_record", break_down)

    ended = voipstudio("me", at=sandbox)

    assert ended.code == 1
    assert ended.err == "error: unexpected RuntimeError: broken; this should not happen; --debug shows where it did\n"


def test_errors_without_a_request_are_explained_all_the_same() -> None:
    assert explained(ConnectError("no route")).startswith("no route; check the network")
    assert explained(DecodeError("data[3].id", "expected an integer")).startswith("data[3].id: expected an integer")
    assert explained(VoipStudioError("plain")) == "plain"
    assert explained(OSError(28, "No space left on device")) == "No space left on device"
    assert explained(OSError(13, "Permission denied", "/x")) == "/x: Permission denied"


def test_the_exit_codes_stand_in_the_help() -> None:
    shown = voipstudio("--help").out

    for code in (0, exits.FAILED, exits.USAGE, exits.INTERRUPTED, exits.READER_GONE):
        assert f"{code} " in shown


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"password": "x", "two_factor_auth": 1}, {"password": "***", "two_factor_auth": 1}),
        ({"data": [{"token": "x", "name": "n"}]}, {"data": [{"token": "***", "name": "n"}]}),
        (
            {"user_token": "x", "api_key": "y", "apiKey": 7, "nonce": "z"},
            dict.fromkeys(("user_token", "api_key", "apiKey", "nonce"), "***"),
        ),
        (
            {"has_fax_password": True, "sip_password": None, "token": ""},
            {"has_fax_password": True, "sip_password": None, "token": ""},
        ),
        ({"sip_password": ["a", "b"]}, {"sip_password": ["***", "***"]}),
    ],
)
def test_secrets_are_masked_by_their_names(given: dict[str, object], expected: dict[str, object]) -> None:
    assert masked(given) == expected


def test_text_from_outside_cannot_steer_the_terminal() -> None:
    assert tame("a\x1b[31mb\x07\x9b2Jc\u202e") == "a\\x1b[31mb\\x07\\x9b2Jc\\u202e"
    assert tame("Łuczak\tO'Brien\n") == "Łuczak\tO'Brien\n"
