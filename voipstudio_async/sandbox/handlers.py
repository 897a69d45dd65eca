"""Which handler serves which operation: by its shape or, where it does more than others of its shape, by its path."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..operations import Answers, Operation, Resource, operations
from . import services
from .desk import Desk, Endpoint, Handler
from .tables import main_entity

Shape = tuple[str, str, Answers]


def endpoints(resources: Iterable[type[Resource[Any]]]) -> dict[Endpoint, Handler]:
    """Return what the operations of the catalogue come to, or raise `TypeError` about one that cannot be served."""
    found: dict[tuple[str, str], Endpoint] = {}
    for resource in resources:
        for operation in operations(resource).values():
            place = operation.method, operation.template(resource)
            before = found[place].operations if place in found else ()
            found[place] = Endpoint(resource, (*before, operation))
    for endpoint in found.values():
        if len({(_shape(each), each.entity, each.body_is_list) for each in endpoint.operations}) > 1:
            raise TypeError(f"the sandbox cannot tell apart {endpoint}: they may differ in their bodies alone")
    return {endpoint: _handler(endpoint) for endpoint in found.values()}


def _shape(operation: Operation[Any, Any]) -> Shape:
    """Tell what an operation is alike in with others that are served the same way."""
    key = operation.key
    return operation.method, "all" if key is None else "several" if key.several else "one", operation.answers


def _handler(endpoint: Endpoint) -> Handler:
    return OWN.get(f"{endpoint.method} {endpoint.template}") or _generic(endpoint)


def _generic(endpoint: Endpoint) -> Handler:
    """Find what serves an operation by its description."""
    operation = endpoint.operation
    method, about, answers = _shape(operation)
    handler = _HANDLERS.get((method, about, answers))
    if handler is None:
        raise TypeError(
            f"the sandbox cannot serve {endpoint}: it knows no {method} on {about} that answers {answers.value}; "
            "give it a handler in sandbox/handlers.py"
        )
    if answers in _WITH_ENTITY and operation.entity is None:
        raise TypeError(f"the sandbox cannot serve {endpoint}: it answers {answers.value}, but of no declared entity")
    if answers is Answers.FILE and operation.file is None:
        raise TypeError(f"the sandbox cannot serve {endpoint}: it answers a file, but nothing says of what type")
    if (operation.key is not None or method == "DELETE") and main_entity(endpoint.resource) is None:
        raise TypeError(
            f"the sandbox cannot serve {endpoint}: nothing says what entity is at /{endpoint.resource._path}"
        )
    return handler


_WITH_ENTITY = frozenset({Answers.ONE, Answers.ONE_OR_LIST, Answers.MANY})

_HANDLERS: dict[Shape, Handler] = {
    ("GET", "all", Answers.MANY): Desk.list_all,
    ("GET", "one", Answers.MANY): Desk.list_owned,
    ("GET", "one", Answers.ONE): Desk.get,
    ("GET", "one", Answers.FILE): Desk.file,
    ("GET", "all", Answers.ONE): Desk.show,
    ("GET", "all", Answers.ONE_OR_LIST): Desk.show,
    ("POST", "all", Answers.ONE): Desk.create,
    ("POST", "all", Answers.NOTHING): Desk.act,
    ("POST", "all", Answers.LATER): Desk.act,
    ("POST", "one", Answers.ONE): Desk.update,
    ("POST", "one", Answers.NOTHING): Desk.act,
    ("POST", "one", Answers.LATER): Desk.act,
    ("PUT", "one", Answers.ONE): Desk.update,
    ("PATCH", "one", Answers.ONE): Desk.update,
    ("PATCH", "all", Answers.MANY): Desk.update_many,
    ("DELETE", "one", Answers.NOTHING): Desk.delete,
    ("DELETE", "several", Answers.NOTHING): Desk.delete_many,
    ("DELETE", "all", Answers.NOTHING): Desk.delete_all,
    ("DELETE", "all", Answers.LATER): Desk.delete_all,
}
"""What serves an operation of some shape: its method, what it is about, and what it answers."""

OWN: dict[str, Handler] = {**services.OWN, "DELETE /customers/{id}": Desk.delete_account}
"""What serves an operation that does more than others of its shape, by its method and path."""
