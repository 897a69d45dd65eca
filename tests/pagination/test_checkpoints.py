"""Checkpoints: they never skip a row that was fetched, and not given out."""

from __future__ import annotations

from typing import Any

import pytest

from voipstudio_async import AsyncVoipStudio, ConfigurationError, VoipStudio
from voipstudio_async.sandbox import Sandbox

REFUSED = r"only some rows of this one were taken.*pages\(\)"


@pytest.fixture
def pages(sandbox: Sandbox) -> Any:
    with VoipStudio(sandbox.token, base_url=sandbox.url) as client:
        yield client.cdrs.list(page_size=4, order_by="id")


def ids(sandbox: Sandbox) -> list[int]:
    return sorted(row["id"] for row in sandbox.store.rows("cdrs"))


def test_a_loop_over_rows_that_stops_in_a_page_has_no_checkpoint(pages: Any, sandbox: Sandbox) -> None:
    for _ in pages:
        break
    with pytest.raises(ConfigurationError, match=REFUSED):
        pages.checkpoint()

    # Another walk is not hindered by it.
    page = next(pages.pages())
    rest = pages.resumed(pages.checkpoint()).collect()
    assert [row.id for row in (*page.items, *rest)] == ids(sandbox)


@pytest.mark.parametrize(("taken", "is_refused"), [(1, True), (4, False), (6, True), (8, False)])
def test_a_list_that_is_cut_in_a_page_has_no_checkpoint(
    pages: Any, sandbox: Sandbox, taken: int, is_refused: bool
) -> None:
    rows = pages.collect(max_items=taken)

    if is_refused:
        with pytest.raises(ConfigurationError, match=REFUSED):
            pages.checkpoint()
    else:
        rest = pages.resumed(pages.checkpoint()).collect()
        assert [row.id for row in (*rows, *rest)] == ids(sandbox)


def test_a_loop_over_all_rows_has_one(pages: Any) -> None:
    assert list(pages)
    assert pages.resumed(pages.checkpoint()).collect() == []


async def test_the_other_face_refuses_as_well(sandbox: Sandbox) -> None:
    async with AsyncVoipStudio(sandbox.token, base_url=sandbox.url) as client:
        pages = client.cdrs.list(page_size=4)
        async for _ in pages:
            break
        with pytest.raises(ConfigurationError, match=REFUSED):
            pages.checkpoint()

        await pages.collect(max_items=3)
        with pytest.raises(ConfigurationError, match=REFUSED):
            pages.checkpoint()

        assert len(await pages.collect()) == len(ids(sandbox))
        assert await pages.resumed(pages.checkpoint()).collect() == []
