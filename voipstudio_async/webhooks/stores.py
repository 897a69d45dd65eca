"""What remembers which deliveries were taken: deliveries are repeated until they are answered with 200.

A store has two methods. `Seen.claim` returns True to the first who asks for a key, and False to all others until the
key is released. Both may be plain or awaited, so that a store can be a service: with Redis, ``claim`` is
``SET key 1 NX EX 604800`` and ``release`` is ``DEL key``.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable
from contextlib import closing
from typing import Protocol, Self
from uuid import uuid4

from ..errors import ConfigurationError

_TABLE = "CREATE TABLE IF NOT EXISTS seen (key TEXT PRIMARY KEY, at REAL NOT NULL, owner TEXT) WITHOUT ROWID"
_CLAIM = (
    "INSERT INTO seen VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET at = excluded.at, owner = excluded.owner "
    "WHERE seen.at < ?"
)

_RUN = uuid4().hex
"""Tells this process from earlier ones with its number."""

DEFAULT_SIZE = 100_000
WEEK = 7 * 24 * 3600.0


class Seen(Protocol):
    """A store of keys."""

    def claim(self, key: str, /) -> bool | Awaitable[bool]:
        """Take a key; return False when it is taken already."""
        ...

    def release(self, key: str, /) -> Awaitable[None] | None:
        """Give a key back: what it stands for was not done."""
        ...


class MemorySeen:
    """The last keys, in memory: for one process, and lost when it ends.

    :param size: how many keys are kept; the oldest are forgotten first
    """

    def __init__(self, size: int = DEFAULT_SIZE) -> None:
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise ConfigurationError(f"size is a positive number of keys, got {size!r}")
        self._size = size
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
        """Give a key back."""
        with self._lock:
            self._keys.pop(key, None)

    def __len__(self) -> int:
        return len(self._keys)


class SqliteSeen:
    """The keys of the last week, in a file that several processes may share.

    A claim is a transaction of its own, and survives the end of the process. One that was not confirmed when its
    process ended (killed, while the event was handled) is given back when the file is opened again on that machine.

    :param path: the file; it is made if there is none
    :param keep: seconds after which a key is forgotten
    :raises ConfigurationError: the file cannot be opened, or is no database
    """

    def __init__(self, path: str | os.PathLike[str], *, keep: float = WEEK) -> None:
        self._path = os.fspath(path)
        self._keep = keep
        self._lock = threading.Lock()
        try:
            self._db = sqlite3.connect(self._path, timeout=10, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute(_TABLE)
            self._db.execute("CREATE INDEX IF NOT EXISTS seen_at ON seen (at)")
            self._db.execute("DELETE FROM seen WHERE at < ?", (time.time() - keep,))
            self._release_of_the_dead()
        except sqlite3.Error as error:
            raise ConfigurationError(f"{self._path} cannot be used to remember deliveries: {error}") from None

    def claim(self, key: str, /) -> bool:
        """Take a key; return False when it is taken already."""
        now = time.time()
        values = (key, now, _owner(), now - self._keep)
        with self._lock, closing(self._db.execute(_CLAIM, values)) as cursor:
            return cursor.rowcount == 1

    def release(self, key: str, /) -> None:
        """Give a key back."""
        with self._lock:
            self._db.execute("DELETE FROM seen WHERE key = ?", (key,)).close()

    def confirm(self, *keys: str) -> None:
        """Note that what some keys stand for was done: their claims outlive this process."""
        with self._lock:
            self._db.executemany("UPDATE seen SET owner = NULL WHERE key = ?", [(key,) for key in keys]).close()

    def _release_of_the_dead(self) -> None:
        owners = [owner for (owner,) in self._db.execute("SELECT DISTINCT owner FROM seen WHERE owner IS NOT NULL")]
        dead = [(owner,) for owner in owners if not _is_alive(owner)]
        self._db.executemany("DELETE FROM seen WHERE owner = ?", dead)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _owner() -> str:
    return f"{os.getpid()}:{_RUN}"


def _is_alive(owner: str) -> bool:
    process, _, run = owner.partition(":")
    if int(process) == os.getpid():
        return run == _RUN  # in a container, every run of a program may have the same number
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return True
