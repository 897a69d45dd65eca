"""Imports, the time from nothing to a first answer, and the making and closing of clients."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping

import aiohttp
import attrs
import httpx
import requests

from voipstudio_async import AsyncVoipStudio, VoipStudio

from .generated import PACKAGE, Generated
from .measure import OURS, Figure, Plan, Result, Sample, compare, timed
from .server import Server

PARTS = "aiohttp + attrs + cattrs + yarl + anyio"
NOTHING = "the bare interpreter"
WITH_CLIENT = f"{OURS}, with the client"
CLIENT_MADE = f"{OURS}, with a client made"
IMPORTS = {
    NOTHING: "pass",
    OURS: "import voipstudio_async",
    # The package gives its names when they are asked for: this is what a program does.
    WITH_CLIENT: "from voipstudio_async import AsyncVoipStudio",
    # The first client imports aiohttp and cattrs.
    CLIENT_MADE: "from voipstudio_async import AsyncVoipStudio; AsyncVoipStudio('t')",
    PARTS: "import aiohttp, attrs, cattrs, yarl, anyio",
    "httpx + pydantic": "import httpx, pydantic; pydantic.BaseModel",
    "requests": "import requests",
}
_ASYNC = """
import asyncio
{imports}
async def main():
    async with {client} as client:
        {call}
asyncio.run(main())
"""
FIRST_ANSWERS = {
    OURS: _ASYNC.format(
        imports="from voipstudio_async import AsyncVoipStudio",
        client="AsyncVoipStudio('t', base_url={url!r})",
        call="await client.users.get(7)",
    ),
    f"{OURS}, blocking": (
        "from voipstudio_async import VoipStudio\nwith VoipStudio('t', base_url={url!r}) as client: client.users.get(7)"
    ),
    "aiohttp": _ASYNC.format(
        imports="import aiohttp",
        client="aiohttp.ClientSession()",
        call="await (await client.get({url!r} + '/users/7')).json()",
    ),
    "httpx": _ASYNC.format(
        imports="import httpx", client="httpx.AsyncClient()", call="(await client.get({url!r} + '/users/7')).json()"
    ),
    "requests": "import requests; requests.get({url!r} + '/users/7').json()",
}


def results(plan: Plan, server: Server, generated: Generated) -> Iterator[Result]:
    """Measure."""
    slow = attrs.evolve(plan.slow(), most=30)
    codes = IMPORTS | ({"generated client": f"import {PACKAGE}.api.users.users_get"} if generated.present else {})
    yield _above_nothing(compare("import", "Import", _processes(codes, generated), slow, unit="ms", item="import"))
    answers = {name: code.format(url=server.url()) for name, code in FIRST_ANSWERS.items()} | {NOTHING: "pass"}
    yield compare(
        "first-answer", "From nothing to a first answer", _processes(answers, generated), slow, unit="ms", item="run"
    )
    for name, title, url in (
        ("make", "Make and close a client", ""),
        ("use", "Make, use once and close", server.url()),
    ):
        with asyncio.Runner() as runner:
            yield compare(name, title, _clients(runner, url), plan, unit="us", item="client")


def _processes(codes: Mapping[str, str], generated: Generated) -> dict[str, Sample]:
    path = os.pathsep.join(filter(None, [str(generated.folder), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path}
    # As after an installation, nothing has to be compiled: the first round, which is not measured, leaves it all here.
    environment["PYTHONPYCACHEPREFIX"] = str(generated.folder / "compiled")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return {name: lambda code=code: _process(code, environment) for name, code in codes.items()}


def _process(code: str, environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    return time.perf_counter() - began


def _above_nothing(result: Result) -> Result:
    """Return what comes on top of the interpreter's own start."""
    base = result.figures[NOTHING]
    figures = {
        name: Figure(max(0.0, figure.median - base.median), max(0.0, figure.p10 - base.p10), figure.samples)
        for name, figure in result.figures.items()
        if name != NOTHING
    }
    return attrs.evolve(result, title="Import, on top of the bare interpreter", figures=figures)


def _clients(runner: asyncio.Runner, url: str) -> dict[str, Sample]:
    times = 5 if url else 20
    work: dict[str, Callable[[], object]] = {
        OURS: lambda: runner.run(_ours(url)),
        f"{OURS}, blocking": lambda: _ours_blocking(url),
        "aiohttp": lambda: runner.run(_with(aiohttp.ClientSession, url)),
        "httpx": lambda: runner.run(_with(httpx.AsyncClient, url)),
        "requests": lambda: _with_requests(url),
    }
    return {name: timed(each, times) for name, each in work.items()}


async def _ours(url: str) -> None:
    async with AsyncVoipStudio("token", base_url=url) as client:
        if url:
            await client.users.get(7)


def _ours_blocking(url: str) -> None:
    with VoipStudio("token", base_url=url) as client:
        if url:
            client.users.get(7)


async def _with(kind: Callable[[], aiohttp.ClientSession] | Callable[[], httpx.AsyncClient], url: str) -> None:
    async with kind() as client:
        if url:
            await _body(client, f"{url}/users/7")


def _body(client: aiohttp.ClientSession | httpx.AsyncClient, url: str) -> Awaitable[object]:
    return _read(client, url) if isinstance(client, aiohttp.ClientSession) else client.get(url)


async def _read(client: aiohttp.ClientSession, url: str) -> bytes:
    async with client.get(url) as response:
        return await response.read()


def _with_requests(url: str) -> None:
    with requests.Session() as session:
        if url:
            _ = session.get(f"{url}/users/7").content
