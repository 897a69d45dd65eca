"""gevent and eventlet: the blocking client refuses threads that are none, the awaited one needs none."""

from __future__ import annotations

import importlib.util
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from blocking.scripts import run
from conftest import TOKEN

from voipstudio_async import ConfigurationError, VoipStudio
from voipstudio_async.sandbox import Sandbox

PATCHES = {
    "gevent": "from gevent import monkey; monkey.patch_all({})",
    "eventlet": "import warnings; warnings.simplefilter('ignore'); import eventlet; eventlet.monkey_patch({})",
}


def program(library: str, how: str, rest: str, sandbox: Sandbox) -> tuple[int, str, str]:
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed; what is asked of it is simulated in the test below")
    script = f"""
    import subprocess
    text = {PATCHES[library].format(how)!r} + chr(10) + {rest!r}
    sys.exit(subprocess.run([sys.executable, "-c", text, url], timeout=10).returncode)
    """
    return run(script, sandbox.url)


@pytest.mark.parametrize("library", PATCHES)
def test_the_blocking_client_refuses_patched_threads(library: str, sandbox: Sandbox) -> None:
    rest = f"""
import sys
from voipstudio_async import *
try:
    VoipStudio({TOKEN!r}, base_url=sys.argv[1])
except ConfigurationError as error:
    print(error)
"""
    code, out, _ = program(library, "", rest, sandbox)
    assert (code, f"{library} has patched them" in out) == (0, True)


@pytest.mark.parametrize("library", PATCHES)
def test_the_blocking_client_works_where_threads_are_left_alone(library: str, sandbox: Sandbox) -> None:
    rest = f"""
import sys
from voipstudio_async import *
with VoipStudio({TOKEN!r}, base_url=sys.argv[1]) as client:
    print(client.me().id > 0)
"""
    assert program(library, "thread=False", rest, sandbox)[:2] == (0, "True")


@pytest.mark.parametrize("library", PATCHES)
def test_the_awaited_client_works_all_the_same(library: str, sandbox: Sandbox) -> None:
    rest = f"""
import asyncio, sys
from voipstudio_async import *
async def main():
    async with AsyncVoipStudio({TOKEN!r}, base_url=sys.argv[1].replace("127.0.0.1", "localhost")) as client:
        print((await client.me()).id > 0)
asyncio.run(main())
"""
    assert program(library, "", rest, sandbox)[:2] == (0, "True")


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("gevent.monkey", SimpleNamespace(is_module_patched=lambda what: what == "threading")),
        ("eventlet.patcher", SimpleNamespace(is_monkey_patched=lambda what: what == "thread")),
    ],
)
def test_patched_threads_are_refused_with_the_way_out(name: str, module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, module)
    with pytest.raises(ConfigurationError, match=r"patch\w*\(thread=False\), or use AsyncVoipStudio"):
        VoipStudio(TOKEN)
