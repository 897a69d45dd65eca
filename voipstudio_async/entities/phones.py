"""Phone numbers as people write them, and as the API wants them: E.164 digits without ``+``, or an extension."""

from __future__ import annotations

import re

from ..errors import ConfigurationError
from ..unset import UNSET, Unset
from .arguments import is_text, told

ANONYMOUS = "anonymous"
"""The caller id that hides the caller's number."""

_SHORTEST, _LONGEST = 2, 15
"""Digits: an internal extension at the least, and what ITU-T E.164 allows at the most."""
_TRUNK = re.compile(r"(?<=[0-9])[ .-]*\(0\)")
"""The zero that is dialled inside the country only, as in ``+44 (0)20``."""
_SEPARATORS = re.compile(r"[ \u00a0\u202f\u2009()./\u2010-\u2013-]")
_INTERNATIONAL = re.compile(r"\A(?:\+|00)")
_DIGITS = re.compile(r"[0-9]+", re.ASCII)


def phone_digits(number: str) -> str:
    """Return the digits of a phone number that may be written with ``+``, ``00``, spaces, dots, dashes and brackets.

    The zero in brackets of ``+44 (0)20 7946 0000`` is left out. An internal extension is its digits.

    :raises ConfigurationError: it cannot be a phone number
    """
    if not isinstance(number, str):
        raise ConfigurationError(f"a phone number is a text like '+44 20 7946 0000', got {type(number).__name__}")
    text = number.strip().removeprefix("tel:")
    digits = _SEPARATORS.sub("", text)
    # Separators first: ``0 0`` and ``0/0`` are as international as ``00``.
    is_international = digits.startswith(("+", "00"))
    if is_international:
        digits = _INTERNATIONAL.sub("", _SEPARATORS.sub("", _TRUNK.sub("", text, count=1)))
    if not _DIGITS.fullmatch(digits):
        raise ConfigurationError(f"{told(number)} cannot be a phone number: write it like '+44 20 7946 0000'")
    if is_international and digits.startswith("0"):
        raise ConfigurationError(f"{told(number)} cannot be a phone number: no country code begins with 0")
    if not _SHORTEST <= len(digits) <= _LONGEST:
        raise ConfigurationError(
            f"{told(number)} cannot be a phone number: it has {len(digits)} digits, not {_SHORTEST} to {_LONGEST}"
        )
    return digits


def optional_phone(number: str | Unset) -> str | Unset:
    """Return the digits of a phone number, where one is given."""
    return UNSET if number is UNSET else phone_digits(number)


def caller_id(number: str | Unset) -> str | Unset:
    """Return the digits of the number that the person called sees, or ``anonymous``."""
    return number if number is UNSET or is_text(number, ANONYMOUS) else phone_digits(number)
