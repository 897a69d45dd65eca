"""The exact types of tables in memory, on both faces. Never run: read by the type checkers."""

from collections.abc import AsyncGenerator, Generator
from typing import Any, assert_type

import pandas as pd  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]
import polars as pl

from voipstudio_async import AsyncVoipStudio, VoipStudio
from voipstudio_async.reports import to_arrow, to_pandas, to_polars


async def awaited(client: AsyncVoipStudio) -> None:
    assert_type(await to_pandas(client.cdrs.list()), pd.DataFrame)
    assert_type(await to_pandas(client.cdrs.list(), dtypes="arrow", money="round"), pd.DataFrame)
    assert_type(await to_polars(client.cdrs.list()), pl.DataFrame)
    assert_type(await to_arrow(client.cdrs.list()), Any)
    assert_type(client.cdrs.list().batches(money="round", columns=["id"]), AsyncGenerator[Any, None])


def at_once(client: VoipStudio) -> None:
    assert_type(to_pandas(client.cdrs.list()), pd.DataFrame)
    assert_type(to_pandas(client.cdrs.list(), dtypes="arrow", money="round"), pd.DataFrame)
    assert_type(to_polars(client.cdrs.list()), pl.DataFrame)
    assert_type(to_arrow(client.cdrs.list()), Any)
    assert_type(client.cdrs.list().batches(money="round", columns=["id"]), Generator[Any, None, None])
