"""Deliveries for tests: what the sender would send for an event."""

from __future__ import annotations

import base64
import json

import attrs

from .credentials import Credentials
from .events import NAMES, Event


@attrs.frozen
class Delivery:
    """A request: give its parts to any test client."""

    method: str
    headers: dict[str, str] = attrs.field(repr=False)
    body: bytes


def request(event: Event, credentials: Credentials | None = None) -> Delivery:
    """Return the request that delivers an event, with the credentials that the URL would hold.

    An event without a name gets the one of its class.
    """
    record = event.to_dict()
    if event.event_name is None and type(event) in NAMES:
        record = {"event_name": NAMES[type(event)], **record}
    headers = {"Content-Type": "application/json"}
    if credentials is not None:
        pair = f"{credentials.user}:{credentials.password.reveal()}".encode()
        headers["Authorization"] = "Basic " + base64.b64encode(pair).decode("ascii")
    return Delivery("POST", headers, json.dumps(record).encode())
