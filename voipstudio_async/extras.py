"""Libraries that only some functions need: imported when they are, with an error that says what to install."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from .errors import ConfigurationError


def needed(module: str, extra: str, what: str = "this") -> Any:
    """Import a module, or say which extra brings it; `what` is what needs it."""
    library = module.partition(".")[0]
    try:
        importlib.import_module(library)
        return importlib.import_module(module)
    except ImportError as error:
        raise ConfigurationError(missing(what, library, extra)) from error


def check(module: str, extra: str, what: str = "this") -> None:
    """Refuse what needs a module that is not there, without importing it."""
    try:
        is_there = importlib.util.find_spec(module) is not None
    except ValueError:  # it was imported, and is no module any more
        is_there = False
    if not is_there:
        raise ConfigurationError(missing(what, module, extra))


def missing(what: str, library: str, extra: str) -> str:
    """Say that a library is missing, and how to get it."""
    return f"{what} needs {library}, which is not installed: pip install 'voipstudio-async[{extra}]'"
