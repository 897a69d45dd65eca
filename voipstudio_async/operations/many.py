"""Operations on many things: one request for each of them, one for a handful of them, or one for them all."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, ParamSpec, Protocol, TypeVar

import attrs

from ..entities.arguments import is_text, several
from ..entities.base import Entity
from ..errors import UnsafeOperationError
from ..wire.codec import Codec
from ..wire.exchange import Exchange, Repeat, Reply, Request
from ..wire.parsing import encode
from .base import Awaited, Bound, Derived, Operation, R_co, Resource, join
from .description import Answers
from .keys import IDS, check_id
from .outcomes import DEFAULT_CONCURRENCY, BulkResult, Outcome
from .signatures import call_signature, signature_of
from .things import Delete, Get, nothing

E = TypeVar("E", bound=Entity)
T = TypeVar("T")
In = TypeVar("In")
P = ParamSpec("P")

TOGETHER = 100
"""Things in one request, for operations that take several: it keeps a path of ids below 2,100 characters."""
_AT_ONCE = 4
"""Such requests under way at once: each is work for many."""


class Many(Protocol[R_co]):
    """An operation on many things, each on its own."""

    def __call__(self, ids: Iterable[int], /, *, concurrency: int = DEFAULT_CONCURRENCY) -> R_co: ...


class Together(Protocol[R_co]):
    """An operation on many things, several in a request."""

    def __call__(self, ids: Iterable[int], /) -> R_co: ...


class ConfirmedByWord(Protocol[R_co]):
    """An operation on a whole collection, which asks for its name."""

    def __call__(self, *, confirm: str) -> R_co: ...


# --- one request for each --------------------------------------------------------------------------------------


class _Each(Derived[Many[Awaited[BulkResult[int, T]]], Many[BulkResult[int, T]]], Generic[T]):
    """An operation on many ids, one request each. An empty list does nothing: it never reaches the whole collection."""

    def __init__(self, one: Operation[Any, Any], summary: str) -> None:
        super().__init__(summary)
        self.statuses = one.statuses
        self.one = one

    def returns(self) -> str:
        return "a `BulkResult` with one outcome for each id; a failure is an outcome, not an exception."

    def signature(self) -> inspect.Signature:
        return call_signature(Many)

    def start(self, resource: Resource[Any], ids: Iterable[int], /, *, concurrency: int = DEFAULT_CONCURRENCY) -> Any:
        return resource._caller.many(Bound(self.one, resource), several(self.name, ids), concurrency=concurrency)


class GetEach(_Each[E], Generic[E]):
    """Many things by their ids, a request for each: ``client.users.get_many([7206, 7207])``."""

    def __init__(self, one: Get[E], summary: str) -> None:
        super().__init__(one, summary)


class DeleteEach(_Each[None]):
    """The end of many things, a request for each."""

    def __init__(self, one: Delete, summary: str) -> None:
        super().__init__(one, summary)


# --- one request for several -----------------------------------------------------------------------------------


class _OfSeveral(Operation[Any, Any]):
    """One request of an operation that takes many things: what `BulkResult` has its outcomes from."""

    def __init__(self, whole: Operation[Any, Any], make: Callable[[Codec, str, Any], Exchange[Any]]) -> None:
        super().__init__(whole.summary, whole.below, whole.key)
        self.method = whole.method
        self.name = whole.name
        self._make = make

    def signature(self) -> inspect.Signature:
        return inspect.Signature([inspect.Parameter("several", inspect.Parameter.POSITIONAL_ONLY)])

    def exchange(self, codec: Codec, path: str, /, several: Any) -> Exchange[Any]:
        return self._make(codec, path, several)


def _in_groups(resource: Resource[Any], request: _OfSeveral, things: Sequence[Any], inputs: Sequence[Any]) -> Any:
    """Send things in groups, and yield an outcome for each input: the value of its own, the error of its group."""
    groups = [tuple(things[start : start + TOGETHER]) for start in range(0, len(things), TOGETHER)]

    def finish(result: BulkResult[Any, Any]) -> BulkResult[Any, Any]:
        return BulkResult([_own(result.outcomes[n // TOGETHER], n, each) for n, each in enumerate(inputs)])

    return resource._caller.many(Bound(request, resource), groups, concurrency=_AT_ONCE, finish=finish)


def _own(group: Outcome[Any, Any], index: int, input: Any) -> Outcome[Any, Any]:
    values = group.value
    value = None if values is None else values.get(getattr(input, "id", input))
    # The request is counted once, for the first of its group.
    return Outcome(index, input, value, group.error, 0 if index % TOGETHER else group.attempts)


class DeleteMany(Operation[Together[Awaited[BulkResult[int, None]]], Together[BulkResult[int, None]]]):
    """The end of many things, several in a request: ``DELETE /chatmsgs/1,2,3``. No ids, no request."""

    method = "DELETE"
    answers = Answers.NOTHING
    success = (204,)
    statuses = (401, 403, 404)

    def __init__(self, summary: str, *, repeat: Repeat = Repeat.UNSENT) -> None:
        super().__init__(summary, "{ids}", IDS)
        self.repeat = repeat

    def returns(self) -> str:
        return "a `BulkResult` with one outcome for each id; ids that were sent together fail together."

    def signature(self) -> inspect.Signature:
        return call_signature(Together)

    def start(self, resource: Resource[Any], ids: Iterable[int], /) -> Any:
        wanted = [check_id(id) for id in several(self.name, ids)]
        return _in_groups(resource, _OfSeveral(self, self._delete), wanted, wanted)

    def _delete(self, codec: Codec, path: str, ids: Sequence[int]) -> Exchange[None]:
        return Exchange(Request("DELETE", self.place(path, ids), repeat=self.repeat), nothing)


@attrs.frozen
class Change(Generic[In]):
    """What becomes of one thing among many: the input that its outcome goes by, and the body that says it."""

    input: In
    body: object


class UpdateMany(
    Operation[Callable[P, Awaited[BulkResult[In, E | None]]], Callable[P, BulkResult[In, E | None]]],
    Generic[P, In, E],
):
    """A change of many things, several in a request: ``PATCH /contacts`` with a list. No changes, no request.

    `changes` is the operation's signature, and turns its arguments into a `Change` for each thing.
    """

    method = "PATCH"
    answers = Answers.MANY
    success = (200,)
    statuses = (400, 401, 403, 404)
    body_is_list = True

    def __init__(
        self,
        entity: type[E],
        summary: str,
        changes: Callable[P, Iterable[Change[In]]],
        *,
        body: type,
        suffix: str = "",
        repeat: Repeat = Repeat.UNSENT,
    ) -> None:
        super().__init__(summary, suffix)
        self.entity = self._entity = entity
        self.body = body
        self.repeat = repeat
        self._changes = changes

    def returns(self) -> str:
        return (
            f"a `BulkResult` with one outcome for each, whose value is the `{self._entity.__name__}` where the API "
            "answers with it; what was sent together fails together."
        )

    def signature(self) -> inspect.Signature:
        return signature_of(self._changes)

    def start(self, resource: Resource[Any], *args: P.args, **kwargs: P.kwargs) -> Any:
        changes = list(self._changes(*args, **kwargs))
        bodies = [resource._caller.codec.body(change.body) for change in changes]
        return _in_groups(resource, _OfSeveral(self, self._patch), bodies, [change.input for change in changes])

    def _patch(self, codec: Codec, path: str, bodies: Sequence[Any]) -> Exchange[dict[Any, E]]:
        def read(reply: Reply) -> dict[Any, E]:
            # The vendor's page shows one object for an answer, whatever was sent; no body would be as good.
            rows = codec.rows(self._entity, reply.body).items if reply.body else ()
            return {getattr(row, "id", None): row for row in rows}

        return Exchange(Request("PATCH", join(path, self.below), (), encode(list(bodies)), self.repeat), read)


# --- one request for all ---------------------------------------------------------------------------------------


class DeleteAll(Operation[ConfirmedByWord[Awaited[None]], ConfirmedByWord[None]]):
    """The end of a whole collection: ``client.sms.delete_all(confirm="sms")``. It asks for the collection's name."""

    method = "DELETE"
    answers = Answers.LATER
    success = (202,)
    statuses = (401, 403)
    repeat = Repeat.UNSENT

    def __init__(self, summary: str, *, word: str) -> None:
        super().__init__(summary)
        self.word = word

    def returns(self) -> str:
        return "nothing: the API accepts it, and may do it later."

    def signature(self) -> inspect.Signature:
        return call_signature(ConfirmedByWord)

    def exchange(self, codec: Codec, path: str, /, *, confirm: str | None = None) -> Exchange[None]:
        if not is_text(confirm, self.word):
            raise UnsafeOperationError(
                f'this deletes everything at {join(path)}, for good; to do so, name it: confirm="{self.word}"'
            )
        return Exchange(Request("DELETE", join(path), repeat=self.repeat), nothing)
