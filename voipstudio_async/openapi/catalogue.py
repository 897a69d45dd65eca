"""The catalogue as an OpenAPI 3.1 document. ``python -m voipstudio_async.openapi`` prints it as JSON.

It is how a wrong path or field is seen: a reader holds it against the vendor's page. The order is that of the page.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from typing import Any, cast

from ..operations import Listing, ListingOf, Operation, Resource, Show, operations
from ..pagination.page import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE
from ..resources import RESOURCES
from ..version import __version__
from ..wire.filters import OPERATORS
from .document import (
    Call,
    Components,
    Content,
    Document,
    Info,
    License,
    MediaType,
    Parameter,
    Reference,
    RequestBody,
    Response,
    SecurityScheme,
    Server,
    Tag,
)
from .schema import REFERENCE, Schema, collect, printed, reference

SERVER = "https://l7api.com/v1.2/voipstudio"
PAGE_ORDER = ("queue_groups", "customers", "users", "me", "user_groups", "user_group_policies")
"""The resources in the order of the vendor's page; those of other pages follow."""

SUCCESSES = {200: "Success", 201: "Created", 204: "Success"}
ERRORS = {400: "Validation error", 401: "Unauthorized", 403: "Access denied", 404: "Resource not found"}
"""The words of the vendor's page."""

LINE_LENGTH = 100
"""How long a line of the printed document may be, keys not counted."""

Bound = tuple[str, type[Resource[Any]], Operation[Any, Any]]


def _ref(name: str) -> Schema:
    return Schema(ref=REFERENCE + name)


def _json(schema: Schema) -> Content:
    return {"application/json": MediaType(schema=schema)}


# --- what is the same for every resource -----------------------------------------------------------------------

INFO = Info(
    title="VoIPstudio REST API",
    version=__version__,
    description=(
        "The part of the VoIPstudio REST API that voipstudio_async speaks, generated from its declarations. Every "
        "field but `id` may be missing or null, and answers may hold fields that are not listed. Fields marked *live* "
        "are not on the vendor's pages but were seen in real answers."
    ),
    license=License(name="MIT", identifier="MIT"),
)
SECURITY = {
    "token": SecurityScheme(
        type="apiKey", name="X-Auth-Token", in_="header", description="A user token or an API key."
    ),
    "basic": SecurityScheme(type="http", scheme="basic", description="The user id, and the token as the password."),
}
CONDITION = Schema(
    type=("object",),
    properties={
        "property": Schema(type=("string",), examples=("calldate",)),
        "operator": Schema(type=("string",), enum=OPERATORS),
        "value": Schema(description="A number for durations and amounts, a string for dates and codes."),
    },
    required=("property", "operator", "value"),
    additional_properties=False,
)
FAILURE = Schema(
    description="What went wrong. `errors` may be empty, and the whole body may be missing.",
    type=("object",),
    properties={
        "message": Schema(type=("string",)),
        "errors": Schema(
            type=("array",),
            items=Schema(
                type=("object",),
                properties={
                    "field": Schema(type=("string", "null")),
                    "message": Schema(type=("string",)),
                    "code": Schema(type=("string",), examples=("SF0010",)),
                },
                required=("message",),
            ),
        ),
    },
    required=("message",),
)
ID = Parameter(
    name="id",
    in_="path",
    description="The id of the thing itself, or of what it belongs to.",
    required=True,
    schema=Schema(type=("integer",), minimum=1),
)
LISTING = (
    Parameter(
        name="page",
        in_="query",
        description="The page, counted from 1.",
        schema=Schema(type=("integer",), minimum=1, default=1),
    ),
    Parameter(
        name="limit",
        in_="query",
        description=f"Rows in a page. The server's default is not known; the SDK sends {DEFAULT_PAGE_SIZE}.",
        schema=Schema(type=("integer",), minimum=1, maximum=MAX_PAGE_SIZE),
    ),
    Parameter(
        name="sort",
        in_="query",
        description="The field to sort by.",
        schema=Schema(type=("string",), examples=("id", "calldate")),
    ),
    Parameter(
        name="dir",
        in_="query",
        description="The direction of `sort`.",
        schema=Schema(type=("string",), enum=("ASC", "DESC")),
    ),
    Parameter(
        name="filter",
        in_="query",
        description="Conditions, all of which a row must meet. (`between` is refused: send `gte` and `lte`.)",
        content=_json(Schema(type=("array",), items=_ref("Condition"))),
    ),
)


# --- from the catalogue ----------------------------------------------------------------------------------------


def document() -> Document:
    """Build the document from the catalogue."""
    bound = list(_catalogue())
    return Document(
        openapi="3.1.0",
        info=INFO,
        servers=(Server(url=SERVER),),
        security=tuple({name: ()} for name in SECURITY),
        tags=tuple(dict.fromkeys(_tag(*each) for each in bound)),
        paths=_paths(bound),
        components=Components(
            parameters={parameter.name: parameter for parameter in (ID, *LISTING)},
            responses={_component(words): _failure(words) for words in ERRORS.values()},
            security_schemes=SECURITY,
            schemas={
                "Error": FAILURE,
                "Condition": CONDITION,
                **_envelopes(bound),
                **collect(dict.fromkeys(_classes(bound))),
            },
        ),
    )


