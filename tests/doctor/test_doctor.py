"""The doctor sees what holds and what does not, reads only, and tells nothing of anybody."""

from __future__ import annotations

import inspect
import json
import tomllib
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import TOKEN

from voipstudio_async import AsyncVoipStudio, AuthenticationError, Cdr, ConnectError, RetryPolicy, User
from voipstudio_async.doctor import QUESTIONS, Answer, Examination, Verdict, examine, local
from voipstudio_async.doctor.machine import EXTRAS
from voipstudio_async.doctor.readings import safe
from voipstudio_async.sandbox import Reply, Sandbox

ROOT = Path(__file__).parents[2]


async def examined(sandbox: Sandbox, token: str = TOKEN) -> Examination:
    async with AsyncVoipStudio(token, base_url=sandbox.url, retry=RetryPolicy(attempts=1)) as client:
        return await examine(client)


async def findings(sandbox: Sandbox) -> Mapping[str, Answer]:
    return {answer.question.name: answer for answer in (await examined(sandbox)).answers}


@pytest.fixture
async def account() -> AsyncIterator[Sandbox]:
    async with Sandbox(users=3, calls=30, seed=7, token=TOKEN) as started:
        yield started


async def test_it_reads_only(account: Sandbox) -> None:
    found = await examined(account)

    assert {seen.method for seen in account.requests} == {"GET"}
    assert (len(account.requests), found.unanswered) == (found.requests, 0)
    assert found.requests < 200


async def test_every_question_is_answered_and_what_the_sandbox_decides_holds(account: Sandbox) -> None:
    found = await findings(account)

    assert list(found) == [question.name for question in QUESTIONS]
    by_verdict = {verdict: {name for name in found if found[name].verdict is verdict} for verdict in Verdict}
    assert by_verdict[Verdict.DIFFERS] == {"unknown fields"}
    never_asked = {question.name for question in QUESTIONS if question.check is None}
    assert by_verdict[Verdict.UNKNOWN] == {"default page", "zone"} | never_asked
    assert "cdrs: recorded" in found["unknown fields"].found


async def test_a_page_that_is_cut_differs() -> None:
    async with Sandbox(users=1, calls=5100, token=TOKEN, largest_page="cut") as sandbox:
        found = await findings(sandbox)

    assert found["largest page"].verdict is Verdict.DIFFERS
    assert found["largest page"].found == "a limit of 5001 gives 5000 rows"


async def test_deep_pages_that_are_refused_differ() -> None:
    async with Sandbox(users=1, calls=20, token=TOKEN, deepest=10_000) as sandbox:
        found = await findings(sandbox)

    assert found["deep pages"].verdict is Verdict.DIFFERS
    assert found["deep pages"].found == "page 100000: 400 (SF0010)"


async def test_the_forms_of_the_documentation_differ() -> None:
    async with Sandbox(users=2, calls=10, token=TOKEN, documented_shapes=True) as sandbox:
        found = await findings(sandbox)

    assert found["envelopes"].verdict is Verdict.DIFFERS
    assert "data: list, total: int: users" in found["envelopes"].found
    assert found["belongings of a user"].verdict is Verdict.DIFFERS


async def test_what_may_not_be_read_is_named_with_its_status(account: Sandbox) -> None:
    account.deny("GET", "/cdrs")
    account.deny("GET", "/faxes")
    account.on("GET", "/chats", Reply({"message": "no"}, 404))
    account.deny("GET", "/me")

    found = await findings(account)

    assert found["access"].verdict is Verdict.DIFFERS
    assert "403: cdrs, faxes; " in found["access"].found
    assert found["access"].found.endswith("404: chats") or "404: chats; " in found["access"].found
    assert found["operators"].verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("status", "told"), [(200, "ignored: faxes"), (400, "refused: "), (500, "500: faxes"), (403, "403: faxes")]
)
async def test_a_wrong_filter_that_is_not_refused_is_named(account: Sandbox, status: int, told: str) -> None:
    rows = account.store.rows("faxes")

    def answer(seen: Any) -> Any:
        return Reply({"message": "no"}, status) if "filter" in seen.query and status != 200 else page(rows)

    account.on("GET", "/faxes", answer)
    found = (await findings(account))["wrong filter"]

    assert told in found.found
    assert (found.verdict is Verdict.HOLDS) == (status == 400)


