"""The kinds of operation: `Listing`, `Get`, `Create`, `Update`, `Delete` and their few relatives.

This module holds the one clever thing of the package. A resource is generic over a *face*, `Async` or `Blocking`; an operation is
a descriptor whose ``__get__`` is overloaded on it, and a `~typing.ParamSpec` takes the keyword arguments of ``create`` and
``update`` from the attrs class of their body. So one line ::

    class UserGroups(Resource[F], path="usergroups"):
        create = Create(UserGroup, body=UserGroupDraft)

is the definition of ``await client.user_groups.create(name="Sales")`` and of its blocking twin, with exact types on both. At run
time nothing depends on the face: a resource holds a `Caller`, and whether that one awaits or blocks is its own affair.

Asked on the class (``UserGroups.create``), a descriptor gives itself: that is how the sandbox, the OpenAPI document and the
command line read the declarations.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, ClassVar, Concatenate, Generic, ParamSpec, Protocol, Self, TypeVar, overload

from .entities.base import Entity
from .errors import ConfigurationError, UnsafeOperationError
from .exchange import Exchange, RawResponse, Repeat, Reply, Request
from .filters import Condition, flatten
from .paging import DEFAULT_PAGE_SIZE, AsyncPages, PageQuery, Pages
from .unset import UNSET
from .wire import Codec, encode


class Async:
    """The face that is awaited. Never instantiated: it marks types."""


class Blocking:
    """The face that waits. Never instantiated: it marks types."""


F = TypeVar("F", Async, Blocking)
E = TypeVar("E", bound=Entity)
T = TypeVar("T")
P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)
A_co = TypeVar("A_co", covariant=True)
B_co = TypeVar("B_co", covariant=True)
Awaited = Coroutine[Any, Any, T]


class Caller(Protocol):
    """What a resource needs in order to act: the codec of the client, and two ways to send."""

    codec: Codec

    def call(self, exchange: Exchange[Any], /) -> Any:
        """Send one request: a coroutine on the async face, the result on the blocking one."""
        ...

    def pages(self, query: PageQuery[Any], /, *, prefetch: int) -> Any:
        """Begin a listing: `AsyncPages` or `Pages`."""
        ...


class Resource(Generic[F]):
    """A path of the API and the operations below it, bound to a caller."""

    path: ClassVar[str]

    def __init_subclass__(cls, *, path: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if path is not None:
            cls.path = path

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.path or '/'}>"


class ById(Protocol[R_co]):
    """An operation on one thing."""

    def __call__(self, id: int, /) -> R_co: ...


class Confirmed(Protocol[R_co]):
    """An operation that does great harm, and asks for the id twice."""

    def __call__(self, id: int, /, *, confirm: int) -> R_co: ...


class Lister(Protocol[R_co]):
    """A listing of a collection."""

    def __call__(
        self, *filters: Condition, order_by: str | None = "id", page_size: int = DEFAULT_PAGE_SIZE, prefetch: int = 0
    ) -> R_co: ...


class ListerOf(Protocol[R_co]):
    """A listing of what belongs to one thing."""

    def __call__(
        self,
        id: int,
        /,
        *filters: Condition,
        order_by: str | None = "id",
        page_size: int = DEFAULT_PAGE_SIZE,
        prefetch: int = 0,
    ) -> R_co: ...


class Bound:
    """An operation of one resource: what ``client.users.get`` is. Call it."""

    __slots__ = ("operation", "resource")

    def __init__(self, operation: Operation[Any, Any], resource: Resource[Any]) -> None:
        self.operation = operation
        self.resource = resource

    @property
    def __name__(self) -> str:
        return self.operation.name

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        return self.operation.doc

    @property
    def __signature__(self) -> inspect.Signature:
        return self.operation.signature()

    def __repr__(self) -> str:
        return f"<{type(self.resource).__name__}.{self.__name__}{self.__signature__}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.operation.start(self.resource, *args, **kwargs)

    def on(self, caller: Caller) -> Bound:
        """Give the same operation through another caller: the other face's, or one with other options."""
        return Bound(self.operation, type(self.resource)(caller))


