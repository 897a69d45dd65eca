"""Phone numbers: every usual way to write one, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voipstudio_async import UNSET, ConfigurationError
from voipstudio_async.entities.phones import caller_id, optional_phone, phone_digits


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("442079460000", "442079460000"),
        ("+44 20 7946 0000", "442079460000"),
        ("+44 (0)20 7946 0000", "442079460000"),
        ("0044 20 7946 0000", "442079460000"),
        ("tel:+44-20-7946-0000", "442079460000"),
        ("+1 (212) 555.0100", "12125550100"),
        ("+49/30/1234567", "49301234567"),
        ("+48\u00a022\u202f123\u201345\u201367", "48221234567"),
        ("  101 ", "101"),
        ("02079460000", "02079460000"),
        ("(+44) 20 7946 0000", "442079460000"),
        ("0 0/44 (0) 20 7946 0000", "442079460000"),
    ],
)
def test_a_number_is_its_digits(written: str, digits: str) -> None:
    assert phone_digits(written) == digits


@pytest.mark.parametrize(
    "written",
    [
        "",
        "+",
        "7",
        "Ann",
        "+44 20 ext",
        "1" * 16,
        "+0 20 7946",
        "٤٤٢٠٧٩٤٦",
        "20 79\n46",
        "+44+20",
        "sip:101@host",
        "1e9",
        "0/0",
        "0(0)44 20 7946 0000",
    ],
)
def test_what_cannot_be_a_number_is_refused(written: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be a phone number"):
        phone_digits(written)


@pytest.mark.parametrize("value", [None, 442079460000, b"44", True])
def test_a_number_is_a_text(value: Any) -> None:
    with pytest.raises(ConfigurationError, match="a phone number is a text"):
        phone_digits(value)


def test_what_is_left_out_stays_left_out() -> None:
    assert optional_phone(UNSET) is UNSET
    assert caller_id(UNSET) is UNSET
    assert caller_id("anonymous") == "anonymous"
    assert caller_id("+44 20 7946 0000") == "442079460000"


@given(st.text(max_size=30) | st.text("0127+ /-()٤", max_size=12))
def test_any_text_gives_digits_or_is_refused(text: str) -> None:
    try:
        digits = phone_digits(text)
    except ConfigurationError:
        return
    assert digits.isascii()
    assert digits.isdigit()
    assert phone_digits(digits) == digits
