"""The catalogue as an OpenAPI 3.1 document. ``python -m voipstudio_async.openapi`` prints it as JSON.

It is how a wrong path or field is seen: a reader holds it against the vendor's page. The order is that of the page.
"""

from __future__ import annotations

import base64
import inspect
from collections.abc import Iterator
from typing import Any

from ..operations import Answers, FileType, Key, Operation, Parameter, Resource, operations
from ..resources import RESOURCES
from ..surroundings import BASE_URL
from ..wire.exchange import Repeat
from . import common
from .common import Part, component, json_content
from .layout import laid_out
from .schema import Schema, collect, refer, reference

PAGE_ORDER = ("queue_groups", "customers", "users", "me", "user_groups", "user_group_policies")
"""The resources in the order of the vendor's page; those of other pages follow."""

_ACCOUNT = "Who the token belongs to, and the session."
"""The tag of what a client itself offers."""

Bound = tuple[str, type[Resource[Any]], Operation[Any, Any]]


def document() -> Part:
    """Build the document from the catalogue."""
    bound = list(_catalogue())
    return {
        "openapi": "3.1.0",
        "info": common.INFO,
        "externalDocs": common.VENDOR,
        "servers": [{"url": BASE_URL}],
        "security": [{name: []} for name in common.SECURITY],
        "tags": list({name: _tag(name, resource) for name, resource, _ in bound}.values()),
        "paths": _paths(bound),
        "components": {
            "parameters": dict(sorted(_all_parameters(bound).items(), key=lambda pair: pair[1]["in"])),
            "responses": _failures(bound),
            "securitySchemes": common.SECURITY,
            "schemas": _schemas(bound),
        },
    }


def text() -> str:
    """Return the document as JSON, with a line end at the end."""
    return laid_out(document()) + "\n"


def _catalogue() -> Iterator[Bound]:
    for name in (*PAGE_ORDER, *(name for name in RESOURCES if name not in PAGE_ORDER)):
        for operation in operations(RESOURCES[name]).values():
            yield name, RESOURCES[name], operation


def _tag(name: str, resource: type[Resource[Any]]) -> Part:
    return {"name": name, "description": _ACCOUNT if name == "me" else inspect.getdoc(resource) or name}


# --- components ------------------------------------------------------------------------------------------------


def _all_parameters(bound: list[Bound]) -> dict[str, Part]:
    return {name: each for _, _, operation in bound for name, each in _parameters(operation).items()}


def _failures(bound: list[Bound]) -> dict[str, Part]:
    statuses = sorted({status for _, _, operation in bound for status in _statuses(operation)})
    failures = {component(common.ERRORS[status]): common.failure(status) for status in statuses}
    return failures | {common.ANY_ERROR: common.any_failure()}


def _schemas(bound: list[Bound]) -> dict[str, Schema]:
    operations = [operation for _, _, operation in bound]
    listed = [each.entity for each in operations if _is_listing(each) and each.entity is not None]
    named = [cls for each in operations for cls in (each.entity, each.body) if cls is not None]
    return {
        "Error": common.FAILURE,
        "Condition": common.CONDITION,
        **{name: envelope for each in operations for name, envelope in _envelopes(each).items()},
        **{common.fields_name(entity): common.fields_schema(entity) for entity in listed},
        **collect(dict.fromkeys(named)),
    }


# --- operations ------------------------------------------------------------------------------------------------


def _paths(bound: list[Bound]) -> dict[str, dict[str, Part]]:
    places: dict[tuple[str, str], list[Bound]] = {}
    for each in bound:
        _, resource, operation = each
        places.setdefault((operation.template(resource), operation.method.lower()), []).append(each)
    paths: dict[str, dict[str, Part]] = {}
    for (path, method), at_place in places.items():
        tag = at_place[0][0]
        paths.setdefault(path, {})[method] = _call(tag, [operation for _, _, operation in at_place])
    return paths


def _call(tag: str, operations: list[Operation[Any, Any]]) -> Part:
    """Describe what is at one place: an operation, or several that differ in what they send."""
    name = "_or_".join(each.name for each in operations)
    prefix = "" if tag == "me" else f"{tag}."
    call: Part = {
        "tags": [tag],
        "summary": " ".join(each.summary for each in operations),
        "description": "\n\n".join(_description(prefix, each) for each in operations),
        "operationId": prefix + name,
    }
    if not all(each.with_token for each in operations):
        call["security"] = []
    if parameters := dict.fromkeys(name for each in operations for name in _parameters(each)):
        call["parameters"] = [{"$ref": f"#/components/parameters/{each}"} for each in parameters]
    if bodies := [body for each in operations if (body := _body(each)) is not None]:
        call["requestBody"] = {"required": True, "content": json_content(_any_of(bodies))}
    return call | {"responses": _responses(operations)}


def _description(prefix: str, operation: Operation[Any, Any]) -> str:
    owner = "client." + prefix if operation.with_token else "VoipStudio."
    sentences = [f"`{owner}{operation.name}` of voipstudio_async returns {operation.returns()}"]
    if operation.repeat is Repeat.UNSENT:
        sentences.append("It is not sent again after a failure, since it may have been done.")
    if operation.read_timeout is not None:
        sentences.append(f"The answer may take {operation.read_timeout:g} seconds.")
    return " ".join(sentences)


