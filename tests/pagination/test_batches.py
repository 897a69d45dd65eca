"""Listings as Arrow record batches, page by page, and as an Arrow stream for other libraries."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from faces import every, leave, settle, step
from recorder import Recorder

from voipstudio_async import ConfigurationError, DecodeError, VoipStudio, field
from voipstudio_async.reports import to_arrow
from voipstudio_async.sandbox import Sandbox

ODD_MONEY = b'{"data": [{"id": 1, "charge": 0.30000000000000004}], "total": 1}'


@pytest.fixture
def arrow() -> Any:
    return pytest.importorskip("pyarrow")


@pytest.fixture
def blocking(sandbox: Sandbox) -> Iterator[VoipStudio]:
    with VoipStudio(sandbox.token, base_url=sandbox.url) as client:
        yield client


async def test_the_batches_are_the_table_page_by_page(client: Any, arrow: Any) -> None:
    options: dict[str, Any] = {"extras": True, "tz": ZoneInfo("Europe/London")}
    listing = client.cdrs.list(page_size=7)

    batches = await every(listing.batches(**options))

    assert [batch.num_rows for batch in batches] == [7] * 8 + [4]
    assert arrow.Table.from_batches(batches) == await settle(to_arrow(client.cdrs.list(), **options))
    assert listing.report.complete


async def test_a_listing_without_rows_has_no_batch(client: Any, arrow: Any) -> None:
    assert await every(client.cdrs.list(field("id") < 1).batches()) == []


async def test_one_batch_costs_one_page(client: Any, sandbox: Sandbox, arrow: Any) -> None:
    walk = client.cdrs.list(page_size=7).batches(columns=["charge", "id"])
    assert sandbox.requests == []

    first = await step(walk)
    await leave(walk)

    assert (first.schema.names, first.num_rows) == (["charge", "id"], 7)
    assert len(sandbox.requests) == 1


async def test_batches_of_all_rows_begin_with_the_largest_page(client: Any, sandbox: Sandbox, arrow: Any) -> None:
    assert len(await every(client.cdrs.list().batches(whole=True))) == 1
    assert len(sandbox.requests) == 1


async def test_a_checkpoint_covers_the_batch_that_was_given_out(client: Any, arrow: Any) -> None:
    listing = client.cdrs.list(page_size=25)
    walk = listing.batches()
    first = await step(walk)
    point = listing.checkpoint()
    await leave(walk)

    rest = await every(client.cdrs.list(page_size=25, resume=point).batches())

    assert arrow.Table.from_batches([first, *rest]) == await settle(to_arrow(client.cdrs.list()))


async def test_money_of_a_batch_is_exact_or_rounded_on_request(recorded: Any, recorder: Recorder, arrow: Any) -> None:
    for _ in range(2):
        recorder.answer(200, ODD_MONEY)
    with pytest.raises(DecodeError, match=r"Cdr\.charge.*id 1"):
        await every(recorded.cdrs.list().batches())
    (batch,) = await every(recorded.cdrs.list().batches(money="round"))
    assert batch.column("charge").to_pylist() == [Decimal("0.3")]


async def test_secrets_of_a_batch_are_masked(recorded: Any, recorder: Recorder, arrow: Any) -> None:
    for _ in range(2):
        recorder.answer(200, {"data": [{"id": 1, "user_token": "hush"}], "total": 1})
    (masked,) = await every(recorded.users.list().batches(extras=True))
    (shown,) = await every(recorded.users.list().batches(extras=True, secrets="reveal"))
    assert ("hush" in str(masked.to_pylist()), "hush" in str(shown.to_pylist())) == (False, True)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"columns": ["chrage"]}, "did you mean charge"),
        ({"money": "some"}, "money must be one of"),
        ({"secrets": "show"}, "secrets is 'mask' or 'reveal'"),
        ({"tz": "Europe/London"}, "tz must be a tzinfo"),
    ],
)
async def test_wrong_arguments_are_refused_at_once(
    client: Any, sandbox: Sandbox, arrow: Any, options: Any, told: str
) -> None:
    with pytest.raises(ConfigurationError, match=told):
        client.cdrs.list().batches(**options)
    assert sandbox.requests == []


async def test_a_library_that_is_missing_is_named(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigurationError, match=r"voipstudio-async\[arrow\]"):
        client.cdrs.list().batches()


# --- as a stream -------------------------------------------------------------------------------------------------


def test_other_libraries_read_a_listing_as_a_table(blocking: VoipStudio, arrow: Any) -> None:
    listing = blocking.cdrs.list(page_size=7)
    whole = to_arrow(blocking.cdrs.list())

    assert arrow.table(listing) == whole
    assert listing.report.complete
    polars: Any = pytest.importorskip("polars")
    assert polars.DataFrame(listing).to_dicts() == whole.to_pylist()


def test_a_stream_of_no_rows_has_the_columns(blocking: VoipStudio, arrow: Any) -> None:
    empty = arrow.table(blocking.cdrs.list(field("id") < 1))
    assert (empty.num_rows, empty.schema) == (0, to_arrow(blocking.cdrs.list()).schema)


def test_a_stream_fetches_what_is_read_of_it(blocking: VoipStudio, sandbox: Sandbox, arrow: Any) -> None:
    stream = arrow.RecordBatchReader.from_stream(blocking.cdrs.list(page_size=7))
    assert sandbox.requests == []

    assert stream.read_next_batch().num_rows == 7
    assert len(sandbox.requests) == 1
    stream.close()


def test_a_failure_is_told_by_whoever_reads_the_stream(recorder: Recorder, arrow: Any) -> None:
    with VoipStudio("a" * 40, base_url=recorder.url) as client:
        recorder.answer(200, ODD_MONEY)
        with pytest.raises(Exception, match=r"Cdr\.charge"):
            arrow.table(client.cdrs.list())


def test_pyarrow_is_not_imported_with_the_package() -> None:
    code = "import sys, voipstudio_async; assert not {'pyarrow', 'voipstudio_async.columns'} & {*sys.modules}"
    subprocess.run([sys.executable, "-c", code], check=True)
