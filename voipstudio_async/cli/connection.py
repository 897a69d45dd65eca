"""Who asks, whom, and how patiently: the options that every command with a client has."""

from __future__ import annotations

import asyncio
import os
import ssl
import stat
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import attrs
import typer

from .. import AsyncVoipStudio, Limits, Secret
from ..errors import ConfigurationError, DeadlineExceeded
from ..surroundings import TOKEN_VARIABLE, URL_VARIABLE
from . import dates
from .completion import complete_zone
from .exits import WHERE_TOKENS_ARE_MADE, say

if TYPE_CHECKING:
    from .profiles import Profile

T = TypeVar("T")

PROFILE_VARIABLE = "VOIPSTUDIO_PROFILE"
_PANEL = "Connection"
_READABLE_BY_OTHERS = stat.S_IRGRP | stat.S_IROTH
_LONGEST_TOKEN = 4096


@attrs.frozen
class Source:
    """Where the token is from, and where it may be sent."""

    told: str
    """What it is called in a message."""
    token: Secret
    base_url: str | None
    profile: Profile | None = None
    """The login that it belongs to, if to any."""


@attrs.frozen(kw_only=True, eq=False)
class Connection:
    """How to reach the API."""

    token_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            rich_help_panel=_PANEL,
            help="Read the token from the first line of this file instead of VOIPSTUDIO_API_TOKEN. "
            "There is no option for the token itself: the list of processes would show it.",
        ),
    ] = None
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            envvar=PROFILE_VARIABLE,
            show_envvar=False,
            rich_help_panel=_PANEL,
            help="Use the account of this login (voipstudio auth list), where no other token is given; "
            f"else {PROFILE_VARIABLE}, else the active one.",
        ),
    ] = None
    base_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL", rich_help_panel=_PANEL, help="Where the API is, with its version; else VOIPSTUDIO_API_URL."
        ),
    ] = None
    proxy: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            rich_help_panel=_PANEL,
            help="The proxy on the way, http://host:port; else that of HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY.",
        ),
    ] = None
    ca_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            rich_help_panel=_PANEL,
            help="Trust the certificates of this file (PEM) too, as those of a company's own authority.",
        ),
    ] = None
    allow_http: Annotated[
        bool,
        typer.Option(
            "--allow-http",
            rich_help_panel=_PANEL,
            help="Send the token over plain http to another machine: only in a network that you trust.",
        ),
    ] = False
    concurrency: Annotated[
        int, typer.Option(metavar="N", rich_help_panel=_PANEL, help="At most so many requests at once.")
    ] = 16
    deadline: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", rich_help_panel=_PANEL, help="Give up when the whole command takes longer."),
    ] = None
    tz: Annotated[
        str,
        typer.Option(
            metavar="ZONE",
            autocompletion=complete_zone,
            rich_help_panel=_PANEL,
            help="The time zone of dates, given and shown: Europe/Warsaw.",
        ),
    ] = "UTC"
    strict: Annotated[
        bool,
        typer.Option("--strict", rich_help_panel=_PANEL, help="Fail on values that do not fit the documented types."),
    ] = False

    known: set[str] = attrs.field(init=False, factory=set[str], repr=False)
    """The tokens that were sent: what is shown goes without them, under whatever name an answer repeats them."""

    @property
    def zone(self) -> tzinfo:
        """The time zone of dates that are given and shown."""
        return dates.zone(self.tz)

    @asynccontextmanager
    async def client(self, *, token: str | None = None, base_url: str | None = None) -> AsyncGenerator[AsyncVoipStudio]:
        """Open a client; `token` and `base_url` take the place of the options, for a sandbox of the command's own."""
        async with AsyncVoipStudio(**self.arguments(token=token, base_url=base_url)) as client:
            yield client

    def arguments(self, *, token: str | None = None, base_url: str | None = None) -> dict[str, Any]:
        """Return the arguments of a client of either face, with its token, which is `known` from now on."""
        options = self.options()
        if base_url is not None:
            # It is not behind a proxy.
            options |= {"base_url": base_url, "trust_env": False}
        if token is None:
            source = self.source()
            options |= {"token": source.token.reveal(), "base_url": source.base_url}
        else:
            options |= {"token": token}
        self.known.add(options["token"])
        return options

    def options(self) -> dict[str, Any]:
        """Return the arguments of a client, but its token."""
        return {
            "base_url": self.base_url,
            "limits": Limits(concurrency=self.concurrency),
            "strict": self.strict,
            "ssl": trusting(self.ca_file) if self.ca_file is not None else None,
            "allow_http": self.allow_http,
            "proxy": self.proxy,
            "trust_env": True,
        }

    def source(self) -> Source:
        """Find the token: that of ``--token-file``, of the environment, of ``--profile`` or of the active profile.

        :raises ConfigurationError: there is none, or it may not be sent to the host that was named
        """
        if self.token_file is not None:
            return Source(f"--token-file {self.token_file}", Secret(read_token(self.token_file)), self.base_url)
        token = os.environ.get(TOKEN_VARIABLE)
        if token:
            if self.profile is not None:
                say(f"note: the token is that of {TOKEN_VARIABLE}; the profile {self.profile!r} is not used")
            return Source(f"the variable {TOKEN_VARIABLE}", Secret(token), self.base_url)
        # Imported where it is wanted: a command that has a token needs no profile.
        from .profiles import Profiles  # noqa: PLC0415

        profiles = Profiles.load()
        found = profiles.find(self.profile)
        if found is None:
            raise ConfigurationError(
                f"no token: log in with 'voipstudio auth login', set {TOKEN_VARIABLE}, or name a file with "
                f"--token-file; the dashboard makes tokens ({WHERE_TOKENS_ARE_MADE})"
            )
        profiles.warn_if_open()
        how = "the active profile" if self.profile is None else "--profile"
        base_url = found.base_url_for(self.base_url or os.environ.get(URL_VARIABLE))
        return Source(f"{how} {found.name}", Secret(found.revealed()), base_url, found)

    def told_source(self) -> tuple[str, str | None]:
        """Say where the token comes from and where it is sent, without reading the token."""
        base_url = self.base_url or os.environ.get(URL_VARIABLE)
        if self.token_file is not None:
            return "--token-file", base_url
        if os.environ.get(TOKEN_VARIABLE):
            return TOKEN_VARIABLE, base_url
        from .profiles import Profiles  # noqa: PLC0415 - as above

        how = "the active profile" if self.profile is None else "--profile"
        try:
            found = Profiles.load().find(self.profile)
        except ConfigurationError:
            return f"none ({how} cannot be read)", base_url
        # Not the name of the profile: it may be the address of a person.
        return ("none", base_url) if found is None else (f"{how} ({found.form})", base_url or found.base_url)

    def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run a piece of work in a loop of its own, under the deadline."""
        self.check()
        return asyncio.run(self._in_time(work))

    def check(self) -> None:
        """Refuse options that cannot work, by their names."""
        if self.concurrency < 1:
            raise ConfigurationError(f"--concurrency must be 1 or more, got {self.concurrency}")
        if self.deadline is not None and not 0 < self.deadline < float("inf"):
            raise ConfigurationError(f"--deadline must be a number of seconds above 0, got {self.deadline}")
        _ = self.zone

    async def _in_time(self, work: Callable[[], Awaitable[T]]) -> T:
        limit = asyncio.timeout(self.deadline)
        try:
            async with limit:
                return await work()
        except TimeoutError:
            if not limit.expired():
                raise
            raise DeadlineExceeded(f"not done after {self.deadline:g} seconds", elapsed=self.deadline or 0.0) from None


def trusting(file: Path) -> ssl.SSLContext:
    """Return a context that trusts the certificates of a file, besides those that the system trusts.

    :raises ConfigurationError: the file cannot be read, or holds no certificate
    """
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(file)
    except ssl.SSLError:
        raise ConfigurationError(f"--ca-file: {file} holds no certificate in PEM") from None
    except OSError as error:
        raise ConfigurationError(f"--ca-file: {file}: {error.strerror}") from None
    return context


def read_token(file: Path) -> str:
    """Read a token from the first line of a file."""
    try:
        with file.open(encoding="utf-8") as opened:
            token = opened.readline(_LONGEST_TOKEN).strip()
            _warn_if_open(file, os.fstat(opened.fileno()).st_mode)
    except OSError as error:
        raise ConfigurationError(f"--token-file: {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"--token-file: {file} is not a text file") from None
    if not token:
        raise ConfigurationError(f"--token-file: the first line of {file} is empty")
    return token


def _warn_if_open(file: Path, mode: int) -> None:
    if sys.platform != "win32" and mode & _READABLE_BY_OTHERS:
        say(f"warning: others can read the token in {file}; do: chmod 600 {file}")
