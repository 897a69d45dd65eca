"""Answers of a test's own, for paths that the sandbox does not serve, or serves otherwise."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import attrs

from .logs import logger
from .recording import Recorded
from .refusals import JSON_HEADERS, Answer, Refusal
from .texts import encoded

_METHOD = re.compile(r"[A-Z]+")


@attrs.frozen
class Reply:
    """An answer in full: what a function of `Sandbox.on` returns if it is more than a value."""

    body: Any = None
    """What is sent as JSON; bytes are sent as they are, and None as nothing."""
    status: int = 200
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str])

    def answer(self) -> Answer:
        """Return it as the sandbox sends it."""
        if self.body is None:
            return Answer(self.status, b"", self.headers)
        if isinstance(self.body, bytes):
            return Answer(self.status, self.body, {"Content-Type": "application/octet-stream", **self.headers})
        return Answer(self.status, encoded(self.body), {**JSON_HEADERS, **self.headers})


Replying = Callable[[Recorded], Any] | Callable[[Recorded], Awaitable[Any]]
"""Gets the request as `Sandbox.requests` will show it, and returns a value, or a `Reply`; it may be awaited."""


@attrs.frozen
class OwnRoute:
    """A path, and how it is answered."""

    template: str
    path: re.Pattern[str]
    answer: Any
    with_token: bool

    async def reply(self, request: Recorded) -> Answer:
        """Answer a request; a function that fails is logged, and answered with 500."""
        try:
            found = self.answer(request) if callable(self.answer) else self.answer
            if inspect.isawaitable(found):
                found = await found
            return found.answer() if isinstance(found, Reply) else Reply(found).answer()
        except Exception:
            logger.exception("The answer to %s %s failed", request.method, self.template)
            return Refusal(500).answer()


class OwnRoutes:
    """The routes of a test. They can be set from any thread, before or while requests come."""

    def __init__(self) -> None:
        self._routes: dict[tuple[str, str], OwnRoute] = {}

    def set(self, method: str, path: str, answer: Any, *, with_token: bool) -> None:
        """Answer a path from now on."""
        self._routes = {
            _key(method, path): OwnRoute(path, _pattern(path), answer, with_token),
            **self._others(method, path),
        }

    def remove(self, method: str, path: str) -> None:
        """Take a route back."""
        self._routes = self._others(method, path)

    def find(self, method: str, path: str) -> OwnRoute | None:
        """Return the route of a request, the one that was set last if there are several."""
        routes = self._routes.items()
        return next((route for (known, _), route in routes if known == method and route.path.fullmatch(path)), None)

    def _others(self, method: str, path: str) -> dict[tuple[str, str], OwnRoute]:
        return {key: route for key, route in self._routes.items() if key != _key(method, path)}


def _key(method: str, path: str) -> tuple[str, str]:
    if not _METHOD.fullmatch(method.upper()):
        raise ValueError(f"a method is a word like GET, got {method!r}")
    if not path.startswith("/") or "?" in path:
        raise ValueError(f"a path is below the base URL and begins with '/', without a query, got {path!r}")
    return method.upper(), path


def _pattern(path: str) -> re.Pattern[str]:
    """Turn ``/queues/{id}`` into a pattern: each placeholder is one part of a path."""
    return re.compile("".join("[^/]+" if part[:1] == "{" else re.escape(part) for part in re.split(r"(\{\w+\})", path)))
