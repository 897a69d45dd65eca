"""What every operation and every resource is: the base of the kinds that the other modules of this room define.

This module holds the one clever thing of the package. A resource is generic over a *face*, `Async` or `Blocking`; an
operation is a descriptor whose ``__get__`` is overloaded on it, and a `~typing.ParamSpec` takes the keyword arguments
of ``create`` and ``update`` from the attrs class of their body. So one line ::

    class UserGroups(Resource[F], path="usergroups"):
        create = Create(UserGroup, body=UserGroupDraft)

is the definition of ``await client.user_groups.create(name="Sales")`` and of its blocking counterpart, with exact
types on both. At run time nothing depends on the face: a resource holds a `Caller`, and whether that one awaits or
blocks is its own affair.

Asked on the class (``UserGroups.create``), a descriptor gives itself: that is how the sandbox, the OpenAPI document and
the command line read the declarations, by what each says of itself (see `Operation`).
"""

from __future__ import annotations

import inspect
from collections.abc import Coroutine
from types import CoroutineType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NoReturn, Protocol, Self, TypeVar, overload

from ..copies import Uncopied
from ..entities.base import Entity
from ..entities.fields import check_declaration
from ..hints import NotThere, did_you_mean
from ..wire.codec import Codec
from ..wire.exchange import Exchange, Repeat
from .caller import Caller
from .description import Answers, FileType, Parameter
from .keys import Key
from .meanings import described, filled
from .signatures import key_signature


class Async:
    """The asynchronous face. Never instantiated: it marks types."""


class Blocking:
    """The blocking face. Never instantiated: it marks types."""


F = TypeVar("F", Async, Blocking)
T = TypeVar("T")
R_co = TypeVar("R_co", covariant=True)
A_co = TypeVar("A_co", covariant=True)
B_co = TypeVar("B_co", covariant=True)
K_contra = TypeVar("K_contra", contravariant=True)
Awaited = Coroutine[Any, Any, T]


class Resource(Uncopied, Generic[F]):
    """A path of the API and the operations below it, bound to a caller."""

    _path: ClassVar[str]
    _called: ClassVar[str] = ""
    """What a reader writes for it: ``client.users``."""
    _about: ClassVar[type[Entity] | None] = None
    """What is at its path, where none of its operations at that path answers with it."""

    def __init_subclass__(cls, *, path: str | None = None, about: type[Entity] | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._about = about
        cls._called = cls.__name__
        if path is not None:
            cls._path = path
        for operation in operations(cls).values():
            for named in filter(None, (operation.entity, operation.body)):
                check_declaration(named)

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._path or '/'}>"

    def __dir__(self) -> list[str]:
        return [name for name in vars(type(self)) if isinstance(vars(type(self))[name], Operation)]

    if not TYPE_CHECKING:
        # For the error alone: what is done to a resource is done by one of its operations.
        __call__ = __getitem__ = NotThere(lambda self: self._words())

        def __aiter__(self) -> NoReturn:
            raise TypeError(self._words())

        def __getattr__(self, name: str) -> NoReturn:
            if name.startswith("_"):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            words = did_you_mean(name, dir(self)) or f"; there are {', '.join(dir(self))}"
            raise AttributeError(f"{self._called} has no {name!r}{words}", name=name, obj=None)

    def _words(self) -> str:
        names = [f"{name}()" for name in dir(self)]
        return f"{self._called} is no operation, but holds some: {', '.join(names)}"

    def _at(self, caller: Caller) -> Resource[Any]:
        """Return the same resource, bound to another caller."""
        return type(self)(caller)


class ByKey(Protocol[K_contra, R_co]):
    """An operation on one thing."""

    def __call__(self, id: K_contra, /) -> R_co: ...


class Bound(Uncopied):
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
        # `help()` cuts the signature of what is no function short.
        return f"{filled(self._name + str(self.__signature__))}\n\n{self.operation.doc}"

    @property
    def __signature__(self) -> inspect.Signature:
        return self.operation.signature()

    def __repr__(self) -> str:
        return f"<{type(self.resource).__name__}.{self.__name__}{self.__signature__}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            begun = self.operation.start(self.resource, *args, **kwargs)
        except TypeError:
            self._check_arguments(*args, **kwargs)
            raise
        if begun.__class__ is CoroutineType:
            # What Python says of one that is never awaited: it is to name what was called, and not how it is made.
            begun.__qualname__ = self._name
        return begun

    def _check_arguments(self, *args: Any, **kwargs: Any) -> None:
        """Say what is wrong with the arguments in the words of this operation, not of what it is made of."""
        signature = self.operation.signature()
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            unknown = [each for each in kwargs if each not in signature.parameters]
            words = self.operation.unknown(unknown[0]) if unknown else str(error)
            raise TypeError(f"{self.__name__}(): {words}; it takes {signature}") from None

    if not TYPE_CHECKING:
        # For the error alone: an operation that was not called.
        def __await__(self) -> NoReturn:
            raise TypeError(f"{self._name} was not called: await {self._name}(...)")

        def __aiter__(self) -> NoReturn:
            raise TypeError(f"{self._name} was not called: async for ... in {self._name}(...)")

        __getitem__ = NotThere(lambda self: f"{self._name} was not called: {self._name}(...)")

        def __getattr__(self, name: str) -> NoReturn:
            if name.startswith("_"):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            words = f"{self._name} was not called, and has no {name!r}: {self._name}(...)"
            raise AttributeError(words, name=name, obj=None)

    @property
    def _name(self) -> str:
        return f"{self.resource._called}.{self.operation.name}"

    def on(self, caller: Caller) -> Bound:
        """Return the same operation through another caller: the other face's, or one with other options."""
        return Bound(self.operation, self.resource._at(caller))


