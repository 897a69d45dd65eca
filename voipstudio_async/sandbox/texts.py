"""JSON and moments as the sandbox reads and writes them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NoReturn


def read(content: str | bytes) -> Any:
    """Read JSON, or raise ValueError: also for NaN, for what is nested too deep, and for halves of a character."""
    try:
        value = json.loads(content, parse_constant=_refuse)
        text(value).encode()
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    return value


def text(value: Any) -> str:
    """Write JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def encoded(value: Any) -> bytes:
    """Write JSON as bytes; half a character, as a request may name it, becomes a question mark."""
    return text(value).encode(errors="replace")


def printed(moment: datetime) -> str:
    """Print a moment as the API does: in UTC, without saying so."""
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
