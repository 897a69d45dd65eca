"""Exports and tables of some fields only: `columns=` in Python, ``--fields`` of the command."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from faces import settle

from voipstudio_async import ConfigurationError, VoipStudio
from voipstudio_async.reports import export, to_arrow, to_pandas, to_polars
from voipstudio_async.sandbox import Sandbox

WANTED = ["charge", "id", "src"]


@pytest.mark.parametrize("ending", ["csv", "ndjson", "parquet"])
async def test_a_file_has_the_wanted_fields_in_their_order(ending: str, client: Any, tmp_path: Path) -> None:
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    file = tmp_path / f"calls.{ending}"

    done = await settle(export(client.cdrs.list(), file, columns=WANTED))

    assert done.rows == 60
    assert header(file) == WANTED


def header(file: Path) -> list[str]:
    if file.suffix == ".parquet":
        parquet: Any = pytest.importorskip("pyarrow.parquet")
        return list(parquet.read_schema(file).names)
    first = file.read_text("utf-8").splitlines()[0]
    return next(csv.reader([first])) if file.suffix == ".csv" else [part.split('"')[1] for part in first.split(",")]


@pytest.mark.parametrize(("name", "make"), [("pyarrow", to_arrow), ("pandas", to_pandas), ("polars", to_polars)])
async def test_a_table_has_the_wanted_fields_in_their_order(name: str, make: Callable[..., Any], client: Any) -> None:
    pytest.importorskip(name)

    table = await settle(make(client.cdrs.list(), columns=WANTED))
    one = await settle(make(client.cdrs.list(), columns=["id", "id"], extras=True))

    assert list(getattr(table, "column_names", table.columns)) == WANTED
    assert list(getattr(one, "column_names", one.columns)) == ["id", "extra"]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (["id", "chrage"], "'chrage'; did you mean charge"),
        ("id", "a list of fields"),
        ([], "a list"),
        ([7], "no field 7"),
    ],
)
async def test_a_field_that_is_none_is_refused_before_anything_is_sent(
    columns: Any, told: str, client: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match=told):
        await settle(export(client.cdrs.list(), tmp_path / "calls.csv", columns=columns))
    assert sandbox.requests == []


def test_an_export_of_other_columns_is_not_gone_on_with(sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"

    def stop(rows: int) -> None:
        if rows >= 20:
            raise InterruptedError

    with VoipStudio(sandbox.token, base_url=sandbox.url) as client:
        pages = client.cdrs.list(page_size=10)
        with pytest.raises(InterruptedError):
            export(pages, file, columns=["id", "src"], progress=stop)
        with pytest.raises(ConfigurationError, match="columns: in another order"):
            export(pages, file, columns=["src", "id"], resume=True)
        with pytest.raises(ConfigurationError, match="columns: dst in one of the two only"):
            export(pages, file, columns=["id", "src", "dst"], resume=True)

        assert export(pages, file, columns=["id", "src"], resume=True).rows == 60

    assert header(file) == ["id", "src"]
