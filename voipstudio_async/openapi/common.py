"""What is the same for every resource: credentials, errors, the parameters of a listing."""

from __future__ import annotations

import json
from typing import Any

from ..entities.base import Entity
from ..pagination.page import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE
from ..version import __version__
from ..wire.filters import OPERATORS
from .schema import EXAMPLE_ID, Schema, field_names, refer

Part = dict[str, Any]
"""A part of the document, as it is printed."""

SUCCESSES = {200: "Success", 201: "Created", 202: "Accepted", 204: "Success"}
ERRORS = {
    400: "Validation error",
    401: "Unauthorized",
    403: "Access denied",
    404: "Resource not found",
    412: "Precondition failed",
    429: "Too many requests",
}
"""The words of the vendor's pages; of 429 they do not speak."""
ANY_ERROR = "Error"
"""The component for every other status."""

INFO: Part = {
    "title": "VoIPstudio REST API",
    "version": __version__,
    "description": (
        "The part of the VoIPstudio REST API that voipstudio_async speaks, generated from its declarations. Every "
        "field but `id` may be missing or null, and answers may hold fields that are not listed. Some fields "
        "are not on the vendor's pages; their descriptions say so."
    ),
    "contact": {"name": "voipstudio_async contributors"},
    "license": {"name": "MIT", "identifier": "MIT"},
}
VENDOR: Part = {"description": "The vendor's own pages.", "url": "https://voipstudio.com/docs/api/introduction"}
SECURITY: dict[str, Part] = {
    "token": {
        "type": "apiKey",
        "description": "A user token or an API key.",
        "name": "X-Auth-Token",
        "in": "header",
    },
    "basic": {"type": "http", "description": "The user id, and the token as the password.", "scheme": "basic"},
}
ID: Schema = {"type": "integer", "minimum": 1, "examples": [EXAMPLE_ID]}
CONDITION: Schema = {
    "description": "What a row must meet.",
    "type": "object",
    "properties": {
        "property": {"description": "The field.", "type": "string"},
        "operator": {"type": "string", "enum": list(OPERATORS)},
        "value": {"description": "A number for durations and amounts, a string for dates and codes, a list for `in`."},
    },
    "required": ["property", "operator", "value"],
    "additionalProperties": False,
}
FAILURE: Schema = {
    "description": "What went wrong. `errors` may be empty, and the whole body may be missing.",
    "type": "object",
    "properties": {
        "message": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": ["string", "null"]},
                    "message": {"type": "string"},
                    "code": {"type": "string", "examples": ["SF0010"]},
                },
                "required": ["message"],
            },
        },
    },
    "required": ["message"],
}
_RETRY_AFTER: Part = {
    "Retry-After": {
        "description": "Seconds to wait, or a date; it may be missing.",
        "schema": {"type": "string", "examples": ["2"]},
    }
}
_PAGING: tuple[Part, ...] = (
    {
        "name": "page",
        "in": "query",
        "description": "The page, counted from 1.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 1_000_000_000, "default": 1},
    },
    {
        "name": "limit",
        "in": "query",
        "description": f"Rows in a page. The server's default is not known; the SDK sends {DEFAULT_PAGE_SIZE}.",
        "schema": {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE},
    },
    {
        "name": "dir",
        "in": "query",
        "description": "The direction of `sort`.",
        "schema": {"type": "string", "enum": ["ASC", "DESC"]},
    },
)


def json_content(schema: Schema) -> Part:
    """Describe a body that is JSON."""
    return {"application/json": {"schema": schema}}


def component(words: str) -> str:
    """Name the component of a response after its words."""
    return words.title().replace(" ", "")


def failure(status: int) -> Part:
    """Describe the answer with an error status."""
    headers: Part = {"headers": _RETRY_AFTER} if status == 429 else {}
    return {"description": ERRORS[status], **headers, "content": json_content(refer("Error"))}


def any_failure() -> Part:
    """Describe the answer with any error status that is not listed."""
    words = "Another error. What stands before the API answers some without a body, or with one that is no JSON."
    return {"description": words, "headers": _RETRY_AFTER, "content": json_content(refer("Error"))}


# --- listings ------------------------------------------------------------------------------------------------


def fields_name(entity: type[Entity]) -> str:
    """Name the schema that lists the fields of an entity."""
    return f"{entity.__name__}Field"


def fields_schema(entity: type[Entity]) -> Schema:
    """List the fields of an entity: what its rows can be sorted and filtered by."""
    words = f"A field of {entity.__name__}: what rows are sorted and filtered by."
    return {"description": words, "type": "string", "enum": field_names(entity)}


def listing_parameters(entity: type[Entity]) -> dict[str, Part]:
    """Describe the parameters of a listing, by the names of their components."""
    page, limit, direction = _PAGING
    field = refer(fields_name(entity))
    sort = {"name": "sort", "in": "query", "description": "The field to sort by.", "schema": field, "example": "id"}
    return {
        "page": page,
        "limit": limit,
        f"{entity.__name__}Sort": sort,
        "dir": direction,
        f"{entity.__name__}Filter": _filter(field),
    }


def _filter(field: Schema) -> Part:
    conditions: Schema = {
        "type": "array",
        "maxItems": 500,
        "items": {"allOf": [refer("Condition"), {"type": "object", "properties": {"property": field}}]},
    }
    return {
        "name": "filter",
        "in": "query",
        "description": "Conditions, all of which a row must meet. (`between` is refused: send `gte` and `lte`.)",
        "schema": {"type": "string", "contentMediaType": "application/json", "contentSchema": conditions},
        "example": json.dumps([{"property": "id", "operator": "gt", "value": "1000"}], separators=(",", ":")),
    }
