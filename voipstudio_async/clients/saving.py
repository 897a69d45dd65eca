"""Saving a download: to a path, into a folder, or to an open file; whole or not at all.

A file is written in batches, each in a thread, so that a slow disk does not hold the loop up; one that fits into a
single batch is opened, written and put in its place in one go.
"""

from __future__ import annotations

import contextlib
import io
import os
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from email.message import Message
from pathlib import Path
from typing import BinaryIO

from ..errors import ConfigurationError, DecodeError
from ..files import check, written
from ..http.threads import in_thread
from ..operations.file_names import safe_name
from ..operations.files import FileKind, Saved, Target
from ..wire.exchange import Reply

_BATCH = 2**20


class FileSink:
    """Takes one download to its target."""

    def __init__(self, target: Target, kind: FileKind) -> None:
        self.size = 0
        self.path: Path | None = None
        self._kind = kind
        self._target = _checked(target)
        self._headers: Mapping[str, str] = {}
        self._pieces: list[bytes] = []
        self._held = 0
        self._start: int | None = None
        self._manager: AbstractContextManager[BinaryIO] | None = None
        self._file: BinaryIO | None = None
        self._fresh = True
        self._lock = threading.Lock()

    @property
    def is_spent(self) -> bool:
        """Whether something was written that cannot be taken back: to a pipe, for instance."""
        return self._file is not None and self._start is None and not self._fresh

    def begin(self, headers: Mapping[str, str]) -> bool:
        """Begin again from nothing; an answer in JSON is not written as it comes."""
        self._headers = headers
        self._pieces = []
        self._held = self.size = 0
        self._fresh = True
        return not _is_json(headers)

    async def write(self, piece: bytes) -> None:
        """Take the next piece."""
        self._pieces.append(piece)
        self._held += len(piece)
        if self._kind.size is not None and self.size + self._held > self._kind.size:
            # At once: a body without end would fill the disk before anybody counted it.
            size = self.size + self._held
            raise DecodeError("", f"the file has {size} bytes or more, where its record says {self._kind.size}")
        if self._held >= _BATCH:
            await in_thread(self._flush)

    async def finish(self, reply: Reply) -> Saved:
        """Write what is left, and put the file in its place."""
        if reply.body:
            self._headers = reply.headers
            self._pieces.append(self._unpacked(reply))
        await in_thread(self._complete)
        return Saved(self.path, self.size, (self._kind.media if reply.body else "") or _type_of(reply.headers))

    async def discard(self) -> None:
        """Leave nothing behind of a download that failed."""
        if self._manager is not None:
            await in_thread(self._abandon)

    def _unpacked(self, reply: Reply) -> bytes:
        if self._kind.unpack is None:
            raise DecodeError("", "the answer is JSON, and not a file")
        return self._kind.unpack(reply)

    def _flush(self) -> None:
        with self._lock:
            file = self._rewound()
            self.size += sum(map(len, self._pieces))
            file.writelines(self._pieces)
            self._pieces = []
            self._held = 0

    def _rewound(self) -> BinaryIO:
        """Return the file, opened, and emptied when a body has just begun."""
        if self._fresh and self._kind.check is not None:
            self._kind.check(b"".join(self._pieces))
        if self._file is None:
            self._manager = self._opened()
            self._file = self._manager.__enter__()
            self._start = self._file.tell() if self._file.seekable() else None
        elif self._fresh and self._start is not None:
            self._file.seek(self._start)
            self._file.truncate()
        self._fresh = False
        return self._file

    def _opened(self) -> AbstractContextManager[BinaryIO]:
        if not isinstance(self._target, Path):
            return contextlib.nullcontext(self._target)
        self.path = self._target
        if self.path.is_dir():
            self.path /= safe_name(_name_of(self._headers)) or self._kind.name
        return written(self.path)

    def _complete(self) -> None:
        size = self.size + sum(map(len, self._pieces))
        if not size:
            raise DecodeError("", "the answer is empty, and not a file")
        if self._kind.size is not None and size != self._kind.size:
            raise DecodeError("", f"the file has {size} bytes, where its record says {self._kind.size}")
        self._flush()
        if self._file is not None and self.path is None:
            self._file.flush()
        if self._manager is not None:
            self._manager.__exit__(None, None, None)
        self._manager = None

    def _abandon(self) -> None:
        with self._lock, contextlib.suppress(_Abandoned, OSError, ValueError):
            manager, self._manager = self._manager, None
            if self.path is None and self._start is not None and self._file is not None:
                self._file.seek(self._start)
                self._file.truncate()
            if manager is not None:
                manager.__exit__(_Abandoned, _Abandoned(), None)


class _Abandoned(Exception):
    """Takes the place of what went wrong, which the file need not know."""


def _checked(target: Target) -> Path | BinaryIO:
    """Refuse what cannot be written to before anything is asked."""
    if not isinstance(target, (str, os.PathLike)):
        _check_open(target)
        return target
    path = Path(target)
    if not path.is_dir():
        check(target)
    return path


def _check_open(target: object) -> None:
    if isinstance(target, io.TextIOBase):
        raise ConfigurationError("the target is open as text: open it in binary mode, open(path, 'wb')")
    if not callable(getattr(target, "write", None)):
        raise ConfigurationError(f"the target is a path, a folder or an open binary file, got {type(target).__name__}")


def _header(headers: Mapping[str, str], name: str) -> Message:
    message = Message()
    message[name] = " ".join(headers.get(name, "").split())
    return message


def _name_of(headers: Mapping[str, str]) -> str:
    return _header(headers, "Content-Disposition").get_filename() or ""


def _type_of(headers: Mapping[str, str]) -> str:
    return headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _is_json(headers: Mapping[str, str]) -> bool:
    told = _type_of(headers)
    return told in ("application/json", "text/json") or told.endswith("+json")
