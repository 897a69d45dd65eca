"""The catalogue is one table: each operation is documented, callable, served, described, and has its literal test."""

from __future__ import annotations

import inspect
import io
import json
import pydoc
import re
from contextlib import redirect_stdout
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from faces import FACES, operation
from literals import LITERALS

from voipstudio_async import ConfigurationError, PermissionDeniedError, UnsafeOperationError, VoipStudio
from voipstudio_async.openapi import catalogue as openapi
from voipstudio_async.operations import Operation, operations
from voipstudio_async.resources import PARTS, RESOURCES, Catalogue, Raw
from voipstudio_async.sandbox import Sandbox

SAMPLES = Path(__file__).parents[1] / "samples" / "customer-module.json"
DECLARED: dict[str, tuple[type[Any], Operation[Any, Any]]] = {
    (name if resource == "me" else f"{resource}.{name}"): (cls, declared)
    for resource, cls in RESOURCES.items()
    for name, declared in operations(cls).items()
}
PUBLISHED: list[dict[str, Any]] = json.loads(SAMPLES.read_text(encoding="utf-8"))
DOCUMENT: dict[str, Any] = json.loads(openapi.text())


def public(client: Any) -> dict[str, Any]:
    """Find all that a client offers as an operation, by its dotted name."""
    own = {name: getattr(client, name) for name in operations(Catalogue)}
    return own | {
        f"{part}.{name}": getattr(getattr(client, part), name)
        for part, resource in PARTS.items()
        for name, value in vars(resource).items()
        if isinstance(value, Operation)
    }


CLIENTS = {face.__name__: face("a-token") for face in FACES}
NAMES = sorted(public(CLIENTS["VoipStudio"]))
faces = pytest.mark.parametrize("face", CLIENTS)
names = pytest.mark.parametrize("name", NAMES)


def test_the_26_documented_operations_are_declared() -> None:
    declared = {(each.method, each.template(resource)) for resource, each in DECLARED.values()}
    documented = {(each["method"], each["path"]) for each in PUBLISHED}

    assert len(documented) == 26
    assert documented <= declared


def test_what_a_client_offers_is_declared() -> None:
    for client in CLIENTS.values():
        assert {name for name, bound in public(client).items() if bound.operation.endpoint} == DECLARED.keys()


def test_every_operation_has_its_literal_and_every_literal_its_operation() -> None:
    assert LITERALS.keys() == DECLARED.keys()


def test_the_literals_are_where_the_declarations_are() -> None:
    for name, literal in LITERALS.items():
        resource, declared = DECLARED[name]
        path = re.sub(r"/[0-9,]+(?=$|[/.])", f"/{{{_key(declared)}}}", literal.target.partition("?")[0])
        path = path.replace("/0123abcd", "/{token}")
        place = (declared.method, declared.template(resource), declared.success[0])
        assert place == (literal.method, path, literal.status)


def _key(declared: Operation[Any, Any]) -> str:
    return "id" if declared.key is None else declared.key.name


def test_every_operation_is_in_the_document_and_the_document_has_no_other() -> None:
    described = {(method.upper(), path) for path, calls in DOCUMENT["paths"].items() for method in calls}

    assert described == {(declared.method, declared.template(resource)) for resource, declared in DECLARED.values()}


@faces
@names
def test_the_documentation_says_what_comes_back_and_what_can_go_wrong(name: str, face: str) -> None:
    doc = inspect.getdoc(operation(CLIENTS[face], name))

    assert doc is not None
    call, summary, *arguments, returns, raises = (" ".join(part.split()) for part in doc.split("\n\n"))
    assert call.startswith(f"client.{name}(")
    assert re.fullmatch(r"[A-Z].*\.", summary)
    assert all(each.startswith("Args: ") for each in arguments)
    assert re.fullmatch(r"Returns: .+\.", returns)
    sent = r"(\w+ \(4\d\d\)(, )?)+; TransportError when no usable answer comes\."
    assert re.fullmatch(rf"Raises: ({sent}|ConfigurationError when .+\.)", raises)


@faces
@names
def test_help_and_the_name_of_an_operation(name: str, face: str) -> None:
    bound = operation(CLIENTS[face], name)
    printed = io.StringIO()

    with redirect_stdout(printed):
        help(bound)

    shown = pydoc.plain(printed.getvalue())
    assert bound.__name__ == name.rpartition(".")[2]
    assert bound.operation.summary.split()[0] in shown
    assert "Returns: " in shown
    assert repr(bound).startswith(f"<{type(bound.resource).__name__}.{bound.__name__}(")


