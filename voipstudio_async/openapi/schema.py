"""From a Python type to a JSON Schema, in three steps: `describe` a type, `collect` classes, `printed` as plain values.

The schemas say how a value looks on the wire, as documented and as seen live; what the SDK reads leniently beyond that
is not part of them. The dialect is JSON Schema 2020-12, which is that of OpenAPI 3.1.
"""

from __future__ import annotations

import ast
import enum
import inspect
import textwrap
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import attrs
import cattrs

from ..entities.base import Entity, FieldSpec, Secret, WireForm, field_specs
from ..unset import Unset

REFERENCE = "#/components/schemas/"


@attrs.frozen(kw_only=True)
class Schema:
    """A JSON Schema. A keyword that is None is not printed, so that `Schema()` allows everything."""

    ref: str | None = None
    description: str | None = None
    type: tuple[str, ...] = ()
    format: str | None = None
    pattern: str | None = None
    enum: tuple[str, ...] | None = None
    minimum: int | None = None
    maximum: int | None = None
    default: Any = None
    items: Schema | None = None
    any_of: tuple[Schema, ...] | None = None
    properties: Mapping[str, Schema] | None = None
    required: tuple[str, ...] | None = None
    additional_properties: bool | None = None
    min_items: int | None = None
    min_properties: int | None = None
    examples: tuple[Any, ...] | None = None


MOMENT = Schema(
    type=("string",),
    pattern=r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$",
    description="A date-time without an offset; the evidence points to UTC.",
    examples=("2017-11-27 23:45:52",),
)
EPOCH = Schema(type=("integer",), minimum=0, description="Whole seconds since 1970.")
DIGITS = Schema(type=("string",), pattern="^[0-9]+$", description="An integer, sent as a string of digits.")

_FORMS = {WireForm.EPOCH: EPOCH, WireForm.DIGITS: DIGITS}
_SCALARS: dict[Any, Schema] = {
    str: Schema(type=("string",)),
    int: Schema(type=("integer",)),
    bool: Schema(type=("boolean",)),
    Decimal: Schema(type=("number",)),
    datetime: MOMENT,
    Secret: Schema(type=("string",), format="password"),
    type(None): Schema(type=("null",)),
}


# --- describe ------------------------------------------------------------------------------------------------


