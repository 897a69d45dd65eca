"""The command line, ``voipstudio``. It stands on the public client, and needs the extra ``cli``.

Importing it is cheap: what draws and parses is imported by `main`.
"""

from __future__ import annotations

import sys
from typing import NoReturn

_NEEDED = ("typer", "rich", "click", "shellingham", "platformdirs")


def missing_library(error: ImportError) -> str | None:
    """Say which library of the extra is not there, if that is what went wrong."""
    library = (error.name or "").partition(".")[0]
    if library not in _NEEDED:
        return None
    # It takes a while, and nearly always nothing is missing.
    from ..extras import missing  # noqa: PLC0415

    return f"error: {missing('the command line', library, 'cli')}"


def main() -> NoReturn:
    """Run the command line with the arguments of the process, and exit."""
    try:
        # Not imported with the package: it takes longer than all the rest, and only a command needs it.
        from .app import run  # noqa: PLC0415
    except ImportError as error:
        said = missing_library(error)
        if said is None:
            raise
        sys.stderr.write(f"{said}\n")
        sys.exit(2)
    except KeyboardInterrupt:
        # While the modules were still being imported: nothing was begun.
        sys.exit(130)
    sys.exit(run())


__all__ = ("main",)
