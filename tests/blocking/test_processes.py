"""The blocking face and its process: Ctrl-C, fork, multiprocessing, and an end without close()."""

from __future__ import annotations

import os
import signal
import sys
import threading

import pytest
from blocking.scripts import begin, finish, late_threads, run
from hostile.servers import Hostile, until_left

from voipstudio_async.sandbox import Sandbox

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
interrupts = pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to all programs of a console")


@interrupts
@pytest.mark.parametrize(
    "call",
    ["client.me()", "client.users.list().collect()", "list(client.cdrs.list(prefetch=4))"],
    ids=["call", "collect", "walk"],
)
def test_ctrl_c_ends_the_call_and_the_request(call: str) -> None:
    with Hostile(until_left) as server:
        script = f"""
        try:
            {call}
        except KeyboardInterrupt:
            print("interrupted", len(client._caller.portal._jobs), flush=True)
        os.read(0, 1)
        """
        program = begin(script, server.url)
        _wait(server, 1)
        program.send_signal(signal.SIGINT)
        assert program.stdout is not None
        assert program.stdout.readline() == "interrupted 0\n"
        assert server.left.wait(10), "the request is still under way"
        assert finish(program) == (0, "", "")


@interrupts
def test_ctrl_c_leaves_a_with_block_as_any_exception() -> None:
    with Hostile(until_left) as server:
        program = begin("with client:\n    client.me()\n", server.url)
        _wait(server, 1)
        program.send_signal(signal.SIGINT)
        code, out, err = finish(program)
        assert (code, out) == (-signal.SIGINT, "")
        assert err.endswith("KeyboardInterrupt")
        assert "Error" not in err


def _wait(server: Hostile, requests: int) -> None:
    for _ in range(2000):
        if len(server.asked) >= requests:
            return
        threading.Event().wait(0.01)
    raise AssertionError("the program sends nothing")


# Since 3.12, Python warns of every fork of a process that has threads; here that is the point.
FORK = """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)
mine = client.me().id
rows = iter(client.users.list(page_size=1))
next(rows)
child = os.fork()
if child == 0:
    same = client.me().id == mine and len(client.users.list().collect()) == 4
    client.close()
    os._exit(0 if same else 1)
_, status = os.waitpid(child, 0)
print(os.waitstatus_to_exitcode(status), client.me().id == mine, 1 + len(list(rows)))
client.close()
"""


@forks
def test_after_a_fork_parent_and_child_both_work(sandbox: Sandbox) -> None:
    assert run(FORK, sandbox.url) == (0, "0 True 4", "")


@forks
@pytest.mark.parametrize(
    ("begin", "how"),
    [
        ("rows = iter(client.cdrs.list(page_size=5, prefetch=3))", "go on from a checkpoint, or begin anew"),
        ("rows = client.bulk.stream(client.users.get, range(1, 60), concurrency=2)", "run anew what is left"),
    ],
    ids=["listing", "bulk"],
)
def test_an_iteration_that_looks_ahead_goes_on_in_the_parent_alone(sandbox: Sandbox, begin: str, how: str) -> None:
    script = f"""
    import gc, warnings
    warnings.simplefilter("ignore", DeprecationWarning)
    {begin}
    next(rows)
    child = os.fork()
    if child == 0:
        try:
            print(len(list(rows)))
        except ClientClosedError as error:
            print(error)
        del rows
        gc.collect()
        print(client.me().id > 0, flush=True)
        client.close()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), 1 + len(list(rows)))
    client.close()
    """
    code, out, err = run(script, sandbox.url)
    said, works, rest = out.splitlines()
    assert (code, said, works, err) == (
        0,
        f"this {'bulk run' if 'bulk' in begin else 'iteration'} began in another process or event loop; {how}",
        "True",
        "",
    )
    assert rest == ("0 59" if "bulk" in begin else "0 60")


