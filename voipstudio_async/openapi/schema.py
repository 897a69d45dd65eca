"""From a Python type to a JSON Schema, in three steps: `describe` a type, `collect` classes, `printed` as plain values.

The schemas say how a value looks on the wire, as documented and as seen live; what the SDK reads leniently beyond that
is not part of them. The dialect is JSON Schema 2020-12, which is that of OpenAPI 3.1.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import attrs
import cattrs

from ..entities.base import Entity
from ..entities.fields import FieldType, Kind, WireForm, field_specs, nested_classes

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

DAY = Schema(type=("string",), format="date")

_FORMS = {(Kind.MOMENT, WireForm.EPOCH): EPOCH, (Kind.INTEGER, WireForm.DIGITS): DIGITS}
_KINDS: dict[Kind, Schema] = {
    Kind.TEXT: Schema(type=("string",)),
    Kind.INTEGER: Schema(type=("integer",)),
    Kind.BOOLEAN: Schema(type=("boolean",)),
    Kind.FLOAT: Schema(type=("number",)),
    Kind.MONEY: Schema(type=("number",)),
    Kind.MOMENT: MOMENT,
    Kind.DAY: DAY,
    Kind.SECRET: Schema(type=("string",), format="password"),
    Kind.MAPPING: Schema(type=("object",)),
}
_NULL = Schema(type=("null",))


# --- describe ------------------------------------------------------------------------------------------------


def describe(of: FieldType) -> Schema:
    """Say how the values of a type look in JSON; an attrs class becomes a reference."""
    if Kind.ANY in of.kinds:
        return Schema()
    members = [_describe_kind(of, kind) for kind in of.kinds]
    schema = _either([*members, _NULL] if of.optional else members)
    return attrs.evolve(schema, examples=of.known) if of.known else schema


def _describe_kind(of: FieldType, kind: Kind) -> Schema:
    if kind is Kind.LIST and of.items is not None:
        return Schema(type=("array",), items=describe(of.items))
    if kind is Kind.OBJECT and of.nested is not None:
        return reference(of.nested)
    return _KINDS[kind] if of.form is None else _FORMS.get((kind, of.form), _KINDS[kind])


def reference(cls: type) -> Schema:
    """Refer to the schema of a class among the collected ones."""
    return Schema(ref=REFERENCE + cls.__name__)


def _either(members: list[Schema]) -> Schema:
    """Join alternatives. Those of different JSON types share one schema: a keyword speaks of one type only."""
    if len(members) == 1:
        return members[0]
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
        waiting += [inner for inner in nested_classes(cls) if found.get(inner.__name__) is not inner]
    return {name: describe_class(cls) for name, cls in found.items()}


def describe_class(cls: type) -> Schema:
    """Describe an attrs class as an object: an entity is open to new fields, the body of a request is closed."""
    texts = field_texts(cls)
    specs = field_specs(cls)
    is_entity = issubclass(cls, Entity)
    needed = tuple(spec.wire for spec in specs if spec.needed)
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


def _with_text(schema: Schema, text: str | None) -> Schema:
    texts = [each for each in (text, schema.description) if each is not None]
    return attrs.evolve(schema, description=" ".join(texts) or None)


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
