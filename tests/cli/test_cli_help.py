"""What the help and ``docs/cli.md`` say, held against the commands themselves."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
from cli.commands import ROOT, voipstudio
from typer.core import TyperArgument

from voipstudio_async.cli import exits
from voipstudio_async.cli.app import app
from voipstudio_async.cli.changes import CREATIONS, REMOVABLE, UPDATES
from voipstudio_async.cli.names import LISTINGS, THINGS, complete_listings, complete_things


def commands(group: Any, *path: str) -> Iterator[tuple[str, Any]]:
    """Return every command by the words that are typed for it, those of groups too."""
    # A group makes its commands when they are asked for.
    for name in group.list_commands(None):
        command, words = group.get_command(None, name), (*path, name)
        if hasattr(command, "commands"):
            yield from commands(command, *words)
        else:
            yield " ".join(words), command


MAIN: Any = typer.main.get_group(app)
COMMANDS: dict[str, Any] = dict(commands(MAIN))
GROUPS = sorted(name for name in MAIN.list_commands(None) if hasattr(MAIN.get_command(None, name), "commands"))
DOCUMENT = (ROOT / "docs" / "cli.md").read_text("utf-8")

CHANGED: dict[str, Any] = {"Created": CREATIONS, "Updated": UPDATES, "Deleted": REMOVABLE}


def options(*, with_fields: bool = True) -> Iterator[tuple[str, str]]:
    """List the options of every command; those that stand for a field of a body are made from the declarations."""
    for name, command in COMMANDS.items():
        for parameter in command.params:
            if with_fields or not parameter.name.startswith("field_"):
                flags = (*parameter.opts, *parameter.secondary_opts)
                yield from ((name, option) for option in flags if option.startswith("--"))


def examples(command: str) -> list[str]:
    """List the examples of a command's docstring, as they would be typed."""
    return re.findall(r"^\* `voipstudio (.+)`$", COMMANDS[command].help, re.MULTILINE)


def params(command: str) -> list[Any]:
    """List the parameters of a command or a group."""
    found = MAIN
    for word in command.split():
        found = found.get_command(None, word)
    shown: list[Any] = found.params
    return shown


def test_these_are_the_commands() -> None:
    alone = ["count", "delete", "doctor", "export", "get", "list", "me", "raw", "report", "sandbox", "sql"]
    assert sorted(name for name in COMMANDS if " " not in name) == alone
    assert {f"create {name}" for name in CREATIONS} | {f"update {name}" for name in UPDATES} < set(COMMANDS)
    assert {f"{name} download" for name in ("recordings", "voicemails", "faxes", "invoices")} < set(COMMANDS)
    assert "webhooks listen" in COMMANDS
    assert {"calls list", "calls place", "calls hang-up", "calls watch", "sms send"} < set(COMMANDS)
    assert {f"contacts {word}" for word in ("list", "create", "update", "move")} < set(COMMANDS)
    assert {f"queues {word}" for word in ("list", "join", "leave")} < set(COMMANDS)
    assert {"auth list", "auth login", "auth logout", "auth status", "auth switch"} < set(COMMANDS)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help_with_examples(command: str) -> None:
    ended = voipstudio(*command.split(), "--help")

    assert ended.code == 0
    assert "Examples:" in ended.out
    assert f"• voipstudio {command}" in ended.out


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_example_can_be_parsed(command: str) -> None:
    assert examples(command)
    for example in examples(command):
        name = command.split()
        typed = shlex.split(example)
        arguments = typed[len(name) :]
        assert typed[: len(name)] == name
        COMMANDS[command].make_context(command, arguments)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_option_has_a_word_of_help(command: str) -> None:
    for parameter in COMMANDS[command].params:
        assert parameter.help, parameter.name


@pytest.mark.parametrize("command", ["", *GROUPS, *sorted(COMMANDS)])
def test_flags_are_shown_without_a_value(command: str) -> None:
    shown = voipstudio(*command.split(), "--help", COLUMNS="160").out

    assert re.search(r"--help +-h +Show this message", shown)
    for raw in ("<bool>", "<flag>", "BOOLEAN"):
        assert raw not in shown


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_name_and_no_word_of_help_is_cut_on_any_screen(width: int) -> None:
    for command in ("", *GROUPS, *sorted(COMMANDS)):
        shown = voipstudio(*command.split(), "--help", COLUMNS=str(width)).out
        flags = [name for each in params(command) for name in each.opts if name.startswith("--")]
        assert "…" not in shown, command
        assert [flag for flag in flags if not re.search(rf"(?<!\S){flag}(?![\w-])", shown)] == [], command
        # What is longer than a line, such as an example in JSON, stays in one piece.
        assert [line for line in shown.splitlines() if len(line) > width and " " in line.strip(" *│")] == [], command


