"""Logging in on the command line: on a terminal, against a sandbox that mails codes, with a folder of its own."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cli.commands import Ended, Screen, finish, process, silent_server, voipstudio

from voipstudio_async.cli.profiles import Profiles
from voipstudio_async.sandbox import Sandbox

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")
PASSWORD = "canary-password-4711"


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    found = tmp_path / "config" / "voipstudio"
    monkeypatch.setenv("VOIPSTUDIO_CONFIG_DIR", str(found))
    return found


@pytest.fixture
def office(sandbox: Sandbox) -> Sandbox:
    sandbox.sessions.email, sandbox.sessions.password = "ann@example.com", PASSWORD
    return sandbox


def log_in(office: Sandbox, *more: str, password: str = PASSWORD, code: str | None = None) -> Ended:
    """Log in as a person does: type the password when it is asked for, and the code that was mailed."""
    screen = Screen(200)
    arguments = ("auth", "login", "--email", "ann@example.com", "--base-url", office.url, "--debug", *more)
    with process(*arguments, stdin=screen.theirs, stderr=screen.theirs) as started:
        screen.wait_for("Password: ")
        screen.type(password)
        if office.sessions.second_factor and "--code-command" not in more:
            screen.wait_for("Code from the e-mail: ")
            screen.type(office.sessions.codes[-1] if code is None else code)
        ended = finish(started)
    screen.end()
    return Ended(ended.code, ended.out, screen.shown)


def requests(office: Sandbox) -> list[str]:
    return [f"{each.method} {each.path}" for each in office.requests]


def store(folder: Path) -> Any:
    return json.loads((folder / "profiles.json").read_text("utf-8"))


def test_a_login_makes_a_token_that_every_command_then_uses(office: Sandbox, folder: Path) -> None:
    ended = log_in(office)

    assert ended.code == 0, ended.err
    assert f"The token will be kept in plain text in {folder / 'profiles.json'}" in ended.err
    assert ended.err.index("will be kept") < ended.err.index("Password")
    assert voipstudio("me", "--fields", "id").code == 0


def test_the_store_is_for_its_owner_alone_and_holds_no_password(office: Sandbox, folder: Path) -> None:
    log_in(office)

    file = folder / "profiles.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert PASSWORD not in file.read_text("utf-8")
    assert [path.name for path in folder.iterdir()] == ["profiles.json"]


def test_neither_the_token_nor_the_password_is_shown(office: Sandbox, folder: Path) -> None:
    shown = log_in(office)
    token = store(folder)["profiles"]["default"]["token"]
    told = [shown, *(voipstudio("auth", word, "--debug") for word in ("status", "list", "logout"))]

    assert [ended.code for ended in told] == [0, 0, 0, 0]
    for ended in told:
        assert PASSWORD not in ended.out + ended.err
        assert token not in ended.out + ended.err


def test_the_session_that_made_the_token_is_ended(office: Sandbox, folder: Path) -> None:
    log_in(office)

    assert requests(office)[-1].startswith("POST /logout")
    kept = store(folder)["profiles"]["default"]["token"]
    assert office.sessions.tokens == (kept,)


def test_a_mailed_code_is_asked_for_once(office: Sandbox) -> None:
    office.sessions.second_factor = True

    ended = log_in(office)

    assert ended.code == 0, ended.err
    assert len(office.sessions.codes) == 1


def test_a_wrong_code_is_not_tried_again(office: Sandbox, folder: Path) -> None:
    office.sessions.second_factor = True

    ended = log_in(office, code="000 000")

    assert ended.code == 1
    assert len(office.sessions.codes) == 1
    assert requests(office) == ["POST /login", "POST /login2fa"]
    assert not (folder / "profiles.json").exists()


def test_a_wrong_password_is_not_tried_again_and_not_shown(office: Sandbox) -> None:
    ended = log_in(office, password="canary-wrong")

    assert ended.code == 1
    assert requests(office) == ["POST /login"]
    assert "canary-wrong" not in ended.err
    assert "--where" not in ended.err


def test_a_command_can_give_the_code(office: Sandbox, tmp_path: Path) -> None:
    office.sessions.second_factor = True
    office.sessions.log_in("ann@example.com", PASSWORD)
    script = tmp_path / "code.py"
    script.write_text(f"import urllib.request\nprint(open({str(tmp_path / 'mail')!r}).read())\n", "utf-8")
    os.mkfifo(tmp_path / "mail")
    screen = Screen(200)
    arguments = ("auth", "login", "--email", "ann@example.com", "--base-url", office.url)
    command = f"'{sys.executable}' '{script}'"
    with process(*arguments, "--code-command", command, stdin=screen.theirs, stderr=screen.theirs) as started:
        screen.wait_for("Password: ")
        screen.type(PASSWORD)
        with (tmp_path / "mail").open("w") as mail:  # once the command reads it, the code was mailed
            mail.write(office.sessions.codes[-1])
        ended = finish(started)
    screen.end()

    assert ended.code == 0, screen.shown


def test_a_command_that_gives_no_code_ends_the_login(office: Sandbox, folder: Path) -> None:
    office.sessions.second_factor = True

    ended = log_in(office, "--code-command", "false")

    assert ended.code == 2
    assert "--code-command gave no code: it ended with exit code 1" in ended.err
    assert requests(office) == ["POST /login"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--code-command", "no-such-command-here x"], "there is no command 'no-such-command-here'"),
        (["--days", "0"], "--days must be from 1"),
        (["--name", "a b"], "a profile is called by a word"),
        (["--store", "keyring"], "there is no keyring that works here"),
        ([], "its input is no terminal"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_sent(
    office: Sandbox, arguments: list[str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)

    ended = voipstudio("auth", "login", *arguments, at=office, stdin=f"{PASSWORD}\n")

    assert ended.code == 2
    assert words in ended.err
    assert requests(office) == []


def test_a_second_login_takes_the_place_of_the_first_token(office: Sandbox, folder: Path) -> None:
    log_in(office)
    first = store(folder)["profiles"]["default"]["token"]
    log_in(office)
    second = store(folder)["profiles"]["default"]["token"]

    assert first != second
    assert office.sessions.tokens == (second,)


def test_a_token_that_cannot_be_stored_is_not_left_at_the_api(office: Sandbox, folder: Path) -> None:
    screen = Screen(200)
    with process("auth", "login", "--base-url", office.url, stdin=screen.theirs, stderr=screen.theirs) as started:
        screen.wait_for("E-mail: ")
        screen.type("ann@example.com")
        screen.wait_for("Password: ")
        (folder / "profiles.json").mkdir()
        screen.type(PASSWORD)
        ended = finish(started)
    screen.end()

    assert ended.code == 2
    assert office.sessions.tokens == ()


# --- which account is used -----------------------------------------------------------------------------------


def profile(url: str, token: str, **more: Any) -> dict[str, Any]:
    return {"base_url": url, "email": "ann@example.com", "form": "file", "token": token} | more


def keep(folder: Path, active: str | None, **profiles: dict[str, Any]) -> Path:
    folder.mkdir(parents=True)
    file = folder / "profiles.json"
    file.write_text(json.dumps({"active": active, "profiles": profiles}), "utf-8")
    file.chmod(0o600)
    return file


def test_status_tells_which_source_won(sandbox: Sandbox, folder: Path, tmp_path: Path) -> None:
    good = profile(sandbox.url, sandbox.token, expiry=2592000)
    keep(folder, "a", a=good, b=good)
    file = tmp_path / "token"
    file.write_text(sandbox.token, "utf-8")
    file.chmod(0o600)
    sources = [
        voipstudio("auth", "status"),
        voipstudio("auth", "status", "--profile", "b"),
        voipstudio("auth", "status", VOIPSTUDIO_PROFILE="b"),
        voipstudio("auth", "status", "--profile", "b", at=sandbox),
        voipstudio("auth", "status", "--token-file", str(file), at=sandbox),
    ]

    assert [ended.code for ended in sources] == [0] * 5
    assert [ended.out.splitlines()[0].removeprefix("source   ") for ended in sources] == [
        "the active profile a",
        "--profile b",
        "--profile b",
        "the variable VOIPSTUDIO_API_TOKEN",
        f"--token-file {file}",
    ]
    assert "the profile 'b' is not used" in sources[3].err
    assert "when it was not used for 30 days" in sources[0].out
    assert sandbox.url in sources[0].out


def test_a_profile_is_not_sent_to_another_host(sandbox: Sandbox, folder: Path) -> None:
    keep(folder, "a", a=profile("https://api.example.com/v1", sandbox.token))

    by_option = voipstudio("me", "--base-url", sandbox.url)
    by_variable = voipstudio("me", VOIPSTUDIO_API_URL=sandbox.url)

    for ended in (by_option, by_variable):
        assert ended.code == 2
        assert "belongs to https://api.example.com" in ended.err
    assert requests(sandbox) == []


def test_a_profile_that_is_not_there_is_named_with_those_that_are(sandbox: Sandbox, folder: Path) -> None:
    keep(folder, None, acme=profile(sandbox.url, sandbox.token))

    ended = voipstudio("me", "--profile", "amce")

    assert ended.code == 2
    assert "there is no profile 'amce'; there are: acme" in ended.err
    assert voipstudio("me").code == 2


def test_switching_makes_another_profile_the_active_one(sandbox: Sandbox, folder: Path) -> None:
    keep(folder, "a", a=profile(sandbox.url, "wrong"), b=profile(sandbox.url, sandbox.token))

    assert voipstudio("me").code == 1
    assert voipstudio("auth", "switch", "b").code == 0
    assert voipstudio("me").code == 0
    assert [line[:3] for line in voipstudio("auth", "list").out.splitlines()] == ["  a", "* b"]


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"active": null, "profiles": {"a": {"form": "file"}}}', "[" * 10000, '{"profiles": {}}']
)
def test_a_damaged_store_is_a_clear_error(folder: Path, text: str) -> None:
    keep(folder, None).write_text(text, "utf-8")

    for command in (["me"], ["auth", "list"], ["auth", "logout"]):
        ended = voipstudio(*command, "--debug")
        assert ended.code == 2
        assert "profiles.json is damaged: remove it, and log in again" in ended.err


def test_a_store_that_others_can_read_is_warned_about(sandbox: Sandbox, folder: Path) -> None:
    file = keep(folder, "a", a=profile(sandbox.url, sandbox.token))
    file.chmod(0o644)

    ended = voipstudio("me")

    assert ended.code == 0
    assert ended.err == f"warning: others can read the tokens in {file}; do: chmod 600 {file}\n"


# --- logging out ---------------------------------------------------------------------------------------------


def test_logging_out_deletes_the_token_at_the_api(office: Sandbox, folder: Path) -> None:
    log_in(office)

    ended = voipstudio("auth", "logout")

    assert (ended.code, ended.err) == (0, "forgot the profile 'default'; its token was deleted at the API\n")
    assert office.sessions.tokens == ()
    assert store(folder) == {"active": None, "profiles": {}}


def test_logging_out_of_what_has_ended_forgets_it(sandbox: Sandbox, folder: Path) -> None:
    keep(folder, "a", a=profile(sandbox.url, "gone"))

    ended = voipstudio("auth", "logout", "a")

    assert (ended.code, ended.err) == (0, "forgot the profile 'a'; its token had ended already\n")


def test_a_profile_whose_token_is_still_good_is_not_forgotten(folder: Path) -> None:
    keep(folder, "a", a=profile("http://127.0.0.1:9/v1", "good"))

    ended = voipstudio("auth", "logout")

    assert ended.code == 1
    assert "'a' was not forgotten, since its token is still good; see --keep-token" in ended.err
    assert list(Profiles.load().entries) == ["a"]
    assert voipstudio("auth", "logout", "--keep-token").code == 0
    assert list(Profiles.load().entries) == []


def test_ctrl_c_at_the_question_ends_a_login() -> None:
    screen = Screen(200)
    with silent_server() as (url, _):
        arguments = ("auth", "login", "--base-url", url)
        with process(*arguments, stdin=screen.theirs, stderr=screen.theirs) as started:
            screen.wait_for("E-mail: ")
            started.send_signal(2)
            assert finish(started).code == 130
    screen.end()


# --- the keyring ---------------------------------------------------------------------------------------------


class FakeKeyring:
    """What the module `keyring` does, in memory."""

    def __init__(self, priority: float = 5) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.backend = SimpleNamespace(priority=priority, name="Fake")

    def get_keyring(self) -> Any:
        return self.backend

    def set_password(self, service: str, name: str, value: str) -> None:
        self.kept[service, name] = value

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[service, name]


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> FakeKeyring:
    fake = FakeKeyring()
    monkeypatch.setitem(sys.modules, "keyring", fake)
    return fake


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person at the terminal of this very process, which types the password."""
    monkeypatch.setattr("voipstudio_async.cli.asking.is_asked", lambda: True)
    monkeypatch.setattr("voipstudio_async.cli.asking.password", lambda _: PASSWORD)


