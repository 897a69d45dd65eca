"""The two screens: stdout for data, stderr for what is said about it.

Colours only on a terminal, and not with ``NO_COLOR``.
"""

from __future__ import annotations

import os
import sys
from typing import IO

from rich.console import Console

_WIDTH_OF_A_FILE = 120
"""Columns of a table that no terminal shows."""


def data_console(file: IO[str]) -> Console:
    """Return the console that tables are drawn on."""
    on_terminal = file.isatty()
    width = None if on_terminal or os.environ.get("COLUMNS", "").isdigit() else _WIDTH_OF_A_FILE
    return Console(file=file, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def message_console() -> Console:
    """Return the console for progress and messages."""
    return Console(file=sys.stderr, highlight=False, markup=False, emoji=False)


def is_watched() -> bool:
    """Whether somebody may be looking at stderr, so that progress is worth drawing."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
