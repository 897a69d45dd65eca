"""Undoing a ``Content-Encoding`` in small pieces: what inflates a thousandfold is stopped before it fills the memory.

aiohttp would do this too, but its older versions inflate all that has arrived at once.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Any

ENCODINGS = "gzip, deflate"
"""What is asked for, as ``Accept-Encoding`` says it."""

_PIECE = 2**16
_GZIP = 31  # zlib's number for a gzip header and the largest window
_ZLIB = 15
_BARE = -15

_SUPPORTED = {"gzip": True, "x-gzip": True, "deflate": False}
_OTHERS = {"br", "zstd", "compress", "x-compress", "dcb", "dcz", "bzip2", "xz", "lzma"}
"""Names of encodings that exist. Other labels (``utf-8``, ``none``) say nothing about the body, which is as it is."""
_MOST_LAYERS = 3

_FREE_MEMBERS = 64
_MEMBER = 2**10
"""Bytes that a member of a gzip file holds on average, at least: each takes time, however little is in it."""

_FREE = 16 * 2**20
_RATIO = 100
"""How many times its size a body may grow to, once it is larger than `_FREE`."""


class BadEncoding(ValueError):
    """The body is not what its ``Content-Encoding`` says."""


class Inflated(BadEncoding):
    """The body is small, and unpacks to something far too large."""


def unpacker(label: str) -> Unpacker | None:
    """Return what unpacks a body with this ``Content-Encoding``; None for a body that comes as it is."""
    names = [name.strip(" \t\"'").lower() for name in label.split(",")]
    if strange := sorted(_OTHERS.intersection(names)):
        raise BadEncoding(f"{strange[0]} was not asked for")
    layers = [_SUPPORTED[name] for name in names if name in _SUPPORTED]
    if len(layers) > _MOST_LAYERS:
        raise BadEncoding(f"it is packed {len(layers)} times")
    return Unpacker(layers[::-1]) if layers else None


class Unpacker:
    """Unpacks one body, which may be packed more than once."""

    def __init__(self, layers: Iterable[bool]) -> None:
        self._layers = [_Layer(is_gzip) for is_gzip in layers]
        self._taken = 0
        self._given = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Return what some more bytes stand for, piece by piece."""
        self._taken += len(data)
        pieces: Iterator[bytes] = iter((data,))
        for layer in self._layers:
            pieces = layer.unpack(pieces)
        for piece in pieces:
            self._given += len(piece)
            if self._given > _FREE and self._given > _RATIO * self._taken:
                raise Inflated(f"it unpacks to more than {_RATIO} times its size")
            yield piece

    def end(self) -> None:
        """Check that the body is complete."""
        for layer in self._layers:
            layer.end()


class _Layer:
    """One encoding of a body: a stream, or with gzip several of them, one behind the other."""

    def __init__(self, is_gzip: bool) -> None:
        self._is_gzip = is_gzip
        self._inflate: Any = None
        self._is_over = False
        self._has_given = False
        """Whether something has come out of the stream that is being read."""
        self._members = 0
        self._given = 0

    def unpack(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        for data in pieces:
            yield from self._feed(data)

    def end(self) -> None:
        if self._inflate is not None:
            raise BadEncoding("it breaks off")

    def _feed(self, data: bytes) -> Iterator[bytes]:
        # What stands behind the end, and begins no other stream, is left out, as other clients do.
        while data and not self._is_over:
            inflate, data = self._ready(data)
            if not data:
                return
            try:
                piece = inflate.decompress(data, _PIECE)
            except zlib.error:
                self._end_badly()
                return
            data = self._rest()
            if piece:
                self._has_given = True
                self._given += len(piece)
                yield piece

    def _ready(self, data: bytes) -> tuple[Any, bytes]:
        if self._inflate is None:
            data = self._begin(data)
        return self._inflate, data

    def _begin(self, data: bytes) -> bytes:
        if self._members:
            data = data.lstrip(b"\0")  # what fills a file up
            self._is_over = bool(data) and (not self._is_gzip or not data.startswith(b"\x1f"))
            if not data or self._is_over:
                return b""
        self._members += 1
        if self._members > _FREE_MEMBERS + self._given // _MEMBER:
            raise BadEncoding("it is in too many pieces")
        # "deflate" means a zlib header, but some servers leave it out.
        headless = not self._is_gzip and data[0] & 0x0F != zlib.DEFLATED
        self._inflate = zlib.decompressobj(_GZIP if self._is_gzip else _BARE if headless else _ZLIB)
        self._has_given = False
        return data

    def _end_badly(self) -> None:
        if self._members == 1 or self._has_given:
            raise BadEncoding("it is damaged") from None
        self._inflate = None
        self._is_over = True

    def _rest(self) -> bytes:
        rest: bytes = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail
        if self._inflate.eof:
            self._inflate = None
        return rest
