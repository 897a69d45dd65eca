"""Exports of the first rows alone: ``limit=``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from faces import settle

from voipstudio_async import VoipStudio
from voipstudio_async.errors import ConfigurationError
from voipstudio_async.reports import export
from voipstudio_async.sandbox import Sandbox


def ids(file: Path) -> list[str]:
    return file.read_text("utf-8").splitlines()[1:]


async def test_so_many_rows_are_written_and_no_further_page_is_fetched(
    client: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    file = tmp_path / "calls.csv"

    done = await settle(export(client.cdrs.list(page_size=10), file, columns=["id"], limit=15, require_complete=True))

    assert (done.rows, len(ids(file)), len(sandbox.requests)) == (15, 15, 2)


async def test_a_limit_beyond_the_end_changes_nothing(client: Any, tmp_path: Path) -> None:
    few, all_there_are = tmp_path / "few.csv", tmp_path / "all.csv"

    done = await settle(export(client.users.list(), few, limit=10_000, require_complete=True))
    await settle(export(client.users.list(), all_there_are))

    assert done.report.complete
    assert few.read_bytes() == all_there_are.read_bytes()


def stop(rows: int) -> None:
    if rows >= 15:
        raise InterruptedError


@pytest.mark.parametrize("size", [4, 10])
def test_an_interrupted_export_goes_on_up_to_its_limit(size: int, sandbox: Sandbox, tmp_path: Path) -> None:
    whole, file = tmp_path / "whole.csv", tmp_path / "calls.csv"
    with VoipStudio(sandbox.token, base_url=sandbox.url) as client:
        pages = client.cdrs.list(page_size=size)
        export(pages, whole, columns=["id"], limit=18)
        with pytest.raises(InterruptedError):
            export(pages, file, columns=["id"], limit=18, progress=stop)
        with pytest.raises(ConfigurationError, match="limit: 18 then, 17 now"):
            export(pages, file, columns=["id"], limit=17, resume=True)
        done = export(pages, file, columns=["id"], limit=18, resume=True)

    assert done.rows == 18
    assert done.resumed >= 15
    assert ids(file) == ids(whole)


@pytest.mark.parametrize("limit", [0, -1, True, 1.5, "many"])
async def test_what_is_no_number_of_rows_is_refused(limit: Any, client: Any, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="limit must be 1 or more rows"):
        await settle(export(client.cdrs.list(), tmp_path / "calls.csv", limit=limit))
