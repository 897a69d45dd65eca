"""Undoing a ``Content-Encoding`` in small pieces: what inflates a thousandfold is stopped before it fills the memory.

aiohttp would do this too, but its older versions inflate all that has arrived at once.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

ENCODINGS = "gzip, deflate"
"""What is asked for, as ``Accept-Encoding`` says it."""

_PIECE = 2**16
_GZIP = 31  # zlib's number for a gzip header and the largest window
_ZLIB = 15
_BARE = -15


class BadEncoding(ValueError):
    """The body is not what its ``Content-Encoding`` says."""


class Unpacker:
    """Unpacks one body."""

    def __init__(self, encoding: str) -> None:
        if encoding not in ("gzip", "x-gzip", "deflate"):
            raise BadEncoding("it was not asked for")
        self._gzip = encoding != "deflate"
        self._inflate: Any = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Return what some more bytes stand for, piece by piece."""
        while data:
            if self._inflate is None:
                self._inflate = self._begin(data)
            try:
                piece = self._inflate.decompress(data, _PIECE)
            except zlib.error:
                raise BadEncoding("it is damaged") from None
            data = self._rest()
            if piece:
                yield piece

    def end(self) -> None:
        """Check that the body is complete."""
        if self._inflate is not None and not self._inflate.eof:
            raise BadEncoding("it breaks off")

    def _begin(self, data: bytes) -> Any:
        # "deflate" means a zlib header, but some servers leave it out.
        headless = not self._gzip and data[0] & 0x0F != zlib.DEFLATED
        return zlib.decompressobj(_GZIP if self._gzip else _BARE if headless else _ZLIB)

    def _rest(self) -> bytes:
        rest: bytes = self._inflate.unconsumed_tail
        if self._gzip and self._inflate.eof and self._inflate.unused_data:
            # A gzip file may have several members, one behind the other.
            rest = self._inflate.unused_data
            self._inflate = None
        return rest
