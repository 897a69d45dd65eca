"""The catalogue as an OpenAPI 3.1 document. ``python -m voipstudio_async.openapi`` prints it as JSON.

It is how a wrong path or field is seen: a reader holds it against the vendor's page. The order is that of the page.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from typing import Any, cast

from ..operations import Answers, Key, Operation, Resource, operations
from ..operations import Parameter as Sent
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

_ACCOUNT = "Who the token belongs to, and the session."
"""The tag of what a client itself offers."""

SUCCESSES = {200: "Success", 201: "Created", 202: "Accepted", 204: "Success"}
ERRORS = {
    400: "Validation error",
    401: "Unauthorized",
    403: "Access denied",
    404: "Resource not found",
    412: "Precondition failed",
}
"""The words of the vendor's pages."""

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
            parameters=dict(sorted(_all_parameters(bound).items(), key=lambda pair: pair[1].in_)),
            responses={_component(ERRORS[status]): _failure(ERRORS[status]) for status in _statuses(bound)},
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


def _tag(name: str, resource: type[Resource[Any]], _operation: Operation[Any, Any]) -> Tag:
    return Tag(name=name, description=_ACCOUNT if name == "me" else inspect.getdoc(resource) or name)


def _all_parameters(bound: list[Bound]) -> dict[str, Parameter]:
    return {name: each for _, _, operation in bound for name, each in _parameters(operation)}


def _statuses(bound: list[Bound]) -> list[int]:
    return sorted({status for _, _, operation in bound for status in operation.statuses})


def _paths(bound: list[Bound]) -> dict[str, dict[str, Call]]:
    places: dict[tuple[str, str], list[Bound]] = {}
    for each in bound:
        _, resource, operation = each
        places.setdefault((operation.template(resource), operation.method.lower()), []).append(each)
    paths: dict[str, dict[str, Call]] = {}
    for (path, method), at_place in places.items():
        tag = at_place[0][0]
        paths.setdefault(path, {})[method] = _call(tag, [operation for _, _, operation in at_place])
    return paths


def _call(tag: str, operations: list[Operation[Any, Any]]) -> Call:
    """Describe what is at one place: an operation, or several that differ in what they send."""
    name = "_or_".join(each.name for each in operations)
    bodies = tuple(dict.fromkeys(body for each in operations if (body := _body(each)) is not None))
    parameters = dict(pair for each in operations for pair in _parameters(each))
    return Call(
        tags=(tag,),
        summary=" ".join(each.summary for each in operations),
        operation_id=name if tag == "me" else f"{tag}.{name}",
        parameters=tuple(Reference(ref=f"#/components/parameters/{each}") for each in parameters),
        request_body=RequestBody(required=True, content=_json(_any_of(bodies))) if bodies else None,
        responses={status: each for one in reversed(operations) for status, each in _responses(one).items()},
    )


def _body(operation: Operation[Any, Any]) -> Schema | None:
    if operation.body is None:
        return None
    one = reference(operation.body)
    return Schema(type=("array",), items=one) if operation.body_is_list else one


def _any_of(schemas: tuple[Schema, ...]) -> Schema:
    return schemas[0] if len(schemas) == 1 else Schema(any_of=schemas)


def _parameters(operation: Operation[Any, Any]) -> Iterator[tuple[str, Parameter]]:
    """List the parameters of an operation, by the names of their components."""
    if operation.key is not None:
        yield operation.key.component, _in_path(operation.key)
    if _is_listing(operation):
        yield from ((each.name, each) for each in LISTING)
    for each in operation.parameters:
        yield each.component, _in_query(each)


def _in_path(key: Key[Any]) -> Parameter:
    number = Schema(type=("integer",), minimum=1)
    schema = number if key.is_number else Schema(type=("string",))
    if key.several:
        # In a path, the form of a list is by default that of the API: parted by commas.
        schema = Schema(type=("array",), items=number, min_items=1)
    return Parameter(name=key.name, in_="path", description=key.description, required=True, schema=schema)


def _in_query(sent: Sent) -> Parameter:
    schema = Schema(type=("string",), enum=sent.values or None)
    return Parameter(name=sent.name, in_="query", description=sent.description, schema=schema)


def _responses(operation: Operation[Any, Any]) -> dict[str, Response | Reference]:
    responses: dict[str, Response | Reference] = {
        str(status): Response(description=SUCCESSES[status], content=_content(operation, status))
        for status in operation.success
    }
    for status in operation.statuses:
        responses[str(status)] = Reference(ref=f"#/components/responses/{_component(ERRORS[status])}")
    return responses


def _content(operation: Operation[Any, Any], status: int) -> Content | None:
    if operation.file is not None:
        return {operation.file.media: MediaType(schema=Schema(description="The file itself."))}
    answer = _answer(operation)
    return None if answer is None or status in _WITHOUT_BODY else _json(answer)


def _failure(words: str) -> Response:
    return Response(description=words, content=_json(_ref("Error")))


def _component(words: str) -> str:
    return words.title().replace(" ", "")


# --- what is sent and answered ---------------------------------------------------------------------------------


def _answer(operation: Operation[Any, Any]) -> Schema | None:
    names = list(_envelopes_of(operation))
    if operation.answers is Answers.FLAT and operation.entity is not None:
        return reference(operation.entity)
    return _any_of(tuple(_ref(name) for name in names)) if names else None


def _envelopes(bound: list[Bound]) -> dict[str, Schema]:
    return {name: envelope for _, _, each in bound for name, envelope in _envelopes_of(each).items()}


def _envelopes_of(operation: Operation[Any, Any]) -> dict[str, Schema]:
    entity, answers = operation.entity, operation.answers
    if entity is None or answers not in _ENVELOPED:
        return {}
    answer = {f"{entity.__name__}Answer": _envelope(data=reference(entity), links=Schema(type=("object",)))}
    rows = Schema(type=("array",), items=reference(entity))
    page = {f"{entity.__name__}Page": _envelope(data=rows, total=Schema(type=("integer",), minimum=0))}
    if answers is Answers.ONE_OR_LIST or (answers is Answers.MANY and not _is_listing(operation)):
        # Of these the vendor's pages and the live API do not agree which it is.
        return answer | page
    return page if answers is Answers.MANY else answer


def _envelope(**fields: Schema) -> Schema:
    return Schema(type=("object",), properties=fields, required=tuple(name for name in fields if name != "links"))


def _classes(bound: list[Bound]) -> Iterator[type]:
    for _, _, operation in bound:
        yield from filter(None, (operation.entity, operation.body))


def _is_listing(operation: Operation[Any, Any]) -> bool:
    return operation.method == "GET" and operation.answers is Answers.MANY


_ENVELOPED = frozenset({Answers.ONE, Answers.ONE_OR_LIST, Answers.MANY})
_WITHOUT_BODY = frozenset({202, 204})
