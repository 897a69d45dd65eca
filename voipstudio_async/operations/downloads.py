"""The files of many things: what a listing or ids name, saved into a folder; begun again, only what is missing.

::

    result = await client.recordings.download_all(client.recordings.list(since), "recordings")

Each file is one input of a bulk run, and so has one outcome: its path, or why there is none.
"""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import AsyncIterable, Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, cast, overload

import attrs

from ..entities.arguments import count
from ..entities.base import Entity
from ..errors import ConfigurationError, ValidationError
from ..files import check_folder, sweep
from ..http.threads import in_thread
from .base import Awaited, Bound, Derived, Operation, Resource
from .file_names import Name, Namer
from .files import Download
from .keys import check_id
from .outcomes import BulkResult, Progress
from .signatures import signature_of

E = TypeVar("E", bound=Entity)
Out = TypeVar("Out")

AT_ONCE = 4
"""Files under way at once, if nothing is said."""
Folder = str | os.PathLike[str]


class AwaitedFiles(Protocol[E, Out]):
    """Saves the files of many things, asynchronously."""

    @overload
    def __call__(
        self,
        source: Iterable[E] | AsyncIterable[E],
        folder: Folder,
        *,
        name: str | Callable[[E], str] | None = None,
        concurrency: int = AT_ONCE,
        skip_existing: bool = True,
        progress: Progress | None = None,
    ) -> Awaited[BulkResult[E, Out]]: ...
    @overload
    def __call__(
        self,
        source: Iterable[int] | AsyncIterable[int],
        folder: Folder,
        *,
        name: str | Callable[[int], str] | None = None,
        concurrency: int = AT_ONCE,
        skip_existing: bool = True,
        progress: Progress | None = None,
    ) -> Awaited[BulkResult[int, Out]]: ...


class BlockingFiles(Protocol[E, Out]):
    """Saves the files of many things, and waits for them."""

    @overload
    def __call__(
        self,
        source: Iterable[E],
        folder: Folder,
        *,
        name: str | Callable[[E], str] | None = None,
        concurrency: int = AT_ONCE,
        skip_existing: bool = True,
        progress: Progress | None = None,
    ) -> BulkResult[E, Out]: ...
    @overload
    def __call__(
        self,
        source: Iterable[int],
        folder: Folder,
        *,
        name: str | Callable[[int], str] | None = None,
        concurrency: int = AT_ONCE,
        skip_existing: bool = True,
        progress: Progress | None = None,
    ) -> BulkResult[int, Out]: ...


class _Files(Derived[AwaitedFiles[E, Out], BlockingFiles[E, Out]], Generic[E, Out]):
    """The files of many things, each on its own: one that fails does not end the run."""

    may_be_later = False
    """Whether a 400 says that there is no file yet."""

    def __init__(self, entity: type[E], one: Download, summary: str) -> None:
        super().__init__(summary)
        self.statuses = one.statuses
        self.one = one
        self._entity = entity

    def returns(self) -> str:
        return "a `BulkResult` with the path of each file; a failure is an outcome, not an exception."

    def signature(self) -> inspect.Signature:
        own = signature_of(type(self).start).parameters.values()
        return inspect.Signature(list(own)[2:])

    def start(
        self,
        resource: Resource[Any],
        source: Iterable[Any] | AsyncIterable[Any],
        folder: Folder,
        *,
        name: Name | None = None,
        concurrency: int = AT_ONCE,
        skip_existing: bool = True,
        progress: Progress | None = None,
    ) -> Any:
        if isinstance(source, (str, bytes)) or not isinstance(source, Iterable | AsyncIterable):
            raise ConfigurationError(f"{self.name} takes a listing or a list of ids, got {type(source).__name__}")
        place = _folder(folder)
        namer = Namer(self.one.called, self.one.type.ending, name)
        namer.check(each.name for each in attrs.fields(self._entity))
        at_once = count("concurrency", concurrency, 1)
        each = _OneFile(self, self._entity, place, namer, at_once, skip_existing=skip_existing)
        # Twice as many: those that have come whole are put on the disk while the next ones come.
        return resource._caller.many(Bound(each, resource), source, concurrency=2 * at_once, progress=progress)


class DownloadAll(_Files[E, Path], Generic[E]):
    """The files of many things: ``client.recordings.download_all(client.recordings.list(), "folder")``."""


class DownloadAllReady(_Files[E, Path | None], Generic[E]):
    """The files of many things, some of which have none yet: the value is None for an invoice that is not completed.

    The API answers 400 then. No text of it is documented, so the status decides.
    """

    may_be_later = True

    def returns(self) -> str:
        return (
            "a `BulkResult` with the path of each file, or None where there is none yet; a failure is an outcome, not "
            "an exception."
        )


class _OneFile(Operation[Any, Any]):
    """One of them: what `BulkResult` has its outcomes from. Equal inputs share a file, as it is a GET."""

    method = "GET"

    def __init__(
        self,
        whole: _Files[Any, Any],
        entity: type[Entity],
        folder: Path,
        namer: Namer,
        at_once: int,
        *,
        skip_existing: bool,
    ) -> None:
        super().__init__(whole.summary)
        self.name = whole.name
        self._one = whole.one
        self._may_be_later = whole.may_be_later
        self._entity = entity
        self._folder = folder
        self._namer = namer
        self._skip_existing = skip_existing
        self._places = asyncio.Semaphore(at_once)
        self._is_swept = False

    def signature(self) -> inspect.Signature:
        return inspect.Signature([inspect.Parameter("thing", inspect.Parameter.POSITIONAL_ONLY)])

    def start(self, resource: Resource[Any], thing: Any, /) -> Any:
        return self._saved(resource, thing)

    async def _saved(self, resource: Resource[Any], thing: Any) -> Path | None:
        if not self._is_swept:
            self._is_swept = True
            await in_thread(partial(sweep, self._folder))
        id, size = self._known(thing)
        path = self._folder / self._namer(thing, id)
        if path.is_dir():
            raise ConfigurationError(f"{path} is a folder: the file cannot be saved under this name")
        if self._skip_existing and _is_complete(path, size):
            return path
        try:
            kind = attrs.evolve(self._one.kind(id, size), places=self._places)
            await resource._caller.download(self._one.request(resource._path, id), path, kind)
        except ValidationError:
            if not self._may_be_later:
                raise
            return None
        return path

    def _known(self, thing: Any) -> tuple[int, int | None]:
        """Return the id, and the size where the record has one."""
        if not isinstance(thing, Entity):
            return check_id(thing), None
        if not isinstance(thing, self._entity):
            raise ConfigurationError(
                f"{self.name} takes records of the class {self._entity.__name__}, got {type(thing).__name__}"
            )
        record: Any = thing
        return check_id(record.id), getattr(record, "size", None)


def _folder(folder: Any) -> Path:
    if not isinstance(folder, (str, os.PathLike)):
        raise ConfigurationError(f"folder is the path of a folder, got {type(folder).__name__}")
    path = Path(cast("str", folder))
    check_folder(path)
    return path


def _is_complete(path: Path, size: int | None) -> bool:
    """Tell whether a file need not be fetched: files appear whole, so one that is there is complete."""
    try:
        found = path.stat().st_size
    except FileNotFoundError:
        return False
    return found == size if size is not None else found > 0
