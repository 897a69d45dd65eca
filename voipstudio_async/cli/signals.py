"""Signals that end a command as Ctrl-C does: nothing is left half written, and the exit code tells which it was."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

_Handler = Callable[[int, FrameType | None], Any] | signal.Handlers

_NAMES = ("SIGTERM", "SIGHUP")
_SHELLS_OFFSET = 128
"""What a shell adds to the number of the signal that ended a process."""

_caught: list[int] = []


def install() -> None:
    """Let the signals end this process in an orderly way; one that it was started to ignore (``nohup``) stays so."""
    _answer(signal.SIG_DFL, _end)


def code(otherwise: int) -> int:
    """Return the exit code for the signal that was caught, or another one where there was none."""
    return _SHELLS_OFFSET + _caught[0] if _caught else otherwise


def _answer(before: _Handler, now: _Handler) -> None:
    for name in _NAMES:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == before:
            signal.signal(number, now)


def _end(number: int, frame: FrameType | None) -> None:
    # One is enough: a second, as service managers send it, does not disturb what the first has begun to tidy up. Python
    # gives our answers up as it ends, but leaves what is ignored, so that the exit code tells of the first to the last.
    if _caught:
        return
    _caught.append(number)
    _answer(_end, signal.SIG_IGN)
    interrupt = signal.getsignal(signal.SIGINT)
    # A loop that is running has an answer of its own to Ctrl-C: it cancels its work.
    if callable(interrupt):
        interrupt(signal.SIGINT, frame)
    else:
        raise KeyboardInterrupt
