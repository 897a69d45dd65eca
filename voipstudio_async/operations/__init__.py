"""The kinds of operation that a resource is declared with."""

from .actions import Action, Arguments, Command, GetWith, ListingWith, PageOptions, Query, Rows
from .base import Async, Blocking, Bound, Caller, Derived, F, Operation, Resource, as_it_is, join, operations
from .description import Answers, Parameter
from .keys import DIGITS, ID, IDS, TOKEN, Key, check_id
from .listings import Count, DatedWalk, Listing, ListingOf
from .many import Change, DeleteAll, DeleteEach, DeleteMany, GetEach, UpdateMany
from .raw import RawRequest
from .things import Create, Delete, DeleteBy, DeleteConfirmed, Get, GetBy, Show, Update, UpdateBy

__all__ = (
    "Action",
    "Answers",
    "Arguments",
    "Async",
    "Blocking",
    "Bound",
    "Caller",
    "Change",
    "Command",
    "Count",
    "Create",
    "DIGITS",
    "DatedWalk",
    "Delete",
    "DeleteAll",
    "DeleteBy",
    "DeleteConfirmed",
    "DeleteEach",
    "DeleteMany",
    "Derived",
    "F",
    "Get",
    "GetBy",
    "GetEach",
    "GetWith",
    "ID",
    "IDS",
    "Key",
    "Listing",
    "ListingOf",
    "ListingWith",
    "Operation",
    "PageOptions",
    "Parameter",
    "Query",
    "RawRequest",
    "Resource",
    "Rows",
    "Show",
    "TOKEN",
    "Update",
    "UpdateBy",
    "UpdateMany",
    "as_it_is",
    "check_id",
    "join",
    "operations",
)
