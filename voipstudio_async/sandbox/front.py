"""HTTP before the desk: routes, credentials, faults, and the record of what was asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from ..resources import RESOURCES
from . import cors
from .access import TokenCheck
from .desk import Asked, Desk, Endpoint, Handler
from .faults import Faults, Unanswered
from .handlers import endpoints
from .own_routes import OwnRoutes
from .recording import Recorded, Requests, hide, hide_headers, hide_query, read_body
from .refusals import Answer, Refusal, not_valid

BASE_PATH = "/v1.2/voipstudio"
_BASES = (BASE_PATH, "/v1.1/voipstudio")
"""Both versions of the API do the same."""
_MAX_BODY = 1024 * 1024

RouteHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Front:
    """The sandbox as an aiohttp application."""

    def __init__(self, desk: Desk, tokens: TokenCheck, faults: Faults, requests: Requests, own: OwnRoutes) -> None:
        self._desk = desk
        self._tokens = tokens
        self._faults = faults
        self._requests = requests
        self._own = own
        self._public: set[tuple[str, str]] = set()

    def application(self) -> web.Application:
        """Make the application: a route for each operation of the catalogue."""

        @web.middleware
        async def through(request: web.Request, handler: RouteHandler) -> web.StreamResponse:
            return await self._through(request, handler)

        app = web.Application(middlewares=[through], client_max_size=_MAX_BODY)
        served = endpoints(RESOURCES.values())
        self._public = {(each.method, each.template) for each in served if not each.operation.with_token}
        for endpoint, handler in served.items():
            self._add(app, endpoint.method, _route(endpoint), self._route_handler(endpoint, handler))
        return app

    def _add(self, app: web.Application, method: str, path: str, handler: RouteHandler) -> None:
        for base in _BASES:
            app.router.add_route(method, base + path, handler)

    async def _through(self, request: web.Request, handler: RouteHandler) -> web.Response:
        content = await _content(request)
        response = await self._answered(request, handler, content)
        answered = not isinstance(response, Unanswered)
        known = content if isinstance(content, bytes) else b""
        self._requests.keep(self._recorded(request, known, response.status if answered else None))
        if answered:
            cors.let_read(request, response)
        return response

    async def _answered(self, request: web.Request, handler: RouteHandler, content: bytes | Refusal) -> web.Response:
        async def serve() -> web.Response:
            return await self._served(request, handler, content)

        if cors.is_preflight(request):
            return cors.preflight()
        return await self._faults.serve(request, _below(request), serve)

    async def _served(self, request: web.Request, handler: RouteHandler, content: bytes | Refusal) -> web.Response:
        try:
            if isinstance(content, Refusal):
                raise content
            own = self._own.find(request.method, _below(request))
            if own is None or own.with_token:
                if (request.method, _below(request)) not in self._public:
                    self._tokens.check(request.headers)
                self._desk.check_open()
            if own is not None:
                self._tokens.check_allowed(request.method, own.template, _below(request))
                return _response(await own.reply(self._recorded(request, content, None)))
            response = await handler(request)
        except Refusal as refusal:
            await self._faults.hold(refusal.after)
            return _response(refusal.answer())
        except web.HTTPException as error:
            allow = error.headers.get("Allow")
            return _response(Refusal(error.status).answer({"Allow": allow} if allow else None))
        assert isinstance(response, web.Response)
        return response

    def _route_handler(self, endpoint: Endpoint, handler: Handler) -> RouteHandler:
        async def handle(request: web.Request) -> web.Response:
            self._tokens.check_allowed(endpoint.method, endpoint.template, _below(request))
            asked = await _asked(request, self._tokens.shown(request.headers) or "")
            answer, served = self._desk.answer(handler, endpoint, asked)
            if served is not None:
                self._faults.after_page(self._desk.store, served)
            return _response(answer)

        return handle

    def _recorded(self, request: web.Request, content: bytes, status: int | None) -> Recorded:
        token = self._tokens.token
        return Recorded(
            request.method,
            hide(_below(request), token),
            hide_query(request.query, token),
            hide_headers(request.headers, token),
            read_body(content, token),
            status,
            hide(request.raw_path, token),
            _size(request, content),
        )


def _route(endpoint: Endpoint) -> str:
    """Write a path as aiohttp wants it: with the pattern of what may stand in it."""
    key = endpoint.operation.key
    return endpoint.template if key is None else endpoint.template.replace("}", f":{key.pattern}}}")


async def _content(request: web.Request) -> bytes | Refusal:
    """Read the body, or return why it cannot be kept."""
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        return Refusal(413)
    except (web.RequestPayloadError, OSError):
        return Refusal(400, "the body cannot be read")


def _size(request: web.Request, content: bytes) -> int:
    return len(request.raw_path) + sum(len(name) + len(value) for name, value in request.raw_headers) + len(content)


async def _asked(request: web.Request, token: str) -> Asked:
    twice = sorted({name for name in request.query if len(request.query.getall(name)) > 1})
    if twice:
        raise Refusal(400, "Validation error", [not_valid(name, "is given twice") for name in twice])
    key = next(iter(request.match_info.values()), "")
    return Asked(key, dict(request.query), await request.read(), request.content_type, token)


def _below(request: web.Request) -> str:
    base = next((base for base in _BASES if request.path.startswith(base)), "")
    return request.path.removeprefix(base)


def _response(answer: Answer) -> web.Response:
    headers = None if answer.status == 204 else answer.headers
    return web.Response(status=answer.status, body=answer.body or None, headers=headers)
