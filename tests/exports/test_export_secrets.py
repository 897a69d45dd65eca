"""Secrets in exported files: masked, unless somebody says the word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hostile.servers import Hostile, always, answer

from voipstudio_async import AsyncVoipStudio, ConfigurationError, VoipStudio
from voipstudio_async.columns.table import Secrets
from voipstudio_async.exports import export, to_arrow, to_pandas, to_polars
from voipstudio_async.sandbox import Sandbox

ROW = {"id": 1, "user_token": "hush-1", "profile": {"pin": "hush-2"}, "visited_apps": {"sipPassword": "hush-3"}}


def exported(path: Path, **options: Any) -> str:
    page = answer({"data": [ROW], "total": 1})
    with Hostile(always(page)) as hostile, VoipStudio("t", base_url=hostile.url) as client:
        export(client.users.list(), path, extras=True, **options)
    return path.read_text("utf-8")


@pytest.mark.parametrize("name", ["users.csv", "users.ndjson"])
def test_secrets_are_masked_in_a_file_as_in_a_list(name: str, tmp_path: Path) -> None:
    text = exported(tmp_path / name)
    assert "hush" not in text
    assert text.count("***") == 3


@pytest.mark.parametrize("name", ["users.csv", "users.ndjson"])
def test_a_word_reveals_them(name: str, tmp_path: Path) -> None:
    text = exported(tmp_path / name, secrets="reveal")
    assert all(f"hush-{number}" in text for number in (1, 2, 3))
    assert "***" not in text


def test_another_word_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="secrets is 'mask' or 'reveal'"):
        exported(tmp_path / "users.csv", secrets="show")


SECRETS: tuple[tuple[Secrets, bool], ...] = (("mask", True), ("reveal", False))


def echoing(sandbox: Sandbox) -> None:
    """Have the account hold the token of whoever asks, under a name that nobody would suspect."""
    row = {"id": 1, "src_name": f"call {sandbox.token}!", "labels": [sandbox.token], "unknown": {"x": sandbox.token}}
    rows = [row, *({"id": number, "src_name": "Ann" * 20} for number in range(2, 60))]
    sandbox.on("GET", "/cdrs", {"data": rows, "total": len(rows)})


@pytest.mark.parametrize("form", ["csv", "ndjson", "parquet", "arrow"])
@pytest.mark.parametrize("extras", [False, True])
def test_the_own_token_is_hidden_in_files_whatever_its_name(
    sandbox: Sandbox, tmp_path: Path, form: Any, extras: bool
) -> None:
    if form in ("parquet", "arrow"):
        pytest.importorskip("pyarrow")
    echoing(sandbox)
    with VoipStudio(sandbox.token, base_url=sandbox.url) as client:
        for secrets, is_hidden in SECRETS:
            file = tmp_path / f"{secrets}.{form}"
            export(client.cdrs.list(order_by=None), file, extras=extras, secrets=secrets)
            content = str(pyarrow_rows(file)) if form in ("parquet", "arrow") else file.read_text("utf-8")
            assert (sandbox.token not in content) is is_hidden
            assert ("call ***!" in content) is is_hidden
        assert sandbox.token in str(client.cdrs.list(order_by=None).collect()[0].to_dict())


def pyarrow_rows(file: Path) -> Any:
    module = pytest.importorskip("pyarrow.parquet" if file.suffix == ".parquet" else "pyarrow.feather")
    return module.read_table(file).to_pylist()


async def test_the_own_token_is_hidden_in_tables_whatever_its_name(sandbox: Sandbox) -> None:
    for name in ("pyarrow", "pandas", "polars"):
        pytest.importorskip(name)
    echoing(sandbox)
    async with AsyncVoipStudio(sandbox.token, base_url=sandbox.url) as client:
        pages = client.cdrs.list(order_by=None)
        tables = [
            (await to_arrow(pages)).to_pylist(),
            (await to_polars(pages)).to_dicts(),
            (await to_pandas(pages)).to_dict("records"),
            [batch.to_pylist() async for batch in pages.batches()],
        ]
        for table in tables:
            assert sandbox.token not in str(table)
            assert "call ***!" in str(table)
        assert sandbox.token in str((await to_arrow(pages, secrets="reveal")).to_pylist())


async def test_a_token_of_digits_alone_leaves_numbers_as_they_are() -> None:
    pytest.importorskip("pyarrow")
    token = "1234567890"
    with Sandbox(token=token) as other:
        other.on("GET", "/cdrs", {"data": [{"id": int(token), "src_name": "Ann"}], "total": 1})
        async with AsyncVoipStudio(token, base_url=other.url) as client:
            assert [row["id"] for row in (await to_arrow(client.cdrs.list())).to_pylist()] == [int(token)]
