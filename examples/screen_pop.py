"""Show an agent who is calling, while the phone rings: FastAPI, with the receiver mounted as an ASGI application.

    $ pip install fastapi uvicorn
    $ export VOIPSTUDIO_WEBHOOK_CREDENTIALS=voip:long-and-random
    $ uvicorn --app-dir examples --port 9000 screen_pop:app

A page of the agent's listens with ``new EventSource("/pops/7206")``, where 7206 is the agent's user id, and opens the
customer's card for each number that it is told. The receiver is at ``/hooks/``: with its last slash, since FastAPI
answers a mounted path without it with a redirect. Put ``/pops`` behind your login.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from voipstudio_async.webhooks import CallRinging, Credentials, Receiver

hooks = Receiver(credentials=Credentials.from_env())
pages: defaultdict[int, set[asyncio.Queue[str]]] = defaultdict(set)


@hooks.on(CallRinging, destination="in")
async def pop(event: CallRinging) -> None:
    """Tell the pages of the user whose phone rings."""
    message = json.dumps({"call": event.call_id, "number": event.src, "name": event.src_name})
    for page in pages[event.dst_id or 0]:
        page.put_nowait(message)


@asynccontextmanager
async def life(_: FastAPI) -> AsyncGenerator[None]:
    """Hand out what was accepted before the server ends: a mounted application is not told of that."""
    async with hooks:
        yield


app = FastAPI(lifespan=life)
app.mount("/hooks", hooks.asgi)


@app.get("/pops/{user_id}")
async def pops(user_id: int) -> StreamingResponse:
    """Stream what rings at a user's phone, as server-sent events."""
    return StreamingResponse(messages(user_id), media_type="text/event-stream")


async def messages(user_id: int) -> AsyncGenerator[str]:
    """Yield what one page is told, until it is closed."""
    page: asyncio.Queue[str] = asyncio.Queue()
    pages[user_id].add(page)
    try:
        yield ": listening\n\n"
        while True:
            yield f"data: {await page.get()}\n\n"
    finally:
        pages[user_id].discard(page)
