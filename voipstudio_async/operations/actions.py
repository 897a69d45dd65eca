"""Operations whose arguments are not what the API takes: a typed function turns the one into the other.

::

    def _transferred(id: int, /, *, to: str) -> Arguments:
        return Arguments(id, body=CallTransfer(dst=digits(to)))

    class Calls(Resource[F], path="calls"):
        transfer = Action(Call, "Transfer a call.", _transferred, body=CallTransfer)

is ``await client.calls.transfer(7, to="+44 20 7946 0000")`` and its blocking counterpart. The parameters of the
function are those of the operation, for type checkers and at run time.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypedDict, TypeVar, Unpack

import attrs

from ..entities.base import Entity
from ..pagination.page import Strategy, check_field
from ..pagination.pagers import AsyncPages, Pages
from ..wire.codec import Codec
from ..wire.exchange import Exchange, Repeat, Request
from ..wire.filters import Condition
from ..wire.parsing import encode
from .base import A_co, Awaited, B_co, Operation, Resource, join
from .description import Answers, Parameter
from .keys import ID, Key
from .listings import Lister, _Rows
from .signatures import call_signature, signature_of
from .things import nothing

E = TypeVar("E", bound=Entity)
P = ParamSpec("P")

Query = tuple[tuple[str, str], ...]


@attrs.frozen
class Arguments:
    """What is asked for, in the terms of the API."""

    key: Any = None
    """What stands in the path; None where the path holds nothing."""
    body: object = None
    """The body, of the class that the operation declares; None where it has none."""
    query: Query = ()


class PageOptions(TypedDict, total=False):
    """What every listing takes besides its filters."""

    order_by: str | None
    page_size: int | None
    prefetch: int | None
    strategy: Strategy
    resume: str | None


@attrs.frozen
class Rows:
    """Which rows are asked for, in the terms of the API."""

    filters: tuple[Condition, ...] = ()
    query: Query = ()
    options: PageOptions = attrs.field(factory=PageOptions)


class Description(TypedDict, total=False):
    """What the declaration of an action may say beyond its function."""

    key: Key[Any] | None
    """What it is done to; an id, if nothing is said, and None for the collection."""
    suffix: str
    body: type | None
    parameters: tuple[Parameter, ...]
    success: tuple[int, ...]
    statuses: tuple[int, ...]
    repeat: Repeat
    read_timeout: float | None
    with_token: bool


class _Made(Operation[A_co, B_co], Generic[P, A_co, B_co]):
    """An operation that is made by a function."""

    statuses = (400, 401, 403, 404)
    repeat = Repeat.UNSENT

    def __init__(self, summary: str, arguments: Callable[P, Arguments], method: str, description: Description) -> None:
        said: dict[str, Any] = {"key": ID, "suffix": "", **description}
        key: Key[Any] | None = said.pop("key")
        super().__init__(summary, join("" if key is None else f"{{{key.name}}}", said.pop("suffix"))[1:], key)
        self.method = method
        self._arguments = arguments
        vars(self).update(said)

    def signature(self) -> inspect.Signature:
        return signature_of(self._arguments)

    def _request(self, codec: Codec, path: str, arguments: Arguments) -> Request:
        place = join(path, self.below) if self.key is None else self.place(path, arguments.key)
        content: bytes | None = None
        if self.body is not None:
            assert isinstance(arguments.body, self.body), f"{self.name} declares a body of another class"
            content = encode(codec.body(arguments.body))
        return Request(self.method, place, arguments.query, content, self.repeat, self.read_timeout)


class Action(_Made[P, Callable[P, Awaited[E]], Callable[P, E]], Generic[P, E]):
    """Something that is done to one thing or to a collection, and answered with an entity.

    With ``flat=True`` the answer has no envelope: ``POST /login``.
    """

    answers = Answers.ONE
    success = (200,)

    def __init__(
        self,
        entity: type[E],
        summary: str,
        arguments: Callable[P, Arguments],
        *,
        method: str = "PATCH",
        flat: bool = False,
        **description: Unpack[Description],
    ) -> None:
        super().__init__(summary, arguments, method, description)
        self.entity = self._entity = entity
        if flat:
            self.answers = Answers.FLAT

    def returns(self) -> str:
        return f"`{self._entity.__name__}`."

    def exchange(self, codec: Codec, path: str, /, *args: P.args, **kwargs: P.kwargs) -> Exchange[E]:
        request = self._request(codec, path, self._arguments(*args, **kwargs))
        if self.answers is Answers.FLAT:
            return Exchange(request, lambda reply: codec.flat(self._entity, reply.body))
        return Exchange(request, codec.reader(self._entity).answer)


class Command(_Made[P, Callable[P, Awaited[None]], Callable[P, None]], Generic[P]):
    """Something that is done, and answered with nothing that is read: ``POST /logout``.

    With ``later=True`` the API accepts it (202), and does it when it comes to it.
    """

    answers = Answers.NOTHING
    success: tuple[int, ...] = (204, 200)

    def __init__(
        self,
        summary: str,
        arguments: Callable[P, Arguments],
        *,
        method: str = "POST",
        later: bool = False,
        **description: Unpack[Description],
    ) -> None:
        super().__init__(summary, arguments, method, description)
        if later:
            self.answers = Answers.LATER
            self.success = (202,)

    def returns(self) -> str:
        return "nothing: the API does it later." if self.answers is Answers.LATER else "nothing."

    def exchange(self, codec: Codec, path: str, /, *args: P.args, **kwargs: P.kwargs) -> Exchange[None]:
        return Exchange(self._request(codec, path, self._arguments(*args, **kwargs)), nothing)


class GetWith(Action[P, E], Generic[P, E]):
    """One thing, with options: ``client.queues.get(7, include_users=True)``."""

    def __init__(
        self, entity: type[E], summary: str, arguments: Callable[P, Arguments], *parameters: Parameter
    ) -> None:
        super().__init__(
            entity,
            summary,
            arguments,
            method="GET",
            parameters=parameters,
            statuses=(401, 403, 404),
            repeat=Repeat.ALWAYS,
        )

    def exchange(self, codec: Codec, path: str, /, *args: P.args, **kwargs: P.kwargs) -> Exchange[E]:
        arguments = self._arguments(*args, **kwargs)
        request = self._request(codec, path, arguments)
        return Exchange(request, codec.reader(self._entity).answer, arguments.key)


class ListingWith(_Rows[Callable[P, AsyncPages[E]], Callable[P, Pages[E]], E], Generic[P, E]):
    """A listing with options of its own: ``client.queues.list(include_users=True)``.

    `rows` takes filters by their place, its own options, and ``**options: Unpack[PageOptions]``.
    """

    def __init__(
        self, entity: type[E], summary: str, rows: Callable[P, Rows], *parameters: Parameter, suffix: str = ""
    ) -> None:
        super().__init__(entity, summary, suffix)
        self.parameters = parameters
        self._wanted = rows

    def signature(self) -> inspect.Signature:
        own = signature_of(self._wanted).parameters.values()
        common = call_signature(Lister).parameters.values()
        kept = [each for each in own if each.kind is not inspect.Parameter.VAR_KEYWORD]
        return inspect.Signature([*kept, *(each for each in common if each.kind is inspect.Parameter.KEYWORD_ONLY)])

    def start(self, resource: Resource[Any], *args: P.args, **kwargs: P.kwargs) -> Any:
        rows = self._wanted(*args, **kwargs)
        fields = [parameter.name for parameter in self.parameters if parameter.is_field]
        for name, value in rows.query:
            if name in fields:
                check_field(self._entity, value)
        place = join(resource._path, self.below)
        return self._begin(resource, place, rows.filters, parameters=rows.query, **rows.options)