def _body(operation: Operation[Any, Any]) -> Schema | None:
    if operation.body is None:
        return None
    one = reference(operation.body)
    return {"type": "array", "items": one, "minItems": 1} if operation.body_is_list else one


def _any_of(schemas: list[Schema]) -> Schema:
    distinct = [each for place, each in enumerate(schemas) if each not in schemas[:place]]
    return distinct[0] if len(distinct) == 1 else {"anyOf": distinct}


def _parameters(operation: Operation[Any, Any]) -> dict[str, Part]:
    """List the parameters of an operation, by the names of their components."""
    found: dict[str, Part] = {}
    if operation.key is not None:
        found[operation.key.component] = _in_path(operation.key)
    if _is_listing(operation) and operation.entity is not None:
        found |= common.listing_parameters(operation.entity)
    return found | {each.component: _in_query(each, operation) for each in operation.parameters}


def _in_path(key: Key[Any]) -> Part:
    if key.example:
        # Several ids are described by what is written, too: tools differ in how they read lists in a path.
        schema: Schema = {"type": "string", "pattern": f"^{key.pattern}$", "examples": [key.example]}
    else:
        schema = dict(common.ID) if key.is_number else {"type": "string", "minLength": 1}
    return {"name": key.name, "in": "path", "description": key.description, "required": True, "schema": schema}


def _in_query(sent: Parameter, operation: Operation[Any, Any]) -> Part:
    schema: Schema = {"type": "string", "enum": list(sent.values)} if sent.values else {"type": "string"}
    if sent.is_field and operation.entity is not None:
        schema = refer(common.fields_name(operation.entity))
    return {"name": sent.name, "in": "query", "description": sent.description, "schema": schema}


# --- answers ---------------------------------------------------------------------------------------------------


def _responses(operations: list[Operation[Any, Any]]) -> dict[str, Part]:
    responses: dict[str, Part] = {}
    for operation in operations:
        for status in operation.success:
            responses.setdefault(str(status), _success(operation, status))
    for status in sorted({status for each in operations for status in _statuses(each)}):
        responses[str(status)] = _response(component(common.ERRORS[status]))
    return responses | {"default": _response(common.ANY_ERROR)}


def _response(name: str) -> Part:
    return {"$ref": f"#/components/responses/{name}"}


def _statuses(operation: Operation[Any, Any]) -> set[int]:
    """List the error statuses that happen: those of the vendor's page, and those that no operation is safe from."""
    statuses = {400, 429, *operation.statuses}
    if operation.with_token:
        statuses |= {401, 403}
    return statuses if operation.key is None else statuses | {404}


def _success(operation: Operation[Any, Any], status: int) -> Part:
    response: Part = {"description": common.SUCCESSES[status]}
    content = _content(operation)
    return response if content is None or _is_empty(operation, status) else response | {"content": content}


def _is_empty(operation: Operation[Any, Any], status: int) -> bool:
    return status == 204 or (status == 202 and operation.answers is not Answers.FLAT)


def _content(operation: Operation[Any, Any]) -> Part | None:
    if operation.file is not None:
        return _file(operation.file, in_json=operation.file_in_json)
    if operation.answers is Answers.FLAT and operation.entity is not None:
        return json_content(reference(operation.entity))
    names = list(_envelopes(operation))
    return json_content(_any_of([refer(name) for name in names])) if names else None


def _file(file: FileType, *, in_json: bool) -> Part:
    example = file.beginnings[0]
    content: Part = {
        file.media: {
            "schema": {"description": "The file itself.", "type": "string", "format": "binary"},
            "example": example.decode("latin-1"),
        }
    }
    if not in_json:
        return content
    packed: Schema = {
        "mime_type": {"type": "string", "const": file.media},
        "base64": {
            "description": "The file.",
            "type": "string",
            "contentEncoding": "base64",
            "contentMediaType": file.media,
            "examples": [base64.b64encode(example).decode("ascii")],
        },
    }
    return json_content(_object(data=_object(**packed))) | content


def _envelopes(operation: Operation[Any, Any]) -> dict[str, Schema]:
    entity, answers = operation.entity, operation.answers
    if entity is None or answers not in _ENVELOPED:
        return {}
    answer = {f"{entity.__name__}Answer": _object(data=reference(entity), links={"type": "object"})}
    rows: Schema = {"type": "array", "items": reference(entity)}
    page = {f"{entity.__name__}Page": _object(data=rows, total={"type": "integer", "minimum": 0, "examples": [1]})}
    if answers is Answers.ONE_OR_LIST or (answers is Answers.MANY and not _is_listing(operation)):
        # Of these the vendor's pages and the live API do not agree which it is.
        return answer | page
    return page if answers is Answers.MANY else answer


def _object(**fields: Schema) -> Schema:
    return {"type": "object", "properties": fields, "required": [name for name in fields if name != "links"]}


def _is_listing(operation: Operation[Any, Any]) -> bool:
    return operation.method == "GET" and operation.answers is Answers.MANY


_ENVELOPED = frozenset({Answers.ONE, Answers.ONE_OR_LIST, Answers.MANY})
