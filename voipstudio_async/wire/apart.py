"""A page that is taken apart: its rows are still JSON. This looks through the text, and makes nothing of it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ..entities.scalars import joined
from .odd import OTHER_MARK, difference, readable
from .parsing import parse

_RUN = 64
"""Rows that are read together."""
_LONG_RUN = 1 << 16
"""Bytes of these rows, unless there is but one."""


class Apart(msgspec.Struct, gc=False):
    """What a page is made of."""

    data: list[msgspec.Raw]
    total: msgspec.Raw = msgspec.Raw(b"null")

    def runs(self) -> Iterator[list[msgspec.Raw]]:
        """Group the rows into those that are read together."""
        run: list[msgspec.Raw] = []
        size = 0
        for raw in self.data:
            if run and (len(run) == _RUN or size + len(raw) > _LONG_RUN):
                yield run
                run, size = [], 0
            run.append(raw)
            size += len(raw)
        if run:
            yield run


_take_apart = msgspec.json.Decoder(Apart).decode


def parted(body: bytes) -> Apart | None:
    """Take a page apart, or return None where that is not what it is."""
    try:
        return _take_apart(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def count(body: bytes) -> int | None:
    """Count the rows of a page."""
    page = parted(body)
    return None if page is None else len(page.data)


def replaced_at(body: bytes) -> str:
    """Return the path of the first thing in a page that is no character, and had to be replaced."""
    one, other = parted(readable(body)[0]), parted(readable(body, OTHER_MARK)[0])
    rows = enumerate(zip(one.data, other.data, strict=False)) if one is not None and other is not None else ()
    for index, (row, marked) in rows:
        if bytes(row) != bytes(marked):
            return joined(f"data[{index}]", difference(parse(bytes(row)), parse(bytes(marked))))
    return ""
