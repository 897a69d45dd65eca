"""How much an answer may hold, and how much of it is read in one go.

To make Python values of JSON takes up to a hundred times as long as to look through it, and a small answer can hold
very many: three bytes are a list. So values are counted before they are made, in the JSON: a mark that one follows,
``[``, ``{`` or a comma, stands for each. Of texts, which cost next to nothing, only the bytes count, and those are
bounded as they arrive.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from itertools import islice
from typing import Any, TypeVar

from ..entities.secrecy import DEEPEST
from ..errors import DecodeError, PaginationError

T = TypeVar("T")

LARGEST_PAGE = 5000
"""Rows on the largest page that the API has. Fewer may have been asked for: some listings know no pages."""
MOST_IN_ROW = 20_000
"""Values in one row, those inside of others included. The longest records of the API have some hundreds."""
MOST_IN_PAGE = 400 * LARGEST_PAGE
"""Values in one page, the rows themselves included."""
ROOMY = MOST_IN_ROW
"""Bytes; in fewer there are not more values than a row may have, since each has a mark."""
AT_ONCE = 10 * 2**20
"""Bytes of the largest page that is read in one go, though each of its rows fits."""

_WORTH_COUNTING = 1 << 20
"""Bytes; in fewer there are not so many rows that it takes long to find out."""
_OBJECTS_IN_ROW = 50
_SAMPLE, _APART = 1 << 8, 1 << 15
"""Bytes of a sample, and from the beginning of one to that of the next."""
_STRUCTURE = b"[]{},:"
_STRETCH = 20_000
"""Values that are counted in one go."""
_VALUE = re.compile(rb'(?:"(?:[^"\\]++|\\.)*+"?|[^"\[{,]++)*+(?:[\[{,]|\Z)', re.DOTALL)
"""What stands before a value, with the mark that it follows. It never goes back, also where a text has no end."""

_BRACKET = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{\]}]', re.DOTALL)
_LEVELS = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}

_BOXES = frozenset((list, dict))
_INSIDE_OF_ROW = 8
"""Values inside of others that a usual row may have: more of them are read, but in pieces."""


class Unfit(ValueError):
    """A row is not of the shape that a decoder is for."""


def finished(steps: Generator[None, None, T]) -> T:
    """Return what comes of steps that are taken one right after another."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            value: T = end.value
            return value


def too_many_rows() -> PaginationError:
    """Say that a page has more rows than any, and is not read."""
    return PaginationError(
        f"more than {LARGEST_PAGE} rows came at once, which is the API's largest page; they were not read"
    )


def too_many_values(path: str, text: bytes, most: int = MOST_IN_ROW) -> DecodeError:
    """Say why a text with more values than any is not read."""
    if _is_deep(text):
        # Newer Pythons bear so many levels that their number is noticed only here.
        return DecodeError(path, "is nested too deep")
    return DecodeError(path, f"holds more than {most:,} values, which no answer of the API does; they were not read")


def _is_deep(text: bytes) -> bool:
    """Tell whether a JSON text begins with more levels than any has; of a long one only the beginning is looked at."""
    depth = 0
    for found in islice(_BRACKET.finditer(text), MOST_IN_ROW):
        depth += _LEVELS.get(found[0], 0)
        if depth > DEEPEST:
            return True
    return False


def counted(text: bytes, most: int) -> Generator[None, None, bool]:
    """Tell whether a JSON text has more than so many values, in steps."""
    if len(text) <= most or text.count(b",") + text.count(b"[") + text.count(b"{") <= most:
        return False
    values = _VALUE.finditer(text)
    while most >= _STRETCH:
        if next(islice(values, _STRETCH - 1, None), None) is None:
            return False
        most -= _STRETCH
        yield
    last = next(islice(values, most, None), None)
    # What ends with the text has no mark: it is what stands behind the last value.
    return last is not None and text[last.end() - 1] in b"[{,"


def holds_more(text: bytes, most: int = MOST_IN_ROW) -> bool:
    """Tell whether a JSON text has more than so many values: than those of one row, if nothing else is said."""
    return len(text) > most and finished(counted(text, most))


def looked_at(body: bytes, count: Callable[[bytes], int | None]) -> bool:
    """Look at a large body here and there, and tell whether it is records: not more brackets and commas than text.

    What is dense takes long to read, and is not read in one go.

    :param count: counts its rows, if it has any; called where there may be far too many
    :raises PaginationError: it has many more rows than any page
    """
    samples = b"".join([body[start : start + _SAMPLE] for start in range(0, len(body), _APART)])
    if len(body) > _WORTH_COUNTING and samples.count(b"{") * len(body) > 2 * LARGEST_PAGE * len(samples):
        _check_rows(body, count)
    return 4 * len(samples.translate(None, _STRUCTURE)) >= 3 * len(samples)


def _check_rows(body: bytes, count: Callable[[bytes], int | None]) -> None:
    if body.count(b"{") > LARGEST_PAGE * _OBJECTS_IN_ROW or (count(body) or 0) > LARGEST_PAGE:
        raise too_many_rows()


class Room:
    """How much may be inside of the values of a page that is read in one go; `Unfit` where that is more."""

    __slots__ = ("_left",)

    def __init__(self, rows: int) -> None:
        self._left = MOST_IN_ROW + _INSIDE_OF_ROW * rows

    def take(self, value: Any, most: int, cost: int = 0) -> Any:
        """Return a value that does not hold more than so many others.

        :param cost: what it costs besides, in values
        """
        self._left -= cost + (_inside(value, most) if value.__class__ in _BOXES else 0)
        if self._left < 0:
            raise Unfit
        return value


def _inside(value: Any, most: int) -> int:
    """Count what `holds_more` would count in its JSON."""
    boxes, found = [value], 0
    for box in boxes:
        found += len(box) or 1
        if found > most:
            raise Unfit
        boxes += [each for each in (box.values() if box.__class__ is dict else box) if each.__class__ in _BOXES]
    return found


def unbounded(value: Any, _most: int, _cost: int = 0) -> Any:
    """Return a value whose JSON was short, or has been counted."""
    return value
