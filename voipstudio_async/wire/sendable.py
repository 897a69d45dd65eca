"""What can be sent as JSON without being changed on the way: everything else is refused in words.

The encoder is more lenient than a sender of money may be: it writes NaN as null, bytes as Base64, a set in any order.
"""

from __future__ import annotations

from collections.abc import Mapping
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


def sendable(value: Any, path: str = "", depth: int = 0) -> Any:
    """Return a value as Python's own plain ones, each of which is written just as it is.

    :raises ConfigurationError: something in it cannot be sent; `path` says where it stands
    """
    kind = value.__class__
    if kind is str:
        return _text(value, path)
    if (kind is int and -_LARGEST < value < _LARGEST) or kind is bool or value is None:
        return value
    if depth > _DEEPEST:
        raise ConfigurationError("this cannot be sent as JSON: it is nested too deep, or holds itself")
    if _is_mapping(value):
        entries = ((_key(key, path), item) for key, item in value.items())
        return {key: sendable(item, f"{path}.{key}".lstrip("."), depth + 1) for key, item in entries}
    items = plain_list(value)
    if items is not None:
        return [sendable(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(items)]
    return _scalar(value, path)


def _is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(value, Mapping)


def _scalar(value: Any, path: str) -> Any:
    value = value.value if isinstance(value, Enum) else plain(value)
    if isinstance(value, str):
        return _text(str.__str__(value), path)
    if isinstance(value, (float, Decimal)):
        return _number(value, path)
    if isinstance(value, int):
        if not -_LARGEST < value < _LARGEST:
            raise _refused(path, "is an integer of more digits than can be sent")
        return int(value) if not isinstance(value, bool) else value
    if isinstance(value, (date, UUID)):
        return value
    raise _refused(path, f"is {_kind(value)}, which JSON does not have")


def _number(value: float | Decimal, path: str) -> float | Decimal:
    exact = Decimal(value)
    if not exact.is_finite():
        raise _refused(path, f"is {value}, which JSON does not have")
    if abs(exact.adjusted()) > _MAX_EXPONENT:
        raise _refused(path, "is a number with more digits than can be sent")
    return value if isinstance(value, Decimal) else float(value)


def _text(value: str, path: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _refused(path, "holds half of a surrogate pair, which is no character") from None
    return value


def _key(key: Any, path: str) -> str:
    key = key.value if isinstance(key, Enum) else plain(key)
    if isinstance(key, str):
        return _text(str.__str__(key), path)
    if isinstance(key, int) and not isinstance(key, bool) and -_LARGEST < key < _LARGEST:
        return str(int(key))
    raise _refused(path, f"has a key {told(key)}; the names in an object are texts")


def _kind(value: object) -> str:
    return f"a value of the type {type(value).__name__}"


def _refused(path: str, what: str) -> ConfigurationError:
    return ConfigurationError(f"this cannot be sent as JSON: {path or 'it'} {what}")
