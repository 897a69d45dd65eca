"""A request, a reply, and the two together: pure values between the operations and the transport.

Nobody changes them, but they are not frozen: each field of a frozen class costs a call when it is made, and every
request makes one of each of these.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from typing import Any, Generic, Protocol, TypeVar

import attrs
from multidict import CIMultiDict
from yarl import URL

from ..entities.scalars import loose
from ..entities.secrecy import is_secret
from ..entities.secret import MASK, Secret
from ..errors import DecodeError, RequestInfo
from .parsing import parse
from .redaction import LONG, body_secrets, conceal, parameter_secrets, secrets_of, shown_parameter, without_tokens

T = TypeVar("T")

_BEHIND = re.compile(r"(?<=/)([^/?#]{3,64})/([^/?#]+)")
_HARMLESS = re.compile(r"[a-z]{1,20}|[0-9]{1,9}")
"""What is no secret behind the name of one: ``/password/reset``, ``/sessions/7``."""

_PLAIN = re.compile(r"[a-z0-9._-]{0,12}|[a-z]{0,20}")


class Repeat(enum.Enum):
    """When a request may be sent again after a failure."""

    ALWAYS = "always"
    """Sending it twice does the same as sending it once: every GET, and what its declaration says is safe."""
    UNSENT = "unsent"
    """Only when nothing was sent, because no connection could be made: it rings a phone, or costs money."""


@attrs.define(unsafe_hash=True)
class Request:
    """What is asked: everything but the host, the credentials and the connection."""

    method: str
    path: str = attrs.field(repr=lambda path: repr(_plain_path(path)))
    """Below the base URL, percent-encoded, ``/users/7206`` for instance."""
    query: tuple[tuple[str, str], ...] = attrs.field(default=(), repr=False)
    body: bytes | None = attrs.field(default=None, repr=False)
    repeat: Repeat = Repeat.ALWAYS
    read_timeout: float | None = None
    """Seconds to wait for an answer at least, however short `Timeouts.read` is; None where nothing is known of it."""

    @property
    def shown_path(self) -> str:
        """The path for error messages and logs: an API token is its own id there."""
        return shown_path(self.path)

    @property
    def shown_query(self) -> str:
        """The query for error messages and logs."""
        return "&".join(f"{name}={shown_parameter(name, value)}" for name, value in self.query)

    @property
    def secrets(self) -> set[str]:
        """The passwords and tokens in it: an answer may repeat them."""
        found = {self.path[slice(*span)] for span in _secret_segments(self.path)} | body_secrets(self.body)
        return found.union(*(parameter_secrets(name, value) for name, value in self.query))


def _plain_path(path: str) -> str:
    # Nobody knows here which of its words is a token: what is a name or an id remains.
    return "/".join(part if _PLAIN.fullmatch(part) else MASK for part in path.split("/"))


def shown_path(path: str) -> str:
    """Show a path without its secrets: what stands behind ``/apitokens/``, for instance."""
    for start, end in reversed(list(_secret_segments(path))):
        path = f"{path[:start]}{MASK}{path[end:]}"
    return path


def _secret_segments(path: str) -> Iterator[tuple[int, int]]:
    at = 0
    while (match := _BEHIND.search(path, at)) is not None:
        at = match.end(1)
        name = match[1].lower()
        if name == "apitokens" or (is_secret(name.removesuffix("s")) and not _HARMLESS.fullmatch(match[2])):
            yield match.span(2)


class Sink(Protocol):
    """Where the body of a good answer goes, piece by piece, instead of into a `Reply`."""

    @property
    def is_spent(self) -> bool:
        """Whether something was written that cannot be taken back: the request is then not sent again."""
        ...

    def begin(self, headers: Mapping[str, str]) -> bool:
        """Begin a body, and drop what came of an earlier attempt; False leaves this one to the `Reply`."""
        ...

    async def write(self, piece: bytes) -> None:
        """Take the next piece. What is raised here ends the call, and is not translated."""
        ...


class Sending:
    """A request on its way: where it goes, and how it is shown. Its URL stays hidden: a token may be part of it."""

    __slots__ = ("_base", "_info", "request", "url")

    sink: Sink | None = None
    """Where the body of its answer goes; None is into the `Reply`."""

    def __init__(self, request: Request, base: str) -> None:
        self.request = request
        url = URL(base + request.path, encoded=True)
        self.url = url.with_query(request.query) if request.query else url
        self._base = base
        self._info: RequestInfo | None = None

    @property
    def info(self) -> RequestInfo:
        """The request for errors, hooks and logs; made when somebody asks, which for most requests is never."""
        if self._info is None:
            self._info = describe(self.request, self._base)
        return self._info

    def flow(self, size: int) -> None:
        """Hear that so many bytes of the body have reached the sink."""


def describe(request: Request, base: str, known: Iterable[str] = ()) -> RequestInfo:
    """Show a request without its secrets, and without those that are known from elsewhere."""
    query = request.shown_query
    shown = f"{request.shown_path}{'?' if query else ''}{query}"
    # A PIN may be the id of something as well: of its own secrets, only long ones are looked for under other names.
    own = (secret for secret in request.secrets if len(secret) >= LONG)
    return RequestInfo(request.method, base + conceal(shown, {*known, *own}))


_NO_CREDENTIALS: Mapping[str, str] = {}


@attrs.define(unsafe_hash=True)
class Reply:
    """What came back, read to its end."""

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)
    attempts: int = 1
    credentials: Mapping[str, str] = attrs.field(default=_NO_CREDENTIALS, repr=False)
    """The headers of the request that showed who asks: they are not quoted, should the body repeat them."""

    def concealed(self) -> bytes:
        """Return the body without the caller's credentials: for files and tables, which go to others."""
        # Digits alone may be a number, of which nothing can be left out.
        known = {each for each in secrets_of(self.credentials) if len(each) >= LONG and not each.isdigit()}
        if not any(each.encode() in self.body for each in known):
            return self.body
        text = self.body.decode("utf-8", "surrogateescape")
        return conceal(text, known).encode("utf-8", "surrogateescape")


