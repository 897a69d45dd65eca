"""Requests that the SDK has no operation for."""

from __future__ import annotations

from ..operations import F, RawRequest, Resource


class Raw(Resource[F], path=""):
    """What the SDK does not know yet: any method, any path below the base URL."""

    request = RawRequest("Send a request that the SDK has no operation for.")
    """Send a request that the SDK has no operation for.

    Args:
        method: ``GET``, ``POST`` or any other
        path: what stands below the base URL, ``/users/7206``, percent-encoded and without a query
        params: the query
        json: the body; without it, none is sent

    Returns: `RawResponse`.

    Raises: ValidationError (400), AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404);
        TransportError when no usable answer comes.
    """
