"""A lock for one holder at a time, in all threads and processes of a machine; a crash frees it."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from pathlib import Path

from ..errors import ConfigurationError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_HELD = (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)
_MOST_TRIES = 100


class FolderLock:
    """A lock on a file in a folder, which is made for it; who holds it may remove both."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._handle: int | None = None

    def acquire(self) -> bool:
        """Take the lock, and make its folder; False where somebody else holds it.

        :raises ConfigurationError: the file system has no locks
        """
        for _ in range(_MOST_TRIES):
            handle = self._opened()
            try:
                if not _locked(handle):
                    os.close(handle)
                    return False
                if self._is_there(handle):
                    self._handle = handle
                    return True
            except OSError as error:
                os.close(handle)
                raise ConfigurationError(
                    f"{self.place.parent} cannot be locked ({error.strerror}): export to a local folder"
                ) from None
            # Whoever held it has just removed it.
            os.close(handle)
        return False

    def release(self, *, remove: bool = False) -> None:
        """Let the lock go; its file is removed first where that is wanted and possible."""
        if self._handle is None:
            return
        handle, self._handle = self._handle, None
        if sys.platform == "win32":
            os.close(handle)
        if remove:
            with contextlib.suppress(OSError):
                self.place.unlink()
                self.place.parent.rmdir()
        if sys.platform != "win32":
            os.close(handle)

    def _opened(self) -> int:
        for _ in range(_MOST_TRIES):
            with contextlib.suppress(FileExistsError):
                self.place.parent.mkdir(mode=0o700)
            with contextlib.suppress(FileNotFoundError):
                return os.open(self.place, os.O_RDWR | os.O_CREAT, 0o600)
        raise ConfigurationError(f"{self.place.parent} cannot be made: others make and remove it all the time")

    def _is_there(self, handle: int) -> bool:
        try:
            return os.path.samestat(os.fstat(handle), self.place.stat())
        except FileNotFoundError:
            return False


def _locked(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            # Not lockf(): that lets a process hold one lock many times.
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            return False
        raise
    return True
