"""The boundary of a command: what it raises becomes a line on stderr and an exit code."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Generator
from contextlib import contextmanager, suppress

import typer

from . import signals
from .exits import INTERRUPTED, READER_GONE, say
from .streams import ReaderGone


@contextmanager
def ended(*, debug: bool = False) -> Generator[None]:
    """End a command: turn what it raises into a line on stderr and an exit code."""
    try:
        yield
        sys.stdout.flush()
    except ReaderGone:
        raise typer.Exit(READER_GONE) from None
    except KeyboardInterrupt:
        _say_interrupted()
        raise typer.Exit(signals.code(INTERRUPTED)) from None
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:
        # Not imported before: without an error, the program starts in half the time.
        from .advice import code_of, explained  # noqa: PLC0415

        if debug:
            traceback.print_exc()
        say(f"error: {explained(error)}")
        raise typer.Exit(code_of(error)) from None


def _say_interrupted() -> None:
    # Where the terminal was closed, nobody is told.
    with suppress(OSError):
        # A terminal has just shown ^C: the word stands on a line of its own.
        say("\ninterrupted" if sys.stderr.isatty() else "interrupted")
