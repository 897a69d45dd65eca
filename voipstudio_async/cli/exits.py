"""How a command ends: its exit code, and one clear line on stderr with what to do.

====  ==========================================================================
code  meaning
====  ==========================================================================
0     everything was done
1     something could not be fetched, written or served, or may not be all; stderr
      names it
2     wrong usage: the command cannot work as it was given
129   ended by SIGHUP: the terminal was closed
130   ended by Ctrl-C
141   whoever read the output has gone (``| head``)
143   ended by SIGTERM
====  ==========================================================================
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Generator
from contextlib import contextmanager, suppress

import typer

from . import signals
from .streams import ReaderGone
from .terminal import tame

FAILED = 1
USAGE = 2
INTERRUPTED = 130
READER_GONE = 141

WHERE_TOKENS_ARE_MADE = "Administration, edit user, API Keys"


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


def say(line: str) -> None:
    """Write one line for the person at the terminal, on stderr."""
    typer.echo(tame(line), err=True)
