"""The library's log on stderr: with ``--verbose``, or as much of it as the variable ``VOIPSTUDIO_LOG`` asks for."""

from __future__ import annotations

import logging
import os
from collections.abc import Generator
from contextlib import contextmanager

from ..errors import ConfigurationError
from .exits import say

VARIABLE = "VOIPSTUDIO_LOG"
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class _OnStderr(logging.Handler):
    """Writes records as the remarks of a command are written: what could steer a terminal is shown instead."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            say(self.format(record))
        except OSError:
            self.handleError(record)


@contextmanager
def shown(*, verbose: bool) -> Generator[None]:
    """Show the library's log for as long as a command runs.

    :raises ConfigurationError: the variable names no level
    """
    level = logging.DEBUG if verbose else _asked_for()
    if level is None:
        yield
        return
    logger, handler = logging.getLogger("voipstudio_async"), _OnStderr()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.setLevel(before)
        logger.removeHandler(handler)


def _asked_for() -> int | None:
    word = os.environ.get(VARIABLE, "").strip().lower()
    if word and word not in _LEVELS:
        raise ConfigurationError(f"{VARIABLE} is one of {', '.join(_LEVELS)}, got {word!r}")
    return _LEVELS.get(word)
