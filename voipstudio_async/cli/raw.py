"""The command ``raw``: a request that no other command knows."""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from .. import UNSET, RawResponse
from ..entities.secrecy import masked
from ..errors import ConfigurationError, UnsafeOperationError
from ..wire.exchange import Request
from ..wire.parsing import encode
from ..wire.received import without_named
from ..wire.redaction import LONG, conceal, conceal_in
from . import output
from .connection import Connection
from .reading import Output
from .records import to_json
from .terminal import tame

_HARMLESS = ("GET", "HEAD")


def raw(
    *,
    method: Annotated[str, typer.Argument(metavar="METHOD", help="GET, POST, PATCH, DELETE.", show_default=False)],
    path: Annotated[
        str,
        typer.Argument(metavar="PATH", help="Below the base URL: /users/7206, without a query.", show_default=False),
    ],
    param: Annotated[
        list[str] | None, typer.Option("--param", metavar="KEY=VALUE", help="A query parameter; may be repeated.")
    ] = None,
    json: Annotated[
        str | None,
        typer.Option("--json", metavar="JSON", help="The body: JSON, @FILE to read it from a file, or - for stdin."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Yes, send a request that may change things.")] = False,
    output: Output = None,
    connection: Connection,
) -> None:
    """Send any request, and show its answer. Anything but a GET asks for --yes.

    Tokens and passwords in the answer are masked.

    Examples:
    * `voipstudio raw GET /ping`
    * `voipstudio raw GET /cdrs --param limit=1 --param sort=id`
    * `voipstudio raw PATCH /usergroups/12 --json '{"name": "Sales"}' --yes`
    """
    if method.upper() not in _HARMLESS and not yes:
        raise UnsafeOperationError(f"{method.upper()} {path} may change things, or cost money; to send it, add --yes")
    params = dict(_pair(text) for text in param or ())
    body: Any = UNSET if json is None else _body(json)
    _send(connection, output, method, f"/{path.removeprefix('/')}", params, body)


def _send(
    connection: Connection, target: Path | None, method: str, path: str, params: dict[str, str], body: Any
) -> None:
    async def fetch() -> RawResponse:
        async with connection.client() as client:
            return await client.raw.request(method, path, params=params, json=body)

    output.check(target)
    sent = Request(method, path, tuple(params.items()), None if body is UNSET else encode(body)).secrets
    answer = connection.run(fetch)
    known = connection.known | {secret for secret in sent if len(secret) >= LONG}
    with output.opened(target) as file:
        text = shown(answer, known)
        file.write(tame(text) if file.isatty() else text)


def shown(answer: RawResponse, known: Collection[str] = ()) -> str:
    """Return the body of an answer for reading: JSON is indented, anything else as it came.

    What is named like a secret is masked, and so are the secrets that are `known`, under whatever name.
    """
    if not answer.body:
        return ""
    try:
        value = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return conceal(without_named(answer.text()), known)
    return to_json(conceal_in(masked(value), known), indent=2) + "\n"


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise ConfigurationError(f"--param: {text!r} is not KEY=VALUE")
    return name, value


def _body(text: str) -> Any:
    try:
        return msgspec.json.decode(_source(text))
    except msgspec.DecodeError as error:
        raise ConfigurationError(f"--json is not JSON: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"--json: {error}") from None


def _source(text: str) -> str | bytes:
    if text == "-":
        return sys.stdin.read()
    return Path(text[1:]).read_bytes() if text.startswith("@") else text


COMMANDS = {"raw": raw}