OPTIONS = "order_by='-id', page_size=None, prefetch=None, strategy='offset', resume=None"


@pytest.mark.parametrize(
    ("name", "signature"),
    [
        ("me", "()"),
        ("users.get", "(id, /)"),
        ("users.delete", "(id, /)"),
        ("customers.delete", "(id, /, *, confirm)"),
        ("user_groups.create", "(*, name, color=UNSET)"),
        ("user_groups.update", "(id, /, *, name=UNSET, color=UNSET)"),
        ("queue_groups.create", "(*, name)"),
        ("queue_groups.update", "(id, /, *, name=UNSET)"),
        ("users.list", f"(*filters, {OPTIONS})"),
        ("users.cdrs", f"(id, /, *filters, {OPTIONS})"),
        ("cdrs.count", "(*filters)"),
        ("raw.request", "(method, path, *, params=None, json=UNSET)"),
    ],
)
@faces
def test_the_signature_is_what_is_taken(name: str, signature: str, face: str) -> None:
    found = inspect.signature(operation(CLIENTS[face], name))

    bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in found.parameters.values()]
    assert str(inspect.Signature(bare)) == signature


@names
def test_an_operation_of_the_class_is_its_declaration(name: str) -> None:
    bound = operation(CLIENTS["VoipStudio"], name)

    assert getattr(type(bound.resource), bound.__name__) is bound.operation
    assert repr(bound.operation) == f"{type(bound.operation).__name__}({bound.__name__!r})"


@names
def test_an_operation_is_called_as_its_signature_says(name: str) -> None:
    bound = operation(CLIENTS["VoipStudio"], name)

    with pytest.raises((TypeError, ConfigurationError)):
        bound(1, 2, 3, nonsense=4)
    with pytest.raises((TypeError, ConfigurationError)):
        bound(nonsense=4)


def test_the_sandbox_serves_every_place_that_is_read(sandbox: Sandbox) -> None:
    ids = {name: rows[0]["id"] for name in sandbox.store.tables if (rows := sandbox.store.rows(name))}
    reads = [(resource, declared) for resource, declared in DECLARED.values() if declared.method == "GET"]

    with VoipStudio(sandbox.token, base_url=sandbox.url) as client:
        for resource, declared in reads:
            path = declared.template(resource).replace("{id}", str(ids.get(resource._path)))
            assert client.raw.request("GET", path).status == 200

    assert len(sandbox.requests) == len(reads) > 10


def test_the_sandbox_knows_every_place_that_is_written(sandbox: Sandbox) -> None:
    with VoipStudio(sandbox.token, base_url=sandbox.url) as client:
        for resource, declared in DECLARED.values():
            if declared.method == "GET":
                continue
            place = declared.template(resource)
            sandbox.deny(declared.method, place)
            with pytest.raises(PermissionDeniedError):
                client.raw.request(declared.method, re.sub(r"{\w+}", "1", place), json={"name": "x"})


def test_a_raw_request_is_not_part_of_the_table() -> None:
    assert Raw not in RESOURCES.values()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda client: client.user_groups.create(nme="x"), r"create\(\): .*; it takes \(\*, name"),
        (lambda client: client.user_groups.create("x"), r"create\(\): too many positional arguments"),
        (lambda client: client.users.list(field="x"), r"list\(\): got an unexpected keyword argument 'field'"),
        (lambda client: client.cdrs.walk(1), r"walk\(\): missing a required argument: 'end'"),
    ],
)
def test_wrong_arguments_are_told_in_the_words_of_the_operation(call: Any, words: str) -> None:
    with VoipStudio("token") as client, pytest.raises(TypeError, match=words):
        call(client)


def test_a_walk_takes_its_range_by_name() -> None:
    with VoipStudio("token") as client:
        assert "Pages(Cdr" in repr(client.cdrs.walk(start=date(2026, 1, 1), end=date(2026, 2, 1), concurrency=2))


def test_what_deletes_an_account_refuses_without_its_confirmation() -> None:
    with VoipStudio("token") as client, pytest.raises(UnsafeOperationError, match="confirm=7"):
        client.customers.delete(7)  # type: ignore[call-arg]


def test_an_id_may_be_named() -> None:
    with VoipStudio("token") as client:
        assert "/users/7/cdrs" in repr(client.users.cdrs(id=7))  # type: ignore[call-arg]
