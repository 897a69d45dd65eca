"""The History module: the call records of the whole account.

Source: voipstudio.com/docs/api/resources/history, and the vendor's own connectors, which read ``/cdrs``.
"""

from __future__ import annotations

from .. import entities as e
from ..operations import Count, DatedWalk, F, Get, GetEach, Listing, Resource


class Cdrs(Resource[F], path="cdrs"):
    """The call records of all users, as far as the token's owner may read them."""

    list = Listing(e.Cdr, "The call records of the whole account.")
    get = Get(e.Cdr, "One call record.")
    get_many = GetEach(get, "Call records by their ids.")
    count = Count(list, "How many call records there are, for one small request.")
    walk = DatedWalk(list, "The call records of a range of time, in slices.", by="calldate")
