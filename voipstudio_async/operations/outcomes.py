"""What becomes of many inputs: one `Outcome` each, and all of them as a `BulkResult`. Pure values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

import attrs

from ..entities.notebook import MOST_ROWS, table

In = TypeVar("In")
Out = TypeVar("Out")

DEFAULT_CONCURRENCY = 16

Progress = Callable[[int, int | None, int], None]
"""Called with how many inputs are done, how many there are (None while that is not known), and how many failed."""


@attrs.frozen
class Outcome(Generic[In, Out]):
    """What became of one input."""

    index: int
    """The place of the input among all, from 0."""
    input: In
    """What was given."""
    value: Out | None
    """The result, or None when it failed."""
    error: Exception | None
    """Why it failed, or None."""
    attempts: int
    """How many requests were sent for it; 0 when it shared the result of an equal input."""

    @property
    def ok(self) -> bool:
        """Whether it did not fail."""
        return self.error is None

    def unwrap(self) -> Out:
        """Return the value, or raise the error."""
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]  # None only where Out is None


@attrs.frozen(repr=False)
class BulkResult(Generic[In, Out]):
    """The outcomes of a bulk run, in the order of the inputs."""

    outcomes: list[Outcome[In, Out]]
    """What became of each input."""

    @property
    def ok(self) -> bool:
        """Whether none failed; also where there were no inputs."""
        return all(outcome.ok for outcome in self.outcomes)

    @property
    def succeeded(self) -> list[Outcome[In, Out]]:
        """Those that did not fail."""
        return [outcome for outcome in self.outcomes if outcome.ok]

    @property
    def failed(self) -> list[Outcome[In, Out]]:
        """Those that failed."""
        return [outcome for outcome in self.outcomes if not outcome.ok]

    @property
    def values(self) -> list[Out]:
        """The results of those that did not fail."""
        return [outcome.unwrap() for outcome in self.succeeded]

    def __len__(self) -> int:
        return len(self.outcomes)

    def __iter__(self) -> Iterator[Outcome[In, Out]]:
        return iter(self.outcomes)

    def _repr_html_(self) -> str:
        told = [(each.input, _shown(each.value), _shown(each.error)) for each in self.outcomes[:MOST_ROWS]]
        return table(repr(self), ("input", "value", "error"), told, len(self.outcomes))

    def __repr__(self) -> str:
        if not self.outcomes:
            return "<BulkResult: no inputs, nothing was done>"
        return f"<BulkResult: {len(self.outcomes)} outcomes, {len(self.failed)} failed>"


def _shown(thing: object) -> str:
    if thing is None:
        return ""
    return f"{type(thing).__name__}: {thing}" if isinstance(thing, Exception) else repr(thing)
