"""What must not be seen: passwords and tokens show as ``***``, and data cannot steer the terminal."""

from __future__ import annotations

import functools
import re
from typing import Any

from ..entities import Secret

MASK = "***"

# Kinds of which no checker asks what is in them: JSON may hold anything.
_OBJECT: Any = dict
_LIST: Any = (list, tuple)
_SECRET_NAME = re.compile(r"(?:^|[_-])(?:password|passwd|token|secret|api_?key|nonce)$", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def masked(value: Any, name: str = "") -> Any:
    """Return a value with everything secret in it replaced; `name` is the field that it stands in."""
    if isinstance(value, Secret):
        return MASK
    if isinstance(value, _OBJECT):
        return {key: masked(item, str(key)) for key, item in value.items()}
    if isinstance(value, _LIST):
        return [masked(item, name) for item in value]
    return MASK if is_secret(name) and value not in (None, "") and not isinstance(value, bool) else value


@functools.lru_cache(4096)
def is_secret(name: str) -> bool:
    """Whether a field of this name holds a secret."""
    return _SECRET_NAME.search(name) is not None


def tame(text: str) -> str:
    """Make a text from outside harmless on a terminal: its escape sequences are shown, not obeyed."""
    return _CONTROL.sub(_visible, text)


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
