"""What is created, changed and deleted on the command line."""

from __future__ import annotations

import itertools
import json
import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from cli.commands import Screen, finish, process, voipstudio
from cli.test_cli_completion import completed

from voipstudio_async import Secret, UserGroup, VoipStudio
from voipstudio_async.cli import changing
from voipstudio_async.cli.changes import CREATIONS, DELETIONS, EMPTYINGS, UPDATES, Change
from voipstudio_async.cli.changing import command_of, flags
from voipstudio_async.cli.given import Reader
from voipstudio_async.cli.groups import Place
from voipstudio_async.entities.fields import field_specs
from voipstudio_async.errors import ConfigurationError
from voipstudio_async.operations import Create, operations
from voipstudio_async.resources import RESOURCES
from voipstudio_async.sandbox import Recorded, Reply, Sandbox
from voipstudio_async.unset import UNSET, Unset

ELSEWHERE = {
    *("me.logout", "auth.login", "auth.confirm", "api_tokens.create", "api_tokens.delete"),
    *("calls.place", "calls.answer", "calls.transfer", "calls.attach_link", "calls.hang_up"),
    *("web_calls.create", "lead_calls.create", "sms.send"),
    *("contacts.move", "queues.join", "queues.leave", "call_tracking.assign"),
}
"""What changes something and is no creation, update or deletion by fields: commands of their own, or the package."""


COMMANDS_OF_THEIR_OWN = {
    *("me.logout", "auth.login", "calls.place", "calls.hang_up", "sms.send"),
    *("contacts.move", "queues.join", "queues.leave"),
}


def test_what_has_no_command_is_named_with_a_reason() -> None:
    page = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")
    table = page.split("### What has no command")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]

    assert {name for row in rows for name in re.findall(r"`(\w+\.\w+)`", row)} == ELSEWHERE - COMMANDS_OF_THEIR_OWN
    assert all(len(row.split(" | ")[1]) > 30 for row in rows)


def shown(*arguments: str, at: Sandbox, stdin: str | None = None) -> Any:
    ended = voipstudio(*arguments, "--format", "json", at=at, stdin=stdin)
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def preview(*arguments: str, stdin: str | None = None) -> tuple[str, Any]:
    """Return what a dry run tells: the first line, and the body."""
    ended = voipstudio(*arguments, "--dry-run", stdin=stdin)
    assert ended.code == 0, ended.err
    line, _, body = ended.out.partition("\n")
    return line, json.loads(body) if body else None


def changes(sandbox: Sandbox) -> list[str]:
    return [f"{each.method} {each.path}" for each in sandbox.requests if each.method != "GET"]


def group(sandbox: Sandbox, name: str = "Sales") -> str:
    return str(shown("create", "user-groups", "--name", name, at=sandbox)["id"])


# --- the declarations ------------------------------------------------------------------------------------------


def test_whatever_the_api_lets_be_changed_has_a_command_or_is_known_to_be_elsewhere() -> None:
    tables = (CREATIONS, UPDATES, DELETIONS, EMPTYINGS)
    covered = {f"{change.resource}.{change.declared.name}" for table in tables for change in table.values()}
    declared = {
        f"{name}.{operation.name}"
        for name, resource in RESOURCES.items()
        for operation in operations(resource).values()
        if operation.method not in ("GET", "HEAD", "ANY") and name != "raw"
    }

    assert covered | ELSEWHERE == declared
    assert not covered & ELSEWHERE


@pytest.mark.parametrize("change", [*CREATIONS.values(), *UPDATES.values()], ids=lambda each: each.name)
def test_every_field_has_an_option_of_its_own(change: Any) -> None:
    named = flags(change)

    assert list(named) == [spec.name for spec in field_specs(change.body)]
    assert len(set(named.values())) == len(named)


def test_an_option_that_the_command_has_anyhow_is_not_taken() -> None:
    named = flags(CREATIONS["report_schedules"])

    assert (named["format"], named["tz"], named["timezone"]) == ("--field-format", "--field-tz", "--timezone")


# --- creating and updating -------------------------------------------------------------------------------------


def test_a_thing_is_created_changed_and_deleted(sandbox: Sandbox) -> None:
    made = shown("create", "user_groups", "--name", "Sales", "--color", "red", at=sandbox)
    changed = shown("update", "user_groups", str(made["id"]), "--unset", "color", at=sandbox)
    deleted = voipstudio("delete", "user_groups", str(made["id"]), "--yes", at=sandbox)

    assert (made["name"], made["color"]) == ("Sales", "red")
    assert (changed["name"], changed["color"]) == ("Sales", None)
    assert (deleted.code, deleted.out, deleted.err) == (0, "", f"user_groups {made['id']}: deleted\n")
    assert voipstudio("delete", "user_groups", str(made["id"]), "--yes", at=sandbox).code == 1


