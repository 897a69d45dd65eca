"""The kinds of operation that a resource is declared with."""

from .base import Async, Blocking, Bound, Caller, Derived, F, Operation, Resource, check_id, join, operations
from .listings import Count, DatedWalk, Listing, ListingOf
from .raw import RawRequest
from .things import Create, Delete, DeleteConfirmed, DeleteMany, Get, GetMany, Show, Update

__all__ = (
    "Async",
    "Blocking",
    "Bound",
    "Caller",
    "Count",
    "Create",
    "DatedWalk",
    "Delete",
    "DeleteConfirmed",
    "DeleteMany",
    "Derived",
    "F",
    "Get",
    "GetMany",
    "Listing",
    "ListingOf",
    "Operation",
    "RawRequest",
    "Resource",
    "Show",
    "Update",
    "check_id",
    "join",
    "operations",
)