class Operation(Generic[A_co, B_co]):
    """What all kinds have in common: a name, a place below the resource's path, documentation, and a description.

    `A_co` is what the operation is on the asynchronous face, `B_co` on the blocking one.
    """

    method: str
    answers: Answers
    success: tuple[int, ...]
    """The statuses of an answer that is one; the usual one first."""
    statuses: tuple[int, ...] = ()
    """The error statuses that the vendor's page lists."""
    entity: type[Entity] | None = None
    """What is in the answer, if anything that has a name is."""
    body: type | None = None
    """The attrs class of the body."""
    body_is_list: bool = False
    """Whether the body is a list of such bodies."""
    parameters: tuple[Parameter, ...] = ()
    """What it may send in the query; a listing also sends what all listings do."""
    file: FileType | None = None
    """The type of the file that it answers with, if it does."""
    file_in_json: bool = False
    """Whether the file comes in Base64 within JSON, although the path tells its type."""
    repeat: Repeat = Repeat.ALWAYS
    """When a request may be sent again after a failure."""
    read_timeout: float | None = None
    """Seconds to wait for an answer at least, where it is known to take long."""
    with_token: bool = True
    """Whether only who has a token may ask."""
    endpoint: ClassVar[bool] = True
    """Whether the API has a place for it."""

    def __init__(self, summary: str, below: str = "", key: Key[Any] | None = None) -> None:
        """Declare an operation.

        Args:
            summary: what it does, in a sentence.
            below: its path below the resource's, with the placeholder of its key: ``{id}/cdrs``, ``{id}.mp3``.
            key: what the placeholder stands for; None where there is none.
        """
        self.summary = summary
        self.below = below
        self.key = key
        self._head = below.partition("{")[0] if key is not None else ""
        self._tail = below.partition("}")[2]
        self._write = key.write if key is not None else _no_key
        self.name = ""

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
        if isinstance(resource, Resource):
            # Of whichever face. To say so to the checker would take a call, for each request.
            return Bound(self, resource)  # pyright: ignore[reportUnknownArgumentType]
        return self

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    @property
    def doc(self) -> str:
        """The documentation of the bound operation."""
        errors = ", ".join(_ERRORS[status] for status in self.statuses)
        meanings = "\n".join(described(self.name, self.signature().parameters))
        parts = (
            filled(self.summary),
            meanings and f"Args:\n{meanings}",
            filled(f"Returns: {self.returns()}"),
            filled(f"Raises: {errors}; TransportError when no usable answer comes."),
        )
        return "\n\n".join(filter(None, parts))

    def returns(self) -> str:
        """Say what a call gives, for the documentation."""
        return "nothing."

    @property
    def suffix(self) -> str:
        """The word that stands below the resource, or below one thing of it: ``cdrs`` in ``/users/{id}/cdrs``."""
        rest = self.below if self.key is None else self._tail
        return rest.removeprefix("/") if self.key is None or rest.startswith("/") else ""

    def template(self, resource: type[Resource[Any]]) -> str:
        """Return the path with its placeholder, ``/users/{id}/cdrs``."""
        return join(resource._path, self.below)

    def place(self, path: str, key: Any) -> str:
        """Return the path with a key in it, ``/users/7206/cdrs``, below a resource's path."""
        return f"/{path}/{self._head}{self._write(key)}{self._tail}"

    def signature(self) -> inspect.Signature:
        """Return the signature that ``help()`` shows."""
        return inspect.Signature() if self.key is None else key_signature(self.key)

    def unknown(self, name: str) -> str:
        """Say that it has no argument of this name, and which one was probably meant."""
        return f"got an unexpected keyword argument {name!r}{did_you_mean(name, self.signature().parameters)}"

    def start(self, resource: Resource[Any], *args: Any, **kwargs: Any) -> Any:
        """Begin the operation on a resource's caller."""
        return resource._caller.call(self.exchange(resource._caller.codec, resource._path, *args, **kwargs))

    def exchange(self, codec: Codec, path: str, /, *args: Any, **kwargs: Any) -> Exchange[Any]:
        """Make the request for some arguments, and say how to read its reply."""
        raise TypeError(f"{self!r} does not make one exchange")


_ERRORS = {
    400: "ValidationError (400)",
    401: "AuthenticationError (401)",
    403: "PermissionDeniedError (403)",
    404: "NotFoundError (404)",
    412: "PreconditionFailedError (412)",
}


def _no_key(key: Any) -> str:
    raise TypeError(f"its path has no place for {key!r}")


def join(*segments: str) -> str:
    """Join path segments, leaving out the empty ones."""
    return "/" + "/".join(filter(None, segments))


def operations(resource: type[Resource[Any]]) -> dict[str, Operation[Any, Any]]:
    """List the operations that a resource class declares and that the API has a place for, by name."""
    return {name: value for name, value in vars(resource).items() if isinstance(value, Operation) and value.endpoint}


class Derived(Operation[A_co, B_co], Generic[A_co, B_co]):
    """An operation that is made of others, and has no place of its own in the API."""

    endpoint = False
