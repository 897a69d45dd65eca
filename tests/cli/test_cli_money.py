"""Money in JSON: a text everywhere, or a number with ``--money number``."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cli.commands import voipstudio

from voipstudio_async.sandbox import Sandbox


def stored(sandbox: Sandbox) -> list[Decimal]:
    return sorted(Decimal(str(row["charge"])) for row in sandbox.store.rows("cdrs"))


def money(rows: list[dict[str, Any]], kind: type) -> list[Decimal]:
    """Return the charges of rows, which have to be of one kind."""
    assert {type(row["charge"]) for row in rows} == {kind}
    return sorted(Decimal(row["charge"]) for row in rows)


@pytest.mark.parametrize(("options", "kind"), [((), str), (("--money", "number"), Decimal)])
@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_a_listing_has_one_form_of_money(form: str, options: tuple[str, ...], kind: type, sandbox: Sandbox) -> None:
    out = voipstudio("list", "cdrs", "--all", "--format", form, *options, at=sandbox).out

    lines = out if form == "json" else f"[{','.join(out.splitlines())}]"
    assert money(json.loads(lines, parse_float=Decimal, parse_int=Decimal), kind) == stored(sandbox)


@pytest.mark.parametrize(("options", "kind"), [((), str), (("--money", "number"), Decimal)])
def test_an_export_has_it_too(options: tuple[str, ...], kind: type, sandbox: Sandbox, tmp_path: Path) -> None:
    target = tmp_path / "calls.ndjson"

    assert voipstudio("export", "cdrs", "--output", str(target), *options, at=sandbox).code == 0

    lines = target.read_text("utf-8").splitlines()
    assert money([json.loads(line, parse_float=Decimal, parse_int=Decimal) for line in lines], kind) == stored(sandbox)


@pytest.mark.parametrize(("options", "kind"), [((), str), (("--money", "number"), Decimal)])
def test_a_report_has_it_too(options: tuple[str, ...], kind: type, sandbox: Sandbox) -> None:
    out = voipstudio("report", "--format", "json", *options, at=sandbox).out

    found = json.loads(out, parse_float=Decimal, parse_int=Decimal)
    assert money([found["total"]], kind) == [sum(stored(sandbox))]
    assert money(found["users"], kind)
    assert money(list(found["days"].values()), kind)


@pytest.mark.parametrize(("options", "kind"), [((), str), (("--money", "number"), Decimal)])
@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_one_thing_has_it_too(form: str, options: tuple[str, ...], kind: type, sandbox: Sandbox) -> None:
    row = sandbox.store.rows("cdrs")[0]

    out = voipstudio("get", "cdrs", str(row["id"]), "--format", form, *options, at=sandbox).out

    found = json.loads(out, parse_float=Decimal, parse_int=Decimal)
    assert money([found], kind) == [Decimal(str(row["charge"]))]


def test_a_number_is_for_json_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    ended = voipstudio("export", "cdrs", "--output", str(tmp_path / "calls.csv"), "--money", "number", at=sandbox)

    assert ended.code == 2
    assert "is for NDJSON" in ended.err
    assert sandbox.requests == []
