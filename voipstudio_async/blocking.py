"""`VoipStudio`: the client that waits. It binds the same catalogue to the bridge.

It may be used from several threads at once, inside a running event loop (Jupyter), and after a fork; Ctrl-C ends a call at once.
"""

from __future__ import annotations

import warnings
from types import TracebackType
from typing import Self, TypeVar

from .bridge import Bridge
from .bulk import Bulk
from .client import AsyncCaller, make_caller, view_of
from .errors import ConfigurationError
from .exchange import Exchange
from .operations import Blocking
from .paging import E, PageQuery, Pages
from .retry import RetryPolicy
from .settings import Timeouts
from .studio import Setup, Studio

T = TypeVar("T")


class BlockingCaller:
    """The blocking way to send: the caller of every resource of a `VoipStudio`."""

    def __init__(self, core: AsyncCaller, bridge: Bridge) -> None:
        self.core = core
        self.codec = core.codec
        self.bridge = bridge

    def call(self, exchange: Exchange[T]) -> T:
        """Send one request, and wait for its reply."""
        result: T = self.bridge.run(self.core.call, exchange)
        return result

    def pages(self, query: PageQuery[E], *, prefetch: int) -> Pages[E]:
        """Begin a listing."""
        return Pages(self.core.pages(query, prefetch=prefetch), self.bridge.run)


class VoipStudio(Studio[Blocking]):
    """The client that waits, with the same arguments and resources as `AsyncVoipStudio`."""

    _caller: BlockingCaller
    _is_view = False

    def _start(self, setup: Setup) -> None:
        if setup.session is not None:
            raise ConfigurationError("a session belongs to one event loop; VoipStudio has its own: use AsyncVoipStudio")
        owner = f"{type(self).__name__}({setup.base!r})"
        self._attach(BlockingCaller(make_caller(setup, owner), Bridge(owner)))

    def _attach(self, caller: BlockingCaller) -> None:
        self._bind(caller)
        self.bulk = Bulk(caller.core, caller.bridge.run)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._caller.core.delivery.base!r})"

    def with_options(
        self, *, timeouts: Timeouts | None = None, retry: RetryPolicy | None = None, token: str | None = None
    ) -> Self:
        """Give a view of this client with other options, on the same connections.

        A view never owns them: closing it does nothing, and it ends with its client.
        """
        view = type(self).__new__(type(self))
        view._is_view = True
        view._attach(BlockingCaller(view_of(self._caller.core, timeouts, retry, token), self._caller.bridge))
        return view

    def close(self) -> None:
        """Close the connections and end the thread. Calling it again does nothing; every other use is then a
        `ClientClosedError`."""
        if not self._is_view:
            self._caller.bridge.close(self._caller.core.delivery.transport.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        caller = self.__dict__.get("_caller")
        if caller is None or self._is_view or not caller.bridge.started:
            return
        warnings.warn(f"{self!r} was not closed: use 'with', or call close()", ResourceWarning, source=self)
        self.close()
