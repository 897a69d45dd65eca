"""A walk sees in columns what it sees in entities: the same rows are new, and the same is known in the end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voipstudio_async import Cdr, VoipStudioError
from voipstudio_async.columns import reading
from voipstudio_async.columns.batches import batches_of
from voipstudio_async.columns.rows import BatchRows, values_of
from voipstudio_async.pagination.page import PageQuery
from voipstudio_async.pagination.slices import _Range, between
from voipstudio_async.pagination.strategies import begin
from voipstudio_async.wire.codec import codec
from voipstudio_async.wire.exchange import Reply

pytest.importorskip("pyarrow")

CODEC = codec(UTC, strict=False)
MADE = batches_of(Cdr, UTC)
START = datetime(2026, 1, 1)


@pytest.fixture(autouse=True)
def _all_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_SMALL", 0)


def reply(ids: Sequence[int | None], total: int | None) -> Reply:
    rows = [
        {"id": number, "calldate": None if number == 0 else (START + timedelta(hours=number or 0)).isoformat(" ")}
        for number in ids
    ]
    return Reply(200, {}, json.dumps({"data": rows, "total": total}).encode())


def walked(query: PageQuery[Cdr], replies: Sequence[Reply]) -> list[Any]:
    """Go through some answers, and note everything that shows."""
    walk, seen = begin(query), list[Any]()
    try:
        for each in replies:
            exchange = walk.ask()
            if exchange is None:
                break
            page = walk.take(exchange.read(each))
            seen += [values_of(page.items, "id"), page.total, walk.report, walk.ended]
            if query.by_id:
                seen.append(walk.checkpoint())
    except VoipStudioError as error:
        seen.append(str(error))
    return seen


def both(query: PageQuery[Cdr]) -> tuple[PageQuery[Cdr], PageQuery[Cdr]]:
    return query, attrs.evolve(query, read=MADE.reader(CODEC, query.compared))


pages = st.lists(st.lists(st.integers(0, 12) | st.none(), max_size=4), max_size=8)
ordered = pages.map(lambda found: [sorted(filter(None, ids), reverse=True) for ids in found])


@given(
    pages | ordered,
    st.lists(st.none() | st.integers(0, 20), min_size=8, max_size=8),
    st.sampled_from(["-id", "id", None, "calldate", "-calldate"]),
    st.sampled_from(["offset", "keyset"]),
    st.booleans(),
)
def test_a_walk_sees_the_same(
    found: list[list[int | None]], totals: list[int | None], order: str | None, strategy: Any, steady: bool
) -> None:
    if strategy == "keyset" and order not in ("id", "-id"):
        order = "-id"
    query = PageQuery(Cdr, "/cdrs", CODEC, order_by=order, page_size=4, strategy=strategy)
    told = [sum(map(len, found))] * 8 if steady else totals
    replies = [reply(ids, total) for ids, total in zip(found, told, strict=False)]

    by_entity, by_column = both(query)
    assert walked(by_column, replies) == walked(by_entity, replies)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8, unique=True))
def test_a_slice_keeps_the_same_rows(ids: list[int]) -> None:
    low, high = ((START + timedelta(hours=hours)).isoformat(" ") for hours in (5, 20))
    query = between(PageQuery(Cdr, "/cdrs", CODEC, page_size=9), "calldate", low, high)

    found: list[Any] = []
    for each in both(query):
        asked = _Range(query, "calldate", low, high)
        page = each.page(1).read(reply(ids, len(ids)))
        try:
            found.append((values_of(asked.inside(page).items, "id"), asked.strays))
        except VoipStudioError as error:
            found.append(str(error))
    assert found[0] == found[1]


def test_pages_are_read_into_columns_here() -> None:
    _, by_column = both(PageQuery(Cdr, "/cdrs", CODEC))

    assert isinstance(by_column.page(1).read(reply([3, 2, 1], 3)).items, BatchRows)
