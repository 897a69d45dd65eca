"""JSON for readers: what fits in a line stands in one."""

from __future__ import annotations

import json
from typing import cast

LINE_LENGTH = 100
"""How long a line of the printed document may be, keys not counted."""


def laid_out(value: object, line: str = "\n") -> str:
    """Write a value; `line` is a line end and the indentation so far."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or len(line) + len(flat) <= LINE_LENGTH:
        return flat
    deeper = line + "  "
    if isinstance(value, list):
        return _within("[]", [laid_out(item, deeper) for item in cast("list[object]", value)], line)
    pairs = cast("dict[str, object]", value).items()
    return _within("{}", [f"{json.dumps(key)}: {laid_out(item, deeper)}" for key, item in pairs], line)


def _within(brackets: str, parts: list[str], line: str) -> str:
    deeper = line + "  "
    return brackets[0] + deeper + f",{deeper}".join(parts) + line + brackets[1]
