"""`UNSET` means "leave it as it is", where None means "make it null"."""

from __future__ import annotations

import enum
from typing import Final, Literal


class Unset(enum.Enum):
    """The type of `UNSET`. An enumeration with one member, so that type checkers can narrow it."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> Literal[False]:
        return False


UNSET: Final = Unset.UNSET
"""Not given: the field is left out of the request."""
