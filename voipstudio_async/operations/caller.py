"""How a resource sends: what a client of either face gives to its resources."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable
from typing import Any, Protocol

from ..pagination.page import PageQuery
from ..pagination.slices import Cuts
from ..wire.codec import Codec
from ..wire.exchange import Exchange, Request
from .outcomes import BulkResult, Progress


def as_it_is(result: BulkResult[Any, Any]) -> BulkResult[Any, Any]:
    """Return the outcomes of a bulk run, one for each of its inputs."""
    return result


class Caller(Protocol):
    """What a resource needs in order to act: the codec of the client, and the ways to send."""

    codec: Codec

    def call(self, exchange: Exchange[Any], /) -> Any:
        """Send one request: a coroutine on the async face, the result on the blocking one."""
        ...

    def download(self, request: Request, target: Any, kind: Any, /) -> Any:
        """Save the file that a request answers with: a coroutine of `operations.files.Saved`, or that."""
        ...

    def pages(self, query: PageQuery[Any], /, *, prefetch: int | None, resume: str | None) -> Any:
        """Begin a listing: `AsyncPages` or `Pages`."""
        ...

    def slices(self, query: PageQuery[Any], field: str, cuts: Cuts, /, *, concurrency: int, resume: str | None) -> Any:
        """Begin a listing that is walked in slices of time: `AsyncPages` or `Pages`."""
        ...

    def many(
        self,
        operation: Any,
        inputs: Iterable[Any] | AsyncIterable[Any],
        /,
        *,
        concurrency: int,
        finish: Callable[[BulkResult[Any, Any]], BulkResult[Any, Any]] = as_it_is,
        progress: Progress | None = None,
    ) -> Any:
        """Do an operation (`Bound`) on many inputs: a coroutine of a `BulkResult`, or that, as `finish` makes it."""
        ...

    def work(self, function: Callable[[Any], Awaitable[Any]], /) -> Any:
        """Run a coroutine function with the asynchronous caller: a coroutine of its result, or the result."""
        ...
