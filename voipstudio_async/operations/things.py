"""Operations on one thing: get, show, create, update, delete. The kinds ending in ``By`` take a key that is no id."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar

from ..entities.arguments import whole
from ..entities.base import Entity
from ..errors import ConfigurationError, UnsafeOperationError
from ..wire.codec import Codec
from ..wire.exchange import Exchange, Repeat, Reply, Request
from ..wire.parsing import encode
from .base import A_co, Awaited, B_co, ByKey, Operation, R_co, join
from .description import Answers
from .keys import ID, K, Key, check_id
from .signatures import call_signature, key_signature, signature_of

E = TypeVar("E", bound=Entity)
P = ParamSpec("P")


class Confirmed(Protocol[R_co]):
    """An operation that does great harm, and asks for the id twice."""

    def __call__(self, id: int, /, *, confirm: int) -> R_co: ...


class GetBy(Operation[ByKey[K, Awaited[E]], ByKey[K, E]], Generic[K, E]):
    """One thing, by its key."""

    method = "GET"
    answers = Answers.ONE
    success = (200,)
    statuses = (401, 403, 404)

    def __init__(self, key: Key[K], entity: type[E], summary: str, suffix: str = "") -> None:
        super().__init__(summary, join(f"{{{key.name}}}", suffix)[1:], key)
        self.entity = self._entity = entity
        self._is_told = key is ID and not suffix
        """Whether the record tells the id that it was asked for by."""

    def returns(self) -> str:
        return f"`{self._entity.__name__}`."

    def exchange(self, codec: Codec, path: str, /, id: K) -> Exchange[E]:
        # What `place` does, without a call: nothing is asked for as often.
        request = Request("GET", f"/{path}/{self._write(id)}{self._tail}")
        return Exchange(request, codec.reader(self._entity).answer, id if self._is_told else None)


class Get(GetBy[int, E], Generic[E]):
    """One thing, by its id."""

    def __init__(self, entity: type[E], summary: str, suffix: str = "") -> None:
        super().__init__(ID, entity, summary, suffix)


class Show(Operation[Callable[[], Awaited[E]], Callable[[], E]], Generic[E]):
    """One thing that has no id in its path: ``client.me()``."""

    method = "GET"
    answers = Answers.ONE_OR_LIST
    success = (200,)
    statuses = (401, 403)

    def __init__(self, entity: type[E], summary: str, suffix: str) -> None:
        super().__init__(summary, suffix)
        self.entity = self._entity = entity

    def returns(self) -> str:
        return f"`{self._entity.__name__}`."

    def exchange(self, codec: Codec, path: str, /) -> Exchange[E]:
        return Exchange(Request("GET", join(path, self.below)), codec.reader(self._entity).answer)


class Create(Operation[Callable[P, Awaited[E]], Callable[P, E]], Generic[P, E]):
    """A new thing; the keyword arguments are the fields of `body`."""

    method = "POST"
    answers = Answers.ONE
    success = (201,)
    statuses = (400,)
    repeat = Repeat.UNSENT

    def __init__(
        self,
        entity: type[E],
        summary: str,
        suffix: str = "",
        *,
        body: Callable[P, object],
        read_timeout: float | None = None,
    ) -> None:
        super().__init__(summary, suffix)
        self.entity = self._entity = entity
        self.body = class_of(body)
        self._draft = body
        self.read_timeout = read_timeout

    def returns(self) -> str:
        return f"the new `{self._entity.__name__}`."

    def signature(self) -> inspect.Signature:
        return signature_of(self._draft)

    def exchange(self, codec: Codec, path: str, /, *args: P.args, **kwargs: P.kwargs) -> Exchange[E]:
        content = encode(codec.body(self._draft(*args, **kwargs)))
        request = Request("POST", join(path, self.below), (), content, self.repeat, self.read_timeout)
        return Exchange(request, codec.reader(self._entity).answer)


class UpdateBy(Operation[Callable[Concatenate[K, P], Awaited[E]], Callable[Concatenate[K, P], E]], Generic[K, P, E]):
    """A change of one thing; the keyword arguments are the fields of `body`, and only those that are given are sent."""

    method = "PATCH"
    answers = Answers.ONE
    success = (200,)
    statuses = (400, 404)

    def __init__(
        self,
        key: Key[K],
        entity: type[E],
        summary: str,
        *,
        body: Callable[P, object],
        repeat: Repeat = Repeat.UNSENT,
    ) -> None:
        super().__init__(summary, f"{{{key.name}}}", key)
        self.entity = self._entity = entity
        self.body = class_of(body)
        self._draft = body
        self.repeat = repeat

    def returns(self) -> str:
        return f"the `{self._entity.__name__}` as it is now."

    def signature(self) -> inspect.Signature:
        assert self.key is not None, "set by the constructor"
        return key_signature(self.key, self._draft)

    def exchange(self, codec: Codec, path: str, /, id: K, *args: P.args, **kwargs: P.kwargs) -> Exchange[E]:
        place = self.place(path, id)
        content = codec.body(self._draft(*args, **kwargs))
        if not content:
            fields = ", ".join(signature_of(self._draft).parameters)
            raise ConfigurationError(f"nothing to change at {place}: give at least one of {fields}")
        request = Request("PATCH", place, (), encode(content), self.repeat)
        return Exchange(request, codec.reader(self._entity).answer, id if self.key is ID else None)


class Update(UpdateBy[int, P, E], Generic[P, E]):
    """A change of one thing, by its id."""

    def __init__(
        self, entity: type[E], summary: str, *, body: Callable[P, object], repeat: Repeat = Repeat.UNSENT
    ) -> None:
        super().__init__(ID, entity, summary, body=body, repeat=repeat)


class _Removal(Operation[A_co, B_co], Generic[A_co, B_co]):
    """What all deletions of one thing share."""

    method = "DELETE"
    answers = Answers.NOTHING
    success = (204,)
    statuses: tuple[int, ...] = (401, 403, 404)

    def __init__(
        self,
        key: Key[Any],
        summary: str,
        suffix: str = "",
        statuses: tuple[int, ...] | None = None,
        repeat: Repeat = Repeat.UNSENT,
        prefix: str = "",
    ) -> None:
        super().__init__(summary, join(prefix, f"{{{key.name}}}", suffix)[1:], key)
        self.repeat = repeat
        if statuses is not None:
            self.statuses = statuses

    def _removal(self, path: str, key: Any) -> Exchange[None]:
        return Exchange(Request("DELETE", self.place(path, key), repeat=self.repeat), nothing)


class DeleteBy(_Removal[ByKey[K, Awaited[None]], ByKey[K, None]], Generic[K]):
    """The end of one thing, by its key."""

    def __init__(self, key: Key[K], summary: str, *, repeat: Repeat = Repeat.UNSENT) -> None:
        super().__init__(key, summary, repeat=repeat)

    def exchange(self, codec: Codec, path: str, /, id: K) -> Exchange[None]:
        return self._removal(path, id)


class Delete(_Removal[ByKey[int, Awaited[None]], ByKey[int, None]]):
    """The end of one thing, or (with a suffix) of what belongs to it."""

    def __init__(
        self,
        summary: str,
        suffix: str = "",
        statuses: tuple[int, ...] | None = None,
        *,
        repeat: Repeat = Repeat.UNSENT,
        prefix: str = "",
    ) -> None:
        super().__init__(ID, summary, suffix, statuses, repeat, prefix)

    def exchange(self, codec: Codec, path: str, /, id: int) -> Exchange[None]:
        return self._removal(path, id)


class DeleteConfirmed(_Removal[Confirmed[Awaited[None]], Confirmed[None]]):
    """The end of something that a whole account hangs on: it asks for the id twice."""

    def __init__(self, summary: str, statuses: tuple[int, ...] | None = None) -> None:
        super().__init__(ID, summary, statuses=statuses)

    def signature(self) -> inspect.Signature:
        return call_signature(Confirmed)

    def exchange(self, codec: Codec, path: str, /, id: int, *, confirm: int | None = None) -> Exchange[None]:
        if check_id(id) != whole(confirm):
            raise UnsafeOperationError(
                f"this deletes {self.place(path, id)} for good; to do so, repeat its id: confirm={id}"
            )
        return self._removal(path, id)


def class_of(body: Callable[..., object]) -> type:
    """Return the class of a body that is declared as what makes it."""
    assert isinstance(body, type), "a body is declared as an attrs class"
    return body


def nothing(_: Reply) -> None:
    """Read no answer."""
    return
