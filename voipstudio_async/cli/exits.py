"""The exit codes of the commands, and how a command speaks to the person at the terminal.

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

import typer

from .terminal import tame

FAILED = 1
USAGE = 2
INTERRUPTED = 130
READER_GONE = 141

WHERE_TOKENS_ARE_MADE = "Administration, edit user, API Keys"


def say(line: str) -> None:
    """Write one line for the person at the terminal, on stderr."""
    typer.echo(tame(line), err=True)
