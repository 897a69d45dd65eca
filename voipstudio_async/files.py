"""Writing a file: it appears when it is complete, and what is no plain file is written to as a shell's ``>`` does.

===============================================  ===================================================================
the target                                       what happens
===============================================  ===================================================================
a plain file, or nothing yet                     written beside it, and put in its place in one step
a link                                           the same with what it leads to; the link stays
a file with several names, of another owner,     written elsewhere, and copied into it when it is complete: a file
mounted alone, or in a folder that is read-only  put in its place would be another one
a device, a pipe, ``/dev/stdout``, ``/dev/fd/``  written to as it comes; nothing can be taken back
===============================================  ===================================================================
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import re
import secrets
import shutil
import stat
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from .errors import ConfigurationError

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_DESCRIPTOR = re.compile(r"/(?:dev|proc/(?:self|[0-9]+))/fd/([0-9]{1,9})")
_STANDARD = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
_OTHER_FILE = (errno.EBUSY, errno.EXDEV)
"""What the system answers where nothing can be put in a file's place, because it is mounted for itself."""
_MOST_LINKS = 40
_PART = re.compile(r"\.[0-9a-f]{16}\.part")
_ANYBODY, _ME = 0o666, 0o600
_SEPARATORS = tuple(filter(None, (os.sep, os.altsep)))
_BINARY: int = getattr(os, "O_BINARY", 0)


class _Raw(io.FileIO):
    """A file whose errors name it, and come once: closing it does not fail again."""

    def __init__(self, descriptor: int, label: str) -> None:
        super().__init__(descriptor, "wb")
        self._label = label
        self._has_failed = False

    def write(self, data: ReadableBuffer, /) -> int:
        """Write some of the data, and return how many bytes that was."""
        if self._has_failed:
            return memoryview(data).nbytes
        try:
            return super().write(data)
        except OSError as error:
            self._has_failed = True
            raise OSError(error.errno, error.strerror, self._label) from None


def check(target: str | os.PathLike[str], name: str = "") -> None:
    """Refuse a target that cannot be written, before anything is fetched; `name` is the option that it came by.

    :raises ConfigurationError: it is a folder, may not be written, or its folder is missing
    """
    path, about = Path(target), f"{name}: " if name else ""
    check_name(target, about)
    found, descriptor = _found(path, about), _descriptor_of(path)
    if found is None and descriptor is not None:
        raise ConfigurationError(f"{about}{path} is not open")
    if found is None:
        check_folder(_resolved(path).parent, about)
    elif stat.S_ISDIR(found.st_mode):
        raise ConfigurationError(f"{about}{path} is a folder")
    elif stat.S_ISSOCK(found.st_mode) and descriptor is None:
        raise ConfigurationError(f"{about}{path} is a socket, and cannot be written to like a file")
    elif descriptor is None and not os.access(path, os.W_OK):
        raise ConfigurationError(f"{about}{path} may not be written to")


def check_name(target: str | os.PathLike[str], about: str = "") -> None:
    """Refuse the name of a folder, also of one that is not there."""
    if os.fspath(target).endswith(_SEPARATORS):
        raise ConfigurationError(
            f"{about}{os.fspath(target)} is a folder by its name; write that of the file behind it"
        )


def check_folder(folder: Path, about: str = "") -> None:
    """Refuse a folder that nothing can be put into."""
    if not folder.is_dir():
        raise ConfigurationError(f"{about}there is no folder {folder}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigurationError(f"{about}the folder {folder} cannot be written to")


@contextlib.contextmanager
def written(target: str | os.PathLike[str]) -> Generator[BinaryIO]:
    """Open a file that appears when the block is left, complete and on the disk.

    When the block raises anything, Ctrl-C included, a target that is a file stays as it was and nothing is left beside
    it. The permissions of a file that is there stay; a new one has those that the umask gives.

    :raises ConfigurationError: the target cannot be written, see `check`
    :raises OSError: the disk is full, for instance; it names the target
    """
    check(target)
    path = Path(target)
    streamed = _streamed(path)
    if streamed is None:
        with _beside(_resolved(path)) as file:
            yield file
    else:
        with _buffered(streamed, path) as file:
            yield file


def is_stream(target: str | os.PathLike[str]) -> bool:
    """Tell whether a target is a device or a pipe, which takes bytes one after another and keeps none."""
    path = Path(target)
    found = None if _descriptor_of(path) is not None else _found(path, "")
    return _descriptor_of(path) is not None or (
        found is not None and not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode))
    )


def _streamed(path: Path) -> int | None:
    descriptor = _descriptor_of(path)
    if descriptor is not None:
        # Not opened by its name: that would begin a file at its front again, and a socket cannot be opened at all.
        return os.dup(descriptor)
    return os.open(path, os.O_WRONLY | _BINARY) if is_stream(path) else None


def _buffered(descriptor: int, path: Path) -> io.BufferedWriter:
    return io.BufferedWriter(_Raw(descriptor, str(path)))


