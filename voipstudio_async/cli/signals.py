"""Signals that end a command as Ctrl-C does: nothing is left half written, and the exit code tells which it was."""

from __future__ import annotations

import signal
from types import FrameType

_NAMES = ("SIGTERM", "SIGHUP")
_SHELLS_OFFSET = 128
"""What a shell adds to the number of the signal that ended a process."""

_caught: list[int] = []


def install() -> None:
    """Let the signals end this process in an orderly way; one that it was started to ignore (``nohup``) stays so."""
    for name in _NAMES:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)


def code(otherwise: int) -> int:
    """Return the exit code for the signal that was caught, or another one where there was none."""
    return _SHELLS_OFFSET + _caught[0] if _caught else otherwise


def _end(number: int, frame: FrameType | None) -> None:
    # One is enough: a second, as service managers send it, does not disturb what the first has begun to tidy up.
    if _caught:
        return
    _caught.append(number)
    interrupt = signal.getsignal(signal.SIGINT)
    # A loop that is running has an answer of its own to Ctrl-C: it cancels its work.
    if callable(interrupt):
        interrupt(signal.SIGINT, frame)
    else:
        raise KeyboardInterrupt
