"""What a declaration says about itself, in values that its readers can dispatch on.

A reader (the sandbox, the OpenAPI document, the command line, the documentation) asks an operation for its `method`,
its `key`, what it `answers`, its `entity`, its `body`, and never for its class: a kind that is added later is served
and described wherever its description is one that is known.
"""

from __future__ import annotations

import enum

import attrs

from ..entities.base import Entity
from ..errors import DecodeError


class Answers(enum.Enum):
    """What comes back when an operation succeeds."""

    ONE = "one"
    """An object, in the envelope ``{"data": {...}, "links": {}}``."""
    ONE_OR_LIST = "one or a list of it"
    """One object, which the vendor's pages show as a list of one."""
    MANY = "many"
    """A page of a listing, ``{"data": [...], "total": 59}``."""
    FLAT = "flat"
    """An object without an envelope."""
    NOTHING = "nothing"
    """No body."""
    LATER = "later"
    """No usable body: the work was accepted, and is done later."""
    FILE = "file"
    """Bytes that are no JSON."""
    ANYTHING = "anything"
    """Whatever the API answers."""


@attrs.frozen
class Parameter:
    """A parameter of the query that an operation may send, beside those that all listings have."""

    name: str
    description: str
    values: tuple[str, ...] = ()
    """All values that it can have; empty where any text will do."""
    relation: type[Entity] | None = None
    """For ``include``: what the ids in the field named by its value are replaced by."""

    is_field: bool = False
    """Whether it names a field of the entity."""

    @property
    def component(self) -> str:
        """A name that no other parameter has: two resources may include other things."""
        return "_".join((self.name, *self.values))


@attrs.frozen
class FileType:
    """A type of file that the API has."""

    ending: str
    media: str
    beginnings: tuple[bytes, ...]
    """What such a file begins with: one of these."""

    def check(self, beginning: bytes) -> None:
        """Refuse what does not begin like such a file: an error page, for instance."""
        if not beginning.startswith(self.beginnings):
            raise DecodeError("", f"the answer is not a file of the type {self.ending}")
