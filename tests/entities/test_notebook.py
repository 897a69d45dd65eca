"""What a notebook shows: small tables, escaped and without secrets."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from voipstudio_async import AsyncVoipStudio, BulkResult, Cdr, Me, Outcome, Page, User, VoipStudio
from voipstudio_async.entities import Secret

USERS = [User(id=number, first_name="<b>Ann</b>") for number in range(1, 31)]


def shown(thing: Any) -> str:
    text: str = thing._repr_html_()
    assert text.count("<tr>") <= 21
    return text


def test_an_entity_is_a_table_of_its_fields_without_secrets() -> None:
    text = shown(Me(first_name="<b>", sip_password=Secret("hush"), extra={"pin": "hush", "plain": 1}))

    assert "<td>first_name</td><td>&lt;b&gt;</td>" in text
    assert "***" in text
    assert "hush" not in text


def test_a_page_is_a_table_of_its_first_rows() -> None:
    text = shown(Page(USERS, 1, 59))

    assert "<th>id</th><th>first_name</th>" in text
    assert "<td>20</td><td>&lt;b&gt;Ann&lt;/b&gt;</td>" in text
    assert "and 10 more" in text
    assert "<td>21</td>" not in text


def test_a_page_shows_the_fields_that_a_person_looks_for() -> None:
    call = Cdr(id=1, call_id=2, live_id=3, server_id=4, type="M", src="44", dst="48", duration=5, charge=Decimal("0.1"))
    names = ("id", "type", "src", "dst", "duration", "charge", "call_id", "live_id")

    assert "".join(f"<th>{name}</th>" for name in names) in shown(Page([call], 1, 1))


def test_a_page_is_told_in_one_line() -> None:
    assert repr(Page(USERS, 1, 59)) == "<Page 1: 30 x User of 59>"
    assert repr(Page((), 7, None)) == "<Page 7: no rows>"
    assert "no rows" in shown(Page((), 7, None))


def test_a_bulk_result_is_a_table_of_its_outcomes() -> None:
    outcomes: list[Outcome[Any, Any]] = [
        Outcome(0, 7, USERS[0], None, 1),
        Outcome(1, "<i>", None, ValueError("<b>no</b>"), 1),
    ]
    text = shown(BulkResult(outcomes))

    assert "2 outcomes, 1 failed" in text
    assert "<td>&lt;i&gt;</td><td></td><td>ValueError: &lt;b&gt;no&lt;/b&gt;</td>" in text


def test_a_listing_says_what_it_is_and_sends_nothing() -> None:
    options: dict[str, Any] = {"token": "t", "base_url": "http://localhost:1"}
    for client in (AsyncVoipStudio(**options), VoipStudio(**options)):
        assert "Pages(User, " in shown(client.users.list())
