"""Where a command reads what is not on its command line: a file, or stdin for ``-``."""

from __future__ import annotations

import sys
from pathlib import Path

from ..errors import ConfigurationError


def text(place: str, option: str) -> str:
    """Read the whole of a file that an option names.

    :raises ConfigurationError: it cannot be read
    """
    try:
        return sys.stdin.read() if place == "-" else Path(place).read_text("utf-8")
    except UnicodeDecodeError:
        raise ConfigurationError(f"{option}: {place} is not a text in UTF-8") from None
    except OSError as error:
        raise ConfigurationError(f"{option}: {place}: {error.strerror}") from None


def secret(place: str, option: str) -> str:
    """Read a secret: the first line of a file that an option names.

    :raises ConfigurationError: there is none
    """
    found = text(place, option).partition("\n")[0].strip()
    if not found:
        raise ConfigurationError(f"{option}: the first line of {'stdin' if place == '-' else place} is empty")
    return found
