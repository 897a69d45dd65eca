"""Serve users and their call counts: aiohttp, with one client for the life of the service.

$ export VOIPSTUDIO_API_TOKEN=...
$ python examples/aiohttp_service.py --port 8000
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from voipstudio_async import AsyncVoipStudio, NotFoundError, VoipStudioError

CLIENT = web.AppKey("client", AsyncVoipStudio)
routes = web.RouteTableDef()


@routes.get(r"/users/{id:\d+}")
async def user(request: web.Request) -> web.Response:
    """Show one user."""
    found = await request.app[CLIENT].users.get(int(request.match_info["id"]))
    return web.json_response(found.to_json())


@routes.get(r"/users/{id:\d+}/calls")
async def calls(request: web.Request) -> web.Response:
    """Count the calls of a user."""
    count = await request.app[CLIENT].users.cdrs(int(request.match_info["id"])).count()
    return web.json_response({"calls": count})


@web.middleware
async def failures(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer for the API: 404 for what it does not have, 502 for everything else."""
    try:
        return await handler(request)
    except NotFoundError as error:
        return web.json_response({"detail": str(error)}, status=404)
    except VoipStudioError as error:
        return web.json_response({"detail": str(error)}, status=502)


async def connected(app: web.Application) -> AsyncIterator[None]:
    """Open the client with the service, and close it at the end."""
    async with AsyncVoipStudio() as client:
        app[CLIENT] = client
        yield


def application() -> web.Application:
    """Make the service."""
    app = web.Application(middlewares=[failures])
    app.cleanup_ctx.append(connected)
    app.add_routes(routes)
    return app


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Serve users and their call counts.")
    options.add_argument("--port", type=int, default=8000)
    web.run_app(application(), host="127.0.0.1", port=options.parse_args().port)
