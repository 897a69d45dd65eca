"""Which fields of a record a person looks for first: tables that have no room for all of them show these."""

from __future__ import annotations

from collections.abc import Iterable

TELLING = (
    *("id", "name", "first_name", "last_name", "email", "ext", "active"),
    *("calldate", "timestamp", "origtime", "start_time", "type", "state", "status"),
    *("src", "src_name", "caller", "from", "dst", "dst_name", "called", "to"),
    *("duration", "billsec", "disposition", "charge", "amount", "balance", "currency_iso"),
    *("color", "tel", "mobile", "group_name", "is_root", "roles", "created_at", "user_id"),
)
"""These, over all resources; what is not here comes after, as declared."""


def ranked(names: Iterable[str]) -> list[str]:
    """Return the names in the order in which a person looks for them."""
    found = dict.fromkeys(names)
    return [*(name for name in TELLING if name in found), *(name for name in found if name not in TELLING)]
