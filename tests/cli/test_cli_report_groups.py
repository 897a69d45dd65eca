"""The report by team, month and week, and how it fits a screen."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import attrs
import pytest
from cli.commands import voipstudio
from rich.console import Console

from voipstudio_async.cli.report_table import draw_report
from voipstudio_async.reports import CallReport, Figures, Peak, UserFigures
from voipstudio_async.sandbox import Sandbox

MANY = Figures(calls=12_345, answered=9876, missed=1234, talk_seconds=987_654, charge=Decimal("12345.67"))
PEAK = Peak(at=datetime(2026, 3, 2, 10, tzinfo=UTC), calls=7)
REPORT = CallReport(
    tz="UTC",
    account="Ada Berg",
    currency="GBP",
    total=MANY,
    users=(UserFigures(user_id=1, name="Maximiliana Featherstonehaugh", figures=attrs.evolve(MANY)),),
    days={date(2026, 3, 2): MANY},
    busiest_hour=PEAK,
    most_at_once=PEAK,
    grouped_by="month",
)


def drawn(report: CallReport, width: int) -> str:
    text = io.StringIO()
    draw_report(Console(file=text, width=width, highlight=False, markup=False, emoji=False), report)
    return text.getvalue()


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_figure_is_cut_on_a_screen_of_any_width(width: int) -> None:
    out = drawn(REPORT, width)
    assert out.count("12,345.67") == 3
    assert not [line for line in out.splitlines() if len(line) > width]
    assert ("274:20:54" in out) == (width > 60)
    assert ("█" in out) == (width == 120)


def test_the_figures_of_the_trade_stand_below_the_table() -> None:
    assert "ASR 80% · ACD 1:40 · busiest hour 2 March 2026 10:00 (7) · most calls at once 7 · charges in GBP" in drawn(
        REPORT, 120
    )


def test_a_report_without_calls_says_so() -> None:
    out = drawn(attrs.evolve(REPORT, total=Figures(), days={}, busiest_hour=None, most_at_once=None), 80)
    assert "\nNo calls.\n" in out
    assert "ASR" not in out
    assert "No calls" not in drawn(REPORT, 80)


def test_one_command_reports_on_each_team(sandbox: Sandbox, tmp_path: Path) -> None:
    first, second, *_ = sandbox.store.rows("users")
    teams = tmp_path / "teams.csv"
    teams.write_text(f"user,team\n\n{first['id']},Sales\n{second['email'].upper()}, Sales \nnobody@example.com,Help\n")
    ended = voipstudio("report", "--teams", str(teams), "--format", "json", at=sandbox)
    found = json.loads(ended.out)
    assert list(found["groups"]) == ["Sales", "no team"]
    assert {user["user_id"] for user in found["teams"]["Sales"]["users"]} == {first["id"], second["id"]}
    assert f"warning: the account has no such user: nobody@example.com; see --teams {teams}\n" in ended.err
    assert ended.code == 0


@pytest.mark.parametrize("period", ["month", "week"])
def test_one_command_reports_on_each_month_or_week(sandbox: Sandbox, period: str) -> None:
    ended = voipstudio("report", "--group-by", period, "--title", "March", at=sandbox)
    assert ended.out.startswith("March  ")
    assert f"\n{period.title()}  " in ended.out
    assert "\n2026-" in ended.out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"7206\n", "line 1: write a user and a team"),
        (b"7206,Sales\n7206,Help\n", "line 2: 7206 is in Sales already"),
        (b"user,team\n", "names no user"),
        (b"\xff,Sales", "it is not UTF-8"),
        (None, "No such file"),
    ],
)
def test_a_file_that_is_wrong_is_refused_before_a_request(
    sandbox: Sandbox, tmp_path: Path, text: bytes | None, said: str
) -> None:
    teams = tmp_path / "teams.csv"
    if text is not None:
        teams.write_bytes(text)
    ended = voipstudio("report", "--teams", str(teams), at=sandbox)
    assert ended.code != 0
    assert said in " ".join(ended.err.split())
    assert sandbox.requests == []


def test_teams_and_periods_exclude_each_other(sandbox: Sandbox, tmp_path: Path) -> None:
    ended = voipstudio("report", "--teams", str(tmp_path / "x"), "--group-by", "week", at=sandbox)
    assert ended.code != 0
    assert "--group-by and --teams exclude each other" in ended.err
