"""What stdout and stderr are written through: everything, or an error; never a part that passes for the whole.

Python can be told not to buffer (``-u``, ``PYTHONUNBUFFERED``). One large write may then end after a part of it, as on
a full disk, and nobody is told. Here there is always a buffer, which goes on until all is written.
"""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class ReaderGone(Exception):
    """Whoever read the output has gone.

    It is no `BrokenPipeError`, because libraries make an exit code of their own of that.
    """


class Descriptor(io.FileIO):
    """A file descriptor that tells of a failure once, and swallows what comes after it.

    Otherwise the interpreter, which flushes once more when it exits, would fail again.
    """

    def __init__(self, descriptor: int, name: str) -> None:
        super().__init__(descriptor, "wb", closefd=False)
        self._label = name
        self.has_failed = False

    def write(self, data: ReadableBuffer, /) -> int:
        """Write some of the data, and give how many bytes that was."""
        if self.has_failed:
            return memoryview(data).nbytes
        try:
            return super().write(data)
        except BrokenPipeError:
            self.has_failed = True
            raise ReaderGone(self._label) from None
        except OSError as error:
            self.has_failed = True
            raise OSError(error.errno, error.strerror, self._label) from None


def guard() -> None:
    """Put stdout and stderr of this process under guard."""
    sys.stdout = guarded(sys.stdout, "standard output")
    sys.stderr = guarded(sys.stderr, "standard error")


def guarded(stream: TextIO, name: str) -> TextIO:
    """Give a stream that writes to the same place as this one, or this one where it is no plain file or pipe."""
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    # A name that the terminal has no letters for must not end the command.
    stream.reconfigure(errors="backslashreplace")
    raw = getattr(stream.buffer, "raw", stream.buffer)
    if not isinstance(raw, io.FileIO):
        return stream
    stream.flush()
    buffer = io.BufferedWriter(Descriptor(raw.fileno(), name))
    at_once = stream.line_buffering or stream.isatty()
    return io.TextIOWrapper(buffer, encoding=stream.encoding, errors=stream.errors, line_buffering=at_once)
