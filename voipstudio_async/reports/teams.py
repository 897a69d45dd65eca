"""Teams: which user belongs to which, as a mapping or a function tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from ..entities import User
from ..entities.arguments import told
from ..errors import ConfigurationError

NO_TEAM = "no team"
"""Holds the users that no team was told for, and the calls of users that are not listed."""

UserKey = int | str
Teams = Mapping[UserKey, str] | Mapping[int, str] | Mapping[str, str] | Callable[[User], str | None]


def team_of(user: User, teams: Teams) -> str:
    """Name the team of a user.

    :param teams: a mapping from the user's id, e-mail address or name to a team (the id counts most, then the address;
        capital letters do not matter), or a function of the user
    :return: the team; `NO_TEAM` where none is told
    """
    if callable(teams):
        return _checked(teams(user))
    named = _keyed(teams)
    return next((_checked(named[key]) for key in _keys(user) if key in named), NO_TEAM)


def teams_of(users: Iterable[User], teams: Teams) -> dict[int, str]:
    """Name the team of each user, by the user's id.

    :raises ConfigurationError: `teams` is neither a mapping nor a function, or names a team that is no text
    """
    if isinstance(teams, Mapping):
        named = _keyed(cast("Mapping[Any, Any]", teams))
        return {user.id: team_of(user, named) for user in users}
    if not callable(teams):
        raise ConfigurationError(
            f"group_by is 'month', 'week', a mapping from users to teams, or a function of a user, got {told(teams)}"
        )
    return {user.id: team_of(user, teams) for user in users}


def _keyed(teams: Mapping[Any, Any]) -> dict[str, Any]:
    return {_key(key): team for key, team in teams.items()}


def _key(key: Any) -> str:
    return str(key).strip().casefold()


def _keys(user: User) -> list[str]:
    name = " ".join(part.strip() for part in (user.first_name, user.last_name) if part and part.strip())
    return [_key(key) for key in (user.id, user.email, name) if key]


def _checked(team: Any) -> str:
    if team is None or team == "":
        return NO_TEAM
    if not isinstance(team, str):
        raise ConfigurationError(f"a team is named by a text, got {told(team)}")
    return team
