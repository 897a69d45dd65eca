"""Files that say which user belongs to which team."""

from __future__ import annotations

import csv
from pathlib import Path

from ..errors import ConfigurationError
from ..reports import CallReport

_COLUMNS = 2
_MOST_NAMED = 5


def read_teams(file: Path) -> dict[str, str]:
    """Read a CSV file with two columns: a user's id, e-mail address or name, and the user's team.

    A first line that names the second column ``team`` is a heading. Empty lines count for nothing.

    :raises ConfigurationError: the file cannot be read, is not of this form, or puts a user into two teams
    """
    teams: dict[str, str] = {}
    for number, (user, team) in _rows(file):
        if number == 1 and team.casefold() == "team":
            continue
        if teams.setdefault(user.casefold(), team) != team:
            raise ConfigurationError(f"--teams {file}, line {number}: {user} is in {teams[user.casefold()]} already")
    if not teams:
        raise ConfigurationError(f"--teams {file} names no user; write lines like: ann@example.com,Sales")
    return teams


def unknown_users(teams: dict[str, str], found: CallReport) -> str | None:
    """Name the users of a file that the account does not have, for a warning; None where it has all."""
    known = {str(key).casefold() for user in found.users for key in (user.user_id, user.email, user.name) if key}
    missing = [user for user in teams if user not in known]
    more = f" and {len(missing) - _MOST_NAMED:,} more" if len(missing) > _MOST_NAMED else ""
    return f"{', '.join(missing[:_MOST_NAMED])}{more}" if missing else None


def _rows(file: Path) -> list[tuple[int, tuple[str, str]]]:
    try:
        lines = list(csv.reader(file.read_text("utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(f"--teams {file} cannot be read: {_reason(error)}") from None
    return [(number, _pair(file, number, cells)) for number, cells in enumerate(lines, 1) if any(map(str.strip, cells))]


def _pair(file: Path, number: int, cells: list[str]) -> tuple[str, str]:
    stripped = [cell.strip() for cell in cells]
    if len(stripped) != _COLUMNS or not all(stripped):
        raise ConfigurationError(f"--teams {file}, line {number}: write a user and a team: ann@example.com,Sales")
    return stripped[0], stripped[1]


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
