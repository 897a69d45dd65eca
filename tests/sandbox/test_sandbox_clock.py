"""The clock that a test can move."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from plain_http import ask_at

from voipstudio_async.entities import Entity, UserGroupDraft
from voipstudio_async.operations import Create, Resource
from voipstudio_async.resources import RESOURCES
from voipstudio_async.sandbox import Clock, Sandbox


def test_it_shows_the_time_and_goes_forward_when_it_is_told() -> None:
    clock = Clock()
    before, ticks = clock.now(), clock.monotonic()
    clock.advance(60)
    clock.advance(timedelta(days=1))
    assert timedelta(days=1, seconds=60) <= clock.now() - before < timedelta(days=1, seconds=70)
    assert 86460 <= clock.monotonic() - ticks < 86470
    assert clock.now().tzinfo is UTC


@pytest.mark.parametrize("by", [-1, timedelta(seconds=-1), math.inf, math.nan, 1e15])
def test_it_goes_neither_back_nor_out_of_time(by: Any) -> None:
    with pytest.raises(ValueError, match=r"0 or more seconds|a year that there is not"):
        Clock().advance(by)


@attrs.frozen(kw_only=True, repr=False)
class Note(Entity):
    id: int
    created_at: datetime | None = None
    name: str | None = None


class Notes(Resource[Any], path="notes"):
    create = Create(Note, "Make one.", body=UserGroupDraft)


async def test_what_is_made_is_dated_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RESOURCES, "notes", Notes)
    async with Sandbox(users=1, calls=0) as sandbox:
        sandbox.clock.advance(timedelta(days=400))
        made = (await ask_at(sandbox, "POST", "/notes", json={"name": "later"})).json["data"]
    assert datetime.fromisoformat(made["created_at"]).replace(tzinfo=UTC) > datetime.now(UTC) + timedelta(days=399)


async def test_an_outage_is_over_when_its_time_has_come(ask: Any, sandbox: Sandbox) -> None:
    sandbox.faults.outage(3600)
    assert (await ask("GET", "/users")).status == 503
    sandbox.clock.advance(3600)
    assert (await ask("GET", "/users")).status == 200