@attrs.define(unsafe_hash=True)
class Exchange(Generic[T]):
    """A request and how to read its reply."""

    request: Request
    read: Callable[[Reply], T]
    id: Any = None
    """The id of the record that is asked for: one of another id is the answer to another question."""
    steps: Callable[[Reply], Generator[None, None, T]] | None = None
    """Read the reply as `read` does, and stop now and then so that others get their turn; None where it is short."""


class _Headers(CIMultiDict[str]):
    """Headers that show their secrets to those only who ask by name."""

    def __repr__(self) -> str:
        shown = (f"{name!r}: {MASK if is_secret(name) else without_tokens(value)!r}" for name, value in self.items())
        return f"<Headers({', '.join(shown)})>"


def _kept_headers(headers: Mapping[str, str] | Secret) -> Secret:
    # What aiohttp gives is a view that cannot be pickled.
    return headers if isinstance(headers, Secret) else _kept(_Headers(headers))


def _kept(value: Any) -> Secret:
    return value if isinstance(value, Secret) else Secret(value)


@attrs.frozen
class RawResponse:
    """What `raw.request` answers: the status, the headers, and the body as it came.

    Both may hold secrets, so they can be read only by name: a printer that goes through fields finds nothing.
    """

    status: int
    """The status, such as 200."""
    _headers: Secret = attrs.field(repr=False, converter=_kept_headers)
    _body: Secret = attrs.field(repr=False, converter=_kept)

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers by their names, in small or capital letters."""
        headers: Any = self._headers.reveal()
        return headers  # type: ignore[no-any-return]

    @property
    def body(self) -> bytes:
        """The body as it came."""
        body: Any = self._body.reveal()
        return body  # type: ignore[no-any-return]

    def text(self) -> str:
        """Return the body as text (UTF-8, with replacements for what is not)."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the body as plain Python values: floats for numbers with a point.

        :raises DecodeError: the body is not JSON; it is not quoted, since nobody knows here what in it is secret
        """
        try:
            return loose(parse(self.body))
        except (DecodeError, RecursionError):
            pass
        raise DecodeError("", f"the body, of {len(self.body)} bytes, is not JSON; text() gives it as it came")
