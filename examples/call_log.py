"""Keep a log of all calls in SQLite, complete even when this program was down for a while.

    $ export VOIPSTUDIO_API_TOKEN=... VOIPSTUDIO_WEBHOOK_CREDENTIALS=voip:long-and-random
    $ python examples/call_log.py --port 9000 --database calls.db

An event is answered with 200 after it was written (``ack="stored"``), and calls that no event told of while the program
was down are taken from the call records as it starts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
from datetime import UTC, datetime, timedelta

from voipstudio_async import AsyncVoipStudio
from voipstudio_async.webhooks import CallEvent, Credentials, Event, Receiver, SqliteSeen, reconcile, serve

TABLE = """
CREATE TABLE IF NOT EXISTS log (
    call INTEGER, leg INTEGER, at TEXT, event TEXT, src TEXT, dst TEXT, duration INTEGER, source TEXT, all_of_it TEXT
)
"""


class Log:
    """The table."""

    def __init__(self, database: str) -> None:
        self._db = sqlite3.connect(database, isolation_level=None)
        self._db.execute(TABLE)

    def write(self, event: Event) -> None:
        """Write an event down; those that are about no call are left out."""
        if not isinstance(event, CallEvent):
            return
        at = None if event.event_time is None else event.event_time.isoformat()
        row = (event.root, event.call_id, at, event.event_name, event.src, event.dst, event.duration, event.source)
        whole = json.dumps(event.to_dict(), default=str)
        self._db.execute("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, whole))

    def close(self) -> None:
        """Close the file."""
        self._db.close()


async def catch_up(log: Log, seen: SqliteSeen, hours: int) -> int:
    """Write down the calls of the last hours that no event told of; return how many there were."""
    found = 0
    async with AsyncVoipStudio() as client:
        async for event in reconcile(client, datetime.now(UTC) - timedelta(hours=hours), seen):
            log.write(event)
            found += 1
    return found


async def main(port: int, database: str, hours: int) -> None:
    """Receive until the program is ended."""
    log = Log(database)
    with SqliteSeen(f"{database}.seen") as seen:
        hooks = Receiver(credentials=Credentials.from_env(), seen=seen, ack="stored", store=log.write)
        try:
            async with serve(hooks, port=port):
                print(f"{await catch_up(log, seen, hours)} calls were caught up with", flush=True)
                await asyncio.Event().wait()
        finally:
            log.close()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Keep a log of all calls in SQLite.")
    options.add_argument("--port", type=int, default=9000)
    options.add_argument("--database", default="calls.db")
    options.add_argument("--hours", type=int, default=24, help="how far back to look for calls that no event told of")
    given = options.parse_args()
    try:
        asyncio.run(main(given.port, given.database, given.hours))
    except KeyboardInterrupt:
        print("ended")
