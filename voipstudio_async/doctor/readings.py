"""What the doctor reads: single GETs, looked at as they came."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import attrs

from .. import AsyncVoipStudio
from ..entities.base import Entity
from ..entities.fields import field_specs
from ..entities.scalars import is_list, is_object
from ..errors import APIError, DecodeError, TransportError
from ..operations import Answers, operations
from ..resources import RESOURCES
from ..wire.codec import codec

_PLAIN = re.compile(r"(?!.*[0-9]{5})[A-Za-z][A-Za-z0-9_. -]{0,39}")
"""Names and codes that tell nothing of anybody; a number of a phone or an address is none."""
_MOMENTS = ("calldate", "timestamp", "origtime", "created_at")
"""Fields that say when something was; the telling ones first."""
SAMPLE = 20
"""Rows that are looked at, of each listing."""


def safe(name: object) -> str:
    """Return a name or a code that the API sent, if it can be shown to anybody."""
    text = str(name)
    return text if _PLAIN.fullmatch(text) else "(not shown)"


@attrs.frozen
class Place:
    """A listing of the account."""

    name: str
    path: str
    entity: type[Entity]

    @property
    def moment(self) -> str | None:
        """The field that says when a row was."""
        names = {spec.wire for spec in field_specs(self.entity)}
        return next((name for name in _MOMENTS if name in names), None)


def places() -> dict[str, Place]:
    """List the listings of the account, by their names on a client."""
    found = (
        Place(resource if name == "list" else f"{resource}.{name}", each.template(cls), each.entity)
        for resource, cls in RESOURCES.items()
        for name, each in operations(cls).items()
        if each.method == "GET" and each.answers is Answers.MANY and each.key is None and each.entity is not None
    )
    return {place.name: place for place in found}


@attrs.frozen
class Seen:
    """An answer."""

    status: int | None
    """None when none came."""
    body: bytes = attrs.field(default=b"", repr=False)
    problem: str = ""
    """Why none came, or why it is none; in no words of the API's own."""
    codes: tuple[str, ...] = ()
    """The codes of an error."""
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str], repr=False)

    @property
    def is_fine(self) -> bool:
        """Whether it is a success that is JSON."""
        return self.status == 200 and is_object(self.envelope)

    @property
    def envelope(self) -> Any:
        """The JSON as it came; None where there is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def form(self) -> str:
        """The envelope in a word: ``data: list, total``."""
        around = self.envelope
        if not is_object(around):
            return "no object"
        kinds = {name: type(value).__name__.replace("dict", "object") for name, value in around.items()}
        return ", ".join(f"{safe(name)}: {kinds[name]}" for name in sorted(kinds))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The records in it."""
        around = self.envelope
        data = around.get("data") if is_object(around) else None
        return [row for row in data if is_object(row)] if is_list(data) else [data] if is_object(data) else []

    @property
    def total(self) -> int | None:
        """The total that it tells."""
        around = self.envelope
        told = around.get("total") if is_object(around) else None
        return told if isinstance(told, int) else None

    @property
    def told(self) -> str:
        """Say what came, in short."""
        if self.status is None:
            return self.problem
        return f"{self.status}" + (f" ({', '.join(self.codes)})" if self.codes else "")

    def decoded(self, entity: type[Entity]) -> list[Entity]:
        """Read the records leniently."""
        try:
            return list(codec(UTC, False).rows(entity, self.body).items)
        except DecodeError:
            return []


@attrs.define
class Patient:
    """An account that is looked at; the samples of its listings are fetched once."""

    client: AsyncVoipStudio
    asked: int = 0
    samples: dict[str, Seen] = attrs.field(factory=dict[str, Seen])
    unanswered: int = 0
    """Requests that no answer came to."""

    async def ask(self, path: str, **params: Any) -> Seen:
        """Send one GET; nothing that goes wrong with it is raised."""
        self.asked += 1
        try:
            reply = await self.client.raw.request("GET", path, params=params)
        except APIError as error:
            codes = tuple(safe(each.code) for each in error.errors if each.code)
            return Seen(error.status, codes=codes)
        except TransportError as error:
            self.unanswered += 1
            return Seen(None, problem=f"no answer ({type(error).__name__})")
        return Seen(reply.status, reply.body, headers=reply.headers)

    async def look(self) -> None:
        """Fetch a sample of every listing, the newest first."""
        known = places()
        found = await asyncio.gather(*(self.sample(place) for place in known.values()))
        self.samples = dict(zip(known, found, strict=True))

    async def sample(self, place: Place) -> Seen:
        """Fetch the newest rows of a listing."""
        return await self.ask(place.path, page=1, limit=SAMPLE, sort="id", dir="DESC")

    @property
    def readable(self) -> dict[str, Place]:
        """The listings that answered with rows."""
        return {name: place for name, place in places().items() if self.samples[name].rows}


def condition(name: str, operator: str, value: Any) -> str:
    """Write a filter."""
    return json.dumps([{"property": name, "operator": operator, "value": value}])


def moment(text: Any) -> datetime | None:
    """Read a date-time of the API as one in UTC."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except (TypeError, ValueError):
        return None
