"""One budget for all processes of a machine: locks in a folder, which the system gives back when a process dies.

============  =====================================================================================================
``0``, ``1``  a place for one request under way each: whoever has the lock of the file has the place
``bucket``    when the next request may begin, and until when nobody may: two moments of the machine's clock
============  =====================================================================================================

Nobody waits in the system for a lock: a process that is stopped while it has one must not stop the loops of others.
"""

from __future__ import annotations

import asyncio
import os
import random
import struct
import sys
import threading
import time
from pathlib import Path
from typing import Any

import attrs

from ..errors import ConfigurationError
from ..files import check_folder
from . import forks
from .limiter import Held
from .retry import MAX_WAIT
from .settings import how_many, positive_count, positive_number, seconds

if sys.platform != "win32":
    import fcntl

_MOMENTS = struct.Struct("<dd")
_NEXT, _CLOSED = 0, 8
"""Where the two moments stand in the file."""
_LOOK = 0.02
"""Seconds after which who waits for a place looks again, at most."""
_SHORTEST = 0.001
_INEXACT = 0.001
"""Seconds: the difference of two moments is not exact."""


def _path(value: str | os.PathLike[str]) -> Path:
    try:
        return Path(value)
    except TypeError:
        raise ConfigurationError(f"FileGate.folder is the path of a folder, got {type(value).__name__}") from None


@attrs.define(eq=False, repr=False)
class FileGate:
    """So many requests at once, and so many a second, for all processes of this machine that name the same folder.

    When the API asks one of them to wait, all do. A process that is killed keeps nothing. Give every process the same
    numbers. It needs a local disk, and a system with ``flock``: not Windows.
    """

    folder: Path = attrs.field(converter=_path)
    """Where the locks are; it is made if it is not there. It must stay as long as a process uses it."""
    concurrency: int = attrs.field(default=16, converter=how_many, validator=positive_count)
    """Requests under way at once, of all processes together."""
    per_second: float | None = attrs.field(default=None, converter=seconds, validator=positive_number)
    """Requests begun in a second, of all processes together, or None for as many as the API takes."""
    _bucket: int | None = attrs.field(init=False, default=None)
    _files: dict[int, int] = attrs.field(init=False, factory=dict[int, int])
    """The files of the places that were opened, by their number."""
    _taken: list[int] = attrs.field(init=False, factory=list[int])
    _mine: threading.Lock = attrs.field(init=False, factory=threading.Lock)
    """The locks of files are those of this object: its threads do not keep each other out by them."""

    def __attrs_post_init__(self) -> None:
        if sys.platform == "win32":
            raise ConfigurationError("FileGate needs flock, which Windows has not")
        check_folder(self.folder.parent)
        try:
            self.folder.mkdir(exist_ok=True)
        except OSError as error:
            raise ConfigurationError(f"{self.folder}: {error.strerror}") from None
        check_folder(self.folder)
        forks.renew_after(self)

    def __repr__(self) -> str:
        return f"FileGate({str(self.folder)!r}, {self.concurrency}, {self.per_second})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.folder, self.concurrency, self.per_second)

    def __del__(self) -> None:
        self._close()

    def renew(self) -> None:
        """Begin afresh in a child process: the places that were taken are the parent's, who releases them."""
        self._mine = threading.Lock()
        self._close()

    def _close(self) -> None:
        # Closed here, a file that a parent process has open as well stays locked.
        opened = [*getattr(self, "_files", {}).values(), getattr(self, "_bucket", None)]
        self._files, self._taken, self._bucket = {}, [], None
        for file in opened:
            if file is not None:
                os.close(file)

    @property
    def pause(self) -> float:
        """How many seconds nobody is let in; 0 when the gate is open."""
        with self._mine:
            return self._waits()[1]

    def enter_at_once(self) -> bool:
        """Take a place, and a turn, if there are both."""
        with self._mine:
            bucket = self._opened()
            if not _lock(bucket):
                return False
            try:
                return not any(self._waits()) and self._take()
            finally:
                _unlock(bucket)

    async def enter(self, held: Held | None = None) -> None:
        """Wait for a place. Who came first is not known to others: it is luck who of those who wait is next."""
        while not self.enter_at_once():
            with self._mine:
                turn, pause = self._waits()
            # Those who wait look at different times.
            spread = random.uniform(_LOOK / 2, _LOOK)  # noqa: S311 - needs no cryptography
            if pause and held is not None:
                held(pause + spread)
            await asyncio.sleep(pause + spread if pause else max(_SHORTEST, min(spread, turn or spread)))

    def leave(self) -> None:
        """Release a place."""
        with self._mine:
            if self._taken:
                _unlock(self._files[self._taken.pop()])

    def slow_down(self, seconds: float) -> None:
        """Let no process in for some seconds; a longer pause stands."""
        with self._mine:
            # Without the lock, for which others might have to be waited for. Of two that write at once one wins.
            if seconds > self._waits()[1]:
                self._write(_CLOSED, time.monotonic() + min(seconds, MAX_WAIT))

    def ease(self) -> None:
        """Do nothing: how many are let in at once is fixed."""

    def _opened(self) -> int:
        if self._bucket is None:
            self._bucket = self._open("bucket")
        return self._bucket

    def _open(self, name: str) -> int:
        try:
            return os.open(self.folder / name, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise ConfigurationError(f"{self.folder / name}: {error.strerror}") from None

    def _waits(self) -> tuple[float, float]:
        """Return how many seconds it is until the next turn, and until the end of a pause."""
        found = os.pread(self._opened(), _MOMENTS.size, 0)
        now = time.monotonic()
        turn, pause = (moment - now for moment in _MOMENTS.unpack(found.ljust(_MOMENTS.size, b"\0")))
        # What is further away than it can be was written before the machine was started anew.
        return _within(turn, self._interval), _within(pause, MAX_WAIT)

    @property
    def _interval(self) -> float:
        return 0.0 if self.per_second is None else 1 / self.per_second

    def _take(self) -> bool:
        if not any(map(self._locked, range(self.concurrency))):
            return False
        if self.per_second is not None:
            self._write(_NEXT, time.monotonic() + self._interval)
        return True

    def _locked(self, number: int) -> bool:
        if number in self._taken:
            return False
        if number not in self._files:
            self._files[number] = self._open(str(number))
        if not _lock(self._files[number]):
            return False
        self._taken.append(number)
        return True

    def _write(self, place: int, moment: float) -> None:
        os.pwrite(self._opened(), struct.pack("<d", moment), place)


def _within(seconds: float, most: float) -> float:
    return min(seconds, most) if 0 < seconds <= most + _INEXACT else 0.0


def _lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _unlock(file: int) -> None:
    fcntl.flock(file, fcntl.LOCK_UN)
