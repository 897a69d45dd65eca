"""The Billing module: the transactions of an account and their invoices.

Source: the vendor's own command line; no page of the documentation describes it.
"""

from datetime import datetime
from decimal import Decimal

import attrs

from .base import Code, Entity


@attrs.frozen(kw_only=True, repr=False)
class Transaction(Entity):
    """A payment or a charge. Its invoice is fetched with ``transactions.download``, once it is completed."""

    id: int
    """Its id."""
    created_at: datetime | None = None
    """When it was booked."""
    amount: Decimal | None = None
    """In `currency_iso`."""
    currency_iso: str | None = None
    """The currency, by its code of ISO 4217: ``GBP``."""
    type: Code | None = None
    """What kind of payment or charge it is; the values are not documented."""
    result: Code | None = None
    """Whether it went through."""
