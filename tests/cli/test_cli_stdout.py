"""Data on standard output: UTF-8 off a terminal, harmless on one, and the same CSV and numbers everywhere."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys

import pytest
from cli.commands import Ended, Screen, finish, process, surroundings, voipstudio
from recorder import Recorder

ODD = "Łódź € \x1b[2J \x9b31m \x07 \u202egnp \u200f \u2028 \x7f"
ROW = {"id": 1, "src_name": ODD, "dst_name": "=1+1", "src": "'quoted", "charge": "0.0000000", "note": "a\rb"}
FORMATS = ["table", "csv", "json", "ndjson"]
STEERING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f]")
LISTING = ("list", "cdrs", "--fields", "id,src_name,dst_name,src,charge,note", "--format")
NARROW = [
    {"PYTHONIOENCODING": "cp1252"},
    {"PYTHONIOENCODING": "latin-1:strict"},
    {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
]


@pytest.fixture
def odd(recorder: Recorder) -> dict[str, str]:
    """Return the settings for a server that has one odd row."""
    recorder.answer(200, {"data": [ROW], "total": 1})
    return {"VOIPSTUDIO_API_URL": recorder.url, "VOIPSTUDIO_API_TOKEN": "x"}


def asked(url: str, *arguments: str) -> Ended:
    return voipstudio(*arguments, VOIPSTUDIO_API_URL=url, VOIPSTUDIO_API_TOKEN="x")


def bytes_of(*arguments: str, variables: dict[str, str]) -> tuple[int, bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "voipstudio_async", *arguments],
        env=os.environ | surroundings(None, **variables),
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("variables", NARROW)
@pytest.mark.parametrize("form", FORMATS)
def test_data_is_utf_8_whatever_the_settings_are(odd: dict[str, str], form: str, variables: dict[str, str]) -> None:
    code, out = bytes_of(*LISTING, form, variables=odd | variables)
    assert (code, "Łódź €" in out.decode("utf-8")) == (0, True)


@pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")
@pytest.mark.parametrize("form", FORMATS)
def test_data_does_not_steer_a_terminal(odd: dict[str, str], form: str) -> None:
    stdout = Screen(300)
    variables = odd | {"TERM": "dumb", "NO_COLOR": "1", "COLUMNS": ""}
    with process(*LISTING, form, stdout=stdout.theirs, variables=variables) as started:
        assert finish(started).code == 0
    stdout.end()
    assert "31m" in stdout.shown
    assert STEERING.search(stdout.shown) is None
    assert "\x1b[2J" not in stdout.shown


@pytest.mark.parametrize("form", FORMATS)
def test_a_charge_of_nothing_is_no_exponent(odd: dict[str, str], form: str) -> None:
    ended = asked(odd["VOIPSTUDIO_API_URL"], "list", "cdrs", "--fields", "id,charge", "--format", form)
    assert (ended.code, "0E-7" in ended.out) == (0, False)


def test_csv_is_that_of_an_export(odd: dict[str, str]) -> None:
    _, out = bytes_of(*LISTING, "csv", variables=odd)
    (row,) = csv.DictReader(io.StringIO(out.decode(), newline=""))
    assert out.count(b"\r\n") == 2
    assert (row["src_name"], row["dst_name"], row["src"], row["note"]) == (ODD, "'=1+1", "''quoted", "a\rb")


@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_json_says_what_was_sent(odd: dict[str, str], form: str) -> None:
    ended = asked(odd["VOIPSTUDIO_API_URL"], *LISTING, form)
    found = json.loads(ended.out)
    row = found[0] if form == "json" else found
    assert (row["src_name"], STEERING.search(ended.out)) == (ODD, None)


@pytest.mark.parametrize("form", ["csv", "json", "table"])
def test_a_report_has_no_exponent_either(recorder: Recorder, form: str) -> None:
    recorder.answer(200, {"data": [{"id": 1}], "total": 1})
    recorder.answer(200, {"data": [ROW], "total": 1})
    ended = asked(recorder.url, "report", "--format", form)
    assert (ended.code, "0E-7" in ended.out) == (0, False)


@pytest.mark.parametrize("form", ["csv", "json", "table"])
@pytest.mark.parametrize("charge", ["1E+9999", "-1e9999", "1e-9999"])
def test_an_absurd_charge_does_not_lose_the_report(recorder: Recorder, form: str, charge: str) -> None:
    recorder.answer(200, {"data": [{"id": 1}], "total": 1})
    recorder.answer(200, {"data": [ROW | {"charge": charge}], "total": 1})
    ended = asked(recorder.url, "report", "--format", form)
    assert (ended.code, ended.err.count("error")) == (0, 0)
    assert len(ended.out) < 100_000
