"""Profiles: named accounts whose tokens ``voipstudio auth login`` keeps.

They stand in one file of the platform's configuration folder, which only its owner can read; or, with the extra
``keyring`` and a keyring that works, their tokens stand in the keyring, and the file holds the rest. A profile belongs
to its host: its token is sent nowhere else.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import re
import stat
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import attrs
from yarl import URL

from .. import Secret, files
from ..errors import ConfigurationError
from .exits import say

FOLDER_VARIABLE = "VOIPSTUDIO_CONFIG_DIR"
SERVICE = "voipstudio"
"""The name that tokens have in the keyring."""

_SAFE = 1.0
"""What keyring's own advice asks of a backend at the least; below are those that keep passwords in plain text."""

Form = Literal["file", "keyring"]
_MINE = 0o600
_NAME = re.compile(r"[\w.@-]{1,64}")
_OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@attrs.frozen(kw_only=True)
class Profile:
    """An account: where it is, who its token belongs to, and until when the token works."""

    name: str
    base_url: str
    email: str
    user_id: int | None = None
    form: Form = "file"
    """Where the token is."""
    token: Secret | None = None
    """None when it is in the keyring."""
    token_name: str | None = None
    """The name of the token at the API."""
    made_at: datetime | None = None
    expiry: timedelta | None = None
    """How long the token works without being used."""

    def revealed(self) -> str:
        """Return the token.

        :raises ConfigurationError: the keyring does not give it
        """
        if self.token is not None:
            return self.token.reveal()
        found = _from_keyring(self)
        if not found:
            raise ConfigurationError(
                f"the keyring does not give the token of the profile {self.name!r}; log in again: voipstudio auth login"
            )
        return found

    def base_url_for(self, wanted: str | None) -> str:
        """Return where the token may be sent: to the host of the login alone, whatever the path.

        :raises ConfigurationError: another host is wanted
        """
        if not wanted:
            return self.base_url
        try:
            there, here = URL(wanted).origin(), URL(self.base_url).origin()
        except (ValueError, TypeError):
            raise ConfigurationError("--base-url is not a URL") from None
        if there != here:
            raise ConfigurationError(
                f"the profile {self.name!r} belongs to {here}, and its token is not sent to {there}: log in there "
                "(voipstudio auth login --base-url), or use --token-file"
            )
        return wanted

    @property
    def host(self) -> str:
        """The host that it belongs to, with its port where that is an own one."""
        return URL(self.base_url).authority


@attrs.define
class Profiles:
    """All profiles, and which of them is used when none is named."""

    path: Path
    active: str | None = None
    entries: dict[str, Profile] = attrs.field(factory=dict[str, Profile])

    @classmethod
    def load(cls) -> Profiles:
        """Read the profiles; there are none before the first login.

        :raises ConfigurationError: the file is damaged, or cannot be read
        """
        path = folder() / "profiles.json"
        try:
            text = path.read_text("utf-8")
        except FileNotFoundError:
            return cls(path)
        except OSError as error:
            raise ConfigurationError(f"{path}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise _damaged(path) from None
        # What a first login left that was ended before it wrote.
        return cls._read(path, text) if text.strip() else cls(path)

    @classmethod
    def _read(cls, path: Path, text: str) -> Profiles:
        try:
            found = json.loads(text)
            entries = {name: _profile(name, values) for name, values in found["profiles"].items()}
            return cls(path, found["active"] if found["active"] in entries else None, entries)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError, RecursionError):
            # Not with the error that it was: its text may be a part of the file.
            failure = _damaged(path)
        raise failure

    def prepare(self) -> None:
        """Make the folder, and see that the file can be written, before there is a token to write.

        :raises ConfigurationError: it cannot
        """
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(f"{self.path.parent}: {error.strerror}") from None
        files.check(self.path)

    def save(self) -> None:
        """Write the profiles: readable by their owner alone."""
        self.prepare()
        # The file that takes its place has its permissions.
        self.path.touch(mode=_MINE)
        self.path.chmod(_MINE)
        content = {"active": self.active, "profiles": {name: _plain(each) for name, each in self.entries.items()}}
        with files.written(self.path) as file:
            file.write(json.dumps(content, indent=2).encode() + b"\n")

    def find(self, name: str | None) -> Profile | None:
        """Return the profile of a name, or the active one; None when there is no active one.

        :raises ConfigurationError: there is none of that name
        """
        wanted = name or self.active
        return None if wanted is None else self.named(wanted)

    def named(self, name: str) -> Profile:
        """Return the profile of a name.

        :raises ConfigurationError: there is none of that name
        """
        if name not in self.entries:
            known = ", ".join(sorted(self.entries)) or "none yet: voipstudio auth login makes one"
            raise ConfigurationError(f"there is no profile {name!r}; there are: {known}")
        return self.entries[name]

    def keep(self, profile: Profile, token: str) -> None:
        """Store a profile and its token, and make it the active one.

        :raises ConfigurationError: the keyring does not take the token
        """
        before = self.entries.get(profile.name)
        if profile.form == "keyring":
            _to_keyring(profile, token)
        else:
            profile = attrs.evolve(profile, token=Secret(token))
        self.entries[profile.name] = profile
        self.active = profile.name
        self.save()
        if before is not None and before.form == "keyring":
            _forget_in_keyring(before)

    def forget(self, name: str) -> None:
        """Remove a profile and its token."""
        profile = self.entries.pop(name)
        if self.active == name:
            self.active = None
        self.save()
        if profile.form == "keyring":
            _forget_in_keyring(profile)

    def warn_if_open(self) -> None:
        """Say so when others than the owner can read the tokens."""
        holds_tokens = any(each.form == "file" for each in self.entries.values())
        if sys.platform != "win32" and holds_tokens and self.path.stat().st_mode & _OPEN_TO_OTHERS:
            say(f"warning: others can read the tokens in {self.path}; do: chmod 600 {self.path}")


