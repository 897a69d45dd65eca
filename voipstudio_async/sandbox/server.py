"""`Sandbox`: the catalogue as a server on a port of this machine."""

from __future__ import annotations

import asyncio
import os
import secrets
import threading
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

from aiohttp import web

from ..entities import Cdr, User
from ..entities.base import Entity
from ..listening import Listener
from ..resources import RESOURCES
from .access import TokenCheck
from .account import Until, account, end_of_history
from .adding import Adder
from .clock import Clock
from .desk import Desk
from .faults import Faults
from .front import BASE_PATH, Front
from .logs import logger
from .own_routes import OwnRoutes, Replying
from .queries import Limits
from .recording import Requests
from .seed_account import lines
from .sessions import Sessions
from .store import Store
from .tables import tables
from .telephony import Telephony
from .webhooks import Webhooks

E = TypeVar("E", bound=Entity)

_MAX_LINE = 64 * 1024
"""The longest path and query: filters can be long."""
_PATIENCE = 2.0
"""Seconds that requests have to end when the sandbox stops."""


class Sandbox:
    """A VoIPstudio API of one's own: ``async with Sandbox(users=20) as sandbox``, or ``with`` (then in a thread).

    It holds an invented account that depends on nothing but `seed`, `users` and `calls`, and does what the API does:
    what is written lasts, what is wrong is refused.

    Args:
        users: how many users the account has.
        calls: how many call records they share; 100,000 take a few seconds.
        seed: another seed is another account.
        database: a file to keep the rows in; one that has rows already is used as it is.
            Without it all is in memory.
        token: the token to ask for; one is made up without it.
        documented_shapes: answer in the odd forms of the vendor's documentation: ``/me`` is a list of one whose id
            is a text, and what belongs to a user is a single object (its first row).
        host: the address to listen on.
        port: the port; 0 takes one that is free.
        faults: the share of requests that meet a fault by chance, see `Faults.mix`.
        keep_requests: how many requests are remembered in `requests`; older ones are dropped, and counted.
        largest_page: what happens to a `limit` above 5000: it is refused with 400, or the page is cut to 5000 rows.
        deepest: how many rows from its beginning a listing can be paged through, ``deepest=10_000``: a page that
            reaches further is refused with 400. Without it, all of them.
        until: the last day of its history, which is half a year long; a date-time or ``"today"`` end it with the whole
            hour before (in UTC). Without it, it is the same for ever: January to July 2026.
    """

    def __init__(
        self,
        users: int = 20,
        calls: int = 2000,
        seed: int = 1,
        *,
        database: str | os.PathLike[str] | None = None,
        token: str | None = None,
        documented_shapes: bool = False,
        host: str = "127.0.0.1",
        port: int = 0,
        faults: float = 0.0,
        keep_requests: int = 10_000,
        largest_page: Literal["refuse", "cut"] = "refuse",
        deepest: int | None = None,
        until: Until = None,
    ) -> None:
        if min(users, calls, keep_requests) < 0:
            counts = f"{users}, {calls} and {keep_requests}"
            raise ValueError(f"users, calls and keep_requests must be 0 or more, got {counts}")
        self.requests = Requests(keep_requests)
        """The latest requests that were answered, in that order; clear it as you like. See `Requests`."""
        self.clock = Clock()
        """What time it is in the sandbox; ``sandbox.clock.advance(60)`` moves it forward."""
        self.faults = Faults(seed, faults, self.clock)
        self.token = token or secrets.token_hex(20)
        self._account = account(seed, users, calls, end_of_history(until))
        self._own = OwnRoutes()
        self._customer_id = self._account.customer
        self._database = database
        if largest_page not in ("refuse", "cut"):
            raise ValueError(f"largest_page must be 'refuse' or 'cut', got {largest_page!r}")
        if deepest is not None and deepest < 1:
            raise ValueError(f"deepest must be 1 or more, got {deepest}")
        self._documented = documented_shapes
        self._limits = Limits(largest_page == "cut", deepest)
        self._address = (host, port)
        self._url: str | None = None
        self._store: Store | None = None
        self._runner: web.AppRunner | None = None
        self._listener: Listener | None = None
        self._thread: _Thread | None = None
        self.sessions = Sessions(self.clock)
        """Who is logged in: the password, and the codes that were mailed."""
        self.telephony = Telephony(self.clock)
        """How calls go that are placed, and calls from outside."""
        self.webhooks = Webhooks(self.clock, self.telephony)
        """Delivers what the phones do, and events of a test's own."""
        self._tokens = TokenCheck(self.token, self._account.owner_id, self.sessions)

    def __repr__(self) -> str:
        return f"<Sandbox {self._url or 'not started'}>"

    @property
    def url(self) -> str:
        """The base URL, ``http://127.0.0.1:40123/v1.2/voipstudio``."""
        if self._url is None:
            raise RuntimeError("the sandbox is not started: use it in 'with' or 'async with'")
        return self._url

    @property
    def store(self) -> Store:
        """The rows, for comparison: ``sandbox.store.rows("cdrs")``."""
        if self._store is None:
            raise RuntimeError("the sandbox is not started: use it in 'with' or 'async with'")
        return self._store

    @property
    def user_id(self) -> int:
        """The id of the token's owner, for Basic authentication."""
        return self._tokens.user_id

    @property
    def customer_id(self) -> int:
        """The id of the account."""
        return self._customer_id

    def deny(self, method: str, path: str) -> None:
        """Answer 403 from now on, for a path (``/users/7206``) or a template (``/users/{id}/cdrs``)."""
        self._tokens.denied.add((method.upper(), path))

    def allow(self, method: str, path: str) -> None:
        """Take a `deny` back."""
        self._tokens.denied.discard((method.upper(), path))

    def on(self, method: str, path: str, answer: Any | Replying, *, with_token: bool = True) -> None:
        """Answer a path from now on in your own way; what the sandbox itself does there is set aside.

        Args:
            method: the HTTP method.
            path: below the base URL: ``/queues``; ``/queues/{id}`` stands for every id.
            answer: what is sent as JSON (bytes as they are, None as nothing), or a `Reply` with a status and headers,
                or a function of the request (a `Recorded`) that returns one of these, awaited or not.
            with_token: False lets requests in that have no token, as ``POST /login`` does.
        """
        self._own.set(method, path, answer, with_token=with_token)

    def off(self, method: str, path: str) -> None:
        """Take an `on` back."""
        self._own.remove(method, path)

    # --- rows ------------------------------------------------------------------------------------------------

    def add(self, entity: type[E], owner: User | int | None = None, /, **fields: Any) -> E:
        """Add a row of any entity that the sandbox has, and return it: ``add(Contact, ann, first_name="Bo")``.

        Fields have the names and types of the entity; what is not given is null. A date-time without a zone is in UTC.

        Args:
            entity: the class, `UserGroup`.
            owner: the user among whose rows it is, for what belongs to one: contacts, calls, chat messages.
            fields: its fields. The id is made up.

        Raises:
            TypeError: there is no such field.
            ValueError: a value does not fit its field, or there is no such user, or no table of the entity.
        """
        return self._adder.add(entity, owner, fields)

    def add_user(self, name: str = "Ann Lee", /, **fields: Any) -> User:
        """Add a user, in an account without users the owner of its token; raises as `add`.

        Args:
            name: first and last name.
            fields: those of `User` that are to be otherwise than usual.
        """
        return self._adder.add_user(name, fields)

    def add_call(self, user: User | int, /, *, talk: int = 0, leg_of: Cdr | None = None, **fields: Any) -> Cdr:
        """Add a call record of a user: of a missed call, unless something else is said; raises as `add`.

        Args:
            user: whose it is.
            talk: the seconds that were talked; above 0 the call is answered.
            leg_of: another record of the same call, that this one is a further leg of.
            fields: those of `Cdr` that are to be otherwise than usual, ``type="O"``, ``calldate=...``, ``charge=...``.
        """
        return self._adder.add_call(user, talk, leg_of, fields)

    @property
    def _adder(self) -> Adder:
        return Adder(self.store, self._tokens, self.clock, self._customer_id)

    # --- its life --------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()

    def __enter__(self) -> Self:
        thread = _Thread(self)
        thread.begin()
        self._thread = thread
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._thread is not None:
            self._thread.end()
            self._thread = None

    async def start(self) -> None:
        """Fill the tables and serve, in the running loop, until `stop`."""
        if self._runner is not None:
            raise RuntimeError("the sandbox is started already")
        self._store = store = Store(tables(RESOURCES.values()).values(), self._database)
        self.faults.begin()
        try:
            self._fill(store)
            self._runner = runner = web.AppRunner(
                self._application(store),
                access_log=None,
                logger=logger,
                shutdown_timeout=_PATIENCE,
                max_line_size=_MAX_LINE,
            )
            await runner.setup()
            host, port = self._address
            self._listener = listener = await Listener.begin(runner, host, port)
            self._url = f"http://{_shown(host)}:{listener.port}{BASE_PATH}"
            self.webhooks.begin()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop serving and close the database."""
        runner, self._runner, self._url = self._runner, None, None
        listener, self._listener = self._listener, None
        await self.webhooks.end()
        if listener is not None:
            await listener.end()
        if runner is not None:
            self.faults.end()
            await runner.cleanup()
        if self._store is not None:
            self._store.close()

    def _fill(self, store: Store) -> None:
        store.prepare()
        if not store.seeded:
            store.seed({name: lines(self._account, table) for name, table in store.tables.items()})
        store.index()
        for me in store.rows("me"):
            self.sessions.email = me["email"]
            self._tokens.user_id, self._tokens.email, self._customer_id = me["id"], me["email"], me["customer_id"]

    def _application(self, store: Store) -> web.Application:
        self.telephony.begin(store)
        desk = Desk(store, self._documented, self.sessions, self.telephony, self._limits)
        return Front(desk, self._tokens, self.faults, self.requests, self._own).application()


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class _Thread:
    """Runs a sandbox in a loop of its own, for those who have none."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._started: Future[asyncio.AbstractEventLoop] = Future()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="voipstudio-sandbox", daemon=True)

    def begin(self) -> None:
        """Start, and wait until requests are taken."""
        self._thread.start()
        try:
            self._loop = self._started.result()
        except BaseException:
            # Ctrl-C while the tables are filled: the thread is not waited for, it ends when that is done.
            self._started.add_done_callback(self._stop_when_started)
            if self._started.done():
                self._thread.join()
            raise

    def end(self) -> None:
        """Stop, and wait until the thread is gone."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _stop_when_started(self, started: Future[asyncio.AbstractEventLoop]) -> None:
        if started.exception() is None:
            started.result().call_soon_threadsafe(self._stop.set)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            if self._started.done():
                raise
            self._started.set_exception(error)

    async def _serve(self) -> None:
        async with self._sandbox:
            self._started.set_result(asyncio.get_running_loop())
            await self._stop.wait()
