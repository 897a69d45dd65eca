"""Which rows of a listing: its name, conditions, a range of dates, an order."""

from __future__ import annotations

from datetime import tzinfo
from typing import Annotated, Any

import attrs
import typer

from .. import AsyncPages
from ..errors import ConfigurationError
from ..pagination.page import DEFAULT_ORDER, MAX_PAGE_SIZE
from ..wire.filters import Condition, field
from . import dates
from .completion import complete_condition, complete_order
from .conditions import condition, text_fields
from .connection import Connection
from .names import LISTINGS, Named, complete_listings

WHICH = "Which rows"
"""The heading of these options in the help."""

ListingName = Annotated[
    str,
    typer.Argument(
        metavar="RESOURCE", autocompletion=complete_listings, help=f"One of: {', '.join(LISTINGS)}.", show_default=False
    ),
]
OwnerId = Annotated[
    int | None, typer.Argument(metavar="ID", help="Whose: needed for what belongs to one thing.", show_default=False)
]

Since = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="DATE",
        rich_help_panel=WHICH,
        help="From this day, moment or period on: yesterday, last-month, 2026-06, -7d.",
    ),
]
Until = Annotated[
    str | None,
    typer.Option("--to", metavar="DATE", rich_help_panel=WHICH, help="Up to this day or period, the whole of it."),
]


def in_range(named: Named, since: str | None, until: str | None, tz: tzinfo) -> list[Condition]:
    """Return the filters of a range of dates, by the date that the rows of a listing have."""
    filters: list[Condition] = []
    if since is not None:
        filters.append(field(named.date_field) >= dates.start_of(since, tz))
    if until is not None:
        filters.append(field(named.date_field) <= dates.end_of(until, tz))
    return filters


@attrs.frozen(kw_only=True)
class Conditions:
    """What rows of a listing have to be like."""

    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CONDITION",
            autocompletion=complete_condition,
            rich_help_panel=WHICH,
            help="Only rows like 'duration>60', 'src~4478' (contains) or 'type=O'; may be repeated, all must hold. "
            "Operators: == != < <= > >= ~. Quotes make a value text.",
        ),
    ] = None
    since: Since = None
    until: Until = None

    def conditions(self, named: Named, connection: Connection) -> list[Condition]:
        """Return the filters for a listing."""
        tz = connection.zone
        self.check(tz)
        texts = text_fields(named.entity)
        filters: list[Condition] = [condition(text, tz, texts) for text in self.where or ()]
        return filters + in_range(named, self.since, self.until, tz)

    def check(self, tz: tzinfo) -> None:
        """Refuse what cannot be asked for, before anything is sent."""
        dates.check_order(self.since, self.until, tz)


@attrs.frozen(kw_only=True)
class Selection(Conditions):
    """Which rows of a listing, in which order, and how many at once."""

    order_by: Annotated[
        str,
        typer.Option(
            metavar="FIELD",
            autocompletion=complete_order,
            rich_help_panel=WHICH,
            help="Sort by this field; -FIELD is downwards.",
        ),
    ] = DEFAULT_ORDER
    page_size: Annotated[
        int | None,
        typer.Option(metavar="N", rich_help_panel=WHICH, help="Rows of one request, 1 to 5000.", show_default=False),
    ] = None

    def check(self, tz: tzinfo) -> None:
        """Refuse what cannot be asked for, before anything is sent."""
        if self.page_size is not None and not 1 <= self.page_size <= MAX_PAGE_SIZE:
            raise ConfigurationError(f"--page-size must be from 1 to {MAX_PAGE_SIZE}, got {self.page_size}")
        super().check(tz)

    def pages(
        self, named: Named, id: int | None, client: Any, connection: Connection, page_size: int
    ) -> AsyncPages[Any]:
        """Begin the listing on a client."""
        filters = self.conditions(named, connection)
        size = self.page_size if self.page_size is not None else page_size
        prefetch = min(4, max(0, connection.concurrency - 1))
        found: AsyncPages[Any] = named.bound(client)(
            *named.arguments(id), *filters, order_by=self.order_by, page_size=size, prefetch=prefetch
        )
        return found
