"""Writes docs/api.md, the names in docs/cli.md, and the texts below declarations: `python docs/make_api.py`.

The texts are for editors, which read no declarations; what they say comes from the declarations.
"""

from __future__ import annotations

import ast
import enum
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import attrs

import voipstudio_async as v
from voipstudio_async import errors, resources
from voipstudio_async.cli.names import LISTINGS, THINGS
from voipstudio_async.clients.base import BaseClient
from voipstudio_async.entities.fields import field_specs
from voipstudio_async.entities.meanings import field_texts, own_texts
from voipstudio_async.operations import Operation, operations

TARGET = Path(__file__).with_name("api.md")
COMMANDS = Path(__file__).with_name("cli.md")
VALUES = (
    v.Timeouts,
    v.RetryPolicy,
    v.Limits,
    v.FileGate,
    v.Hooks,
    v.Page,
    v.PageReport,
    v.Outcome,
    v.BulkResult,
    v.Saved,
    v.CallEnded,
    v.RawResponse,
)
HEAD = """# Reference

Made from the declarations by `python docs/make_api.py`; a test keeps it true. Everything here is importable from
`voipstudio_async`. On `AsyncVoipStudio` operations are awaited and listings iterated with `async for`; on `VoipStudio`
they are called, and iterated with `for`.
"""


_MODULE = re.compile(r"\b(?:[a-z_]+\.)+(?=[A-Za-z])")
"""The module that a name of a type stands in: readers know the name."""


def plain(text: str | None) -> str:
    """Return a docstring as a line of Markdown."""
    words = " ".join(inspect.cleandoc(text or "").split("\n\n")[0].split())
    return re.sub(r"``(.+?)``", r"`\1`", words).replace("|", "\\|")


class Written:
    """Code that a signature shows as it is."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __repr__(self) -> str:
        return self.code


def signature(call: inspect.Signature) -> str:
    """Return a signature as a reader writes it: no modules, no quotes, the same on every Python."""

    def written(part: Any, write: Callable[[Any], str]) -> Any:
        return part if part is inspect.Signature.empty else Written(write(part))

    parameters = [
        each.replace(annotation=written(each.annotation, type_name), default=written(each.default, value_name))
        for each in call.parameters.values()
    ]
    return str(call.replace(parameters=parameters, return_annotation=written(call.return_annotation, type_name)))


def value_name(value: Any) -> str:
    """Return a default as it is written."""
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    return repr(value) if isinstance(value, str) else _MODULE.sub("", repr(value))


def cell(code: str) -> str:
    """Return code as it stands in a table."""
    return code.replace("|", "\\|")


def type_name(annotation: Any) -> str:
    """Return a type as it is written."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, str):
        return _MODULE.sub("", annotation)
    if annotation in (None, NoneType):
        return "None"
    if annotation is ...:
        return "..."
    if isinstance(annotation, list):
        return f"[{', '.join(map(type_name, annotation))}]"
    if origin is Annotated:
        return type_name(arguments[0])
    if origin in (Union, UnionType):
        return " | ".join(map(type_name, arguments))
    if origin is Literal:
        return f"Literal[{', '.join(map(repr, arguments))}]"
    if origin is not None:
        return f"{type_name(origin)}[{', '.join(map(type_name, arguments))}]"
    return str(getattr(annotation, "__name__", annotation))


def resource_lines(name: str, cls: type) -> Iterator[str]:
    """Write one resource and its operations."""
    where = "client" if name == "me" else f"client.{name}"
    if name != "me":
        yield f"\n### `{where}`\n\n{plain(cls.__doc__)}\n"
    else:
        yield "\n### `client`\n"
    yield "| | gives | |\n|---|---|---|"
    for key, operation in vars(cls).items():
        if isinstance(operation, Operation):
            shown = cell(signature(operation.signature()))
            shown = re.sub(r"(?<!\*, )order_by.*resume: str \\\| None = None", "**options", shown)
            call = f"`{where}.{key}{shown}`"
            yield f"| {call} | {plain(operation.returns())} | {plain(operation.summary)} |"


def class_lines(cls: type) -> Iterator[str]:
    """Write one class and its fields."""
    yield f"\n### `{cls.__name__}`\n\n{plain(cls.__doc__)}\n\n| field | type | |\n|---|---|---|"
    texts = field_texts(cls)
    attrs.resolve_types(cls, include_extras=True)
    declared = attrs.fields_dict(cls)
    names = (
        [spec.name for spec in field_specs(cls)]
        if issubclass(cls, v.Entity)
        else [each.name for each in declared.values() if each.init]
    )
    for name in names:
        # What is kept out of sight has a property of its name.
        shown = getattr(cls, name.removeprefix("_")) if name.startswith("_") else None
        of = declared[name].type if shown is None else inspect.signature(shown.fget, eval_str=True).return_annotation
        text = texts.get(name) if shown is None else shown.__doc__
        yield f"| `{name.removeprefix('_')}` | {cell(type_name(of))} | {plain(text)} |"


def choice_lines(cls: type[enum.Enum]) -> Iterator[str]:
    """Write one enumeration and its members."""
    yield f"\n### `{cls.__name__}`\n\n{plain(cls.__doc__)}\n\n| member | value | |\n|---|---|---|"
    texts = dict(own_texts(cls))
    for member in cls:
        yield f"| `{member.name}` | `{member.value}` | {plain(texts.get(member.name))} |"


