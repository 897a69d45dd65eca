"""What stands in a path for the things that an operation is about: an id, several ids, a secret that is its own id."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import attrs

from ..entities.arguments import checked_id, plain, plain_list, told
from ..entities.base import Secret
from ..errors import ConfigurationError

K = TypeVar("K")


@attrs.frozen
class Key(Generic[K]):
    """What stands in a path for the things that an operation is about: ``{id}`` in ``/users/{id}``."""

    name: str
    """The name of its placeholder, and of the field that it is the value of."""
    write: Callable[[K], int | str]
    """Checks a value and returns what is written into the path."""
    pattern: str
    """A regular expression for what is written."""
    description: str
    type: str
    """How its Python type is written, for documentation."""
    is_number: bool = True
    several: bool = False
    """Whether it stands for several things, parted by commas."""
    example: str = ""
    """What is written, where that is no number; without it, no pattern is published."""

    @property
    def component(self) -> str:
        """A name that no other key has: ids may be numbers, or digits with zeros before them."""
        return self.name if self.is_number or self.name != "id" else "id_digits"


_USUAL = 2**32
"""Ids below this are looked at no further."""
_DIGITS = re.compile(r"[0-9]{1,40}")
_LARGEST_NUMBER = 10**40
_UNSAFE = re.compile(r"[\x00-\x20\x7f\ud800-\udfff]")


def check_id(id: Any) -> int:
    """Refuse what is not an id before it becomes part of a path."""
    return id if type(id) is int and 0 < id < _USUAL else checked_id(id)


def write_ids(ids: Sequence[int]) -> str:
    """Write several ids, parted by commas. No ids would be a path of another meaning: the whole collection."""
    given = plain_list(ids)
    if given is None:
        raise ConfigurationError(f"ids are a list of integers, got {told(ids)}")
    if not given:
        raise ConfigurationError("there must be at least one id")
    return ",".join(str(check_id(id)) for id in given)


def write_text(key: str | Secret) -> str:
    """Write a key that is a text, or a secret, as one segment of a path."""
    text = key.reveal() if isinstance(key, Secret) else key
    if not isinstance(text, str) or not text or text in {".", ".."} or _UNSAFE.search(text):
        # Not quoted: it may be a secret.
        raise ConfigurationError(f"this must be a text without spaces, got {type(text).__name__} that is none")
    return quote(text, safe="")


def write_digits(key: int | str) -> str:
    """Write a key that is a string of digits, which may be given as a number."""
    value = plain(key)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LARGEST_NUMBER:
        value = str(int(value))
    if not isinstance(value, str) or not _DIGITS.fullmatch(value):
        raise ConfigurationError(f"this must be a number, or a text of digits, got {told(key)}")
    return value


ID: Key[int] = Key("id", check_id, "[1-9][0-9]*", "The id of the thing itself, or of what it belongs to.", "int")
IDS: Key[Sequence[int]] = Key(
    "ids",
    write_ids,
    "[1-9][0-9]*(?:,[1-9][0-9]*)*",
    "Ids, parted by commas.",
    "Sequence[int]",
    several=True,
    example="5,6",
)
DIGITS: Key[int | str] = Key(
    "id", write_digits, "[0-9]+", "The id of the thing: digits.", "int | str", is_number=False, example="0044"
)
"""An id that the API sends as a string of digits: leading zeros are part of it."""
TOKEN: Key[str | Secret] = Key(
    "token",
    write_text,
    "[^/]+",
    "The token itself: it is its own id.",
    "str | Secret",
    is_number=False,
    example="0123456789abcdef",
)
"""A secret that is its own id. Errors, logs and hooks show the path without it."""
