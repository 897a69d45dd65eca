"""A lock for one holder at a time, in all threads and processes of a machine; a crash frees it."""

from __future__ import annotations

import contextlib
import errno
import io
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
_OURS, _MADE = (1, b"lock"), (5, b"made")
"""What is written into the file, and where: behind the first byte, which is the one that is locked on Windows."""
_TEXTS = (_OURS[1], _OURS[1] + _MADE[1], _MADE[1])
_LONGEST = 64


class FolderLock:
    """A lock on a file in a folder, which is made for it; who holds it may remove both.

    A folder that was there before stays, even when it is empty: the file says whether its folder was made for it, and
    says so also to whoever finds both after a crash.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self._handle: int | None = None
        self._has_made_folder = False

    def acquire(self) -> bool:
        """Take the lock, and make its folder; False where somebody else holds it.

        :raises ConfigurationError: the file system has no locks
        """
        for _ in range(_MOST_TRIES):
            handle = self._opened()
            try:
                # Also into the file of another holder, who has come between the two steps, and is to remove the folder.
                if self._has_made_folder:
                    _write(handle, *_MADE)
                if not _locked(handle):
                    os.close(handle)
                    return False
                if self._is_there(handle):
                    _write(handle, *_OURS)
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
        is_folder_made = os.fstat(handle).st_size > _MADE[0]
        if sys.platform == "win32":
            os.close(handle)
        if remove:
            with contextlib.suppress(OSError):
                self.place.unlink()
                if is_folder_made:
                    self.place.parent.rmdir()
        if sys.platform != "win32":
            os.close(handle)

    def _opened(self) -> int:
        for _ in range(_MOST_TRIES):
            with contextlib.suppress(FileExistsError):
                self.place.parent.mkdir(mode=0o700)
                self._has_made_folder = True
            with contextlib.suppress(FileNotFoundError):
                return os.open(self.place, os.O_RDWR | os.O_CREAT, 0o600)
        raise ConfigurationError(f"{self.place.parent} cannot be made: others make and remove it all the time")

    def _is_there(self, handle: int) -> bool:
        try:
            return os.path.samestat(os.fstat(handle), self.place.stat())
        except FileNotFoundError:
            return False


def is_lock(place: Path) -> bool | None:
    """Tell whether a file is one that a lock has made, and not somebody else's of the same name.

    None for an empty one, which may be anybody's: whoever made it may have been killed before it wrote into it.
    """
    try:
        with place.open("rb", buffering=0) as file:
            text = b"" if file.seek(0, os.SEEK_END) == 0 else _text_of(file)
    except IsADirectoryError:
        return False
    except OSError:
        return True  # whoever had it has just removed it; and where it may not be read, `acquire` says so
    return text in _TEXTS if text else None


def _text_of(file: io.FileIO) -> bytes:
    file.seek(_OURS[0])
    # What had not reached the disk at a loss of power is zeros.
    return file.read(_LONGEST).strip(b"\0")


def _write(handle: int, place: int, text: bytes) -> None:
    # A disk that is full is told when the rows are written.
    with contextlib.suppress(OSError):
        os.lseek(handle, place, os.SEEK_SET)
        os.write(handle, text)
    os.lseek(handle, 0, os.SEEK_SET)


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
