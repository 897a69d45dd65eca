"""Requests that the SDK has no operation for."""

from __future__ import annotations

from ..operations import F, RawRequest, Resource


class Raw(Resource[F], path=""):
    """What the SDK does not know yet: any method, any path below the base URL."""

    request = RawRequest("Send a request that the SDK has no operation for.")
