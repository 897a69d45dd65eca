"""What an expression of Arrow asks of every row, as far as it can be said in comparisons.

Arrow shows no one the inside of an expression. So it is read from its pickled form: a list of calls, names and ends,
and a record batch with the values, each of its own type. What is not known there says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..extras import needed
from .pushing import OPERATORS, Comparison

_ENTRY = re.compile(r"^(call|field_ref|nested_field_ref|literal|options|end): '(.*)'$", re.MULTILINE)
_TOGETHER = ("and", "and_kleene")
_CALLS = {"equal": "eq", "less": "lt", "less_equal": "lte", "greater": "gt", "greater_equal": "gte"}

Node = tuple[str, Any]
"""What it is (``call``, ``field_ref``, ``literal``), and of what: the name and arguments, the name, the value."""


def read(expression: Any) -> tuple[list[Comparison], set[str] | None]:
    """Return what every row meets, and the columns that the expression is about; None where that cannot be told."""
    try:
        entries, values = _inside(expression)
        first, *rest = entries
        node = _node(first, iter(rest), values)
    except (ValueError, LookupError, TypeError):
        return [], None
    names = {name for kind, name in entries if kind == "field_ref"}
    is_plain = all(kind != "nested_field_ref" for kind, _ in entries)
    return list(_comparisons(node)), names if is_plain and names else None


def _inside(expression: Any) -> tuple[list[tuple[str, str]], list[Any]]:
    _, (buffer, *_) = expression.__reduce__()
    with needed("pyarrow.ipc", "arrow").open_file(buffer) as file:
        # As text, since there may be many entries of one name, and a dict has but the last.
        text = file.schema.to_string(show_field_metadata=False, truncate_metadata=False)
        columns: list[Any] = file.get_batch(0).columns if file.num_record_batches else []
    return _ENTRY.findall(text), [column[0] for column in columns]


def _node(entry: tuple[str, str], entries: Iterator[tuple[str, str]], values: list[Any]) -> Node:
    kind, name = entry
    if kind == "call":
        return kind, (name, list(_arguments(name, entries, values)))
    return kind, values[int(name)].as_py() if kind == "literal" else name


def _arguments(call: str, entries: Iterator[tuple[str, str]], values: list[Any]) -> Iterator[Node]:
    for entry in entries:
        if entry == ("end", call):
            return
        yield _node(entry, entries, values)
    raise ValueError(f"{call} has no end")


def _comparisons(node: Node) -> Iterator[Comparison]:
    kind, inside = node
    if kind != "call":
        return
    name, arguments = inside
    if name in _TOGETHER:
        for each in arguments:
            yield from _comparisons(each)
    elif name in _CALLS and len(arguments) == 2:
        (left, one), (right, other) = arguments
        if (left, right) == ("field_ref", "literal"):
            yield Comparison(one, _CALLS[name], other)
        elif (left, right) == ("literal", "field_ref"):
            yield Comparison(other, OPERATORS[_CALLS[name]], one)
