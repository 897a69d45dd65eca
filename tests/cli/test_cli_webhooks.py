"""``webhooks listen``: what is delivered, one line each, until Ctrl-C."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from cli.commands import Ended, process, run, voipstudio
from webhooks.deliveries import GOOD, WRONG

from voipstudio_async.sandbox import Sandbox
from voipstudio_async.webhooks import CallMissed, Credentials, SmsReceived, UnknownEvent

VARIABLE = "VOIPSTUDIO_WEBHOOK_CREDENTIALS"
ACCEPTED = f"{GOOD.user}:{GOOD.password.reveal()}"
MISSED = CallMissed(id="a", call_id=7, final=True, src="442071838000", dst="101", dst_name="Ann\x1b[31m\nLee")


@contextmanager
def listening(*options: str, accepted: str = ACCEPTED) -> Generator[tuple[subprocess.Popen[str], str]]:
    """Run the command on a free port; yield the process and its URL."""
    command = ("webhooks", "listen", "--port", "0", *options)
    with process(*command, variables={VARIABLE: accepted}) as started:
        assert started.stderr is not None
        found = re.search(r"listening on (http\S+/);", started.stderr.readline())
        assert found
        yield started, found[1]


def stopped(started: subprocess.Popen[str], by: signal.Signals = signal.SIGINT) -> Ended:
    started.send_signal(by)
    out, err = started.communicate(timeout=20)
    return Ended(started.returncode, out, err)


def deliver(url: str, *events: CallMissed | SmsReceived | UnknownEvent, shown: Credentials | None = GOOD) -> None:
    with Sandbox(users=1, calls=0) as sandbox:
        sandbox.webhooks.to(url + "any/path?a=b", shown)
        sandbox.webhooks.deliver(*events, repeats=1)
        sandbox.webhooks.settled()
        sandbox.webhooks.deliver({"event_name": "call.hangup", "id": "wrong"}, wrong_password=True)


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_each_event_is_one_typed_line(by: signal.Signals) -> None:
    with listening() as (started, url):
        deliver(url, MISSED, UnknownEvent(id="b", event_name="queue.wrap_up"))
        assert started.stdout is not None
        first, second = (started.stdout.readline() for _ in range(2))
        ended = stopped(started, by)
    assert re.match(r"- call\.missed +CallMissed 442071838000 -> 101 call_id=7 .*final=true", first)
    assert "\x1b" not in first
    assert re.match(r"- queue\.wrap_up +UnknownEvent", second)
    assert ended.out == ""
    assert ended.code == (130 if by is signal.SIGINT else 143)
    assert "GET answered with 200: a probe" in ended.err
    assert "POST answered with 401: the credentials are missing or wrong" in ended.err
    assert "s3cret" not in ended.err
    assert "Traceback" not in ended.err


def test_json_is_what_was_delivered() -> None:
    with listening("--format", "json", "--anyone", accepted="") as (started, url):
        deliver(url, MISSED, SmsReceived(id="s", text="Ye\u2028s"), shown=None)
        assert started.stdout is not None
        lines = [json.loads(started.stdout.readline()) for _ in range(2)]
        assert lines[0] == {"event_name": "call.missed", **MISSED.to_dict()}
        assert lines[1]["text"] == "Ye\u2028s"
        stopped(started)


def test_it_listens_to_other_machines_where_that_is_asked_for() -> None:
    with listening("--host", "0.0.0.0") as (started, url):
        assert url.startswith("http://0.0.0.0:")
        stopped(started)


@pytest.mark.parametrize("value", ["", "  ", "password-alone"])
def test_without_credentials_it_refuses_to_listen(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, value)
    ended = voipstudio("webhooks", "listen", "--port", "0")
    assert ended.code == 2
    assert VARIABLE in ended.err
    assert "password-alone" not in ended.err


def test_a_port_that_is_in_use_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run("webhooks", "listen", "--anyone", "--port", port)
    assert ended.code == 1
    assert f"port {port} is in use" in ended.err


def test_an_end_of_the_reader_is_an_end() -> None:
    with listening() as (started, url):
        assert started.stdout is not None
        started.stdout.close()
        with Sandbox(users=1, calls=0) as sandbox:
            sandbox.webhooks.tries = 1
            sandbox.webhooks.to(url, GOOD)
            sandbox.webhooks.deliver(MISSED)
        assert started.wait(20) == 141


def test_the_credentials_of_another_are_refused() -> None:
    with listening() as (started, url), Sandbox(users=1, calls=0) as sandbox:
        with pytest.raises(Exception, match="answered 401"):
            sandbox.webhooks.to(url, WRONG)
        stopped(started)
