"""A value that must not be seen by accident."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

MASK = "***"
"""What is shown in the place of a secret."""


class Secret:
    """A value that must not be seen by accident: it shows as ``***`` until `reveal` is called.

    It has no fields. What prints values by their fields (rich, ``attrs.asdict``, a debugger's view of local variables)
    finds nothing to print. A pickle and a copy hold the value.
    """

    __slots__ = ("__weakref__", "_value")

    _value: Callable[[], str]

    def __init__(self, value: str) -> None:
        object.__setattr__(self, "_value", lambda: value)

    def reveal(self) -> str:
        """Return the value in the clear: as it was received, should that have been a number."""
        return self._value()

    def __repr__(self) -> str:
        return f"Secret('{MASK}')"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        return self.reveal() == other.reveal() if isinstance(other, Secret) else NotImplemented

    def __hash__(self) -> int:
        return hash((Secret, self.reveal()))

    def _refuse(self, *_: object) -> NoReturn:
        raise AttributeError("a Secret cannot be changed")

    __setattr__ = __delattr__ = _refuse

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, _: Any) -> Secret:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Secret, (self.reveal(),)
