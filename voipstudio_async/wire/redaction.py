"""Redaction: which secrets a request holds by the names of its parts, and how a text is shown without them.

What is named like a secret is said by `voipstudio_async.entities.secrecy`. Here are the values: a secret that is known
is found in a text under any name, and however it is written.
"""

from __future__ import annotations

import base64
import contextlib
import html
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus

import msgspec

from ..entities.scalars import is_list, is_object
from ..entities.secrecy import is_secret
from ..entities.secret import MASK

_LONGEST_QUOTE = 120
"""Errors quote no more than so many characters of an answer."""
_SHORTEST = 4
"""Secrets, and beginnings of them, that have fewer characters than this are not looked for: they are in every text."""
LONG = 8
"""Secrets with so many characters are found within a word, too, and in capitals."""
_TOKEN = re.compile(r"\b(?=\w*[0-9])\w{32,}", re.ASCII)
"""What is as long and as plain as a token."""


def without_tokens(text: str) -> str:
    """Copy a text with ``***`` for whatever looks like a token."""
    return _TOKEN.sub(MASK, text)


def shown_parameter(name: str, value: str) -> str:
    """Show the value of a query parameter: without its secrets, also where it is a filter on one."""
    if is_secret(name) and value:
        return MASK
    if value.lstrip()[:1] not in ("[", "{"):
        return value
    try:
        parsed = msgspec.json.decode(value)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return MASK
    named = _named(parsed)
    # Written anew, so that a secret which was written in another way is found.
    return conceal(msgspec.json.encode(parsed).decode(), named, shortest=1) if named else value


def parameter_secrets(name: str, value: str) -> set[str]:
    """Collect the secrets of a query parameter."""
    return {value} if is_secret(name) else body_secrets(value)


def body_secrets(body: bytes | str | None) -> set[str]:
    """Collect the texts of a JSON body that stand under the name of a secret."""
    if not body:
        return set()
    try:
        return _named(msgspec.json.decode(body))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return set()


def _named(value: Any) -> set[str]:
    found: set[str] = set()
    left = [(value, False)]
    while left:
        part, secret = left.pop()
        if is_list(part):
            left += [(inner, secret) for inner in part]
        elif is_object(part):
            left += _fields(part, secret)
        elif secret and not isinstance(part, bool) and part not in (None, ""):
            found.add(str(part))
    return found


def _fields(part: dict[str, Any], secret: bool) -> Iterator[tuple[Any, bool]]:
    # A filter names its field beside the value: {"property": "token", "operator": "eq", "value": "..."}
    filtered = is_secret(part.get("property"))
    # The second factor of a login: {"code": "...", "nonce": "..."}
    asked = "nonce" in part
    return (
        (
            inner,
            secret
            or is_secret(name)
            or (filtered and name not in ("property", "operator"))
            or (asked and name == "code"),
        )
        for name, inner in part.items()
    )


def conceal(text: str, secrets: Iterable[str], *, shortest: int = _SHORTEST) -> str:
    """Copy a text without these secrets, however they are written, and without what a cut left of them."""
    known = frozenset(secret for secret in secrets if len(secret) >= shortest)
    if not known:
        return text
    text = _pattern(known).sub(MASK, text)
    return _without_beginning(text, known)


def conceal_in(value: Any, secrets: Collection[str]) -> Any:
    """Copy plain values without these secrets: whatever text in them holds one, the names in objects too."""
    known = frozenset(secret for secret in secrets if len(secret) >= _SHORTEST)
    return _concealed(value, known, min(map(len, known))) if known else value


def _concealed(value: Any, known: frozenset[str], shortest: int) -> Any:
    if is_object(value):
        return {_concealed(key, known, shortest): _concealed(item, known, shortest) for key, item in value.items()}
    if is_list(value):
        return [_concealed(item, known, shortest) for item in value]
    if isinstance(value, str):
        # Most texts are shorter than any token.
        return conceal(value, known) if len(value) >= shortest else value
    return MASK if isinstance(value, int) and str(value) in known else value


@lru_cache(16)
def _pattern(secrets: frozenset[str]) -> re.Pattern[str]:
    forms = [(form, len(secret) < LONG) for secret in secrets for form in _forms(secret)]
    forms.sort(key=lambda each: len(each[0]), reverse=True)
    return re.compile("|".join(_whole(form) if whole else f"(?i:{re.escape(form)})" for form, whole in forms))


def _whole(form: str) -> str:
    # Not within a word: a short secret is a part of many.
    return rf"(?<!\w){re.escape(form)}(?!\w)"


def _forms(secret: str) -> set[str]:
    # As it is, in JSON, in a URL, in HTML; and each of these in quotation marks, as an error quotes an answer.
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in secret)
    plain = {secret, msgspec.json.encode(secret).decode()[1:-1], html.escape(secret), escaped}
    plain |= {quote(secret, safe=""), quote(secret), quote_plus(secret), quote(quote(secret, safe=""), safe="")}
    doubled = {form.replace("\\", "\\\\") for form in plain}
    return plain | doubled | {form.replace("'", "\\'") for form in doubled} | set(_encoded(secret.encode()))


def _encoded(secret: bytes) -> Iterator[str]:
    """Write a secret as base64, wherever in what was encoded it stands."""
    if len(secret) <= LONG:
        return
    for before in range(3):
        whole = base64.b64encode(bytes(before) + secret).decode("ascii").rstrip("=")
        # The first and the last letters hold bits of what stands beside it.
        inner = whole[(0, 2, 3)[before] : len(whole) - (1 if (before + len(secret)) % 3 else 0)]
        yield from {inner, inner.replace("+", "-").replace("/", "_"), quote(inner, safe="")}


def _without_beginning(text: str, secrets: frozenset[str]) -> str:
    # An excerpt stands at the end, in quotation marks.
    end = re.search(r"(?:\.\.\.)?['\"]$", text)
    if end is None:
        return text
    stem = text[: end.start()]
    for form in sorted({form for secret in secrets for form in _forms(secret)}, key=len, reverse=True):
        for length in range(min(len(form) - 1, _LONGEST_QUOTE), _SHORTEST - 1, -1):
            if stem.endswith(form[:length]):
                return f"{stem[:-length]}{MASK}{end[0]}"
    return text


def secrets_of(headers: Mapping[str, str]) -> set[str]:
    """Collect what must not be shown of these credentials: some servers repeat what they refuse."""
    return {secret for value in headers.values() for secret in _parts(value) if secret}


def _parts(value: str) -> list[str]:
    scheme, _, rest = value.partition(" ")
    found = [str(value), rest]
    if scheme == "Basic":
        with contextlib.suppress(ValueError):
            pair = base64.b64decode(rest).decode()
            found += [pair, pair.partition(":")[2]]
    return found