def folder() -> Path:
    """Return the folder of the configuration: that of the platform, or ``VOIPSTUDIO_CONFIG_DIR``."""
    given = os.environ.get(FOLDER_VARIABLE)
    if given:
        return Path(given)
    # Imported where it is wanted: most command lines bring a token of their own.
    import platformdirs  # noqa: PLC0415

    return platformdirs.user_config_path("voipstudio", appauthor=False)


def check_name(name: str) -> str:
    """Return the name of a profile, which is a word.

    :raises ConfigurationError: it is none
    """
    if not _NAME.fullmatch(name):
        raise ConfigurationError(f"a profile is called by a word of letters, digits and . _ - @, not {name!r}")
    return name


def _damaged(path: Path) -> ConfigurationError:
    return ConfigurationError(f"{path} is damaged: remove it, and log in again (voipstudio auth login)")


# --- what stands in the file ---------------------------------------------------------------------------------


def _profile(name: str, values: Mapping[str, Any]) -> Profile:
    form = values["form"]
    token = values.get("token")
    if form not in ("file", "keyring") or (form == "file") != isinstance(token, str):
        raise ValueError(form)
    made_at, expiry = values.get("made_at"), values.get("expiry")
    return Profile(
        name=name,
        base_url=str(URL(values["base_url"])),
        email=str(values["email"]),
        user_id=values.get("user_id"),
        form=form,
        token=None if token is None else Secret(token),
        token_name=values.get("token_name"),
        made_at=None if made_at is None else datetime.fromtimestamp(made_at, UTC),
        expiry=None if expiry is None else timedelta(seconds=expiry),
    )


def _plain(profile: Profile) -> dict[str, Any]:
    return {
        "base_url": profile.base_url,
        "email": profile.email,
        "user_id": profile.user_id,
        "form": profile.form,
        "token": None if profile.token is None else profile.token.reveal(),
        "token_name": profile.token_name,
        "made_at": None if profile.made_at is None else profile.made_at.timestamp(),
        "expiry": None if profile.expiry is None else profile.expiry.total_seconds(),
    }


# --- the keyring ---------------------------------------------------------------------------------------------


def keyring_name() -> str | None:
    """Return what the keyring is called that tokens can be kept in; None where there is none, as on most servers."""
    try:
        backend = _keyring().get_keyring()
        return str(getattr(backend, "name", "keyring")) if float(backend.priority) >= _SAFE else None
    except Exception:
        return None


def _keyring() -> Any:
    # Not imported with the rest: it looks for backends, which takes long.
    return importlib.import_module("keyring")


def _key(profile: Profile) -> str:
    return profile.token_name or profile.name


def _from_keyring(profile: Profile) -> str | None:
    try:
        found: str | None = _keyring().get_password(SERVICE, _key(profile))
    except Exception:
        return None
    return found


def _to_keyring(profile: Profile, token: str) -> None:
    try:
        _keyring().set_password(SERVICE, _key(profile), token)
    except Exception as error:
        fault = type(error).__name__
    else:
        return
    raise ConfigurationError(f"the keyring did not take the token ({fault}); --store file keeps it in a file")


def _forget_in_keyring(profile: Profile) -> None:
    # Either it is gone already, or the keyring is: nothing can be done about that.
    with contextlib.suppress(Exception):
        _keyring().delete_password(SERVICE, _key(profile))
