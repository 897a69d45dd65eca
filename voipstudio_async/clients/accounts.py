"""Many accounts behind one pool of connections: a name becomes a client.

The accounts share what a client shares with its views: the connections, and the limits, so that many accounts are no
more at once than one. Each has credentials and a budget of retries of its own.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack, cast

import attrs

from ..copies import Uncopied
from ..entities.arguments import is_whole_text, told
from ..errors import ConfigurationError
from ..hints import NotThere, did_you_mean
from ..http.auth import Auth, TokenAuth
from ..http.retry import Budget
from ..http.sessions import SessionAuth
from ..operations.outcomes import DEFAULT_CONCURRENCY, BulkResult, Progress
from ..pagination.plans import DEFAULT_ACCOUNT
from ..surroundings import TOKEN_VARIABLE
from .awaited import AsyncCaller, AsyncVoipStudio
from .base import ClientOptions
from .blocking import BlockingCaller, VoipStudio

T = TypeVar("T")


class _OfAnAccount:
    """The credentials of no account: the client below the accounts is never used by itself."""

    def headers(self) -> Mapping[str, str]:
        raise ConfigurationError("open an account: accounts.open(name)")


class _Book(Uncopied):
    """Accounts by name, and the callers of those that are open."""

    def __init__(self, accounts: Mapping[str, Auth], missing: Callable[[str], str]) -> None:
        if not isinstance(accounts, Mapping) or not accounts:
            raise ConfigurationError('accounts are names and credentials, {"acme": TokenAuth(...)}')
        self._accounts = dict(accounts)
        for name, auth in self._accounts.items():
            _check(name, auth)
        self._missing = missing
        self._callers: dict[str, AsyncCaller] = {}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._accounts)

    def caller(self, name: str, root: AsyncCaller) -> AsyncCaller:
        """Return what sends for an account, on the connections of the root."""
        if name not in self._callers:
            self._callers[name] = self._made(name, root)
        return self._callers[name]

    def _made(self, name: str, root: AsyncCaller) -> AsyncCaller:
        if name not in self._accounts:
            raise ConfigurationError(f"there is no account {told(name)}{self._missing(name)}")
        auth = self._accounts[name]
        sender = attrs.evolve(root.sender, auth=auth, budget=Budget(root.sender.policy.budget))
        caller = AsyncCaller(root.codec, sender)
        if isinstance(auth, SessionAuth):
            caller.begin_session(auth)
        return caller

    def detach(self) -> None:
        for auth in self._accounts.values():
            if isinstance(auth, SessionAuth):
                auth.detach()


def _check(name: Any, auth: Any) -> None:
    if not is_whole_text(name) or not name.strip():
        raise ConfigurationError(f"an account needs a name, got {told(name)}")
    if isinstance(auth, type) or not isinstance(auth, Auth):
        kind = auth.__name__ if isinstance(auth, type) else type(auth).__name__
        raise ConfigurationError(f"the credentials of {name!r} must be like TokenAuth('...'), got {kind}")


def _options(options: ClientOptions) -> ClientOptions:
    for name in ("token", "auth"):
        if name in options:
            cast("dict[str, Any]", options).clear()
            raise ConfigurationError(f"each account has credentials of its own: leave out {name}")
    return cast("ClientOptions", {**options, "auth": _OfAnAccount()})


def _variable(name: str) -> str:
    """Return the variable that holds the token of an account: ``VOIPSTUDIO_API_TOKEN_ACME_UK`` for ``acme-uk``."""
    if name == DEFAULT_ACCOUNT:
        return TOKEN_VARIABLE
    return f"{TOKEN_VARIABLE}_" + "".join(each if each.isalnum() else "_" for each in name).upper()


def _from_environment(names: Iterable[str] | None) -> dict[str, Auth]:
    if isinstance(names, str):
        raise ConfigurationError(f"names is a list of accounts, [{told(names)}]")
    wanted = list(_named_by_environment() if names is None else names)
    absent = [_variable(name) for name in wanted if not os.environ.get(_variable(name))]
    if absent or not wanted:
        raise ConfigurationError(f"no token for an account: set {', '.join(absent) or _variable('name')}")
    return {name: TokenAuth(os.environ[_variable(name)]) for name in wanted}


def _named_by_environment() -> Iterator[str]:
    head = f"{TOKEN_VARIABLE}_"
    for variable in sorted(os.environ):
        if variable == TOKEN_VARIABLE and os.environ[variable]:
            yield DEFAULT_ACCOUNT
        elif variable.startswith(head) and variable != head and os.environ[variable]:
            yield variable.removeprefix(head).lower()


def _in_environment(name: str) -> str:
    return f": set {_variable(name)} where this runs" if is_whole_text(name) else ""


class AsyncAccounts(Uncopied):
    """Accounts by name, each with credentials of its own, on one pool of connections: the asynchronous face.

    Use it with ``async with``, or call ``close()``.
    """

    def __init__(self, accounts: Mapping[str, Auth], **options: Unpack[ClientOptions]) -> None:
        """Name the accounts. Nothing is sent.

        :param accounts: the credentials by the name of their account: ``{"acme": TokenAuth("...")}``
        :param options: those of a client, but `token` and `auth`; the limits are for all accounts together
        """
        self._book = _Book(accounts, partial(_nearest, accounts))
        self._root = AsyncVoipStudio(**_options(options))

    @classmethod
    def from_env(cls, names: Iterable[str] | None = None, **options: Unpack[ClientOptions]) -> Self:
        """Take the tokens from the environment.

        ``VOIPSTUDIO_API_TOKEN`` is that of the account ``default``, ``VOIPSTUDIO_API_TOKEN_ACME_UK`` that of
        ``acme_uk`` (or, asked for by name, of ``acme-uk``).

        :param names: the accounts; without it all that the environment has a token of
        :raises ConfigurationError: a token is missing; it names the variable to set
        """
        accounts = cls(_from_environment(names), **options)
        accounts._book._missing = _in_environment
        return accounts

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self.names)})"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the accounts."""
        return self._book.names

    def open(self, name: str) -> AsyncVoipStudio:
        """Return the client of an account. Closing it does nothing; it ends with the accounts."""
        return AsyncVoipStudio._view(self._root, self._book.caller(name, self._root._caller))

    async def each(
        self,
        function: Callable[[AsyncVoipStudio], Awaitable[T]],
        *,
        concurrency: int = DEFAULT_CONCURRENCY,
        progress: Progress | None = None,
    ) -> BulkResult[str, T]:
        """Do something with each account, some at once, and return one outcome for each name."""

        def one(name: str) -> Awaitable[T]:
            return function(self.open(name))

        return await self._root.bulk.run(one, self.names, concurrency=concurrency, progress=progress)

    async def close(self) -> None:
        """Close the connections. Calling it again does nothing."""
        self._book.detach()
        await self._root.close()

    if not TYPE_CHECKING:
        __enter__ = __exit__ = NotThere("AsyncAccounts are used with 'async with'; 'with' is for Accounts")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class Accounts(Uncopied):
    """Accounts by name, each with credentials of its own, on one pool of connections: the blocking face.

    Use it with ``with``, or call ``close()``.
    """

    def __init__(self, accounts: Mapping[str, Auth], **options: Unpack[ClientOptions]) -> None:
        """Name the accounts: see `AsyncAccounts`. Nothing is sent."""
        self._book = _Book(accounts, partial(_nearest, accounts))
        self._root = VoipStudio(**_options(options))

    @classmethod
    def from_env(cls, names: Iterable[str] | None = None, **options: Unpack[ClientOptions]) -> Self:
        """Take the tokens from the environment: see `AsyncAccounts.from_env`."""
        accounts = cls(_from_environment(names), **options)
        accounts._book._missing = _in_environment
        return accounts

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self.names)})"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the accounts."""
        return self._book.names

    def open(self, name: str) -> VoipStudio:
        """Return the client of an account. Closing it does nothing; it ends with the accounts."""
        root = self._root._caller
        return VoipStudio._view(self._root, BlockingCaller(self._book.caller(name, root.core), root.portal))

    def each(
        self,
        function: Callable[[VoipStudio], T],
        *,
        concurrency: int = DEFAULT_CONCURRENCY,
        progress: Progress | None = None,
    ) -> BulkResult[str, T]:
        """Do something with each account, some at once in threads, and return one outcome for each name."""

        def one(name: str) -> T:
            return function(self.open(name))

        return self._root.bulk.run(one, self.names, concurrency=concurrency, progress=progress)

    def close(self) -> None:
        """Close the connections and end the thread. Calling it again does nothing."""
        portal = self._root._caller.portal
        if portal.started:
            portal.run(self._detach)
        else:
            self._book.detach()
        self._root.close()

    async def _detach(self) -> None:
        self._book.detach()

    if not TYPE_CHECKING:
        __aenter__ = __aexit__ = NotThere("Accounts are used with 'with'; 'async with' is for AsyncAccounts")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _nearest(accounts: Mapping[str, Auth], name: str) -> str:
    return did_you_mean(name, accounts) or f"; there are {', '.join(accounts)}"