def page(rows: list[Any]) -> dict[str, Any]:
    return {"data": rows, "total": len(rows)}


async def test_an_order_and_a_date_that_are_ignored_are_named(account: Sandbox) -> None:
    account.on("GET", "/faxes", page(account.store.rows("faxes")))
    found = await findings(account)

    assert "ignored: faxes" in found["sort and dir"].found
    assert "ignored: faxes" in found["date filter"].found


@pytest.mark.parametrize(
    ("hours", "verdict", "told"),
    [(2, Verdict.DIFFERS, "120 min in the future"), (0, Verdict.HOLDS, "0 min old"), (-5, Verdict.UNKNOWN, "h ")],
)
async def test_the_zone_is_read_off_the_newest_record(hours: int, verdict: Verdict, told: str) -> None:
    async with Sandbox(users=0, calls=0, token=TOKEN) as sandbox:
        now = datetime.now(UTC) + timedelta(hours=hours, seconds=5 if hours else -5)
        ann = sandbox.add_user("Ann Lee", created_at=now - timedelta(days=9))
        for name in [name for name in sandbox.store.tables if name not in ("me", "users", "cdrs")]:
            sandbox.store.delete_all(name)
        sandbox.add_call(ann, calldate=now)
        found = (await findings(sandbox))["zone"]

    assert found.verdict is verdict
    assert told in found.found.replace("119 min", "120 min").replace("2 h 0 min", "120 min")


async def test_fields_codes_and_values_that_are_strange_are_named_without_what_they_hold(account: Sandbox) -> None:
    rows = [
        row | {"disposition": "ANSWERED", "type": "447700900123", "billsec": "Ann", "sentiment_of_ann": "Ann Lee"}
        for row in account.store.rows("cdrs")
    ]
    account.on("GET", "/cdrs", page(rows))
    found = await findings(account)

    assert found["unknown codes"].found == "type: (not shown); disposition: ANSWERED"
    assert "cdrs: recorded, sentiment_of_ann" in found["unknown fields"].found
    assert found["values of other types"].found == "cdrs: billsec is a str"
    assert not any("Ann" in answer.found for answer in found.values())


async def test_it_tells_nothing_of_anybody(account: Sandbox) -> None:
    found = await examined(account)
    told = found.text() + json.dumps(found.to_dict())

    people = [getattr(account.add_user("Zoë Quill"), name) for name in ("first_name", "last_name", "email")]
    records = [row for name in ("users", "cdrs", "contacts", "sms", "ddis") for row in account.store.rows(name)]
    texts = {str(row.get(key)) for row in records for key in ("email", "src", "dst", "e164", "last_name", "message")}
    assert {each for each in {TOKEN, account.url, *people, *texts} - {"None", ""} if each in told} == set()


@pytest.mark.parametrize("name", ["447700900123", "a@example.com", "x" * 41, "\x1b[31m", "", "a12345", "a\nb"])
def test_a_name_that_may_tell_of_somebody_is_not_shown(name: str) -> None:
    assert safe(name) == "(not shown)"
    assert safe("cx_score 2") == "cx_score 2"


async def test_a_wrong_token_is_an_error(account: Sandbox) -> None:
    with pytest.raises(AuthenticationError):
        await examined(account, "wrong")


async def test_nobody_there_is_an_error() -> None:
    async with AsyncVoipStudio(TOKEN, base_url="http://127.0.0.1:9", retry=RetryPolicy(attempts=1)) as client:
        with pytest.raises(ConnectError):
            await examine(client)


