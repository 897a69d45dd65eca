"""Questions to the person at the terminal: asked on stderr, since stdout may be a file."""

from __future__ import annotations

import sys

from ..errors import ConfigurationError, UnsafeOperationError
from .terminal import tame


def is_asked() -> bool:
    """Whether there is a person who can answer."""
    return sys.stdin.isatty()


def line(prompt: str) -> str:
    """Ask for a line.

    :raises ConfigurationError: the input has ended
    """
    sys.stderr.write(tame(prompt))
    sys.stderr.flush()
    given = sys.stdin.readline()
    if not given:
        raise ConfigurationError(f"there was no answer to {prompt.strip(' :?')!r}")
    return given.strip()


def password(prompt: str) -> str:
    """Ask for a password, which is not shown.

    :raises ConfigurationError: the input has ended, or would show what is typed
    """
    # Imported where they are wanted: few commands ask.
    import getpass  # noqa: PLC0415
    import warnings  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(prompt)
    except EOFError:
        fault = "no password was given"
    except getpass.GetPassWarning:
        fault = "this terminal would show the password; in a script, use VOIPSTUDIO_API_TOKEN or --token-file"
    raise ConfigurationError(fault)


def confirm(what: str, *, yes: bool) -> None:
    """Ask before something is done that rings a phone, sends a message or costs money; ``--yes`` is the answer.

    :raises UnsafeOperationError: it was not confirmed
    """
    if yes:
        return
    if not is_asked():
        raise UnsafeOperationError(f"{what}: that cannot be taken back, and nobody can be asked here; add --yes")
    if line(f"{what}? [y/N] ").lower() not in ("y", "yes"):
        raise UnsafeOperationError("nothing was done: it was not confirmed")