@forks
@pytest.mark.parametrize("how", ["sys.exit(5)", "client.close(); sys.exit(5)", "del client; sys.exit(5)"])
def test_a_forked_child_ends_as_any_program(sandbox: Sandbox, how: str) -> None:
    script = f"""
    import gc, warnings
    warnings.simplefilter("ignore", DeprecationWarning)
    mine = client.me().id
    child = os.fork()
    if child == 0:
        {how}
    _, status = os.waitpid(child, 0)
    gc.collect()
    print(os.waitstatus_to_exitcode(status), client.me().id == mine)
    client.close()
    """
    assert run(script, sandbox.url) == (0, "5 True", "")


@forks
def test_a_fork_in_the_middle_of_other_threads_calls_does_not_hang_the_child(sandbox: Sandbox) -> None:
    script = """
    import threading, warnings
    warnings.simplefilter("ignore", DeprecationWarning)
    stop = threading.Event()
    def ask():
        while not stop.is_set():
            client.me()
    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads: thread.start()
    codes = []
    for _ in range(10):
        child = os.fork()
        if child == 0:
            os._exit(0 if client.me().id else 1)
        codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    stop.set()
    for thread in threads: thread.join()
    print(codes)
    client.close()
    """
    assert run(script, sandbox.url) == (0, str([0] * 10), "")


@pytest.mark.parametrize("method", [pytest.param("fork", marks=forks), "spawn"])
def test_multiprocessing(sandbox: Sandbox, method: str, tmp_path: object) -> None:
    module = f"""
import multiprocessing, sys, warnings
from voipstudio_async import VoipStudio
warnings.simplefilter("ignore", DeprecationWarning)
client = None
def start(url):
    global client
    client = client or VoipStudio("0123456789abcdef0123456789abcdef01234567", base_url=url)
def count(id):
    return len(client.users.cdrs(id).collect())
if __name__ == "__main__":
    url = sys.argv[1]
    start(url)
    ids = [user.id for user in client.users.list()]
    context = multiprocessing.get_context({method!r})
    with context.Pool(2, start, (url,)) as pool:
        print(sum(pool.map(count, ids)))
    client.close()
"""
    script = f"""
    import pathlib, subprocess
    path = pathlib.Path({str(tmp_path)!r}) / "program.py"
    path.write_text({module!r})
    sys.exit(subprocess.run([sys.executable, path, url]).returncode)
    """
    assert run(script, sandbox.url) == (0, str(sandbox.store.count("cdrs")), "")


@pytest.mark.parametrize(
    "script",
    [
        "print(client.me().id > 0)",
        "rows = iter(client.cdrs.list(page_size=5, prefetch=3)); next(rows); print(True)",
        pytest.param(
            "import threading\nthreading.Thread(target=lambda: print(client.me().id > 0)).start()", marks=late_threads
        ),
        "view = client.with_options(); del client; print(view.me().id > 0)",
    ],
    ids=["idle", "walk under way", "thread", "view"],
)
def test_a_program_that_ends_without_close_ends(sandbox: Sandbox, script: str) -> None:
    assert run(script, sandbox.url) == (0, "True", "")


def test_a_program_that_never_used_its_client_ends() -> None:
    assert run("print(1)", "http://127.0.0.1:9/api", "-W", "error") == (0, "1", "")


def test_a_client_that_was_forgotten_is_named_when_warnings_are_shown(sandbox: Sandbox) -> None:
    code, out, err = run("print(client.me().id > 0); del client", sandbox.url, "-W", "default")
    assert (code, out) == (0, "True")
    assert err.count(f"VoipStudio('{sandbox.url}') was not closed") == 1


@pytest.mark.parametrize("work", ["client.me()", "client.users.list().collect()", "client.users.get_many([1, 2])"])
def test_daemon_threads_that_are_still_calling_as_a_program_ends_say_nothing(sandbox: Sandbox, work: str) -> None:
    script = f"""
    import threading
    begun = threading.Barrier(5)
    def ask():
        client.me()
        begun.wait()
        while True:
            {work}
    for _ in range(4):
        threading.Thread(target=ask, daemon=True).start()
    begun.wait()
    """
    assert run(script, sandbox.url) == (0, "", "")
