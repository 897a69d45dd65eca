"""What JSON has for the values that a field can hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import NoneType
from typing import Any, cast

from .scalars import number
from .secret import Secret

_PLAIN = frozenset((str, int, bool, float, NoneType))


def plain(value: Any) -> Any:
    """Turn any value that an entity may hold into what JSON has."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, datetime):
        # The API's date-times have no offset: the wall clock of the zone that they were read in.
        return value.replace(tzinfo=None).isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, tuple):
        return [plain(item) for item in cast("Sequence[Any]", value)]
    if isinstance(value, Decimal):
        # A whole number was sent without a point, and is given back so.
        return int(value) if value.as_tuple().exponent == 0 else number(value)
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in cast("Mapping[str, Any]", value).items()}
    return value.to_dict() if hasattr(value, "to_dict") else value