@contextlib.contextmanager
def _beside(path: Path) -> Generator[BinaryIO]:
    before = _found(path, "")
    is_open_to_us = before is None or os.access(path.parent, os.W_OK | os.X_OK)
    # A name of its own: one made of the target's could be too long.
    place = (path.parent if is_open_to_us else Path(tempfile.gettempdir())) / f".{secrets.token_hex(8)}.part"
    # What is to have the permissions of an older file is not to be seen by others until it has them.
    mode = _ANYBODY if before is None else _ME
    try:
        with naming(path):
            descriptor = _made(place, mode)
        with _claimed(descriptor):
            with _buffered(descriptor, path) as file:
                yield file
                with naming(path):
                    to_disk(file)
            with naming(path):
                _put(place, path, before)
    finally:
        with contextlib.suppress(OSError):
            place.unlink()


def _made(place: Path, mode: int) -> int:
    """Make a file, and lock it as one that is being written, where the system can do that."""
    while True:
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, mode)
        # Between the two steps it may have been taken for one that was left behind.
        if not _lock(descriptor, wait=True) or os.fstat(descriptor).st_nlink:
            return descriptor
        os.close(descriptor)


@contextlib.contextmanager
def _claimed(descriptor: int) -> Generator[None]:
    """Keep the lock of a file also when it is closed, until it is in its place."""
    if sys.platform == "win32":
        yield  # a file that is open cannot be renamed there
        return
    kept = os.dup(descriptor)
    try:
        yield
    finally:
        os.close(kept)


def _lock(descriptor: int, *, wait: bool) -> bool:
    if sys.platform == "win32":
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False  # somebody has it, or this file system has no locks
    return True


def sweep(folder: Path) -> None:
    """Remove what writers that were killed have left in a folder; what is being written is locked, and stays."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _PART.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                _remove_if_left(entry.path)


def _remove_if_left(place: str) -> None:
    with contextlib.suppress(OSError):
        descriptor = os.open(place, os.O_RDWR)
        try:
            if _lock(descriptor, wait=False):
                os.unlink(place)  # noqa: PTH108 - as the entry of a folder gives it
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def naming(path: Path) -> Generator[None]:
    """Let an error of the system name the target, whatever it was about."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from None


def put(place: Path, target: Path) -> None:
    """Put a complete file, which lies in the same file system, in the place of a target; links are not followed."""
    with naming(target):
        _put(place, target, _found(target, ""))


def _put(place: Path, path: Path, before: os.stat_result | None) -> None:
    if before is not None and not _made_alike(place, path, before):
        _copy_into(place, path)
        return
    try:
        place.replace(path)
    except OSError as error:
        if error.errno not in _OTHER_FILE:
            raise
        _copy_into(place, path)
    folder_to_disk(path.parent)


def _made_alike(place: Path, path: Path, before: os.stat_result) -> bool:
    """Copy the owner and the permissions of another file to a file; return False where that is not to be had."""
    if before.st_nlink > 1 or not os.access(path.parent, os.W_OK | os.X_OK):
        return False
    now = place.stat()
    if (now.st_uid, now.st_gid) != (before.st_uid, before.st_gid):
        try:
            os.chown(place, before.st_uid, before.st_gid)
        except OSError:
            return False
    place.chmod(stat.S_IMODE(before.st_mode))
    return True


def _copy_into(place: Path, path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC | _BINARY)
    with place.open("rb") as source, _buffered(descriptor, path) as file:
        shutil.copyfileobj(source, file)
        to_disk(file)


# --- what a path leads to ------------------------------------------------------------------------------------


def _found(path: Path, about: str) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigurationError(f"{about}{path}: {error.strerror}") from None
    except ValueError as error:
        raise ConfigurationError(f"{about}{str(path)!r} is no name of a file: {error}") from None


def _resolved(path: Path) -> Path:
    """Follow links, also one whose end is not there yet."""
    return Path(os.path.realpath(path))


def _descriptor_of(path: Path) -> int | None:
    """Return the open file that a path stands for, as ``/dev/stdout`` and ``/dev/fd/63`` do; None for others."""
    if sys.platform == "win32":
        return None
    place = os.path.abspath(path)  # noqa: PTH100 - links are to be followed one by one, and not at once
    for _ in range(_MOST_LINKS):
        if place in _STANDARD:
            return _STANDARD[place]
        match = _DESCRIPTOR.fullmatch(place)
        if match is not None and _is_mine(place):
            return int(match[1])
        try:
            place = os.path.normpath(os.path.join(os.path.dirname(place), os.readlink(place)))  # noqa: PTH115, PTH118, PTH120
        except (OSError, ValueError):
            return None
    return None


def _is_mine(place: str) -> bool:
    return not place.startswith("/proc/") or place.split("/")[2] in ("self", str(os.getpid()))


# --- the disk ------------------------------------------------------------------------------------------------


def to_disk(file: BinaryIO) -> None:
    """Make sure that what was written stays written."""
    file.flush()
    os.fsync(file.fileno())


def folder_to_disk(folder: Path) -> None:
    """Make sure that what was put into a folder stays there, where the system can do that."""
    if os.name == "nt":
        return  # a folder cannot be opened there, and need not be
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
