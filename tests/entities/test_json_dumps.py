"""`json.dumps` writes what `to_dict` gives, whatever numbers a record has."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from faces import settle
from hypothesis import given
from hypothesis import strategies as st
from recorder import Recorder

from voipstudio_async import Cdr

NUMBERS = ["0.12345678901234567890123", "0.30000000000000004", "1e-400", "123456789012345678901234567890.5", "0E-7"]


@pytest.mark.parametrize("number", NUMBERS)
async def test_a_row_that_was_received_can_be_dumped(recorder: Recorder, recorded: Any, number: str) -> None:
    body = f'{{"data": [{{"id": 1, "charge": {number}, "odd": [{{"deep": {number}}}]}}], "total": 1}}'
    recorder.answer(200, body.encode())
    page = await settle(recorded.cdrs.list().page(1))
    found = json.loads(json.dumps(page.items[0].to_dict(), allow_nan=False))
    assert found == json.loads(body)["data"][0]


@given(st.decimals())
def test_a_row_that_was_made_can_be_dumped(charge: Decimal) -> None:
    found = json.loads(json.dumps(Cdr(id=1, charge=charge).to_dict(), allow_nan=False))["charge"]
    assert found == (charge if isinstance(found, int) else str(charge) if isinstance(found, str) else float(charge))
