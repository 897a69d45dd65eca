"""The parts of an OpenAPI 3.1 document, as far as ours needs them; `schema.printed` prints them."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from .schema import Schema


@attrs.frozen(kw_only=True)
class License:
    """The licence of the document."""

    name: str
    identifier: str


@attrs.frozen(kw_only=True)
class Info:
    """What the document is about."""

    title: str
    version: str
    description: str
    license: License


@attrs.frozen(kw_only=True)
class Server:
    """Where the API lives."""

    url: str


@attrs.frozen(kw_only=True)
class Tag:
    """A group of operations: one for each resource."""

    name: str
    description: str


@attrs.frozen(kw_only=True)
class Reference:
    """A pointer to a component."""

    ref: str


@attrs.frozen(kw_only=True)
class MediaType:
    """What a body, or the value of a parameter, consists of."""

    schema: Schema


Content = Mapping[str, MediaType]


@attrs.frozen(kw_only=True)
class Parameter:
    """A part of the path or of the query."""

    name: str
    in_: str
    description: str
    required: bool | None = None
    schema: Schema | None = None
    content: Content | None = None


@attrs.frozen(kw_only=True)
class RequestBody:
    """What is sent."""

    required: bool
    content: Content


@attrs.frozen(kw_only=True)
class Response:
    """What comes back with one status."""

    description: str
    content: Content | None = None


@attrs.frozen(kw_only=True)
class Call:
    """An operation, as OpenAPI calls it: a method on a path."""

    tags: tuple[str, ...]
    summary: str
    operation_id: str
    parameters: tuple[Reference, ...]
    request_body: RequestBody | None
    responses: Mapping[str, Response | Reference]


@attrs.frozen(kw_only=True)
class SecurityScheme:
    """How a request says who asks."""

    type: str
    description: str
    name: str | None = None
    in_: str | None = None
    scheme: str | None = None


@attrs.frozen(kw_only=True)
class Components:
    """What several operations share."""

    parameters: Mapping[str, Parameter]
    responses: Mapping[str, Response]
    security_schemes: Mapping[str, SecurityScheme]
    schemas: Mapping[str, Schema]


@attrs.frozen(kw_only=True)
class Document:
    """An OpenAPI 3.1 document."""

    openapi: str
    info: Info
    servers: tuple[Server, ...]
    security: tuple[Mapping[str, tuple[str, ...]], ...]
    tags: tuple[Tag, ...]
    paths: Mapping[str, Mapping[str, Call]]
    components: Components
