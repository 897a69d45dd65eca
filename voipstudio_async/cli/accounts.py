"""The commands ``auth``: log in once, and use a token of this machine's own without writing it anywhere by hand."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import socket
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Annotated, Any, Literal

import attrs
import typer

from .. import AsyncVoipStudio, Secret
from ..errors import AuthenticationError, ConfigurationError, DecodeError, NotFoundError, VoipStudioError
from ..surroundings import TOKEN_VARIABLE
from . import asking
from .connection import Connection
from .exits import say
from .profiles import Form, Profile, Profiles, check_name, keyring_name
from .terminal import tame

_CODE_PATIENCE = 120
"""Seconds that a command may take to give the mailed code."""
_DAY = 86400

Name = Annotated[
    str | None,
    typer.Argument(metavar="PROFILE", help="Which one; the active one, if none is named.", show_default=False),
]
WhichName = Annotated[str, typer.Argument(metavar="PROFILE", help="Which one.", show_default=False)]
Store = Literal["auto", "file", "keyring"]


def login(
    *,
    email: Annotated[
        str | None, typer.Option("--email", metavar="ADDRESS", help="Who logs in; asked for if not given.")
    ] = None,
    name: Annotated[str, typer.Option("--name", metavar="PROFILE", help="What the profile is called.")] = "default",
    days: Annotated[
        int, typer.Option("--days", metavar="N", help="The token ends when it was not used for so many days.")
    ] = 30,
    store: Annotated[
        Store, typer.Option("--store", help="Where the token is kept: auto is the keyring, where there is one.")
    ] = "auto",
    code_command: Annotated[
        str | None,
        typer.Option("--code-command", metavar="COMMAND", help="A command that prints the mailed code."),
    ] = None,
    connection: Connection,
) -> None:
    """Log in with an e-mail address and a password, and keep a token of its own for this machine.

    The password is asked for, and kept nowhere. Where the account has a second factor, each login mails a code:
    nothing is tried again by itself.

    Examples:
    * `voipstudio auth login --email ann@example.com`
    * `voipstudio auth login --name acme --days 90`
    * `voipstudio auth login --code-command 'pass show voipstudio-code'`
    """
    wish = _Wish(check_name(name), _life(days), _form(store), _code_source(code_command))
    if not asking.is_asked():
        raise ConfigurationError(
            "auth login asks for a password, and its input is no terminal; in a script, "
            f"use {TOKEN_VARIABLE} or --token-file"
        )
    profiles = Profiles.load()
    profiles.prepare()
    connection.check()
    say(_where(wish.form, profiles))
    address = email or asking.line("E-mail: ")
    password = Secret(asking.password("Password: "))
    profile, token = connection.run(lambda: _log_in(connection, wish, address, password))
    _keep(connection, profiles, profile, token)


@attrs.frozen
class _Wish:
    """What a login shall make."""

    name: str
    life: timedelta
    form: Form
    code: Callable[[], str]


def _life(days: int) -> timedelta:
    if not 1 <= days <= 3650:
        raise ConfigurationError(f"--days must be from 1 to 3650, got {days}")
    return timedelta(days=days)


def _form(store: Store) -> Form:
    if store == "file":
        return "file"
    found = keyring_name()
    if store == "keyring" and found is None:
        raise ConfigurationError(
            "there is no keyring that works here: pip install 'voipstudio-async[keyring]', or --store file"
        )
    return "file" if found is None else "keyring"


def _where(form: Form, profiles: Profiles) -> str:
    if form == "keyring":
        return f"The token will be kept in the keyring ({keyring_name()}), and its name in {profiles.path}"
    return f"The token will be kept in plain text in {profiles.path}, which only you can read"


def _code_source(command: str | None) -> Callable[[], str]:
    """Return what gives the mailed code; a command that cannot run is refused before a code is mailed."""
    if command is None:
        return lambda: asking.line("Code from the e-mail: ")
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ConfigurationError(f"--code-command: {error}") from None
    if not words or shutil.which(words[0]) is None:
        raise ConfigurationError(f"--code-command: there is no command {words[0] if words else ''!r}")
    return lambda: _printed_by(words)


def _printed_by(words: list[str]) -> str:
    try:
        # Its stderr is the terminal's: it may ask for something there.
        done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True, timeout=_CODE_PATIENCE)  # noqa: S603
        code = done.stdout.strip()
    except subprocess.CalledProcessError as error:
        fault = f"it ended with exit code {error.returncode}"
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        fault = type(error).__name__
    else:
        if code:
            return code
        fault = "it printed nothing"
    raise ConfigurationError(f"--code-command gave no code: {fault}; a new login mails a new one")


async def _log_in(connection: Connection, wish: _Wish, email: str, password: Secret) -> tuple[Profile, Secret]:
    """Make a token that is named after this machine, and end the session that made it."""
    async with await AsyncVoipStudio.login(email, password.reveal(), wish.code, **connection.options()) as client:
        try:
            me = await client.me()
            # A name must be new at the API. An earlier token of this machine may be in use by somebody else.
            name = f"voipstudio on {socket.gethostname()} ({wish.name}) {token_hex(3)}"
            made = await client.api_tokens.create(name=name, expiry=wish.life)
        finally:
            # It ends by itself soon, should this fail.
            with contextlib.suppress(VoipStudioError):
                await client.logout()
        if made.token is None:
            raise DecodeError("token", "the API made a token and did not show it: delete it in the dashboard")
        profile = Profile(
            name=wish.name,
            base_url=client.base_url,
            email=me.email or email,
            user_id=me.id,
            form=wish.form,
            token_name=name,
            made_at=datetime.now(UTC),
            expiry=wish.life,
        )
        return profile, made.token


def _keep(connection: Connection, profiles: Profiles, profile: Profile, token: Secret) -> None:
    before = profiles.entries.get(profile.name)
    old = _known_token(before)
    try:
        profiles.keep(profile, token.reveal())
    except BaseException:
        # A token that nobody has is not left behind.
        with contextlib.suppress(VoipStudioError):
            connection.run(lambda: _delete_token(profile, token, connection))
        raise
    say(f"logged in as {profile.email} on {profile.host}; the profile {profile.name!r} is used from now on")
    if os.environ.get(TOKEN_VARIABLE):
        say(f"note: {TOKEN_VARIABLE} is set, and goes before every profile")
    if before is not None and old is not None:
        with contextlib.suppress(VoipStudioError):
            connection.run(lambda: _delete_token(before, old, connection))


def _known_token(profile: Profile | None) -> Secret | None:
    try:
        return None if profile is None else Secret(profile.revealed())
    except ConfigurationError:
        return None


def status(*, connection: Connection) -> None:
    """Say which token is in force: where it is from, where it is kept, whose it is, and until when it works.

    Examples:
    * `voipstudio auth status`
    * `voipstudio auth status --profile acme`
    """
    source = connection.source()
    typer.echo(f"source   {source.told}")
    if source.profile is not None:
        typer.echo(f"kept     {_kept(source.profile)}")
    typer.echo(f"expires  {_until(source.profile)}")

    async def who() -> tuple[str, str]:
        async with connection.client() as client:
            me = await client.me()
            return client.base_url, f"{me.email or 'somebody'} (user {me.id})"

    base_url, account = connection.run(who)
    typer.echo(f"account  {account}")
    typer.echo(f"API      {base_url}")


def _kept(profile: Profile) -> str:
    if profile.form == "keyring":
        return f"in the keyring ({keyring_name()})"
    return f"in plain text in {Profiles.load().path}"


def _until(profile: Profile | None) -> str:
    if profile is None or profile.expiry is None:
        return "not known: only the dashboard tells"
    days = max(1, round(profile.expiry.total_seconds() / _DAY))
    made = f"; made {profile.made_at:%Y-%m-%d}" if profile.made_at is not None else ""
    return f"when it was not used for {days} {'day' if days == 1 else 'days'}{made}"


def listing() -> None:
    """List the profiles, the active one with a star: name, address, host, and where its token is kept.

    Examples:
    * `voipstudio auth list`
    """
    profiles = Profiles.load()
    if not profiles.entries:
        say("there are no profiles yet: voipstudio auth login makes one")
    for name, profile in sorted(profiles.entries.items()):
        mark = "*" if name == profiles.active else " "
        typer.echo(tame(f"{mark} {name}\t{profile.email}\t{profile.host}\t{profile.form}"))


def switch(*, profile: WhichName) -> None:
    """Use another profile from now on.

    Examples:
    * `voipstudio auth switch acme`
    """
    profiles = Profiles.load()
    found = profiles.named(profile)
    profiles.active = found.name
    profiles.save()
    say(f"the profile {found.name!r} ({found.email} on {found.host}) is used from now on")


def logout(
    *,
    which: Name = None,
    keep_token: Annotated[
        bool, typer.Option("--keep-token", help="Forget the profile here only, and leave its token at the API.")
    ] = False,
    connection: Connection,
) -> None:
    """Forget a profile, and delete its token at the API.

    Examples:
    * `voipstudio auth logout`
    * `voipstudio auth logout acme`
    """
    profiles = Profiles.load()
    found = profiles.find(which or connection.profile)
    if found is None:
        raise ConfigurationError("there is no active profile: name one (voipstudio auth list)")
    done = "its token was left at the API" if keep_token else _token_deleted(found, connection)
    profiles.forget(found.name)
    say(f"forgot the profile {found.name!r}; {done}")


def _token_deleted(profile: Profile, connection: Connection) -> str:
    token = _known_token(profile)
    if token is None:
        return "the keyring does not give its token: delete it in the dashboard"
    try:
        return connection.run(lambda: _delete_token(profile, token, connection))
    except VoipStudioError:
        say(f"the profile {profile.name!r} was not forgotten, since its token is still good; see --keep-token")
        raise


async def _delete_token(profile: Profile, token: Secret, connection: Connection) -> str:
    options = connection.options()
    options |= {"base_url": profile.base_url_for(connection.base_url), "token": token.reveal()}
    try:
        async with AsyncVoipStudio(**options) as client:
            await client.api_tokens.delete(token.reveal())
    except (AuthenticationError, NotFoundError):
        return "its token had ended already"
    return "its token was deleted at the API"


COMMANDS: dict[str, dict[str, Callable[..., Any]]] = {
    "auth": {"login": login, "status": status, "list": listing, "switch": switch, "logout": logout}
}