class Operation(Generic[A_co, B_co]):
    """What all kinds have in common: a name, a method, a place below the resource's path, and documentation.

    `A_co` is what the operation is on the asynchronous face, `B_co` on the blocking one.
    """

    method: ClassVar[str]
    success: ClassVar[int]
    statuses: tuple[int, ...] = ()
    """The error statuses that the vendor's page lists."""
    on_one: ClassVar[bool] = True
    """Whether the path holds an id."""

    def __init__(self, summary: str, suffix: str = "", statuses: tuple[int, ...] | None = None) -> None:
        self.summary = summary
        self.suffix = suffix
        self.name = ""
        if statuses is not None:
            self.statuses = statuses

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, resource: None, owner: object) -> Self: ...
    @overload
    def __get__(self, resource: Resource[Async], owner: object) -> A_co: ...
    @overload
    def __get__(self, resource: Resource[Blocking], owner: object) -> B_co: ...
    @overload
    def __get__(self, resource: object, owner: object) -> Self: ...
    def __get__(self, resource: object, owner: object) -> Any:
        return Bound(self, resource) if isinstance(resource, Resource) else self

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    @property
    def doc(self) -> str:
        """The documentation of the bound operation."""
        errors = ", ".join(_ERRORS[status] for status in self.statuses)
        return (
            f"{self.summary}\n\nReturns: {self.returns()}\n\n"
            f"Raises: {errors}; TransportError when no usable answer comes."
        )

    def returns(self) -> str:
        """Say what a call gives, for the documentation."""
        return "nothing."

    def template(self, resource: type[Resource[Any]]) -> str:
        """Give the path with its placeholder, ``/users/{id}/cdrs``."""
        return join(resource.path, "{id}" if self.on_one else "", self.suffix)

    def signature(self) -> inspect.Signature:
        """Give the signature that ``help()`` shows."""
        return _signature(ById.__call__)

    def start(self, resource: Resource[Any], *args: Any, **kwargs: Any) -> Any:
        """Begin the operation on a resource's caller."""
        return resource._caller.call(self.exchange(resource._caller.codec, resource.path, *args, **kwargs))

    def exchange(self, codec: Codec, path: str, /, *args: Any, **kwargs: Any) -> Exchange[Any]:
        """Make the request for some arguments, and say how to read its reply."""
        raise TypeError(f"{self!r} does not make one exchange")


class _Rows(Operation[A_co, B_co], Generic[A_co, B_co, E]):
    """What both kinds of listing share."""

    method = "GET"
    success = 200
    statuses = (401,)

    def __init__(self, entity: type[E], summary: str, suffix: str = "") -> None:
        super().__init__(summary, suffix)
        self.entity = entity

    def returns(self) -> str:
        return f"a pager over `{self.entity.__name__}`; nothing is sent before it is used."

    def _begin(
        self,
        resource: Resource[Any],
        path: str,
        filters: tuple[Condition, ...],
        order_by: str | None = "id",
        page_size: int = DEFAULT_PAGE_SIZE,
        prefetch: int = 0,
    ) -> Any:
        if order_by is not None and not (isinstance(order_by, str) and order_by.removeprefix("-").strip()):
            raise ConfigurationError(f"order_by names a field, 'calldate' or '-calldate', got {order_by!r}")
        caller = resource._caller
        query = PageQuery(self.entity, path, caller.codec, flatten(filters), order_by, page_size)
        return caller.pages(query, prefetch=prefetch)


class Listing(_Rows[Lister[AsyncPages[E]], Lister[Pages[E]], E], Generic[E]):
    """All things of a collection: ``client.users.list()``."""

    on_one = False

    def signature(self) -> inspect.Signature:
        return _signature(Lister.__call__)

    def start(self, resource: Resource[Any], *filters: Condition, **options: Any) -> Any:
        return self._begin(resource, join(resource.path, self.suffix), filters, **options)


class ListingOf(_Rows[ListerOf[AsyncPages[E]], ListerOf[Pages[E]], E], Generic[E]):
    """All things that belong to one thing: ``client.users.cdrs(7206)``."""

    def signature(self) -> inspect.Signature:
        return _signature(ListerOf.__call__)

    def start(self, resource: Resource[Any], *args: Any, **options: Any) -> Any:
        if not args:
            raise ConfigurationError(f"{self.name} needs an id: {self.name}(7206)")
        id, *filters = args
        return self._begin(resource, join(resource.path, str(check_id(id)), self.suffix), tuple(filters), **options)


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
        request = Request("GET", join(path, str(check_id(id)), self.suffix))
        return Exchange(request, lambda reply: codec.record(self.entity, reply.body))


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
        return Exchange(Request("GET", join(path, self.suffix)), lambda reply: codec.record(self.entity, reply.body))


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
        return _signature(self.body, skip=0)

    def exchange(self, codec: Codec, path: str, /, *args: P.args, **kwargs: P.kwargs) -> Exchange[E]:
        content = encode(codec.body(self.body(*args, **kwargs)))
        request = Request("POST", join(path), body=content, repeat=Repeat.UNSENT)
        return Exchange(request, lambda reply: codec.record(self.entity, reply.body))


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
        of_id = _signature(ById.__call__).parameters.values()
        return inspect.Signature([*of_id, *_signature(self.body, skip=0).parameters.values()])

    def exchange(self, codec: Codec, path: str, /, id: int, *args: P.args, **kwargs: P.kwargs) -> Exchange[E]:
        place = join(path, str(check_id(id)))
        content = codec.body(self.body(*args, **kwargs))
        if not content:
            fields = ", ".join(self.signature().parameters)
            raise ConfigurationError(f"nothing to change at {place}: give at least one of {fields.removeprefix('id, ')}")
        request = Request("PATCH", place, body=encode(content), repeat=self.repeat)
        return Exchange(request, lambda reply: codec.record(self.entity, reply.body))


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
        return Exchange(Request("DELETE", join(path, str(check_id(id)), self.suffix), repeat=self.repeat), _nothing)