def method_lines(cls: type) -> Iterator[str]:
    """Write one class and its methods."""
    yield f"\n### `{cls.__name__}`\n\n{plain(cls.__doc__)}\n\n| | |\n|---|---|"
    for name, value in inspect.getmembers(cls):
        if name.startswith("_") or not (callable(value) or isinstance(value, property)):
            continue
        if isinstance(value, property):
            yield f"| `{name}` | {plain(value.__doc__)} |"
        elif value.__doc__:
            call = cell(signature(inspect.signature(value))).replace("(self, ", "(").replace("(self)", "()")
            yield f"| `{name}{call}` | {plain(value.__doc__)} |"


def entities() -> list[type]:
    """List what the operations answer with."""
    declared = [operation for cls in resources.RESOURCES.values() for operation in operations(cls).values()]
    return list(dict.fromkeys(operation.entity for operation in declared if operation.entity is not None))


def document() -> str:
    """Write the whole page."""
    lines = [HEAD, "## The client\n", "`AsyncVoipStudio(...)` and `VoipStudio(...)` take the same arguments:\n"]
    lines += [
        f"* `{name}`: {plain(text)}"
        for name, text in re.findall(r":param (\w+): (.+)", inspect.getdoc(BaseClient.__init__) or "")
    ]
    lines.append(
        "\n`close()`, or `async with` and `with`, end it; `with_options(timeouts=, retry=, token=)` gives a view."
    )
    lines.append(
        "\n## Operations\n\nThe options of listings stand in [lists](lists.md): `order_by`, `page_size`, `prefetch`..."
    )
    for name, cls in [*resources.RESOURCES.items(), ("raw", resources.Raw)]:
        lines += resource_lines(name, cls)
    lines.append("\n## Listings and bulk")
    for cls in (v.AsyncPages, v.AsyncBulk):
        lines += method_lines(cls)
    lines.append("\n## Settings and results")
    for cls in VALUES:
        lines += class_lines(cls)
    lines.append(
        '\n## Entities\n\nAll have `extra`, `to_dict()` (what the API sent) and `to_json(money="text")` (for others:'
        " FastAPI takes entities as response models); every field but the id can be None."
    )
    for cls in entities():
        lines += class_lines(cls)
    lines.append(
        "\n## Known values\n\nMembers compare equal to the plain value; a value that is not known is given as it is."
    )
    for choices in (v.CallType, v.Disposition, v.CallState):
        lines += choice_lines(choices)
    tree = inspect.cleandoc(errors.__doc__ or "").split("::", 1)[1]
    lines.append("\n## Errors\n\n```text\n" + inspect.cleandoc(tree.split("Every exception")[0]).strip() + "\n```\n")
    lines.append(
        "`APIError` has `status`, `message`, `errors` (each with `field`, `message`, `code`), `request`, `attempts` and"
        " `retry_after`; `TransportError` has `request` and `attempts`, `DeadlineExceeded` also `elapsed`,"
        " `ResponseTooLarge` `limit`; `DecodeError` has `path`; `PaginationError` `report`; `BulkError` `outcomes`."
    )
    return "\n".join(lines) + "\n"


def named() -> str:
    """Write docs/cli.md anew, with the names that can be listed and got."""
    page = COMMANDS.read_text(encoding="utf-8")
    for word, names in (("Listed", LISTINGS.values()), ("Got", THINGS.values())):
        whole, owned = (
            ", ".join(f"`{each.name}`" for each in names if ("." in each.name) is dotted) for dotted in (False, True)
        )
        line = textwrap.fill(
            f"* {word}: {whole}, and of the one whose ID is given {owned}.", 120, subsequent_indent="  "
        )
        page = re.sub(rf"^\* {word}: .*?\.$", lambda _, line=line: line, page, flags=re.MULTILINE | re.DOTALL)
    return page


def declared() -> dict[Path, str]:
    """Write the modules of the catalogue anew, with the text of each operation below its declaration."""
    classes = dict.fromkeys([*resources.RESOURCES.values(), resources.Raw])
    modules: dict[Path, list[type]] = {}
    for cls in classes:
        modules.setdefault(Path(inspect.getfile(cls)), []).append(cls)
    return {path: _with_texts(path, found) for path, found in modules.items()}


def _with_texts(path: Path, classes: list[type]) -> str:
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    named = {cls.__name__: cls for cls in classes}
    bodies = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and node.name in named]
    for body in reversed(bodies):
        for node, below in reversed([*zip(body.body, [*body.body[1:], None], strict=True)]):
            operation = isinstance(node, ast.Assign) and vars(named[body.name])[ast.unparse(node.targets[0])]
            if isinstance(operation, Operation):
                old = below.end_lineno if isinstance(below, ast.Expr) else node.end_lineno
                lines[node.end_lineno : old] = _literal(operation.doc)
    return "\n".join(lines) + "\n"


def _literal(text: str) -> list[str]:
    return textwrap.indent(f'"""{text}\n"""', "    ").splitlines()


if __name__ == "__main__":
    for module, text in declared().items():
        module.write_text(text, encoding="utf-8")
    COMMANDS.write_text(named(), encoding="utf-8")
    TARGET.write_text(document(), encoding="utf-8")
