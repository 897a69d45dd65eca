"""How a slice is read: the account becomes a client, the rows a table; whole, or an error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from .. import Accounts, AsyncAccounts, AsyncVoipStudio, ConfigurationError, PaginationError, VoipStudio
from ..exports import to_arrow
from ..operations import Bound, Plan

if TYPE_CHECKING:
    from ..pagination.pagers import AsyncPages, Pages
    from ..pagination.plans import Slice

Columns = Sequence[str] | None


def read(part: Slice, accounts: Accounts | None, columns: Columns) -> Any:
    """Fetch the rows of a slice into an Arrow table."""
    if accounts is None:
        with Accounts.from_env([part.account]) as own:
            return read(part, own, columns)
    if not isinstance(accounts, Accounts):
        raise ConfigurationError(f"read() takes Accounts, got {type(accounts).__name__}")
    pages: Pages[Any] = pages_of(accounts.open(part.account), part)
    table = to_arrow(pages, columns=columns)
    check(part, pages)
    return table


async def aread(part: Slice, accounts: AsyncAccounts | None, columns: Columns) -> Any:
    """Fetch the rows of a slice into an Arrow table, awaited."""
    if accounts is None:
        async with AsyncAccounts.from_env([part.account]) as own:
            return await aread(part, own, columns)
    if not isinstance(accounts, AsyncAccounts):
        raise ConfigurationError(f"aread() takes AsyncAccounts, got {type(accounts).__name__}")
    pages: AsyncPages[Any] = pages_of(accounts.open(part.account), part)
    table = await to_arrow(pages, columns=columns)
    check(part, pages)
    return table


def pages_of(client: AsyncVoipStudio | VoipStudio, part: Slice) -> Any:
    """Begin to read a slice, on the face of the client."""
    found = getattr(getattr(client, part.listing, None), "plan", None)
    if not isinstance(found, Bound):
        raise ConfigurationError(f"a slice is of a listing that can be planned, like 'cdrs', got {part.listing!r}")
    return cast("Plan[Any]", found.operation).pages(found.resource, part)


def check(part: Slice, pages: AsyncPages[Any] | Pages[Any]) -> None:
    """Refuse a walk that may not have seen everything.

    :raises PaginationError: with its report
    """
    if not pages.report.complete:
        where = f"{part.listing} from {part.low} to {part.high}"
        raise PaginationError(f"{where}: the slice is not complete, read it again: {pages.report}", pages.report)
