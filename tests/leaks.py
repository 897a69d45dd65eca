"""What a test must not leave behind: threads, tasks, sockets, and places in the limiter or the pool."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

_OPEN_FILES = Path("/proc/self/fd")


def open_sockets() -> dict[str, str]:
    """Name the connections of this process, each with its two ends; none where the system does not list them."""
    found = {}
    if _OPEN_FILES.exists():
        for entry in _OPEN_FILES.iterdir():
            # What is closed meanwhile is not open.
            with suppress(OSError):
                inode = str(entry.readlink())
                if inode.startswith("socket:"):
                    found[inode] = _ends(int(entry.name))
    return {inode: ends for inode, ends in found.items() if ends}


def _ends(descriptor: int) -> str:
    # A copy is looked at: to close the object would close the descriptor.
    with socket.socket(fileno=os.dup(descriptor)) as plug:
        if plug.type is not socket.SOCK_STREAM:
            return ""  # the system may still look up a name whose answer nobody waits for
        try:
            return f"{plug.getsockname()} -> {plug.getpeername()}"
        except OSError as error:
            return f"{plug.getsockname()} -> {error}"


@contextmanager
def nothing_left() -> Iterator[None]:
    """Check that threads and sockets are afterwards what they were before."""
    gc.collect()
    # What is there now is not looked through again: that takes longer than most tests do.
    gc.freeze()
    threads, sockets = set(threading.enumerate()), open_sockets()
    yield
    gc.collect()
    _wait_for(lambda: set(threading.enumerate()) <= threads and open_sockets().keys() <= sockets.keys())
    threads = set(threading.enumerate()) - threads
    assert not threads, f"threads are left: {threads}"
    left = [ends for inode, ends in open_sockets().items() if inode not in sockets]
    assert not left, f"sockets are left: {left}"


def _wait_for(done: Any) -> None:
    # A thread that was joined may be listed for a moment; and a server of the test's own, in this process, has to hear
    # of the end of a connection before it ends its side.
    for _ in range(1000):
        if done():
            return
        time.sleep(0.01)


def check_idle(client: Any) -> None:
    """Check that a client of either face holds no connection, no place in its limiter, and no task."""
    core = getattr(client._caller, "core", client._caller)
    limiter, session = core.sender.limiter, core.sender.transport._session
    assert limiter._inside == 0, "a place in the limiter is lost"
    assert not limiter._queue
    assert limiter._held == 0
    assert session is None or not session.connector._acquired, "a connection is not given back"
    portal = getattr(client._caller, "portal", None)
    if portal is not None and portal._loop is not None:
        assert not portal._jobs
        portal.run(_only_the_portal)


async def _only_the_portal() -> None:
    await asyncio.sleep(0)
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert len(tasks) == 1, tasks


def check_no_tasks() -> None:
    """Check that the test's own task is the only one of its loop."""
    assert asyncio.all_tasks() == {asyncio.current_task()}
