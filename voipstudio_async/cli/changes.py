"""What can be created, changed and deleted, by name: read from the declarations, so that a new resource appears itself.

An operation belongs here by what it says of itself: a new thing is made by a ``POST`` whose arguments are the fields of
its body, a thing is changed by such a ``PATCH``. What takes other arguments (a call that is placed, a token that is
made) is done by a command of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from ..entities import Entity
from ..entities.fields import FieldSpec, field_specs
from ..errors import ConfigurationError
from ..hints import did_you_mean
from ..operations import Answers, Operation, Resource, operations
from ..operations.signatures import signature_of
from ..resources import RESOURCES

WHOLE = "delete_all"
"""The name of the operation that deletes a whole collection."""
_EACH = ("delete", "delete_many")


@attrs.frozen
class Change:
    """Something that can be done to a resource."""

    name: str
    resource: str
    declared: Operation[Any, Any]

    @property
    def entity(self) -> type[Entity]:
        """What it answers with."""
        assert self.declared.entity is not None, "creations and updates are chosen so"
        return self.declared.entity

    @property
    def body(self) -> type[Any]:
        """What is sent."""
        assert self.declared.body is not None, "creations and updates are chosen so"
        return self.declared.body

    @property
    def fields(self) -> tuple[FieldSpec, ...]:
        """What can be given."""
        return field_specs(self.body)

    @property
    def takes_word(self) -> bool:
        """Whether it wants to be confirmed by what it destroys."""
        return "confirm" in self.declared.signature().parameters

    def bound(self, client: Any) -> Any:
        """Return the operation on a client."""
        return getattr(getattr(client, self.resource), self.declared.name)

    def place(self, key: Any = None) -> str:
        """Return the path that is asked; with a key, of one thing."""
        resource = RESOURCES[self.resource]
        return self.declared.template(resource) if key is None else self.declared.place(resource._path, key)


def _declared() -> Iterator[tuple[str, type[Resource[Any]], Operation[Any, Any]]]:
    for name, resource in RESOURCES.items():
        for operation in operations(resource).values():
            yield name, resource, operation


def _takes_fields(operation: Operation[Any, Any]) -> bool:
    if operation.body is None or operation.body_is_list or operation.answers is not Answers.ONE:
        return False
    taken = list(operation.signature().parameters.values())[0 if operation.key is None else 1 :]
    return taken == list(signature_of(operation.body).parameters.values())


def _by_number(operation: Operation[Any, Any]) -> bool:
    return operation.key is not None and operation.key.is_number


def _made() -> Iterator[Change]:
    for name, _, operation in _declared():
        if operation.method == "POST" and operation.key is None and _takes_fields(operation):
            yield Change(name, name, operation)


def _changed() -> Iterator[Change]:
    for name, _, operation in _declared():
        if operation.method == "PATCH" and _by_number(operation) and _takes_fields(operation):
            yield Change(name, name, operation)


def _deleted() -> Iterator[Change]:
    for name, _, operation in _declared():
        if operation.method == "DELETE" and operation.answers is Answers.NOTHING and _by_number(operation):
            if operation.name in _EACH:
                yield Change(name, name, operation)
            elif operation.suffix:
                yield Change(f"{name}.{operation.suffix}", name, operation)


def _emptied() -> Iterator[Change]:
    for name, _, operation in _declared():
        if operation.method == "DELETE" and operation.name == WHOLE:
            yield Change(name, name, operation)


CREATIONS: Mapping[str, Change] = {change.name: change for change in _made()}
UPDATES: Mapping[str, Change] = {change.name: change for change in _changed()}
DELETIONS: Mapping[str, Change] = {change.name: change for change in _deleted()}
"""Of things by their ids."""
EMPTYINGS: Mapping[str, Change] = {change.name: change for change in _emptied()}
"""Of whole collections."""
REMOVABLE: tuple[str, ...] = tuple(dict.fromkeys((*DELETIONS, *EMPTYINGS)))

_VERBS = (
    ("create", CREATIONS, "created"),
    ("update", UPDATES, "updated"),
    ("delete", REMOVABLE, "deleted"),
)


def plain(name: str) -> str:
    """Return the name of a resource as it is declared: dashes do as well, and so do capitals."""
    return name.strip().lower().replace("-", "_")


def done_to(name: str) -> list[str]:
    """List the commands that change a resource: ``create contacts``."""
    return [f"{verb} {name}" for verb, names, _ in _VERBS if name in names]


def refusal(verb: str, name: str) -> str:
    """Say why a command does not take a name, and what can be done with it."""
    names, done = next((names, done) for each, names, done in _VERBS if each == verb)
    word = plain(name)
    if word in RESOURCES or word in REMOVABLE:
        other = done_to(word)
        return f"{word} cannot be {done}" + (f"; there is: {', '.join(other)}" if other else "")
    return f"there is no resource {name!r}{did_you_mean(word, names)}; there are: {', '.join(sorted(names))}"


def removal(name: str, *, whole: bool) -> Change:
    """Find what deletes things of a name, or all of them.

    :raises ConfigurationError: they cannot be deleted so
    """
    word = plain(name)
    found = (EMPTYINGS if whole else DELETIONS).get(word)
    if found is not None:
        return found
    if word not in REMOVABLE:
        raise ConfigurationError(refusal("delete", name))
    raise ConfigurationError(
        f"{word} cannot be deleted all at once: give ids"
        if whole
        else f"{word} can only be deleted all at once: delete {word} --all"
    )


def complete_removals(incomplete: str) -> list[str]:
    """Complete the name of what can be deleted on the shell's command line."""
    return [name for name in REMOVABLE if name.startswith(plain(incomplete))]