def test_what_was_made_is_shown_as_get_shows_it(sandbox: Sandbox) -> None:
    made = voipstudio("create", "user_groups", "--name", "Sales", "--format", "csv", "--fields", "name", at=sandbox)

    assert made.out.splitlines() == ["name", "Sales"]


def test_fields_are_read_from_a_file_and_options_go_before_it(sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "group.json"
    file.write_text('{"name": "Sales", "color": "red"}')
    arguments = ("create", "user_groups", "--color", "blue", "--from-file")

    of_file = shown(*arguments, str(file), at=sandbox)
    of_stdin = shown(*arguments, "-", at=sandbox, stdin=file.read_text())

    assert {(each["name"], each["color"]) for each in (of_file, of_stdin)} == {("Sales", "blue")}


LINES = '{"name": "Sales"}\n\n{"name": "Support", "color": "red"}\n{"name": "Staff"}\n'


def test_each_line_of_a_file_is_a_thing_of_its_own(sandbox: Sandbox) -> None:
    arguments = ("create", "user_groups", "--color", "blue", "--from-file", "-")
    ended = voipstudio(*arguments, "--format", "csv", "--fields", "name,color", at=sandbox, stdin=LINES)

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == ["name,color", "Sales,blue", "Support,blue", "Staff,blue"]
    table = voipstudio("create", "user_groups", "--from-file", "-", at=sandbox, stdin=LINES)
    assert all(name in table.out for name in ("Sales", "Support", "Staff"))


def test_lines_that_fail_are_named_and_the_others_are_done(sandbox: Sandbox) -> None:
    def answer(request: Recorded) -> Any:
        assert isinstance(request.body, dict)
        if request.body["name"] == "Support":
            return Reply({"message": "no such team"}, status=400)
        return {"data": {"id": 1, **request.body}}

    sandbox.on("POST", "/usergroups", answer)
    ended = voipstudio("create", "user_groups", "--from-file", "-", "--format", "ndjson", at=sandbox, stdin=LINES)

    assert ended.code == 1
    assert [json.loads(line)["name"] for line in ended.out.splitlines()] == ["Sales", "Staff"]
    first, last = ended.err.splitlines()
    assert first.startswith("line 3: not created: ")
    assert "no such team" in first
    assert last == "1 of 3 not created"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"nme": "x"}', "line 4: there is no field 'nme'"),
        ("[]", "line 4 must hold one JSON object"),
        ("{", "line 4 is not JSON"),
        ('{"color": "red"}', "line 4: --name must be given"),
        ('{"name": 7}', "line 4: "),
    ],
)
def test_a_line_that_cannot_be_sent_keeps_all_from_being_sent(sandbox: Sandbox, line: str, message: str) -> None:
    text = LINES.replace('{"name": "Staff"}', line)
    for more in ((), ("--dry-run",)):
        ended = voipstudio("create", "user_groups", "--from-file", "-", *more, at=sandbox, stdin=text)

        assert (ended.code, ended.out) == (2, "")
        assert message in ended.err
        assert ended.err.count("\n") == 1
    assert sandbox.requests == []


def test_an_update_takes_one_object(sandbox: Sandbox) -> None:
    ended = voipstudio("update", "user_groups", "12", "--from-file", "-", at=sandbox, stdin=LINES)

    assert (ended.code, "--from-file must hold one JSON object, got 3 lines" in ended.err) == (2, True)
    assert sandbox.requests == []


def test_a_dry_run_tells_the_request_without_a_token_and_sends_nothing(sandbox: Sandbox) -> None:
    assert preview("update", "user-groups", "12", "--name", "Sales", "--unset", "color") == (
        "PATCH /usergroups/12",
        {"name": "Sales", "color": None},
    )
    assert voipstudio("create", "user_groups", "--name", "x", "--dry-run", at=sandbox).code == 0
    assert sandbox.requests == []


def test_values_are_sent_as_the_kinds_that_their_fields_have() -> None:
    frequency = {"type": "W", "time_of_day": [9, 17]}
    emails = ("--emails", "ann@example.com", "--emails", "joe@example.com")
    dated = ("--start-at", "2026-01-02", "--field-tz", "5", "--frequency", json.dumps(frequency))

    _, report = preview("create", "report_schedules", "--report-id", "7", "--name", "42", *emails, *dated)
    _, button = preview(
        *("create", "call_me_back", "--button-id", "1", "--name", "x", "--max-call-rate", "0.10"),
        *("--no-floating-icon", "--allowed-countries", '["GB"]'),
    )
    _, contact = preview("create", "contacts", "--global", "--type", "3", "--labels", "a", "--labels", "b")

    assert report == {
        "report_id": 7,
        "name": "42",
        "emails": ["ann@example.com", "joe@example.com"],
        "frequency": frequency,
        "start_at": "2026-01-02",
        "tz": "5",
    }
    assert button["floating_icon"] is False
    assert button["allowed_countries"] == ["GB"]
    assert Decimal(button["max_call_rate"]) == Decimal("0.10")
    assert contact == {"global": True, "type": 3, "labels": ["a", "b"]}


