"""Redaction: which secrets a request holds by the names of its parts, and how a text is shown without them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

import msgspec

from ..entities.scalars import is_list, is_object

_NAME = re.compile(r"token|password|secret|api_?key|nonce", re.IGNORECASE)
_LONGEST_QUOTE = 120
"""Errors quote no more than so many characters of an answer."""
_SHORTEST = 4
"""Numbers, and beginnings of secrets, that have fewer characters than this are not looked for."""


def is_secret(name: object) -> bool:
    """Tell whether a field or parameter is named like a secret."""
    return isinstance(name, str) and _NAME.search(name) is not None


def shown_parameter(name: str, value: str) -> str:
    """Show the value of a query parameter: without its secrets, also where it is a filter on one."""
    if is_secret(name):
        return "***"
    if not is_secret(value) or value.lstrip()[:1] not in ("[", "{"):
        return value
    try:
        parsed = msgspec.json.decode(value)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return "***"
    # Written anew, so that a secret which was written in another way is found.
    return conceal(msgspec.json.encode(parsed).decode(), _named(parsed))


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
        elif secret and (isinstance(part, str) or len(str(part)) >= _SHORTEST) and not isinstance(part, bool):
            found.add(str(part))
    return found


def _fields(part: dict[str, Any], secret: bool) -> Iterator[tuple[Any, bool]]:
    # A filter names its field beside the value: {"property": "token", "operator": "eq", "value": "..."}
    filtered = is_secret(part.get("property"))
    return (
        (inner, secret or is_secret(name) or (filtered and name not in ("property", "operator")))
        for name, inner in part.items()
    )


def conceal(text: str, secrets: Iterable[str]) -> str:
    """Copy a text without these secrets, however they are written, and without what a cut left of them."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        for form in sorted(_forms(secret), key=len, reverse=True):
            text = text.replace(form, "***")
        text = _without_beginning(text, secret)
    return text


def _forms(secret: str) -> set[str]:
    # As it is, in JSON, in a URL; and each of these in quotation marks, as an error quotes an answer.
    plain = {secret, msgspec.json.encode(secret).decode()[1:-1], quote(secret, safe="")}
    doubled = {form.replace("\\", "\\\\") for form in plain}
    return plain | doubled | {form.replace("'", "\\'") for form in doubled}


def _without_beginning(text: str, secret: str) -> str:
    # An excerpt stands at the end.
    text, end = text[: -2 * _LONGEST_QUOTE], text[-2 * _LONGEST_QUOTE :]
    for length in range(min(len(secret) - 1, _LONGEST_QUOTE), _SHORTEST - 1, -1):
        end = re.sub(rf"{re.escape(secret[:length])}(?=\.\.\.['\"]$|['\"]$)", "***", end)
    return text + end
