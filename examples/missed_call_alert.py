"""Tell the team of every missed call, at once: a receiver of webhooks with aiohttp.web.

    $ export VOIPSTUDIO_WEBHOOK_CREDENTIALS=voip:long-and-random
    $ python examples/missed_call_alert.py --port 9000 --chat https://chat.example.com/hooks/T123

Register ``https://voip:long-and-random@your-host/hooks`` in the dashboard, and have a proxy forward it to the port.
Each missed call becomes a message to the chat (``{"text": ...}``), or a line on stdout without one. When the chat does
not take a message, its event is given back: should it be delivered again, it is sent again.
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web

from voipstudio_async.webhooks import CallMissed, Credentials, Receiver, SqliteSeen

HOOKS = web.AppKey("hooks", Receiver)
TIMEOUT = aiohttp.ClientTimeout(total=10)


def words(event: CallMissed) -> str:
    """Say what happened."""
    when = "" if event.event_time is None else f" at {event.event_time:%H:%M} UTC"
    return f"Missed call{when}: {event.src or 'a hidden number'} called {event.dst_name or event.dst or 'us'}"


async def tell(chat: str | None, text: str) -> None:
    """Send a message to the chat, or print it."""
    if chat is None:
        print(text, flush=True)
        return
    async with aiohttp.ClientSession(timeout=TIMEOUT, raise_for_status=True) as session:
        await session.post(chat, json={"text": text})


def receiver(chat: str | None, memory: str) -> Receiver:
    """Make the receiver; `memory` is a file, so that a restart does not alert of the same call again."""
    hooks = Receiver(credentials=Credentials.from_env(), seen=SqliteSeen(memory))

    @hooks.on(CallMissed, final=True)  # the others are about single legs: somebody else may still answer
    async def alert(event: CallMissed) -> None:
        await tell(chat, words(event))

    return hooks


async def draining(app: web.Application) -> AsyncIterator[None]:
    """Hand out what was accepted before the server ends."""
    async with app[HOOKS]:
        yield


def application(chat: str | None, memory: str) -> web.Application:
    """Make the server."""
    app = web.Application()
    app[HOOKS] = hooks = receiver(chat, memory)
    app.cleanup_ctx.append(draining)
    app.router.add_route("*", "/hooks", hooks.aiohttp)
    return app


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Tell the team of missed calls.")
    options.add_argument("--port", type=int, default=9000)
    options.add_argument("--chat", help="the URL of a chat's incoming webhook")
    options.add_argument("--memory", default="seen.db", help="a file that remembers what was told")
    given = options.parse_args()
    web.run_app(application(given.chat, given.memory), host="127.0.0.1", port=given.port, print=None)
