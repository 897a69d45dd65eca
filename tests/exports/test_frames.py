"""Listings as tables in memory."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from faces import opened, settle
from recorder import Recorder

from voipstudio_async import ConfigurationError, DecodeError, VoipStudio, field
from voipstudio_async.exports.frames import check_money
from voipstudio_async.reports import to_arrow, to_pandas, to_polars
from voipstudio_async.sandbox import Sandbox

MAKERS: list[tuple[str, Callable[..., Any]]] = [("pyarrow", to_arrow), ("pandas", to_pandas), ("polars", to_polars)]


@pytest.fixture(params=MAKERS, ids=[name for name, _ in MAKERS])
def make(request: pytest.FixtureRequest) -> Callable[..., Any]:
    name, found = request.param
    pytest.importorskip(name)
    maker: Callable[..., Any] = found
    return maker


def schema(table: Any) -> list[tuple[str, str]]:
    if hasattr(table, "schema"):
        pairs = (
            table.schema.items()
            if hasattr(table.schema, "items")
            else ((each.name, each.type) for each in table.schema)
        )
        return [(name, str(kind)) for name, kind in pairs]
    return [(name, str(kind)) for name, kind in table.dtypes.items()]


def values(table: Any, name: str) -> list[Any]:
    column = table[name]
    return list(column.to_pylist() if hasattr(column, "to_pylist") else column.to_list())


async def test_a_table_holds_every_row_and_value(client: Any, make: Callable[..., Any]) -> None:
    table = await settle(make(client.cdrs.list(page_size=7), extras=True, tz=ZoneInfo("Europe/London")))
    rows = await settle(client.cdrs.list().collect())
    assert values(table, "id") == [row.id for row in rows]
    assert values(table, "charge") == [row.charge for row in rows]
    assert values(table, "calldate") == [row.calldate for row in rows]
    assert values(table, "src") == [row.src for row in rows]
    assert [list(labels) for labels in values(table, "labels")] == [list(row.labels) for row in rows]
    assert '{"recorded":' in values(table, "extra")[0]


async def test_date_times_are_in_the_zone_of_the_client(
    face: type[Any], sandbox: Sandbox, make: Callable[..., Any]
) -> None:
    zone = ZoneInfo("Europe/London")
    async with opened(face, sandbox.token, base_url=sandbox.url, tz=zone) as client:
        listing = client.cdrs.list(field("id") < 0)
        told, other = await settle(make(listing)), await settle(make(listing, tz=UTC))
    assert listing.tz is zone
    assert "Europe/London" in dict(schema(told))["calldate"]
    assert "UTC" in dict(schema(other))["calldate"]


async def test_a_table_without_rows_has_the_same_columns(client: Any, make: Callable[..., Any]) -> None:
    for listing in (client.cdrs.list, client.users.list):
        full, empty = await settle(make(listing())), await settle(make(listing(field("id") < 1)))
        assert len(full) > len(empty) == 0
        assert schema(full) == schema(empty)


@pytest.mark.parametrize(("column", "value"), [("duration", 2**63), ("nb_notes", -(2**70))])
async def test_an_integer_that_does_not_fit_is_an_error(
    recorded: Any, recorder: Recorder, make: Callable[..., Any], column: str, value: int
) -> None:
    recorder.answer(200, {"data": [{"id": 1, column: value}], "total": 1})
    with pytest.raises(DecodeError, match=rf"Cdr\.{column}"):
        await settle(make(recorded.cdrs.list()))


async def test_money_is_not_rounded(recorded: Any, recorder: Recorder, make: Callable[..., Any]) -> None:
    recorder.answer(200, b'{"data": [{"id": 1, "charge": 0.0000000000001}], "total": 1}')
    if make is to_pandas:
        table = await settle(make(recorded.cdrs.list()))
        assert values(table, "charge") == [Decimal("1E-13")]
    else:
        with pytest.raises(DecodeError, match=r"Cdr\.charge"):
            await settle(make(recorded.cdrs.list()))


def test_money_that_fits_passes() -> None:
    check_money([None, Decimal(0), Decimal("0E-30"), Decimal("1E+25"), Decimal("0.1230000000000000")])
    for value in (Decimal("1E-13"), Decimal("1E+26"), Decimal("NaN")):
        with pytest.raises(ValueError, match="digits"):
            check_money([value])


@pytest.mark.parametrize(("module", "function", "extra"), [(name, maker, name) for name, maker in MAKERS])
def test_a_library_that_is_missing_is_named(
    module: str, function: Callable[..., Any], extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigurationError, match=rf"voipstudio-async\[{extra.removeprefix('py')}\]"):
        function(object())


async def test_a_table_is_in_the_zone_that_one_of_pytz_means(make: Callable[..., Any], client: Any) -> None:
    pytz = pytest.importorskip("pytz")

    named = await settle(make(client.cdrs.list(), tz=pytz.timezone("Europe/Warsaw")))

    assert schema(named) == schema(await settle(make(client.cdrs.list(), tz=ZoneInfo("Europe/Warsaw"))))
    with pytest.raises(ConfigurationError, match="tz must be a tzinfo"):
        await settle(make(client.cdrs.list(), tz="Europe/Warsaw"))


SECRET_ROW = {"id": 1, "user_token": "hush-1", "profile": {"pin": "hush-2"}, "visited_apps": {"sipPassword": "hush-3"}}


async def test_secrets_are_masked_in_a_table_as_in_a_file(
    recorded: Any, recorder: Recorder, make: Callable[..., Any]
) -> None:
    recorder.answer(200, {"data": [SECRET_ROW], "total": 1})
    table = await settle(make(recorded.users.list(), extras=True))
    told = str([values(table, name) for name, _ in schema(table)])
    assert ("hush" in told, told.count("***")) == (False, 3)


async def test_a_word_reveals_the_secrets_of_a_table(
    recorded: Any, recorder: Recorder, make: Callable[..., Any]
) -> None:
    recorder.answer(200, {"data": [SECRET_ROW], "total": 1})
    table = await settle(make(recorded.users.list(), extras=True, secrets="reveal"))
    told = str([values(table, name) for name, _ in schema(table)])
    assert [number for number in (1, 2, 3) if f"hush-{number}" in told] == [1, 2, 3]
    with pytest.raises(ConfigurationError, match="secrets is 'mask' or 'reveal'"):
        await settle(make(recorded.users.list(), secrets="show"))


@pytest.fixture
def pandas() -> Any:
    pytest.importorskip("pyarrow")
    return pytest.importorskip("pandas")


async def test_a_frame_of_arrow_types_is_the_arrow_table(client: Any, pandas: Any) -> None:
    options: dict[str, Any] = {"extras": True, "tz": ZoneInfo("Europe/London")}
    frame = await settle(to_pandas(client.cdrs.list(page_size=7), dtypes="arrow", **options))
    table = await settle(to_arrow(client.cdrs.list(), **options))

    assert {type(each) for each in frame.dtypes} == {pandas.ArrowDtype}
    assert [(name, each.pyarrow_dtype) for name, each in frame.dtypes.items()] == [
        (f.name, f.type) for f in table.schema
    ]
    arrow: Any = pytest.importorskip("pyarrow")
    assert arrow.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None) == table


async def test_money_of_arrow_types_is_added_up_exactly(recorded: Any, recorder: Recorder, pandas: Any) -> None:
    rows = [{"id": number, "charge": charge} for number, charge in enumerate(("0.1", "0.2", None, "1e22"), 1)]
    recorder.answer(200, {"data": rows, "total": len(rows)})

    frame = await settle(to_pandas(recorded.cdrs.list(), dtypes="arrow"))

    assert frame["charge"].sum() == Decimal("10000000000000000000000.3")


async def test_a_frame_of_arrow_types_has_its_columns_without_rows(client: Any, pandas: Any) -> None:
    full, empty = [
        await settle(to_pandas(listing, dtypes="arrow", columns=["charge", "id"]))
        for listing in (client.cdrs.list(), client.cdrs.list(field("id") < 1))
    ]
    assert len(full) > len(empty) == 0
    assert schema(full) == schema(empty)


@pytest.mark.parametrize("dtypes", ["numpy", "arrow"])
async def test_money_of_a_frame_is_rounded_on_request(
    recorded: Any, recorder: Recorder, pandas: Any, dtypes: Any
) -> None:
    for _ in range(2):
        recorder.answer(200, b'{"data": [{"id": 1, "charge": 0.30000000000000004}], "total": 1}')
    frame = await settle(to_pandas(recorded.cdrs.list(), dtypes=dtypes, money="round"))
    assert values(frame, "charge") == [Decimal("0.3")]
    if dtypes == "arrow":
        with pytest.raises(DecodeError, match=r"Cdr\.charge.*money='round'"):
            await settle(to_pandas(recorded.cdrs.list(), dtypes=dtypes))


async def test_types_that_are_none_are_refused(client: Any, sandbox: Sandbox, pandas: Any) -> None:
    with pytest.raises(ConfigurationError, match="dtypes is 'numpy' or 'arrow'"):
        await settle(to_pandas(client.cdrs.list(), dtypes="pyarrow"))  # type: ignore[call-overload]
    assert sandbox.requests == []


def test_a_frame_of_arrow_types_names_the_extra_that_is_missing(
    sandbox: Sandbox, pandas: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with VoipStudio(sandbox.token, base_url=sandbox.url) as client:
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        with pytest.raises(ConfigurationError, match=r"voipstudio-async\[arrow\]"):
            to_pandas(client.cdrs.list(), dtypes="arrow")
    assert sandbox.requests == []
