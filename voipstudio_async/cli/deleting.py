"""The command ``delete``."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from ..entities.arguments import checked_id
from ..errors import APIError, AuthenticationError, ConfigurationError, TransportError, UnsafeOperationError
from ..operations.many import TOGETHER
from . import asking
from .advice import explained
from .calling import Yes
from .changes import REMOVABLE, Change, complete_removals, removal
from .connection import Connection
from .exits import FAILED, say
from .preview import DryRun, show

_MOST_NAMED = 5

RemovalName = Annotated[
    str,
    typer.Argument(
        metavar="RESOURCE",
        autocompletion=complete_removals,
        help=f"One of: {', '.join(REMOVABLE)}.",
        show_default=False,
    ),
]
Ids = Annotated[list[int] | None, typer.Argument(metavar="ID...", help="Which ones.", show_default=False)]
Everything = Annotated[bool, typer.Option("--all", help="All there are, instead of ids.")]
Confirm = Annotated[
    str | None,
    typer.Option(
        "--confirm",
        metavar="WORD",
        help="What is destroyed, once more: the id of a customer, the name of what --all deletes. --yes does not do.",
    ),
]


def delete(
    *,
    resource: RemovalName,
    ids: Ids = None,
    everything: Everything = False,
    confirm: Confirm = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    connection: Connection,
) -> None:
    """Delete things, for good. It asks first, and says of each whether it is gone.

    Examples:
    * `voipstudio delete contacts 4711`
    * `voipstudio delete user_groups 12 13 14 --yes`
    * `voipstudio delete users.audio 7206 --dry-run`
    * `voipstudio delete sms --all --confirm sms`
    """
    change = removal(resource, whole=everything)
    wanted = [checked_id(id) for id in dict.fromkeys(ids or ())]
    if everything == bool(wanted):
        raise ConfigurationError(f"give either ids or --all: delete {change.name} 7206")
    connection.check()
    if dry_run:
        for key in _requests(change, wanted):
            show("DELETE", change.place(key))
        return
    _confirm(change, wanted, confirm, yes=yes)
    failed = connection.run(lambda: _delete(change, wanted, connection))
    if failed:
        say(f"{failed:,} of {len(wanted):,} not deleted")
        raise typer.Exit(FAILED)


def _requests(change: Change, ids: Sequence[int]) -> Iterator[Any]:
    """Yield the keys of the requests: one for each id, one for several where the API takes them together, or none."""
    key = change.declared.key
    if key is None:
        yield None
    elif key.several:
        yield from (ids[start : start + TOGETHER] for start in range(0, len(ids), TOGETHER))
    else:
        yield from ids


def _confirm(change: Change, ids: Sequence[int], word: str | None, *, yes: bool) -> None:
    """Ask whether it is meant.

    :raises UnsafeOperationError: it is not
    """
    if change.takes_word:
        _confirm_by_word(change, ids, word)
        return
    if word is not None:
        raise ConfigurationError(f"--confirm is not for {change.name}: --yes does")
    told = ", ".join(map(str, ids)) if len(ids) <= _MOST_NAMED else f"{len(ids):,} ids"
    asking.confirm(f"delete {change.name} {told}", yes=yes)


def _confirm_by_word(change: Change, ids: Sequence[int], word: str | None) -> None:
    if len(ids) > 1:
        raise ConfigurationError(f"{change.name} are deleted one by one: give one id")
    expected = str(ids[0]) if ids else change.name
    what = f"delete {change.name} {expected}" if ids else f"delete all {change.name}"
    if word is None and asking.is_asked():
        word = asking.line(f"{what}, for good? To do so, type {expected}: ")
    if word != expected:
        raise UnsafeOperationError(f"{what}: that cannot be taken back; to do so, add --confirm {expected}")


async def _delete(change: Change, ids: Sequence[int], connection: Connection) -> int:
    """Delete, say what became of each, and return how many are left."""
    async with connection.client() as client:
        operation = change.bound(client)
        if change.declared.key is None:
            await operation(confirm=change.name)
            say(f"all {change.name} are deleted, at once or a little later")
            return 0
        if change.declared.key.several:
            return sum(_tell(change, each.input, each.error) for each in await operation(ids))
        return await _one_by_one(change, ids, operation)


async def _one_by_one(change: Change, ids: Sequence[int], operation: Any) -> int:
    failed = 0
    for place, id in enumerate(ids):
        error: APIError | None = None
        try:
            await (operation(id, confirm=id) if change.takes_word else operation(id))
        except (AuthenticationError, TransportError, asyncio.CancelledError):
            # The others would fail alike.
            if rest := ids[place + 1 :]:
                say(f"not tried: {', '.join(map(str, rest))}")
            raise
        except APIError as refused:
            error = refused
        failed += _tell(change, id, error)
    return failed


def _tell(change: Change, id: int, error: Exception | None) -> bool:
    """Say what became of one, and return whether it failed."""
    say(f"{change.name} {id}: {'deleted' if error is None else f'not deleted: {explained(error)}'}")
    return error is not None


COMMANDS = {"delete": delete}
