"""The blocking face in a real Jupyter kernel, whose cells run inside an event loop."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from typing import Any

import pytest

from voipstudio_async.sandbox import Sandbox

jupyter_client = pytest.importorskip("jupyter_client")
pytest.importorskip("ipykernel")

# The kernel and its client have warnings of their own.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def kernel() -> Iterator[Any]:
    manager, client = jupyter_client.manager.start_new_kernel(kernel_name="python3", startup_timeout=60)
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    manager.cleanup_resources()


def _printed(kernel: Any, cell: str) -> str:
    asked = kernel.execute(cell)
    out: str = ""
    while True:
        try:
            message = kernel.get_iopub_msg(timeout=60)
        except queue.Empty:
            raise AssertionError(f"the cell hangs, having printed {out!r}") from None
        if message["parent_header"].get("msg_id") != asked:
            continue
        content = message["content"]
        out += content.get("text", "") + "\n".join(content.get("traceback", []))
        if message["msg_type"] == "status" and content["execution_state"] == "idle":
            return out


def test_both_faces_work_in_cells(kernel: Any, sandbox: Sandbox) -> None:
    begin = f"""
import asyncio
from voipstudio_async import AsyncVoipStudio, VoipStudio
asyncio.get_running_loop()
client = VoipStudio({sandbox.token!r}, base_url={sandbox.url!r})
print(len([user.id for user in client.users.list(page_size=1)]))
"""
    assert _printed(kernel, begin) == "4\n"
    awaited = f"""
async with AsyncVoipStudio({sandbox.token!r}, base_url={sandbox.url!r}) as other:
    print((await other.me()).id == client.me().id)
"""
    assert _printed(kernel, awaited) == "True\n"
    assert _printed(kernel, "client.close(); print('closed')") == "closed\n"