def describe(annotation: Any) -> Schema:
    """Say how the values of a type look in JSON; an attrs class becomes a reference. TypeError for an unknown type."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation is Any:
        return Schema()
    if origin is typing.Annotated:
        return _marked(arguments[0], arguments[1:])
    if origin in (typing.Union, types.UnionType):
        return _either([describe(member) for member in arguments if member is not Unset])
    if origin is tuple:
        return Schema(type=("array",), items=describe(arguments[0]))
    if isinstance(annotation, type) and attrs.has(annotation) and annotation not in _SCALARS:
        return reference(annotation)
    if annotation not in _SCALARS:
        raise TypeError(f"no JSON form is known for {annotation!r}")
    return _SCALARS[annotation]


def reference(cls: type) -> Schema:
    """Refer to the schema of a class among the collected ones."""
    return Schema(ref=REFERENCE + cls.__name__)


def _marked(annotation: Any, marks: tuple[Any, ...]) -> Schema:
    for mark in marks:
        if isinstance(mark, WireForm):
            return _FORMS[mark]
        if isinstance(mark, enum.EnumMeta):
            known = tuple(member.value for member in typing.cast("Iterable[enum.Enum]", mark))
            return attrs.evolve(describe(annotation), examples=known)
    return describe(annotation)


def _either(members: list[Schema]) -> Schema:
    """Join alternatives. Those of different JSON types share one schema: a keyword speaks of one type only."""
    if any(member.ref is not None for member in members):
        return Schema(any_of=tuple(members))
    keywords = {
        name: next((value for member in members if (value := getattr(member, name)) is not None), None)
        for name in ("description", "format", "pattern", "minimum", "items", "examples")
    }
    return Schema(type=tuple(dict.fromkeys(kind for member in members for kind in member.type)), **keywords)


# --- collect -------------------------------------------------------------------------------------------------


def collect(roots: Iterable[type]) -> dict[str, Schema]:
    """Describe some classes and all that they refer to, by name. ValueError if two classes share a name."""
    found: dict[str, type] = {}
    waiting = list(roots)
    while waiting:
        cls = waiting.pop(0)
        if found.setdefault(cls.__name__, cls) is not cls:
            raise ValueError(f"two classes are called {cls.__name__}: {found[cls.__name__]!r} and {cls!r}")
        waiting += [inner for inner in _inner_classes(cls) if inner.__name__ not in found]
    return {name: describe_class(cls) for name, cls in found.items()}


def describe_class(cls: type) -> Schema:
    """Describe an attrs class as an object: an entity is open to new fields, the body of a request is closed."""
    texts = field_texts(cls)
    specs = field_specs(cls)
    is_entity = issubclass(cls, Entity)
    needed = tuple(spec.wire for spec in specs if _is_needed(cls, spec))
    return Schema(
        description=inspect.getdoc(cls),
        type=("object",),
        properties={spec.wire: _with_text(describe(spec.type), texts.get(spec.name)) for spec in specs},
        required=needed or None,
        additional_properties=is_entity,
        min_properties=None if is_entity or needed else 1,
    )


def field_texts(cls: type) -> dict[str, str]:
    """Read the string literals under the fields of a class and its bases; none where the source is not at hand."""
    texts: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if attrs.has(base):
            texts.update(_own_texts(base))
    return texts


def _own_texts(cls: type) -> Iterator[tuple[str, str]]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    except (OSError, TypeError):
        return
    body = typing.cast("ast.ClassDef", tree.body[0]).body
    for field, text in pairwise(body):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(literal))):
                yield name, inspect.cleandoc(literal)
            case _:
                pass


def _is_needed(cls: type, spec: FieldSpec) -> bool:
    return attrs.fields_dict(cls)[spec.name].default is attrs.NOTHING


def _with_text(schema: Schema, text: str | None) -> Schema:
    texts = [each for each in (text, schema.description) if each is not None]
    return attrs.evolve(schema, description=" ".join(texts) or None)


def _inner_classes(cls: type) -> Iterator[type]:
    for spec in field_specs(cls):
        for part in _parts(spec.type):
            if isinstance(part, type) and attrs.has(part) and part not in _SCALARS:
                yield part


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for argument in typing.get_args(annotation):
        yield from _parts(argument)


# --- print ---------------------------------------------------------------------------------------------------


def printed(value: Any) -> Any:
    """Turn a schema, or an attrs class that holds some, into plain values: camelCase keys, nothing that is empty."""
    return _converter.unstructure(value)


def _key(name: str) -> str:
    if name == "ref":
        return "$ref"
    first, *others = name.rstrip("_").split("_")
    return first + "".join(other.capitalize() for other in others)


def _print_class(cls: type) -> Callable[[Any], dict[str, Any]]:
    keys = {field.name: _key(field.name) for field in attrs.fields(cls)}

    def print_(value: Any) -> dict[str, Any]:
        given = ((key, getattr(value, name)) for name, key in keys.items())
        return {key: _converter.unstructure(part) for key, part in given if part is not None and part != ()}

    return print_


def _print_schema(schema: Schema) -> dict[str, Any]:
    plain = _print_class(Schema)(schema)
    if len(schema.type) == 1:
        plain["type"] = schema.type[0]
    return plain


_converter = cattrs.Converter()
_converter.register_unstructure_hook_factory(attrs.has, _print_class)
_converter.register_unstructure_hook(Schema, _print_schema)
_converter.register_unstructure_hook(tuple, lambda items: [_converter.unstructure(item) for item in items])
