"""The signatures that ``help()`` and the documentation show for operations."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from typing import Any

from .keys import Key

_MODULES = re.compile(r"\b[a-z_]+(?:\.[a-z_]+)*\.(?=[A-Za-z])")
"""What stands before the name of a type: readers know the name."""


class Written(str):
    """A type as it is written. In a signature it is shown without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def signature_of(function: Callable[..., Any]) -> inspect.Signature:
    """Return the parameters of a function, without what it returns."""
    return _written(inspect.signature(function).parameters.values())


def call_signature(protocol: type) -> inspect.Signature:
    """Return the parameters of calling what a protocol describes, without ``self``."""
    return method_signature(protocol.__call__)


def method_signature(function: Callable[..., Any]) -> inspect.Signature:
    """Return the parameters of a method, without ``self``."""
    return inspect.Signature(list(signature_of(function).parameters.values())[1:])


def key_signature(key: Key[Any], function: Callable[..., Any] | None = None) -> inspect.Signature:
    """Return the signature of what takes a key by its place, and then the parameters of a function."""
    first = inspect.Parameter(key.name, inspect.Parameter.POSITIONAL_ONLY, annotation=Written(key.type))
    rest = () if function is None else signature_of(function).parameters.values()
    return inspect.Signature([first, *rest])


def _written(parameters: Iterable[inspect.Parameter]) -> inspect.Signature:
    return inspect.Signature([each.replace(annotation=_type_name(each.annotation)) for each in parameters])


def _type_name(annotation: Any) -> Any:
    if annotation is inspect.Parameter.empty:
        return annotation
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    return Written(_MODULES.sub("", text))
