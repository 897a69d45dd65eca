"""Work in threads of its own, and the end of the process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CANCELLED_TWICE = """
import asyncio, os, sys, threading
from pathlib import Path
from voipstudio_async.http.threads import in_thread
begun, ending = threading.Event(), threading.Event()
def work():
    begun.set()
    ending.wait(60)
    threading.Event().wait(0.2)
    Path(sys.argv[1]).write_text("in order")
async def main():
    task = asyncio.create_task(in_thread(work))
    await asyncio.to_thread(begun.wait)
    for _ in range(2):
        task.cancel()
        await asyncio.sleep(0)
    await asyncio.wait([task])
    # Not left to be written at the end, which a forked child would do as well.
    print(task.cancelled(), Path(sys.argv[1]).exists(), flush=True)
asyncio.run(main())
if sys.argv[2] == "fork" and os.fork() == 0:
    sys.exit()
ending.set()
"""


@pytest.mark.parametrize("how", ["end", "fork"])
def test_work_that_nobody_waits_for_any_more_is_done_before_the_process_ends(how: str, tmp_path: Path) -> None:
    if how == "fork" and sys.platform == "win32":
        pytest.skip("this system does not fork")
    target = tmp_path / "target"
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", CANCELLED_TWICE, str(target), how],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "True False\n", "")
    assert target.read_text() == "in order"
