"""A file that is not complete yet: a folder beside the target, whose content goes on after an interruption.

It holds the rows so far and ``checkpoint.json``, which says how much of them counts and where the listing goes on. A
checkpoint is replaced in one step, after the rows that it speaks of have reached the disk: whatever happens, the two
fit together. One export at a time has it; what no export made is never removed.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, cast
from zlib import crc32

from .. import files
from ..errors import ConfigurationError
from .lock import FolderLock, is_lock

_CHECKPOINT = "checkpoint.json"
_LOCK = "lock"
_OURS = re.compile(rf"{_CHECKPOINT}(\.new)?|{_LOCK}|rows|part-[0-9]{{5,}}\.arrow")
_VERSION = 2
_LARGEST = 10_000_000
"""Bytes of a checkpoint: what is larger is none."""
_CHUNK = 1 << 20
_LONGEST_NAME = 200
"""Bytes of a target's name that its folder is called by; systems allow 255, with the ending."""


class PartialFile:
    """The folder ``<target>.partial``."""

    def __init__(self, target: str | os.PathLike[str]) -> None:
        files.check(target)
        if files.is_stream(target):
            raise ConfigurationError(
                f"{target} is a device or a pipe: an export is a file, which is counted and can be gone on with;"
                " write one, and copy it there"
            )
        self.target = Path(os.path.realpath(target))
        self.folder = self.target.with_name(f"{_short(self.target.name)}.partial")
        self.cure = f"run without resume to start over, or remove {self.folder}"
        """What helps when there is nothing to go on from."""
        self._lock = FolderLock(self.path(_LOCK))
        _check_folders(self.target, self.folder)

    def path(self, name: str) -> Path:
        """Return the place of a file in the partial file."""
        return self.folder / name

    def acquire(self) -> None:
        """Be the only one who has it, until `release`; that ends with the process, too.

        :raises ConfigurationError: another export has it, or the folder is none of an export
        """
        if not _is_ours(self.folder):
            raise ConfigurationError(
                f"{self.folder} was made by no export, and is left as it is: to start over, move it away or choose"
                " another target"
            )
        with files.naming(self.target):
            is_mine = self._lock.acquire()
        if not is_mine:
            raise ConfigurationError(
                f"another export to {self.target} is under way: wait until it has ended, or choose another target"
            )

    def release(self) -> None:
        """Let others have it."""
        self._lock.release()

    def begin(self) -> None:
        """Start with nothing."""
        self._remove(but=_LOCK)

    def discard(self) -> None:
        """Throw the partial file away, and let others have it."""
        self._remove(but=_LOCK)
        self._lock.release(remove=True)

    def _remove(self, but: str) -> None:
        # The checkpoint first: what it speaks of is not to go before it.
        for each in sorted(self.folder.iterdir(), key=lambda each: each.name != _CHECKPOINT):
            if each.name != but and _OURS.fullmatch(each.name):
                if each.is_dir():
                    raise ConfigurationError(f"{each} is a folder, which no export made: move it away to start over")
                each.unlink(missing_ok=True)

    def load(self) -> dict[str, Any] | None:
        """Return the checkpoint; None when there is none to go on from.

        :raises ConfigurationError: it is damaged, or of another version
        """
        place = self.path(_CHECKPOINT)
        try:
            with place.open("rb") as file:
                found = json.loads(file.read(_LARGEST))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError) as error:
            raise ConfigurationError(f"{place} is not readable: {self.cure}") from error
        if not isinstance(found, dict):
            raise ConfigurationError(f"{place} is no checkpoint: {self.cure}")
        fields = cast("dict[str, Any]", found)
        if fields.get("v") != _VERSION:
            raise ConfigurationError(f"{place} was made by another version: {self.cure}")
        if fields.pop("sum", None) != _sum(fields):
            raise ConfigurationError(f"{place} is damaged: {self.cure}")
        return fields

    def save(self, checkpoint: dict[str, Any]) -> None:
        """Replace the checkpoint."""
        fields = {"v": _VERSION, **checkpoint}
        fresh = self.path(f"{_CHECKPOINT}.new")
        with fresh.open("wb") as file:
            file.write(json.dumps(fields | {"sum": _sum(fields)}).encode())
            files.to_disk(file)
        fresh.replace(self.path(_CHECKPOINT))
        files.folder_to_disk(self.folder)

    def publish(self, name: str) -> None:
        """Put a file of the folder in the target's place, with the permissions and the owner that the target had."""
        final = self.path(name)
        with final.open("rb") as file:
            os.fsync(file.fileno())
        files.put(final, self.target)
        # It is in its place: what is left over is no reason to say that it is not.
        with contextlib.suppress(OSError):
            self.discard()


def checksum(file: BinaryIO) -> int:
    """Add up what is left of a file."""
    found = 0
    while chunk := file.read(_CHUNK):
        found = crc32(chunk, found)
    return found


def _check_folders(target: Path, folder: Path) -> None:
    files.check_folder(target.parent)
    if (target.parent / _LOCK).exists() and target.parent.suffix == ".partial":
        raise ConfigurationError(f"{target.parent} is the folder of another export: choose a target outside of it")
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise ConfigurationError(
            f"{folder}, where the rows of the export would wait, is there and no folder: move it away to start over"
        )


def _is_ours(folder: Path) -> bool:
    """Tell whether an export made a folder, or nobody has: it has its lock, or a checkpoint without one."""
    try:
        names = {each.name for each in folder.iterdir()}
    except FileNotFoundError:
        return True
    is_known = is_lock(folder / _LOCK) if _LOCK in names else None
    if is_known is not None or names <= {_LOCK}:
        return is_known is not False
    return _CHECKPOINT in names and all(_OURS.fullmatch(name) and (folder / name).is_file() for name in names)


def _sum(fields: dict[str, Any]) -> str:
    """Add up a checkpoint, so that damage is seen; without ``listing``, which is there for people."""
    counted = {name: value for name, value in fields.items() if name != "listing"}
    return sha256(json.dumps(counted, sort_keys=True).encode()).hexdigest()[:16]


def _short(name: str) -> str:
    encoded = os.fsencode(name)
    if len(encoded) <= _LONGEST_NAME:
        return name
    return f"{encoded[:_LONGEST_NAME].decode(errors='ignore')}~{sha256(encoded).hexdigest()[:8]}"
