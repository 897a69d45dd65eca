"""Files that the API has: what is known of one before it is fetched, what becomes of it, and what saves it.

``client.recordings.download(7, "folder")`` streams ``GET /monitors/7.mp3`` into a file, whole or not at all. To write
it is the caller's affair; here is what tells a file from an error page, and takes one out of JSON, as invoices come.
"""

from __future__ import annotations

import base64
import binascii
import inspect
import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import attrs

from ..entities.arguments import count
from ..entities.scalars import is_object
from ..errors import DecodeError
from ..wire.exchange import Reply, Request
from ..wire.parsing import parse
from .base import Awaited, Operation, R_co, Resource
from .description import Answers, FileType
from .keys import ID, check_id
from .signatures import call_signature

Target = str | os.PathLike[str] | BinaryIO
"""Where a download goes: the path of a file, a folder, or a file opened in binary mode."""

_LARGEST = 2**53


@attrs.frozen
class Saved:
    """A download that is complete."""

    path: Path | None
    """Where it is; None when the target was an open file."""
    size: int
    """Its bytes."""
    type: str
    """The type that the server told, ``audio/mpeg`` for instance; empty when it told none."""


@attrs.frozen(kw_only=True)
class FileKind:
    """What is known of a file before it is fetched."""

    name: str
    """Its name in a folder, when the server tells none."""
    media: str = ""
    """Its type, which the server does not tell where it comes inside of JSON."""
    size: int | None = None
    """Its bytes, where a record says so: another size is refused."""
    check: Callable[[bytes], None] | None = None
    """Looks at the beginning, before anything is written, and raises `DecodeError` when it is something else."""
    unpack: Callable[[Reply], bytes] | None = None
    """Takes the file out of an answer in JSON; without it, such an answer is a `DecodeError`."""
    places: AbstractAsyncContextManager[Any] | None = None
    """Bounds how many are on their way at once; one that is being put on the disk has come, and counts no more."""


PDF = FileType(".pdf", "application/pdf", (b"%PDF",))
MP3 = FileType(".mp3", "audio/mpeg", (b"ID3", *(bytes((0xFF, second)) for second in range(0xE0, 0x100)), b"RIFF"))
"""With its tags, bare frames, or wrapped as a WAV."""


def unpack(reply: Reply) -> bytes:
    """Take a file out of ``{"data": {"mime_type": ..., "base64": ...}}``."""
    envelope = parse(reply.body)
    data = envelope.get("data", envelope) if is_object(envelope) else None
    packed = data.get("base64") if is_object(data) else None
    if not isinstance(packed, str):
        raise DecodeError("data.base64", "is missing: the answer is JSON, and has no file in it")
    try:
        return base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        raise DecodeError("data.base64", "is not Base64") from None


class Downloader(Protocol[R_co]):
    """An operation that saves a file."""

    def __call__(self, id: int, /, target: Target, *, size: int | None = None) -> R_co: ...


class Download(Operation[Downloader[Awaited[Saved]], Downloader[Saved]]):
    """The file of one thing: ``GET /monitors/7.mp3``, saved.

    `target` is a path, a folder or an open binary file; `size` is what its record says, and is compared.
    """

    method = "GET"
    answers = Answers.FILE
    success = (200,)
    statuses = (400, 401, 403, 404)

    def __init__(self, summary: str, type: FileType, *, name: str, in_json: bool = False) -> None:
        """Declare a download; files in a folder are called `name`, a dash and the id, if the server tells no name."""
        super().__init__(summary, "{id}" + type.ending, ID)
        self.file = self.type = type
        self.file_in_json = in_json
        self.called = name

    def returns(self) -> str:
        return "`Saved`: the path, the size and the type."

    def signature(self) -> inspect.Signature:
        return call_signature(Downloader)

    def start(self, resource: Resource[Any], id: int, /, target: Target, *, size: int | None = None) -> Any:
        return resource._caller.download(self.request(resource._path, id), target, self.kind(id, size))

    def request(self, path: str, id: int) -> Request:
        """Return the request for the file of one thing."""
        return Request("GET", self.place(path, id))

    def kind(self, id: int, size: int | None) -> FileKind:
        """Return what is known of the file of one thing."""
        return FileKind(
            name=f"{self.called}-{check_id(id)}{self.type.ending}",
            media=self.type.media,
            size=None if size is None else count("size", size, 0, _LARGEST),
            check=self.type.check,
            unpack=unpack,
        )
