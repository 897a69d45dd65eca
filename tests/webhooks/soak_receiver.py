"""A receiver of its own process for the soak: it writes each event that it handled into a file, and can be killed."""

from __future__ import annotations

import asyncio
import sqlite3
import sys

from aiohttp import web

from voipstudio_async.webhooks import CallEvent, Credentials, Receiver, SqliteSeen


async def main(folder: str) -> None:
    """Serve until the process ends."""
    handled = sqlite3.connect(f"{folder}/handled.db", isolation_level=None)
    handled.execute("PRAGMA journal_mode = WAL")
    handled.execute("PRAGMA synchronous = NORMAL")
    handled.execute("CREATE TABLE IF NOT EXISTS handled (root INTEGER, name TEXT)")
    hooks = Receiver(credentials=Credentials("voip", "s3cret-of-the-hook"), seen=SqliteSeen(f"{folder}/seen.db"))

    @hooks.on(CallEvent)
    async def keep(event: CallEvent) -> None:
        await asyncio.sleep(0)
        handled.execute("INSERT INTO handled VALUES (?, ?)", (event.root, event.event_name))

    app = web.Application()
    app.router.add_route("*", "/", hooks.aiohttp)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)  # noqa: T201 - the test reads it
    async with hooks:
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
