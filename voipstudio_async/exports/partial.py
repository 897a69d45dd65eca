"""A file that is not complete yet: a folder beside the target, whose content goes on after an interruption.

It holds the rows so far and ``checkpoint.json``, which says how much of them counts and where the listing goes on. A
checkpoint is replaced in one step, after the rows that it speaks of have reached the disk: whatever happens, the two
fit together.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path
from typing import Any

from ..errors import ConfigurationError
from ..files import folder_to_disk, to_disk

_CHECKPOINT = "checkpoint.json"


class PartialFile:
    """The folder ``<target>.partial``."""

    def __init__(self, target: Path) -> None:
        self.target = Path(os.path.realpath(target))
        if self.target.exists() and not self.target.is_file():
            raise ConfigurationError(f"{self.target} is there already, and is no file")
        if not self.target.parent.is_dir():
            raise ConfigurationError(f"there is no folder {self.target.parent}")
        self.folder = self.target.with_name(f"{self.target.name}.partial")
        self.cure = f"run without resume to start over, or remove {self.folder}"
        """What helps when there is nothing to go on from."""

    def path(self, name: str) -> Path:
        """Return the place of a file in the partial file."""
        return self.folder / name

    def begin(self) -> None:
        """Start with nothing."""
        self.discard()
        self.folder.mkdir(mode=0o700)

    def discard(self) -> None:
        """Throw the partial file away."""
        if self.folder.is_dir():
            shutil.rmtree(self.folder)

    def load(self) -> dict[str, Any] | None:
        """Return the checkpoint; None when there is none to go on from."""
        try:
            found = json.loads(self.path(_CHECKPOINT).read_bytes())
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise ConfigurationError(f"{self.path(_CHECKPOINT)} is not readable: {self.cure}") from error
        return dict(found)

    def save(self, checkpoint: dict[str, Any]) -> None:
        """Replace the checkpoint."""
        fresh = self.path(f"{_CHECKPOINT}.new")
        with fresh.open("wb") as file:
            file.write(json.dumps(checkpoint).encode())
            to_disk(file)
        fresh.replace(self.path(_CHECKPOINT))
        folder_to_disk(self.folder)

    def publish(self, name: str) -> None:
        """Put a file of the folder in the target's place, with the permissions that the target had."""
        final = self.path(name)
        if self.target.exists():
            final.chmod(stat.S_IMODE(self.target.stat().st_mode))
        with final.open("rb") as file:
            os.fsync(file.fileno())
        final.replace(self.target)
        folder_to_disk(self.target.parent)
        self.discard()
