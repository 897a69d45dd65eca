"""What stdout and stderr are written through: everything, or an error; never a part that passes for the whole.

Python can be told not to buffer (``-u``, ``PYTHONUNBUFFERED``). One large write may then end after a part of it, as on
a full disk, and nobody is told. Here there is always a buffer, which goes on until all is written.
"""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

# Generic, and no checker may ask of what.
_WRAPPER: Any = io.TextIOWrapper


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
    # Python has no stdout at all where it was closed before the start.
    stdout: TextIO | None = sys.stdout
    sys.stdout = _closed("standard output") if stdout is None else guarded(stdout, "standard output", is_data=True)
    sys.stderr = guarded(sys.stderr, "standard error")


def guarded(stream: TextIO, name: str, *, is_data: bool = False) -> TextIO:
    """Return a stream that writes to the same place as this one, or this one where it is no plain file or pipe.

    Data is written as UTF-8 wherever it does not go to a terminal, and its ends of lines as they are.
    """
    is_wrapper: bool = isinstance(stream, _WRAPPER)
    if not is_wrapper:
        return stream
    wrapper: Any = stream
    # A name that the terminal has no letters for must not end the command.
    wrapper.reconfigure(errors="backslashreplace")
    raw: Any = getattr(wrapper.buffer, "raw", wrapper.buffer)
    if not isinstance(raw, io.FileIO):
        return stream
    stream.flush()
    written = io.BufferedWriter(Descriptor(raw.fileno(), name))
    is_watched = stream.isatty()
    at_once: bool = wrapper.line_buffering or is_watched
    # Data is UTF-8 whatever the settings of the place are: what cannot be written in them would be altered.
    encoding = stream.encoding if is_watched or not is_data else "utf-8"
    return io.TextIOWrapper(written, encoding, stream.errors, newline="\n", line_buffering=at_once)


def _closed(name: str) -> TextIO:
    """Return a stream that refuses what is written to it."""
    unwritable = os.open(os.devnull, os.O_RDONLY)
    return io.TextIOWrapper(io.BufferedWriter(Descriptor(unwritable, name)), encoding="utf-8")
