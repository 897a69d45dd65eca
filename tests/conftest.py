"""Fixtures that several test modules share."""

from __future__ import annotations

import gc
import ipaddress
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from effort import examples, is_own_share
from faces import FACES, opened
from hypothesis import settings
from recorder import Recorder

from voipstudio_async.sandbox import Sandbox

TOKEN = "0123456789abcdef0123456789abcdef01234567"

# How long an example takes is a matter of the machine, and of what else it does. The same examples are tried in every
# run, so that what lands does not depend on luck; `HYPOTHESIS_PROFILE=search` tries others each time.
settings.register_profile("steady", deadline=None, derandomize=True, max_examples=examples(100))
settings.register_profile("search", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

# A shell starts what it sends to the background deaf to Ctrl-C, and a program inherits that.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what other runs try."""
    own = [item for item in items if is_own_share(item.nodeid)]
    if len(own) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if not is_own_share(item.nodeid)])
        items[:] = own


def pytest_collection_finish() -> None:
    """Leave what was imported and collected to itself: looking through it takes longer than most tests do."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in ("VOIPSTUDIO_API_TOKEN", "VOIPSTUDIO_API_URL", "VOIPSTUDIO_PROFILE", "VOIPSTUDIO_LOG"):
        monkeypatch.delenv(name, raising=False)
    # A folder that is not there: whoever runs the tests may have logged in.
    monkeypatch.setenv("VOIPSTUDIO_CONFIG_DIR", str(tmp_path_factory.getbasetemp() / "no-configuration"))


@pytest.fixture(autouse=True)
def no_names_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Know no hosts but this one: another might answer, or nobody, which takes the system longer than the test."""
    look_up = socket.getaddrinfo

    def local(host: bytes | str | None, *args: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and name != "localhost" and not _is_address(name):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return look_up(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", local)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@pytest.fixture(params=FACES, ids=["async", "blocking"])
def face(request: pytest.FixtureRequest) -> type[Any]:
    """The class of the client: a test that asks for it runs once for each face."""
    found: type[Any] = request.param
    return found


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A small account. It serves from a thread, so that it answers while the blocking face holds the test's own."""
    with Sandbox(users=4, calls=60, seed=7, token=TOKEN) as server:
        yield server


@pytest.fixture
async def client(face: type[Any], sandbox: Sandbox) -> AsyncIterator[Any]:
    """A client of either face, at the sandbox."""
    async with opened(face, sandbox.token, base_url=sandbox.url) as made:
        yield made


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """A server that keeps bytes and answers what it was told to."""
    with Recorder() as server:
        yield server


@pytest.fixture
async def recorded(face: type[Any], recorder: Recorder) -> AsyncIterator[Any]:
    """A client of either face, at the recorder, that sends every request once."""
    from voipstudio_async import RetryPolicy

    async with opened(face, TOKEN, base_url=recorder.url, retry=RetryPolicy(attempts=1)) as made:
        yield made


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Name every hostile server that was met, and how each face came through."""
    met: dict[str, list[str]] = {}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, ()):
            where, _, rest = report.nodeid.partition("::test_a_hostile_server[")
            if where.endswith("hostile/test_bench.py"):
                face, _, name = rest.removesuffix("]").partition("-")
                met.setdefault(name, []).append(f"{face} {outcome}")
    if met:
        terminalreporter.section("hostile servers")
        for name in sorted(met):
            terminalreporter.write_line(f"{name}: {', '.join(sorted(met[name]))}")
