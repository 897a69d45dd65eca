"""Stores of keys: bounded, shared between processes, and what a process that was killed leaves behind."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from voipstudio_async import ConfigurationError
from voipstudio_async.webhooks import MemorySeen, SqliteSeen


@pytest.fixture(params=["memory", "sqlite"])
def seen(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    if request.param == "memory":
        yield MemorySeen()
        return
    with SqliteSeen(tmp_path / "seen.db") as store:
        yield store


def test_a_key_is_claimed_once_until_it_is_released(seen: Any) -> None:
    assert [seen.claim("a"), seen.claim("a"), seen.claim("b")] == [True, False, True]
    seen.release("a")
    seen.release("never claimed")
    assert [seen.claim("a"), seen.claim("b")] == [True, False]


def test_of_many_threads_one_claims_a_key(seen: Any) -> None:
    won: list[bool] = []
    threads = [threading.Thread(target=lambda: won.append(seen.claim("a"))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won.count(True) == 1


def test_memory_forgets_the_oldest_key() -> None:
    seen = MemorySeen(size=2)
    assert [seen.claim(key) for key in "abc"] == [True] * 3
    assert len(seen) == 2
    assert [seen.claim("c"), seen.claim("a")] == [False, True]


@pytest.mark.parametrize("size", [0, -1, True, "7", None])
def test_a_size_is_a_positive_number(size: Any) -> None:
    with pytest.raises(ConfigurationError, match="size"):
        MemorySeen(size)


def test_a_file_remembers_over_runs_and_forgets_in_the_end(tmp_path: Path) -> None:
    path = tmp_path / "seen.db"
    with SqliteSeen(path) as first:
        first.claim("a")
        first.confirm("a")
    with SqliteSeen(path) as second:
        assert not second.claim("a")
    with SqliteSeen(path, keep=-1) as third:
        assert third.claim("a")


def test_two_stores_of_one_process_share_a_file(tmp_path: Path) -> None:
    with SqliteSeen(tmp_path / "seen.db") as one, SqliteSeen(tmp_path / "seen.db") as other:
        assert one.claim("a")
        assert not other.claim("a")


def test_what_a_killed_process_had_claimed_and_not_done_is_free_again(tmp_path: Path) -> None:
    code = (
        "import os, sys\nfrom voipstudio_async.webhooks import SqliteSeen\n"
        "seen = SqliteSeen(sys.argv[1])\nseen.claim('begun')\nseen.claim('done')\nseen.confirm('done')\nos._exit(9)"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "seen.db"], check=False)
    assert done.returncode == 9
    with SqliteSeen(tmp_path / "seen.db") as seen:
        assert [seen.claim("begun"), seen.claim("done")] == [True, False]


@pytest.mark.parametrize("content", [b"no database" * 200, None])
def test_what_is_no_database_is_told(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "seen.db" if content else tmp_path
    if content:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="cannot be used to remember deliveries"):
        SqliteSeen(path)


def claimed_by(owner: str, path: Path, *, since: float = 0.0) -> None:
    """Leave a claim of another owner in a file, so many seconds ago."""
    with SqliteSeen(path) as seen, seen._using() as db:
        db.execute("INSERT INTO seen VALUES ('a', ?, ?)", (time.time() - since, owner))


@pytest.mark.parametrize(
    ("owner", "is_free"),
    [
        (f"{os.getpid()}:earlier:{socket.gethostname()}", True),
        (f"1:earlier:{socket.gethostname()}", False),
        (f"{os.getpid()}:earlier:another-container", False),
        ("4000000:earlier:another-container", False),
    ],
    ids=["an earlier run with our number", "a process that lives", "another container", "a process of another machine"],
)
def test_only_the_claims_of_the_dead_are_given_back(owner: str, is_free: bool, tmp_path: Path) -> None:
    claimed_by(owner, tmp_path / "seen.db")
    with SqliteSeen(tmp_path / "seen.db") as seen:
        assert seen.claim("a") is is_free


def test_a_claim_that_nobody_confirmed_ends_with_its_lease(tmp_path: Path) -> None:
    claimed_by("1:earlier:another-container", tmp_path / "seen.db", since=100)
    with SqliteSeen(tmp_path / "seen.db", lease=200) as seen:
        assert not seen.claim("a")
    with SqliteSeen(tmp_path / "seen.db", lease=50) as seen:
        assert seen.claim("a")
        seen.confirm("a")
    with SqliteSeen(tmp_path / "seen.db", lease=0) as seen:
        assert not seen.claim("a")


def test_a_file_that_was_closed_is_opened_again(tmp_path: Path) -> None:
    seen = SqliteSeen(tmp_path / "seen.db")
    seen.claim("a")
    seen.close()
    seen.close()
    assert not seen.claim("a")
    seen.close()


def test_old_keys_are_forgotten_while_it_runs(tmp_path: Path) -> None:
    with SqliteSeen(tmp_path / "seen.db", keep=0.0) as seen:
        for number in range(2000):
            seen.claim(f"k{number}")
        with seen._using() as db:
            assert db.execute("SELECT count(*) FROM seen").fetchone()[0] <= 1001


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_file_is_used_on_both_sides_of_a_fork(tmp_path: Path) -> None:
    code = """
import os, sys
from voipstudio_async.webhooks import SqliteSeen
seen = SqliteSeen(sys.argv[1])
seen.claim("before")
child = os.fork()
print(os.getpid() if child else "child", seen.claim("before"), flush=True)
if not child:
    seen.claim("of the child"); seen.confirm("of the child"); os._exit(0)
os.waitpid(child, 0)
print(seen.claim("of the child"))
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, tmp_path / "seen.db"], capture_output=True, text=True, check=True
    )
    assert sorted(line.split()[-1] for line in done.stdout.splitlines()) == ["False"] * 3
    assert done.stderr == ""
