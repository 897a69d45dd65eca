"""JSON that is odd but readable: a byte order mark, another encoding, halves of characters, endless integers.

A strict parser refuses the whole text, and with it a hundred rows for one caller's name. Here it is written anew, so
that the parser takes it. This is done only after the parser has refused.
"""

from __future__ import annotations

import json
import re

from ..entities.scalars import is_list, is_object, joined

REPLACEMENT = "\ufffd"
"""What stands for something that is no character."""
OTHER_MARK = "\ufffe"
"""Another: where the two differ is where something was replaced."""
EXPONENT = "e0"
"""What is put behind an integer of more digits than the parser takes: it is read as any other number then."""
BOM = b"\xef\xbb\xbf"

_NO_CHARACTER = re.compile("[\udc80-\udcff]")
"""Bytes that are not UTF-8, as Python keeps them with ``surrogateescape``."""
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""Escapes: whole pairs of surrogates, halves, and all others."""
_AS_ZEROS = bytes.maketrans(b"0123456789", b"0" * 10)
_ENDLESS = b"0" * 4001
_TEXT_OR_INTEGER = re.compile(
    r'"(?:[^"\\]++|\\.)*+"?|(?<![0-9.eE+-])(?P<digits>-?[0-9]{4001,}+)(?![.eE])',
    re.DOTALL,
)
"""It never goes back, and a text without an end is taken whole: what is broken costs no more than what is not."""


def readable(body: bytes, mark: str = REPLACEMENT) -> tuple[bytes, bool]:
    """Write a JSON text anew; return it, and whether something in it had to be replaced by `mark`."""
    text, bytes_replaced = _decoded(body, mark)
    halves = 0

    def whole(escape: re.Match[str]) -> str:
        nonlocal halves
        if escape["half"] is None:
            return escape[0]
        halves += 1
        return mark

    if "\\u" in text:
        text = _ESCAPE.sub(whole, text)
    written = text.encode()
    if _ENDLESS in written.translate(_AS_ZEROS):
        text = _TEXT_OR_INTEGER.sub(lambda found: found[0] + EXPONENT if found["digits"] else found[0], text)
        written = text.encode()
    return written, bool(bytes_replaced or halves)


def _decoded(body: bytes, mark: str) -> tuple[str, int]:
    encoding = json.detect_encoding(body)
    if not encoding.startswith("utf-8"):
        text = body.decode(encoding, "replace")
        return text, text.count(REPLACEMENT)
    try:
        return body.decode(encoding), 0
    except UnicodeDecodeError:
        return _NO_CHARACTER.subn(mark, body.decode(encoding, "surrogateescape"))


def difference(one: object, other: object, path: str = "") -> str:
    """Return the path of the first place where two JSON values differ."""
    if is_list(one) and is_list(other) and len(one) == len(other):
        for index, pair in enumerate(zip(one, other, strict=True)):
            if pair[0] != pair[1]:
                return difference(*pair, f"{path}[{index}]")
    if is_object(one) and is_object(other) and one.keys() == other.keys():
        for name, value in one.items():
            if value != other[name]:
                return difference(value, other[name], joined(path, name))
    return path
