"""A report as text, as a DataFrame, and in a notebook."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from voipstudio_async.reports import CallReport, Figures, UserFigures

USERS = tuple(
    UserFigures(user_id=number, name=f"<Ann> {number}", figures=Figures(calls=number, charge=Decimal("1.10")))
    for number in range(1, 31)
)
REPORT = CallReport(tz="UTC", users=USERS, total=Figures(calls=465, charge=Decimal("33.00")))


def test_a_report_as_text_has_a_line_for_each_user_and_one_for_all() -> None:
    lines = REPORT.to_text().splitlines()

    assert lines[2].split() == ["user", "calls", "answered", "missed", "talk", "seconds", "charge"]
    assert lines[3].split() == ["<Ann>", "1", "1", "0", "0", "0", "1.10"]
    assert lines[-1].split() == ["whole", "account", "465", "0", "0", "0", "33.00"]
    assert len(lines) == 34


def test_a_report_as_a_frame_keeps_money_exact() -> None:
    pytest.importorskip("pandas", reason="an extra")
    frame: Any = REPORT.to_pandas()

    assert list(frame["user_id"]) == list(range(1, 31))
    assert frame["charge"].sum() == Decimal("33.00")


def test_a_notebook_shows_a_small_table() -> None:
    text = REPORT._repr_html_()

    assert text.count("<tr>") == 21
    assert "<td>&lt;Ann&gt; 1</td>" in text
    assert "and 11 more" in text
