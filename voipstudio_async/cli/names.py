"""The names that can be listed and got: read from the declarations, so that a new resource appears by itself.

A collection goes by its resource's name (``users``), what belongs to one thing by the name that it has on a client
(``users.cdrs``), and dashes do as well as underscores.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from ..entities import Entity, Me
from ..errors import ConfigurationError
from ..operations import Answers, Operation, operations
from ..resources import RESOURCES
from .changes import done_to

EVENT_DATES = ("calldate", "timestamp", "origtime")
"""The fields that tell when something happened; other dates tell since when something is there."""
DATE_FIELDS = (*EVENT_DATES, "created_at")
"""The fields that listings are known to take a range of dates by; a listing uses the first that its rows have."""

_DONE = {"create": "created", "update": "updated", "delete": "deleted", "me": "shown"}


@attrs.frozen
class Named:
    """Something that can be asked for by name."""

    name: str
    resource: str
    operation: str
    entity: type[Entity]
    needs_id: bool
    summary: str

    def bound(self, client: Any) -> Any:
        """Return the operation on a client."""
        return getattr(getattr(client, self.resource), self.operation)

    def arguments(self, id: int | None) -> tuple[int, ...]:
        """Check that there is an id exactly where one is needed."""
        if self.needs_id and id is None:
            raise ConfigurationError(f"{self.name} needs an id: {self.name} 7206")
        if not self.needs_id and id is not None:
            raise ConfigurationError(f"{self.name} takes no id; one thing is had with: get {self.name} {id}")
        return () if id is None else (id,)

    @property
    def is_of_events(self) -> bool:
        """Whether its rows are what happened at a time: calls and messages, but not users."""
        return any(each.name in EVENT_DATES for each in attrs.fields(self.entity))

    @property
    def date_field(self) -> str:
        """The field that ``--from`` and ``--to`` are about."""
        names = {each.name for each in attrs.fields(self.entity)}
        found = next((name for name in DATE_FIELDS if name in names), None)
        if found is None:
            raise ConfigurationError(f"{self.name} has no date to take --from and --to by; use --where")
        return found


def _all_named(answers: Answers, whole: str) -> Iterator[Named]:
    for resource, declared in RESOURCES.items():
        for name, operation in operations(declared).items():
            if _is_read(operation, answers) and operation.entity is not None:
                shown = resource if name == whole else f"{resource}.{name}"
                yield Named(shown, resource, name, operation.entity, operation.key is not None, operation.summary)


def _is_read(operation: Operation[Any, Any], answers: Answers) -> bool:
    about_id = operation.key is None or (operation.key.is_number and not operation.key.several)
    return operation.method == "GET" and operation.answers is answers and about_id


LISTINGS: Mapping[str, Named] = {named.name: named for named in _all_named(Answers.MANY, "list")}
THINGS: Mapping[str, Named] = {named.name: named for named in _all_named(Answers.ONE, "get") if named.needs_id}

ME: type[Entity] = Me
"""What the token's owner is."""


def find(names: Mapping[str, Named], name: str) -> Named:
    """Find what goes by a name, or say which are near."""
    plain = name.strip().lower().replace("-", "_")
    if plain in names:
        return names[plain]
    raise ConfigurationError(
        _elsewhere(plain) or f"there is no resource {name!r}{hint(plain, names)}; there are: {', '.join(sorted(names))}"
    )


def _elsewhere(name: str) -> str | None:
    """Say what can be done with a name that exists, but not for what was asked."""
    if name in LISTINGS:
        return f"{name} can only be listed: list {name}{' ID' if LISTINGS[name].needs_id else ''}"
    if name in THINGS:
        return f"{name} can only be got: get {name} ID"
    if found := done_to(name):
        words = " and ".join(_DONE[each.partition(" ")[0]] for each in found)
        return f"{name} can only be {words}: {', '.join(found)}"
    if name in RESOURCES:
        done = [_DONE.get(each, each) for each in operations(RESOURCES[name])]
        return f"{name} can only be {' and '.join(done)}, with the package; this command line cannot"
    return None


def hint(name: str, known: Iterable[str], closeness: float = 0.6) -> str:
    """Say which known name is nearest to a wrong one, if any is."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=closeness)
    return f" (did you mean {near[0]}?)" if near else ""


def complete_listings(incomplete: str) -> list[tuple[str, str]]:
    """Complete the name of a listing on the shell's command line."""
    return _complete(LISTINGS, incomplete)


def complete_things(incomplete: str) -> list[tuple[str, str]]:
    """Complete the name of a thing on the shell's command line."""
    return _complete(THINGS, incomplete)


def _complete(names: Mapping[str, Named], incomplete: str) -> list[tuple[str, str]]:
    start = incomplete.lower().replace("-", "_")
    return [(named.name, named.summary) for named in names.values() if named.name.startswith(start)]