def test_what_is_cleared_is_null_and_a_list_is_empty() -> None:
    assert preview("update", "contacts", "1", "--unset", "notes", "--unset", "labels") == (
        "PATCH /contacts/1",
        {"notes": None, "labels": []},
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["create", "users"], "users cannot be created; there is: delete users"),
        (["update", "call_me_back", "1"], "call_me_back cannot be updated; there is: create call_me_back"),
        (["create", "contcts"], "there is no resource 'contcts'; did you mean contacts?"),
        (["create", "user_groups"], "--name must be given"),
        (["create", "report_schedules", "--name", "x"], "--report-id, --emails must be given"),
        (["create", "contacts"], "nothing was given"),
        (["update", "user_groups", "12"], "nothing was given"),
        (["update", "user_groups", "0", "--name", "x"], "an id is positive"),
        (["update", "user_groups", "12", "--unset", "colour"], "--unset: 'colour' is none of what can be cleared"),
        (["update", "user_groups", "12", "--unset", "name", "--name", "x"], "a value is given for it as well"),
        (["create", "report_schedules", "--report-id", "x"], "--report-id must be a whole number, got 'x'"),
        (["create", "report_schedules", "--start-at", "soon"], "--start-at must be a day like 2026-06-30"),
        (["create", "report_schedules", "--frequency", "{"], "--frequency is not JSON"),
        (["create", "report_schedules", "--frequency", "{}"], "--frequency: type is missing"),
        (["create", "report_schedules", "--frequency", '{"tipe": 1}'], "'tipe'; did you mean type?"),
        (["create", "contacts", "--from-file", "/nowhere.json"], "--from-file: /nowhere.json: No such file"),
        (["create", "contacts", "--from-file", "-"], "--from-file is not JSON"),
        (["create", "user_groups", "--name", "x", "--fields", "colr"], "there is no field 'colr'"),
        (["delete", "contacts", "1", "--yes"], "contacts cannot be deleted"),
        (["delete", "usrs", "1", "--yes"], "did you mean users?"),
        (["delete", "users", "--yes"], "give either ids or --all"),
        (["delete", "sms", "1", "--yes"], "sms can only be deleted all at once: delete sms --all"),
        (["delete", "users", "--all", "--yes"], "users cannot be deleted all at once"),
        (["delete", "sms", "--all", "--yes"], "add --confirm sms"),
        (["delete", "customers", "7", "--yes"], "add --confirm 7"),
        (["delete", "customers", "7", "--confirm", "8"], "add --confirm 7"),
        (["delete", "customers", "7", "8", "--confirm", "7"], "deleted one by one"),
        (["delete", "users", "7", "--confirm", "7"], "--confirm is not for users"),
        (["delete", "users", "0", "--yes"], "an id is positive"),
        (["delete", "users", "7"], "nobody can be asked here; add --yes"),
    ],
)
def test_what_cannot_be_right_is_one_line_and_not_sent(sandbox: Sandbox, arguments: list[str], message: str) -> None:
    ended = voipstudio(*arguments, at=sandbox)

    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err
    assert ended.err.count("\n") == 1
    assert sandbox.requests == []


@pytest.mark.parametrize("text", ["[]", "1", '"x"', '{"nme": "x"}'])
def test_a_file_that_holds_no_such_fields_is_refused(sandbox: Sandbox, text: str) -> None:
    ended = voipstudio("create", "user_groups", "--from-file", "-", at=sandbox, stdin=text)

    assert ended.code == 2
    assert "--from-file" in ended.err
    assert sandbox.requests == []


def test_the_short_commands_of_contacts_take_the_same_options(sandbox: Sandbox) -> None:
    assert preview("contacts", "create", "--tel-1", "1") == preview("create", "contacts", "--tel-1", "1")
    assert preview("contacts", "update", "7", "--tel-1", "1") == preview("update", "contacts", "7", "--tel-1", "1")
    assert shown("contacts", "create", "--first-name", "Ann", "--fields", "first_name", at=sandbox)


# --- secrets ---------------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class PhoneDraft:
    """A body with secrets, which no resource has yet."""

    password: str
    pin: Secret | Unset = UNSET


def test_a_secret_is_read_from_a_file_and_not_from_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("correct horse\nsecond line")
    reader = Reader(PhoneDraft, None)  # type: ignore[arg-type]  # no moments are read
    password, pin = field_specs(PhoneDraft)

    assert reader.option(password, str(file), "--password") == "correct horse"
    assert reader.option(pin, str(file), "--pin") == Secret("correct horse")
    with pytest.raises(ConfigurationError, match="correct horse: No such file"):
        reader.option(password, "correct horse", "--password")