@pytest.mark.skipif(
    not hasattr(TyperArgument, "display_type_rich"),
    reason="typer before 0.29 shows the type of an argument, and nothing can hide it",
)
@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_values_are_shown_by_their_names_and_not_by_their_types(command: str) -> None:
    shown = voipstudio(*command.split(), "--help", COLUMNS="160").out

    for raw in ("<str>", "<int>", "<float>", "<Path>", "TEXT", "INTEGER"):
        assert raw not in shown


def test_flags_have_their_help_beside_them() -> None:
    assert re.search(r"--sandbox +Report on", voipstudio("report", "--help", COLUMNS="160").out)
    assert re.search(r"--all +All rows", voipstudio("list", "--help", COLUMNS="160").out)


@pytest.mark.parametrize(("command", "option"), sorted(set(options(with_fields=False))))
def test_every_option_is_documented(command: str, option: str) -> None:
    assert re.search(rf"`{option}\b", DOCUMENT), f"docs/cli.md does not mention {option} of {command}"


def test_every_command_and_resource_is_documented() -> None:
    for word in COMMANDS:
        made = word.partition(" ")[0] in ("create", "update")
        assert f"`voipstudio {word.partition(' ')[0] if made else word}" in DOCUMENT
    for named in {*LISTINGS, *THINGS, *CREATIONS, *UPDATES, *REMOVABLE}:
        assert f"`{named}`" in DOCUMENT


def test_what_can_be_listed_and_what_can_be_got_are_documented_apart() -> None:
    listed, got = (
        re.search(rf"^\* {word}: (.*?)\.$", DOCUMENT, re.MULTILINE | re.DOTALL) for word in ("Listed", "Got")
    )
    changed = {word: re.search(rf"^\* {word}: (.*?)\.$", DOCUMENT, re.MULTILINE | re.DOTALL) for word in CHANGED}

    assert listed
    assert got
    assert set(re.findall("`(.+?)`", listed[1])) == set(LISTINGS)
    assert set(re.findall("`(.+?)`", got[1])) == set(THINGS)
    for word, names in CHANGED.items():
        found = changed[word]
        assert found
        assert set(re.findall("`([a-z_.]+)`", found[1])) == set(names)


def test_the_document_knows_no_option_that_does_not_exist() -> None:
    known = {option for _, option in options()} | {"--help", "--version", "--install-completion", "--show-completion"}

    assert set(re.findall(r"`[^`]*?(--[a-z][a-z-]+)", DOCUMENT)) <= known


def test_the_documented_exit_codes_are_those_of_the_program() -> None:

    codes = re.findall(r"^\| (\d+) \|", DOCUMENT, re.MULTILINE)

    assert list(map(int, codes)) == [0, exits.FAILED, exits.USAGE, exits.INTERRUPTED, exits.READER_GONE]


def test_the_shell_completes_the_names_of_resources() -> None:
    assert [name for name, _ in complete_listings("user-g")] == ["user_groups", "user_group_policies"]
    assert [name for name, _ in complete_listings("users.c")] == [
        "users.contacts",
        "users.cdrs",
        "users.chat_messages",
        "users.calls",
    ]
    assert [name for name, _ in complete_things("cd")] == ["cdrs"]


def test_completion_is_answered() -> None:
    ended = voipstudio(_VOIPSTUDIO_COMPLETE="complete_bash", COMP_WORDS="voipstudio list queue", COMP_CWORD="2")

    assert "queue_groups" in ended.out


def test_the_exit_codes_are_told_in_the_same_words_everywhere() -> None:

    texts = [" ".join(text.split()) for text in (DOCUMENT, exits.__doc__ or "", voipstudio("--help").out)]

    for words in ("everything was done", "something could not be fetched, written or served", "ended by Ctrl-C"):
        assert all(words in text for text in texts)
    assert all("wrong usage: the command cannot work as it was given" in text for text in texts)