def text() -> str:
    """Return the document as JSON, with a line end at the end."""
    return _laid_out(printed(document()), "\n") + "\n"


def _laid_out(value: object, line: str) -> str:
    """Write JSON for readers: what fits in a line stands in one. `line` is a line end and the indentation so far."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or len(line) + len(flat) <= LINE_LENGTH:
        return flat
    deeper = line + "  "
    if isinstance(value, list):
        return _within("[]", [_laid_out(item, deeper) for item in cast("list[object]", value)], line)
    pairs = cast("dict[str, object]", value).items()
    return _within("{}", [f"{json.dumps(key)}: {_laid_out(item, deeper)}" for key, item in pairs], line)


def _within(brackets: str, parts: list[str], line: str) -> str:
    deeper = line + "  "
    return brackets[0] + deeper + f",{deeper}".join(parts) + line + brackets[1]


def _catalogue() -> Iterator[Bound]:
    for name in (*PAGE_ORDER, *(name for name in RESOURCES if name not in PAGE_ORDER)):
        for operation in operations(RESOURCES[name]).values():
            yield name, RESOURCES[name], operation


def _tag(name: str, resource: type[Resource[Any]], operation: Operation[Any, Any]) -> Tag:
    # The catalogue itself is a resource without a path of its own: what it offers speaks for itself.
    return Tag(name=name, description=(inspect.getdoc(resource) or name) if resource.path else operation.summary)


def _paths(bound: list[Bound]) -> dict[str, dict[str, Call]]:
    paths: dict[str, dict[str, Call]] = {}
    for name, resource, operation in bound:
        paths.setdefault(operation.template(resource), {})[operation.method.lower()] = _call(name, operation)
    return paths


def _call(tag: str, operation: Operation[Any, Any]) -> Call:
    body = _body_of(operation)
    return Call(
        tags=(tag,),
        summary=operation.summary,
        operation_id=tag if operation.name == tag else f"{tag}.{operation.name}",
        parameters=tuple(Reference(ref=f"#/components/parameters/{each.name}") for each in _parameters(operation)),
        request_body=None if body is None else RequestBody(required=True, content=_json(reference(body))),
        responses=_responses(operation),
    )


def _parameters(operation: Operation[Any, Any]) -> Iterator[Parameter]:
    if operation.on_one:
        yield ID
    if _is_listing(operation):
        yield from LISTING


def _responses(operation: Operation[Any, Any]) -> dict[str, Response | Reference]:
    answer = _answer(operation)
    success = Response(description=SUCCESSES[operation.success], content=None if answer is None else _json(answer))
    responses: dict[str, Response | Reference] = {str(operation.success): success}
    for status in operation.statuses:
        responses[str(status)] = Reference(ref=f"#/components/responses/{_component(ERRORS[status])}")
    return responses


def _failure(words: str) -> Response:
    return Response(description=words, content=_json(_ref("Error")))


def _component(words: str) -> str:
    return words.title().replace(" ", "")


# --- what is sent and answered ---------------------------------------------------------------------------------


def _answer(operation: Operation[Any, Any]) -> Schema | None:
    names = list(_envelopes_of(operation))
    if not names:
        return None
    return _ref(names[0]) if len(names) == 1 else Schema(any_of=tuple(_ref(name) for name in names))


def _envelopes(bound: list[Bound]) -> dict[str, Schema]:
    return {name: envelope for _, _, each in bound for name, envelope in _envelopes_of(each).items()}


def _envelopes_of(operation: Operation[Any, Any]) -> dict[str, Schema]:
    entity = _entity_of(operation)
    if entity is None:
        return {}
    answer = {f"{entity.__name__}Answer": _envelope(data=reference(entity), links=Schema(type=("object",)))}
    rows = Schema(type=("array",), items=reference(entity))
    page = {f"{entity.__name__}Page": _envelope(data=rows, total=Schema(type=("integer",), minimum=0))}
    if isinstance(operation, Show):
        # The vendor's page shows a list of one, the live API answers one object.
        return answer | page
    return page if _is_listing(operation) else answer


def _envelope(**fields: Schema) -> Schema:
    return Schema(type=("object",), properties=fields, required=tuple(name for name in fields if name != "links"))


def _classes(bound: list[Bound]) -> Iterator[type]:
    for _, _, operation in bound:
        yield from filter(None, (_entity_of(operation), _body_of(operation)))


def _is_listing(operation: Operation[Any, Any]) -> bool:
    return isinstance(operation, (Listing, ListingOf))


def _entity_of(operation: Operation[Any, Any]) -> type | None:
    return getattr(operation, "entity", None)


def _body_of(operation: Operation[Any, Any]) -> type | None:
    return getattr(operation, "body", None)
