"""Libraries that only some functions need: imported when they are, with an error that says what to install."""

from __future__ import annotations

import importlib
from typing import Any

from .errors import ConfigurationError


def needed(module: str, extra: str) -> Any:
    """Import a module, or say which extra brings it."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        library = module.partition(".")[0]
        raise ConfigurationError(f"this needs {library}: pip install 'voipstudio_async[{extra}]'") from error
