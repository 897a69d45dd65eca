"""Click to call: a web form posts a number, the phone of an agent rings, and when it is answered the number is called.

    $ export VOIPSTUDIO_API_TOKEN=...
    $ python examples/click_to_call.py --queue 7 --port 8080
    $ curl -d '{"number": "+44 20 7946 0000"}' http://127.0.0.1:8080/calls

The agents of the queue are tried one by one: whoever has no registered phone is refused with 412, after some ten
seconds, and the next one is tried. Whoever reaches this endpoint rings phones at your cost: put it behind your login.
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator

from aiohttp import web

from voipstudio_async import (
    AsyncVoipStudio,
    Call,
    ConfigurationError,
    PreconditionFailedError,
    User,
    VoipStudioError,
)

CLIENT = web.AppKey("client", AsyncVoipStudio)
QUEUE = web.AppKey("queue", int)


async def agents(client: AsyncVoipStudio, queue: int) -> list[User]:
    """List the agents of a queue who may be disturbed."""
    found = await client.queues.get(queue, include_users=True)
    return [user for user in found.users or () if isinstance(user, User) and user.active is not False and not user.dnd]


async def ring_somebody(client: AsyncVoipStudio, queue: int, number: str) -> Call | None:
    """Place the call from the first agent who has a phone; None when nobody has one."""
    for agent in await agents(client, queue):
        try:
            return await client.calls.place(to=number, from_user=agent.id)
        except PreconditionFailedError:
            continue
    return None


async def place(request: web.Request) -> web.Response:
    """Answer ``POST /calls``."""
    try:
        number = (await request.json())["number"]
    except (ValueError, KeyError, TypeError):
        return web.json_response({"error": 'send {"number": "+44 20 7946 0000"}'}, status=400)
    try:
        call = await ring_somebody(request.app[CLIENT], request.app[QUEUE], number)
    except ConfigurationError as error:
        # What cannot be a phone number; nothing was sent.
        return web.json_response({"error": str(error)}, status=400)
    except VoipStudioError as error:
        # Not tried again: the phone may be ringing.
        return web.json_response({"error": f"the call could not be placed: {error}"}, status=502)
    if call is None:
        return web.json_response({"error": "nobody is at the phone"}, status=503)
    return web.json_response({"call": call.id, "agent": call.src_name}, status=201)


async def connected(app: web.Application) -> AsyncIterator[None]:
    """Keep one client for the life of the server."""
    async with AsyncVoipStudio() as client:
        app[CLIENT] = client
        yield


def application(queue: int) -> web.Application:
    """Make the server."""
    app = web.Application()
    app[QUEUE] = queue
    app.cleanup_ctx.append(connected)
    app.router.add_post("/calls", place)
    return app


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Ring the agents of a queue for a number that is posted.")
    options.add_argument("--queue", type=int, required=True, help="the id of the queue: voipstudio list queues")
    options.add_argument("--port", type=int, default=8080)
    given = options.parse_args()
    web.run_app(application(given.queue), host="127.0.0.1", port=given.port)
