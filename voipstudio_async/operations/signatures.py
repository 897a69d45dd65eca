"""The signatures that ``help()`` and the documentation show for operations."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from .keys import Key


def signature_of(function: Callable[..., Any]) -> inspect.Signature:
    """Return the parameters of a function, without what it returns."""
    return inspect.Signature(list(inspect.signature(function).parameters.values()))


def call_signature(protocol: type) -> inspect.Signature:
    """Return the parameters of calling what a protocol describes, without ``self``."""
    return inspect.Signature(list(signature_of(protocol.__call__).parameters.values())[1:])


def key_signature(key: Key[Any], function: Callable[..., Any] | None = None) -> inspect.Signature:
    """Return the signature of what takes a key by its place, and then the parameters of a function."""
    first = inspect.Parameter(key.name, inspect.Parameter.POSITIONAL_ONLY, annotation=key.type)
    rest = () if function is None else inspect.signature(function).parameters.values()
    return inspect.Signature([first, *rest])
