"""``sandbox``: an API until Ctrl-C."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli.commands import ROOT, Ended, process, voipstudio

from voipstudio_async import RateLimitError, RetryPolicy, ServerError, VoipStudio

VARIABLES = ("VOIPSTUDIO_API_URL", "VOIPSTUDIO_API_TOKEN")


@contextmanager
def serving(*options: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """Run the command on a free port; yield the process, the URL and the token that it prints."""
    with process("sandbox", "--port", "0", *options) as started:
        printed = read_until_token(started)
        url, token = (re.findall(rf"^export {name}=(\S+)$", printed, re.MULTILINE)[0] for name in VARIABLES)
        yield started, url, token


def read_until_token(started: subprocess.Popen[str]) -> str:
    assert started.stdout is not None
    printed = ""
    while "export VOIPSTUDIO_API_TOKEN" not in printed:
        line = started.stdout.readline()
        assert line, "the sandbox ended"
        printed += line
    return printed


def stopped(started: subprocess.Popen[str], by: signal.Signals) -> Ended:
    started.send_signal(by)
    out, err = started.communicate(timeout=20)
    return Ended(started.returncode, out, err)


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_stopped(by: signal.Signals) -> None:
    with serving("--users", "3", "--calls", "30", "--seed", "7") as (started, url, token):
        with VoipStudio(token, base_url=url) as client:
            assert client.users.list().count() == 3
            assert client.cdrs.list().count() == 30
        ended = stopped(started, by)

    assert ended.code == 130
    assert "Traceback" not in ended.err


def test_the_two_lines_are_all_that_another_command_needs() -> None:
    with serving("--users", "2", "--calls", "5") as (_, url, token):
        ended = voipstudio("list", "users", "--format", "json", VOIPSTUDIO_API_URL=url, VOIPSTUDIO_API_TOKEN=token)

    assert len(json.loads(ended.out)) == 2


def test_rows_last_in_a_database(tmp_path: Path) -> None:
    database = ("--database", str(tmp_path / "account.sqlite"))
    with serving("--users", "2", "--calls", "5", *database) as (started, url, token):
        with VoipStudio(token, base_url=url) as client:
            client.user_groups.create(name="Lasting")
        stopped(started, signal.SIGINT)
    with serving(*database) as (started, url, token), VoipStudio(token, base_url=url) as client:
        assert "Lasting" in [group.name for group in client.user_groups.list()]
        assert client.users.list().count() == 2


def test_documented_shapes_are_a_switch() -> None:
    with serving("--users", "2", "--calls", "5", "--documented-shapes") as (_, url, token):
        shown = voipstudio("raw", "GET", "/me", VOIPSTUDIO_API_URL=url, VOIPSTUDIO_API_TOKEN=token).out

    assert isinstance(json.loads(shown)["data"], list)


def test_faults_are_met() -> None:
    once = RetryPolicy(attempts=1)
    options = ("--users", "2", "--calls", "5", "--faults", "1")
    with serving(*options) as (_, url, token), VoipStudio(token, base_url=url, retry=once) as client:
        result = client.bulk.run(client.users.get, range(1, 20), concurrency=1)

    kinds = {type(outcome.error) for outcome in result}
    assert {RateLimitError, ServerError} & kinds


def test_a_port_in_use_is_a_clear_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = voipstudio("sandbox", "--port", str(port), "--users", "1", "--calls", "0")

    assert ended == Ended(
        1, "", f"error: port {port} is in use; choose another with --port, or any free one with --port 0\n"
    )


@pytest.mark.parametrize("arguments", [["--port", "70000"], ["--users", "0"], ["--faults", "2"], ["--calls", "-1"]])
def test_wrong_usage_is_refused(arguments: list[str]) -> None:
    assert voipstudio("sandbox", *arguments).code == 2


def test_the_three_lines_of_the_readme_start_what_its_samples_need() -> None:
    page = (ROOT / "README.md").read_text("utf-8")
    shell = re.findall(r"^```sh\n\S*voipstudio (sandbox .*) &\n(export .*)\n(export .*)\n```", page, re.MULTILINE)
    ((command, *exports),) = shell
    assert page.index(command) < page.index("```python")

    with process(*command.replace("8080", "0").split(), "--users", "2", "--calls", "5") as started:
        printed = read_until_token(started)
        url, token = re.findall(r"^export \w+=(\S+)$", printed, re.MULTILINE)
        port = url.partition("//127.0.0.1:")[2].partition("/")[0]
        with VoipStudio(token, base_url=url) as client:
            assert client.users.list().count() == 2

    assert "".join(f"{line}\n" for line in exports) in printed.replace(f":{port}/", ":8080/")


@pytest.mark.parametrize("token", ["", "short", "with a space", "$(date) and more", "x" * 65])
def test_a_token_that_no_shell_should_see_is_refused(token: str) -> None:
    ended = voipstudio("sandbox", "--port", "0", "--token", token)

    assert (ended.code, ended.out) == (2, "")
    assert "--token: write 8 to 64" in ended.err