async def test_requests_without_an_answer_are_counted_and_end_nothing(account: Sandbox) -> None:
    account.faults.malformed_headers(count=200, path="/cdrs")
    found = await examined(account)

    answers = {answer.question.name: answer for answer in found.answers}
    assert found.unanswered > 5
    assert "no answer (ProtocolError): cdrs" in answers["access"].found
    assert answers["groups" if "groups" in answers else "group_by"].verdict is Verdict.UNKNOWN


async def test_an_empty_account_is_examined() -> None:
    async with Sandbox(users=0, calls=0, token=TOKEN) as sandbox:
        for name in [name for name in sandbox.store.tables if name != "me"]:
            sandbox.store.delete_all(name)
        found = await findings(sandbox)

    about_rows = (
        "wrong filter",
        "date filter",
        "operators",
        "sort and dir",
        "group_by",
        "include",
        "zone",
        "default page",
    )
    assert {found[name].verdict for name in about_rows} == {Verdict.UNKNOWN}
    assert found["access"].verdict is Verdict.HOLDS


async def test_answers_that_are_no_json_end_nothing(account: Sandbox) -> None:
    for path, body in (("/cdrs", b"<html>"), ("/users", b"[" * 100_000), ("/queues", 7), ("/sms", {"data": [1]})):
        account.on("GET", path, body)
    found = await findings(account)

    assert found["envelopes"].verdict is Verdict.DIFFERS
    assert "no object: users, cdrs, queues" in found["envelopes"].found
    assert "data: list: sms" in found["envelopes"].found


def test_each_question_is_asked_once_and_says_what_is_assumed() -> None:
    names = [question.name for question in QUESTIONS]

    assert len(set(names)) == len(names)
    assert all(question.assumed for question in QUESTIONS)
    checks = [question.check for question in QUESTIONS if question.check is not None]
    assert len(set(checks)) == len(checks) > 20
    assert all(map(inspect.iscoroutinefunction, checks))


PROXY_VARIABLES = (
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "https_proxy",
    "http_proxy",
    "all_proxy",
    "no_proxy",
)


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)


def told(proxy: str | None = None, base_url: str = "https://api.example.com/v1") -> dict[str, str]:
    return local(token_from="VOIPSTUDIO_API_TOKEN", base_url=base_url, zone="UTC", proxy=proxy)


@pytest.mark.usefixtures("no_proxies")
def test_this_side_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://s3cret-ann:s3cret-pass@proxy.example.com:8080")
    monkeypatch.setenv("no_proxy", "s3cret.internal, 10.0.0.0/8")
    facts = told(
        base_url="https://bo:s3cret-word@api.example.com/v1?k=s3cret-key", proxy="s3cret:pass@[::1]:3128/s3cret"
    )

    assert facts["API"] == "https://api.example.com"
    assert facts["proxies"] == (
        "--proxy=http://***@[::1]:3128, HTTPS_PROXY=http://***@proxy.example.com:8080, NO_PROXY (2)"
    )
    assert "s3cret" not in str(facts)


@pytest.mark.usefixtures("no_proxies")
@pytest.mark.parametrize("mark", ["/", "?", "#", ":", "[", " ", "\\", "%2f", "@"])
def test_a_password_with_a_strange_character_is_not_told(mark: str, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"http://ann:s3cret{mark}s3cret@proxy.example.com:8080"
    monkeypatch.setenv("ALL_PROXY", address)
    facts = told(address, address)

    assert "s3cret" not in str(facts)
    assert "ann" not in facts["API"] + facts["proxies"]


@pytest.mark.usefixtures("no_proxies")
def test_where_there_is_no_proxy_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "")
    assert told()["proxies"] == "none"


def test_every_extra_is_known_by_a_library_of_its_own() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]

    assert set(EXTRAS) == set(declared)
    for name, (_, library) in EXTRAS.items():
        assert any(requirement.startswith(library) for requirement in declared[name]), name


def test_the_entities_of_the_samples_are_those_of_the_catalogue() -> None:
    from voipstudio_async.doctor.readings import places

    assert (places()["cdrs"].entity, places()["users"].moment) == (Cdr, "created_at")
    assert places()["users"].entity is User
