"""What can be sent as JSON without being changed on the way: everything else is refused in words.

The encoder is more lenient than a sender of money may be: it writes NaN as null, bytes as Base64, a set in any order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, TypeGuard
from uuid import UUID

from ..entities.arguments import plain, plain_list, told
from ..errors import ConfigurationError

_DEEPEST = 100
"""Levels of nesting: no body of this API has five, and a structure that holds itself has no end."""
_MAX_EXPONENT = 4000
_LARGEST = 10**_MAX_EXPONENT


class _Unsendable(Exception):
    """Something cannot be sent. Where it stands is put together on the way out: it is seldom asked for."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what
        self.path = ""

    def below(self, place: str) -> _Unsendable:
        self.path = f"{place}{self.path}"
        return self


def sendable(value: Any, path: str = "") -> Any:
    """Return a value as Python's own plain ones, each of which is written just as it is.

    :param path: where it stands itself
    :raises ConfigurationError: something in it cannot be sent; it says where that stands
    """
    try:
        return _plain(value, 0)
    except _Unsendable as refusal:
        where = f"{path}{refusal.path}".removeprefix(".") or "it"
        raise ConfigurationError(f"this cannot be sent as JSON: {where} {refusal.what}") from None


def _plain(value: Any, depth: int) -> Any:
    kind = value.__class__
    if kind is str:
        return _text(value)
    if (kind is int and -_LARGEST < value < _LARGEST) or kind is bool or value is None:
        return value
    if depth > _DEEPEST:
        raise ConfigurationError("this cannot be sent as JSON: it is nested too deep, or holds itself")
    if kind is dict or _is_mapping(value):
        return _object(value, depth + 1)
    items = value if kind is list else plain_list(value)
    return _scalar(value) if items is None else _list(items, depth + 1)


def _object(value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    entries: dict[str, Any] = {}
    for key, item in value.items():
        name = key if key.__class__ is str and key.isascii() else _key(key)
        if item.__class__ is str and item.isascii():
            # Most of what is sent is such a text: a step for each costs more than all the rest.
            entries[name] = item
            continue
        try:
            entries[name] = _plain(item, depth)
        except _Unsendable as refusal:
            raise refusal.below(f".{name}") from None
    return entries


def _list(items: Sequence[Any], depth: int) -> list[Any]:
    found: list[Any] = []
    for item in items:
        try:
            found.append(_plain(item, depth))
        except _Unsendable as refusal:
            raise refusal.below(f"[{len(found)}]") from None
    return found


def _is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(value, Mapping)


def _scalar(value: Any) -> Any:
    value = value.value if isinstance(value, Enum) else plain(value)
    if isinstance(value, str):
        return _text(str.__str__(value))
    if isinstance(value, (float, Decimal)):
        return _number(value)
    if isinstance(value, int):
        if not -_LARGEST < value < _LARGEST:
            raise _Unsendable("is an integer of more digits than can be sent")
        return int(value) if not isinstance(value, bool) else value
    if isinstance(value, (date, UUID)):
        return value
    raise _Unsendable(f"is {_kind(value)}, which JSON does not have")


def _number(value: float | Decimal) -> float | Decimal:
    exact = Decimal(value)
    if not exact.is_finite():
        raise _Unsendable(f"is {value}, which JSON does not have")
    if abs(exact.adjusted()) > _MAX_EXPONENT:
        raise _Unsendable("is a number with more digits than can be sent")
    return value if isinstance(value, Decimal) else float(value)


def _text(value: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _Unsendable("holds half of a surrogate pair, which is no character") from None
    return value


def _key(key: Any) -> str:
    key = key.value if isinstance(key, Enum) else plain(key)
    if isinstance(key, str):
        return _text(str.__str__(key))
    if isinstance(key, int) and not isinstance(key, bool) and -_LARGEST < key < _LARGEST:
        return str(int(key))
    raise _Unsendable(f"has a key {told(key)}; the names in an object are texts")


def _kind(value: object) -> str:
    return f"a value of the type {type(value).__name__}"