def test_a_dry_run_hides_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "secret"
    file.write_text("correct horse battery")
    declared = Create(UserGroup, "Create a phone.", body=PhoneDraft)
    declared.name = "create"
    change = Change("user_groups", "user_groups", declared)
    monkeypatch.setitem(changing.COMMANDS, "create", {"phones": command_of(change, "create phones")})
    made = Place("create", "changing", "Create.").made().get_command(None, "phones")

    made.main(["--password", str(file), "--pin", str(file), "--dry-run"], standalone_mode=False)

    shown = capsys.readouterr()
    assert "horse" not in shown.out
    assert (shown.err, json.loads(shown.out.partition("\n")[2])) == ("", {"password": "***", "pin": "***"})


# --- deleting --------------------------------------------------------------------------------------------------


def test_a_deletion_says_of_each_what_became_of_it(sandbox: Sandbox) -> None:
    first, last = group(sandbox, "a"), group(sandbox, "b")

    ended = voipstudio("delete", "user-groups", first, "999999", last, first, "--yes", at=sandbox)

    lines = ended.err.splitlines()
    assert ended.code == 1
    assert (lines[0], lines[2], lines[3]) == (
        f"user_groups {first}: deleted",
        f"user_groups {last}: deleted",
        "1 of 3 not deleted",
    )
    assert lines[1].startswith("user_groups 999999: not deleted: 404 ")


def test_a_deletion_stops_at_what_all_others_would_meet(sandbox: Sandbox) -> None:
    ended = voipstudio("delete", "users", "1", "2", "3", "--yes", at=sandbox, VOIPSTUDIO_API_TOKEN="wrong-token")

    assert ended.code == 1
    assert ended.err.startswith("not tried: 2, 3\nerror: 401 ")
    assert changes(sandbox) == ["DELETE /users/1"]


def test_things_that_the_api_deletes_together_are_one_request(sandbox: Sandbox) -> None:
    with VoipStudio(token=sandbox.token, base_url=sandbox.url) as client:
        each = (row for user in client.users.list() for row in client.users.chat_messages(user.id))
        ids = [str(row.id) for row in itertools.islice(each, 3)]
    sandbox.requests.clear()

    ended = voipstudio("delete", "chat_messages", *ids, "--yes", at=sandbox)

    assert ended.code == 0
    assert ended.err.splitlines() == [f"chat_messages {id}: deleted" for id in ids]
    assert changes(sandbox) == [f"DELETE /chatmsgs/{','.join(ids)}"]


def test_a_whole_collection_is_deleted_by_its_name(sandbox: Sandbox) -> None:
    assert voipstudio("delete", "sms", "--all", "--confirm", "sms", at=sandbox).code == 0
    assert changes(sandbox) == ["DELETE /sms"]


def test_a_dry_run_of_a_deletion_asks_nobody(sandbox: Sandbox) -> None:
    ended = voipstudio("delete", "users.audio", "7", "8", "--dry-run", at=sandbox)

    assert (ended.code, ended.out) == (0, "DELETE /users/7/audio\nDELETE /users/8/audio\n")
    assert sandbox.requests == []


@pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")
@pytest.mark.parametrize(
    ("arguments", "question", "answer", "code"),
    [
        (("user_groups", "999999"), "delete user_groups 999999? [y/N]", "no", 2),
        (("sms", "--all"), "delete all sms, for good? To do so, type sms:", "sms", 0),
    ],
)
def test_a_person_is_asked_before_a_deletion(
    sandbox: Sandbox, arguments: tuple[str, ...], question: str, answer: str, code: int
) -> None:
    screen = Screen(120)
    with process("delete", *arguments, at=sandbox, stdin=screen.theirs, stderr=screen.theirs) as started:
        screen.wait_for(question)
        screen.type(answer)
        ended = finish(started)
    screen.end()

    assert ended.code == code
    assert changes(sandbox) == ([] if code else ["DELETE /sms"])


# --- help and completion ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("command", ["create contacts", "create report_schedules", "update contacts", "delete"])
def test_help_cuts_no_option_short(command: str, width: int) -> None:
    assert "…" not in voipstudio(*command.split(), "--help", COLUMNS=str(width)).out


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("create cont", ["contacts"]),
        ("update user_group_", ["user_group_policies"]),
        ("delete chat", ["chat_messages"]),
        ("create contacts --first", ["--first-name"]),
        ("create contacts --fields first", ["first_name"]),
        ("update contacts 7 --unset lab", ["labels"]),
    ],
)
def test_the_shell_completes_what_changes_things(line: str, offered: list[str]) -> None:
    assert completed(line) == offered
