"""Pages in a browser: preflights, which bring no credentials, and the headers that let a page read an answer."""

from __future__ import annotations

from aiohttp import web

_METHODS = "GET, POST, PUT, PATCH, DELETE"
_HEADERS = "X-Auth-Token, Authorization, Content-Type, Accept"
_SECONDS = "600"


def is_preflight(request: web.Request) -> bool:
    """Tell whether a browser asks if a page may send a request."""
    asked = request.headers.keys() >= {"Origin", "Access-Control-Request-Method"}
    return request.method == "OPTIONS" and asked


def preflight() -> web.Response:
    """Let every page send what it wants."""
    headers = {
        "Access-Control-Allow-Methods": _METHODS,
        "Access-Control-Allow-Headers": _HEADERS,
        "Access-Control-Max-Age": _SECONDS,
    }
    return web.Response(status=204, headers=headers)


def let_read(request: web.Request, response: web.Response) -> None:
    """Let the page that asks read the answer."""
    if "Origin" in request.headers:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "Allow, Retry-After"
