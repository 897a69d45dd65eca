"""The report as a page of HTML."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import get_args

import attrs
import pytest

from voipstudio_async import Cdr, ConfigurationError, NotFoundError, User
from voipstudio_async.reports import CallReport, CallStats, Failure, Fetch, render_html
from voipstudio_async.reports.plots import shortened
from voipstudio_async.reports.values import Count
from voipstudio_async.texts import amount, duration

EVIL = '<script>alert("1")</script>'
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_matplotlib = pytest.mark.skipif(find_spec("matplotlib") is None, reason="needs the extra 'report' (matplotlib)")


def report_of(*names: str, calls: int = 60) -> CallReport:
    stats = CallStats()
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for number in range(calls):
        moment = start + timedelta(hours=5 * number)
        talk = {
            "type": "O",
            "dst": "4412345678",
            "disposition": "CONNECTED",
            "billsec": 40 * number,
            "charge": Decimal("0.35"),
        }
        rest = {"type": "OM"[number % 2], "disposition": EVIL}
        stats.add(
            Cdr(id=number + 1, user_id=1 + number % len(names), calldate=moment, **(talk if number % 3 else rest))
        )
    return stats.report([User(id=id, first_name=name) for id, name in enumerate(names, 1)])


class Page(HTMLParser):
    """What a page consists of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def named(self, *names: str) -> list[dict[str, str | None]]:
        return [found for tag, found in self.tags if tag in names]


@needs_matplotlib
def test_what_comes_from_the_account_is_escaped() -> None:
    page = report_of(EVIL, "Tom & 'Ada'", 'a"onmouseover="x').to_html(title=EVIL)
    assert EVIL not in page
    assert "&lt;script&gt;" in page
    assert "Tom &amp; &#x27;Ada&#x27;" in page
    assert not Page(page).named("script")
    assert not [name for _, found in Page(page).tags for name in found if name.startswith("on")]


@needs_matplotlib
def test_the_page_asks_nobody_for_anything() -> None:
    text = report_of("Ada").to_html()
    page = Page(text)
    assert not page.named("script", "link", "img", "iframe", "object", "base", "form")
    assert "://" not in text
    assert not re.search(r"url\((?!#)|@import", text)
    links = [value for _, found in page.tags for name, value in found.items() if name in ("href", "xlink:href", "src")]
    assert all(value is not None and value.startswith("#") for value in links)
    (policy,) = [found["content"] for found in page.named("meta") if "http-equiv" in found]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


@needs_matplotlib
def test_the_page_can_be_read_aloud() -> None:
    page = Page(report_of("Ada", "Tom").to_html())
    assert page.named("html") == [{"lang": "en"}]
    assert len(page.named("h1")) == len(page.named("main")) == 1
    assert len(page.named("caption")) == len(page.named("table")) == 5
    pictures = [found for tag, found in page.tags if found.get("role") == "img"]
    assert len(pictures) == len(page.named("svg")) == 12
    assert all(found.get("aria-label") for found in pictures)
    assert all(found.get("scope") for found in page.named("th"))


@needs_matplotlib
def test_no_two_things_of_the_page_share_an_id() -> None:
    page = Page(report_of("Ada", "Tom").to_html())
    ids = [found["id"] for _, found in page.tags if "id" in found]
    assert len(ids) == len(set(ids)) > 0
    used = [value[1:] for _, found in page.tags if (value := found.get("xlink:href"))]
    assert set(used) <= set(ids)


@needs_matplotlib
def test_the_page_has_forms_for_a_phone_and_for_paper() -> None:
    text = report_of("Ada").to_html()
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in text
    assert "@media print" in text
    assert "@media screen and (max-width: 40rem)" in text


@needs_matplotlib
def test_the_same_report_is_the_same_page() -> None:
    report = report_of("Ada", "Tom")
    assert render_html(report) == render_html(report)


