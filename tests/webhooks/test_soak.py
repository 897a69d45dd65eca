"""Ten thousand deliveries, a fifth of them repeats, out of order, while the receiver is killed in the middle."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import aiohttp
from webhooks.deliveries import GOOD

from voipstudio_async import AsyncVoipStudio, Cdr
from voipstudio_async.sandbox import Sandbox
from voipstudio_async.webhooks import CallHangup, Receiver, SqliteSeen, reconcile
from voipstudio_async.webhooks.testing import Delivery, request

CALLS = 9_000
REPEATS = 2_000
WORKERS = 8


@contextmanager
def receiving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a receiver in a process of its own."""
    script = Path(__file__).with_name("soak_receiver.py")
    command = [sys.executable, str(script), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, f"http://127.0.0.1:{process.stdout.readline().strip()}/"
        finally:
            process.kill()


def root_of(cdr: Cdr) -> int:
    root = cdr.root_live_id or cdr.live_id or cdr.call_id
    assert root is not None
    return root


async def send(session: aiohttp.ClientSession, url: str, roots: list[int], at_once: int = 20) -> None:
    """Deliver events until each is answered with 200, as the vendor does; a receiver that is down is given up."""
    waiting = iter(roots)

    async def work() -> None:
        for root in waiting:
            sent = request(CallHangup(id=f"e{root}", call_id=root), GOOD)
            try:
                while not await is_taken(session, url, sent):  # noqa: ASYNC110 - all that the sender can do is ask again
                    await asyncio.sleep(0.01)
            except aiohttp.ClientError:
                continue

    await asyncio.gather(*(work() for _ in range(at_once)))


async def is_taken(session: aiohttp.ClientSession, url: str, sent: Delivery) -> bool:
    async with session.post(url, data=sent.body, headers=sent.headers) as answer:
        assert answer.status in (200, 503)
        return answer.status == 200


async def test_each_event_is_handled_once_and_none_is_lost(tmp_path: Path) -> None:
    with Sandbox(users=5, calls=CALLS, seed=11) as sandbox:
        async with AsyncVoipStudio(sandbox.token, base_url=sandbox.url) as client, aiohttp.ClientSession() as session:
            records = [cdr async for cdr in client.cdrs.list(page_size=5000)]
            roots = sorted({root_of(cdr) for cdr in records})
            chance = random.Random(5)
            deliveries = roots + chance.sample(roots, min(REPEATS, len(roots)))
            chance.shuffle(deliveries)
            assert len(deliveries) >= 10_000
            half = len(deliveries) // 2

            with receiving(tmp_path) as (process, url):
                sending = asyncio.create_task(send(session, url, deliveries[:half]))
                await asyncio.sleep(1.0)
                process.kill()
                await sending
            with receiving(tmp_path) as (_, url):
                await send(session, url, deliveries[half:])
                hooks = Receiver(credentials=GOOD)
                late: list[int] = []
                hooks.on(CallHangup)(lambda event: late.append(event.root))
                hooks.on("call.missed")(lambda event: late.append(event.root))
                since = min(cdr.calldate for cdr in records if cdr.calldate)
                with SqliteSeen(tmp_path / "seen.db") as seen:
                    async for event in reconcile(client, since, seen):
                        await hooks.dispatch(event)

    with closing(sqlite3.connect(tmp_path / "handled.db")) as db:
        handled = [root for (root,) in db.execute("SELECT root FROM handled")]
    counts = Counter([*handled, *late])
    assert set(counts) == set(roots), "an event was lost"
    # What a handler had in its hands as the process was killed is handled again: nobody knows how far it had come.
    assert sum(count - 1 for count in counts.values()) <= WORKERS, "events were handled twice"
    assert len(late) > 0
    assert len(handled) > half // 2
