"""Money that does not fit a column: named, or rounded and counted. And CSV for Excel."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from faces import settle
from recorder import Recorder

from voipstudio_async import Cdr, ConfigurationError, DecodeError
from voipstudio_async.columns.table import Table
from voipstudio_async.exports.text import csv_lines, json_lines
from voipstudio_async.reports import export, to_arrow, to_polars

NOISE = "0.30000000000000004"
ROWS = [{"id": 7, "charge": "0.25"}, {"id": 6, "charge": NOISE}, {"id": 5, "charge": "1E-20"}, {"id": 4}]


@pytest.fixture
def noisy(recorder: Recorder) -> Recorder:
    recorder.answer(200, {"data": ROWS, "total": len(ROWS)})
    return recorder


def read(path: Path) -> list[Any]:
    if path.suffix == ".arrow":
        return list(pytest.importorskip("pyarrow.ipc").open_file(str(path)).read_all()["charge"].to_pylist())
    return list(pytest.importorskip("pyarrow.parquet").read_table(path)["charge"].to_pylist())


@pytest.mark.usefixtures("noisy")
@pytest.mark.parametrize("name", ["calls.parquet", "calls.arrow"])
async def test_what_does_not_fit_names_the_row_the_field_and_the_value(
    recorded: Any, tmp_path: Path, name: str
) -> None:
    pytest.importorskip("pyarrow")
    with pytest.raises(DecodeError) as caught:
        await settle(export(recorded.cdrs.list(), tmp_path / name))
    assert caught.value.path == "Cdr.charge"
    assert f"the value {NOISE} of the row with the id 6 does not fit" in str(caught.value)
    assert "money='round'" in str(caught.value)


@pytest.mark.usefixtures("noisy")
@pytest.mark.parametrize("name", ["calls.parquet", "calls.arrow"])
async def test_money_can_be_rounded_and_that_is_counted(recorded: Any, tmp_path: Path, name: str) -> None:
    pytest.importorskip("pyarrow")
    done = await settle(export(recorded.cdrs.list(), tmp_path / name, money="round"))
    assert done.rounded == 2
    assert read(done.path) == [Decimal("0.25"), Decimal("0.3"), Decimal(0), None]


@pytest.mark.usefixtures("noisy")
@pytest.mark.parametrize(("make", "library"), [(to_arrow, "pyarrow"), (to_polars, "polars")])
async def test_a_table_rounds_too(recorded: Any, make: Callable[..., Any], library: str) -> None:
    pytest.importorskip(library)
    found = await settle(make(recorded.cdrs.list(), money="round"))
    column = found["charge"]
    values = column.to_pylist() if library == "pyarrow" else column.to_list()
    assert values == [Decimal("0.25"), Decimal("0.3"), Decimal(0), None]


@pytest.mark.usefixtures("noisy")
@pytest.mark.parametrize(("make", "library"), [(to_arrow, "pyarrow"), (to_polars, "polars")])
async def test_a_table_names_what_does_not_fit(recorded: Any, make: Callable[..., Any], library: str) -> None:
    pytest.importorskip(library)
    with pytest.raises(DecodeError, match=rf"Cdr\.charge: the value {NOISE} of the row with the id 6"):
        await settle(make(recorded.cdrs.list()))


@pytest.mark.parametrize("charge", ["1234567890123456.1234567890123", "99999999999999999999999999.9999999999999"])
async def test_polars_cuts_no_digit_of_a_long_number(recorder: Recorder, recorded: Any, charge: str) -> None:
    pytest.importorskip("polars")
    recorder.answer(200, {"data": [{"id": 7, "charge": charge}], "total": 1})
    with pytest.raises(DecodeError, match=rf"Cdr\.charge: the value {charge} of the row with the id 7"):
        await settle(to_polars(recorded.cdrs.list()))


@pytest.mark.usefixtures("noisy")
async def test_text_takes_all_digits(recorded: Any, tmp_path: Path) -> None:
    done = await settle(export(recorded.cdrs.list(), tmp_path / "calls.csv", money="round"))
    assert (done.rounded, NOISE in done.path.read_text("utf-8")) == (0, True)


async def test_csv_for_excel_has_its_mark(recorded: Any, tmp_path: Path) -> None:
    done = await settle(export(recorded.cdrs.list(), tmp_path / "calls.csv", encoding="utf-8-sig"))
    assert done.path.read_bytes().startswith(b"\xef\xbb\xbfid,")


@pytest.mark.parametrize("options", [{"encoding": "utf-16"}, {"encoding": "utf-8-sig"}, {"money": "cut"}])
async def test_odd_options_are_refused(recorded: Any, tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=r"encoding is|money must be"):
        await settle(export(recorded.cdrs.list(), tmp_path / "calls.ndjson", **options))


@pytest.mark.parametrize("charge", ["1e999999999", "1e-999999999", "NaN", "Infinity", "0E-999999999", "sNaN"])
def test_an_absurd_charge_does_not_end_an_export(charge: str) -> None:
    table, item = Table(Cdr), Cdr(id=10**30, charge=Decimal(charge), src_name="half \ud83d")
    for lines in (csv_lines(table, [item]), json_lines(table, [item])):
        assert len(lines) < 3000
        assert str(10**30) in lines.decode()


@pytest.mark.parametrize(("charge", "helps"), [("0.30000000000000004", True), ("1e30", False)])
async def test_rounding_is_advised_where_it_helps(
    recorded: Any, recorder: Recorder, tmp_path: Path, charge: str, helps: bool
) -> None:
    pytest.importorskip("pyarrow")
    recorder.answer(200, b'{"data": [{"id": 6, "charge": %b}], "total": 1}' % charge.encode())

    with pytest.raises(DecodeError, match="a CSV or NDJSON export takes any value") as caught:
        await settle(export(recorded.cdrs.list(), tmp_path / "calls.parquet"))
    assert ("money='round'" in str(caught.value)) is helps
