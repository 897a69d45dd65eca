"""What of its kind the value of a body may be, said beside the type of its field."""

from __future__ import annotations

import re
from typing import Annotated, Any

import attrs


@attrs.frozen(kw_only=True)
class Allowed:
    """The values that the API takes, a mark of ``Annotated``: it refuses all others with 400."""

    pattern: str | None = None
    """A regular expression for a whole text."""
    values: tuple[str, ...] = ()
    """All values that there are; empty where others may do."""
    least: int | None = None
    most: int | None = None
    examples: tuple[Any, ...] = ()

    def fits(self, value: Any) -> bool:
        """Tell whether a value of the right type is one of them."""
        if self.pattern is not None and not re.fullmatch(self.pattern, value):
            return False
        if self.values and value not in self.values:
            return False
        return (self.least is None or self.least <= value) and (self.most is None or value <= self.most)


PhoneDigits = Annotated[str, Allowed(pattern="[0-9]{2,15}", examples=("442079460001",))]
"""A number in E.164 form without ``+``, or an extension."""
CallerDigits = Annotated[str, Allowed(pattern="[0-9]{2,15}|anonymous", examples=("442079460000",))]
"""The same, or the word that hides the caller."""
UserDigits = Annotated[str, Allowed(pattern="[1-9][0-9]{0,15}", examples=("7206",))]
"""The id of a user, as a text."""
