"""Texts of any form, shown without what is named like a secret, and without known secrets."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voipstudio_async.wire.received import without_named
from voipstudio_async.wire.redaction import conceal

NAMES = (
    "password",
    "pin",
    "pwd",
    "passwd",
    "otp",
    "auth",
    "api-key",
    "session",
    "private_key",
    "sipPassword",
    "X-Auth-Token",
)
FORMS = {
    "json": '{{"user": 7, "{}": "{}", "next": 1}}',
    "json that is cut off": '{{"user": 7, "{}": "{}',
    "json in json": '{{"body": "{{\\"{}\\": \\"{}\\"}}"}}',
    "python": "{{'user': 7, '{}': '{}', 'next': 1}}",
    "form": "user=7&{}={}&next=1",
    "header": "Host: here\n{}: {}\nVia: x",
    "words": "the {}: {}, is wrong",
    "sentence": "your {} '{}' is wrong",
    "xml": "<user>7</user><{0}>{1}</{0}>",
    "arrow": "{} => {}",
    "brackets": "user[{}]={}",
    "list": '{{"{}": ["{}", "x"]}}',
    "object": '{{"{}": {{"of": {{"a": "{}"}}}}, "next": 1}}',
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("value", ["1234", "hunter2", "q.w-e/r+t=="])
def test_the_value_behind_a_secret_name_is_hidden(form: str, name: str, value: str) -> None:
    shown = without_named(FORMS[form].format(name, value))
    assert value not in shown
    assert "***" in shown
    if "next" in FORMS[form]:
        assert "next" in shown


@pytest.mark.parametrize(
    "text",
    [
        "password: must be longer",
        "password is too short",
        "The token has expired",
        '{"author": "Ann", "passed": 3, "country_code": "GB", "session_count": "1234"}',
        "keyboard=qwerty&page=2",
        "pin is required; pass it",
        "2026-01-02 03:04:05: not found",
        "field 'name' 'x' > 3",
        "",
    ],
)
def test_other_words_stay_as_they_are(text: str) -> None:
    assert without_named(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"pin": 1234}', '{"pin": ***}'),
        ("Authorization: Digest username=a, response=b\nHost: x", "Authorization: ***\nHost: x"),
        ("Set-Cookie: a=b; Path=/\nHost: x", "Set-Cookie: ***\nHost: x"),
        ("wrong api key: abc.", "wrong api key: ***."),
        ("https://h/p?x=1&token=abc&y=2", "https://h/p?x=1&token=***&y=2"),
        ('{"\\u0070in": "1234"}', '{"pin": "***"}'),
        ("Token: Bearer abc def", "Token: *** def"),
    ],
)
def test_what_is_left(text: str, shown: str) -> None:
    assert without_named(text) == shown


@given(st.text())
def test_any_text_can_be_shown(text: str) -> None:
    without_named(text)


@given(st.text(st.sampled_from("pin pwd:='\"\\{}[]<>1")))
def test_any_text_of_such_characters_can_be_shown(text: str) -> None:
    without_named(text)


def test_a_long_text_takes_no_longer_than_it_is_long() -> None:
    for piece in ("a", "pin", "pin ", '"', "pin:", "\\", '{"pin":[', "<pin ", "a.b-", "[", "x>"):
        without_named(piece * 50_000)


SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=9, max_size=60)


@given(SECRETS, st.binary(max_size=5), st.binary(max_size=5))
def test_a_known_secret_is_hidden_however_it_is_written(secret: str, before: bytes, after: bytes) -> None:
    inner = base64.b64encode(before + secret.encode() + after).decode()
    forms = [
        secret,
        json.dumps(secret),
        quote(secret, safe=""),
        secret.upper(),
        repr(secret),
        quote(quote(secret, safe=""), safe=""),
    ]
    for form in forms:
        assert secret not in conceal(f"a {form} b", [secret])
        assert "***" in conceal(f"a {form} b", [secret])
    assert "***" in conceal(f"a {inner} b", [secret])


@pytest.mark.parametrize("secret", ["a", "it", "the", "0"])
def test_a_secret_of_a_few_letters_does_not_riddle_a_text(secret: str) -> None:
    text = "the status of it is a 400 at 00:00"
    assert conceal(text, [secret]) == text


def test_a_short_secret_is_hidden_as_a_word() -> None:
    assert conceal("valid is not a valida, 1234 not 12345", ["valid", "1234"]) == "*** is not a valida, *** not 12345"