class Delete(_Removal[ById[Awaited[None]], ById[None]]):
    """The end of one thing, or (with a suffix) of what belongs to it."""

    def exchange(self, codec: Codec, path: str, /, id: int) -> Exchange[None]:
        return self._removal(path, id)


class DeleteConfirmed(_Removal[Confirmed[Awaited[None]], Confirmed[None]]):
    """The end of something that a whole account hangs on: it asks for the id twice."""

    def signature(self) -> inspect.Signature:
        return _signature(Confirmed.__call__)

    def exchange(self, codec: Codec, path: str, /, id: int, *, confirm: int) -> Exchange[None]:
        if check_id(id) != confirm or isinstance(confirm, bool):
            raise UnsafeOperationError(f"this deletes {join(path, str(id))} for good; to do so, repeat its id: confirm={id}")
        return self._removal(path, id)


class RawCall(Protocol[R_co]):
    """A request of any kind."""

    def __call__(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int | float | bool] | None = None,
        json: Any = UNSET,
    ) -> R_co: ...


class RawRequest(Operation[RawCall[Awaited[RawResponse]], RawCall[RawResponse]]):
    """A request that no declaration describes. A GET is tried again after a failure, anything else only if it was not sent."""

    on_one = False
    statuses = (400, 401, 403, 404)

    def returns(self) -> str:
        return "`RawResponse`."

    def signature(self) -> inspect.Signature:
        return _signature(RawCall.__call__)

    def exchange(
        self,
        codec: Codec,
        path: str,
        /,
        method: str,
        place: str,
        *,
        params: Mapping[str, str | int | float | bool] | None = None,
        json: Any = UNSET,
    ) -> Exchange[RawResponse]:
        if not (isinstance(method, str) and method.isascii() and method.isalpha()):
            raise ConfigurationError(f"a method is a word like GET, got {method!r}")
        query = tuple((name, _query_text(name, value)) for name, value in (params or {}).items())
        body = None if json is UNSET else encode(json)
        repeat = Repeat.ALWAYS if method.upper() in ("GET", "HEAD") else Repeat.UNSENT
        request = Request(method.upper(), _raw_path(place), query, body, repeat)
        return Exchange(request, lambda reply: RawResponse(reply.status, reply.headers, reply.body))


_RAW_PATH = re.compile(r"(/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)+/?")


def _raw_path(path: Any) -> str:
    if not isinstance(path, str) or not _RAW_PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
        raise ConfigurationError(
            f"a path is below the base URL, percent-encoded and without a query, like '/users/7206', got {path!r}"
        )
    return path


def _query_text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise ConfigurationError(f"the query parameter {name} must be a text or a number, got {type(value).__name__}")


_ERRORS = {
    400: "ValidationError (400)",
    401: "AuthenticationError (401)",
    403: "PermissionDeniedError (403)",
    404: "NotFoundError (404)",
}


def check_id(id: Any) -> int:
    """Refuse what is not an id before it becomes part of a path."""
    if isinstance(id, bool) or not isinstance(id, int):
        raise ConfigurationError(f"an id is an integer, got {type(id).__name__}: {id!r}")
    if id < 1:
        raise ConfigurationError(f"an id is positive, got {id}")
    return int(id)


def join(*segments: str) -> str:
    """Join path segments, leaving out the empty ones."""
    return "".join(f"/{segment}" for segment in segments if segment)


def operations(resource: type[Resource[Any]]) -> dict[str, Operation[Any, Any]]:
    """List the operations that a resource class declares, by name."""
    return {name: value for name, value in vars(resource).items() if isinstance(value, Operation)}


def _nothing(_: Reply) -> None:
    return None


def _signature(function: Callable[..., Any], skip: int = 1) -> inspect.Signature:
    parameters = list(inspect.signature(function).parameters.values())[skip:]
    return inspect.Signature(parameters)
