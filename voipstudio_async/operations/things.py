"""Operations on one thing: get, show, create, update, delete; and on many things, one by one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar

from ..entities.arguments import whole
from ..entities.base import Entity
from ..errors import ConfigurationError, UnsafeOperationError
from ..wire.codec import Codec, encode
from ..wire.exchange import Exchange, Repeat, Reply, Request
from .base import (
    A_co,
    Awaited,
    B_co,
    Bound,
    ById,
    Derived,
    Operation,
    R_co,
    Resource,
    call_signature,
    check_id,
    join,
    signature_of,
)
from .outcomes import DEFAULT_CONCURRENCY, BulkResult

E = TypeVar("E", bound=Entity)
T = TypeVar("T")
P = ParamSpec("P")


class Confirmed(Protocol[R_co]):
    """An operation that does great harm, and asks for the id twice."""

    def __call__(self, id: int, /, *, confirm: int) -> R_co: ...


class Many(Protocol[R_co]):
    """An operation on many things, each on its own."""

    def __call__(self, ids: Iterable[int], /, *, concurrency: int = DEFAULT_CONCURRENCY) -> R_co: ...


class Get(Operation[ById[Awaited[E]], ById[E]], Generic[E]):
    """One thing, by its id."""

    method = "GET"
    success = 200
    statuses = (401, 403, 404)

    def __init__(self, entity: type[E], summary: str, suffix: str = "") -> None:
        super().__init__(summary, suffix)
        self.entity = entity

    def returns(self) -> str:
        return f"`{self.entity.__name__}`."

    def exchange(self, codec: Codec, path: str, /, id: int) -> Exchange[E]:
        return Exchange(Request("GET", self.place(path, id)), codec.reader(self.entity).answer)


class Show(Operation[Callable[[], Awaited[E]], Callable[[], E]], Generic[E]):
    """One thing that has no id in its path: ``client.me()``."""

    method = "GET"
    success = 200
    statuses = (401, 403)
    on_one = False

    def __init__(self, entity: type[E], summary: str, suffix: str) -> None:
        super().__init__(summary, suffix)
        self.entity = entity

    def returns(self) -> str:
        return f"`{self.entity.__name__}`."

    def signature(self) -> inspect.Signature:
        return inspect.Signature()

    def exchange(self, codec: Codec, path: str, /) -> Exchange[E]:
        return Exchange(Request("GET", join(path, self.suffix)), codec.reader(self.entity).answer)


class Create(Operation[Callable[P, Awaited[E]], Callable[P, E]], Generic[P, E]):
    """A new thing; the keyword arguments are the fields of `body`."""

    method = "POST"
    success = 201
    statuses = (400,)
    on_one = False

    def __init__(self, entity: type[E], summary: str, *, body: Callable[P, object]) -> None:
        super().__init__(summary)
        self.entity = entity
        self.body = body

    def returns(self) -> str:
        return f"the new `{self.entity.__name__}`."

    def signature(self) -> inspect.Signature:
        return signature_of(self.body)

    def exchange(self, codec: Codec, path: str, /, *args: P.args, **kwargs: P.kwargs) -> Exchange[E]:
        content = encode(codec.body(self.body(*args, **kwargs)))
        request = Request("POST", join(path), body=content, repeat=Repeat.UNSENT)
        return Exchange(request, codec.reader(self.entity).answer)


class Update(Operation[Callable[Concatenate[int, P], Awaited[E]], Callable[Concatenate[int, P], E]], Generic[P, E]):
    """A change of one thing; the keyword arguments are the fields of `body`, and only those that are given are sent."""

    method = "PATCH"
    success = 200
    statuses = (400, 404)

    def __init__(
        self, entity: type[E], summary: str, *, body: Callable[P, object], repeat: Repeat = Repeat.UNSENT
    ) -> None:
        super().__init__(summary)
        self.entity = entity
        self.body = body
        self.repeat = repeat

    def returns(self) -> str:
        return f"the `{self.entity.__name__}` as it is now."

    def signature(self) -> inspect.Signature:
        of_id = call_signature(ById).parameters.values()
        return inspect.Signature([*of_id, *signature_of(self.body).parameters.values()])

    def exchange(self, codec: Codec, path: str, /, id: int, *args: P.args, **kwargs: P.kwargs) -> Exchange[E]:
        place = self.place(path, id)
        content = codec.body(self.body(*args, **kwargs))
        if not content:
            fields = ", ".join(self.signature().parameters)
            raise ConfigurationError(
                f"nothing to change at {place}: give at least one of {fields.removeprefix('id, ')}"
            )
        request = Request("PATCH", place, body=encode(content), repeat=self.repeat)
        return Exchange(request, codec.reader(self.entity).answer)


class _Removal(Operation[A_co, B_co], Generic[A_co, B_co]):
    """What both kinds of deletion share."""

    method = "DELETE"
    success = 204
    statuses = (401, 403, 404)

    def __init__(
        self,
        summary: str,
        suffix: str = "",
        statuses: tuple[int, ...] | None = None,
        *,
        repeat: Repeat = Repeat.UNSENT,
    ) -> None:
        super().__init__(summary, suffix, statuses)
        self.repeat = repeat

    def _removal(self, path: str, id: int) -> Exchange[None]:
        return Exchange(Request("DELETE", self.place(path, id), repeat=self.repeat), _nothing)


class Delete(_Removal[ById[Awaited[None]], ById[None]]):
    """The end of one thing, or (with a suffix) of what belongs to it."""

    def exchange(self, codec: Codec, path: str, /, id: int) -> Exchange[None]:
        return self._removal(path, id)


class DeleteConfirmed(_Removal[Confirmed[Awaited[None]], Confirmed[None]]):
    """The end of something that a whole account hangs on: it asks for the id twice."""

    def signature(self) -> inspect.Signature:
        return call_signature(Confirmed)

    def exchange(self, codec: Codec, path: str, /, id: int, *, confirm: int | None = None) -> Exchange[None]:
        if check_id(id) != whole(confirm):
            raise UnsafeOperationError(
                f"this deletes {self.place(path, id)} for good; to do so, repeat its id: confirm={id}"
            )
        return self._removal(path, id)


class _Each(Derived[Many[Awaited[BulkResult[int, T]]], Many[BulkResult[int, T]]], Generic[T]):
    """An operation on many ids, one request each. An empty list does nothing: it never reaches the whole collection."""

    def __init__(self, one: Operation[Any, Any], summary: str) -> None:
        super().__init__(summary, statuses=one.statuses)
        self.one = one

    def returns(self) -> str:
        return "a `BulkResult` with one outcome for each id; a failure is an outcome, not an exception."

    def signature(self) -> inspect.Signature:
        return call_signature(Many)

    def start(self, resource: Resource[Any], ids: Iterable[int], /, *, concurrency: int = DEFAULT_CONCURRENCY) -> Any:
        if isinstance(ids, (str, bytes)) or not isinstance(ids, Iterable):
            raise ConfigurationError(f"{self.name} takes a list of ids, got {ids!r}")
        return resource._caller.many(Bound(self.one, resource), ids, concurrency=concurrency)


class GetMany(_Each[E], Generic[E]):
    """Many things by their ids: ``client.users.get_many([7206, 7207])``."""

    def __init__(self, one: Get[E], summary: str) -> None:
        super().__init__(one, summary)


class DeleteMany(_Each[None]):
    """The end of many things."""

    def __init__(self, one: Delete, summary: str) -> None:
        super().__init__(one, summary)


def _nothing(_: Reply) -> None:
    return None
