"""Python's cyclic garbage collector, paused while one large page is decoded.

Thousands of new objects in one go make the collector run again and again over rows that cannot be garbage yet: with it,
keeping call records cost four times as much. The pause is for the whole process, so it is counted, covers only
synchronous decoding (some milliseconds), and is always undone. The environment variable ``VOIPSTUDIO_GC_PAUSE=0``
switches it off.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Generator
from contextlib import contextmanager

LARGE = 128 * 1024
"""The size of a body in bytes from which on the pause pays."""

enabled = os.environ.get("VOIPSTUDIO_GC_PAUSE", "1") != "0"

_lock = threading.Lock()
_pauses = 0
_restore = False


@contextmanager
def paused() -> Generator[None, None, None]:
    """Pause the collector while a large body is decoded."""
    if not enabled:
        yield
        return
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _pauses, _restore  # noqa: PLW0603 - the collector is one for the process, and so is the count
    with _lock:
        if _pauses == 0:
            _restore = gc.isenabled()
            gc.disable()
        _pauses += 1


def _renew() -> None:
    """Begin afresh in a child process: the threads whose pauses were counted stayed with the parent."""
    global _lock, _pauses  # noqa: PLW0603
    _lock = threading.Lock()
    if _pauses and _restore:
        gc.enable()
    _pauses = 0


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_renew)


def _leave() -> None:
    global _pauses  # noqa: PLW0603
    with _lock:
        _pauses -= 1
        if _pauses == 0 and _restore:
            gc.enable()
