"""Texts that were received or asked for, shown without what is named like a secret in them.

They may be anything: JSON, also cut off or quoted within JSON, a form, a query, header lines, XML, Python's own way to
write a dict, or words. A name, what joins it to its value, and the value are looked for in all of them alike.
"""

from __future__ import annotations

import re

from ..entities.secrecy import is_secret, words
from ..entities.secret import MASK

_NAME = re.compile(
    # Up to three words, so that "api key: ..." is seen; what joins name and value; and perhaps where the value begins.
    r"""(?<![\w.-])(?P<name>[\w.-]{1,128}+(?:[ ][\w.-]{1,64}+){0,2})"""
    r"""(?:(?P<join>\\*["']?\]?\s{0,9}(?:=>|[:=]|%3[AaDd])\s{0,9})|(?P<tag>(?:\s[^<>]{0,200})?>)|"""
    r"""\\*["']?\s(?:is\s|was\s|of\s)?(?=\\*["']))""",
    re.ASCII,
)
_OPENING = re.compile(r"""\\*["']""")
_PLAIN = {quote: re.compile(rf"(?:[^{quote}\\]|\\.)*+", re.DOTALL) for quote in "\"'"}
_WORD = re.compile(r"""(?:(?:Bearer|Basic|Token|Digest)\s+)?[^\s&"'<>\\]*""", re.IGNORECASE)
_LINE = re.compile(r"[^\r\n\"<]*")
_TAG = re.compile(r"[^<]*")
_TRAILS = ",;.)]}!?:"
_WHOLE_LINE = re.compile(r"(?:authorization|cookie)$", re.IGNORECASE)
_PROSE = words(
    "a already an and are at bad be can cannot contains could does empty enter expired false field for given "
    "has have in incorrect invalid is length may mismatch missing must needs no none not null only or please "
    "required should the this to too true unknown use value was weak with wrong"
)
"""First words of what is said about a field, in ``password: must be longer``."""
_BRACKETS = re.compile(r"""[\[{(]|[\]})]|"(?:[^"\\]|\\.)*+"?|'(?:[^'\\]|\\.)*+'?""", re.DOTALL)
_ESCAPED = re.compile(r"(?<!\\)\\{1,8}u00(?!22|27|5c|3c|3e)([2-7][0-9a-f])", re.IGNORECASE)


def without_named(text: str) -> str:
    """Copy a text with ``***`` for the values of what is named like a secret."""
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    shown: list[str] = []
    done = 0
    at = 0
    while (match := _NAME.search(text, at)) is not None:
        at = match.end()
        if not is_secret(match["name"]):
            # A name may begin with the last of these words: "in the pin code" is found from its third word on.
            at = max(match.start() + len(match["name"].split(" ", 1)[0]), match.start() + 1)
            continue
        start, end = _value(text, match)
        if end > start:
            shown += [text[done:start], MASK]
            done = at = end
    return "".join([*shown, text[done:]]) if shown else text


def _value(text: str, match: re.Match[str]) -> tuple[int, int]:
    """Say where the value behind a name begins and ends."""
    start = match.end()
    if match["tag"] is not None:
        return start, _end(_TAG, text, start) if text[match.start() - 1 : match.start()] == "<" else start
    opening = _OPENING.match(text, start)
    if opening is not None:
        return opening.end(), _quoted(text, opening)
    if text[start : start + 1] in ("[", "{"):
        return start, _bracketed(text, start)
    if _WHOLE_LINE.search(match["name"]):
        return start, _end(_LINE, text, start)
    end = _end(_WORD, text, start)
    value = text[start:end].rstrip(_TRAILS)
    return start, start if value.lower() in _PROSE else start + len(value)


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match is not None else start


def _quoted(text: str, opening: re.Match[str]) -> int:
    if len(opening[0]) == 1:
        return _end(_PLAIN[opening[0]], text, opening.end())
    # Quoted within JSON: it ends where a quotation mark has as many backslashes.
    closing = re.compile(rf"(?<!\\){re.escape(opening[0])}").search(text, opening.end())
    return closing.start() if closing is not None else len(text)


def _bracketed(text: str, start: int) -> int:
    depth = 0
    for match in _BRACKETS.finditer(text, start):
        depth += {"[": 1, "{": 1, "(": 1, "]": -1, "}": -1, ")": -1}.get(match[0], 0)
        if depth <= 0:
            return match.end()
    return len(text)
