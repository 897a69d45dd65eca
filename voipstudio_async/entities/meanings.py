"""What fields mean: the string literals that stand below them in the source, where editors find them too."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, cast

import attrs

_WIDTH = 108


def own_texts(cls: type) -> Iterator[tuple[str, str]]:
    """Read the string literals under the fields, or the members, that a class itself declares."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    except (OSError, TypeError):
        return
    body = cast("ast.ClassDef", tree.body[0]).body
    for field, text in pairwise(body):
        match field, text:
            case (
                ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(literal))),
            ):
                yield name, inspect.cleandoc(literal)
            case _:
                pass


def field_texts(cls: type) -> dict[str, str]:
    """Read the texts of the fields of a class and its bases; none where the source is not at hand."""
    texts: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if attrs.has(base):
            texts.update(own_texts(base))
    return texts


class Documentation:
    """The docstring of a class with its fields below, as ``help(Cdr)`` shows it, made when it is asked for."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __get__(self, _: Any, cls: type) -> str:
        texts = field_texts(cls)
        names = [field.name for field in attrs.fields(cls) if field.name in texts]
        lines = [textwrap.fill(f"{name}: {texts[name]}", _WIDTH, subsequent_indent="    ") for name in names]
        return "\n".join((self.text, "", "Fields:", "", *lines)) if lines else self.text


def summary(cls: type) -> str | None:
    """Return the docstring of a class as it is written, without its fields."""
    found = vars(cls).get("__doc__")
    return found.text if isinstance(found, Documentation) else inspect.getdoc(cls)