@needs_matplotlib
@pytest.mark.parametrize("names", [("$x^2$ \\frac",), ("名前",), ("\x00\x07",), ("\U0001f600",), ("x" * 500,)])
def test_any_name_can_be_drawn(names: tuple[str, ...]) -> None:
    assert Page(report_of(*names).to_html()).named("svg")


@needs_matplotlib
@pytest.mark.parametrize("calls", [0, 1, 2, 400])
def test_any_number_of_calls_can_be_drawn(calls: int) -> None:
    text = report_of("Ada", calls=calls).to_html()
    assert (">No calls<" in text) == (calls == 0)
    assert bool(Page(text).named("svg")) == (calls > 0)


@needs_matplotlib
def test_a_report_of_nothing_can_be_drawn() -> None:
    text = CallReport(tz="UTC").to_html()
    assert "no calls · days and hours in UTC" in text
    assert not Page(text).named("svg", "table")


@needs_matplotlib
def test_what_is_missing_is_said_first() -> None:
    failure = Failure(what=EVIL, user_id=7, error=NotFoundError(404, "Not found"))
    fetch = Fetch(source="users", failures=(failure,), incomplete=("Tom",))
    text = attrs.evolve(report_of("Ada"), fetch=fetch).to_html()
    assert "Some of the call records are missing" in text
    assert ": VoIPstudio did not find them (404)." in text
    assert "Tom: VoIPstudio does not confirm that these are all." in text
    assert EVIL not in text


@needs_matplotlib
def test_many_users_are_all_in_the_table() -> None:
    text = report_of(*(f"Person-{number}" for number in range(30)), calls=90).to_html()
    assert "The 10 busiest of 30" in text
    assert all(f">Person-{number}<" in text for number in range(30))


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'voipstudio-async\[report\]'"):
        report_of("Ada").to_html()


def test_times_and_amounts_are_written_for_people() -> None:
    assert [duration(value, "-") for value in (None, 0, 59.6, 3599, 3600, 36061)] == [
        *("-", "0:00", "1:00", "59:59", "1:00:00", "10:01:01")
    ]
    assert amount(Decimal("12345.678")) == "12,345.68"
    assert shortened("  a\nb\ud800 ") == "a b"


@needs_matplotlib
@pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium on the path")
@pytest.mark.parametrize("width", [390, 1200])
def test_a_browser_shows_the_page(tmp_path: Path, width: int) -> None:
    page, picture = tmp_path / "report.html", tmp_path / "report.png"
    page.write_text(report_of("Ada", "Tom", "Olga").to_html(), "utf-8")
    options = (
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-logging=stderr"),
        *(f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={width},1600", f"--screenshot={picture}"),
    )
    run = subprocess.run(
        [str(CHROMIUM), *options, page.as_uri()], capture_output=True, text=True, timeout=50, check=False
    )
    assert picture.is_file(), run.stderr
    # The page's policy would be heard of here, had it refused anything.
    assert "Refused to" not in run.stderr
    assert "CONSOLE" not in run.stderr
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 20_000


def test_the_page_says_what_is_counted() -> None:
    calls, legs = (CallReport(tz="UTC", count=count).to_html() for count in get_args(Count))
    assert "Calls are counted" in calls
    assert "Legs are counted" in legs
    assert "<dt>Legs of calls</dt>" in legs


@needs_matplotlib
def test_on_paper_the_last_words_stand_with_the_last_table() -> None:
    for page in (report_of("Ada", "Tom").to_html(), CallReport(tz="UTC").to_html()):
        _, end = page.split('<div class="end">')
        assert end.index("</table>" if "<table>" in end else '<p class="none">') < end.index("<footer")
        assert end.index("</footer>") < end.index("</div>\n</main>")
    css = files("voipstudio_async.reports").joinpath("report.css").read_text("utf-8")
    printed = css.split("@media print")[1]
    assert re.search(r"\.end \{ break-inside: avoid; \}", printed)