@pytest.mark.usefixtures("typed")
def test_the_keyring_keeps_the_token_where_there_is_one(office: Sandbox, folder: Path, keyring: FakeKeyring) -> None:
    arguments = ("auth", "login", "--email", "ann@example.com", "--base-url", office.url)
    logged_in = voipstudio(*arguments)
    status = voipstudio("auth", "status")
    (token,) = keyring.kept.values()

    assert "The token will be kept in the keyring (Fake)" in logged_in.err
    assert "kept     in the keyring (Fake)" in status.out
    assert store(folder)["profiles"]["default"]["token"] is None
    assert office.sessions.admit(token.__eq__)
    assert voipstudio("auth", "logout").code == 0
    assert keyring.kept == {}
    assert office.sessions.tokens == ()


@pytest.mark.usefixtures("typed")
@pytest.mark.parametrize("more", [["--store", "file"], []])
def test_a_keyring_is_not_used_against_ones_will_nor_one_in_plain_text(
    office: Sandbox, folder: Path, keyring: FakeKeyring, more: list[str]
) -> None:
    keyring.backend.priority = 5 if more else 0.5

    ended = voipstudio("auth", "login", "--email", "ann@example.com", "--base-url", office.url, *more)

    assert ended.code == 0
    assert keyring.kept == {}
    assert store(folder)["profiles"]["default"]["form"] == "file"


