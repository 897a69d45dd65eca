"""What remembers which deliveries were taken: deliveries are repeated until they are answered with 200.

A store has two methods. `Seen.claim` returns True to the first who asks for a key, and False to all others until the
key is released. Both may be plain or awaited, so that a store can be a service: with Redis, ``claim`` is
``SET key 1 NX EX 604800`` and ``release`` is ``DEL key``.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import sys
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Awaitable, Generator
from contextlib import closing, contextmanager
from typing import Protocol, Self
from uuid import uuid4

from ..entities.arguments import told, whole
from ..errors import ConfigurationError

_TABLE = "CREATE TABLE IF NOT EXISTS seen (key TEXT PRIMARY KEY, at REAL NOT NULL, owner TEXT) WITHOUT ROWID"
_CLAIM = (
    "INSERT INTO seen VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET at = excluded.at, owner = excluded.owner "
    "WHERE seen.at < ? OR (seen.owner IS NOT NULL AND seen.at < ?)"
)
_FORGET = "DELETE FROM seen WHERE at < ?"
_FORGET_EVERY = 1000
"""Claims after which old keys are looked for."""

_RUN = uuid4().hex
"""Tells this process from earlier ones with its number."""
_HOST = socket.gethostname()

DEFAULT_SIZE = 100_000
WEEK = 7 * 24 * 3600.0
LEASE = 15 * 60.0


class Seen(Protocol):
    """A store of keys."""

    def claim(self, key: str, /) -> bool | Awaitable[bool]:
        """Take a key; return False when it is taken already."""
        ...

    def release(self, key: str, /) -> Awaitable[None] | None:
        """Release a key: what it stands for was not done."""
        ...


class MemorySeen:
    """The last keys, in memory: for one process, and lost when it ends.

    :param size: how many keys are kept; the oldest are forgotten first
    """

    def __init__(self, size: int = DEFAULT_SIZE) -> None:
        kept = whole(size)
        if kept is None or kept < 1:
            raise ConfigurationError(f"size is a positive number of keys, got {told(size)}")
        self._size = kept
        self._keys: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def claim(self, key: str, /) -> bool:
        """Take a key; return False when it is taken already."""
        with self._lock:
            if key in self._keys:
                return False
            self._keys[key] = None
            if len(self._keys) > self._size:
                self._keys.popitem(last=False)
            return True

    def release(self, key: str, /) -> None:
        """Release a key."""
        with self._lock:
            self._keys.pop(key, None)

    def __len__(self) -> int:
        return len(self._keys)


class SqliteSeen:
    """The keys of the last week, in a file that several processes of one machine may share, also after a fork.

    A claim is a transaction of its own, and survives the end of the process. One that was not confirmed when its
    process ended (killed, while the event was handled) is given back when the file is opened again on that machine, and
    in any case after `lease` seconds.

    :param path: the file; it is made if there is none
    :param keep: seconds after which a key is forgotten
    :param lease: seconds after which an event that is neither done nor given back may be delivered again; no handler
        should take longer
    :raises ConfigurationError: the file cannot be opened, or is no database
    """

    def __init__(self, path: str | os.PathLike[str], *, keep: float = WEEK, lease: float = LEASE) -> None:
        self._path = os.fspath(path)
        self._keep = keep
        self._lease = lease
        self._claims = 0
        self._lock = threading.Lock()
        self._opened: _Opened | None = None
        with self._using():
            pass

    @contextmanager
    def _using(self) -> Generator[sqlite3.Connection]:
        """Lend the connection of this process: one that was opened before a fork must not be used after it."""
        with self._lock:
            if self._opened is None or self._opened.process != os.getpid():
                self._opened = _Opened(self._open(), self._opened)
            yield self._opened.db

    def _open(self) -> sqlite3.Connection:
        db = None
        try:
            db = sqlite3.connect(self._path, timeout=10, isolation_level=None, check_same_thread=False)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute(_TABLE)
            db.execute("CREATE INDEX IF NOT EXISTS seen_at ON seen (at)")
            db.execute(_FORGET, (time.time() - self._keep,))
            _release_of_the_dead(db)
        except sqlite3.Error as error:
            if db is not None:
                db.close()
            raise ConfigurationError(f"{self._path} cannot be used to remember deliveries: {error}") from None
        return db

    def claim(self, key: str, /) -> bool:
        """Take a key; return False when it is taken already."""
        now = time.time()
        values = (key, now, _owner(), now - self._keep, now - self._lease)
        with self._using() as db:
            self._claims += 1
            if self._claims % _FORGET_EVERY == 0:
                db.execute(_FORGET, (now - self._keep,)).close()
            with closing(db.execute(_CLAIM, values)) as cursor:
                return cursor.rowcount == 1

    def release(self, key: str, /) -> None:
        """Release a key."""
        with self._using() as db:
            db.execute("DELETE FROM seen WHERE key = ?", (key,)).close()

    def confirm(self, *keys: str) -> None:
        """Note that what some keys stand for was done: their claims outlive this process."""
        with self._using() as db:
            db.executemany("UPDATE seen SET owner = NULL WHERE key = ?", [(key,) for key in keys]).close()

    def close(self) -> None:
        """Close the file; it is opened again when it is needed."""
        with self._lock:
            if self._opened is not None and self._opened.process == os.getpid():
                self._opened.close()
                self._opened = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Opened:
    """A connection, the process that opened it, and one that was inherited, which only its own process may close."""

    def __init__(self, db: sqlite3.Connection, inherited: _Opened | None) -> None:
        self.db = db
        self.process = os.getpid()
        self._inherited = inherited
        # Closed with its store, for those who do not close it.
        self._end = weakref.finalize(self, _close, db, self.process)

    def close(self) -> None:
        self._end()


def _close(db: sqlite3.Connection, process: int) -> None:
    if process == os.getpid():
        db.close()


def _release_of_the_dead(db: sqlite3.Connection) -> None:
    owners = [owner for (owner,) in db.execute("SELECT DISTINCT owner FROM seen WHERE owner IS NOT NULL")]
    dead = [(owner,) for owner in owners if not _is_alive(owner)]
    db.executemany("DELETE FROM seen WHERE owner = ?", dead)


def _owner() -> str:
    return f"{os.getpid()}:{_RUN}:{_HOST}"


def _is_alive(owner: str) -> bool:
    number, _, rest = owner.partition(":")
    run, _, host = rest.partition(":")
    if host != _HOST:
        return True  # of another machine or container: nothing is known of it here, and its lease will end
    if int(number) == os.getpid():
        return run == _RUN  # in a container, every run of a program may have the same number
    return _is_running(int(number))


def _is_running(process: int) -> bool:
    if sys.platform == "win32":
        return True  # there is no asking without ending it: the lease decides
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return True
