"""A request of any kind, for what no declaration describes."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Mapping
from typing import Any, Protocol, TypeGuard
from urllib.parse import unquote

from ..entities.arguments import is_whole_text, plain, told
from ..errors import ConfigurationError
from ..unset import UNSET
from ..wire.codec import Codec
from ..wire.exchange import Exchange, RawResponse, Repeat, Request
from ..wire.parsing import encode
from .base import Awaited, Operation, R_co
from .description import Answers
from .signatures import call_signature

_RAW_PATH = re.compile(r"(/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+)+/?")


_LARGEST = 10**1000


class RawCall(Protocol[R_co]):
    """A request of any kind."""

    def __call__(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int | float | bool] | None = None,
        json: Any = UNSET,
    ) -> R_co: ...


class RawRequest(Operation[RawCall[Awaited[RawResponse]], RawCall[RawResponse]]):
    """A request that no declaration describes. A GET is tried again, anything else only if it was not sent."""

    endpoint = False
    answers = Answers.ANYTHING
    statuses = (400, 401, 403, 404)

    def returns(self) -> str:
        return "`RawResponse`."

    def signature(self) -> inspect.Signature:
        return call_signature(RawCall)

    def exchange(
        self,
        codec: Codec,
        path: str,
        /,
        method: str,
        place: str,
        *,
        params: Mapping[str, str | int | float | bool] | None = None,
        json: Any = UNSET,
    ) -> Exchange[RawResponse]:
        if not (isinstance(method, str) and method.isascii() and method.isalpha()):
            raise ConfigurationError(f"a method is a word like GET, got {told(method)}")
        query = () if params is None else _query(params)
        body = None if json is UNSET else encode(json)
        repeat = Repeat.ALWAYS if method.upper() in ("GET", "HEAD") else Repeat.UNSENT
        request = Request(method.upper(), _raw_path(place), query, body, repeat)
        return Exchange(request, lambda reply: RawResponse(reply.status, reply.headers, reply.body))


def _raw_path(path: Any) -> str:
    if not isinstance(path, str) or not _RAW_PATH.fullmatch(path) or {".", ".."} & set(unquote(path).split("/")):
        raise ConfigurationError(
            f"a path is below the base URL, percent-encoded and without a query, like '/users/7206', got {told(path)}"
        )
    return path


def _query(params: Any) -> tuple[tuple[str, str], ...]:
    if not _is_mapping(params):
        raise ConfigurationError(f"params is a mapping of names to values, got {type(params).__name__}")
    return tuple((_name(name), _query_text(name, plain(value))) for name, value in params.items())


def _is_mapping(params: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(params, Mapping)


def _name(name: Any) -> str:
    if not is_whole_text(name) or not name:
        raise ConfigurationError(f"the name of a query parameter is a text, got {told(name)}")
    return str(name)


def _query_text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_whole_text(value) or (isinstance(value, float) and math.isfinite(value)):
        return str(value)
    if isinstance(value, int) and abs(value) < _LARGEST:
        return str(int(value))
    # Not quoted: it may be a secret.
    raise ConfigurationError(
        f"the query parameter {name} must be a text or a finite number that can be sent, got {type(value).__name__}"
    )
