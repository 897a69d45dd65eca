"""Where data goes: to stdout, or to a file that appears only when it is complete."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from collections.abc import Generator
from pathlib import Path
from typing import IO

from ..errors import ConfigurationError

_TO_STDOUT = Path("-")


def check(target: Path | None, option: str = "--output") -> None:
    """Refuse a target that cannot be written, before anything is fetched."""
    if target is None or is_stdout(target):
        return
    folder = target.absolute().parent
    if target.is_dir():
        raise ConfigurationError(f"{option}: {target} is a folder")
    if not folder.is_dir():
        raise ConfigurationError(f"{option}: there is no folder {folder}")
    if not os.access(folder, os.W_OK):
        raise ConfigurationError(f"{option}: the folder {folder} cannot be written to")


def is_stdout(target: Path | None) -> bool:
    """Whether there is no file to write to."""
    return target is None or target == _TO_STDOUT


@contextlib.contextmanager
def opened(target: Path | None) -> Generator[IO[str]]:
    """Open stdout, or a file beside the target that takes its place when all is written.

    When anything fails, or Ctrl-C comes, the target stays as it was and nothing is left beside it.
    """
    if target is None or is_stdout(target):
        yield sys.stdout
        return
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with beside.open("x", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
