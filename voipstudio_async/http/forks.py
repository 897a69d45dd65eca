"""What must begin afresh in a child process after a fork: threads, loops and connections stay with the parent."""

from __future__ import annotations

import ctypes
import os
import weakref
from typing import Any, Protocol


class Renewable(Protocol):
    """Something that belongs to one process."""

    def renew(self) -> None:
        """Begin afresh."""
        ...


_all: weakref.WeakSet[Any] = weakref.WeakSet()


def renew_after(thing: Renewable) -> None:
    """Renew a thing in every child process, as long as it lives."""
    _all.add(thing)


def keep(*things: Any) -> None:
    """Hold what a child inherited until its process is gone.

    Collected, be it while the interpreter ends, a connection would be closed that the parent still uses, and a portal
    would be waited for whose thread does not exist here. No Python object outlives the end of the interpreter: so a
    count that never goes back to zero has to do.
    """
    for thing in things:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))


def _renew_all() -> None:
    for thing in list(_all):
        thing.renew()


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_renew_all)
