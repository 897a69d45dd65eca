"""Where data goes: to stdout, or to a file that appears only when it is complete."""

from __future__ import annotations

import contextlib
import io
import shutil
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import IO

import typer

from .. import files
from ..errors import ConfigurationError
from .exits import USAGE, say
from .streams import ReaderGone

_TO_STDOUT = Path("-")


def named(text: str) -> Path:
    """Read the name of a file as it was given: a path would lose what says that it is the name of a folder."""
    try:
        files.check_name(text)
    except ConfigurationError as error:
        # Not as the library would say it, in a box behind the usage of the command.
        say(f"error: {error}")
        raise typer.Exit(USAGE) from None
    return Path(text)


def check(target: Path | None, option: str = "--output") -> None:
    """Refuse a target that cannot be written, before anything is fetched."""
    if target is not None and not is_stdout(target):
        files.check(target, option)


def is_stdout(target: Path | None) -> bool:
    """Whether there is no file to write to."""
    return target is None or target == _TO_STDOUT


@contextlib.contextmanager
def opened(target: Path | None) -> Generator[IO[str]]:
    """Open stdout, or a target that is written as `voipstudio_async.files` says; text is UTF-8."""
    if target is None or is_stdout(target):
        yield sys.stdout
        return
    try:
        with files.written(target) as file:
            text = io.TextIOWrapper(file, encoding="utf-8", newline="", line_buffering=file.isatty())
            yield text
            text.flush()
            text.detach()
    except BrokenPipeError:
        raise ReaderGone(str(target)) from None


@contextlib.contextmanager
def whole(target: Path) -> Generator[Path]:
    """Yield the path to write a file to: the target; for stdout another, whose bytes go there when it is complete."""
    if not is_stdout(target):
        yield target
        return
    with tempfile.TemporaryDirectory(prefix="voipstudio-") as folder:
        path = Path(folder, "export")
        yield path
        sys.stdout.flush()
        with path.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()