@pytest.mark.usefixtures("typed")
def test_a_keyring_that_is_locked_leaves_no_token_behind(
    office: Sandbox, keyring: FakeKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: str) -> None:
        raise RuntimeError(PASSWORD)

    monkeypatch.setattr(keyring, "set_password", locked)

    ended = voipstudio("auth", "login", "--email", "ann@example.com", "--base-url", office.url, "--debug")

    assert ended.code == 2
    assert "--store file keeps it in a file" in ended.err
    assert PASSWORD not in ended.err
    assert office.sessions.tokens == ()


def test_a_keyring_that_has_lost_the_token_says_to_log_in_again(
    sandbox: Sandbox, folder: Path, keyring: FakeKeyring
) -> None:
    keep(folder, "a", a=profile(sandbox.url, "") | {"form": "keyring", "token": None})

    ended = voipstudio("me")

    assert ended.code == 2
    assert "the keyring does not give the token of the profile 'a'; log in again" in ended.err
    assert voipstudio("auth", "logout").code == 0


def test_no_command_but_those_of_a_login_imports_the_keyring_or_the_profiles(sandbox: Sandbox) -> None:
    code = (
        "import sys; from voipstudio_async.cli.app import app; app(['me'], standalone_mode=False); "
        "print({'keyring', 'platformdirs', 'voipstudio_async.cli.profiles'} & set(sys.modules), file=sys.stderr)"
    )
    variables = {"VOIPSTUDIO_API_TOKEN": sandbox.token, "VOIPSTUDIO_API_URL": sandbox.url}
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | variables, capture_output=True, text=True, check=True
    )

    assert done.stderr.strip() == "set()"
