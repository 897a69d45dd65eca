"""The columns of a table hold what its rows hold: to the last digit, for every entity, whatever the API has sent."""

from __future__ import annotations

import json
import logging
from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import ENTITIES, records

from voipstudio_async.columns.table import Secrets, Table
from voipstudio_async.entities.base import Entity
from voipstudio_async.wire.codec import Codec

ZONES: list[tzinfo] = [UTC, ZoneInfo("Europe/London"), ZoneInfo("Pacific/Apia")]


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, "voipstudio_async")


def received(cls: type[Entity], rows: list[dict[str, Any]], tz: tzinfo) -> list[Entity]:
    return list(Codec(tz, strict=False).rows(cls, json.dumps({"data": rows, "total": len(rows)}).encode()).items)


@pytest.mark.parametrize("cls", ENTITIES, ids=lambda cls: cls.__name__)
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_the_columns_are_those_of_the_rows(cls: type[Entity], data: st.DataObject) -> None:
    sent = data.draw(st.lists(records(cls), min_size=1, max_size=3))
    read, shown = data.draw(st.sampled_from(ZONES)), data.draw(st.sampled_from([None, *ZONES]))
    secrets: Secrets = data.draw(st.sampled_from(("mask", "reveal")))
    table = Table(cls, data.draw(st.booleans()), shown, secrets)
    items = received(cls, sent, read)

    columns = table.by_column(items)

    assert len(columns) == len(table.columns)
    rows = table.rows(items)
    # Written out, so that 1, 1.0 and True are not the same.
    assert list(map(repr, columns)) == [repr([row[place] for row in rows]) for place in range(len(columns))]


@pytest.mark.parametrize("extras", [False, True])
def test_no_rows_are_columns_without_values(extras: bool) -> None:
    for cls in ENTITIES:
        table = Table(cls, extras)
        assert table.by_column([]) == [[] for _ in table.columns]
